"""Recompute effects: load each plan's results, estimate by its design, save what changed.

Must not hold arithmetic (`calc` does), judge, nor write anything but its result table.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from diagnostics.calc.disclosure import pool_shown
from diagnostics.calc.pooling import YearValue
from diagnostics.calc.power import students_for_effect
from diagnostics.calc.verdict import Delivery
from diagnostics.evaluation.selectors import read_delivery
from diagnostics.models import Effect, EvaluationPlan
from diagnostics.recompute.effect_estimates import STUDENT_SD, Computed, are_too_many_missing, compute_effect
from diagnostics.recompute.effect_evidence import NUMBERS, evidence_of, gates_of, look_on
from diagnostics.recompute.effect_inputs import PlanInputs, load_inputs, load_plans
from districts.models import District
from districts.pipeline.results import digest, save_results
from districts.pipeline.spec import Outcome, Recompute

VERSION = "2"


def effect(context: Recompute) -> Outcome:
    """Recompute the effect of every initiative that has an evaluation plan, whole, from source.

    Idempotent and deterministic: chance is seeded by the data. A value that pages hide enters nothing. One
    query without any plan.
    """
    plans = load_plans()
    rows: list[dict[str, Any]] = []
    if plans:
        zone = District.objects.values_list("time_zone", flat=True).get(pk=context.district_id)
        today = context.now.astimezone(ZoneInfo(zone)).date()
        delivered = read_delivery(initiative_ids=tuple(one.initiative_id for one in plans), as_of=today)
        for inputs in load_inputs(plans=plans):
            found = delivered.get(inputs.plan.initiative_id)
            rows.append(_row(inputs=inputs, delivery=found.evidence if found else None, today=today))
    changed = save_results(context=context, model=Effect, keys=("initiative_id",), rows=rows)
    return Outcome(changed_rows=changed, fingerprint=digest([VERSION, [row["fingerprint"] for row in rows]]))


def seed_of(*, inputs: str) -> int:
    """Return the seed that a fingerprint of inputs stands for."""
    return int(inputs[:8], 16)


def _row(*, inputs: PlanInputs, delivery: Delivery | None, today: date) -> dict[str, Any]:
    plan = inputs.plan
    data = _digest_inputs(inputs)
    computed = compute_effect(inputs=inputs, seed=seed_of(inputs=data))
    result = computed.result
    row = {
        "initiative_id": plan.initiative_id,
        "plan_id": plan.pk,
        "design": plan.design,
        "method": result.method if result else "",
        "unit": computed.unit,
        "outcome_year": computed.outcome_year,
        "is_early_look": computed.is_early_look or today < look_on(plan=plan),
        **{name: getattr(result, name) if result else None for name in NUMBERS},
        "bar": computed.bar,
        "baseline_difference": computed.baseline_gap,
        "expected_regression": computed.expected,
        "students_needed": computed.needed.students if computed.needed else None,
        "series": _series(inputs),
        "note": computed.note[:500],
        "facts": _facts(inputs=inputs, computed=computed),
        "inputs": data,
    }
    gates: list[dict[str, Any]] = []
    if plan.locked_at is not None:
        evidence = evidence_of(row=row, plan=plan, delivery=delivery, today=today)
        gates = gates_of(evidence=evidence, row=row, plan=plan)
    return row | {"gates": gates, "fingerprint": digest([VERSION, data, gates])}


def _facts(*, inputs: PlanInputs, computed: Computed) -> dict[str, Any]:
    """Return what is known besides the estimate, in the metric's own unit where it is a value."""
    result, described, plan = computed.result, computed.described, inputs.plan
    is_changed = inputs.first_comparable > plan.baseline_year and plan.design != plan.Design.RANDOMISED
    years = {year for one in inputs.panel() for year in one.years if one.is_served}
    wanted = [plan.baseline_year, computed.outcome_year or plan.outcome_year]
    return {
        "is_locked": plan.locked_at is not None,
        "is_retrospective": plan.is_retrospective,
        "schools_served": len(inputs.served),
        "schools_compared": len(inputs.comparison),
        "schools_needed": computed.needed.schools if computed.needed else None,
        "students_by_lot": _students_by_lot(computed),
        "left_out": result.left_out if result else 0,
        "hidden": inputs.hidden_schools(years=wanted),
        "are_too_many_missing": result is not None and are_too_many_missing(inputs=inputs, result=result),
        "high_80": result.high_80 if result else None,
        "change_served": described.change if described else None,
        "change_schools": described.schools if described else 0,
        "changed_in": inputs.first_comparable if is_changed else None,
        "years_since": len(years),
        "last_result": max(years, default=None),
        "student_sd": None if plan.metric.student_sd is None else float(plan.metric.student_sd),
        "student_sd_source": plan.metric.student_sd_source,
    }


def _students_by_lot(computed: Computed) -> int | None:
    """Return how many students drawn by lot would tell an effect as large as the bar; None without student SDs."""
    if computed.unit != STUDENT_SD or computed.bar is None:
        return None
    return students_for_effect(effect=computed.bar)


def _series(inputs: PlanInputs) -> list[dict[str, Any]]:
    """Return each arm's values by year, pooled from what pages show, so that they tell nothing hidden."""
    arms = (("served", inputs.served), ("comparison", inputs.comparison))
    found = []
    for arm, schools in arms:
        shown: dict[Hashable, Iterable[YearValue]] = {
            one: list(inputs.measured.shown[one].values())
            for one in sorted(schools, key=str)
            if one in inputs.measured.shown
        }
        pool = pool_shown(series=shown, unit=inputs.plan.metric.unit)
        points = [
            {"year": one.year, "value": one.value, "bound": one.bound, "is_suppressed": one.is_suppressed}
            for one in pool.values
        ]
        found.append({"arm": arm, "schools": pool.schools, "points": points})
    return found


def _digest_inputs(inputs: PlanInputs) -> str:
    """Stand for the plan and every value it may use, whatever the method."""
    plan, metric = inputs.plan, inputs.plan.metric
    panel = [
        [
            one.school,
            one.is_served,
            sorted((year, cell.value, cell.students) for year, cell in one.years.items()),
        ]
        for one in inputs.panel()
    ]
    return digest([_plan_facts(plan), [metric.unit, metric.direction, metric.student_sd], panel])


def _plan_facts(plan: EvaluationPlan) -> list[Any]:
    return [
        str(plan.pk),
        plan.locked_at is not None,
        plan.is_retrospective,
        plan.metric_id,
        plan.group,
        plan.grade,
        plan.design,
        plan.assigned_by,
        plan.chosen_by,
        plan.bar.normalize(),
        plan.bar_unit,
        plan.baseline_year,
        plan.first_year,
        plan.outcome_year,
    ]
