"""The five questions anybody asks of an initiative, answered first and in words; must not query or judge."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.calc.estimate_words import Guess, word_cost, word_estimate, word_regression, word_unfair
from diagnostics.calc.regression_to_mean import ExpectedGain
from diagnostics.calc.verdict import Verdict
from diagnostics.calc.verdict_words import LABELS
from diagnostics.initiative.selectors import InitiativePage
from diagnostics.initiative.selectors.costs import NO_SPENDING
from diagnostics.initiative.selectors.effect import PlanOf
from diagnostics.links import allowed, link
from diagnostics.past import HIDDEN_SINCE
from districts import formatting
from districts.access.decorators import DistrictRequest
from districts.access.permissions import Permission
from districts.parts import NavItem
from strategy.models import Initiative, Metric

UNIT_WORDS = {"percentage_points": "percent"}
EARLY = "Early look, no verdict."


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One question with its answer in words; `tag` is a verdict's, `more` what stands behind the words."""

    question: str
    words: str
    tag: str = ""
    more: tuple[str, ...] = ()
    links: tuple[NavItem, ...] = ()


def list_answers(request: DistrictRequest, *, page: InitiativePage) -> tuple[Answer, ...]:
    """Answer: did it work, how sure, compared with whom, what did it cost, what next."""
    said = page.record.said
    if page.record.kind != Initiative.Kind.INITIATIVE:
        return (
            Answer(question="Did it work?", words=said.sentence, tag=said.words, more=_given(said.reason)),
            Answer(question="What does it cost?", words=_cost_words(page)[0], more=_cost_words(page)[1]),
        )
    cost = _cost_words(page)
    return (
        Answer(
            question="Did it work?",
            words=said.sentence,
            tag=said.words,
            more=_given(said.reason, _issue(page)),
        ),
        Answer(question="How sure is that?", words=_sure_words(page), more=_limits(page)),
        Answer(question="Compared with whom?", words=_compared_words(page), more=_chosen(page)),
        Answer(question="What did it cost?", words=cost[0], more=cost[1]),
        Answer(
            question="What next?",
            words=said.next_step or "Decide at the review, by the rule agreed beforehand.",
            links=_links(request, page=page),
        ),
    )


def best_guess(*, page: InitiativePage) -> str:
    """Say an estimate with its interval in words, as a plain difference where nothing fair is compared; or nothing."""
    effect = page.judged.effect
    if effect is None or effect.estimate is None:
        return ""
    guess = Guess(
        point=effect.estimate,
        low=effect.low,
        high=effect.high,
        unit=UNIT_WORDS.get(effect.unit, effect.unit),
        schools=effect.schools,
    )
    if page.record.said.words == LABELS[Verdict.CANNOT_TELL]:
        return word_unfair(guess=guess)
    return word_estimate(guess=guess)


def plan_words(*, plan: PlanOf) -> str:
    """Say how the plan stands: a draft, locked before its results, or retrospective."""
    if plan.locked_on is None:
        return "The evaluation plan is a draft."
    by = f" by {plan.locked_by}" if plan.locked_by else ""
    day = f"locked on {formatting.day(plan.locked_on)}{by}"
    if plan.is_retrospective:
        return f"A retrospective plan: {day}, after its results had landed. That limits what can be said."
    return f"The plan was {day}, before its results landed."


def _given(*words: str) -> tuple[str, ...]:
    return tuple(one for one in words if one)


def _issue(page: InitiativePage) -> str:
    judged = page.judged
    if judged.issue > 1:
        return f"Version {judged.issue} of this verdict: its data were corrected. The earlier one is kept."
    return "Issued once, at the planned look; it stays." if judged.issue == 1 else ""


def _sure_words(page: InitiativePage) -> str:
    effect, plan = page.judged.effect, page.judged.plan
    if plan is None:
        return "Nothing is estimated: no evaluation plan says how it would be judged."
    if effect is None:
        return HIDDEN_SINCE if page.judged.is_hidden_since else "Not computed yet."
    if effect.estimate is not None:
        guess = best_guess(page=page)
        return f"{EARLY} {guess}" if page.judged.is_early_look else guess
    return effect.note or "Nothing can be estimated: there is nobody to compare with."


def _limits(page: InitiativePage) -> tuple[str, ...]:
    effect, plan = page.judged.effect, page.judged.plan
    words = [plan_words(plan=plan)] if plan else []
    if page.judged.is_capped:
        words.append("The interval alone would say more; the comparison is not strong enough for it.")
    is_open = page.record.said.words == LABELS[Verdict.CANNOT_TELL_YET]
    if effect is not None and effect.students_needed and is_open:
        words.append(f"An answer needs about {formatting.number(effect.students_needed)} students.")
    return (*words, *_given(regression_words(page=page)))


def regression_words(*, page: InitiativePage) -> str:
    """Say what of the change at the schools served would have come anyway; empty where nobody knows."""
    effect, plan = page.judged.effect, page.judged.plan
    if effect is None or plan is None or effect.expected_regression is None:
        return ""
    seen = effect.facts.get("change_served")
    if seen is None:
        return ""
    scale = effect.facts.get("student_sd") if effect.unit == "student_sd" else 1
    expected = effect.expected_regression * (scale or 1)
    words = word_regression(
        seen=seen, expected=ExpectedGain(low=expected, high=expected, is_known=True), metric="{metric}"
    )
    if plan.direction == Metric.Direction.DOWN:
        words = words.replace(" rose", " fell").replace(" rise", " fall").replace("low score", "high score")
    return words.replace("{metric}", plan.metric)


def _compared_words(page: InitiativePage) -> str:
    effect, plan = page.judged.effect, page.judged.plan
    if plan is None:
        return "Nobody yet. An evaluation plan names comparison schools."
    if page.judged.is_hidden_since:
        return HIDDEN_SINCE
    if effect is None or plan.design == "before_after":
        return "Nobody: its schools before and after only, and much else changed in the same years."
    if effect.estimate is None:
        return "Nobody yet."
    served = _schools(effect.clusters_treated)
    others = _schools(effect.clusters_comparison)
    after = formatting.school_year(effect.outcome_year)
    if plan.design == "randomised":
        return f"{served} drawn by lot, beside {others} not drawn, in {after}."
    before = formatting.school_year(plan.baseline_year)
    return f"{served} it serves beside {others} it does not: how both changed from {before} to {after}."


def _chosen(page: InitiativePage) -> tuple[str, ...]:
    effect, plan = page.judged.effect, page.judged.plan
    if plan is None or effect is None or effect.estimate is None:
        return ()
    gap = effect.baseline_difference
    words = [f"Chosen: {plan.chosen_words[:1].lower()}{plan.chosen_words[1:]}."]
    if gap is not None:
        words.append(
            f"At the start they were {formatting.number(abs(gap), 2)} student standard deviations apart."
        )
    return tuple(words)


def _cost_words(page: InitiativePage) -> tuple[str, tuple[str, ...]]:
    """Say the cost per student of the effect's own students and years, else what is known of cost."""
    ratio = page.judged.ratio
    if ratio.get("cost_per_student") is not None:
        years = ratio["fiscal_years"]
        words = word_cost(
            each=ratio["cost_per_student"],
            total=float(ratio["dollars"]) / len(years),
            students=ratio["students"],
            years=len(years),
            who=ratio["who"] or "students",
        )
        span = " to ".join(formatting.fiscal_year(year) for year in sorted({years[0], years[-1]}))
        return words, (f"Ledger cost of {span}.", *_given(return_words(page=page)))
    latest = page.latest
    if latest is None or latest.counted < NO_SPENDING:
        words = "No actual spending is coded to it."
    else:
        words = f"{formatting.dollars_short(latest.counted)} in {formatting.fiscal_year(latest.fiscal_year)}."
        if page.per_student.dollars is not None:
            each = formatting.dollars_short(page.per_student.dollars)
            words = f"{each} per student {page.per_student.who}, {words}"
    return words, _given(ratio.get("no_cost", ""), return_words(page=page))


def return_words(*, page: InitiativePage) -> str:
    """Say what a gain costs, or why nobody can say."""
    ratio = page.judged.ratio
    if not ratio:
        return "What a gain costs cannot be said: nothing says how large the gain is."
    if ratio.get("cost_per_sd") is not None:
        low, high = ratio["cost_per_sd_low"], ratio["cost_per_sd_high"]
        return (
            f"A gain of one student standard deviation costs {formatting.dollars_short(ratio['cost_per_sd'])}"
            f" ({formatting.dollars_short(low)} to {formatting.dollars_short(high)}). Shown only where the gain is"
            " certain enough, so it looks lower than it is."
        )
    fix = f" Cheapest way to know: {ratio['fix'][:1].lower()}{ratio['fix'][1:]}" if ratio.get("fix") else ""
    return f"We cannot say what a gain costs. {ratio.get('why_words', '')}{fix}".strip()


def _schools(many: int | None) -> str:
    return "One school" if many == 1 else f"{many or 0} schools"


def _links(request: DistrictRequest, *, page: InitiativePage) -> tuple[NavItem, ...]:
    """Return where the next step is done: the plan, check-ins, the review."""
    if page.record.archived_at is not None or page.as_of is not None:
        return ()
    pk, plan = page.record.id, page.judged.plan
    may_plan = allowed(request, Permission.PLAN_EVALUATION)
    label = "The evaluation plan"
    if plan is None:
        label = "Write the evaluation plan" if may_plan else ""
    elif plan.locked_on is None and may_plan:
        label = "Finish and lock the plan"
    found = (
        [NavItem(label=label, url=link(request, "diagnostics:plan-show", initiative_id=pk))] if label else []
    )
    found.append(NavItem(label="Check-ins", url=link(request, "diagnostics:check-in-show", initiative_id=pk)))
    found.append(NavItem(label="Review", url=link(request, "diagnostics:review-show", initiative_id=pk)))
    return tuple(found)
