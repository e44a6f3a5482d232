"""The return of an initiative that has a locked plan: verdict, its issue, ratio. Must not query or estimate.

A verdict at the planned look is issued once and stays. Only corrected evidence of its window issues the next.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from diagnostics.calc.verdict import Decision, Delivery, Design, Evidence, Reason, decide_verdict
from diagnostics.calc.verdict_words import Subject, Wording, word_verdict
from diagnostics.models import Effect, EvaluationPlan, InitiativeReturn
from diagnostics.recompute.effect_evidence import NUMBERS, evidence_of, look_on
from diagnostics.recompute.return_ratios import Spending, cost_of, ratio_of
from districts import formatting
from districts.pipeline.results import digest
from strategy.models import Metric

_KEPT = (
    *NUMBERS,
    "method",
    "unit",
    "bar",
    "outcome_year",
    "baseline_difference",
    "students_needed",
    "facts",
    "note",
)


@dataclass(frozen=True)
class Planned:
    """An initiative's effect by its locked plan, and what stands beside it. issued: its last issued verdict."""

    effect: Effect
    delivery: Delivery | None
    schools: Collection[UUID]
    planned_schools: Collection[UUID]
    spending: Spending
    issued: InitiativeReturn | None
    minimum: int
    today: date


def planned_columns(planned: Planned) -> dict[str, Any]:
    """Return what a row of InitiativeReturn says of an initiative with a locked plan, besides `known`."""
    effect, plan = planned.effect, planned.effect.plan
    row = {name: getattr(effect, name) for name in _KEPT}
    evidence = evidence_of(row=row, plan=plan, delivery=planned.delivery, today=planned.today)
    decision = decide_verdict(evidence=evidence)
    words = _words(decision=decision, evidence=evidence, effect=effect)
    cost = cost_of(
        plan=plan,
        row=row,
        spending=planned.spending,
        schools=planned.schools,
        planned=planned.planned_schools,
        minimum=planned.minimum,
    )
    ratio = ratio_of(cost=cost, evidence=evidence, decision=decision, row=row)
    is_planned_look = planned.today >= look_on(plan=plan) and effect.outcome_year == plan.outcome_year
    said = {
        "verdict": decision.verdict.value,
        "sentence": words.sentence,
        "reason": words.reason,
        "next_step": words.next_step,
        "rule": "" if decision.rule is None else str(decision.rule),
        "is_capped": decision.is_capped,
    }
    issued = _issued(planned=planned, said=said) if is_planned_look else {"issue": 0, "issued_for": ""}
    is_early = not is_planned_look and effect.estimate is not None
    return said | issued | {"plan_id": plan.pk, "is_early_look": is_early, "ratio": ratio}


def _issued(*, planned: Planned, said: dict[str, Any]) -> dict[str, Any]:
    """Return the verdict as issued before, or this one as the first or next issue."""
    delivery = planned.delivery
    shares = [delivery.covered, delivery.dosage, delivery.reached_minimum] if delivery else []
    stands_for = digest([str(planned.effect.plan_id), planned.effect.inputs, shares])
    before = planned.issued
    if before is not None and before.issued_for == stands_for:
        return {name: getattr(before, name) for name in (*said, "issue", "issued_for")}
    return {"issue": before.issue + 1 if before else 1, "issued_for": stands_for}


def _words(*, decision: Decision, evidence: Evidence, effect: Effect) -> Wording:
    plan = effect.plan
    subject = Subject(
        name=plan.initiative.name,
        metric=plan.metric.name,
        is_up=plan.metric.direction == Metric.Direction.UP,
        review_on=look_on(plan=plan),
        review_rule=plan.initiative.review_rule,
        group=plan.group,
        began=plan.first_year,
        last_result=effect.facts["last_result"],
    )
    words = word_verdict(decision=decision, evidence=evidence, subject=subject)
    reason, next_step = _of_plan(decision=decision, evidence=evidence, effect=effect)
    return Wording(
        label=words.label,
        sentence=words.sentence,
        reason=reason or words.reason,
        next_step=next_step or words.next_step,
    )


def _of_plan(*, decision: Decision, evidence: Evidence, effect: Effect) -> tuple[str, str]:
    """Return the reason and next step where it is the plan that decides them; else empty."""
    plan: EvaluationPlan = effect.plan
    year = formatting.school_year(plan.outcome_year)
    if decision.reason is Reason.TOO_EARLY:
        return (
            (
                f"It is too early: the plan judges by the results of {year}, from"
                f" {formatting.day(look_on(plan=plan))} on. Until then any figure is an early look, no verdict."
            ),
            f"Check in every month, and load the results of {year} when they arrive.",
        )
    if decision.reason is Reason.MEASURE_MISSING:
        note = (
            effect.note
            or f"They have not arrived; the latest are of {formatting.school_year(effect.outcome_year)}."
        )
        return (
            f"The measure is missing: the plan judges by the results of {year}. {note}",
            f"Load the results of {year}, by school.",
        )
    if decision.reason is Reason.NO_FAIR_COMPARISON and evidence.design is not Design.BEFORE_AFTER:
        return f"There is no fair comparison. {effect.note}".strip(), ""
    if decision.reason is Reason.NO_FAIR_COMPARISON and _has_no_before(effect):
        before = formatting.school_year(plan.baseline_year)
        return (
            (
                f"There is no fair comparison: no results of {before}, before it began, have arrived for the schools it"
                " serves, so there is no before to compare with."
            ),
            (
                f"Load results of {before} and the year before, by school, and choose comparison schools; where it is to"
                " reach more schools than there are places, draw them by lot."
            ),
        )
    return "", ""


def _has_no_before(effect: Effect) -> bool:
    """Say whether the schools served have no value of the baseline year, on a measure that did not change."""
    return effect.facts["change_served"] is None and effect.facts["changed_in"] is None
