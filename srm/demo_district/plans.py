"""The demo's evaluation plans: written after the results, through the product's own services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from diagnostics.evaluation.services.plans import PlanInput, lock_plan, save_plan, stamp_of
from diagnostics.models import EvaluationPlan, MetricResult
from districts.models import School
from srm.demo_district.story import PlanDefinition
from strategy.models import Initiative, InitiativeSchool, Metric


def lock_plans(*, plans: Sequence[PlanDefinition], by: int | None, now: datetime) -> None:
    """Write and lock each plan once: the schools served by file, and where the design compares, others like them."""
    for one in plans:
        initiative = Initiative.objects.get(name=one.initiative, archived_at=None)
        if EvaluationPlan.objects.filter(initiative=initiative, locked_at__isnull=False).exists():
            continue
        metric = Metric.objects.get(slug=one.metric)
        served, comparison = _arms(initiative.pk, metric.pk, year=one.outcome_year)
        design = one.design if served and comparison else EvaluationPlan.Design.BEFORE_AFTER.value
        if design == EvaluationPlan.Design.BEFORE_AFTER:
            comparison = []
        plan_id = save_plan(
            initiative_id=initiative.pk,
            plan=PlanInput(
                metric_id=metric.pk,
                group=one.group,
                design=design,
                chosen_by=one.chosen_by,
                chosen_by_note=one.chosen_by_note,
                bar=Decimal(one.bar),
                baseline_year=one.baseline_year,
                first_year=one.first_year,
                outcome_year=one.outcome_year,
                note=one.note,
                served_ids=served,
                comparison_ids=comparison,
            ),
            by=by,
        )
        if served:
            lock_plan(initiative_id=initiative.pk, seen=stamp_of(plan_id=plan_id), by=by, now=now)


def _arms(initiative_id: UUID, metric_id: UUID, *, year: int) -> tuple[list[UUID], list[UUID]]:
    """Find the schools with a result in the outcome year: those served, and others of the levels of these."""
    measured = set(
        MetricResult.objects.filter(
            metric_id=metric_id, school_year=year, school__isnull=False, filing__is_current=True
        ).values_list("school_id", flat=True)
    )
    named = InitiativeSchool.objects.filter(initiative_id=initiative_id).values_list("school_id", flat=True)
    levels = dict(School.objects.filter(pk__in=measured).values_list("pk", "level"))
    served = [pk for pk in named if pk in measured]
    alike = {levels[pk] for pk in served}
    others = measured - set(named)
    return sorted(served), sorted(pk for pk in others if levels[pk] in alike)
