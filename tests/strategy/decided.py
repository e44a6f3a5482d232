"""What tests of strategy start from: a metric, a strategic goal, schools and an initiative, made by the services."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from districts.models import School
from strategy.services import (
    GoalInput,
    InitiativeInput,
    MetricInput,
    create_goal,
    create_initiative,
    create_metric,
)


def a_metric(*, name: str = "Chronic absenteeism", direction: str = "down", **more: Any) -> UUID:
    return create_metric(metric=MetricInput(name=name, direction=direction, **more))


def goal_input(*, metric_id: UUID | None, **changes: Any) -> GoalInput:
    given: dict[str, Any] = {
        "name": "Every student comes to school",
        "metric_id": metric_id,
        "direction": "down",
        "population": "All students",
        "baseline_value": Decimal("28.5"),
        "baseline_year": 2022,
        "target_value": Decimal(20),
        "due_on": date(2027, 6, 30),
    }
    return GoalInput(**(given | changes))


def a_goal(*, metric_id: UUID | None = None, **changes: Any) -> UUID:
    return create_goal(goal=goal_input(metric_id=metric_id or a_metric(), **changes))


def initiative_input(*, goal_id: UUID | None, **changes: Any) -> InitiativeInput:
    given: dict[str, Any] = {
        "name": "Attendance teams",
        "kind": "initiative",
        "goal_id": goal_id,
        "theory_of_action": "If a team calls each family, then students come back, because somebody noticed.",
        "review_on": date(2027, 3, 1),
        "review_rule": "Go on only if absence fell by two points more than elsewhere.",
    }
    return InitiativeInput(**(given | changes))


def an_initiative(*, goal_id: UUID | None = None, **changes: Any) -> UUID:
    return create_initiative(initiative=initiative_input(goal_id=goal_id or a_goal(), **changes))


def a_school(name: str, **more: Any) -> School:
    made: School = School.objects.create(name=name, **more)
    return made
