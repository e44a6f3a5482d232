"""Whether a strategic goal is on track: the chance that its metric's straight line reaches the target.

Must not promise: it carries the past on, and says nothing of what will be done. Must not bridge a break:
the caller gives comparable years only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

MINIMUM_POINTS = 3


@dataclass(frozen=True)
class OnTrack:
    """The chance 0-1 of reaching the target by the due year; None with fewer than three points.

    expected, low, high: the value the line gives for the due year with its 95% prediction interval, in the
    metric's unit. is_known: the due year is there already, so the chance is 0 or 1.
    """

    probability: float | None
    points: int
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    is_known: bool = False


def on_track(
    *,
    years: Sequence[int],
    values: Sequence[float],
    target: float,
    due_year: int,
    is_up: bool,
) -> OnTrack:
    """Give the chance that the value of the due year reaches the target, if the straight line goes on.

    y = a + b t by least squares; the due year's value ~ t(n - 2) around the line with s sqrt(1 + 1/n +
    (T - mean t)^2 / S_tt). years, values: (n,), one unbroken stretch, any order; NaN is left out. A value in
    the due year, or a due year before the last value, settles it: the last value up to then is compared.
    Points exactly on a line leave no doubt about it: 0 or 1. Raises ValueError for lengths that differ or a
    year that comes twice.

    Example: 10, 12, 11, 13, 14 in 2019-2023 reach 15 by 2025 with a chance of 0.66.
    """
    if len(years) != len(values) or len(set(years)) != len(years):
        raise ValueError("A series has one value a year.")
    known = sorted((year, value) for year, value in zip(years, values, strict=True) if value == value)
    if known and known[-1][0] >= due_year:
        return _settled(known=known, target=target, due_year=due_year, is_up=is_up)
    if len(known) < MINIMUM_POINTS:
        return OnTrack(probability=None, points=len(known))
    t, y = (np.array(column, dtype=np.float64) for column in zip(*known, strict=True))
    across = t - t.mean()
    slope = float(across @ y / (across @ across))
    expected = float(y.mean() + slope * (due_year - t.mean()))
    left = y - y.mean() - slope * across
    freedom = len(t) - 2
    spread = float(left @ left) / freedom
    far = 1 + 1 / len(t) + float((due_year - t.mean()) ** 2 / (across @ across))
    error = float(np.sqrt(spread * far))
    short = target - expected if is_up else expected - target
    if error <= 1e-9 * max(1.0, float(np.abs(y).max())):
        return OnTrack(float(short <= 1e-9), len(known), expected, expected, expected)
    wide = float(stdtrit(freedom, 0.975)) * error
    probability = float(stdtr(freedom, -short / error))
    return OnTrack(probability, len(known), expected, expected - wide, expected + wide)


def _settled(*, known: list[tuple[int, float]], target: float, due_year: int, is_up: bool) -> OnTrack:
    """Compare the last value up to the due year; with only later ones, nothing can be said."""
    until = [value for year, value in known if year <= due_year]
    if not until:
        return OnTrack(probability=None, points=len(known))
    last = until[-1]
    is_reached = last >= target if is_up else last <= target
    return OnTrack(float(is_reached), len(known), last, last, last, is_known=True)
