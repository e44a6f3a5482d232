"""Strategic goals: refused when one thing is missing, audited, archived and never deleted."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from districts.models import AuditEvent, Mark
from strategy.models import Goal
from strategy.services import GoalInUse, GoalRefused, archive_goal, create_goal, restore_goal, update_goal
from strategy.services.goals import MISSING
from tests.cast import Cast
from tests.strategy.decided import a_goal, a_metric, an_initiative, goal_input

NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
EMPTY = {
    "name": "",
    "metric_id": None,
    "direction": "",
    "population": "",
    "baseline_value": None,
    "baseline_year": None,
    "target_value": None,
    "due_on": None,
}


@pytest.mark.parametrize("field", EMPTY)
def test_create_goal_refuses_each_missing_part_at_its_field(in_bay: Cast, field: str) -> None:
    whole = goal_input(metric_id=a_metric())
    with pytest.raises(GoalRefused) as refused:
        create_goal(goal=goal_input(**({"metric_id": whole.metric_id} | {field: EMPTY[field]})))
    name = "metric" if field == "metric_id" else field
    assert refused.value.errors == {name: MISSING[name]}
    assert Goal.objects.count() == 0


def test_create_goal_names_every_missing_part_at_once(in_bay: Cast) -> None:
    with pytest.raises(GoalRefused) as refused:
        create_goal(goal=goal_input(**EMPTY))
    assert refused.value.errors == MISSING


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (Decimal("28.5"), "The target must lie below the baseline of 28.5."),
        (Decimal(40), "The target must lie below the baseline of 28.5."),
    ],
)
def test_create_goal_refuses_a_target_on_the_wrong_side(in_bay: Cast, target: Decimal, message: str) -> None:
    with pytest.raises(GoalRefused) as refused:
        create_goal(goal=goal_input(metric_id=a_metric(), target_value=target))
    assert refused.value.errors == {"target_value": message}


def test_create_goal_refuses_a_direction_against_its_metric(in_bay: Cast) -> None:
    with pytest.raises(GoalRefused) as refused:
        create_goal(goal=goal_input(metric_id=a_metric(), direction="up", target_value=Decimal(30)))
    assert refused.value.errors == {"direction": "For Chronic absenteeism, lower is better."}


def test_the_database_itself_refuses_a_target_on_the_wrong_side(in_bay: Cast) -> None:
    goal = Goal.objects.get(pk=a_goal())
    with pytest.raises(IntegrityError, match="goal_target_beyond_baseline"), transaction.atomic():
        Goal.objects.filter(pk=goal.pk).update(target_value=Decimal(99))


def test_create_goal_is_audited_and_marked(in_bay: Cast) -> None:
    made = a_goal()
    event = AuditEvent.objects.get(table_name="strategy_goal")
    assert (event.action, event.row_id, event.before) == ("insert", str(made), None)
    assert event.after["target_value"] == 20.0
    marks = Mark.objects.filter(district=in_bay.district, input="goals")
    assert set(marks.values_list("target", flat=True)) == {"trend", "initiative_return"}


def test_update_goal_keeps_what_was_there_in_the_audit(in_bay: Cast) -> None:
    made = a_goal()
    metric_id = Goal.objects.get(pk=made).metric_id
    update_goal(goal_id=made, goal=goal_input(metric_id=metric_id, target_value=Decimal(15)))
    event = AuditEvent.objects.get(table_name="strategy_goal", action="update")
    assert (event.before["target_value"], event.after["target_value"]) == (20.0, 15.0)


def test_archive_goal_refused_while_an_initiative_serves_it(in_bay: Cast) -> None:
    made = a_goal()
    an_initiative(goal_id=made)
    with pytest.raises(GoalInUse) as refused:
        archive_goal(goal_id=made, now=NOW)
    assert refused.value.message == (
        "Initiatives still serve it: Attendance teams. Give them another strategic goal first."
    )


def test_archive_goal_then_restore_keeps_the_row(in_bay: Cast) -> None:
    made = a_goal()
    archive_goal(goal_id=made, now=NOW)
    assert Goal.objects.get(pk=made).archived_at == NOW
    restore_goal(goal_id=made)
    assert Goal.objects.get(pk=made).archived_at is None


def test_restore_goal_refused_when_its_name_is_taken(in_bay: Cast) -> None:
    made = a_goal()
    archive_goal(goal_id=made, now=NOW)
    create_goal(goal=goal_input(metric_id=Goal.objects.get(pk=made).metric_id))
    with pytest.raises(GoalRefused) as refused:
        restore_goal(goal_id=made)
    assert refused.value.errors.keys() == {"name"}
