"""One school: every metric beside the district and beside schools alike; must not write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from diagnostics.calc.disclosure import pool_shown
from diagnostics.calc.pooling import YearValue
from diagnostics.models import Trend
from diagnostics.outcomes.selectors.metrics import EVERYBODY
from diagnostics.selectors import TrendRow, read_trends
from districts.models import School
from districts.pipeline.selectors import Freshness, get_freshness, shown_at
from strategy.models import Metric

FEWEST_ALIKE = 2


@dataclass(frozen=True, kw_only=True)
class SchoolMetric:
    """A metric at the school, in the district and at schools alike (pooled, the same ones every year)."""

    metric_id: UUID
    name: str
    unit: str
    is_leading: bool
    break_years: tuple[int, ...]
    trend: TrendRow | None
    district: TrendRow | None
    alike: tuple[YearValue, ...]
    alike_count: int

    def value_of(self, year: int | None, values: tuple[YearValue, ...]) -> YearValue | None:
        """Return the value of a school year, where one is shown."""
        return next((one for one in values if one.year == year and one.value is not None), None)


@dataclass(frozen=True, kw_only=True)
class SchoolPage:
    """A school with each metric; `groups` are those any result of the school names."""

    id: UUID
    name: str
    level_label: str
    is_charter: bool
    group: str
    groups: tuple[str, ...]
    metrics: tuple[SchoolMetric, ...]
    alike_schools: int
    freshness: Freshness

    @property
    def alike_words(self) -> str:
        """Name the rule by which schools are alike."""
        if self.alike_schools < FEWEST_ALIKE:
            return (
                f"Schools alike are the district’s other schools of the same level ({self.level_label});"
                f" {'there is one' if self.alike_schools else 'there are none'}, so none are drawn."
            )
        return (
            f"Schools alike: the district’s {self.alike_schools} other schools of the same level"
            f" ({self.level_label}), charter or not, taken together; of each metric those whose value may be"
            " shown. Their students may differ in other ways."
        )


def get_school_page(*, school_id: UUID, group: str = "") -> SchoolPage | None:
    """Return a school's page for a group, all students where it has none such; None if unknown. Six queries."""
    school = School.objects.filter(pk=school_id).first()
    if school is None:
        return None
    shown = Trend.objects.filter(shown_at(None), grade=EVERYBODY)
    named = set(shown.filter(school=school).values_list("group", flat=True).distinct())
    groups = tuple(sorted(named | {EVERYBODY}, key=lambda name: (name != EVERYBODY, name)))
    group = group if group in groups else EVERYBODY
    near = Q(school__isnull=True) | Q(school__level=school.level)
    by_metric: dict[UUID, dict[UUID | None, TrendRow]] = defaultdict(dict)
    for row in read_trends(shown.filter(near, group=group).select_related("metric", "school")):
        by_metric[row.metric_id][row.school_id] = row
    return SchoolPage(
        id=school.pk,
        name=school.name,
        level_label=school.get_level_display(),
        is_charter=school.is_charter,
        group=group,
        groups=groups,
        metrics=tuple(
            _metric(metric=metric, rows=by_metric[metric.pk], school_id=school.pk)
            for metric in Metric.objects.order_by("name")
        ),
        alike_schools=School.objects.filter(level=school.level).exclude(pk=school.pk).count(),
        freshness=get_freshness(),
    )


def _metric(*, metric: Metric, rows: dict[UUID | None, TrendRow], school_id: UUID) -> SchoolMetric:
    series: dict[Hashable, tuple[YearValue, ...]] = {
        pk: row.points for pk, row in rows.items() if pk not in (None, school_id)
    }
    # A count of several schools is no level of one: nothing to stand beside.
    pool = pool_shown(series=series if metric.unit != Metric.Unit.COUNT else {}, unit=metric.unit)
    is_pool = pool.schools >= FEWEST_ALIKE
    return SchoolMetric(
        metric_id=metric.pk,
        name=metric.name,
        unit=metric.unit,
        is_leading=metric.is_leading,
        break_years=tuple(metric.break_years),
        trend=rows.get(school_id),
        district=rows.get(None) if metric.unit != Metric.Unit.COUNT else None,
        alike=pool.values if is_pool else (),
        alike_count=pool.schools if is_pool else 0,
    )
