"""Spending per student enrolled at schools beside an outcome, with need and noise: who got what; must not write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from uuid import UUID

from diagnostics.calc.pooling import YearValue
from diagnostics.enrollment import enrollment_year, list_enrollment
from diagnostics.models import Trend
from diagnostics.outcomes.selectors.metrics import EVERYBODY
from diagnostics.selectors import TrendRow, read_trends
from districts.models import School
from districts.pipeline.selectors import Freshness, get_freshness, shown_at
from investments.calc.noise import is_spending
from investments.selectors.by_school import SchoolDollars, list_school_dollars
from strategy.models import Metric

NEED = re.compile(r"disadvantaged|low.?income|at.?risk|free.*lunch|frpm|econ|poverty", re.IGNORECASE)
NORMAL_95 = 1.959964


@dataclass(frozen=True, kw_only=True)
class SchoolPoint:
    """A school: dollars per student enrolled and the outcome of one year, need and noise.

    enrolled: all its students; dollars: all its dollars over them; both None where its enrollment is not known.
    students: those behind the outcome, who may be in some grades only: never what dollars are divided by.
    need: percent of them in the need group, None where that is not known or hidden. low, high: the 95%
    interval of a rate by its number of students; None for a mean.
    """

    school_id: UUID
    name: str
    level_label: str
    dollars: Decimal | None
    enrolled: float | None
    value: float
    bound: str
    students: float
    need: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class SpendingPage:
    """Schools by dollars per student enrolled and outcome of the latest year that has dollars and outcome.

    enrolled_in: the school year of the enrollment, None where the district has none that fits.
    together: dollars over students of all schools that have both, with an outcome or without.
    """

    metrics: tuple[tuple[UUID, str], ...]
    metric_id: UUID | None
    metric: str
    unit: str
    need_group: str
    dollars: SchoolDollars | None
    points: tuple[SchoolPoint, ...]
    left_out: int
    enrolled_in: int | None
    together: Decimal | None
    has_locations: bool
    freshness: Freshness

    @property
    def without_enrollment(self) -> int:
        """Count the schools listed that have no enrollment, where others have."""
        return sum(one.dollars is None for one in self.points) if self.enrolled_in else 0


def get_spending_page(*, metric_id: UUID | None = None) -> SpendingPage:
    """Return schools' spending beside a metric, the first by name that has both if none is asked. Eight queries.

    Only values that may be shown count: a school whose outcome is hidden is left out, and one whose enrollment
    is hidden or has not arrived has no dollars per student.
    """
    years = {one.fiscal_year: one for one in list_school_dollars()}
    metrics = {
        one.pk: one for one in Metric.objects.exclude(unit=Metric.Unit.COUNT).order_by("is_leading", "name")
    }
    rows = read_trends(
        Trend.objects.filter(
            shown_at(None), grade=EVERYBODY, school__isnull=False, metric_id__in=list(metrics)
        ).select_related("metric", "school")
    )
    chosen, year = _choose(rows, years=years, metrics=metrics, asked=metric_id)
    metric = metrics.get(chosen) if chosen else None
    mine = [row for row in rows if row.metric_id == chosen]
    need_group = next((row.group for row in mine if NEED.search(row.group)), "")
    dollars = years.get(year) if year else None
    schools = {one.pk: one for one in School.objects.all()}
    enrolled_in, enrolled = _enrolled(dollars)
    points = (
        tuple(
            _points(
                mine,
                dollars=dollars,
                enrolled=enrolled,
                need_group=need_group,
                schools=schools,
                metric=metric,
            )
        )
        if dollars and metric
        else ()
    )
    return SpendingPage(
        metrics=tuple((pk, one.name) for pk, one in metrics.items()),
        metric_id=chosen,
        metric=metric.name if metric else "",
        unit=metric.unit if metric else "",
        need_group=need_group,
        dollars=dollars,
        points=points,
        left_out=len(dollars.by_school) - len(points) if dollars else 0,
        enrolled_in=enrolled_in,
        together=_together(dollars, enrolled=enrolled),
        has_locations=bool(years),
        freshness=get_freshness(),
    )


def _choose(
    rows: tuple[TrendRow, ...],
    *,
    years: Mapping[int, SchoolDollars],
    metrics: Mapping[UUID, Metric],
    asked: UUID | None,
) -> tuple[UUID | None, int | None]:
    """Return the metric and the latest year it shares with dollars; the one asked for even without any."""
    shared: dict[UUID, int] = {}
    for row in rows:
        if row.group == EVERYBODY:
            for one in row.points:
                if one.value is not None and one.year in years:
                    shared[row.metric_id] = max(shared.get(row.metric_id, 0), one.year)
    chosen = (
        asked if asked in metrics else next((pk for pk in metrics if pk in shared), next(iter(metrics), None))
    )
    return chosen, shared.get(chosen) if chosen else None


def _enrolled(dollars: SchoolDollars | None) -> tuple[int | None, dict[UUID, float]]:
    """Return the school year of the enrollment that fits the dollars, and each school's."""
    if dollars is None:
        return None, {}
    enrollment = list_enrollment()
    year = enrollment_year(
        enrollment=enrollment, fiscal_year=dollars.fiscal_year, schools=dollars.by_school, is_whole=False
    )
    if year is None:
        return None, {}
    return year, {school: counts[year] for school, counts in enrollment.items() if year in counts}


def _together(dollars: SchoolDollars | None, *, enrolled: Mapping[UUID, float]) -> Decimal | None:
    if dollars is None:
        return None
    both = {
        school: amount
        for school, amount in dollars.by_school.items()
        if school in enrolled and is_spending(amount=amount)
    }
    students = sum(enrolled[school] for school in both)
    return sum(both.values(), Decimal(0)) / Decimal(students) if students else None


def _points(
    rows: list[TrendRow],
    *,
    dollars: SchoolDollars,
    enrolled: Mapping[UUID, float],
    need_group: str,
    schools: Mapping[UUID, School],
    metric: Metric,
) -> list[SchoolPoint]:
    of_year: dict[tuple[UUID, str], YearValue] = {
        (row.school_id, row.group): one
        for row in rows
        for one in row.points
        if row.school_id and one.year == dollars.fiscal_year and one.value is not None
    }
    found = []
    for school_id, amount in dollars.by_school.items():
        value = of_year.get((school_id, EVERYBODY))
        if value is None or value.value is None or not value.students or not is_spending(amount=amount):
            continue
        here = enrolled.get(school_id)
        needy = of_year.get((school_id, need_group)) if need_group else None
        low, high = _interval(value, unit=metric.unit)
        found.append(
            SchoolPoint(
                school_id=school_id,
                name=schools[school_id].name,
                level_label=schools[school_id].get_level_display(),
                dollars=amount / Decimal(here) if here else None,
                enrolled=here,
                value=value.value,
                bound=value.bound,
                students=value.students,
                need=100 * needy.students / value.students if needy and needy.students else None,
                low=low,
                high=high,
            )
        )
    return sorted(found, key=lambda one: one.name)


def _interval(value: YearValue, *, unit: str) -> tuple[float | None, float | None]:
    """Return the 95% interval (Wilson) of a rate as shown by its students; none of a mean or a coded rate."""
    if unit != Metric.Unit.PERCENT or value.bound or value.value is None or not value.students:
        return None, None
    n, p, z = value.students, value.value / 100, NORMAL_95
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return 100 * (middle - half), 100 * (middle + half)
