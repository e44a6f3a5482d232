"""Recompute trends: load what landed, describe it, save what changed.

Must not hold arithmetic (`calc` does) nor write anything but its result table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np

from diagnostics.calc.additions import ALL
from diagnostics.calc.disclosure import DECIMALS
from diagnostics.calc.on_track import OnTrack, on_track
from diagnostics.calc.pooling import YearValue
from diagnostics.calc.series import BOUNDS, Described, Ints, describe_series, number_series
from diagnostics.calc.target import decide_target, due_year, on_track_key, target_key
from diagnostics.calc.trend import Floats, Point
from diagnostics.calc.trend import Trend as TrendFigures
from diagnostics.calc.trend import trend as describe
from diagnostics.models import Trend
from diagnostics.recompute.landed import Landed, SeriesKey, Shown, load_landed
from districts.models import District
from districts.pipeline.results import digest, save_results
from districts.pipeline.spec import Outcome, Recompute
from strategy.models import Goal, Metric

VERSION = "8"


class Asked(NamedTuple):
    """What a strategic goal asks of its metric."""

    direction: str
    target: Decimal
    due_on: date

    @property
    def is_up(self) -> bool:
        return self.direction == Metric.Direction.UP


Targets = Mapping[tuple[UUID, str], set[Asked]]


def trend(context: Recompute) -> Outcome:
    """Recompute the trend of every metric, school, group and grade, and the district's, whole, from source.

    Idempotent. What may be shown is decided here, by `disclosure`, so no result holds a hidden value; so is
    whether the exact rate reaches a strategic goal's target. Three queries and a COPY to read.
    """
    metrics = {metric.pk: metric for metric in Metric.objects.all()}
    minimum = District.objects.values_list("minimum_group", flat=True).get(pk=context.district_id)
    landed = load_landed(units={pk: metric.unit for pk, metric in metrics.items()}, minimum=minimum)
    targets = _load_targets()
    changed = save_results(
        context=context,
        model=Trend,
        keys=("metric_id", "school_id", "group", "grade"),
        rows=_rows(landed=landed, metrics=metrics, targets=targets),
    )
    facts = [[str(pk), metric.unit, metric.break_years] for pk, metric in sorted(metrics.items())]
    asked = [[str(metric), group, sorted(found)] for (metric, group), found in sorted(targets.items())]
    return Outcome(changed_rows=changed, fingerprint=digest([VERSION, minimum, landed.filings, facts, asked]))


def _load_targets() -> Targets:
    """Return what the strategic goals in use ask, by metric and group."""
    targets: dict[tuple[UUID, str], set[Asked]] = defaultdict(set)
    goals = Goal.objects.filter(archived_at=None)
    names = ("metric_id", "group", "direction", "target_value", "due_on")
    for metric_id, group, *asked in goals.values_list(*names):
        targets[(metric_id, group)].add(Asked(*asked))
    return targets


@dataclass(frozen=True)
class Trends:
    """Every series described: the series of each value, the first value of each series, the figures."""

    series: Ints
    first: Ints
    described: Described


def describe_all(*, shown: Shown, breaks: Mapping[UUID, Sequence[int]]) -> Trends:
    """Group values by metric, school and cohort and describe every series at once."""
    series, first = number_series(shown.metric, shown.school, shown.cohort)
    described = describe_series(
        values=replace(shown.columns, series=series),
        metric_of=shown.metric[first],
        breaks=[breaks[metric_id] for metric_id in shown.metrics],
    )
    return Trends(series, first, described)


@dataclass(frozen=True)
class _Figures:
    """The figures of one series as they are saved; None where there is nothing."""

    level: float | None
    level_bound: str
    level_year: int | None
    change: float | None
    slope: float | None
    slope_low: float | None
    slope_high: float | None
    points_used: int


def _rows(*, landed: Landed, metrics: Mapping[UUID, Metric], targets: Targets) -> Iterator[dict[str, Any]]:
    trends = describe_all(
        shown=landed.shown, breaks={pk: metric.break_years for pk, metric in metrics.items()}
    )
    found = trends.described
    figures = map(
        _Figures,
        _known(found.level),
        (BOUNDS[one] for one in found.level_bound),
        (year or None for year in _whole(found.level_year)),
        _known(found.change),
        _known(found.slope),
        _known(found.low),
        _known(found.high),
        _whole(found.points),
    )
    notes = (found.notes[one] for one in found.note)
    described = zip(_by_series(landed.shown, trends), figures, notes, _whole(found.start), strict=True)
    for (key, values), mine, note, start in described:
        asked = targets.get((key.metric_id, key.group), ())
        is_asked = bool(asked) and key.school_id is None and key.grade == ALL
        yield {
            **key._asdict(),
            "points": [vars(value) for value in values],
            **vars(mine),
            "note": _note(note, values=values)[:300],
            "on_track": {},
            "reached": {},
        } | (
            _against_targets(
                key=key, values=values, figures=mine, start=start, landed=landed, asked=asked,
                metric=metrics[key.metric_id],
            )
            if is_asked
            else {}
        )  # fmt: skip


def _by_series(shown: Shown, trends: Trends) -> Iterator[tuple[SeriesKey, list[YearValue]]]:
    """Return what each series is of with its values by year, in the order of the series."""
    order = np.lexsort((shown.columns.year, trends.series))
    ends = np.cumsum(np.bincount(trends.series, minlength=len(trends.first)))
    ordered = [shown.values[row] for row in order.tolist()]
    start = 0
    for first, end in zip(trends.first.tolist(), ends.tolist(), strict=True):
        yield shown.key_of(first), ordered[start:end]
        start = end


def _known(numbers: Floats) -> Iterator[float | None]:
    return (None if number != number else number for number in numbers.tolist())


def _whole(numbers: Ints) -> list[int]:
    found: list[int] = numbers.tolist()
    return found


def _against_targets(
    *,
    key: SeriesKey,
    values: Sequence[YearValue],
    figures: _Figures,
    start: int,
    landed: Landed,
    asked: Iterable[Asked],
    metric: Metric,
) -> dict[str, Any]:
    """Return which targets the latest level reaches, of those that can be decided, and the chance of each."""
    reached: dict[str, bool] = {}
    chances: dict[str, Any] = {}
    by_year = {value.year: value for value in values}
    has_break = any(value.year < start and value.value is not None for value in values)
    for one in sorted(asked):
        name = target_key(direction=one.direction, target=one.target)
        due = due_year(due_on=one.due_on)
        decided = {
            year: decide_target(
                shown=value, exact=landed.exact.get((key.metric_id, key.group, year)), target=one.target,
                is_up=one.is_up, unit=metric.unit,
            )
            for year, value in by_year.items()
        }  # fmt: skip
        is_reached = decided.get(figures.level_year or 0)
        if is_reached is not None:
            reached[name] = is_reached
        stretch = [value for value in values if value.year >= start and value.value is not None]
        if start:
            chance = _chance(stretch=stretch, asked=one, due=due, decided=decided)
            full = on_track_key(direction=one.direction, target=one.target, due=due)
            chances[full] = chance | {"since_break": has_break}
    return {"reached": reached, "on_track": chances}


def _chance(
    *, stretch: Sequence[YearValue], asked: Asked, due: int, decided: Mapping[int, bool | None]
) -> dict[str, Any]:
    """Return the chance that the target is reached by the due year, from values as shown.

    A value of the due year settles it, by the exact rate where that may be told. A rate beyond a cut has no
    line.
    """
    found = OnTrack(probability=None, points=len(stretch))
    has_bound = any(value.bound for value in stretch)
    if stretch[-1].year >= due:
        until = [value.year for value in stretch if value.year <= due]
        is_reached = decided.get(until[-1]) if until else None
        found = replace(found, probability=None if is_reached is None else float(is_reached), is_known=True)
    elif not has_bound:
        found = on_track(
            years=[value.year for value in stretch],
            values=[float(value.value or 0) for value in stretch],
            target=float(asked.target),
            due_year=due,
            is_up=asked.is_up,
        )
    return {
        "probability": None if found.probability is None else round(found.probability, 2),
        "points": found.points,
        "expected": _rounded(found.expected),
        "low": _rounded(found.low),
        "high": _rounded(found.high),
        "is_known": found.is_known,
        "has_bound": has_bound,
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
