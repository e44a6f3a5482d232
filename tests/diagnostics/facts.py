"""Builders of results in the database; a district's scope must be open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from diagnostics.enrollment import ENROLLMENT
from diagnostics.models import MetricResult
from districts.models import Filing, School
from strategy.models import Metric
from tests.investments.facts import make_upload

Row = tuple[str | None, str, int, int | None, int | None]


def make_school(name: str) -> School:
    """Make a school, or give the one of that name."""
    school, _ = School.objects.get_or_create(name=name)
    return school  # type: ignore[no-any-return]


def make_results(metric: Metric, rows: Sequence[Row]) -> None:
    """Make filings of rows (school or None, group, year, absent, students); None absent is suppressed."""
    for year in sorted({row[2] for row in rows}):
        old = Filing.objects.filter(family="results", subject=metric.slug, fiscal_year=year)
        old.update(is_current=False)
        filing = Filing.objects.create(
            upload=make_upload(f"{metric.slug} {year} {old.count()}"),
            family="results",
            subject=metric.slug,
            fiscal_year=year,
            filed_at=datetime(2025, 1, 1 + old.count(), tzinfo=UTC),
            is_current=True,
        )
        MetricResult.objects.bulk_create(
            MetricResult(
                filing=filing,
                metric=metric,
                school=None if school is None else make_school(school),
                group=group,
                school_year=year,
                numerator=absent,
                denominator=students,
                value=None if absent is None or not students else Decimal(100 * absent) / students,
                is_suppressed=absent is None,
                row_number=number,
            )
            for number, (school, group, at, absent, students) in enumerate(rows, start=2)
            if at == year
        )


def make_enrollment(rows: Sequence[tuple[str, int, int]]) -> Metric:
    """Make the enrollment (school, year, students) of schools, as a file of counts leaves it."""
    metric, _ = Metric.objects.get_or_create(
        slug=ENROLLMENT, defaults={"name": "Enrollment", "direction": "up", "unit": "count"}
    )
    make_results(metric, [(school, "all", year, students, None) for school, year, students in rows])
    for school, year, students in rows:
        MetricResult.objects.filter(metric=metric, school__name=school, school_year=year).update(
            numerator=None, value=students
        )
    return metric  # type: ignore[no-any-return]
