"""What the choices of an evaluation plan mean for the verdict, in words; must not query or judge."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from diagnostics.calc.verdict import FEW_CLUSTERS, MINIMUM_CLUSTERS, MINIMUM_PLACEBOS
from diagnostics.models import EvaluationPlan
from districts import formatting
from districts.parts import Notice, Tone
from strategy.models import Metric

RETROSPECTIVE: Final = "This plan was locked after its outcome had landed: it caps the verdict"


@dataclass(frozen=True, kw_only=True)
class Arms:
    """How many schools are served and compared with, and whether results of the outcome year were ever seen."""

    served: int
    comparison: int
    was_outcome_seen: bool = False


def plan_notes(*, plan: EvaluationPlan, arms: Arms, years: Collection[int]) -> tuple[Notice, ...]:
    """Say what a plan can and cannot show; `years` are those with results of its metric."""
    found = (
        _retrospective(plan, has_landed=arms.was_outcome_seen or plan.outcome_year in years),
        _description(plan),
        _schools(plan, arms=arms),
        _years_before(plan, years=years),
        _deviation(plan),
        _chosen(plan),
    )
    return tuple(one for one in found if one is not None)


def _retrospective(plan: EvaluationPlan, *, has_landed: bool) -> Notice | None:
    caps = (
        "What would be “works” becomes “promising”; what would be “harmful” or “below the bar” becomes “cannot"
        " tell yet”. A plan can be shaped to fit results that are known."
    )
    if plan.locked_at is not None:
        return Notice(tone=Tone.WARNING, title=RETROSPECTIVE, text=caps) if plan.is_retrospective else None
    if has_landed:
        year = formatting.school_year(plan.outcome_year)
        return Notice(
            tone=Tone.WARNING,
            title=f"Results of {year} have landed already: this plan will be retrospective",
            text=f"Locked now, it caps the verdict. {caps}",
        )
    return None


def _description(plan: EvaluationPlan) -> Notice | None:
    if plan.design == EvaluationPlan.Design.BEFORE_AFTER:
        return Notice(
            tone=Tone.WARNING,
            title="Before and after is a description only",
            text="Nobody shows what would have happened without the initiative, so the verdict will be “cannot"
            " tell: no fair comparison”. Comparison schools would change that.",
        )
    return None


def _schools(plan: EvaluationPlan, *, arms: Arms) -> Notice | None:
    if plan.design == EvaluationPlan.Design.BEFORE_AFTER:
        return None
    if plan.assigned_by == EvaluationPlan.AssignedBy.STUDENT or not arms.served or not arms.comparison:
        return None
    fewest, counts = min(arms.served, arms.comparison), f"{arms.served} served, {arms.comparison} comparison"
    if arms.served == 1 and arms.comparison + 1 >= MINIMUM_PLACEBOS:
        return Notice(
            title="One school is served",
            text=f"It is ranked among the {arms.comparison} others. Even in first place the verdict is at most"
            " “promising”.",
        )
    if fewest < MINIMUM_CLUSTERS:
        return Notice(
            tone=Tone.WARNING,
            title=f"Fewer than 5 schools in an arm ({counts}): cannot tell yet",
            text="Whole schools were assigned, so schools are what is counted. Add schools to the smaller arm.",
        )
    if fewest <= FEW_CLUSTERS:
        return Notice(
            title=f"5 to 19 schools in an arm ({counts})",
            text="With so few, three methods must agree before the verdict is “works” or “harmful”.",
        )
    return None


def _years_before(plan: EvaluationPlan, *, years: Collection[int]) -> Notice | None:
    if plan.design != EvaluationPlan.Design.DIFFERENCE_IN_DIFFERENCES or not years:
        return None
    before = sorted(one for one in years if one <= plan.baseline_year)
    if len(before) > 1:
        return None
    if not before:
        return Notice(
            tone=Tone.WARNING,
            title="No results of the baseline year or earlier have landed",
            text="Without a year before there is no fair comparison. Upload earlier results, or name another"
            " baseline year.",
        )
    return Notice(
        title=f"Results of one year before only: {formatting.school_year(before[0])}",
        text="Nobody can see if the schools moved alike before, so the verdict is at most “promising”. Earlier"
        " results would change that.",
    )


def _deviation(plan: EvaluationPlan) -> Notice | None:
    if plan.metric.unit != Metric.Unit.POINTS or plan.metric.student_sd is not None:
        return None
    return Notice(
        title="This metric has no student standard deviation",
        text="The effect is told in points only, and the verdict is at most “promising”. A published deviation,"
        " with state, test, grade and year, can be added to the metric.",
    )


def _chosen(plan: EvaluationPlan) -> Notice | None:
    words = EvaluationPlan.ChosenBy
    if plan.chosen_by in (words.SAME_SCORE, words.EARLIER_SCORE):
        return Notice(
            title="The students were chosen by a score",
            text="Most who score low do better next time, helped or not. What that alone would give is shown"
            " beside the gain.",
        )
    if plan.chosen_by in (words.VOLUNTEERS, words.REFERRAL, words.UNKNOWN):
        return Notice(
            title="How the students were chosen may explain a gain",
            text="Nobody can say how others like them would have done. Choosing by lot next time answers that.",
        )
    return None
