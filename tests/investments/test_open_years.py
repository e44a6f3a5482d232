"""A year to date is shown as such, and is no year's result: not latest, no forecast's yardstick, no variance."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from districts.access.permissions import Role
from districts.tenancy import district_scope
from investments.imports.fiscal_years import read_fiscal_year
from investments.models import AmountKind, LedgerCost
from investments.recompute import ledger_cost
from investments.selectors import (
    compare_budget,
    get_initiative_cost,
    get_ledger_total,
    list_counted_rows,
    list_filings,
    list_forecast_errors,
    list_initiative_costs,
    list_meters,
)
from strategy.models import Initiative
from tests.cast import Cast
from tests.districts.landing.files import land, mapped, work
from tests.investments.facts import make_filing, make_initiative, make_rule, recompute

THROUGH = date(2026, 10, 31)


@pytest.fixture
def scope(bay: Cast) -> Iterator[Cast]:
    with district_scope(bay.district.pk, cause="test"):
        yield bay


def keep_books() -> Initiative:
    """FY2026 closed, FY2027 budgeted at 1,200 and spent 300 to date."""
    make_filing([("01", "3010", "", "1100", "1000.00")], fiscal_year=2026)
    make_filing([("01", "3010", "", "1100", "1200.00")], fiscal_year=2027, kind="budget")
    opened = make_filing([("01", "3010", "", "1100", "300.00")], fiscal_year=2027)
    opened.through_on = THROUGH
    opened.save()
    title_one = make_initiative("Title I schools")
    make_rule(title_one, resource="3010")
    recompute(ledger_cost)
    return title_one


def test_open_year_is_no_actual_in_any_figure_of_results(scope: Cast) -> None:
    title_one = keep_books()
    costs = list_initiative_costs()[title_one.pk]
    assert [(one.fiscal_year, one.kind, one.through_on) for one in costs.costs] == [
        (2026, "actual", None),
        (2027, "actual_to_date", THROUGH),
        (2027, "budget", None),
    ]
    assert costs.latest_actual is not None
    assert costs.latest_actual.fiscal_year == 2026
    assert list_forecast_errors() == ()
    assert get_initiative_cost(initiative_id=title_one.pk).own_errors == ()
    assert [(one.fiscal_year, one.kind, one.through_on) for one in list_meters(fiscal_year=2027)] == [
        (2027, "actual_to_date", THROUGH),
        (2027, "budget", None),
    ]
    rows = list_counted_rows(fiscal_year=2027, kind="actual_to_date", initiative_id=title_one.pk)
    assert rows.counted == Decimal("300.00")


def test_variance_of_an_open_year_is_not_given(scope: Cast) -> None:
    keep_books()
    variance = compare_budget(fiscal_year=2027)
    assert (variance.has_actual, variance.through_on) == (False, THROUGH)
    assert variance.total.actual == Decimal("300.00")


def test_total_of_an_open_year_names_the_day_it_runs_through(scope: Cast) -> None:
    keep_books()
    total = get_ledger_total(fiscal_year=2027, kind="actual")
    assert (total.amount, [one.through_on for one in total.filings]) == (Decimal("300.00"), [THROUGH])
    assert get_ledger_total(fiscal_year=2026, kind="actual").filings[0].through_on is None


def test_closing_the_year_makes_it_an_actual(scope: Cast) -> None:
    title_one = keep_books()
    make_filing(
        [("01", "3010", "", "1100", "1150.00")], fiscal_year=2027, filed_at=datetime(2027, 9, 1, tzinfo=UTC)
    )
    recompute(ledger_cost)
    assert not LedgerCost.objects.filter(shown_until=None, kind=AmountKind.TO_DATE).exists()
    latest = list_initiative_costs()[title_one.pk].latest_actual
    assert latest is not None
    assert (latest.fiscal_year, latest.counted) == (2027, Decimal("1150.00"))
    assert [one.error for one in list_forecast_errors()] == [Decimal(50) / Decimal(1150)]


def test_one_open_ledger_leaves_the_whole_year_open(scope: Cast) -> None:
    keep_books()
    other = make_filing([("01", "3010", "", "1100", "5.00")], fiscal_year=2025)
    other.fiscal_year, other.ledger = 2027, "charter"
    other.save()
    assert {
        (one.ledger, one.kind) for one in list_filings(fiscal_years=[2027], kinds=["actual_to_date"])
    } == {
        ("main", "actual_to_date"),
        ("charter", "actual_to_date"),
    }
    assert list_filings(fiscal_years=[2027], kinds=["actual"]) == ()


def test_pages_say_to_date_and_through_which_day(bay: Cast) -> None:
    with district_scope(bay.district.pk, cause="test"):
        keep_books()
    client = bay.client(Role.BUDGET_DIRECTOR)
    base = "/d/bay/budget/"
    page = client.get(f"{base}?year=2027&kind=actual_to_date").content.decode()
    assert "FY2027 is not finished: through Oct 31, 2026 the district spent $300" in page
    variance = client.get(f"{base}variance/?year=2027").content.decode()
    assert "FY2027 is not finished: through Oct 31, 2026 the district spent $300 of the $1,200" in variance
    assert "Year not finished" in variance
    sheet = client.get(f"{base}variance/?year=2027&export=csv").content.decode("utf-8-sig")
    header, first, *_ = list(csv.reader(io.StringIO(sheet)))
    assert header[3].startswith("Actual to date")
    assert first[4:] == ["", ""]
    files = client.get(f"{base}files/").content.decode()
    assert "FY2027 actual to date (through Oct 31, 2026)" in files
    every = client.get(f"{base}?year=all&kind=actual_to_date&export=csv").content.decode("utf-8-sig")
    assert "FY2027 actual to date (through Oct 31, 2026)" in every


def test_answer_of_the_map_reaches_the_filing(bay: Cast) -> None:
    yesterday = (datetime.now(tz=UTC) - timedelta(days=1)).date()
    year = read_fiscal_year(yesterday.isoformat())
    text = f"Fund,Resource,Object,Fiscal Year,Type,Amount\n01,3010,1100,{year},Actual,100.00\n"
    upload = land(bay, text, "ytd.csv").upload
    work()
    upload = mapped(bay, upload, actuals_are="to_date", through_on=yesterday.isoformat())
    assert upload.state == "ready"
    assert upload.preview["slices"][0]["label"] == f"Actual FY{year} to date (through {yesterday})"


def test_initiative_page_shows_the_year_to_date_hollow_and_apart(bay: Cast) -> None:
    with district_scope(bay.district.pk, cause="test"):
        title_one = keep_books()
    page = bay.client(Role.CABINET).get(f"/d/bay/initiatives/{title_one.pk}/").content.decode()
    assert "Actual to date (through Oct 31, 2026)" in page
    assert "FY2027 to date (through Oct 31, 2026), a year not finished" in page
    assert "Spent in FY2026" in page


def test_api_names_the_day_a_year_to_date_runs_through(bay: Cast) -> None:
    with district_scope(bay.district.pk, cause="test"):
        title_one = keep_books()
    client = bay.client(Role.CABINET)
    cost = client.get(f"/api/v1/d/bay/initiatives/{title_one.pk}/").json()["costs"]
    assert [(one["fiscal_year"], one["kind"], one["through_on"]) for one in cost] == [
        (2026, "actual", None),
        (2027, "actual_to_date", "2026-10-31"),
        (2027, "budget", None),
    ]
    total = client.get("/api/v1/d/bay/ledger/totals/?fiscal_year=2027&kind=actual").json()
    assert (total["amount"], total["filing"]["through_on"]) == ("300.00", "2026-10-31")
    assert (total["kind"], total["through_on"]) == ("actual_to_date", "2026-10-31")
    closed = client.get("/api/v1/d/bay/ledger/totals/?fiscal_year=2026&kind=actual").json()
    assert (closed["kind"], closed["through_on"]) == ("actual", None)
    nothing = client.get("/api/v1/d/bay/ledger/totals/?fiscal_year=2020&kind=actual").json()
    assert (nothing["kind"], nothing["through_on"], nothing["amount"]) == ("actual", None, None)


def test_rows_behind_dollars_to_date_name_the_day(bay: Cast) -> None:
    with district_scope(bay.district.pk, cause="test"):
        title_one = keep_books()
    client, base = bay.client(Role.CABINET), "/d/bay/budget/counted/"
    page = client.get(f"{base}?year=2027&kind=actual_to_date&initiative={title_one.pk}").content.decode()
    assert "of FY2027 actual to date (through Oct 31, 2026) is counted here" in page
