"""Funding sources: their conditions are said by the budget director, checked, audited, listed and exported."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from districts.access.permissions import Role
from districts.models import AuditEvent
from districts.tenancy import district_scope
from investments.models import CodeTitle, FundingSource
from investments.selectors import get_funding_source, get_ledger_total
from investments.services.funding_sources import (
    FundingConditions,
    FundingSourceRefused,
    save_funding_source,
)
from tests.cast import Cast
from tests.investments.facts import make_filing, make_upload

PAGE = "/d/bay/budget/sources/"
FORM = {
    "title": "",
    "is_restricted": "yes",
    "is_recurring": "no",
    "expires_on": "2024-09-30",
}


@pytest.fixture
def money(bay: Cast) -> Cast:
    with district_scope(bay.district.pk, cause="test"):
        make_filing([("01", "0000", "", "1100", "900.00")], fiscal_year=2024)
        make_filing(
            [("01", "3210", "", "1100", "40.50"), ("01", "3210", "", "8290", "99.00")],
            fiscal_year=2025,
            kind="budget",
        )
        CodeTitle.objects.create(
            upload=make_upload("codes.csv"), segment="resource", code="3210", title="ESSER I"
        )
    return bay


def table(cast: Cast, role: Role = Role.BUDGET_DIRECTOR) -> list[list[str]]:
    text = cast.client(role).get(f"{PAGE}?export=csv").content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


def test_every_source_of_the_ledger_is_listed_and_what_is_said_of_it(money: Cast) -> None:
    assert table(money) == [
        ["3210", "ESSER I", "Not said", "Not said", "", "40.50"],
        ["0000", "", "Not said", "Not said", "", ""],
    ]
    client = money.client(Role.BUDGET_DIRECTOR)
    saved = client.post(f"{PAGE}edit/?code=3210", FORM, follow=True).content.decode()
    assert "The conditions of 3210 are saved." in saved
    assert "2 funding sources: the conditions of 1 are not said yet." in saved
    assert "expired" in saved
    only = client.get(f"{PAGE}?q=esser&said=yes&export=csv").content.decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(only))] == ["Code", "3210"]
    assert table(money)[0] == ["3210", "ESSER I", "Restricted", "One-time", "2024-09-30", "40.50"]
    with district_scope(money.district.pk):
        event = AuditEvent.objects.filter(table_name="investments_fundingsource").latest("id")
    assert event.actor_id == money.people[Role.BUDGET_DIRECTOR].pk
    assert event.after is not None
    assert (event.after["is_recurring"], event.after["expires_on"]) == (False, "2024-09-30")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"expires_on": "soon"}, "Give a date, for example 2027-03-15."),
        ({"expires_on": "1024-09-30"}, "Give a day between 2000 and 2100."),
        ({"is_restricted": "perhaps"}, "Choose one of the list."),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(money: Cast, changes: dict[str, str], words: str) -> None:
    answer = money.client(Role.BUDGET_DIRECTOR).post(f"{PAGE}edit/?code=3210", FORM | changes)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    with district_scope(money.district.pk):
        assert not FundingSource.objects.exists()


@pytest.mark.parametrize(
    ("address", "status"), [("edit/", 302), ("edit/?code=", 302), ("edit/?code=9999", 404)]
)
def test_form_without_a_source_in_its_address_overwrites_nothing(
    money: Cast, address: str, status: int
) -> None:
    with district_scope(money.district.pk, cause="test"):
        FundingSource.objects.create(code="3210", is_restricted=True, is_recurring=True)
    client = money.client(Role.BUDGET_DIRECTOR)
    blank = FORM | {"code": "3210", "is_restricted": "", "is_recurring": ""}
    assert client.get(f"{PAGE}{address}").status_code == status
    assert client.post(f"{PAGE}{address}", blank).status_code == status
    with district_scope(money.district.pk):
        assert FundingSource.objects.filter(is_restricted=True, is_recurring=True, expires_on=None).exists()


def test_form_saves_the_source_it_shows_whatever_else_is_posted(money: Cast) -> None:
    with district_scope(money.district.pk, cause="test"):
        FundingSource.objects.create(code="0000", is_restricted=False)
    client = money.client(Role.BUDGET_DIRECTOR)
    page = client.get(f"{PAGE}edit/?code=3210").content.decode()
    assert "3210 ESSER I</h1>" in page
    assert 'name="code"' not in page
    client.post(f"{PAGE}edit/?code=3210", FORM | {"code": "0000"})
    with district_scope(money.district.pk):
        said = dict(FundingSource.objects.values_list("code", "is_restricted"))
    assert said == {"0000": False, "3210": True}


def test_budget_of_a_source_adds_up_every_current_budget_of_the_year(money: Cast) -> None:
    with district_scope(money.district.pk, cause="test"):
        make_filing(
            [("09", "3210", "", "1100", "5.25"), ("09", "0000", "", "1100", "7.00")],
            fiscal_year=2025,
            kind="budget",
            ledger="charter",
        )
        make_filing([("01", "0000", "", "1100", "800.00")], fiscal_year=2024, kind="budget")
        total = get_ledger_total(fiscal_year=2025, kind="budget", filters={"object": "1000-7499"}).amount
    rows = table(money)
    assert [(row[0], row[5]) for row in rows] == [("3210", "45.75"), ("0000", "7.00")]
    assert sum(Decimal(row[5]) for row in rows) == total


def test_source_no_account_names_is_refused_and_the_same_twice_writes_once(money: Cast) -> None:
    said = FundingConditions(title="", is_restricted=True, is_recurring=None, expires_on=date(2027, 9, 30))
    with district_scope(money.district.pk, cause="test"):
        with pytest.raises(FundingSourceRefused):
            save_funding_source(code="9999", conditions=said)
        save_funding_source(code="3210", conditions=said)
        events = AuditEvent.objects.count()
        save_funding_source(code="3210", conditions=said)
        assert AuditEvent.objects.count() == events
        row = get_funding_source(code="3210")
    assert row is not None
    assert (row.title, row.is_restricted, row.is_said) == ("ESSER I", True, False)


def test_only_the_budget_director_says_them_and_the_allocation_page_leads_there(money: Cast) -> None:
    assert money.client(Role.CABINET).get(f"{PAGE}edit/?code=3210").status_code == 403
    assert money.client(Role.CABINET).post(f"{PAGE}edit/", FORM).status_code == 403
    assert money.client(Role.BOARD_MEMBER).get(PAGE).status_code == 403
    assert "Edit<" not in money.client(Role.CABINET).get(PAGE).content.decode()
    director = money.client(Role.BUDGET_DIRECTOR)
    assert director.get(f"{PAGE}edit/?code=nothing").status_code == 404
    allocations = director.get("/d/bay/budget/allocations/").content.decode()
    assert f'href="{PAGE}">Conditions of each funding source</a>' in allocations
