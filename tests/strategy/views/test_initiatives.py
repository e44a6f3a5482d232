"""Initiatives in the browser: the form and its schools, the late review, the list, history and undo."""

from __future__ import annotations

import csv
import io
from uuid import UUID

import pytest
from django.contrib.messages import get_messages

from districts.access.permissions import Role
from districts.models import School
from districts.tenancy import district_scope
from strategy.models import Initiative, InitiativeSchool
from tests.cast import Cast
from tests.strategy.decided import a_goal, a_school, an_initiative

LIST = "/d/bay/strategy/initiatives/"
NEW = f"{LIST}new/"


@pytest.fixture
def goal(bay: Cast) -> UUID:
    with district_scope(bay.district.pk):
        return a_goal()


@pytest.fixture
def schools(bay: Cast) -> list[School]:
    with district_scope(bay.district.pk):
        return [
            a_school("Alamo", level="elementary"),
            a_school("Bryant", level="middle"),
            a_school("Clarendon"),
        ]


def typed(goal: UUID, **changes: object) -> dict[str, object]:
    given: dict[str, object] = {
        "name": "Tutoring",
        "goal": str(goal),
        "kind": "initiative",
        "theory_of_action": "If students get help daily, then they catch up, because practice helps.",
        "review_on": "2099-03-01",
        "review_rule": "Go on if it works.",
    }
    return given | changes


def test_initiative_create_keeps_it_with_its_schools(bay: Cast, goal: UUID, schools: list[School]) -> None:
    chosen = [str(school.pk) for school in schools[:2]]
    response = bay.client(Role.CABINET).post(NEW, typed(goal, schools=chosen))
    with district_scope(bay.district.pk):
        made = Initiative.objects.get()
        assert InitiativeSchool.objects.filter(initiative=made).count() == 2
    assert response["Location"] == f"/d/bay/initiatives/{made.pk}/"


def test_initiative_create_warns_of_a_review_too_late_for_notice(bay: Cast, goal: UUID) -> None:
    client = bay.client(Role.CABINET)
    response = client.post(NEW, typed(goal, review_on="2099-05-01"))
    warning = str(next(iter(get_messages(response.wsgi_request))))
    assert warning.startswith(
        "This review comes too late to give staff notice. It leaves 60 days before the fiscal year ends on"
        " Jun 30, 2099. A review on Mar 15, 2099 or before leaves time"
    )


def test_initiative_create_finds_schools_and_loses_nothing_typed(
    bay: Cast, goal: UUID, schools: list[School]
) -> None:
    given = typed(goal, schools=[str(schools[0].pk)], find_schools="1", find_text="middle")
    response = bay.client(Role.CABINET).post(NEW, given)
    assert response.status_code == 200
    pick = response.context["pick"]
    assert [(school.name, is_chosen) for school, is_chosen in pick.shown] == [
        ("Alamo", True),
        ("Bryant", False),
    ]
    assert response.context["form"]["theory_of_action"].value() == given["theory_of_action"]
    with district_scope(bay.district.pk):
        assert not Initiative.objects.exists()


def test_initiative_create_enter_in_the_search_box_saves_nothing(
    bay: Cast, goal: UUID, schools: list[School]
) -> None:
    response = bay.client(Role.CABINET).post(NEW, typed(goal, find_text="alamo", found_text=""))
    assert response.status_code == 200
    with district_scope(bay.district.pk):
        assert not Initiative.objects.exists()


def test_initiative_create_refuses_what_is_missing_at_its_field(bay: Cast, goal: UUID) -> None:
    response = bay.client(Role.CABINET).post(NEW, typed(goal, review_rule="", theory_of_action=""))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["theory_of_action", "review_rule"]


def test_initiative_list_filters_and_exports_the_same_rows(bay: Cast, goal: UUID) -> None:
    with district_scope(bay.district.pk):
        an_initiative(goal_id=goal, name="Tutoring", owner_id=bay.people[Role.CABINET].pk)
        an_initiative(goal_id=goal, name="Clubs")
    client = bay.client(Role.CABINET)
    page = client.get(f"{LIST}?owner=none")
    assert [row.cells[0].value for row in page.context["table"].rows] == ["Clubs"]
    export = client.get(f"{LIST}?owner=none&export=csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(export)))
    assert [row[0] for row in rows] == ["Initiative", "Clubs"]


def test_initiative_list_ignores_a_filter_it_cannot_read(bay: Cast, goal: UUID) -> None:
    with district_scope(bay.district.pk):
        an_initiative(goal_id=goal)
    page = bay.client(Role.CABINET).get(f"{LIST}?goal=nonsense&owner=999999&sort=nonsense&page=-4")
    assert page.context["table"].total == 1


def test_initiative_list_empty_offers_the_next_step_to_cabinet_only(bay: Cast) -> None:
    assert bay.client(Role.CABINET).get(LIST).context["table"].empty.action_href == NEW
    assert bay.client(Role.INITIATIVE_LEAD).get(LIST).context["table"].empty.action_href == ""


def test_initiative_history_puts_a_change_back(bay: Cast, goal: UUID) -> None:
    with district_scope(bay.district.pk):
        made = an_initiative(goal_id=goal, name="Tutoring")
    client = bay.client(Role.CABINET)
    client.post(f"{LIST}{made}/edit/", typed(goal, name="High-dosage tutoring"))
    history = f"{LIST}{made}/history/"
    newest = client.get(history).context["entries"][0]
    assert "Name" in [change.label for change in newest.changes]
    client.post(history, {"event": str(newest.event_id)})
    with district_scope(bay.district.pk):
        assert Initiative.objects.get(pk=made).name == "Tutoring"


def test_initiative_history_cannot_be_put_back_by_a_reader(bay: Cast, goal: UUID) -> None:
    with district_scope(bay.district.pk):
        made = an_initiative(goal_id=goal)
    history = f"{LIST}{made}/history/"
    assert bay.client(Role.INITIATIVE_LEAD).get(history).status_code == 200
    assert bay.client(Role.INITIATIVE_LEAD).post(history, {"event": "1"}).status_code == 403


def test_initiative_archive_and_restore_in_the_browser(bay: Cast, goal: UUID) -> None:
    with district_scope(bay.district.pk):
        made = an_initiative(goal_id=goal)
    client = bay.client(Role.CABINET)
    client.post(f"{LIST}{made}/archive/")
    assert client.get(LIST).context["table"].total == 0
    assert client.get(f"{LIST}?state=archived").context["table"].total == 1
    assert client.post(f"{LIST}{made}/restore/")["Location"] == f"/d/bay/initiatives/{made}/"
    assert client.get(LIST).context["table"].total == 1
