"""Cost and effect together, over the same students and months, or why not. Must not query or decide a verdict."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from diagnostics.calc.gates import list_gates
from diagnostics.calc.ratio import NoRatio, return_ratio
from diagnostics.calc.verdict import Decision, Evidence
from diagnostics.calc.verdict_words import open_gate
from diagnostics.models import EvaluationPlan
from diagnostics.recompute.effect_estimates import STUDENT_SD
from districts import formatting
from investments.calc.noise import is_spending


@dataclass(frozen=True)
class Spending:
    """Actual dollars: an initiative's by fiscal year, and the years the district has any of."""

    by_year: Mapping[int, Decimal]
    known_years: AbstractSet[int]


@dataclass(frozen=True)
class CostPerStudent:
    """Dollars for a student over a plan's window, or why there is no such figure."""

    dollars: Decimal | None
    years: tuple[int, ...]
    students: int | None
    who: str
    why_not: str

    @property
    def each(self) -> float | None:
        """Return dollars for a student; None where `why_not` says why."""
        if self.why_not or self.dollars is None or not self.students:
            return None
        return float(self.dollars) / self.students


def cost_of(
    *,
    plan: EvaluationPlan,
    row: Mapping[str, Any],
    spending: Spending,
    schools: Collection[UUID],
    planned: Collection[UUID],
    minimum: int,
) -> CostPerStudent:
    """Divide the actual dollars of the plan's fiscal years by the students the effect is told of.

    The students assigned where the plan counts them; else all students with a result at the schools
    served, where whole schools were assigned and the plan is of every student. schools: where the dollars
    go by the record, without which there is no figure; planned: those the plan says are served.
    """
    years = tuple(range(plan.first_year, plan.outcome_year + 1))
    students, who = _students(plan=plan, row=row)
    missing = [year for year in years if year not in spending.known_years]
    dollars = sum((spending.by_year.get(year, Decimal(0)) for year in years), Decimal(0))
    why_not = ""
    if missing:
        named = ", ".join(formatting.fiscal_year(year) for year in missing)
        why_not = f"No actual spending of {named} has been imported."
    elif not is_spending(amount=dollars):
        why_not = f"No spending is coded to it in {_span(years)}."
    elif not schools:
        why_not = (
            "No record says at which schools its dollars are spent, so nobody knows if they are those of the plan."
            " Record which schools it serves."
        )
    elif set(schools) != set(planned):
        why_not = (
            f"Its dollars are of the {len(schools)} schools on record, its effect of the {len(planned)} schools"
            " of the plan: not the same students."
        )
    elif students is None:
        why_not = who
    elif students < minimum:
        students, why_not = None, "Too few students: the figure would tell of single students."
    return CostPerStudent(
        dollars=None if missing else dollars, years=years, students=students, who=who, why_not=why_not
    )


def ratio_of(
    *, cost: CostPerStudent, evidence: Evidence, decision: Decision, row: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what may be said of cost and effect, with its students, years and unit, and why not more."""
    is_sd = row["unit"] == STUDENT_SD
    found = return_ratio(
        cost_per_student=cost.each,
        estimate=row["estimate"],
        standard_error=row["standard_error"],
        low=row["low"],
        high=row["high"],
        has_student_sd=is_sd,
        gates=list_gates(evidence=evidence),
    )
    is_open = open_gate(decision=decision).is_open
    return {
        "cost_per_student": cost.each,
        "dollars": None if cost.dollars is None else str(cost.dollars),
        "fiscal_years": list(cost.years),
        "students": cost.students,
        "who": cost.who if cost.students else "",
        "no_cost": cost.why_not,
        "effect": row["estimate"],
        "low": row["low"],
        "high": row["high"],
        "unit": row["unit"],
        "shrunken": found.shrunken if is_open else None,
        "per_1000": found.per_1000 if is_open else None,
        "cost_per_sd": found.cost_per_sd if is_open else None,
        "cost_per_sd_low": found.cost_per_sd_low if is_open else None,
        "cost_per_sd_high": found.cost_per_sd_high if is_open else None,
        "why": "" if found.why is None else found.why.value,
        "failed": [gate.label for gate in found.failed],
        **_words(
            why=found.why,
            cost=cost,
            failed=[(gate.label, gate.fix) for gate in found.failed],
            is_mean=row["unit"] == "points",
        ),
    }


def _students(*, plan: EvaluationPlan, row: Mapping[str, Any]) -> tuple[int | None, str]:
    """Return the students of the effect and who they are; without a count, why there is none."""
    if plan.students_assigned:
        return plan.students_assigned, "students assigned to it, by the plan"
    if plan.assigned_by != EvaluationPlan.AssignedBy.SCHOOL or (plan.group, plan.grade) != ("all", "all"):
        return None, "Nobody has counted the students assigned to it: the plan can name their number."
    if row["students_treated"] is None:
        return None, "The results do not count their students."
    facts = row["facts"]
    if row["clusters_treated"] != facts["schools_served"]:
        return (
            None,
            "Not every school it serves has a result: its dollars are of more students than its effect.",
        )
    year = formatting.school_year(row["outcome_year"])
    who = f"students with a result in {plan.metric.name} at the schools it serves in {year}"
    return row["students_treated"], who


def _words(
    *, why: NoRatio | None, cost: CostPerStudent, failed: list[tuple[str, str]], is_mean: bool
) -> dict[str, str]:
    """Say why no dollars per gain are shown, and the cheapest way there; empty where they are."""
    no_sd = (
        "Without a student standard deviation nobody can say what is usual, so cost stands beside the points."
    )
    if not is_mean:
        no_sd = "Nobody knows what is usual for a rate or a count, so its cost stands beside the change."
    reasons = {
        NoRatio.GATES: f"Not passed: {'; '.join(label for label, _ in failed)}.",
        NoRatio.NO_ESTIMATE: "There is no estimate with an interval.",
        NoRatio.NO_STUDENT_SD: no_sd,
        NoRatio.NO_COST: cost.why_not,
        NoRatio.SAVES_MONEY: "It costs nothing or saves money: a ratio would mean nothing.",
        NoRatio.NO_GAIN: "There is no gain to set the dollars against.",
        NoRatio.CANNOT_BE_BOUNDED: "The gain may be zero, so what it costs cannot be bounded.",
    }
    fixes = {
        NoRatio.GATES: failed[0][1] if failed else "",
        NoRatio.NO_STUDENT_SD: "Add the student standard deviation of the metric, with its source."
        if is_mean
        else "",
        NoRatio.NO_COST: "Count the same students in dollars and results.",
    }
    return {"why_words": reasons[why] if why else "", "fix": fixes.get(why, "") if why else ""}


def _span(years: tuple[int, ...]) -> str:
    first, last = formatting.fiscal_year(years[0]), formatting.fiscal_year(years[-1])
    return first if first == last else f"{first} to {last}"
