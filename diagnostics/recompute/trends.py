"""Recompute trends: load what landed, describe it, save what changed.

Must not hold arithmetic (`calc` does) nor write anything but its result table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from diagnostics.calc.pooling import YearValue, pool_district, suppress_small
from diagnostics.calc.trend import Point
from diagnostics.calc.trend import Trend as TrendFigures
from diagnostics.calc.trend import trend as describe
from diagnostics.models import MetricResult, Trend
from districts.models import District
from districts.pipeline.results import digest, save_results
from districts.pipeline.spec import Outcome, Recompute
from strategy.models import Metric

VERSION = "1"
RESULTS_FAMILY = "results"

Series = dict[tuple[UUID, UUID | None, str], list[YearValue]]


def trend(context: Recompute) -> Outcome:
    """Recompute the trend of every metric, school and group, and the district's, whole, from source.

    Idempotent. A school's value of fewer students than the district shows is suppressed here, so
    no result holds it; the district's own value pools the schools whose value is shown. Three queries to read.
    """
    metrics = {metric.pk: metric for metric in Metric.objects.all()}
    minimum = District.objects.values_list("minimum_group", flat=True).get(pk=context.district_id)
    series, filings = _load_series(metrics=metrics, minimum=minimum)
    changed = save_results(
        context=context,
        model=Trend,
        keys=("metric_id", "school_id", "group"),
        rows=(
            _trend_row(key=key, values=values, breaks=metrics[key[0]].break_years)
            for key, values in series.items()
        ),
    )
    facts = [[str(pk), metric.unit, metric.break_years] for pk, metric in sorted(metrics.items())]
    return Outcome(changed_rows=changed, fingerprint=digest([VERSION, minimum, filings, facts]))


def _load_series(*, metrics: Mapping[UUID, Metric], minimum: int) -> tuple[Series, list[str]]:
    rows = (
        MetricResult.objects.filter(filing__family=RESULTS_FAMILY, filing__is_current=True)
        .order_by("metric_id", "school_id", "group", "school_year", "id")
        .values_list(
            "metric_id",
            "school_id",
            "group",
            "school_year",
            "value",
            "numerator",
            "denominator",
            "is_suppressed",
            "filing_id",
        )
    )
    series: Series = {}
    by_group: dict[tuple[UUID, str], list[YearValue]] = defaultdict(list)
    filings: set[str] = set()
    for metric_id, school_id, group, year, value, numerator, students, is_suppressed, filing_id in rows:
        found = YearValue(
            year=year,
            value=None if value is None else float(value),
            numerator=None if numerator is None else float(numerator),
            students=None if students is None else float(students),
            is_suppressed=is_suppressed,
        )
        filings.add(str(filing_id))
        shown = suppress_small(value=found, minimum=minimum)
        series.setdefault((metric_id, school_id, group), []).append(shown)
        if school_id is not None:
            by_group[(metric_id, group)].append(found)
    for (metric_id, group), values in by_group.items():
        given = series.get((metric_id, None, group), [])
        pooled = pool_district(values=values, unit=metrics[metric_id].unit, minimum=minimum)
        years = {value.year for value in given}
        rest = [one for one in pooled if one.year not in years]
        series[(metric_id, None, group)] = sorted([*given, *rest], key=lambda one: one.year)
    return series, sorted(filings)


def _trend_row(
    *, key: tuple[UUID, UUID | None, str], values: Sequence[YearValue], breaks: Sequence[int]
) -> dict[str, Any]:
    metric_id, school_id, group = key
    figures = describe_years(values=values, breaks=breaks)
    return {
        "metric_id": metric_id,
        "school_id": school_id,
        "group": group,
        "points": [asdict(value) for value in values],
        "level": figures.level,
        "level_year": figures.level_year,
        "change": figures.change,
        "slope": figures.slope,
        "slope_low": figures.slope_low,
        "slope_high": figures.slope_high,
        "points_used": figures.points_used,
        "note": figures.note[:300],
    }


def describe_years(*, values: Iterable[YearValue], breaks: Sequence[int]) -> TrendFigures:
    """Describe a series of yearly values; years count alike, whatever the number of students."""
    points = [
        Point(year=value.year, value=value.value, is_suppressed=value.is_suppressed) for value in values
    ]
    return describe(points=points, breaks=breaks)
