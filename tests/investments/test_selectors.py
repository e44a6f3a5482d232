"""What pages read of money: exact, footing, at any past moment, in few queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from investments.models import CodeTitle, LocalSegment
from investments.recompute import ledger_cost
from investments.selectors import (
    FilterRefused,
    Segment,
    compare_budget,
    find_code_titles,
    get_initiative_cost,
    get_ledger_total,
    get_pivot,
    list_code_titles,
    list_counted_rows,
    list_forecast_errors,
    list_initiative_costs,
    list_meters,
    list_rules,
    list_segments,
    object_range,
)
from strategy.models import Initiative
from tests.cast import Cast
from tests.investments.facts import make_filing, make_initiative, make_rule, make_upload, recompute

ROWS = [
    ("01", "3010", "5760", "1100", "700.25"),
    ("01", "3010", "1110", "7310", "1.00"),
    ("01", "6500", "5001", "5800", "300.50"),
    ("12", "6053", "0001", "4300", "0.333333"),
    ("01", "0000", "0000", "8011", "999.99"),
    ("01", "0000", "0000", "979Z", "5.00"),
    ("01", "0000", "1110", "1100", "-40.00"),
]
BUDGET = [
    ("01", "3010", "5760", "1100", "770.00"),
    ("01", "6500", "5001", "5800", "200.00"),
    ("01", "0000", "0000", "8011", "1000.00"),
]
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
MARCH = datetime(2026, 3, 1, tzinfo=UTC)


def count(call: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as queries:
        call()
    return len([query for query in queries if "COPY" not in str(query["sql"])])


@pytest.fixture
def title_i(in_bay: Cast) -> Initiative:
    make_filing(ROWS, fiscal_year=2024, name="actuals.csv")
    make_filing(BUDGET, fiscal_year=2024, kind="budget", name="budget.csv")
    upload = make_upload("codes")
    for year, title in ((2022, "Title One"), (2023, "Title I, Part A")):
        CodeTitle.objects.create(
            upload=upload, segment="resource", code="3010", title=title, fiscal_year=year
        )
    initiative = make_initiative("Title I")
    make_rule(initiative, resource="3010,3150", name="Title I")
    make_rule(make_initiative("Special education", kind="entitlement"), goal="5*", name="Special")
    recompute(ledger_cost, now=JANUARY)
    return initiative


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"fund": "01", "object": "1000-7499"}, "961.75"),
        ({"object": "1000-7499"}, "962.083333"),
        ({"object": "8000-8799"}, "999.99"),
        ({}, "1967.073333"),
        ({"resource": "3*", "goal": "5*"}, "700.25"),
        ({"object": "979Z"}, "5.00"),
        ({"fund": "99"}, "0.00"),
    ],
)
def test_a_ledger_total_is_exact(title_i: Initiative, filters: dict[str, str], expected: str) -> None:
    total = get_ledger_total(fiscal_year=2024, kind="actual", filters=filters)
    assert str(total.amount) == expected
    assert [one.filename for one in total.filings] == ["actuals.csv"]


def test_a_year_that_was_never_filed_names_no_filing(title_i: Initiative) -> None:
    total = get_ledger_total(fiscal_year=2019, kind="actual")
    assert (total.amount, total.filings) == (Decimal(0), ())


def test_a_newer_filing_of_a_slice_counts_alone(title_i: Initiative) -> None:
    make_filing([("01", "3010", "1110", "1100", "1.00")], fiscal_year=2024, filed_at=MARCH, name="new.csv")
    total = get_ledger_total(fiscal_year=2024, kind="actual")
    assert (total.amount, [one.filename for one in total.filings]) == (Decimal("1.00"), ["new.csv"])


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [("1000", "7499", "1000-7499"), ("", "", ""), ("8000", "", "8000-9999"), ("", "1999", "0000-1999")],
)
def test_an_object_range_with_an_open_end_runs_on(first: str, last: str, expected: str) -> None:
    assert object_range(first=first, last=last) == expected


@pytest.mark.parametrize("filters", [{"colour": "1"}, {"fund": "1-100"}])
def test_a_filter_that_cannot_be_read_is_refused(title_i: Initiative, filters: dict[str, str]) -> None:
    with pytest.raises(FilterRefused):
        get_ledger_total(fiscal_year=2024, kind="actual", filters=filters)


def test_a_pivot_foots_to_its_columns(title_i: Initiative) -> None:
    pivot = get_pivot(segments=["resource"])
    assert [(one.fiscal_year, one.kind) for one in pivot.columns] == [(2024, "actual"), (2024, "budget")]
    assert [(row.codes, row.titles, row.amounts) for row in pivot.rows] == [
        (("0000",), ("",), (Decimal("-40.00"), None)),
        (("3010",), ("Title I, Part A",), (Decimal("701.25"), Decimal("770.00"))),
        (("6053",), ("",), (Decimal("0.333333"), None)),
        (("6500",), ("",), (Decimal("300.50"), Decimal("200.00"))),
    ]
    assert pivot.totals == (Decimal("962.083333"), Decimal("970.00"))


def test_a_pivot_by_two_segments_narrows_by_filter_and_scope(title_i: Initiative) -> None:
    pivot = get_pivot(segments=["fund", "object"], kinds=["actual"], filters={"fund": "01"}, scope="revenue")
    assert [(row.codes, row.amounts) for row in pivot.rows] == [(("01", "8011"), (Decimal("999.99"),))]


def test_budget_against_actual_shows_the_variance_and_what_jumped(title_i: Initiative) -> None:
    found = compare_budget(fiscal_year=2024, segment="resource", filters={"resource": "3010,6500"})
    assert [(row.code, row.budget, row.actual, row.variance, row.is_jump) for row in found.rows] == [
        ("3010", Decimal("770.00"), Decimal("701.25"), Decimal("-68.75"), False),
        ("6500", Decimal("200.00"), Decimal("300.50"), Decimal("100.50"), True),
    ]
    assert (found.total.variance, found.has_budget, found.has_actual) == (Decimal("31.75"), True, True)


def test_an_initiative_costs_by_year_source_and_class(title_i: Initiative) -> None:
    detail = get_initiative_cost(initiative_id=title_i.pk)
    actual, budget = detail.costs
    assert (actual.kind, actual.counted, actual.direct, actual.indirect, actual.elsewhere) == (
        "actual",
        Decimal("701.25"),
        Decimal("700.25"),
        Decimal("1.00"),
        Decimal("0.00"),
    )
    assert (budget.kind, budget.counted, budget.is_forecast) == ("budget", Decimal("770.00"), True)
    assert [(one.kind, one.code, one.title, one.counted) for one in detail.sources] == [
        ("actual", "3010", "Title I, Part A", Decimal("701.25")),
        ("budget", "3010", "Title I, Part A", Decimal("770.00")),
    ]
    assert [(one.kind, one.title, one.counted) for one in detail.classes] == [
        ("actual", "Certificated salaries", Decimal("700.25")),
        ("actual", "Other outgo and indirect", Decimal("1.00")),
        ("budget", "Certificated salaries", Decimal("770.00")),
    ]
    (own,) = detail.own_errors
    assert (own.fiscal_year, own.kind, own.error) == (2024, "budget", Decimal("68.75") / Decimal("701.25"))
    (whole,) = detail.district_errors
    assert (whole.forecast, whole.actual) == (Decimal("970.00"), Decimal("961.75"))
    assert list_forecast_errors() == (whole,)
    assert whole.fund == "01"


def test_what_was_shown_on_a_past_day_is_shown_again(title_i: Initiative) -> None:
    before = get_initiative_cost(initiative_id=title_i.pk)
    meters = list_meters()
    make_filing([("01", "3010", "1110", "1100", "1.00")], fiscal_year=2024, filed_at=MARCH)
    recompute(ledger_cost, now=MARCH)
    now = get_initiative_cost(initiative_id=title_i.pk)
    assert now.costs[0].counted == Decimal("1.00")
    february = datetime(2026, 2, 1, tzinfo=UTC)
    assert get_initiative_cost(initiative_id=title_i.pk, as_of=february) == before
    assert list_meters(as_of=february) == meters
    assert list_initiative_costs(as_of=datetime(2025, 12, 31, tzinfo=UTC)) == {}
    assert list_initiative_costs(as_of=MARCH) == list_initiative_costs()


def test_the_meter_foots_in_every_year_and_kind(title_i: Initiative) -> None:
    actual, budget = list_meters()
    assert (actual.total, actual.coded, actual.not_yet_coded) == (
        Decimal("962.083333"),
        Decimal("1001.75"),
        Decimal("-39.666667"),
    )
    assert (budget.total, budget.coded, budget.share("coded")) == (
        Decimal("970.00"),
        Decimal("970.00"),
        Decimal(1),
    )
    assert [one.total for one in list_meters(fund="12")] == [Decimal("0.333333")]


def test_a_figure_drills_down_to_its_rows_and_file(title_i: Initiative) -> None:
    found = list_counted_rows(fiscal_year=2024, kind="actual", initiative_id=title_i.pk)
    assert (found.counted, found.row_count) == (Decimal("701.25"), 2)
    assert [(row.filename, row.row_number, row.amount, row.share) for row in found.rows] == [
        ("actuals.csv", 2, Decimal("700.25"), Decimal(1)),
        ("actuals.csv", 3, Decimal("1.00"), Decimal(1)),
    ]
    assert found.rows[0].account == (
        ("fund", "01"),
        ("resource", "3010"),
        ("goal", "5760"),
        ("object", "1100"),
    )
    uncoded = list_counted_rows(fiscal_year=2024, kind="actual", band="uncoded")
    assert (uncoded.counted, uncoded.row_count) == (Decimal("-39.666667"), 2)
    nothing = list_counted_rows(fiscal_year=2024, kind="actual", initiative_id=title_i.pk, source="6500")
    assert (nothing.counted, nothing.rows) == (Decimal("0.00"), ())


def test_every_figure_of_every_initiative_equals_its_rows(title_i: Initiative) -> None:
    for initiative_id, costs in list_initiative_costs().items():
        for cost in costs.costs:
            rows = list_counted_rows(
                fiscal_year=cost.fiscal_year, kind=cost.kind, initiative_id=initiative_id
            )
            assert rows.counted == cost.counted == sum(row.amount * row.share for row in rows.rows)


def test_titles_are_the_newest_and_segments_have_the_districts_names(title_i: Initiative) -> None:
    assert find_code_titles(codes=["3010", "none"]) == {"3010": "Title I, Part A"}
    assert [(one.code, one.title) for one in list_code_titles(segment="resource")] == [
        ("3010", "Title I, Part A")
    ]
    LocalSegment.objects.create(segment="local_1", label="Site program")
    assert Segment(name="local_1", label="Site program") in list_segments()
    assert Segment(name="goal", label="SACS goal") in list_segments()


@pytest.mark.parametrize(
    ("read", "queries"),
    [
        (lambda pk: list_initiative_costs(), 1),
        (lambda pk: get_initiative_cost(initiative_id=pk), 4),
        (lambda pk: list_forecast_errors(), 1),
        (lambda pk: list_meters(), 1),
        (lambda pk: get_ledger_total(fiscal_year=2024, kind="actual"), 2),
        (lambda pk: get_pivot(segments=["resource", "object"]), 5),
        (lambda pk: compare_budget(fiscal_year=2024), 5),
        (lambda pk: list_rules(fiscal_year=2024, kind="actual"), 6),
        (lambda pk: list_counted_rows(fiscal_year=2024, kind="actual", initiative_id=pk), 7),
    ],
)
def test_reading_takes_few_queries(title_i: Initiative, read: Callable[[Any], Any], queries: int) -> None:
    assert count(lambda: read(title_i.pk)) == queries
