"""What a kept effect is worth as evidence: for the verdict's rules, and as a checklist. Must not query or decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from diagnostics.calc.effects.difference_in_differences import ADJUSTED
from diagnostics.calc.effects.result import Circumstances, EffectResult, estimate_for_verdict
from diagnostics.calc.gates import LABELS, GateName, list_gates
from diagnostics.calc.verdict import (
    BASELINE_LIMIT,
    FEW_CLUSTERS,
    MINIMUM_CLUSTERS,
    Delivery,
    Design,
    Evidence,
    Kind,
    Missing,
)
from diagnostics.models import EvaluationPlan
from diagnostics.recompute.effect_estimates import STUDENT_SD
from districts import formatting
from strategy.models import Metric

YEAR_ENDS_BEFORE = (7, 1)
"""The month and day from which results of a school year can be whole."""

NUMBERS = (
    "estimate",
    "standard_error",
    "degrees_of_freedom",
    "low",
    "high",
    "low_80",
    "students_treated",
    "students_comparison",
    "clusters_treated",
    "clusters_comparison",
    "p_cr2",
    "p_bootstrap",
    "p_permutation",
    "placebo_rank",
    "placebos",
    "pre_periods",
    "worst_pre_period",
)
"""What a result table keeps of an estimate under the same names."""

Row = Mapping[str, Any]


def look_on(*, plan: EvaluationPlan) -> date:
    """Return the day from which the plan's outcome year is over: a look before it is an early one."""
    return date(plan.outcome_year, *YEAR_ENDS_BEFORE)


def evidence_of(*, row: Row, plan: EvaluationPlan, delivery: Delivery | None, today: date) -> Evidence:
    """Return the evidence that a row of Effect is, by its locked plan, as the verdict's rules take it."""
    facts = row["facts"]
    counts = (row["students_treated"], row["students_comparison"])
    has_break = facts["changed_in"] is not None
    return Evidence(
        kind=Kind.INITIATIVE,
        as_of=today,
        review_on=look_on(plan=plan),
        has_outcome=row["outcome_year"] == plan.outcome_year,
        schools_served=facts["schools_served"],
        students=None if None in counts else min(counts),
        changed_in=facts["changed_in"],
        years_since=facts["years_since"] if has_break else 0,
        missing=Missing.HIDDEN if facts["hidden"] else Missing.OF_ITS_SCHOOLS,
        design=Design(plan.design),
        delivery=delivery,
        estimate=_estimate(row=row, plan=plan),
        schools_in_arms=_schools_in_arms(row),
    )


def gates_of(*, evidence: Evidence, row: Row, plan: EvaluationPlan) -> list[dict[str, Any]]:
    """Return the gates as a checklist, each with its number in words; two more that stop nothing by themselves."""
    gates = [asdict(gate) for gate in list_gates(evidence=evidence) if gate.name is not GateName.WINDOW]
    return [_window(evidence=evidence, plan=plan), *gates, *_missing(row), *_agreement(row)]


def _window(*, evidence: Evidence, plan: EvaluationPlan) -> dict[str, Any]:
    year, day = formatting.school_year(plan.outcome_year), formatting.day(evidence.review_on)
    arrived = "have arrived" if evidence.has_outcome else "have not arrived"
    return _line(
        name=GateName.WINDOW.value,
        label=LABELS[GateName.WINDOW],
        is_passed=evidence.has_outcome and evidence.as_of >= evidence.review_on,
        number=f"the plan looks at {year}, from {day} on; its results {arrived}",
        fix=f"Wait for {day}." if evidence.as_of < evidence.review_on else f"Load the results of {year}.",
    )


def _estimate(*, row: Row, plan: EvaluationPlan) -> Any:
    if row["estimate"] is None or row["bar"] is None:
        return None
    result = EffectResult(method=row["method"], **{name: row[name] for name in NUMBERS})
    gap, facts = row["baseline_difference"], row["facts"]
    given = Circumstances(
        bar=row["bar"],
        is_rate=plan.metric.unit == Metric.Unit.PERCENT,
        has_student_sd=row["unit"] == STUDENT_SD,
        is_plan_locked_before_outcome=not facts["is_retrospective"],
        baseline_difference=gap,
        is_adjusted=plan.design == EvaluationPlan.Design.DIFFERENCE_IN_DIFFERENCES
        or row["method"] == ADJUSTED,
        is_attrition_beyond_boundary=facts["are_too_many_missing"],
        is_equivalence_shown=gap is not None and abs(gap) <= BASELINE_LIMIT,
        students_needed=row["students_needed"],
        schools_needed=facts["schools_needed"],
        students_by_lot=facts["students_by_lot"],
    )
    return estimate_for_verdict(result=result, given=given)


def _schools_in_arms(row: Row) -> tuple[int, int] | None:
    """Return the schools behind an estimate, whether or not it has an interval."""
    if row["estimate"] is None or row["bar"] is None:
        return None
    return row["clusters_treated"] or 0, row["clusters_comparison"] or 0


def _missing(row: Row) -> list[dict[str, Any]]:
    facts = row["facts"]
    if row["estimate"] is None:
        return []
    named = facts["schools_served"] + facts["schools_compared"]
    used = (row["clusters_treated"] or 0) + (row["clusters_comparison"] or 0)
    number = f"{used} of {named} schools of the plan have the results that are needed"
    if facts["hidden"]:
        number += f"; at {facts['hidden']} they are hidden, being of few students"
    return [
        _line(
            name="missing",
            label="Few schools are missing",
            is_passed=not facts["are_too_many_missing"],
            number=number,
            fix="Load the results of the schools that are missing.",
        )
    ]


def _agreement(row: Row) -> list[dict[str, Any]]:
    fewest = min(row["clusters_treated"] or 0, row["clusters_comparison"] or 0)
    if row["low"] is None or not MINIMUM_CLUSTERS <= fewest <= FEW_CLUSTERS:
        return []
    ps = [row["p_cr2"], row["p_bootstrap"], row["p_permutation"]]
    names = ("robust error", "wild bootstrap", "permutation")
    written = ", ".join(f"{name} {_p(p)}" for name, p in zip(names, ps, strict=True))
    return [
        _line(
            name="agreement",
            label="Three methods agree that it is more than chance",
            is_passed=all(p is not None and p < 0.05 for p in ps),
            number=f"{written}; each must be under 0.05 with 5 to 19 schools in a group",
            fix="Serve or compare more schools.",
        )
    ]


def _line(*, name: str, label: str, is_passed: bool, number: str, fix: str) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "is_passed": is_passed,
        "number": number,
        "fix": "" if is_passed else fix,
    }


def _p(value: float | None) -> str:
    if value is None:
        return "not computed"
    return "under 0.001" if value < 0.001 else formatting.number(value, 3)
