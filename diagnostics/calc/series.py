"""Trends of many series at once, as arrays: what `trend` says of one, for all of them.

Must not judge a cause, nor differ from `trend`: a test compares the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from diagnostics.calc.trend import Facts, Floats, note_of, slopes

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
BOUNDS = ("", "under", "over")
NO_VALUE = ("No value yet.", "Every value is suppressed.")
DECIMALS = 1
MOST_CODES = 20_000_000
_NEAR_HALF = 1e-6


@dataclass(frozen=True)
class Values:
    """Yearly values of many series, as arrays (values,), a series and year once.

    series: which one, 0 to n - 1. bound: the place in `BOUNDS`. value: NaN where none is known.
    """

    series: Ints
    year: Ints
    value: Floats
    bound: Ints
    is_suppressed: Bools


@dataclass(frozen=True)
class Described:
    """What every series says, arrays (series,); NaN and year 0 where there is nothing. Slope per year.

    start: the first year of the latest unbroken stretch. note: the place in `notes`.
    """

    level: Floats
    level_year: Ints
    level_bound: Ints
    change: Floats
    slope: Floats
    low: Floats
    high: Floats
    points: Ints
    start: Ints
    note: Ints
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Grid:
    """Series by years: value, NaN where none; what is known in the latest unbroken stretch."""

    years: Ints
    value: Floats
    bound: Ints
    is_suppressed: Bools
    is_known: Bools
    is_latest: Bools
    last: Ints

    @property
    def rows(self) -> Ints:
        return np.arange(len(self.value))


def number_series(*columns: Ints) -> tuple[Ints, Ints]:
    """Group rows that agree in every column: the number of each row's series, and each series' first row.

    columns: small whole numbers from 0, as codes are. Series are numbered in the order of their codes.
    Example: codes 5, 7, 5 are series 0, 1, 0, first found in rows 0 and 1.
    """
    sizes = [int(column.max(initial=0)) + 1 for column in columns]
    code = np.ravel_multi_index(list(columns), sizes)
    if prod(sizes) > MOST_CODES:
        _, first, series = np.unique(code, return_index=True, return_inverse=True)
        return series, first
    rows = np.full(prod(sizes), -1, dtype=np.int64)
    rows[code[::-1]] = np.arange(len(code))[::-1]
    is_there = rows >= 0
    return (np.cumsum(is_there) - 1)[code], rows[is_there]


def describe_series(*, values: Values, metric_of: Ints, breaks: Sequence[Sequence[int]]) -> Described:
    """Describe every series as `trend` describes one, each year one vote, to one decimal.

    metric_of: (series,), the metric of each; breaks: of each metric, the years from which values cannot be
    compared with earlier ones. Empty in, empty out.

    Example: 20, 18, 19, 15 in 2021-2024 with a break in 2022 has level 15, change -4, slope -1.5.
    """
    if not len(values.year):
        return _nothing(len(metric_of))
    grid = _grid(values=values, metric_of=metric_of, breaks=breaks)
    has_any = grid.is_known.any(axis=1)
    points = grid.is_latest.sum(axis=1)
    has_bound: Bools = np.any(grid.is_latest & (grid.bound > 0), axis=1)
    fitted = slopes(
        years=grid.years.astype(np.float64),
        values=np.where(grid.is_latest & ~has_bound[:, None], grid.value, np.nan),
    )
    step, change = _last_step(grid, points=points)
    change, slope, low, high = (_rounded(one) for one in (change, fitted.slope, fitted.low, fitted.high))
    turn = _turn(slope=slope, change=_rounded(step))
    first = np.where(has_any, grid.years[grid.is_latest.argmax(axis=1)], 0)
    note, notes = _notes(grid, points=points, has_bound=has_bound, turn=turn)
    at = grid.rows, grid.last
    return Described(
        level=np.where(has_any, grid.value[at], np.nan),
        level_year=np.where(has_any, grid.years[grid.last], 0),
        level_bound=np.where(has_any, grid.bound[at], 0),
        change=change,
        slope=slope,
        low=low,
        high=high,
        points=points,
        start=first,
        note=note,
        notes=notes,
    )


def _nothing(many: int) -> Described:
    none, zero = np.full(many, np.nan), np.zeros(many, dtype=np.int64)
    return Described(none, zero, zero, none, none, none, none, zero, zero, zero, NO_VALUE[:1])


def _grid(*, values: Values, metric_of: Ints, breaks: Sequence[Sequence[int]]) -> _Grid:
    years, place = _places(values.year)
    size = (len(metric_of), len(years))
    at = values.series * len(years) + place
    value, bound, is_suppressed = np.full(size, np.nan), np.zeros(size, np.int64), np.zeros(size, np.bool_)
    value.ravel()[at] = np.where(values.is_suppressed, np.nan, values.value)
    bound.ravel()[at] = values.bound
    is_suppressed.ravel()[at] = values.is_suppressed
    is_known = np.isfinite(value)
    starts = np.array([(_starts(one) <= years[:, None]).sum(axis=1) for one in breaks], dtype=np.int64)
    stretch = starts.reshape(len(breaks), len(years))[metric_of]
    last = _last(is_known)
    is_latest = is_known & (stretch == np.take_along_axis(stretch, last[:, None], axis=1))
    return _Grid(years, value, bound, is_suppressed, is_known, is_latest, last)


def _places(year: Ints) -> tuple[Ints, Ints]:
    """Return the years there are, and the place of each value's year among them."""
    low = int(year.min())
    found = np.bincount(year - low) > 0
    return np.flatnonzero(found) + low, (np.cumsum(found) - 1)[year - low]


def _starts(breaks: Sequence[int]) -> Ints:
    return np.array(sorted(set(breaks)), dtype=np.int64)


def _last(found: Bools) -> Ints:
    """Return the place of the last true value of each row; the last place where there is none."""
    last: Ints = found.shape[1] - 1 - found[:, ::-1].argmax(axis=1)
    return last


def _last_step(grid: _Grid, *, points: Ints) -> tuple[Floats, Floats]:
    """Return the step between the last two values, and the change that may be told: not from a bound."""
    before = grid.is_latest.copy()
    before[grid.rows, grid.last] = False
    at, then = (grid.rows, grid.last), (grid.rows, _last(before))
    step = np.where(points > 1, grid.value[at] - grid.value[then], np.nan)
    return step, np.where((grid.bound[at] > 0) | (grid.bound[then] > 0), np.nan, step)


def _turn(*, slope: Floats, change: Floats) -> Ints:
    is_turn = slope * change < 0  # not where either is NaN
    return np.where(is_turn, np.sign(np.nan_to_num(change)), 0).astype(np.int64)


def _notes(grid: _Grid, *, points: Ints, has_bound: Bools, turn: Ints) -> tuple[Ints, tuple[str, ...]]:
    """Return each series' note by its place among the different ones."""
    size = len(grid.years)
    place = np.arange(size)
    hidden = (grid.is_suppressed & (place > grid.last[:, None])) * (place + 1)
    is_broken = (grid.is_known & ~grid.is_latest).any(axis=1)
    columns = [
        np.minimum(points, 3),
        grid.is_latest.argmax(axis=1),
        grid.last,
        is_broken,
        hidden.max(axis=1),
        _last_gap(grid),
        has_bound,
        turn + 1,
        grid.is_suppressed.any(axis=1),
    ]
    sizes = (4, size, size, 2, size + 1, size + 1, 2, 3, 2)
    code = np.ravel_multi_index([np.asarray(one, dtype=np.int64) for one in columns], sizes)
    different, note = np.unique(code, return_inverse=True)
    years = [int(one) for one in grid.years]
    notes = tuple(
        _words([int(one) for one in found], years=years)
        for found in zip(*np.unravel_index(different, sizes), strict=True)
    )
    return note, notes


def _words(found: Sequence[int], *, years: Sequence[int]) -> str:
    points, first, last, is_broken, hidden, gap, has_bound, turn, is_suppressed = found
    if not points:
        return NO_VALUE[is_suppressed]
    facts = Facts(
        first=years[first],
        last=years[last],
        points=points,
        is_after_break=bool(is_broken),
        hidden=years[hidden - 1] if hidden else 0,
        gap=years[gap - 1] if gap else 0,
        has_bound=bool(has_bound),
        turn=turn - 1,
    )
    return note_of(facts=facts)


def _last_gap(grid: _Grid) -> Ints:
    """Return the place, from 1, of the value after the last gap of the latest stretch; 0 without a gap."""
    known = np.where(grid.is_latest, grid.years, 0)
    before = np.maximum.accumulate(known, axis=1)[:, :-1]
    is_gap = grid.is_latest[:, 1:] & (before > 0) & (grid.years[1:] - before > 1)
    found: Ints = (is_gap * np.arange(2, len(grid.years) + 1)).max(axis=1, initial=0)
    return found


def _rounded(numbers: Floats) -> Floats:
    """Round to one decimal as `round` does, ties by the exact binary value."""
    scaled = numbers * 10.0**DECIMALS
    found: Floats = np.rint(scaled) / 10.0**DECIMALS
    with np.errstate(invalid="ignore"):
        near = np.flatnonzero(np.abs(np.abs(scaled - np.floor(scaled)) - 0.5) < _NEAR_HALF)
    found[near] = [round(float(one), DECIMALS) for one in numbers[near]]
    return found
