"""Return: effect for each $1,000 a student, and what one student SD costs. Must not rank or word anything.

Gated: no ratio where a gate of the estimate fails. Effect and cost concern the same students and months;
the caller sees to it. Never a negative number of dollars for an SD.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from diagnostics.calc.gates import Gate
from diagnostics.calc.shrinkage import USUAL, Prior, shrink

THOUSAND = 1_000.0


class NoRatio(StrEnum):
    """Why a ratio is not shown."""

    GATES = "gates"
    NO_ESTIMATE = "no_estimate"
    NO_STUDENT_SD = "no_student_sd"
    NO_COST = "no_cost"
    SAVES_MONEY = "saves_money"
    NO_GAIN = "no_gain"
    CANNOT_BE_BOUNDED = "cannot_be_bounded"


@dataclass(frozen=True)
class ReturnRatio:
    """What may be said of cost and effect together; dollars for a student, effects in student SD.

    cost_per_student: shown in any case; None where it is not known. effect: raw, in student SD or points.
    shrunken, per_1000: pooled, and its gain for each $1,000. cost_per_sd with its low and high: only with a
    gain whose interval is over zero; high is None where nothing bounds it. why: what stands in the way of
    per_1000, None when shown; why_no_cost_per_sd: the same of cost_per_sd. failed: gates that did.
    """

    cost_per_student: float | None
    effect: float | None
    shrunken: float | None = None
    per_1000: float | None = None
    cost_per_sd: float | None = None
    cost_per_sd_low: float | None = None
    cost_per_sd_high: float | None = None
    why: NoRatio | None = None
    why_no_cost_per_sd: NoRatio | None = None
    failed: tuple[Gate, ...] = ()


def return_ratio(
    *,
    cost_per_student: float | None,
    estimate: float | None,
    standard_error: float | None,
    low: float | None,
    high: float | None,
    has_student_sd: bool,
    gates: Sequence[Gate],
    cost_error: float = 0.0,
    prior: Prior = USUAL,
) -> ReturnRatio:
    """Give the ratios that the evidence carries, and for each that is not there why.

    per_1000 = 1000 E / C with E pooled toward `prior`, for E > 0 and C > 0. cost_per_sd = C / E of the raw
    estimate with a Fieller interval, only for low > 0. estimate, standard_error, low, high: in student SD if
    has_student_sd, else in points. cost_error: the standard error of the cost, 0 when it is known. In order:
    a failed gate, no estimate, no student SD, no cost, C <= 0 (saves money), E <= 0.

    Example: $1,000 a student, 0.20 (0.10 to 0.30): an SD costs $5,000 ($3,333 to $10,000).
    """
    failed = tuple(gate for gate in gates if not gate.is_passed)
    bare = ReturnRatio(cost_per_student=cost_per_student, effect=estimate, failed=failed)
    why = _why(
        cost=cost_per_student,
        estimate=estimate,
        error=standard_error,
        has_student_sd=has_student_sd,
        is_failed=bool(failed),
    )
    if why is not None or cost_per_student is None or estimate is None or standard_error is None:
        return _without(bare=bare, why=why or NoRatio.NO_ESTIMATE)
    shrunken = shrink(estimate=estimate, standard_error=standard_error, prior=prior).mean
    gain = THOUSAND * shrunken / cost_per_student if shrunken > 0 else None
    bounds = fieller(
        cost=cost_per_student,
        half_width=_half_width(cost_error, low, high, standard_error),
        estimate=estimate,
        low=low,
        high=high,
    )
    return ReturnRatio(
        cost_per_student=cost_per_student,
        effect=estimate,
        shrunken=shrunken,
        per_1000=gain,
        cost_per_sd=cost_per_student / estimate if bounds else None,
        cost_per_sd_low=bounds[0] if bounds else None,
        cost_per_sd_high=bounds[1] if bounds else None,
        why=NoRatio.NO_GAIN if gain is None else None,
        why_no_cost_per_sd=None if bounds else NoRatio.CANNOT_BE_BOUNDED,
    )


def fieller(
    *, cost: float, half_width: float, estimate: float, low: float | None, high: float | None
) -> tuple[float, float] | None:
    """Give the interval of C / E, dollars for an SD; None unless low > 0 and C > 0: nothing bounds it then.

    The R for which (C - R E)^2 <= h_C^2 + R^2 h_E^2, where h_E and h_C are half the widths of the
    intervals of E and of a C independent of it. half_width: h_C, 0 when the cost is known: C/U to C/L.
    Source: Fieller (1954).
    """
    if low is None or high is None or low <= 0 or cost <= 0:
        return None
    if half_width <= 0:
        return cost / high, cost / low
    half = (high - low) / 2
    square = estimate**2 - half**2
    if square <= 0:
        return None
    root = sqrt(max(0.0, (cost * estimate) ** 2 - square * (cost**2 - half_width**2)))
    return max(0.0, (cost * estimate - root) / square), (cost * estimate + root) / square


def _half_width(cost_error: float, low: float | None, high: float | None, error: float) -> float:
    """Give half the width of the cost's interval, of as many standard errors as the effect's."""
    return 0.0 if low is None or high is None else cost_error * (high - low) / 2 / error


def _why(
    *,
    cost: float | None,
    estimate: float | None,
    error: float | None,
    has_student_sd: bool,
    is_failed: bool,
) -> NoRatio | None:
    checks = (
        (is_failed, NoRatio.GATES),
        (estimate is None or not error, NoRatio.NO_ESTIMATE),
        (not has_student_sd, NoRatio.NO_STUDENT_SD),
        (cost is None, NoRatio.NO_COST),
        (cost is not None and cost <= 0, NoRatio.SAVES_MONEY),
        (estimate is not None and estimate <= 0, NoRatio.NO_GAIN),
    )
    return next((why for is_so, why in checks if is_so), None)


def _without(*, bare: ReturnRatio, why: NoRatio) -> ReturnRatio:
    return ReturnRatio(
        cost_per_student=bare.cost_per_student,
        effect=bare.effect,
        failed=bare.failed,
        why=why,
        why_no_cost_per_sd=why,
    )
