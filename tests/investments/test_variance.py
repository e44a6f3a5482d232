"""Budget against actual compares the funds that have both; what has only one of the two stands apart, named."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.test import Client

from districts.access.permissions import Role
from districts.tenancy import district_scope
from investments.models import CodeTitle
from investments.recompute import ledger_cost
from investments.selectors import compare_budget, list_forecast_errors
from tests.cast import Cast
from tests.investments.facts import make_filing, make_upload, recompute

BUDGET = [
    ("01", "3010", "1110", "1100", "1000.00"),
    ("01", "0000", "1110", "1100", "9000.00"),
    ("12", "6105", "0001", "2100", "500.00"),
    ("13", "5310", "0000", "4700", "300.00"),
]
ESTIMATE = [
    ("01", "0000", "1110", "1100", "11000.00"),
    ("51", "9010", "0000", "7434", "0.05"),
]
ACTUAL = [
    ("01", "3010", "1110", "1100", "1200.00"),
    ("01", "0000", "1110", "1100", "9100.00"),
    ("01", "9010", "1110", "1100", "400.00"),
    ("12", "6105", "0001", "2100", "450.00"),
    ("51", "9010", "0000", "7434", "40000.00"),
    ("21", "9010", "0000", "6200", "700.00"),
]


def keep_books() -> None:
    make_filing(ACTUAL, fiscal_year=2024)
    make_filing(BUDGET, fiscal_year=2024, kind="budget")
    make_filing(ESTIMATE, fiscal_year=2024, kind="estimated_actual")
    upload = make_upload("codes")
    for segment, code, title in (
        ("fund", "01", "General Fund"),
        ("fund", "51", "Bond Interest and Redemption"),
        ("resource", "3010", "Title I"),
    ):
        CodeTitle.objects.create(upload=upload, segment=segment, code=code, title=title)
    recompute(ledger_cost)


@pytest.fixture
def director(bay: Cast) -> Client:
    with district_scope(bay.district.pk, cause="test"):
        keep_books()
    return bay.client(Role.BUDGET_DIRECTOR)


def lead(client: Client, bay: Cast, query: str = "") -> str:
    context = client.get(f"/d/{bay.slug}/budget/variance/{query}").context
    return f"{context['answer']} {context['apart_words']}".strip()


def test_only_funds_with_a_budget_and_actuals_are_compared(in_bay: Cast) -> None:
    keep_books()
    found = compare_budget(fiscal_year=2024, segment="resource")
    assert (found.total.budget, found.total.actual) == (Decimal("10500.00"), Decimal("11150.00"))
    assert [(row.code, row.actual) for row in found.rows] == [
        ("0000", Decimal("9100.00")),
        ("3010", Decimal("1200.00")),
        ("6105", Decimal("450.00")),
        ("9010", Decimal("400.00")),
    ]
    assert [row.code for row in found.funds] == ["01", "12"]
    assert [(row.code, row.budget, row.actual) for row in found.apart] == [
        ("13", Decimal("300.00"), Decimal("0.00")),
        ("21", Decimal("0.00"), Decimal("700.00")),
        ("51", Decimal("0.00"), Decimal("40000.00")),
    ]
    everything = sum(row.actual for row in (*found.rows, *found.apart))
    assert everything == sum(Decimal(row[4]) for row in ACTUAL)


def test_whether_a_fund_has_a_budget_is_asked_of_the_whole_fund(in_bay: Cast) -> None:
    keep_books()
    found = compare_budget(fiscal_year=2024, segment="resource", filters={"resource": "9010"})
    assert [(row.code, row.actual, row.is_unbudgeted) for row in found.rows] == [
        ("9010", Decimal("400.00"), True)
    ]
    assert [row.code for row in found.apart] == ["21", "51"]


def test_the_headline_names_what_is_not_compared(bay: Cast, director: Client) -> None:
    assert lead(director, bay) == (
        "In FY2024 the district spent $11,150 in the 2 funds that have a budget, $650 (6.2%) more than the"
        " adopted budget. Fund 01 (General Fund), the largest: $700 (7.0%) more than budgeted. Not compared:"
        " $40,700 spent from funds without a budget: fund 51 (Bond Interest and Redemption) $40,000, fund 21"
        " $700. Budgeted, with nothing spent: $300 (fund 13)."
    )


def test_the_headline_follows_the_filter_and_the_search(bay: Cast, director: Client) -> None:
    assert lead(director, bay, "?q=3010") == (
        "In FY2024 the district spent $1,200 on codes and titles with “3010”, $200 (20.0%) more than the"
        " adopted budget."
    )
    assert lead(director, bay, "?fund=51").startswith(
        "Nothing here has both a budget and actuals: there is no variance. Not compared: $40,000 spent"
    )
    assert lead(director, bay, "?q=nonesuch").startswith("No account of FY2024 matches")


def test_a_fund_without_a_budget_is_marked_and_leads_to_its_rows(bay: Cast, director: Client) -> None:
    page = director.get(f"/d/{bay.slug}/budget/variance/?by=fund").content.decode()
    assert "no budget, check coding" in page
    apart = page[page.index('id="h-apart"') :]
    assert re.search(r"rows/\?fund=51&amp;year=2024&amp;kind=actual", apart)
    assert re.search(r"rows/\?fund=01&amp;year=2024&amp;kind=estimated_actual", page)
    sheet = director.get(f"/d/{bay.slug}/budget/variance/?table=apart&export=csv").content.decode("utf-8-sig")
    assert "51,Bond Interest and Redemption,0.00,40000.00" in sheet


def test_the_record_is_of_the_largest_fund_with_both_and_says_so(bay: Cast, director: Client) -> None:
    with district_scope(bay.district.pk, cause="test"):
        budget, estimate = list_forecast_errors()
        (small,) = list_forecast_errors(funds=["12", "51"])
    assert (budget.fund, estimate.fund, small.fund) == ("01", "01", "12")
    assert (budget.forecast, budget.actual) == (Decimal("10000.00"), Decimal("10700.00"))
    record = director.get(f"/d/{bay.slug}/budget/variance/").context["record"]
    assert record == [
        "FY2024 budget, fund 01 (General Fund): $10,000 forecast, $10,700 spent: 6.5% under.",
        "FY2024 estimated actual, fund 01 (General Fund): $11,000 forecast, $10,700 spent: 2.8% over.",
    ]
