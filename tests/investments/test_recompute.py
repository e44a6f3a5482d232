"""Ledger cost and meter from the tables and back: whole, idempotent, with their history."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from districts.tenancy import district_scope
from investments.models import AccountSum, CodingMeter, CodingRule, LedgerCost, LedgerEntry
from investments.recompute import ledger_cost, list_current_filings, load_ledger
from tests.cast import Cast
from tests.investments.facts import make_filing, make_initiative, make_rule, recompute

ROWS = [
    ("01", "3010", "5760", "1100", "70.25"),
    ("01", "3010", "1110", "7310", "1.00"),
    ("01", "6500", "5001", "5800", "30.50"),
    ("12", "6053", "0001", "4300", "0.333333"),
    ("01", "0000", "0000", "8011", "999.99"),
    ("01", "0000", "0000", "979Z", "5.00"),
]
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
MARCH = datetime(2026, 3, 1, tzinfo=UTC)


def shown() -> dict[tuple[str, int, str, str, str, bool], tuple[Decimal, Decimal]]:
    rows = LedgerCost.objects.filter(shown_until=None).select_related("initiative")
    return {
        (
            row.initiative.name if row.initiative else row.band,
            row.fiscal_year,
            row.kind,
            row.source,
            row.object_class,
            row.is_indirect,
        ): (row.caught, row.counted)
        for row in rows
    }


@pytest.fixture
def coded(in_bay: Cast) -> None:
    make_filing(ROWS, fiscal_year=2024)
    make_rule(make_initiative("Title I"), resource="3010,3150")
    make_rule(make_initiative("Special education", kind="entitlement"), goal="5*")
    make_rule(None, band="core", fund="12", name="Early education")


def test_ledger_cost_is_saved_by_source_class_and_indirect(coded: None) -> None:
    outcome = recompute(ledger_cost)
    assert shown() == {
        ("Title I", 2024, "actual", "3010", "1000", False): (Decimal("70.25"), Decimal("70.25")),
        ("Title I", 2024, "actual", "3010", "7000", True): (Decimal("1.00"), Decimal("1.00")),
        ("Special education", 2024, "actual", "3010", "1000", False): (Decimal("70.25"), Decimal(0)),
        ("Special education", 2024, "actual", "6500", "5000", False): (Decimal("30.50"), Decimal("30.50")),
        ("core", 2024, "actual", "6053", "4000", False): (Decimal("0.333333"), Decimal("0.333333")),
    }
    assert outcome.changed_rows == 7


def test_the_meter_foots_to_spending(coded: None) -> None:
    make_filing([*ROWS, ("01", "7777", "0000", "4300", "8.00")], fiscal_year=2025, kind="budget")
    recompute(ledger_cost)
    meter = {
        (row.fiscal_year, row.kind, row.fund): (
            row.total,
            row.coded,
            row.core,
            row.not_split,
            row.not_yet_coded,
        )
        for row in CodingMeter.objects.filter(shown_until=None)
    }
    nothing = Decimal(0)
    assert meter == {
        (2024, "actual", "01"): (Decimal("101.75"), Decimal("101.75"), nothing, nothing, nothing),
        (2024, "actual", "12"): (Decimal("0.333333"), nothing, Decimal("0.333333"), nothing, nothing),
        (2025, "budget", "01"): (Decimal("109.75"), Decimal("101.75"), nothing, nothing, Decimal(8)),
        (2025, "budget", "12"): (Decimal("0.333333"), nothing, Decimal("0.333333"), nothing, nothing),
    }


def test_running_twice_changes_nothing(coded: None) -> None:
    first = recompute(ledger_cost)
    rows = list(LedgerCost.objects.order_by("id").values())
    second = recompute(ledger_cost)
    assert (second.changed_rows, second.fingerprint) == (0, first.fingerprint)
    assert list(LedgerCost.objects.order_by("id").values()) == rows


def test_rows_that_only_hash_otherwise_have_not_changed(coded: None) -> None:
    """A new version of the calculation may store a column more: what says the same stays as it was shown."""
    recompute(ledger_cost, now=JANUARY)
    LedgerCost.objects.update(row_hash="of fewer columns")
    CodingMeter.objects.update(row_hash="of fewer columns")
    assert recompute(ledger_cost, now=MARCH).changed_rows == 0
    changed = LedgerCost.objects.filter(shown_until=None).order_by("id").first()
    LedgerCost.objects.filter(pk=changed.pk).update(counted=Decimal("0.01"), row_hash="of fewer columns")
    assert recompute(ledger_cost, now=MARCH).changed_rows == 2


def test_a_corrected_ledger_closes_what_changed_and_keeps_what_was_shown(coded: None) -> None:
    recompute(ledger_cost, now=JANUARY)
    before = shown()
    make_filing(
        [("01", "3010", "5760", "1100", "70.26"), *ROWS[1:]],
        fiscal_year=2024,
        filed_at=datetime(2026, 2, 1, tzinfo=UTC),
    )
    recompute(ledger_cost, now=MARCH)
    key = ("Title I", 2024, "actual", "3010", "1000", False)
    assert shown()[key] == (Decimal("70.26"), Decimal("70.26"))
    closed = LedgerCost.objects.filter(shown_until=MARCH)
    assert sorted((row.caught, row.shown_from) for row in closed) == [(Decimal("70.25"), JANUARY)] * 2
    assert before[key] == (Decimal("70.25"), Decimal("70.25"))


def test_an_archived_rule_no_longer_counts(coded: None) -> None:
    recompute(ledger_cost)
    CodingRule.objects.filter(patterns__resource="3010,3150").update(archived_at=MARCH)
    recompute(ledger_cost)
    assert shown()[("Special education", 2024, "actual", "3010", "1000", False)] == (
        Decimal("70.25"),
        Decimal("70.25"),
    )


def test_a_district_with_nothing_has_nothing(in_bay: Cast) -> None:
    assert recompute(ledger_cost).changed_rows == 0


def test_reading_takes_the_same_queries_however_many_rules(coded: None) -> None:
    def reads() -> int:
        with CaptureQueriesContext(connection) as queries:
            recompute(ledger_cost)
        return len([query for query in queries if str(query["sql"]).startswith("SELECT")])

    few = reads()
    for number in range(10):
        make_rule(make_initiative(f"More {number}"), resource=f"9{number}*")
    assert reads() == few == 3


def test_the_other_districts_ledger_is_not_read(bay: Cast, valley: Cast) -> None:
    with district_scope(valley.district.pk):
        make_filing([("01", "3010", "1110", "1100", "1234567.89")], fiscal_year=2024)
        assert LedgerEntry.objects.count() == 1
    with district_scope(bay.district.pk):
        make_filing(ROWS, fiscal_year=2024)
        recompute(ledger_cost)
        total = CodingMeter.objects.filter(shown_until=None).values_list("total", flat=True)
        assert sum(total) == Decimal("102.083333")


def test_sums_by_account_are_kept_for_current_filings_only_and_change_no_figure(coded: None) -> None:
    first = recompute(ledger_cost)
    kept = AccountSum.objects.values_list("filing_id", flat=True)
    assert sorted(AccountSum.objects.values_list("amount", flat=True)) == [
        333_333,
        1_000_000,
        5_000_000,
        30_500_000,
        70_250_000,
        999_990_000,
    ]
    AccountSum.objects.all().delete()
    filings = list_current_filings()
    live = load_ledger(filings=filings, segments={"object"})
    assert recompute(ledger_cost).fingerprint == first.fingerprint
    summed = load_ledger(filings=filings, segments={"object"})
    assert sorted(summed.ledger.amount.tolist()) == sorted(live.ledger.amount.tolist())
    newer = make_filing(ROWS[:1], fiscal_year=2024, filed_at=MARCH)
    recompute(ledger_cost)
    assert set(kept.all()) == {newer.pk}
