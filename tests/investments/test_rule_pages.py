"""Coding rules in the browser's terms: seen before they are saved, ordered, never over the whole of an account."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from districts.access.permissions import Role
from districts.models import Mark
from districts.tenancy import district_scope
from investments.models import CodingRule
from tests.cast import Cast
from tests.investments.books import Books, make_books


@pytest.fixture
def books(bay: Cast) -> Books:
    return make_books(bay)


@pytest.fixture
def director(books: Books) -> Client:
    return books.cast.client(Role.BUDGET_DIRECTOR)


def names_in_order(books: Books) -> list[str]:
    with district_scope(books.cast.district.pk):
        rules = CodingRule.objects.filter(archived_at=None).order_by("position", "id")
        return list(rules.values_list("name", flat=True))


def marks(books: Books) -> int:
    return Mark.objects.filter(district=books.cast.district).count()


def a_rule(books: Books, **changes: str) -> dict[str, str]:
    return {
        "name": "Materials",
        "owner": str(books.title_one.pk),
        "object": "4300",
        "share": "100",
        **changes,
    }


def test_the_list_says_what_each_rule_catches_and_who_else_counts_it(books: Books, director: Client) -> None:
    response = director.get(f"{books.base}rules/?slice=2024-actual&export=csv")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [(row[0], row[1], row[3], *row[5:]) for row in rows[1:]] == [
        ("1", "Title I", "Resource 3010, 3150", "1000.25", "1000.25", "0.00"),
        ("2", "Special education", "SACS goal 5*", "100.00", "0.00", "100.00"),
        ("3", "Unrestricted", "Resource 0000", "8000.00", "8000.00", "0.00"),
    ]
    special = director.get(f"{books.base}rules/").context["lines"][1].row.cells[7]
    assert special.note == "$100 by Title I"


def test_a_preview_shows_dollars_and_changes_and_keeps_nothing(books: Books, director: Client) -> None:
    before = marks(books)
    response = director.get(f"{books.base}rules/preview/", a_rule(books, resource="0000", object=""))
    assert [(row.fiscal_year, row.kind, row.counted) for row in response.context["preview"].rows] == [
        (2023, "actual", 9000),
        (2024, "actual", 8000),
        (2024, "budget", -191000),
    ]
    assert response.context["years"] == "This changes figures of FY2023, FY2024."
    assert [row.cells[0].value for row in response.context["changes"].rows[:2]] == [
        "Cannot be split in this file",
        "Title I schools",
    ]
    assert len(names_in_order(books)) == 3
    assert marks(books) == before


def test_a_preview_says_by_which_rule_dollars_are_counted_elsewhere(books: Books, director: Client) -> None:
    response = director.get(f"{books.base}rules/preview/", a_rule(books))
    first = response.context["rows"].rows[0]
    assert first.cells[3].value == 100
    assert first.cells[3].note == "by Title I"
    exported = director.get(f"{books.base}rules/preview/", a_rule(books, export="csv"))
    assert b"FY2024 actual,100.00,0.00,100.00" in exported.content


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"object": ""}, "Name at least one code"),
        ({"object": "4300,"}, "Object: Two commas with nothing between them"),
        ({"share": "140"}, "Give a share above 0% and up to 100%."),
        ({"last_fiscal_year": "x"}, "Give a fiscal year by the year it ends"),
    ],
)
def test_a_half_typed_rule_is_answered_in_words(
    books: Books, director: Client, typed: dict[str, str], words: str
) -> None:
    response = director.get(f"{books.base}rules/preview/", a_rule(books, **typed))
    assert response.status_code == 200
    assert response.context["preview"] is None
    assert words in response.content.decode()


def test_a_rule_is_kept_before_the_bands_and_marks_its_input(books: Books, director: Client) -> None:
    before = marks(books)
    response = director.post(f"{books.base}rules/new/", a_rule(books))
    assert (response.status_code, response["Location"]) == (302, f"{books.base}rules/")
    assert names_in_order(books) == ["Title I", "Special education", "Materials", "Unrestricted"]
    assert marks(books) > before


def test_an_incomplete_rule_is_refused_at_its_fields(books: Books, director: Client) -> None:
    response = director.post(f"{books.base}rules/new/", a_rule(books, name=" ", owner="", object="43-4300"))
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"name", "owner"}
    response = director.post(f"{books.base}rules/new/", a_rule(books, object="43-4300"))
    assert response.status_code == 422
    assert response.context["form"].errors == {
        "object": ["Both ends of the range 43-4300 need the same number of digits."]
    }
    assert len(names_in_order(books)) == 3


def test_shares_over_the_whole_of_an_account_are_refused(books: Books, director: Client) -> None:
    director.post(f"{books.base}rules/new/", a_rule(books, name="Part", share="60"))
    response = director.post(f"{books.base}rules/new/", a_rule(books, name="More", share="50"))
    assert response.status_code == 422
    words = (
        "The shares of “Part” (60%) and “More” (50%) add up to 110% of account 01-3010-5760-4300 in FY2024."
        " Lower one of them."
    )
    assert response.context["form"].errors["share"] == [words]
    assert "More" not in names_in_order(books)


def test_a_rule_is_changed_where_it_stands(books: Books, director: Client) -> None:
    url = f"{books.base}rules/{books.rule.pk}/edit/"
    form = director.get(url).context["form"]
    assert (form["resource"].value(), form["share"].value(), form["owner"].value()) == (
        "3010,3150",
        "100",
        str(books.title_one.pk),
    )
    typed = a_rule(books, name="Title I, narrowed", object="", resource="3010")
    assert director.post(url, typed).status_code == 302
    assert names_in_order(books)[0] == "Title I, narrowed"


def test_a_found_code_is_added_without_javascript(books: Books, director: Client) -> None:
    url = f"{books.base}rules/new/"
    found = director.post(url, a_rule(books, find="1", find_text="title i")).context["found"]
    assert [(one["segment"], one["code"]) for one in found] == [
        ("resource", "3010"),
        ("resource", "3150"),
        ("resource", "4035"),
    ]
    form = director.post(url, a_rule(books, resource="3010", add_code="resource:3150")).context["form"]
    assert form["resource"].value() == "3010,3150"
    assert len(names_in_order(books)) == 3


def test_what_is_not_coded_starts_a_rule(books: Books, director: Client) -> None:
    response = director.get(f"{books.base}uncoded/?slice=2024-actual")
    assert response.context["answer"].startswith("$0, 0.0% of FY2024 actual spending, is nobody")
    row = response.context["table"].rows[0]
    assert [cell.value for cell in row.cells][:3] == ["4035", "ESSA: Title II, Part A", "01"]
    assert row.actions[0].href == f"{books.base}rules/new/?resource=4035&fund=01"
    form = director.get(row.actions[0].href).context["form"]
    assert (form["resource"].value(), form["fund"].value(), form["name"].value()) == (
        "4035",
        "01",
        "ESSA: Title II, Part A",
    )


def test_a_rule_moves_and_its_dollars_with_it(books: Books, director: Client) -> None:
    with district_scope(books.cast.district.pk):
        special = CodingRule.objects.get(name="Special education")
    url = f"{books.base}rules/{special.pk}/move/"
    response = director.post(url, {"place": "1"}, headers={"HX-Request": "true"})
    assert response.context["status"] == (
        "“Special education” is now number 1. This changes figures of FY2024."
    )
    assert names_in_order(books) == ["Special education", "Title I", "Unrestricted"]
    assert director.post(url, {"place": "2"})["Location"] == f"{books.base}rules/"
    assert names_in_order(books) == ["Title I", "Special education", "Unrestricted"]
    assert director.post(url, {"place": "x"}).status_code == 302
    assert director.get(url).status_code == 302
    assert names_in_order(books) == ["Title I", "Special education", "Unrestricted"]


def test_a_rule_is_archived_after_its_consequences_are_read(books: Books, director: Client) -> None:
    url = f"{books.base}rules/{books.rule.pk}/archive/"
    assert director.get(url).context["consequences"][:2] == [
        "Special education, FY2024 actual: $0 becomes $100.",
        "Title I schools, FY2024 actual: $1,000 becomes $0.",
    ]
    assert director.post(url).status_code == 302
    assert names_in_order(books) == ["Special education", "Unrestricted"]
    lines = director.get(f"{books.base}rules/?state=archived").context["lines"]
    assert [(line.rule.name, line.rule.is_archived) for line in lines][-1] == ("Title I", True)
    assert director.post(f"{books.base}rules/{books.rule.pk}/restore/").status_code == 302
    assert names_in_order(books) == ["Title I", "Special education", "Unrestricted"]


def test_cabinet_reads_rules_and_writes_none(books: Books) -> None:
    cabinet = books.cast.client(Role.CABINET)
    page = cabinet.get(f"{books.base}rules/").content.decode()
    assert "New rule" not in page
    assert "/archive/" not in page
    assert "/move/" not in page
    for path in (
        "rules/new/",
        f"rules/{books.rule.pk}/edit/",
        f"rules/{books.rule.pk}/archive/",
        "rules/preview/",
    ):
        assert cabinet.get(books.base + path).status_code == 403
    for path in ("move", "restore", "archive"):
        assert cabinet.post(f"{books.base}rules/{books.rule.pk}/{path}/", {"place": "2"}).status_code == 403
    assert names_in_order(books)[0] == "Title I"
