"""One estimate of an effect with all that is needed to judge it. Must not judge it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from diagnostics.calc import verdict

SIGNIFICANT = 0.05


@dataclass(frozen=True)
class EffectResult:
    """An estimate in the unit of the values given, better is up; None where the design gives none.

    low, high: 95% interval; low_80, high_80: 80%; of CR2, or of the placebos for one served school.
    degrees_of_freedom: Satterthwaite's; n - k where students were assigned. p_cr2, p_bootstrap,
    p_permutation: two-sided; the last two only with 5-19 schools in an arm. placebo_rank: of the one
    served school by absolute size among `placebos` schools, itself included. pre_periods: years up to
    and including the baseline; worst_pre_period: the largest absolute of `pre_coefficients` (year ->
    effect against the baseline year), None with fewer than two. baseline_treated, baseline_comparison:
    means in the baseline year as reported, not turned round. left_out: schools without a value in a
    year that is needed. note: why there is no estimate, or what is unusual about it.
    """

    method: str
    estimate: float | None = None
    standard_error: float | None = None
    degrees_of_freedom: float | None = None
    low: float | None = None
    high: float | None = None
    low_80: float | None = None
    high_80: float | None = None
    students_treated: int | None = None
    students_comparison: int | None = None
    clusters_treated: int | None = None
    clusters_comparison: int | None = None
    p_cr2: float | None = None
    p_bootstrap: float | None = None
    p_permutation: float | None = None
    placebo_rank: int | None = None
    placebos: int | None = None
    pre_periods: int | None = None
    worst_pre_period: float | None = None
    pre_coefficients: Mapping[int, float] = field(default_factory=dict)
    baseline_treated: float | None = None
    baseline_comparison: float | None = None
    left_out: int = 0
    note: str = ""

    @property
    def do_methods_agree(self) -> bool | None:
        """Whether CR2, bootstrap and permutation each give p < .05; None where one was not computed.

        They share one estimate, so they share its sign.
        """
        found = (self.p_cr2, self.p_bootstrap, self.p_permutation)
        if any(p is None for p in found):
            return None
        return all(p is not None and p < SIGNIFICANT for p in found)


_SCALED = ("estimate", "standard_error", "low", "high", "low_80", "high_80", "worst_pre_period")


def in_student_sd(*, result: EffectResult, student_sd: float) -> EffectResult:
    """Divide an estimate in points, its error, intervals and pre-period coefficients by the student SD.

    The baseline means stay in points. Raises ValueError unless student_sd > 0: without one there is no g.

    Example: 5 points with a student SD of 50 is 0.10.
    """
    if not student_sd > 0:
        raise ValueError("A student standard deviation is over zero.")
    scaled = {name: value / student_sd for name in _SCALED if (value := getattr(result, name)) is not None}
    before = {year: value / student_sd for year, value in result.pre_coefficients.items()}
    return replace(result, **scaled, pre_coefficients=before)


@dataclass(frozen=True)
class Circumstances:
    """What the verdict asks of an estimate and the data cannot say. bar: B > 0, in the estimate's unit."""

    bar: float
    is_rate: bool
    has_student_sd: bool
    is_plan_locked_before_outcome: bool
    baseline_difference: float | None
    is_adjusted: bool = True
    is_attrition_beyond_boundary: bool = False
    is_equivalence_shown: bool = False
    students_needed: int | None = None
    schools_needed: int | None = None
    students_by_lot: int | None = None


def estimate_for_verdict(*, result: EffectResult, given: Circumstances) -> verdict.Estimate | None:
    """Hand an estimate to the verdict; None where there is no estimate or no interval.

    Raises ValueError when the bar is not over zero.
    """
    if result.low is None or result.high is None or result.low_80 is None:
        return None
    return verdict.Estimate(
        low=result.low,
        high=result.high,
        low80=result.low_80,
        bar=given.bar,
        point=result.estimate,
        clusters_treated=result.clusters_treated,
        clusters_comparison=result.clusters_comparison,
        do_methods_agree=result.do_methods_agree,
        placebo_rank=result.placebo_rank,
        placebos=result.placebos or 0,
        pre_periods=result.pre_periods,
        worst_pre_period=result.worst_pre_period,
        baseline_difference=given.baseline_difference,
        is_adjusted=given.is_adjusted,
        is_attrition_beyond_boundary=given.is_attrition_beyond_boundary,
        is_equivalence_shown=given.is_equivalence_shown,
        is_plan_locked_before_outcome=given.is_plan_locked_before_outcome,
        has_student_sd=given.has_student_sd,
        is_rate=given.is_rate,
        students=_both(result.students_treated, result.students_comparison),
        students_needed=given.students_needed,
        schools_needed=given.schools_needed,
        students_by_lot=given.students_by_lot,
    )


def _both(treated: int | None, comparison: int | None) -> int | None:
    return None if treated is None or comparison is None else treated + comparison
