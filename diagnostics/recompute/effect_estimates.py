"""An effect by its plan's design: chooses the calculation and puts its numbers in one unit. Must not query or judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diagnostics.calc.effect_size import baseline_difference
from diagnostics.calc.effects.difference_in_differences import (
    BeforeAfter,
    SchoolYears,
    before_after,
    difference_in_differences,
    difference_in_school_means,
)
from diagnostics.calc.effects.result import EffectResult, in_student_sd
from diagnostics.calc.power import Needed, needed_for_answer
from diagnostics.calc.regression_to_mean import expected_gain
from diagnostics.models import EvaluationPlan
from diagnostics.recompute.effect_inputs import PlanInputs
from districts import formatting
from strategy.models import Metric

STUDENT_SD = "student_sd"
UNITS = {"percent": "percentage_points", "points": "points", "count": "count"}
MOST_MISSING, MOST_APART = 0.20, 0.05
"""Schools without a result, of all and between the arms, from which on too many left: this product's own limits."""
SCHOOLS_FOR_CORRELATION = 10

_BY_STUDENT = (
    "Places were drawn student by student, and results by school cannot tell those who got a place from those"
    " who did not. Results of both groups are needed."
)


@dataclass(frozen=True)
class Computed:
    """What a plan's data say, better is up, in `unit`; `result` is None where nothing could be estimated.

    described: how the served schools moved on their own. expected: gain to expect without any effect, from
    being picked for a score.
    """

    unit: str
    bar: float | None
    outcome_year: int | None
    is_early_look: bool
    result: EffectResult | None
    described: BeforeAfter | None
    expected: float | None
    baseline_gap: float | None
    needed: Needed | None
    note: str


def compute_effect(*, inputs: PlanInputs, seed: int) -> Computed:
    """Estimate by the plan's design, at its outcome year or, before that has landed, at the latest year there is.

    A plan that is not locked gets no estimate: its author would see the answer before the question stands.
    """
    plan = inputs.plan
    panel = inputs.panel()
    unit, bar = unit_and_bar(plan=plan)
    year = _look(panel=panel, plan=plan)
    is_early = year is not None and year < plan.outcome_year
    if plan.locked_at is None or year is None or _is_broken(inputs):
        note = _why_nothing(inputs=inputs, year=year)
        return Computed(unit, bar, year, is_early or year is None, None, None, None, None, None, note)
    result, note = _estimated(plan=plan, panel=panel, year=year, seed=seed)
    described = _described(plan=plan, panel=panel, year=year)
    expected = _expected(inputs=inputs, year=year)
    gap = None
    if result is not None:
        gap = baseline_difference(
            treated=result.baseline_treated,
            comparison=result.baseline_comparison,
            unit=plan.metric.unit,
            student_sd=_student_sd(plan.metric),
        )
        if unit == STUDENT_SD:
            result = in_student_sd(result=result, student_sd=_sd(plan.metric))
    if unit == STUDENT_SD and expected is not None:
        expected /= _sd(plan.metric)
    return Computed(
        unit=unit,
        bar=bar,
        outcome_year=year,
        is_early_look=is_early,
        result=result,
        described=described,
        expected=expected,
        baseline_gap=gap,
        needed=_needed(result=result, bar=bar),
        note=note or (result.note if result else ""),
    )


def unit_and_bar(*, plan: EvaluationPlan) -> tuple[str, float | None]:
    """Return the unit an effect is told in, and the bar in it; no bar where it is in SDs nobody knows."""
    sd, bar = _student_sd(plan.metric), float(plan.bar)
    is_sd = plan.bar_unit == EvaluationPlan.BarUnit.STUDENT_SD
    if plan.metric.unit == Metric.Unit.POINTS and sd:
        return STUDENT_SD, bar if is_sd else bar / sd
    return UNITS[plan.metric.unit], None if is_sd else bar


def are_too_many_missing(*, inputs: PlanInputs, result: EffectResult) -> bool:
    """Say whether so many schools of the plan, or so unlike between its arms, have no result that may be used."""
    arms = (
        (len(inputs.served), result.clusters_treated or 0),
        (len(inputs.comparison), result.clusters_comparison or 0),
    )
    named = sum(many for many, _ in arms)
    missing = [1 - used / many if many else 0.0 for many, used in arms]
    overall = 1 - sum(used for _, used in arms) / named if named else 0.0
    return overall > MOST_MISSING or abs(missing[0] - missing[1]) > MOST_APART


def _estimated(
    *, plan: EvaluationPlan, panel: Sequence[SchoolYears], year: int, seed: int
) -> tuple[EffectResult | None, str]:
    designs, is_up = EvaluationPlan.Design, plan.metric.direction == Metric.Direction.UP
    if plan.design == designs.DIFFERENCE_IN_DIFFERENCES:
        found = difference_in_differences(
            schools=panel, baseline_year=plan.baseline_year, outcome_year=year, is_up=is_up, seed=seed
        )
        return found, found.note
    if plan.design == designs.RANDOMISED and plan.assigned_by == EvaluationPlan.AssignedBy.SCHOOL:
        found = difference_in_school_means(
            schools=panel,
            outcome_year=year,
            is_up=is_up,
            seed=seed,
            baseline_year=plan.baseline_year,
            is_adjusted=True,
        )
        return found, found.note
    return None, _BY_STUDENT if plan.design == designs.RANDOMISED else ""


def _look(*, panel: Sequence[SchoolYears], plan: EvaluationPlan) -> int | None:
    """Return the latest year of the window with a result in each arm that the design needs."""
    arms = {True} if plan.design == EvaluationPlan.Design.BEFORE_AFTER else {True, False}
    for year in range(plan.outcome_year, plan.first_year - 1, -1):
        if {one.is_served for one in panel if year in one.years} >= arms:
            return year
    return None


def _is_broken(inputs: PlanInputs) -> bool:
    """Say whether the measure changed between baseline and outcome, where the design needs both."""
    return (
        inputs.plan.design != EvaluationPlan.Design.RANDOMISED
        and inputs.first_comparable > inputs.plan.baseline_year
    )


def _why_nothing(*, inputs: PlanInputs, year: int | None) -> str:
    plan = inputs.plan
    if plan.locked_at is None:
        return "The plan is not locked: nothing is estimated until it is."
    if not inputs.served:
        return "The plan names no school that it serves."
    if _is_broken(inputs):
        return (
            f"The measure changed in {formatting.school_year(inputs.first_comparable)}: its values cannot be"
            f" compared with those of {formatting.school_year(plan.baseline_year)}."
        )
    span = formatting.school_year(plan.first_year)
    if plan.first_year < plan.outcome_year:
        span = f"{span} to {formatting.school_year(plan.outcome_year)}"
    has_others = inputs.comparison or plan.design == EvaluationPlan.Design.BEFORE_AFTER
    if not has_others:
        return "The plan names no comparison school."
    hidden = inputs.hidden_schools(years=range(plan.first_year, plan.outcome_year + 1))
    if year is None and hidden:
        return f"Results of {span} are hidden at {hidden} of its schools: they are of too few students."
    return f"No results of {span} have arrived for the schools it names."


def _described(*, plan: EvaluationPlan, panel: Sequence[SchoolYears], year: int) -> BeforeAfter:
    return before_after(
        schools=panel,
        baseline_year=plan.baseline_year,
        outcome_year=year,
        is_up=plan.metric.direction == Metric.Direction.UP,
    )


def _expected(*, inputs: PlanInputs, year: int) -> float | None:
    """Return the gain, in the metric's unit, that schools picked for a low score would show anyway.

    Over the district's schools: correlations among those not served; with everybody's growth only where
    nobody is compared with. None where it was not by a score, whole schools were not picked, or fewer than
    ten other schools have the years.
    """
    plan = inputs.plan
    back = {EvaluationPlan.ChosenBy.SAME_SCORE: 0, EvaluationPlan.ChosenBy.EARLIER_SCORE: 1}.get(
        EvaluationPlan.ChosenBy(plan.chosen_by)
    )
    if back is None or plan.assigned_by != EvaluationPlan.AssignedBy.SCHOOL:
        return None
    years = (plan.baseline_year - back, plan.baseline_year, year)
    rows = [
        (one.is_served, [one.years[at].value for at in years])
        for one in inputs.panel(schools=inputs.measured.shown)
        if all(at in one.years for at in years)
    ]
    mine = np.array([values for is_served, values in rows if is_served], dtype=np.float64)
    others = np.array([values for is_served, values in rows if not is_served], dtype=np.float64)
    if not len(mine) or len(others) < SCHOOLS_FOR_CORRELATION or (others.std(axis=0) == 0).any():
        return None
    correlations = np.asarray(np.corrcoef(others, rowvar=False))
    chosen = (mine[:, 0].mean() - others[:, 0].mean()) / others[:, 0].std(ddof=1)
    spread, growth = others[:, 1].std(ddof=1), others[:, 2].mean() - others[:, 1].mean()
    gain = spread * expected_gain(
        correlation_before=float(np.clip(correlations[0, 1], -1, 1)),
        correlation_after=float(np.clip(correlations[0, 2], -1, 1)),
        mean_chosen=float(chosen),
    )
    if plan.design == EvaluationPlan.Design.BEFORE_AFTER:
        gain += growth
    return float(gain if plan.metric.direction == Metric.Direction.UP else -gain)


def _needed(*, result: EffectResult | None, bar: float | None) -> Needed | None:
    if result is None or bar is None or not result.standard_error:
        return None
    counts = (result.students_treated, result.students_comparison)
    return needed_for_answer(
        standard_error=result.standard_error,
        bar=bar,
        students=None if None in counts else sum(one or 0 for one in counts),
        schools=(result.clusters_treated or 0) + (result.clusters_comparison or 0),
    )


def _student_sd(metric: Metric) -> float | None:
    return None if metric.student_sd is None else float(metric.student_sd)


def _sd(metric: Metric) -> float:
    return float(metric.student_sd or 1)
