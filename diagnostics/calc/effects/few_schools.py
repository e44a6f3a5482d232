"""Inference with few schools: restricted wild cluster bootstrap, permutation, placebos. Must not decide.

Each is two-sided and plain: every draw is computed, all at once. A seed is an argument.
"""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np

from diagnostics.calc.effects.schools import Flags, Floats, contrast, studentised

DRAWS = 9_999
WEBB_UNDER = 12
MINIMUM_OTHERS = 19
_RADEMACHER = np.array([-1.0, 1.0])
_WEBB = np.array([sign * np.sqrt(size) for sign in (-1.0, 1.0) for size in (1.5, 1.0, 0.5)])
_SLACK = 1e-9


def wild_bootstrap_p(
    *, numbers: Floats, weights: Floats, served: Flags, seed: int, draws: int = DRAWS
) -> float | None:
    """Give the two-sided p of no effect by the restricted wild cluster bootstrap.

    y* = m + v (y - m) with m the weighted mean of all schools (no effect) and v = -1 or 1 by chance
    (Rademacher), or one of Webb's six under 12 schools; |t*| against |t|, both with CR2 errors. p = (1 +
    those as large) / (1 + draws). numbers, weights, served: (schools,). None with an arm under two schools.
    Source: Cameron, Gelbach and Miller (2008); Webb (2023).
    """
    if served.sum() < 2 or (~served).sum() < 2:
        return None
    middle = float(np.average(numbers, weights=weights))
    signs = draw_signs(schools=len(numbers), draws=draws, seed=seed)
    seen = studentised(numbers=numbers, weights=weights, served=served)[0]
    found = studentised(numbers=signs * (numbers - middle), weights=weights, served=served)
    return float((1 + (found >= seen * (1 - _SLACK)).sum()) / (1 + draws))


def draw_signs(*, schools: int, draws: int, seed: int) -> Floats:
    """Draw what residuals are multiplied by, (draws, schools): Webb's six under 12 schools, else -1 or 1."""
    values = _WEBB if schools < WEBB_UNDER else _RADEMACHER
    found: Floats = values[np.random.default_rng(seed).integers(0, len(values), (draws, schools))]
    return found


def permutation_p(
    *, numbers: Floats, weights: Floats, served: Flags, seed: int, draws: int = DRAWS
) -> float | None:
    """Give the two-sided p of no effect by who might have been served instead.

    |t| with CR2 errors, every school keeping its number and weight. All ways are tried when there are no
    more than `draws`, and p = share as large, the real one among them; else seeded draws and p = (1 + those
    as large) / (1 + draws). None with an arm under two schools.
    """
    many, chosen = len(numbers), int(served.sum())
    if chosen < 2 or many - chosen < 2:
        return None
    seen = studentised(numbers=numbers, weights=weights, served=served)[0] * (1 - _SLACK)
    if comb(many, chosen) <= draws:
        ways = np.zeros((comb(many, chosen), many), dtype=np.bool_)
        for row, places in enumerate(combinations(range(many), chosen)):
            ways[row, list(places)] = True
        found = studentised(numbers=numbers, weights=weights, served=ways)
        return float((found >= seen).mean())
    order = np.random.default_rng(seed).random((draws, many)).argsort(axis=1)
    found = studentised(numbers=numbers, weights=weights, served=order < chosen)
    return float((1 + (found >= seen).sum()) / (1 + draws))


def placebo_effects(*, numbers: Floats, weights: Floats, served: Flags) -> Floats | None:
    """Give the effect each comparison school would seem to have had, against the other comparison schools.

    Array (comparison schools,), for one served school. None unless one school is served and at least 19
    others are there.
    """
    others = numbers[~served]
    if served.sum() != 1 or len(others) < MINIMUM_OTHERS:
        return None
    estimate, _ = contrast(
        numbers=others, weights=weights[~served], served=np.eye(len(others), dtype=np.bool_)
    )
    return estimate


def placebo_rank(*, estimate: float, placebos: Floats) -> int:
    """Give the place of `estimate` by absolute size among itself and the placebos; a tie goes against it."""
    return 1 + int((np.abs(placebos) >= abs(estimate) * (1 - _SLACK)).sum())


def placebo_reach(*, placebos: Floats, confidence: float) -> float:
    """Give half the width of the interval that the ranks support, by turning the test round.

    An effect is ruled out when what is left of the estimate without it would rank among the first k of
    m + 1, k = floor((1 - confidence)(m + 1)): the k-th largest absolute placebo. Infinite where k is zero.
    """
    k = int((1 - confidence) * (len(placebos) + 1) + _SLACK)
    return float(np.sort(np.abs(placebos))[-k]) if k else float("inf")
