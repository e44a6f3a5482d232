"""Strategic goals and metrics as pages show them; must not write or know results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from districts import formatting
from strategy.models import Goal, Initiative, Metric


@dataclass(frozen=True, kw_only=True)
class MetricRow:
    """A metric, and how many active strategic goals use it."""

    id: UUID
    name: str
    slug: str
    direction: str
    unit: str
    is_leading: bool
    description: str
    break_years: tuple[int, ...]
    scale: str = ""
    student_sd: Decimal | None = None
    student_sd_source: str = ""
    goal_count: int = 0

    @property
    def direction_label(self) -> str:
        return Metric.Direction(self.direction).label

    @property
    def unit_label(self) -> str:
        return Metric.Unit(self.unit).label


@dataclass(frozen=True, kw_only=True)
class GoalRow:
    """A strategic goal with its metric, and how many active initiatives serve it."""

    id: UUID
    name: str
    metric_id: UUID
    metric: str
    unit: str
    direction: str
    population: str
    group: str
    baseline_value: Decimal
    baseline_year: int
    target_value: Decimal
    due_on: date
    archived_at: datetime | None
    initiative_count: int = 0

    @property
    def baseline_text(self) -> str:
        return f"{measured(self.baseline_value, self.unit)} in {formatting.school_year(self.baseline_year)}"

    @property
    def target_text(self) -> str:
        return measured(self.target_value, self.unit)


def measured(value: Decimal | float | None, unit: str) -> str:
    """Write a value of a metric in its unit: 23.4%, 12.5 points, 410."""
    if unit == Metric.Unit.PERCENT:
        return formatting.percent(value)
    if unit == Metric.Unit.POINTS:
        return formatting.NOTHING if value is None else f"{formatting.number(value, 1)} points"
    return formatting.number(value)


def list_metrics() -> tuple[MetricRow, ...]:
    """Return every metric by name. One query."""
    rows = Metric.objects.annotate(
        goal_count=Coalesce(
            Subquery(
                Goal.objects.filter(metric=OuterRef("pk"), archived_at__isnull=True)
                .order_by()
                .values("metric")
                .annotate(n=Count("pk"))
                .values("n")
            ),
            0,
        )
    ).order_by("name")
    return tuple(_metric_row(row) for row in rows)


def get_metric(*, metric_id: UUID) -> MetricRow | None:
    """Return one metric, or None. One query."""
    found = Metric.objects.filter(pk=metric_id).first()
    return _metric_row(found) if found else None


def list_goals(*, text: str = "", state: str = "active") -> tuple[GoalRow, ...]:
    """Return strategic goals by due date; `state` is active, archived or all. One query."""
    rows = _goals().order_by("due_on", "name")
    if state != "all":
        rows = rows.filter(archived_at__isnull=state == "active")
    if text:
        rows = rows.filter(
            Q(name__icontains=text) | Q(population__icontains=text) | Q(metric__name__icontains=text)
        )
    return tuple(_goal_row(row) for row in rows)


def get_goal(*, goal_id: UUID) -> GoalRow | None:
    """Return one strategic goal, archived or not, or None. One query."""
    found = _goals().filter(pk=goal_id).first()
    return _goal_row(found) if found else None


def _goals() -> QuerySet[Goal]:
    served = (
        Initiative.objects.filter(goal=OuterRef("pk"), archived_at__isnull=True)
        .order_by()
        .values("goal")
        .annotate(n=Count("pk"))
        .values("n")
    )
    rows: QuerySet[Goal] = Goal.objects.select_related("metric").annotate(
        initiative_count=Coalesce(Subquery(served), 0)
    )
    return rows


def _goal_row(row: Goal) -> GoalRow:
    return GoalRow(
        id=row.pk,
        name=row.name,
        metric_id=row.metric_id,
        metric=row.metric.name,
        unit=row.metric.unit,
        direction=row.direction,
        population=row.population,
        group=row.group,
        baseline_value=row.baseline_value,
        baseline_year=row.baseline_year,
        target_value=row.target_value,
        due_on=row.due_on,
        archived_at=row.archived_at,
        initiative_count=getattr(row, "initiative_count", 0),
    )


def _metric_row(row: Metric) -> MetricRow:
    return MetricRow(
        id=row.pk,
        name=row.name,
        slug=row.slug,
        direction=row.direction,
        unit=row.unit,
        is_leading=row.is_leading,
        description=row.description,
        break_years=tuple(row.break_years),
        scale=row.scale,
        student_sd=row.student_sd,
        student_sd_source=row.student_sd_source,
        goal_count=getattr(row, "goal_count", 0),
    )
