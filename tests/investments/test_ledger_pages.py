"""The ledger's pages: the answer first, the same numbers in the export, down to the row and its file."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from districts.access.permissions import Role
from investments.forms.ledger import words_match
from tests.cast import Cast
from tests.investments.books import Books, make_books

QUERIES = 17
"""Of the ledger page: 9 of its own, the others of session, person, membership, scope and transaction."""


@pytest.fixture
def books(bay: Cast) -> Books:
    return make_books(bay)


@pytest.fixture
def director(books: Books) -> Client:
    return books.cast.client(Role.BUDGET_DIRECTOR)


def rows_of(client: Client, url: str) -> list[list[str]]:
    response = client.get(url)
    assert response.status_code == 200
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_the_page_answers_first_from_the_newest_actuals(books: Books, director: Client) -> None:
    answer = director.get(books.base).context["answer"]
    assert answer == "In FY2024 the district spent $9,000; 11.1% of it is tied to initiatives."
    assert "From ledger-2024.dat , FY2024 actual, filed Sep 30, 2024" in text_of(director, books.base)


def test_spending_revenue_transfers_and_balance_are_kept_apart(books: Books, director: Client) -> None:
    sums = {}
    for show in ("spending", "revenue", "transfers", "balance"):
        sums[show] = rows_of(director, f"{books.base}?show={show}&export=csv")[-1][2]
    assert sums == {"spending": "9000.26", "revenue": "9500.00", "transfers": "33.00", "balance": "77.00"}


def test_a_search_for_title_i_is_not_title_ii(books: Books, director: Client) -> None:
    rows = rows_of(director, f"{books.base}?q=Title+I&export=csv")
    assert [row[0] for row in rows[1:]] == ["3010", "3150", "Total"]
    assert rows[-1][2] == "1000.25"
    assert director.get(f"{books.base}?q=Title+I").context["answer"] == (
        "In FY2024 the district spent $1,000 on resource codes and titles with “Title I”."
    )


def test_a_search_looks_at_every_segment_and_never_says_zero_dollars(books: Books, director: Client) -> None:
    response = director.get(f"{books.base}?q=Teachers")
    assert response.context["answer"] == (
        "No actual of FY2024 is booked on resource codes and titles with “Teachers”; it is found elsewhere."
    )
    (found,) = response.context["elsewhere"]
    assert found.words == "1 match by object: 1100 Certificated Teachers' Salaries"
    assert director.get(books.base + found.href).context["answer"] == (
        "In FY2024 the district spent $8,900 on object codes and titles with “Teachers”."
    )
    assert "$0" not in text_of(director, f"{books.base}?q=1100")
    nothing = director.get(f"{books.base}?q=nonesuch").context
    assert nothing["answer"].endswith("with “nonesuch”, nor on any other codes.")
    assert director.get(f"{books.base}?resource=9999").context["answer"] == (
        "No actual of FY2024 is booked on resource 9999."
    )


def test_a_search_with_matches_here_names_those_elsewhere_too(books: Books, director: Client) -> None:
    response = director.get(f"{books.base}?by=resource&q=4")
    assert [row.cells[0].value for row in response.context["table"].rows] == ["4035"]
    assert [one.words for one in response.context["elsewhere"]] == [
        "1 match by object: 4300 Materials and Supplies"
    ]


def test_a_part_of_a_word_counts_only_where_no_whole_word_does() -> None:
    titles = [("3010", "Title I"), ("4035", "Title II"), ("4203", "Title III")]
    assert words_match(text="title i", candidates=titles) == [True, False, False]
    assert words_match(text="tit", candidates=titles) == [True, True, True]
    assert words_match(text=" ", candidates=titles) == [True, True, True]


def test_the_export_holds_the_exact_values_of_the_page(books: Books, director: Client) -> None:
    rows = rows_of(director, f"{books.base}?by=resource&then=object&export=csv")
    assert rows[0] == [
        "Resource",
        "Title",
        "Object",
        "Object title",
        "FY2024 actual (dollars)",
        "Share (of this total)",
    ]
    assert rows[1] == [
        "0000",
        "Unrestricted",
        "1100",
        "Certificated Teachers' Salaries",
        "8000.00",
        "88.8863",
    ]
    assert sum(Decimal(row[4]) for row in rows[1:-1]) == Decimal(rows[-1][4]) == Decimal("9000.26")
    workbook = director.get(f"{books.base}?export=xlsx")
    assert workbook.content[:2] == b"PK"


def test_objects_fold_into_classes_by_their_first_digit(books: Books, director: Client) -> None:
    rows = rows_of(director, f"{books.base}?by=object_class&export=csv")
    assert [row[:3] for row in rows[1:]] == [
        ["1000", "Certificated salaries", "8900.26"],
        ["4000", "Books and supplies", "100.00"],
        ["Total", "", "9000.26"],
    ]


def test_a_row_leads_one_step_down_and_then_to_the_rows_of_the_file(books: Books, director: Client) -> None:
    table = director.get(f"{books.base}?q=3010").context["table"]
    assert table.rows[0].cells[0].href == "?year=2024&kind=actual&by=object&resource=3010"
    assert table.rows[0].actions[0].href == f"{books.base}rows/?year=2024&kind=actual&resource=3010"
    rows = rows_of(director, f"{books.base}rows/?year=2024&kind=actual&resource=3010&export=csv")
    assert [(row[0], row[-2], row[-1]) for row in rows[1:3]] == [
        ("2", "700.25", "ledger-2024.dat"),
        ("3", "100.00", "ledger-2024.dat"),
    ]


def test_rows_start_from_the_newest_actuals_and_may_be_of_every_file(books: Books, director: Client) -> None:
    answers = {
        query: director.get(f"{books.base}rows/{query}").context["answer"]
        for query in ("", "?filing=all", "?kind=budget", "?filing=nonsense", "?show=all&object=9*")
    }
    assert answers == {
        "": "5 ledger rows add up to $9,000 in FY2024 actual, filed Sep 30, 2024.",
        "?filing=all": "10 ledger rows in 3 files; actuals and forecasts are not added up.",
        "?kind=budget": "3 ledger rows add up to −$190K in FY2024 budget, filed Sep 30, 2023.",
        "?filing=nonsense": "No file has these rows.",
        "?show=all&object=9*": "1 ledger row adds up to $77 in FY2024 actual, filed Sep 30, 2024.",
    }


def test_noise_is_said_in_words(books: Books, director: Client) -> None:
    notes = {row.cells[0].value: row.cells[2].note for row in director.get(books.base).context["table"].rows}
    assert notes == {"0000": "", "3010": "", "3150": "", "4035": "placeholder: no spending"}
    budget = director.get(f"{books.base}?kind=budget&by=object").context["table"].rows
    assert {row.cells[0].value: row.cells[2].note for row in budget} == {
        "1100": "",
        "5800": "a cut not yet assigned",
    }


def test_years_are_drawn_from_the_same_question(books: Books, director: Client) -> None:
    chart = director.get(f"{books.base}history/?q=Title+I").context["chart"]
    assert chart.takeaway == "Spending on “Title I” rose from $500 in FY2023 to $1,000 in FY2024"
    assert [row[0] for row in chart.rows] == ["FY2023", "FY2024"]
    assert director.get(f"{books.base}history/?show=balance").context["chart"] is None


def test_a_budget_is_said_to_be_a_forecast(books: Books, director: Client) -> None:
    response = director.get(f"{books.base}?year=2024&kind=budget&resource=3010&by=object")
    assert response.context["answer"] == (
        "The FY2024 budget forecasts $1,000 of spending on ESSA: Title I, Part A, Basic Grants (resource 3010)."
    )
    assert response.context["table"].columns[2].unit == "forecast, dollars"


def test_a_year_that_is_not_there_offers_those_that_are(books: Books, director: Client) -> None:
    response = director.get(f"{books.base}?year=2019&kind=actual")
    assert response.context["answer"] == "No ledger of this year and kind has landed."
    assert [one.words for one in response.context["held"]] == [
        "FY2023 actual",
        "FY2024 actual",
        "FY2024 budget",
    ]


def test_what_cannot_be_read_is_left_out(books: Books, director: Client) -> None:
    url = f"{books.base}?year=x&kind=y&by=z&then=z&show=w&resource=,,&sort=q&page=-1"
    assert director.get(url).context["answer"] == director.get(books.base).context["answer"]


def test_budget_against_actual_in_dollars_and_percent(books: Books, director: Client) -> None:
    rows = rows_of(director, f"{books.base}variance/?fund=01&q=title&export=csv")
    assert rows[0][2:] == [
        "Budget (adopted, forecast)",
        "Actual (dollars)",
        "Variance (actual less budget, dollars)",
        "Variance in percent (of the budget)",
    ]
    assert rows[1:] == [
        ["3150", "ESSA: Title I, Schoolwide Programs", "0.00", "200.00", "200.00", ""],
        ["4035", "ESSA: Title II, Part A", "0.00", "0.01", "0.01", ""],
        ["3010", "ESSA: Title I, Part A, Basic Grants", "1000.00", "800.25", "-199.75", "-19.9750"],
        ["Total", "", "1000.00", "1000.26", "0.26", "0.0260"],
    ]


def test_superseded_filings_stay_readable(books: Books, director: Client) -> None:
    rows = rows_of(director, f"{books.base}files/?export=csv")
    assert [(row[0], row[1], row[3]) for row in rows[1:]] == [
        ("FY2024 actual", "ledger-2024.dat", "Counts now"),
        ("FY2024 budget", "october-budget.dat", "Counts now"),
        ("FY2024 budget", "june-budget.dat", "Superseded"),
        ("FY2023 actual", "ledger-2023.dat", "Counts now"),
    ]
    page = text_of(director, f"{books.base}rows/?filing={books.superseded.pk}")
    assert "This file is superseded" in page
    assert "1 ledger row adds up to $950 in FY2024 budget" in page


def test_the_rows_of_a_band_add_up_to_its_figure(books: Books, director: Client) -> None:
    response = director.get(f"{books.base}counted/?year=2024&kind=actual&band=not_split")
    assert response.context["exact"] == "$8,000.00"
    mine = f"{books.base}counted/?year=2024&kind=actual&initiative={books.title_one.pk}&export=csv"
    assert [row[-3] for row in rows_of(director, mine)[1:]] == ["700.25", "200.00", "100.00"]
    for nonsense in ("", "?year=2024&band=x", "?year=2024&initiative=x", "?year=x&band=core"):
        assert director.get(f"{books.base}counted/{nonsense}").status_code == 404


def test_the_ledger_page_asks_no_more_as_the_ledger_grows(books: Books, director: Client) -> None:
    director.get(books.base)
    with CaptureQueriesContext(connection) as queries:
        director.get(books.base)
    assert len(queries) == QUERIES


def test_an_empty_district_is_told_the_next_step(bay: Cast) -> None:
    client = bay.client(Role.BUDGET_DIRECTOR)
    base = f"/d/{bay.slug}/budget/"
    for path in ("", "variance/", "rows/", "files/", "uncoded/", "rules/", "allocations/"):
        response = client.get(base + path)
        assert response.status_code == 200, path
    assert client.get(base).context["table"].empty.action_label == "Upload a ledger"
    assert bay.client(Role.CABINET).get(base).context["table"].empty.action_label == ""


@pytest.mark.parametrize("path", ["", "variance/", "rows/", "files/", "uncoded/", "rules/", "allocations/"])
def test_cabinet_reads_and_board_does_not(books: Books, path: str) -> None:
    assert books.cast.client(Role.CABINET).get(books.base + path).status_code == 200
    assert books.cast.client(Role.BOARD_MEMBER).get(books.base + path).status_code == 403
