"""The outcome of the schools an initiative serves, beside the district; describes, never judges a cause."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from diagnostics.calc.disclosure import pool_shown
from diagnostics.calc.pooling import YearValue
from diagnostics.enrollment import (
    IS_ENROLLMENT,
    Enrollment,
    list_past_enrollment,
    read_enrollment,
)
from diagnostics.initiative.selectors.behind import Behind, count_behind
from diagnostics.initiative.selectors.per_student import Counted
from diagnostics.models import Trend
from diagnostics.past import HIDDEN_SINCE, list_past_trends, read_points
from districts.pipeline.selectors import shown_at

EVERYBODY = "all"


@dataclass(frozen=True, kw_only=True)
class SchoolOutcome:
    """One school served: its latest value, how it moved, its slope where three points or more allow one."""

    school_id: UUID
    name: str
    level: float | None
    level_bound: str
    level_year: int | None
    change: float | None
    slope: float | None
    slope_low: float | None
    slope_high: float | None
    note: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The metric of the strategic goal at the schools served (pooled), at each of them, and in the district."""

    served: tuple[YearValue, ...]
    district: tuple[YearValue, ...]
    schools: tuple[SchoolOutcome, ...]
    students: Mapping[UUID, Mapping[int, float]]
    """All students with a result, by school and school year."""
    enrollment: Enrollment
    """All students enrolled, by school and school year."""
    behind: Behind
    is_hidden_since: bool = False
    """Whether a past day hides any value of the metric shown then; it may have served other schools."""

    @property
    def years(self) -> tuple[int, ...]:
        """Return every school year from the first known to the last, gaps included."""
        known = [one.year for one in (*self.served, *self.district) if one.value is not None]
        return tuple(range(min(known), max(known) + 1)) if known else ()


def get_outcome(
    *, metric_id: UUID, group: str, unit: str, schools: Mapping[UUID, str], as_of: datetime | None
) -> Outcome:
    """Return the outcome of the schools (id to name) an initiative serves. One query, of the past more."""
    arrived, enrollment = _rows(metric_id=metric_id, groups={group, EVERYBODY}, schools=schools, as_of=as_of)
    wanted = {None, *schools}
    rows = [
        row
        for row in arrived
        if row.grade == EVERYBODY and row.group in {group, EVERYBODY} and row.school_id in wanted
    ]
    mine = {row.school_id: row for row in rows if row.group == group and row.school_id}
    district = next((row for row in rows if row.group == group and not row.school_id), None)
    series: dict[Hashable, tuple[YearValue, ...]] = {
        pk: read_points(mine[pk].points) for pk in schools if pk in mine
    }
    pool = pool_shown(series=series, unit=unit)
    return Outcome(
        served=pool.values,
        district=read_points(district.points) if district else (),
        schools=tuple(
            _school(school_id=pk, name=name, row=mine.get(pk))
            for pk, name in sorted(schools.items(), key=lambda pair: pair[1])
        ),
        students={
            row.school_id: _students(row.points) for row in rows if row.group == EVERYBODY and row.school_id
        },
        enrollment=enrollment,
        behind=count_behind(schools=schools, series=series, pool=pool),
        is_hidden_since=any(row.note.endswith(HIDDEN_SINCE) for row in arrived),
    )


def _rows(
    *, metric_id: UUID, groups: Collection[str], schools: Collection[UUID], as_of: datetime | None
) -> tuple[list[Trend], Enrollment]:
    """Return the trends of a metric, and the enrollment of the schools."""
    if as_of is not None:
        return list_past_trends(as_of=as_of, metric_id=metric_id), list_past_enrollment(as_of=as_of)
    asked = Q(metric_id=metric_id, group__in=groups, grade=EVERYBODY)
    rows = Trend.objects.filter(shown_at(None), asked | IS_ENROLLMENT).annotate(is_enrollment=IS_ENROLLMENT)
    found = list(rows.filter(Q(school__isnull=True) | Q(school_id__in=list(schools))))
    return (
        [row for row in found if row.metric_id == metric_id],
        {row.school_id: read_enrollment(row.points) for row in found if row.is_enrollment and row.school_id},
    )


@dataclass(frozen=True, kw_only=True)
class Students:
    """All students with a result by metric, school and school year; and enrollment by school and year."""

    by_metric: Mapping[UUID, Mapping[UUID, Mapping[int, float]]]
    enrollment: Enrollment

    def counted(self, *, metric_id: UUID, metric: str) -> Counted:
        """Return what may count students of an initiative with this outcome."""
        return Counted(enrollment=self.enrollment, metric=metric, results=self.by_metric.get(metric_id, {}))


def list_students(*, metrics: Collection[UUID]) -> Students:
    """Return all students counted in the results shown now of metrics, and the enrollment. One query."""
    found: dict[UUID, dict[UUID, dict[int, float]]] = {}
    enrollment: dict[UUID, dict[int, float]] = {}
    asked = Q(metric_id__in=metrics, group=EVERYBODY, grade=EVERYBODY)
    rows = Trend.objects.filter(shown_at(None), asked | IS_ENROLLMENT, school__isnull=False).annotate(
        is_enrollment=IS_ENROLLMENT
    )
    columns = ("metric_id", "school_id", "points", "is_enrollment")
    for metric_id, school_id, points, is_enrollment in rows.values_list(*columns):
        found.setdefault(metric_id, {})[school_id] = _students(points)
        if is_enrollment:
            enrollment[school_id] = read_enrollment(points)
    return Students(by_metric=found, enrollment=enrollment)


def _students(points: Iterable[Mapping[str, object]]) -> dict[int, float]:
    return {one.year: one.students for one in read_points(points) if one.students and not one.is_suppressed}


def _school(*, school_id: UUID, name: str, row: Trend | None) -> SchoolOutcome:
    if row is None:
        return SchoolOutcome(
            school_id=school_id,
            name=name,
            level=None,
            level_bound="",
            level_year=None,
            change=None,
            slope=None,
            slope_low=None,
            slope_high=None,
            note="No result has arrived.",
        )
    return SchoolOutcome(
        school_id=school_id,
        name=name,
        level=row.level,
        level_bound=row.level_bound,
        level_year=row.level_year,
        change=row.change,
        slope=row.slope,
        slope_low=row.slope_low,
        slope_high=row.slope_high,
        note=row.note,
    )
