"""Write side of metrics: create and change them; must not hold results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify

from districts.pipeline.marks import mark
from strategy.models import Goal, Metric
from strategy.services.refused import NotThere, StrategyRefused


class MetricRefused(StrategyRefused):
    """A metric without a name, a direction or a unit, or whose name is taken."""


@dataclass(frozen=True, kw_only=True)
class MetricInput:
    """A metric as a person gives it. `slug` names it in results files; empty: made from the name."""

    name: str
    direction: str
    unit: str = Metric.Unit.PERCENT
    is_leading: bool = False
    description: str = ""
    slug: str = ""
    break_years: Sequence[int] = ()
    scale: str = ""
    """What points are: for example scale score, distance from standard."""
    student_sd: Decimal | None = None
    """The standard deviation of students' scores; without it an effect is in points only."""
    student_sd_source: str = ""
    """State, test, grade and year the standard deviation is published for."""


@transaction.atomic
def create_metric(*, metric: MetricInput) -> UUID:
    """Keep a new metric and return its id; raises MetricRefused."""
    _check(metric=metric, metric_id=None)
    created: Metric = Metric.objects.create(**_columns(metric))
    mark(name="results")
    return created.pk


@transaction.atomic
def update_metric(*, metric_id: UUID, metric: MetricInput) -> None:
    """Change a metric; its trends are computed anew. Raises NotThere and MetricRefused.

    The direction stays while a strategic goal of the metric aims the other way.
    """
    found = Metric.objects.select_for_update().filter(pk=metric_id).first()
    if found is None:
        raise NotThere("This metric does not exist.")
    _check(metric=metric, metric_id=metric_id)
    for name, value in _columns(metric).items():
        setattr(found, name, value)
    found.save()
    mark(name="results")
    mark(name="goals")


def _columns(metric: MetricInput) -> dict[str, object]:
    return {
        "name": metric.name.strip(),
        "slug": metric.slug or slugify(metric.name)[:60],
        "direction": metric.direction,
        "unit": metric.unit,
        "is_leading": metric.is_leading,
        "description": metric.description.strip(),
        "break_years": sorted(set(metric.break_years)),
        "scale": metric.scale.strip(),
        "student_sd": metric.student_sd,
        "student_sd_source": metric.student_sd_source.strip(),
    }


def _check(*, metric: MetricInput, metric_id: UUID | None) -> None:
    errors: dict[str, str] = {}
    columns = _columns(metric)
    others = Metric.objects.exclude(pk=metric_id)
    if not columns["name"]:
        errors["name"] = "Name what is measured, for example “Chronic absenteeism”."
    elif not columns["slug"]:
        errors["name"] = "Use at least one letter or digit in the name."
    elif others.filter(name=columns["name"]).exists():
        errors["name"] = "Another metric has this name. Choose a different one, or edit that metric."
    elif others.filter(slug=columns["slug"]).exists():
        errors["slug"] = "Another metric has this short name in files. Choose a different one."
    if metric.direction not in Metric.Direction.values:
        errors["direction"] = "Say whether higher or lower is better."
    elif metric_id and _goals_against(metric_id=metric_id, direction=metric.direction):
        errors["direction"] = (
            "A strategic goal aims the other way. Archive that strategic goal or change it first."
        )
    if metric.unit not in Metric.Unit.values:
        errors["unit"] = "Say in which unit the metric is measured."
    errors |= _check_student_sd(metric)
    if errors:
        raise MetricRefused(errors)


def _check_student_sd(metric: MetricInput) -> dict[str, str]:
    """Return what is wrong with a standard deviation: it is of scores, over zero, and says where it is from."""
    source = metric.student_sd_source.strip()
    if metric.student_sd is None:
        missing = "Give the standard deviation this source publishes, or leave both empty."
        return {"student_sd": missing} if source else {}
    if metric.student_sd <= 0:
        return {"student_sd": "A standard deviation is over 0."}
    if metric.unit != Metric.Unit.POINTS:
        return {
            "student_sd": "Only scores in points have a standard deviation of students. Leave it empty here."
        }
    if not source:
        asked = "Say where it is from: state, test, grade and year, or whose own data."
        return {"student_sd_source": asked}
    return {}


def _goals_against(*, metric_id: UUID, direction: str) -> bool:
    goals = Goal.objects.filter(metric_id=metric_id, archived_at__isnull=True)
    return bool(goals.exclude(direction=direction).exists())
