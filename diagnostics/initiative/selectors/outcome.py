"""The outcome of the schools an initiative serves, beside the district; describes, never judges a cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from diagnostics.calc.pooling import YearValue, pool_years
from diagnostics.models import Trend
from districts.pipeline.selectors import shown_at

EVERYBODY = "all"


@dataclass(frozen=True, kw_only=True)
class SchoolOutcome:
    """One school served: its latest value, how it moved, its slope where three points or more allow one."""

    school_id: UUID
    name: str
    level: float | None
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
    """All students counted, by school and school year."""

    @property
    def years(self) -> tuple[int, ...]:
        """Return every school year from the first known to the last, gaps included."""
        known = [one.year for one in (*self.served, *self.district) if one.value is not None]
        return tuple(range(min(known), max(known) + 1)) if known else ()


def get_outcome(
    *, metric_id: UUID, group: str, unit: str, schools: Mapping[UUID, str], as_of: datetime | None
) -> Outcome:
    """Return the outcome of the schools (id to name) an initiative serves. One query."""
    rows = list(
        Trend.objects.filter(shown_at(as_of), metric_id=metric_id, group__in={group, EVERYBODY}).filter(
            Q(school__isnull=True) | Q(school_id__in=list(schools))
        )
    )
    mine = {row.school_id: row for row in rows if row.group == group and row.school_id}
    district = next((row for row in rows if row.group == group and not row.school_id), None)
    return Outcome(
        served=tuple(pool_years(values=_values(mine.values()), unit=unit)) if schools else (),
        district=_points(district.points) if district else (),
        schools=tuple(
            _school(school_id=pk, name=name, row=mine.get(pk))
            for pk, name in sorted(schools.items(), key=lambda pair: pair[1])
        ),
        students={row.school_id: _students(row) for row in rows if row.group == EVERYBODY and row.school_id},
    )


def _values(rows: Iterable[Trend]) -> list[YearValue]:
    return [point for row in rows for point in _points(row.points)]


def _points(points: Sequence[Mapping[str, object]]) -> tuple[YearValue, ...]:
    return tuple(YearValue(**point) for point in points)  # type: ignore[arg-type]


def _students(row: Trend) -> dict[int, float]:
    return {one.year: one.students for one in _points(row.points) if one.students and not one.is_suppressed}


def _school(*, school_id: UUID, name: str, row: Trend | None) -> SchoolOutcome:
    if row is None:
        return SchoolOutcome(
            school_id=school_id,
            name=name,
            level=None,
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
        level_year=row.level_year,
        change=row.change,
        slope=row.slope,
        slope_low=row.slope_low,
        slope_high=row.slope_high,
        note=row.note,
    )
