"""One metric: the district, its schools, its groups and its grades; must not write."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from diagnostics.models import Trend
from diagnostics.outcomes.selectors.metrics import EVERYBODY
from diagnostics.selectors import TrendRow, read_trends
from districts.models import School
from districts.pipeline.selectors import Freshness, get_freshness, shown_at
from strategy.models import Metric


@dataclass(frozen=True, kw_only=True)
class SchoolLine:
    """A school with its trend; None where no result has arrived."""

    id: UUID
    name: str
    level: str
    level_label: str
    trend: TrendRow | None


@dataclass(frozen=True, kw_only=True)
class MetricPage:
    """A metric for one group and grade: the district, each school; and the district's groups and grades."""

    id: UUID
    name: str
    description: str
    unit: str
    direction: str
    is_leading: bool
    break_years: tuple[int, ...]
    group: str
    grade: str
    groups: tuple[str, ...]
    grades: tuple[str, ...]
    district: TrendRow | None
    schools: tuple[SchoolLine, ...]
    by_group: tuple[TrendRow, ...]
    by_grade: tuple[TrendRow, ...]
    freshness: Freshness

    def list_filtered(self, *, text: str = "", level: str = "", has_data: str = "") -> tuple[SchoolLine, ...]:
        """Return the schools that pass: words in the name, the level, with a value or without."""
        return tuple(
            one
            for one in self.schools
            if text.lower() in one.name.lower()
            and level in {"", one.level}
            and has_data in {"", "no" if one.trend is None or one.trend.level is None else "yes"}
        )


def get_metric_page(*, metric_id: UUID, group: str = "", grade: str = "") -> MetricPage | None:
    """Return a metric's page for a group and grade, each all where it is not known; None if unknown. Five queries."""
    metric = Metric.objects.filter(pk=metric_id).first()
    if metric is None:
        return None
    shown = Trend.objects.filter(shown_at(None), metric=metric)
    cohorts = set(shown.filter(school__isnull=True).values_list("group", "grade"))
    groups, grades = _sorted({one for one, _ in cohorts}), _sorted({one for _, one in cohorts})
    group = group if group in groups else EVERYBODY
    grade = grade if grade in grades else EVERYBODY
    asked = Q(group=group, grade=grade) | Q(school__isnull=True, grade=EVERYBODY)
    asked |= Q(school__isnull=True, group=group)
    rows = read_trends(shown.filter(asked).select_related("metric", "school"))
    mine = [row for row in rows if (row.group, row.grade) == (group, grade)]
    by_school = {row.school_id: row for row in mine}
    return MetricPage(
        id=metric.pk,
        name=metric.name,
        description=metric.description,
        unit=metric.unit,
        direction=metric.direction,
        is_leading=metric.is_leading,
        break_years=tuple(metric.break_years),
        group=group,
        grade=grade,
        groups=groups,
        grades=grades,
        district=by_school.get(None),
        schools=tuple(
            SchoolLine(
                id=school.pk,
                name=school.name,
                level=school.level,
                level_label=school.get_level_display(),
                trend=by_school.get(school.pk),
            )
            for school in School.objects.order_by("name", "pk")
        ),
        by_group=tuple(row for row in rows if row.school_id is None and row.grade == EVERYBODY),
        by_grade=tuple(row for row in rows if row.school_id is None and row.group == group),
        freshness=get_freshness(),
    )


def _sorted(names: set[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: (name != EVERYBODY, _by_number(name))))


def _by_number(name: str) -> tuple[int, str]:
    """Sort grades as people do: kindergarten, 1, 2, ... 10, then words."""
    digits = "".join(one for one in name if one.isdigit())
    return (int(digits) if digits else (0 if name.lower() in {"k", "kg", "pk", "tk"} else 99), name)
