"""Recompute trends: load what landed, describe it, save what changed.

Must not hold arithmetic (`calc` does) nor write anything but its result table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from diagnostics.calc.additions import Key
from diagnostics.calc.disclosure import DECIMALS, protect_district
from diagnostics.calc.pooling import YearValue
from diagnostics.calc.target import decide_target, exact_district, target_key
from diagnostics.calc.trend import Point
from diagnostics.calc.trend import Trend as TrendFigures
from diagnostics.calc.trend import trend as describe
from diagnostics.models import MetricResult, Trend
from districts.models import District
from districts.pipeline.results import digest, save_results
from districts.pipeline.spec import Outcome, Recompute
from strategy.models import Goal, Metric

VERSION = "7"
RESULTS_FAMILY = "results"

Series = dict[tuple[UUID, UUID | None, str], list[YearValue]]
Targets = dict[tuple[UUID, str], set[tuple[str, Decimal]]]


@dataclass(frozen=True)
class _Results:
    """What landed: values as shown by series, the district's exact ones by metric, group and year, filings."""

    shown: Series
    exact: Mapping[tuple[UUID, str, int], float]
    filings: list[str]


def trend(context: Recompute) -> Outcome:
    """Recompute the trend of every metric, school and group, and the district's, whole, from source.

    Idempotent. What may be shown is decided here, by `disclosure`, so no result holds a hidden value; so is
    whether the exact rate reaches a strategic goal's target. Four queries to read.
    """
    metrics = {metric.pk: metric for metric in Metric.objects.all()}
    minimum = District.objects.values_list("minimum_group", flat=True).get(pk=context.district_id)
    results = _load_results(metrics=metrics, minimum=minimum)
    targets = _load_targets()
    changed = save_results(
        context=context,
        model=Trend,
        keys=("metric_id", "school_id", "group", "grade"),
        rows=(
            _trend_row(key=key, values=values, metric=metrics[key[0]], results=results, targets=targets)
            for key, values in results.shown.items()
        ),
    )
    facts = [[str(pk), metric.unit, metric.break_years] for pk, metric in sorted(metrics.items())]
    asked = [[str(metric), group, sorted(found)] for (metric, group), found in sorted(targets.items())]
    return Outcome(
        changed_rows=changed, fingerprint=digest([VERSION, minimum, results.filings, facts, asked])
    )


def _load_targets() -> Targets:
    """Return the directions and targets of the strategic goals in use, by metric and group."""
    targets: Targets = defaultdict(set)
    goals = Goal.objects.filter(archived_at=None)
    for metric_id, group, *asked in goals.values_list("metric_id", "group", "direction", "target_value"):
        targets[(metric_id, group)].add((asked[0], asked[1]))
    return targets


def _load_results(*, metrics: Mapping[UUID, Metric], minimum: int) -> _Results:
    rows = (
        MetricResult.objects.filter(filing__family=RESULTS_FAMILY, filing__is_current=True, grade="all")
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
    exact: dict[tuple[UUID, str, int], float] = {}
    for (metric_id, at), cells in sorted(tables.items()):
        unit = metrics[metric_id].unit
        for group, known in exact_district(cells=cells, unit=unit).items():
            exact[(metric_id, group, at)] = known
        for (school, group), shown in protect_district(cells=cells, unit=unit, minimum=minimum).items():
            series[(metric_id, _school(school), group)].append(shown)
    return _Results(shown=series, exact=exact, filings=sorted(filings))


def _school(key: Hashable | None) -> UUID | None:
    return key if isinstance(key, UUID) else None


def _trend_row(
    *,
    key: tuple[UUID, UUID | None, str],
    values: Sequence[YearValue],
    metric: Metric,
    results: _Results,
    targets: Targets,
) -> dict[str, Any]:
    metric_id, school_id, group = key
    figures = describe_years(values=values, breaks=metric.break_years)
    latest = next((one for one in values if one.year == figures.level_year), None)
    asked = targets.get((metric_id, group), set()) if school_id is None else set()
    return {
        "metric_id": metric_id,
        "school_id": school_id,
        "group": group,
        "grade": "all",
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
        "on_track": {},
        "reached": _reached(
            latest=latest,
            exact=results.exact.get((metric_id, group, figures.level_year or 0)),
            asked=asked,
            unit=metric.unit,
        ),
    }


def _reached(
    *, latest: YearValue | None, exact: float | None, asked: Iterable[tuple[str, Decimal]], unit: str
) -> dict[str, bool]:
    """Return which targets the latest level reaches, of those that can be decided."""
    if latest is None:
        return {}
    found: dict[str, bool] = {}
    for direction, target in sorted(asked):
        is_up = direction == Metric.Direction.UP
        is_reached = decide_target(shown=latest, exact=exact, target=target, is_up=is_up, unit=unit)
        if is_reached is not None:
            found[target_key(direction=direction, target=target)] = is_reached
    return found


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
