"""Write side of strategic goals: set, change, archive, restore; must not delete."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from districts.pipeline.marks import mark
from strategy.models import Goal, Initiative, Metric
from strategy.services.refused import NotThere, StrategyRefused

MISSING = {
    "name": "Give the strategic goal a name the public would understand.",
    "metric": "Choose the metric that shows whether the strategic goal is reached.",
    "direction": "Say whether the metric should go up or down.",
    "population": "Say which students it is for, for example “All students in grades 3 to 5”.",
    "baseline_value": "Give the baseline: the value of the metric when the work began.",
    "baseline_year": "Give the school year of the baseline by the year in which it ended.",
    "target_value": "Give the target: the value the metric should reach.",
    "due_on": "Give the date by which the target should be reached.",
}


class GoalRefused(StrategyRefused):
    """A strategic goal with something missing, or whose target does not lie beyond its baseline."""


class GoalInUse(StrategyRefused):
    """A strategic goal that active initiatives serve cannot be archived."""


@dataclass(frozen=True, kw_only=True)
class GoalInput:
    """A strategic goal as a person gives it; None or empty where nothing was given."""

    name: str = ""
    metric_id: UUID | None = None
    direction: str = ""
    population: str = ""
    group: str = "all"
    baseline_value: Decimal | None = None
    baseline_year: int | None = None
    target_value: Decimal | None = None
    due_on: date | None = None


@transaction.atomic
def create_goal(*, goal: GoalInput, as_of: date | None = None) -> UUID:
    """Keep a new strategic goal and return its id; raises GoalRefused naming every field that is wrong.

    A goal due before `as_of` is refused; None lets one of the past be written down.
    """
    _check(goal=goal, goal_id=None, as_of=as_of)
    created: Goal = Goal.objects.create(**_columns(goal))
    mark(name="goals")
    return created.pk


@transaction.atomic
def update_goal(*, goal_id: UUID, goal: GoalInput, as_of: date | None = None) -> None:
    """Change a strategic goal; raises NotThere and GoalRefused. A due date that stays may be past."""
    found = _lock(goal_id)
    _check(goal=goal, goal_id=goal_id, as_of=as_of)
    for name, value in _columns(goal).items():
        setattr(found, name, value)
    found.save()
    mark(name="goals")


@transaction.atomic
def archive_goal(*, goal_id: UUID, now: datetime) -> None:
    """Take a strategic goal out of use, keeping it; raises NotThere and GoalInUse. Idempotent."""
    found = _lock(goal_id)
    serving = list(
        Initiative.objects.filter(goal_id=goal_id, archived_at__isnull=True)
        .order_by("name")
        .values_list("name", flat=True)[:4]
    )
    if serving:
        names = ", ".join(serving[:3]) + (" and others" if len(serving) > 3 else "")
        raise GoalInUse({"": f"Initiatives still serve it: {names}. Give them another strategic goal first."})
    if found.archived_at is None:
        found.archived_at = now
        found.save(update_fields=["archived_at"])
        mark(name="goals")


@transaction.atomic
def restore_goal(*, goal_id: UUID) -> None:
    """Put an archived strategic goal back in use; raises NotThere, and GoalRefused when its name is taken."""
    found = _lock(goal_id)
    if found.archived_at is None:
        return
    if _is_taken(name=found.name, goal_id=goal_id):
        raise GoalRefused(
            {"name": f"Another strategic goal is called “{found.name}” now. Rename that one first."}
        )
    found.archived_at = None
    found.save(update_fields=["archived_at"])
    mark(name="goals")


def _lock(goal_id: UUID) -> Goal:
    found: Goal | None = Goal.objects.select_for_update().filter(pk=goal_id).first()
    if found is None:
        raise NotThere("This strategic goal does not exist.")
    return found


def _columns(goal: GoalInput) -> dict[str, object]:
    return {
        "name": goal.name.strip(),
        "metric_id": goal.metric_id,
        "direction": goal.direction,
        "population": goal.population.strip(),
        "group": goal.group.strip() or "all",
        "baseline_value": goal.baseline_value,
        "baseline_year": goal.baseline_year,
        "target_value": goal.target_value,
        "due_on": goal.due_on,
    }


def _check(*, goal: GoalInput, goal_id: UUID | None, as_of: date | None) -> None:
    errors = list_goal_errors(goal=goal, goal_id=goal_id, as_of=as_of)
    if errors:
        raise GoalRefused(errors)


def list_goal_errors(*, goal: GoalInput, goal_id: UUID | None, as_of: date | None) -> dict[str, str]:
    """Return every field that is wrong with what to do about it; empty where the goal can be kept."""
    columns = _columns(goal)
    errors = {
        field: message
        for field, message in MISSING.items()
        if columns[f"{field}_id" if field == "metric" else field] in (None, "")
    }
    if "name" not in errors and _is_taken(name=goal.name.strip(), goal_id=goal_id):
        errors["name"] = "Another strategic goal has this name."
    metric = Metric.objects.filter(pk=goal.metric_id).first() if goal.metric_id else None
    if metric is None:
        errors["metric"] = MISSING["metric"]
    elif "direction" not in errors and metric.direction != goal.direction:
        errors["direction"] = f"For {metric.name}, {metric.get_direction_display().lower()}."
    if goal.direction and goal.direction not in Metric.Direction.values:
        errors["direction"] = MISSING["direction"]
    if not {"baseline_value", "target_value", "direction"} & errors.keys():
        errors |= _check_target(goal)
    if "baseline_year" not in errors and "due_on" not in errors:
        errors |= _check_years(goal)
    if metric is not None and metric.unit == Metric.Unit.PERCENT:
        errors |= _check_percents(goal)
    if as_of and goal.due_on and goal.due_on < as_of and not _is_due(goal_id=goal_id, due_on=goal.due_on):
        errors["due_on"] = "This day is past. Give a date that is still to come."
    return errors


def _check_target(goal: GoalInput) -> dict[str, str]:
    if goal.baseline_value is None or goal.target_value is None:
        return {}
    is_up = goal.direction == Metric.Direction.UP
    step = goal.target_value - goal.baseline_value
    if (step > 0) if is_up else (step < 0):
        return {}
    word = "above" if is_up else "below"
    return {
        "target_value": f"The target must lie {word} the baseline of {goal.baseline_value.normalize():f}."
    }


def _check_percents(goal: GoalInput) -> dict[str, str]:
    given = {"baseline_value": goal.baseline_value, "target_value": goal.target_value}
    return {
        field: f"{value.normalize():f} cannot be: this metric is a percentage of students, from 0 to 100."
        for field, value in given.items()
        if value is not None and not 0 <= value <= 100
    }


def _is_due(*, goal_id: UUID | None, due_on: date) -> bool:
    return goal_id is not None and bool(Goal.objects.filter(pk=goal_id, due_on=due_on).exists())


def _check_years(goal: GoalInput) -> dict[str, str]:
    if goal.baseline_year is None or goal.due_on is None:
        return {}
    if not 1990 <= goal.baseline_year <= 2100:
        return {"baseline_year": "Give the school year by the year in which it ended, for example 2024."}
    if goal.due_on.year < goal.baseline_year:
        return {"due_on": "The due date must come after the baseline’s school year."}
    return {}


def _is_taken(*, name: str, goal_id: UUID | None) -> bool:
    others = Goal.objects.filter(name=name, archived_at__isnull=True).exclude(pk=goal_id)
    return bool(others.exists())
