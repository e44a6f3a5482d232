"""How small an effect a test can find, and how large a test must be. Must not look at an outcome.

A test finds an effect when it is called significant 4 times in 5 at alpha .05, two-sided.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from scipy.special import stdtrit

ALPHA = 0.05
POWER = 0.80
MOST = 1_000_000
DRAWS = 20_000


@dataclass(frozen=True)
class Spread:
    """What decides a test's error, all shares 0-1: usual values for a test score with last year's score.

    icc: of the variance that lies between schools; r2_school, r2_student: of it explained by what is
    known before; students: with an outcome in a school; treated: schools or students in the arm served.
    """

    icc: float = 0.15
    r2_school: float = 0.7
    r2_student: float = 0.6
    students: float = 60
    treated: float = 0.5


USUAL = Spread()


def smallest_effect_by_school(*, schools: int, spread: Spread = USUAL) -> float | None:
    """Give the smallest effect, in student SD, found 4 times in 5 when schools are assigned.

    (t_{.975} + t_{.80}) sqrt((ICC (1 - R2_school) + (1 - ICC)(1 - R2_student) / n) / (P (1 - P) J)) with J - 3
    degrees of freedom. None under four schools. Source: Bloom (1995), Schochet (2008).

    Example: 24 schools of 60 students, half served: 0.27.
    """
    if schools < 4:
        return None
    between = spread.icc * (1 - spread.r2_school)
    within = (1 - spread.icc) * (1 - spread.r2_student) / spread.students
    share = spread.treated * (1 - spread.treated) * schools
    return _factor(schools - 3) * sqrt((between + within) / share)


def smallest_effect_by_student(*, students: int, spread: Spread = USUAL) -> float | None:
    """Give the smallest effect, in student SD, found 4 times in 5 when students are drawn one by one.

    (t_{.975} + t_{.80}) sqrt((1 - R2_student) / (P (1 - P) N)) with N - 3 degrees of freedom. None under four.

    Example: 400 students, half served: 0.178.
    """
    if students < 4:
        return None
    share = spread.treated * (1 - spread.treated) * students
    return _factor(students - 3) * sqrt((1 - spread.r2_student) / share)


def schools_for_effect(*, effect: float, spread: Spread = USUAL) -> int | None:
    """Give the fewest schools that find `effect` (student SD) 4 times in 5; None over a million or for <= 0."""
    return _fewest(
        reaches=lambda many: (smallest_effect_by_school(schools=many, spread=spread) or 0) <= effect,
        effect=effect,
    )


def students_for_effect(*, effect: float, spread: Spread = USUAL) -> int | None:
    """Give the fewest students, drawn one by one, that find `effect` 4 times in 5; None as for schools.

    Example: 0.12 needs about 870 students.
    """
    return _fewest(
        reaches=lambda many: (smallest_effect_by_student(students=many, spread=spread) or 0) <= effect,
        effect=effect,
    )


@dataclass(frozen=True)
class Needed:
    """How large a test must be for an answer. schools: None where students were assigned."""

    students: int | None
    schools: int | None


def needed_for_answer(
    *,
    standard_error: float,
    bar: float,
    students: int | None,
    schools: int | None = None,
) -> Needed | None:
    """Give how many students and schools, of the kind observed, would find an effect as large as the bar.

    The error shrinks with the root of the size: (t_{.975} + t_{.80}) SE sqrt(observed / m) <= bar, with m - 2
    degrees of freedom, m the schools, or the students where students were assigned (schools None).
    Students grow with their schools. standard_error and bar in one unit; students, schools: observed, both
    arms. None where nothing was counted, the error or bar is not over zero, or over a million are needed.
    Never fewer than were observed: when so few should do, the answer is what was observed.

    Example: an error of 0.10 from 12 schools and 412 students, a bar of 0.15: 44 schools, 1,511 students.
    """
    observed = schools if schools is not None else students
    if not observed or observed < 3 or not standard_error > 0 or not bar > 0:
        return None
    many = _fewest(
        reaches=lambda size: _factor(size - 2) * standard_error * sqrt(observed / size) <= bar, effect=bar
    )
    if many is None:
        return None
    many = max(many, observed)
    if schools is None:
        return Needed(students=many, schools=None)
    return Needed(students=ceil(students * many / schools) if students else None, schools=many)


@dataclass(frozen=True)
class Chances:
    """Shares 0-1 of the uncapped words that rows 5-9 of the rules give for one true effect."""

    works: float
    promising: float
    below_the_bar: float
    harmful: float
    cannot_tell: float


def chances_of_verdicts(
    *,
    true_effect: float,
    standard_error: float,
    freedom: float,
    bar: float,
    seed: int,
    draws: int = DRAWS,
) -> Chances:
    """Simulate how often the verdict rules say each word, for a plan that nothing caps.

    Estimate ~ N(true, SE^2), its error SE sqrt(chi2(freedom) / freedom); rows 5-9 in order. All in one unit.
    Raises ValueError unless error, freedom and bar are over zero. Same seed, same result.

    Example: no effect: works 2.5%, harmful 2.5%, promising 7.5% with the bar near zero.
    """
    if not (standard_error > 0 and freedom > 0 and bar > 0):
        raise ValueError("The error, the degrees of freedom and the bar are over zero.")
    rng = np.random.default_rng(seed)
    guess = rng.normal(true_effect, standard_error, draws)
    error = standard_error * np.sqrt(rng.chisquare(freedom, draws) / freedom)
    low, high = (guess + sign * stdtrit(freedom, 1 - ALPHA / 2) * error for sign in (-1, 1))
    low_80 = guess - stdtrit(freedom, 0.9) * error
    works = (low > 0) & (high >= bar)
    shares = {
        "works": works,
        "promising": (low_80 > 0) & (high >= bar) & ~works,
        "below_the_bar": (high >= 0) & (high < bar),
        "harmful": high < 0,
    }
    shares["cannot_tell"] = ~np.logical_or.reduce(list(shares.values()))
    return Chances(**{name: float(share.mean()) for name, share in shares.items()})


def _factor(freedom: float) -> float:
    return float(stdtrit(freedom, 1 - ALPHA / 2) + stdtrit(freedom, POWER))


def _fewest(*, reaches: Callable[[int], bool], effect: float) -> int | None:
    """Find the smallest size from 4 on that reaches it, by halving: power grows with size."""
    if not effect > 0 or not reaches(MOST):
        return None
    low, high = 4, MOST
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(middle) else (middle + 1, high)
    return low
