"""Enrollment: the only number of students that dollars of whole schools are divided by; must not write.

The students behind an outcome are no substitute: a test is taken in some grades only, so a school's dollars
over its test takers come out two or three times too large.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from diagnostics.models import Trend
from diagnostics.past import list_past_trends, read_points
from districts import formatting
from districts.pipeline.selectors import shown_at
from strategy.models import Metric

ENROLLMENT = "enrollment"
"""Slug of the metric, of unit count, whose results by school are the students enrolled there.

Its name is "Enrollment"; only results of all students and all grades together count. Everything that divides
dollars by enrollment finds it by this slug and unit, and by nothing else.
"""

EVERYBODY = "all"

Enrollment = Mapping[UUID, Mapping[int, float]]
"""Students enrolled by school and school year, of values that may be shown and are above zero."""

IS_ENROLLMENT = Q(metric__slug=ENROLLMENT, metric__unit=Metric.Unit.COUNT, group=EVERYBODY, grade=EVERYBODY)
"""Which trends are of enrollment."""


def list_enrollment() -> Enrollment:
    """Return the enrollment of every school as shown now. One query."""
    rows = Trend.objects.filter(shown_at(None), IS_ENROLLMENT, school__isnull=False)
    return {school: read_enrollment(points) for school, points in rows.values_list("school_id", "points")}


def list_past_enrollment(*, as_of: datetime) -> Enrollment:
    """Return the enrollment of every school as shown at a past moment. Four queries, one without the metric."""
    metric = Metric.objects.filter(slug=ENROLLMENT, unit=Metric.Unit.COUNT).first()
    if metric is None:
        return {}
    return {
        row.school_id: read_enrollment(row.points)
        for row in list_past_trends(as_of=as_of, metric_id=metric.pk)
        if row.school_id and (row.group, row.grade) == (EVERYBODY, EVERYBODY)
    }


def read_enrollment(points: list[dict[str, Any]]) -> dict[int, float]:
    """Return the students of each school year that a trend of enrollment shows."""
    return {one.year: one.value for one in read_points(points) if one.value and not one.bound}


def enrollment_year(
    *, enrollment: Enrollment, fiscal_year: int, schools: Collection[UUID], is_whole: bool
) -> int | None:
    """Return the school year of a fiscal year, else the nearest earlier one, with enrollment of the schools.

    is_whole: every school must have it in that year; otherwise one is enough. Fiscal year 2018 goes with
    school year 2017-18, which is 2018 here.
    """
    years = [set(enrollment.get(school, {})) for school in schools]
    if not years:
        return None
    known = set.intersection(*years) if is_whole else set.union(*years)
    return max((year for year in known if year <= fiscal_year), default=None)


def enrolled_when(*, year: int, fiscal_year: int) -> str:
    """Say of which school year the enrollment is: "in 2017-18", and that it is earlier where it is."""
    words = f"in {formatting.school_year(year)}"
    if year == fiscal_year:
        return words
    wanted = formatting.school_year(fiscal_year)
    return f"{words}, the nearest earlier year with enrollment: none of {wanted} has arrived"
