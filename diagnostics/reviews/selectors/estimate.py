"""The estimate of an effect in words and numbers, as a review shows it; must not estimate or judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diagnostics.models import Effect, InitiativeReturn
from diagnostics.models.evaluation import EvaluationPlan
from diagnostics.reviews.evidence import Fact, Grid, Part
from districts import formatting

TITLE = "How large the effect is, and how sure that is"
UNITS = {
    "points": "points",
    "percentage_points": "percentage points",
    "student_sd": "student standard deviations",
    "g": "student standard deviations",
}


def estimate_part(*, effect: Effect | None, shown: InitiativeReturn | None, minimum: int) -> Part:
    """Return the estimate with its interval, comparison and gates; or that there is none."""
    if effect is None:
        return Part(
            key="estimate",
            title=TITLE,
            words=("No effect has been estimated: no evaluation plan in force gave a comparison.",),
        )
    words = [
        word
        for word in (
            "The evaluation plan is not locked, so no verdict rests on this."
            if effect.plan.locked_at is None
            else "",
            "This is an early look: the verdict is given at the planned look only."
            if effect.is_early_look
            else "",
            "The plan was locked after its outcome had landed; that caps the verdict."
            if effect.plan.is_retrospective
            else "",
            effect.note,
        )
        if word
    ]
    if effect.estimate is None:
        words.insert(0, "The design gives no estimate.")
    grids = tuple(one for one in (_gates(effect.gates),) if one)
    return Part(
        key="estimate",
        title=TITLE,
        words=tuple(words),
        facts=(*_figures(effect), *_comparison(effect, minimum=minimum), *_rule(shown)),
        grids=grids,
    )


def return_facts(ratio: Mapping[str, Any]) -> tuple[Fact, ...]:
    """Return cost per student of the same students as the effect, and the return or why there is none."""
    if not ratio:
        return ()
    facts = []
    if ratio.get("cost_per_student") is not None and ratio.get("students"):
        years = [formatting.fiscal_year(one) for one in ratio.get("fiscal_years") or ()]
        facts.append(
            Fact(
                label="Cost per student of the effect",
                value=formatting.dollars_short(ratio["cost_per_student"]),
                note=f"{formatting.number(ratio['students'])} {ratio.get('who', '')}, {', '.join(years)}.",
            )
        )
    elif ratio.get("no_cost"):
        facts.append(Fact(label="Cost per student of the effect", value="Not known", note=ratio["no_cost"]))
    if ratio.get("per_1000") is not None:
        value = f"{formatting.number(ratio['per_1000'], 3, plus=True)} student standard deviations"
        facts.append(Fact(label="Effect per $1,000 a student", value=value, note="From the shrunken effect."))
    elif ratio.get("why_words"):
        note = f"Cheapest way there: {ratio['fix']}" if ratio.get("fix") else ""
        facts.append(Fact(label="Return", value=f"None is shown. {ratio['why_words']}", note=note))
    return tuple(facts)


def _figures(effect: Effect) -> tuple[Fact, ...]:
    if effect.estimate is None:
        return ()
    unit = UNITS.get(effect.unit, effect.unit)
    facts = [
        Fact(
            label="Estimate",
            value=f"{_signed(effect.estimate, effect.unit)} {unit}",
            note=f"95% interval {_signed(effect.low, effect.unit)} to {_signed(effect.high, effect.unit)}"
            if effect.low is not None and effect.high is not None
            else "No interval can be given.",
        )
    ]
    if effect.bar is not None:
        facts.append(
            Fact(label="The bar agreed beforehand", value=f"{_signed(effect.bar, effect.unit)} {unit}")
        )
    if effect.expected_regression is not None:
        facts.append(
            Fact(
                label="Expected without the initiative",
                value=f"{_signed(effect.expected_regression, effect.unit)} {unit}",
                note="From regression to the mean, by how the students were chosen.",
            )
        )
    return tuple(facts)


def _comparison(effect: Effect, *, minimum: int) -> tuple[Fact, ...]:
    design = (
        EvaluationPlan.Design(effect.design).label
        if effect.design in EvaluationPlan.Design.values
        else effect.design
    )
    year = formatting.school_year(effect.outcome_year) if effect.outcome_year else ""
    facts = [
        Fact(label="Compared with whom", value=design, note=effect.method),
        Fact(label="Outcome", value=effect.plan.metric.name, note=year),
    ]
    counts = (effect.students_treated, effect.students_comparison)
    if all(one is not None and one >= minimum for one in counts):
        served, others = (formatting.number(one) for one in counts)
        facts.append(Fact(label="Students", value=f"{served} served, {others} compared"))
    clusters = (effect.clusters_treated, effect.clusters_comparison)
    if all(one is not None for one in clusters):
        facts.append(Fact(label="Schools", value=f"{clusters[0]} served, {clusters[1]} compared"))
    return tuple(facts)


def _rule(shown: InitiativeReturn | None) -> tuple[Fact, ...]:
    if shown is None or not shown.rule:
        return ()
    note = "Capped by a gate." if shown.is_capped else ""
    return (Fact(label="Verdict rule that decided", value=f"Rule {shown.rule}", note=note),)


def _gates(gates: object) -> Grid | None:
    if not isinstance(gates, list):
        return None
    rows = tuple(_gate(one) for one in gates if isinstance(one, dict))
    return (
        Grid(
            caption="Gates",
            columns=("Gate", "Passed", "The number behind it, and what would pass"),
            rows=rows,
        )
        if rows
        else None
    )


def _gate(one: Mapping[str, Any]) -> tuple[str, str, str]:
    number, fix = str(one.get("number", "")), str(one.get("fix", ""))
    words = f"{number}. {fix}" if number and fix else number or fix
    passed = "Yes" if one.get("is_passed") else "No"
    return (str(one.get("label") or one.get("name", "")), passed, words)


def _signed(value: float | None, unit: str) -> str:
    return formatting.number(value, 2 if unit in ("student_sd", "g") else 1, plus=True)
