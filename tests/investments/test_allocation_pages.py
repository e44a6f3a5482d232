"""Allocation entry: each cell saved with its totals, a refusal never taken for a save, the last change undone."""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import Decimal
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from districts.access.permissions import Role
from districts.models import AuditEvent
from districts.tenancy import district_scope
from investments.forms.allocations import NOT_DOLLARS, choose
from investments.models import Allocation
from investments.selectors import AllocationCell, AllocationGrid, AllocationRow, SourceBalance
from tests.cast import Cast
from tests.investments.books import Books, make_books

HTMX = {"HX-Request": "true"}


@pytest.fixture
def books(bay: Cast) -> Books:
    return make_books(bay)


@pytest.fixture
def director(books: Books) -> Client:
    return books.cast.client(Role.BUDGET_DIRECTOR)


def cell(books: Books, amount: str, **changes: str) -> dict[str, str]:
    return {
        "filing": str(books.budget.pk),
        "initiative": str(books.title_one.pk),
        "source": "3010",
        "amount": amount,
        **changes,
    }


def held(books: Books) -> list[tuple[str, Decimal, str]]:
    with district_scope(books.cast.district.pk):
        rows = Allocation.objects.order_by("funding_source__code", "amount")
        return list(rows.values_list("funding_source__code", "amount", "note"))


def words_of(response: HttpResponse, element: str) -> str:
    found = re.search(rf'id="{element}"[^>]*>(.*?)</(?:td|p|div)>', response.content.decode(), re.DOTALL)
    assert found, f"{element} is not in the answer"
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[1])).strip()


def test_a_cell_is_saved_and_its_totals_come_back(books: Books, director: Client) -> None:
    url = f"{books.base}allocations/"
    response = director.post(
        url, cell(books, "$ 1,200.50", held_note="as agreed", sure="1200.50"), headers=HTMX
    )
    assert response.status_code == 200
    assert held(books) == [("3010", Decimal("1200.50"), "as agreed")]
    key = b"3010".hex()
    assert words_of(response, f"given-{key}") == "$1,201"
    assert words_of(response, f"left-{key}") == "Over by $200.50"
    assert words_of(response, f"row-{books.title_one.pk}") == "$1,201"
    assert words_of(response, "grid-status") == (
        "Saved: Title I schools from 3010, $1,200.50. $200.50 more is given out of 3010 than this budget has."
    )
    assert words_of(response, "grid-answer").startswith("$1,201 of the FY2024 budget")
    assert "Title I schools from 3010: $1,200.50 back to nothing" in response.content.decode()


@pytest.mark.parametrize(
    "typed", ["lots", "-5", "1.005", "NaN", "Infinity", "1e30", "1e2", "1.5m", "($5)", "1,00", "9" * 40]
)
def test_what_is_no_amount_is_refused_and_changes_nothing(books: Books, director: Client, typed: str) -> None:
    director.post(f"{books.base}allocations/", cell(books, "10"), headers=HTMX)
    response = director.post(f"{books.base}allocations/", cell(books, typed), headers=HTMX)
    assert response.status_code == 422
    assert words_of(response, "grid-status").startswith("Not saved. ")
    assert held(books) == [("3010", Decimal("10.00"), "")]


def test_an_amount_above_the_whole_source_is_asked_back_first(books: Books, director: Client) -> None:
    url = f"{books.base}allocations/"
    asked = director.post(url, cell(books, "1,000,000,000"), headers=HTMX)
    question = "$1,000,000,000.00 is more than the $1,000.00 this budget has from 3010"
    assert asked.status_code == 422
    told = json.loads(asked["HX-Trigger"])["allocation-refused"]
    assert (told["words"].startswith(question), told["sure"]) == (True, "1000000000")
    assert director.post(url, cell(books, "2000", sure="1000000000"), headers=HTMX).status_code == 422
    assert held(books) == []
    form = director.post(url, cell(books, "2000"))
    assert form.status_code == 422
    assert 'name="sure" value="2000"' in form.content.decode()
    assert director.post(url, cell(books, "2000", sure="2000")).status_code == 302
    assert held(books) == [("3010", Decimal("2000.00"), "")]


def test_the_cell_is_told_why_it_was_refused(books: Books, director: Client) -> None:
    response = director.post(f"{books.base}allocations/", cell(books, "1e9"), headers=HTMX)
    told = json.loads(response["HX-Trigger"])["allocation-refused"]
    assert told == {"words": NOT_DOLLARS, "sure": ""}


def test_the_largest_by_budget_and_what_is_given_out_are_always_columns() -> None:
    budgets = {"1": 10, "2": 90, "3": 80, "4": 70, "5": 60, "6": 50, "7": 40, "8": 5}
    sources = tuple(
        SourceBalance(
            source=code,
            title="",
            budget=Decimal(budget),
            allocated=Decimal(code == "8"),
            is_in_budget=True,
        )
        for code, budget in budgets.items()
    )
    given = AllocationCell(source="8", amount=Decimal(1), note="")
    row = AllocationRow(initiative_id=uuid4(), name="Tutoring", cells=(given,), total=Decimal(1))
    view = choose(
        grid=AllocationGrid(filing=None, filings=(), sources=sources, rows=(row,)),
        show="",
        source="",
        initiative="",
    )
    assert [one.source for one in view.sources] == ["2", "3", "4", "5", "6", "7", "8"]


def test_an_unknown_source_is_refused_and_an_unknown_initiative_absent(
    books: Books, director: Client
) -> None:
    url = f"{books.base}allocations/"
    assert director.post(url, cell(books, "10", source="9999"), headers=HTMX).status_code == 422
    assert director.post(url, cell(books, "10", initiative=str(books.budget.pk))).status_code == 404
    assert director.post(url, cell(books, "10", filing=str(books.actual.pk))).status_code == 404
    assert held(books) == []


def test_the_plain_form_saves_one_allocation_with_a_note(books: Books, director: Client) -> None:
    url = f"{books.base}allocations/"
    response = director.post(url, cell(books, "10", note="by hand"))
    assert response.status_code == 302
    assert held(books) == [("3010", Decimal("10.00"), "by hand")]
    refused = director.post(url, cell(books, "x", initiative=""))
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"amount", "initiative"}
    assert director.post(url, cell(books, "")).status_code == 302
    assert held(books) == []


def test_changes_are_undone_one_after_the_other(books: Books, director: Client) -> None:
    url = f"{books.base}allocations/"
    director.post(url, cell(books, "10", note="first"))
    director.post(url, cell(books, "20", held_note="first"), headers=HTMX)
    undo = director.get(url).context["undo"]
    assert (undo.before, undo.after) == (Decimal("10.00"), Decimal("20.00"))
    event = {"filing": str(books.budget.pk), "event": str(undo.event_id)}
    assert director.post(f"{url}undo/", event).status_code == 302
    assert held(books) == [("3010", Decimal("10.00"), "first")]
    assert director.post(f"{url}undo/", event, follow=True).status_code == 200
    assert held(books) == [("3010", Decimal("10.00"), "first")]
    before = director.get(url).context["undo"]
    assert (before.before, before.after) == (None, Decimal("10.00"))
    director.post(f"{url}undo/", {"filing": str(books.budget.pk), "event": str(before.event_id)})
    assert held(books) == []
    assert director.get(url).context["undo"] is None
    director.post(url, cell(books, "30"))
    assert director.get(url).context["undo"].after == Decimal("30.00")


def test_an_undo_from_the_grid_answers_with_the_cell_and_its_totals_and_is_audited(
    books: Books, director: Client
) -> None:
    url = f"{books.base}allocations/"
    director.post(url, cell(books, "10"), headers=HTMX)
    director.post(url, cell(books, "20.50"), headers=HTMX)
    undo = director.get(url).context["undo"]
    event = {"filing": str(books.budget.pk), "event": str(undo.event_id)}
    answer = director.post(f"{url}undo/", event, headers=HTMX)
    assert json.loads(answer["HX-Trigger"]) == {
        "allocation-undone": {"cell": f"cell-{books.title_one.pk}-{b'3010'.hex()}", "text": "10"}
    }
    assert words_of(answer, "grid-status").startswith("Undone: ")
    assert words_of(answer, f"row-{books.title_one.pk}") == "$10"
    with district_scope(books.cast.district.pk):
        last = AuditEvent.objects.filter(table_name="investments_allocation").order_by("-id")[0]
    assert (last.cause, last.before["amount"], last.after["amount"]) == (f"POST {url}undo/", 20.5, 10.0)
    stale = director.post(f"{url}undo/", event, headers=HTMX)
    assert stale.status_code == 422
    assert words_of(stale, "grid-status") == "Not saved. This change is not your last one any more."


def test_a_link_skips_to_the_first_amount(books: Books, director: Client) -> None:
    page = director.get(f"{books.base}allocations/").content.decode()
    target = re.search(r'class="usa-skipnav" href="#([^"]+)">Skip to the first amount', page)
    assert target
    assert re.search(r'<input class="usa-input grid__input" id="([^"]+)"', page)[1] == target[1]  # type: ignore[index]


def test_what_somebody_changed_since_is_not_undone(books: Books, director: Client) -> None:
    url = f"{books.base}allocations/"
    director.post(url, cell(books, "10"))
    undo = director.get(url).context["undo"]
    with district_scope(books.cast.district.pk, actor_id=books.cast.people[Role.CABINET].pk):
        Allocation.objects.update(amount=Decimal(30))
    response = director.post(
        f"{url}undo/", {"filing": str(books.budget.pk), "event": str(undo.event_id)}, follow=True
    )
    assert "Somebody has changed this allocation since. Nothing is undone." in response.content.decode()
    assert held(books) == [("3010", Decimal("30.00"), "")]


def test_the_export_is_the_grid_with_its_foot(books: Books, director: Client) -> None:
    url = f"{books.base}allocations/"
    director.post(url, cell(books, "1200.50", sure="1200.50"))
    response = director.get(f"{url}?sources=all&export=csv")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows == [
        ["Initiative", "0000 Unrestricted", "3010 ESSA: Title I, Part A, Basic Grants", "All sources"],
        ["Special education", "", "", "0.00"],
        ["Title I schools", "", "1200.50", "1200.50"],
        ["Budget", "-191000.00", "1000.00", "-190000.00"],
        ["Allocated", "0.00", "1200.50", "1200.50"],
        ["Remaining", "-191000.00", "-200.50", "-191200.50"],
    ]


def test_sources_and_initiatives_are_chosen(books: Books, director: Client) -> None:
    url = f"{books.base}allocations/"
    director.post(url, cell(books, "10"))

    def shown(query: str) -> tuple[list[str], list[str]]:
        context = director.get(url + query).context
        return [one.balance.source for one in context["columns"]], [line.name for line in context["lines"]]

    both = ["Special education", "Title I schools"]
    assert shown("") == (["0000", "3010"], both)
    assert shown("?sources=all") == (["0000", "3010"], both)
    assert shown("?sources=over") == (["0000"], both)
    assert shown("?source=unrestricted,3010&initiative=title") == (["0000", "3010"], ["Title I schools"])
    assert shown("?filing=nonsense&sources=nonsense") == (["0000", "3010"], both)


def test_cabinet_reads_the_grid_and_cannot_write(books: Books) -> None:
    cabinet = books.cast.client(Role.CABINET)
    url = f"{books.base}allocations/"
    assert "grid__input" not in cabinet.get(url).content.decode()
    assert cabinet.post(url, cell(books, "10"), headers=HTMX).status_code == 403
    assert cabinet.post(f"{url}undo/").status_code == 403
    assert held(books) == []
