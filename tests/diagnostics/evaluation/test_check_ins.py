"""Check-ins in the browser: a month filled in, corrected and taken back, refusals, exports, and who may."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse

from diagnostics.evaluation.selectors import list_due_check_ins, read_delivery
from diagnostics.models import CheckIn
from districts.access.permissions import Role
from districts.models import AuditEvent, Mark, Membership, User
from districts.tenancy import district_scope
from strategy.models import Initiative, InitiativeSchool
from tests.cast import Cast
from tests.diagnostics.evaluation.setting import SERVED, Setting, make_setting

YEAR = {"baseline_year": "2024-25", "first_year": "2025-26", "outcome_year": "2025-26"}
"""A plan whose months, August 2025 to June 2026, are all over."""


@pytest.fixture
def planned(setting: Setting) -> Setting:
    setting.save(**YEAR)
    setting.lock()
    return setting


def filled(setting: Setting, **rows: tuple[object, ...]) -> dict[str, object]:
    """Return the fields of rows: planned, delivered, assigned, reached, note by school."""
    names = ("planned", "delivered", "assigned", "reached", "note")
    return {
        f"{name}-{setting.schools[school]}": value
        for school, values in rows.items()
        for name, value in zip(names, values, strict=False)
    }


def post(setting: Setting, role: Role = Role.INITIATIVE_LEAD, **given: Any) -> HttpResponse:
    month = given.pop("month", "2025-10")
    client = setting.cast.client(role)
    return client.post(setting.check_in_url, {"month": month} | filled(setting, **given))  # type: ignore[return-value]


def kept(setting: Setting) -> list[tuple[object, ...]]:
    with district_scope(setting.cast.district.pk):
        return [
            (
                one.school.name,
                one.month,
                one.planned_dosage,
                one.delivered_dosage,
                one.students_assigned,
                one.students_reached,
                one.note,
            )
            for one in CheckIn.objects.select_related("school").order_by("month", "school__name")
        ]


def message(response: HttpResponse) -> str:
    return str(list(get_messages(response.wsgi_request))[-1])  # type: ignore[attr-defined]


OCTOBER = date(2025, 10, 1)


def test_a_month_begins_from_the_plan(planned: Setting) -> None:
    page = planned.cast.client(Role.INITIATIVE_LEAD).get(planned.check_in_url)
    rows = list(page.context["form"].rows())
    assert [row.school.school.name for row in rows] == list(SERVED)
    assert [cell.field.value() for cell in rows[0].cells] == ["12", None, None, None, None]
    assert page.context["month_key"] == "2025-09"
    assert page.context["lead"] == "Check-ins cover 0 of 45 school-months."


def test_a_month_is_kept_and_marked_and_covers_its_school_months(planned: Setting) -> None:
    with district_scope(planned.cast.district.pk):
        Mark.objects.all().delete()
    response = post(planned, Alamo=("12", "9", "24", "12"), Bryant=("12", "0", "30", "0", "No tutor yet"))
    assert response["Location"] == f"{planned.check_in_url}?month=2025-10"
    assert message(response) == "Check-ins of October 2025: 2 saved."
    assert kept(planned) == [
        ("Alamo", OCTOBER, 12, 9, 24, 12, ""),
        ("Bryant", OCTOBER, 12, 0, 30, 0, "No tutor yet"),
    ]
    page = planned.cast.client(Role.INITIATIVE_LEAD).get(planned.check_in_url)
    assert page.context["lead"] == (
        "Check-ins cover 2 of 45 school-months; 38% of what was planned was delivered."
    )
    with district_scope(planned.cast.district.pk):
        (one,) = CheckIn.objects.filter(school__name="Alamo")
        assert one.recorded_by_id == planned.cast.people[Role.INITIATIVE_LEAD].pk
        found = read_delivery(initiative_ids=[planned.initiative], as_of=date(2026, 7, 1))
        delivery = found[planned.initiative]
    assert (delivery.expected, delivery.reported) == (45, 2)
    assert (delivery.dosage, delivery.reached) == (9 / 24, 12 / 54)
    assert delivery.evidence is not None
    assert delivery.evidence.covered == 2 / 45


def test_a_month_saved_again_corrects_and_says_so(planned: Setting) -> None:
    post(planned, Alamo=("12", "9", "24", "12"), Bryant=("12", "3"))
    response = post(planned, Alamo=("12", "10", "24", "12"), Bryant=("12", "3"))
    assert message(response) == "Check-ins of October 2025: 1 corrected."
    assert [row[3] for row in kept(planned)] == [10, 3]
    with district_scope(planned.cast.district.pk):
        events = AuditEvent.objects.filter(table_name="diagnostics_checkin").order_by("id")
        assert [one.action for one in events] == ["insert", "insert", "update"]


def test_a_month_saved_twice_the_same_writes_nothing(planned: Setting) -> None:
    post(planned, Alamo=("12", "9", "24", "12"))
    with district_scope(planned.cast.district.pk):
        Mark.objects.all().delete()
        before = AuditEvent.objects.count()
    response = post(planned, Alamo=("12", "9", "24", "12"))
    assert message(response) == "Check-ins of October 2025: as they were."
    with district_scope(planned.cast.district.pk):
        assert AuditEvent.objects.count() == before
        assert not Mark.objects.exists()


def test_a_row_that_is_emptied_is_taken_back(planned: Setting) -> None:
    post(planned, Alamo=("12", "9"), Bryant=("12", "3"))
    response = post(planned, Alamo=("12", ""), Bryant=("12", "3"))
    assert message(response) == "Check-ins of October 2025: 1 taken back."
    assert [row[0] for row in kept(planned)] == ["Bryant"]


def test_the_next_month_begins_from_the_one_before(planned: Setting) -> None:
    post(planned, Alamo=("10.5", "9", "24", "12"))
    page = planned.cast.client(Role.INITIATIVE_LEAD).get(f"{planned.check_in_url}?month=2025-11")
    rows = list(page.context["form"].rows())
    assert [cell.field.value() for cell in rows[0].cells] == ["10.5", None, 24, None, None]
    assert [cell.field.value() for cell in rows[1].cells] == ["12", None, None, None, None]


@pytest.mark.parametrize(
    ("row", "field", "says"),
    [
        (("", "9"), "planned", "Say what was planned, 0 if nothing was."),
        (("12", "", "", "", "They were late"), "delivered", "Say what was delivered, 0 if nothing was."),
        (("12", "-1"), "delivered", "Write a number from 0, for example 12."),
        (("12", "some"), "delivered", "Write a number from 0, for example 12."),
        (("1e9", "2"), "planned", "Write a number from 0, for example 12."),
        (("12", "1.234"), "delivered", "Write at most two decimals."),
        (("12", "9", "x"), "assigned", "Write how many students, for example 24."),
        (("12", "9", "-4"), "assigned", "Write how many students, for example 24."),
        (("12", "9", "", "4"), "assigned", "Say of how many students assigned."),
        (("12", "9", "20", "21"), "reached", "No more students can reach it than are assigned."),
        (
            ("12", "9", "", "", "x" * 501),
            "note",
            "Ensure this value has at most 500 characters (it has 501).",
        ),
    ],
)
def test_a_cell_that_is_wrong_is_refused_where_it_stands_and_nothing_is_kept(
    planned: Setting, row: tuple[str, ...], field: str, says: str
) -> None:
    response = post(planned, Bryant=row, Carver=("12", "5"))
    assert response.status_code == 422
    errors = response.context["form"].errors  # type: ignore[attr-defined]
    assert errors == {f"{field}-{planned.schools['Bryant']}": [says]}
    assert kept(planned) == []


@pytest.mark.parametrize("month", ["", "2025-07", "2026-09", "2099-10", "October", "2025-13"])
def test_a_month_that_is_not_of_the_initiative_is_refused(planned: Setting, month: str) -> None:
    response = post(planned, month=month, Alamo=("12", "9"))
    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == [  # type: ignore[attr-defined]
        "Choose a month from the list: one of the initiative that has begun."
    ]
    assert kept(planned) == []


def test_a_month_with_no_row_is_refused(planned: Setting) -> None:
    response = post(planned)
    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == [  # type: ignore[attr-defined]
        "Fill in the row of at least one school: what was delivered, 0 if nothing was."
    ]


def test_without_a_plan_the_schools_on_record_check_in(setting: Setting) -> None:
    response = post(setting, month="2025-10", Alamo=("12", "9"))
    assert response.status_code == 302
    assert [row[0] for row in kept(setting)] == ["Alamo"]
    with district_scope(setting.cast.district.pk):
        assert read_delivery(initiative_ids=[setting.initiative], as_of=date(2026, 7, 1)) == {}


def test_without_schools_the_page_says_where_to_name_them(setting: Setting) -> None:
    with district_scope(setting.cast.district.pk):
        InitiativeSchool.objects.all().delete()
    page = setting.cast.client(Role.CABINET).get(setting.check_in_url)
    assert page.context["form"] is None
    assert page.context["lead"] == "No school is named that it serves, so nobody can check in."
    response = post(setting, Role.CABINET, Alamo=("12", "9"))
    assert response.status_code == 422


def test_exports_hold_what_the_page_shows(planned: Setting) -> None:
    post(planned, Alamo=("12", "9", "24", "12", "Fine"))
    client = planned.cast.client(Role.CABINET)
    body = client.get(f"{planned.check_in_url}?export=csv&table=check-ins").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    assert rows[1:] == [
        ["2025-10", "Alamo", "12.00", "9.00", "24", "12", "Fine", "Initiative lead bay"],
    ]
    body = client.get(f"{planned.check_in_url}?export=csv&table=months").content.decode("utf-8-sig")
    months = {row[0]: row[1:] for row in csv.reader(io.StringIO(body))}
    assert months["2025-10"] == ["1", "5", "75.0"]
    assert months["2025-11"] == ["0", "5", ""]
    assert client.get(f"{planned.check_in_url}?export=xlsx&table=months").content[:2] == b"PK"


def test_a_lead_checks_in_only_for_initiatives_they_own(planned: Setting) -> None:
    with district_scope(planned.cast.district.pk):
        other = User.objects.create_user(email="ana@bay.example", name="Ana Ruiz")
        Membership.objects.create(user=other, role=Role.INITIATIVE_LEAD)
        Initiative.objects.filter(pk=planned.initiative).update(owner=other)
    page = planned.cast.client(Role.INITIATIVE_LEAD).get(planned.check_in_url)
    assert page.context["form"] is None
    response = post(planned, Alamo=("12", "9"))
    assert response.status_code == 409
    assert "Ana Ruiz leads this initiative and checks in. Ask them, or the cabinet." in (
        response.content.decode()
    )
    assert kept(planned) == []
    assert post(planned, Role.CABINET, Alamo=("12", "9")).status_code == 302


def test_small_counts_are_hidden_from_a_lead_of_another_initiative(planned: Setting) -> None:
    post(planned, Alamo=("12", "9", "24", "12"), Bryant=("12", "9", "24", "20"), Carver=("12", "9", "8", "8"))
    mine = planned.cast.client(Role.INITIATIVE_LEAD).get(planned.check_in_url)
    assert [row.cells[5].value for row in mine.context["row_table"].rows] == [12, 20, 8]
    with district_scope(planned.cast.district.pk):
        Initiative.objects.filter(pk=planned.initiative).update(owner=None)
    url = f"{planned.check_in_url}?export=csv&table=check-ins"
    page = planned.cast.client(Role.INITIATIVE_LEAD).get(planned.check_in_url)
    shown = [(row.cells[4].value, row.cells[5].value) for row in page.context["row_table"].rows]
    assert shown == [(24, 12), (None, None), (None, None)]
    body = planned.cast.client(Role.INITIATIVE_LEAD).get(url).content.decode("utf-8-sig")
    assert [row[4:6] for row in csv.reader(io.StringIO(body))][1:] == [["24", "12"], ["", ""], ["", ""]]
    whole = planned.cast.client(Role.DATA_MANAGER).get(planned.check_in_url)
    assert [row.cells[5].value for row in whole.context["row_table"].rows] == [12, 20, 8]


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        (Role.CABINET, 200, 302),
        (Role.INITIATIVE_LEAD, 200, 302),
        (Role.DATA_MANAGER, 200, 403),
        (Role.BUDGET_DIRECTOR, 200, 403),
        (Role.DISTRICT_ADMIN, 200, 403),
        (Role.BOARD_MEMBER, 403, 403),
    ],
)
def test_who_may_read_check_ins_and_check_in(planned: Setting, role: Role, reads: int, writes: int) -> None:
    assert planned.cast.client(role).get(planned.check_in_url).status_code == reads
    assert post(planned, role, Alamo=("12", "9")).status_code == writes
    assert len(kept(planned)) == (writes == 302)


def test_check_ins_of_another_district_are_not_there(planned: Setting, valley: Cast) -> None:
    for role in (Role.CABINET, Role.INITIATIVE_LEAD):
        client = valley.client(role)
        for url in (planned.check_in_url, f"/d/valley/initiatives/{planned.initiative}/check-ins/"):
            assert client.get(url).status_code == 404
            assert client.post(url, {"month": "2025-10"}).status_code == 404


def test_check_ins_are_for_initiatives(bay: Cast) -> None:
    setting = make_setting(bay, kind="pass_through")
    page = bay.client(Role.CABINET).get(setting.check_in_url)
    assert page.context["form"] is None
    assert post(setting, Role.CABINET, Alamo=("12", "9")).status_code == 422


def test_what_is_due_is_told_to_the_owner_earliest_month_first(planned: Setting) -> None:
    lead = planned.cast.people[Role.INITIATIVE_LEAD].pk
    post(planned, month="2025-09", **dict.fromkeys(SERVED, ("12", "9")))
    post(planned, month="2025-10", Alamo=("12", "9"))
    with district_scope(planned.cast.district.pk):
        (due,) = list_due_check_ins(owner_id=lead, as_of=date(2025, 12, 3))
        assert (due.name, due.month, due.missing, due.expected) == ("Tutoring", OCTOBER, 9, 15)
        assert list_due_check_ins(owner_id=None, as_of=date(2025, 12, 3)) == (due,)
        assert list_due_check_ins(owner_id=lead, as_of=date(2025, 9, 30)) == ()
        assert list_due_check_ins(owner_id=lead + 10**6, as_of=date(2025, 12, 3)) == ()


def test_delivery_counts_served_schools_of_the_plan_only(planned: Setting) -> None:
    with district_scope(planned.cast.district.pk):
        CheckIn.objects.create(
            initiative_id=planned.initiative,
            school_id=planned.schools["Flynn"],
            month=OCTOBER,
            planned_dosage=Decimal(12),
            delivered_dosage=Decimal(12),
        )
        found = read_delivery(initiative_ids=[planned.initiative], as_of=date(2025, 11, 1))
    delivery = found[planned.initiative]
    assert (delivery.expected, delivery.reported, delivery.dosage) == (10, 0, None)
    assert delivery.evidence is None
