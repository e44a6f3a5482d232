"""Every metric with the district's trend and how many schools have a value; must not write."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from diagnostics.models import Trend
from diagnostics.selectors import TrendRow, read_trends
from districts.models import School
from districts.pipeline.selectors import Freshness, get_freshness, shown_at
from strategy.models import Metric

EVERYBODY = "all"


@dataclass(frozen=True, kw_only=True)
class MetricLine:
    """A metric, the district's trend of all students, and how many of its schools have which kind of value."""

    id: UUID
    name: str
    description: str
    unit: str
    direction: str
    is_leading: bool
    break_years: tuple[int, ...]
    trend: TrendRow | None
    schools_known: int
    schools_hidden: int
    schools_missing: int

    @property
    def kind(self) -> str:
        """Say whether it moves early or late."""
        return "Leading" if self.is_leading else "Lagging"

    @property
    def gaps(self) -> str:
        """Say which schools have no value; empty where every one has."""
        parts = []
        if self.schools_hidden:
            parts.append(f"{self.schools_hidden} hidden")
        if self.schools_missing:
            parts.append(f"{self.schools_missing} without results")
        return ", ".join(parts)


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """All metrics by name."""

    lines: tuple[MetricLine, ...]
    school_count: int
    freshness: Freshness

    def list_filtered(self, *, text: str = "", kind: str = "", has_data: str = "") -> tuple[MetricLine, ...]:
        """Return the metrics that pass: words in the name, leading or lagging, with or without results."""
        return tuple(
            one
            for one in self.lines
            if text.lower() in f"{one.name} {one.description}".lower()
            and kind in {"", one.kind.lower()}
            and has_data in {"", "no" if one.trend is None else "yes"}
        )


def get_outcomes() -> Outcomes:
    """Return every metric with where it stands. Five queries."""
    district = Trend.objects.filter(
        shown_at(None), group=EVERYBODY, grade=EVERYBODY, school__isnull=True
    ).select_related("metric", "school")
    trends = {row.metric_id: row for row in read_trends(district)}
    counts = {
        metric_id: (known, every - known)
        for metric_id, known, every in Trend.objects.filter(
            shown_at(None), group=EVERYBODY, grade=EVERYBODY, school__isnull=False
        )
        .values_list("metric_id")
        .annotate(known=Count("pk", filter=Q(level__isnull=False)), every=Count("pk"))
        .order_by("metric_id")
    }
    schools = School.objects.count()
    return Outcomes(
        lines=tuple(
            _line(
                metric=metric, trend=trends.get(metric.pk), counts=counts.get(metric.pk, (0, 0)), of=schools
            )
            for metric in Metric.objects.order_by("name")
        ),
        school_count=schools,
        freshness=get_freshness(),
    )


def _line(*, metric: Metric, trend: TrendRow | None, counts: tuple[int, int], of: int) -> MetricLine:
    known, hidden = counts
    return MetricLine(
        id=metric.pk,
        name=metric.name,
        description=metric.description,
        unit=metric.unit,
        direction=metric.direction,
        is_leading=metric.is_leading,
        break_years=tuple(metric.break_years),
        trend=trend,
        schools_known=known,
        schools_hidden=hidden,
        schools_missing=max(0, of - known - hidden),
    )
