"""Recompute trends: load what landed, describe it, save what changed.

Must not hold arithmetic (`calc` does) nor write anything but its result table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from diagnostics.calc.additions import Key
from diagnostics.calc.disclosure import DECIMALS, protect_district
from diagnostics.calc.pooling import YearValue
from diagnostics.calc.trend import Point
from diagnostics.calc.trend import Trend as TrendFigures
from diagnostics.calc.trend import trend as describe
from diagnostics.models import MetricResult, Trend
from districts.models import District
from districts.pipeline.results import digest, save_results
from districts.pipeline.spec import Outcome, Recompute
from strategy.models import Metric

VERSION = "5"
RESULTS_FAMILY = "results"

Series = dict[tuple[UUID, UUID | None, str], list[YearValue]]


def trend(context: Recompute) -> Outcome:
    """Recompute the trend of every metric, school and group, and the district's, whole, from source.

    Idempotent. What may be shown is decided here, by `disclosure`, so no result holds a hidden value.
    Three queries to read.
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
            "is_vouched",
            "filing_id",
        )
    )
    tables: dict[tuple[UUID, int], dict[Key, YearValue]] = defaultdict(dict)
    filings: set[str] = set()
    for (
        metric_id,
        school_id,
        group,
        year,
        value,
        numerator,
        students,
        is_suppressed,
        is_vouched,
        filing,
    ) in rows:
        tables[(metric_id, year)][(school_id, group)] = YearValue(
            year=year,
            value=None if value is None else float(value),
            numerator=None if numerator is None else float(numerator),
            students=None if students is None else float(students),
            is_suppressed=is_suppressed,
            is_vouched=is_vouched,
        )
        filings.add(str(filing))
    series: Series = defaultdict(list)
    for (metric_id, _), cells in sorted(tables.items()):
        unit = metrics[metric_id].unit
        for (school, group), shown in protect_district(cells=cells, unit=unit, minimum=minimum).items():
            series[(metric_id, _school(school), group)].append(shown)
    return series, sorted(filings)


def _school(key: Hashable | None) -> UUID | None:
    return key if isinstance(key, UUID) else None


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
        "level_bound": figures.level_bound,
        "level_year": figures.level_year,
        "change": figures.change,
        "slope": figures.slope,
        "slope_low": figures.slope_low,
        "slope_high": figures.slope_high,
        "points_used": figures.points_used,
        "note": _note(figures.note, values=values)[:300],
    }


def _note(note: str, *, values: Iterable[YearValue]) -> str:
    if any(value.is_vouched for value in values):
        return f"{note} No number of students is known: its source states that it hides small groups.".strip()
    return note


def describe_years(*, values: Iterable[YearValue], breaks: Sequence[int]) -> TrendFigures:
    """Describe a series of yearly values as shown, rounded like them; years count alike."""
    points = [
        Point(year=value.year, value=value.value, is_suppressed=value.is_suppressed, bound=value.bound)
        for value in values
    ]
    figures = describe(points=points, breaks=breaks)
    return replace(
        figures,
        change=_rounded(figures.change),
        slope=_rounded(figures.slope),
        slope_low=_rounded(figures.slope_low),
        slope_high=_rounded(figures.slope_high),
    )


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, DECIMALS)
