"""Trend: where a metric stands, how it last moved, and its slope with an interval.

Must not judge a cause: a trend describes. Breaks are never bridged: a break year begins a
series of its own, and only the latest one has a level, a change and a slope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from districts import formatting

CONFIDENCE = 0.95

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Point:
    """One school year of a series.

    value: None where nothing was reported. is_suppressed: a value exists and is not known to us;
    it is neither zero nor missing. weight: for example the students counted. bound: `under` or
    `over` where the value is only known to lie beyond it; no change or slope is computed from it.
    """

    year: int
    value: float | None
    is_suppressed: bool = False
    weight: float = 1.0
    bound: str = ""


@dataclass(frozen=True)
class Trend:
    """What a series says, in the metric's own unit; slope per year.

    `change` runs from `change_from_year` to `level_year`, both in the latest unbroken stretch.
    `segments` are the unbroken stretches of known values, oldest first, as (years, values).
    """

    level: float | None
    level_year: int | None
    change: float | None
    change_from_year: int | None
    slope: float | None
    slope_low: float | None
    slope_high: float | None
    points_used: int
    suppressed: int
    segments: tuple[tuple[tuple[int, ...], tuple[float, ...]], ...]
    note: str
    level_bound: str = ""


@dataclass(frozen=True)
class Slopes:
    """Least-squares lines through many series, arrays (series,); NaN where there is none."""

    slope: Floats
    low: Floats
    high: Floats
    points: NDArray[np.int64]


def trend(*, points: Sequence[Point], breaks: Sequence[int] = ()) -> Trend:
    """Describe one series.

    points: any order, a year once. breaks: years from which values cannot be compared with
    earlier ones. Suppressed and missing points (None or NaN) enter no figure; the suppressed are
    counted. No known point: everything None. One: a level. Two: also a change. Three or more in
    the latest unbroken stretch: also a slope with its interval. Raises ValueError when a year
    comes twice.

    Example: 20, 18, 19, 15 in 2021-2024 with a break in 2022 has level 15, change -4, slope -1.5
    over three points; the 20 of 2021 is a stretch of its own.
    """
    ordered = sorted(points, key=lambda point: point.year)
    years = [point.year for point in ordered]
    if len(set(years)) != len(years):
        raise ValueError("A series has one point a year.")
    known = [point for point in ordered if _value(point) is not None]
    latest = _stretches(points=known, breaks=breaks)
    segments = tuple(
        (tuple(point.year for point in part), tuple(float(point.value or 0.0) for point in part))
        for part in latest
    )
    suppressed = sum(point.is_suppressed for point in ordered)
    if not latest:
        note = "Every value is suppressed." if suppressed else "No value yet."
        return Trend(None, None, None, None, None, None, None, 0, suppressed, (), note)
    stretch_years, values = segments[-1]
    weights = [point.weight for point in latest[-1]]
    has_bound = any(point.bound for point in latest[-1])
    fitted = slopes(
        years=np.array(stretch_years, dtype=np.float64),
        values=np.array([[np.nan if has_bound else value for value in values]]),
        weights=np.array([weights], dtype=np.float64),
    )
    has_change = len(values) > 1 and not any(point.bound for point in latest[-1][-2:])
    return Trend(
        level=values[-1],
        level_year=stretch_years[-1],
        change=values[-1] - values[-2] if has_change else None,
        change_from_year=stretch_years[-2] if has_change else None,
        slope=_known(fitted.slope[0]),
        slope_low=_known(fitted.low[0]),
        slope_high=_known(fitted.high[0]),
        points_used=len(values),
        suppressed=suppressed,
        segments=segments,
        note=_note(points=ordered, segments=segments, has_bound=has_bound, slope=_known(fitted.slope[0])),
        level_bound=latest[-1][-1].bound,
    )


def slopes(*, years: Floats, values: Floats, weights: Floats | None = None) -> Slopes:
    """Fit a straight line through each series and give its slope with a 95% interval.

    years: (years,). values: (series, years), NaN where a point is missing or suppressed.
    weights: same shape, positive, or None for one vote a year; with weights w the fit minimises
    the sum of w (y - a - b x)^2 and its variance is that sum / (n - 2), as weighted least squares
    does: weights say how precise points are to each other, their scale changes nothing.

    b = Sxy / Sxx; se(b) = sqrt(sum w e^2 / (n - 2) / Sxx); interval b -+ t(.975, n - 2) se(b).
    Under three points or without spread in the years: NaN. Points exactly on a line give an
    interval of no width. Zero weight drops the point. Reference: statsmodels OLS and WLS.
    """
    is_known = np.isfinite(values)
    w = is_known.astype(np.float64) if weights is None else np.where(is_known, weights, 0.0)
    is_known = is_known & (w > 0)
    y = np.where(is_known, values, 0.0)
    count = is_known.sum(axis=1)
    total = w.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_x = (w @ years) / total
        mean_y = (w * y).sum(axis=1) / total
        x = np.where(is_known, years[None, :] - mean_x[:, None], 0.0)
        dy = np.where(is_known, y - mean_y[:, None], 0.0)
        sxx = (w * x * x).sum(axis=1)
        slope = (w * x * dy).sum(axis=1) / sxx
        residual = dy - slope[:, None] * x
        freedom = count - 2
        error = np.sqrt((w * residual * residual).sum(axis=1) / freedom / sxx)
    is_fitted = (count >= 3) & (sxx > 0)
    by_freedom = np.array([_quantile(freedom=max(n, 1)) for n in range(int(freedom.max(initial=0)) + 1)])
    quantile = by_freedom[np.maximum(freedom, 0)]
    nothing = np.nan
    return Slopes(
        slope=np.where(is_fitted, slope, nothing),
        low=np.where(is_fitted, slope - quantile * error, nothing),
        high=np.where(is_fitted, slope + quantile * error, nothing),
        points=count.astype(np.int64),
    )


@lru_cache(maxsize=128)
def _quantile(*, freedom: int) -> float:
    return float(stdtrit(freedom, 0.5 + CONFIDENCE / 2))


def _value(point: Point) -> float | None:
    if point.is_suppressed or point.value is None or not np.isfinite(point.value):
        return None
    return float(point.value)


def _known(number: np.float64) -> float | None:
    return float(number) if np.isfinite(number) else None


def _stretches(*, points: Sequence[Point], breaks: Sequence[int]) -> list[list[Point]]:
    """Cut a series of known points at its breaks; stretches without a point disappear."""
    parts: dict[int, list[Point]] = {}
    for point in points:
        parts.setdefault(sum(start <= point.year for start in set(breaks)), []).append(point)
    return [parts[key] for key in sorted(parts)]


def _note(
    *,
    points: Sequence[Point],
    segments: Sequence[tuple[tuple[int, ...], tuple[float, ...]]],
    has_bound: bool,
    slope: float | None,
) -> str:
    years, values = segments[-1]
    hidden = [point.year for point in points if point.is_suppressed and point.year > years[-1]]
    gaps = [after for before, after in pairwise(years) if after - before > 1]
    facts = Facts(
        first=years[0],
        last=years[-1],
        points=len(years),
        is_after_break=len(segments) > 1,
        hidden=hidden[-1] if hidden else 0,
        gap=gaps[-1] if gaps else 0,
        has_bound=has_bound,
        turn=0 if slope is None else turn_of(slope=slope, change=values[-1] - values[-2]),
    )
    return note_of(facts=facts)


class Facts(NamedTuple):
    """What a reader must know of a series; 0 where there is no such year.

    first, last, points: of the latest unbroken stretch. hidden: the last suppressed year after it. gap: the
    year after its last gap. turn: the way of the last change where the line runs the other way, else 0.
    """

    first: int
    last: int
    points: int
    is_after_break: bool
    hidden: int
    gap: int
    has_bound: bool
    turn: int


def note_of(*, facts: Facts) -> str:
    """Say what a reader must know: a break, a suppressed latest value, too few points, a gap, a turn."""
    notes: list[str] = []
    first, last = formatting.school_year(facts.first), formatting.school_year(facts.last)
    if facts.is_after_break:
        notes.append(f"Values before {first} cannot be compared with later ones.")
    if facts.hidden:
        year = formatting.school_year(facts.hidden)
        notes.append(f"The value of {year} is suppressed; {last} is the latest known.")
    if facts.has_bound:
        notes.append("A rate shown as under or over is not exact: no slope, and no change from it.")
    elif facts.points < 3:
        words = {1: "One point: a level only.", 2: "Two points: a change, no slope."}
        notes.append(words[facts.points])
    if facts.gap:
        year = formatting.school_year(facts.gap)
        notes.append(f"Not every year is there: the year before {year} has no value.")
    if facts.turn:
        way, line = ("down", "up") if facts.turn < 0 else ("up", "down")
        notes.append(
            f"It last went {way}, though the line over all years from {first} runs"
            f" {line}: the years before moved more, the other way."
        )
    return " ".join(notes)


def turn_of(*, slope: float, change: float) -> int:
    """Return the way of a last change that the slope does not share, as both read at one decimal; else 0."""
    last = round(change, 1)
    if round(slope, 1) * last >= 0:
        return 0
    return -1 if last < 0 else 1
