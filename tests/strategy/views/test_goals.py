"""Strategic goals in the browser: by cabinet only, refused at the field, archived and restored."""

from __future__ import annotations

import pytest

from districts.access.permissions import Role
from districts.models import AuditEvent
from districts.tenancy import district_scope
from strategy.models import Goal
from tests.cast import Cast
from tests.strategy.decided import a_goal, a_metric

NEW = "/d/bay/strategy/goals/new/"


def typed(metric: object, **changes: str) -> dict[str, str]:
    given = {
        "name": "Every student comes to school",
        "metric": str(metric),
        "direction": "down",
        "population": "All students",
        "group": "all",
        "baseline_value": "28.5",
        "baseline_year": "2022",
        "target_value": "20",
        "due_on": "2099-06-30",
    }
    return given | changes


@pytest.fixture
def metric(bay: Cast) -> object:
    with district_scope(bay.district.pk):
        return a_metric()


def test_goal_create_by_cabinet_keeps_it_and_says_who(bay: Cast, metric: object) -> None:
    response = bay.client(Role.CABINET).post(NEW, typed(metric))
    assert (response.status_code, response["Location"]) == (302, "/d/bay/strategy/goals/")
    with district_scope(bay.district.pk):
        assert Goal.objects.get().name == "Every student comes to school"
        event = AuditEvent.objects.get(table_name="strategy_goal")
        assert event.actor_id == bay.people[Role.CABINET].pk


@pytest.mark.parametrize(
    "field",
    ["metric", "direction", "population", "baseline_value", "baseline_year", "target_value", "due_on"],
)
def test_goal_create_refuses_a_missing_part_at_its_field(bay: Cast, metric: object, field: str) -> None:
    response = bay.client(Role.CABINET).post(NEW, typed(metric) | {field: ""})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    with district_scope(bay.district.pk):
        assert not Goal.objects.exists()


def test_goal_create_refuses_a_target_on_the_wrong_side(bay: Cast, metric: object) -> None:
    response = bay.client(Role.CABINET).post(NEW, typed(metric, target_value="35"))
    assert response.context["form"].errors == {
        "target_value": ["The target must lie below the baseline of 28.5."]
    }


@pytest.mark.parametrize("role", [role for role in Role if role != Role.CABINET])
def test_goal_create_by_anyone_else_is_refused(bay: Cast, metric: object, role: Role) -> None:
    assert bay.client(role).post(NEW, typed(metric)).status_code == 403
    with district_scope(bay.district.pk):
        assert not Goal.objects.exists()


def test_goal_archive_then_restore_in_the_browser(bay: Cast) -> None:
    with district_scope(bay.district.pk):
        goal = a_goal()
    client = bay.client(Role.CABINET)
    client.post(f"/d/bay/strategy/goals/{goal}/archive/")
    assert client.get("/d/bay/strategy/goals/").context["table"].total == 0
    history = client.get(f"/d/bay/strategy/goals/{goal}/history/")
    assert [entry.words for entry in history.context["entries"]] == ["Archived it", "Created it"]
    client.post(f"/d/bay/strategy/goals/{goal}/restore/")
    assert client.get("/d/bay/strategy/goals/").context["table"].total == 1


def test_goal_edit_of_another_district_is_not_there(bay: Cast, valley: Cast) -> None:
    with district_scope(bay.district.pk):
        goal = a_goal()
        assert Goal.objects.filter(pk=goal).exists()
    stranger = valley.client(Role.CABINET)
    assert stranger.get(f"/d/valley/strategy/goals/{goal}/edit/").status_code == 404
    assert stranger.post(f"/d/valley/strategy/goals/{goal}/archive/").status_code == 404
