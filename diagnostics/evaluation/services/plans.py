"""Write side of evaluation plans: save a draft, lock it, replace a locked one; must not delete or judge."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from diagnostics.evaluation.services.plan_checks import list_lock_errors, list_plan_errors
from diagnostics.evaluation.services.refused import EvaluationRefused, NotThere
from diagnostics.models import EvaluationPlan, MetricResult, PlanSchool, Trend
from districts.pipeline.marks import mark
from strategy.models import Initiative

ONLY_INITIATIVES = (
    "Only an initiative is judged by its effect. This one gets cost and trend; change its kind first if it was"
    " chosen to reach a strategic goal."
)


class PlanRefused(EvaluationRefused):
    """A plan with something missing or contradictory, or one that may not be changed any more."""


@dataclass(frozen=True, kw_only=True)
class PlanInput:
    """An evaluation plan as a person gives it; None or empty where nothing was given."""

    metric_id: UUID | None = None
    group: str = "all"
    grade: str = "all"
    design: str = ""
    assigned_by: str = EvaluationPlan.AssignedBy.SCHOOL
    chosen_by: str = EvaluationPlan.ChosenBy.UNKNOWN
    chosen_by_note: str = ""
    bar: Decimal | None = None
    bar_unit: str = EvaluationPlan.BarUnit.METRIC
    baseline_year: int | None = None
    first_year: int | None = None
    outcome_year: int | None = None
    planned_dosage: Decimal | None = None
    least_dosage: Decimal | None = None
    dosage_unit: str = ""
    students_assigned: int | None = None
    note: str = ""
    served_ids: Sequence[UUID] = ()
    comparison_ids: Sequence[UUID] = ()


_COLUMNS = tuple(one.name for one in fields(PlanInput) if one.name not in ("served_ids", "comparison_ids"))


@transaction.atomic
def save_plan(*, initiative_id: UUID, plan: PlanInput, by: int | None) -> UUID:
    """Keep the draft of an initiative's plan and return its id; there is one draft at a time. Idempotent.

    Raises NotThere, and PlanRefused naming every field that is wrong.
    """
    _lock_initiative(initiative_id)
    draft = _draft(initiative_id)
    is_locked = _in_force(initiative_id) is not None
    if draft is None and is_locked:
        raise PlanRefused({"": "The plan is locked and cannot be changed. Replace it instead."})
    if errors := list_plan_errors(plan=plan, replaces=is_locked):
        raise PlanRefused(errors)
    if draft is None:
        draft = EvaluationPlan(initiative_id=initiative_id, created_by_id=by)
    for name in _COLUMNS:
        setattr(draft, name, getattr(plan, name))
    draft.save()
    _save_schools(plan_id=draft.pk, served=plan.served_ids, comparison=plan.comparison_ids)
    mark(name="plans")
    return draft.pk


@transaction.atomic
def lock_plan(*, initiative_id: UUID, seen: str, by: int | None, now: datetime) -> UUID:
    """Lock the draft as it was `seen` (its `stamp_of`); a plan in force is replaced by it. Idempotent.

    Retrospective where a result of its metric for its outcome year has ever landed. Raises NotThere, and
    PlanRefused where there is no draft, it was changed meanwhile, or it is not fit to judge by.
    """
    _lock_initiative(initiative_id)
    draft, before = _draft(initiative_id), _in_force(initiative_id)
    if draft is None:
        if before is not None and stamp_of(plan_id=before.pk) == seen:
            return before.pk
        raise PlanRefused({"": "There is no draft to lock. Write the plan and save it first."})
    if stamp_of(plan_id=draft.pk) != seen:
        raise PlanRefused({"": "The draft changed since you looked. Read it again, then lock it."})
    if errors := list_lock_errors(plan=read_input(draft), replaces=before is not None):
        raise PlanRefused(errors)
    if before is not None:
        before.replaced_at = now
        before.save(update_fields=["replaced_at"])
    draft.is_retrospective = has_landed(metric_id=draft.metric_id, outcome_year=draft.outcome_year)
    draft.locked_at, draft.locked_by_id = now, by
    draft.save(update_fields=["is_retrospective", "locked_at", "locked_by"])
    mark(name="plans")
    return draft.pk


@transaction.atomic
def replace_plan(*, initiative_id: UUID, reason: str, by: int | None) -> UUID:
    """Begin the plan that will replace the one in force, as a draft copied from it; returns its id. Idempotent.

    The old one stays in force until the new one is locked. Raises NotThere, and PlanRefused without a plan
    in force or without a reason.
    """
    _lock_initiative(initiative_id)
    before, draft = _in_force(initiative_id), _draft(initiative_id)
    if before is None:
        raise PlanRefused({"": "No locked plan is there to replace. Write and lock one first."})
    reason = reason.strip()
    if len(reason.split()) < 3:
        raise PlanRefused(
            {"reason": "Say in a sentence why the locked plan is replaced; everybody can read it."}
        )
    if draft is None:
        values = read_input(before)
        draft = EvaluationPlan(
            initiative_id=initiative_id,
            created_by_id=by,
            **{name: getattr(values, name) for name in _COLUMNS if name != "note"},
        )
        draft.note = reason
        draft.save()
        _save_schools(plan_id=draft.pk, served=values.served_ids, comparison=values.comparison_ids)
    elif draft.note != reason:
        draft.note = reason
        draft.save(update_fields=["note"])
    mark(name="plans")
    return draft.pk


def has_landed(*, metric_id: UUID, outcome_year: int) -> bool:
    """Say whether any result of a metric for a school year has landed, even if undone since. Two queries at most.

    Trends are kept over time: one that was closed still shows that people could see the year.
    """
    results = MetricResult.objects.filter(metric_id=metric_id, school_year=outcome_year)
    seen = Trend.objects.filter(metric_id=metric_id, points__contains=[{"year": outcome_year}])
    return bool(results.exists() or seen.exists())


def read_input(plan: EvaluationPlan) -> PlanInput:
    """Return a kept plan as it would be given. One query."""
    schools = list(PlanSchool.objects.filter(plan=plan).order_by("school_id"))
    arms = PlanSchool.Arm
    return PlanInput(
        **{name: getattr(plan, name) for name in _COLUMNS},
        served_ids=tuple(one.school_id for one in schools if one.arm == arms.SERVED),
        comparison_ids=tuple(one.school_id for one in schools if one.arm == arms.COMPARISON),
    )


def stamp_of(*, plan_id: UUID) -> str:
    """Return what stands for everything a person agrees to by locking a plan. Two queries."""
    plan = EvaluationPlan.objects.get(pk=plan_id)
    return hashlib.sha256(repr((plan.pk, read_input(plan))).encode()).hexdigest()[:32]


def _lock_initiative(initiative_id: UUID) -> Initiative:
    found: Initiative | None = Initiative.objects.select_for_update().filter(pk=initiative_id).first()
    if found is None:
        raise NotThere("This initiative does not exist.")
    if found.kind != Initiative.Kind.INITIATIVE:
        raise PlanRefused({"": ONLY_INITIATIVES})
    if found.archived_at is not None:
        raise PlanRefused({"": "This initiative is archived. Restore it first."})
    return found


def _draft(initiative_id: UUID) -> EvaluationPlan | None:
    found: EvaluationPlan | None = EvaluationPlan.objects.filter(
        initiative_id=initiative_id, locked_at__isnull=True
    ).first()
    return found


def _in_force(initiative_id: UUID) -> EvaluationPlan | None:
    found: EvaluationPlan | None = EvaluationPlan.objects.filter(
        initiative_id=initiative_id, locked_at__isnull=False, replaced_at__isnull=True
    ).first()
    return found


def _save_schools(*, plan_id: UUID, served: Sequence[UUID], comparison: Sequence[UUID]) -> None:
    arms = PlanSchool.Arm
    wanted = dict.fromkeys(comparison, arms.COMPARISON) | dict.fromkeys(served, arms.SERVED)
    there = dict(PlanSchool.objects.filter(plan_id=plan_id).values_list("school_id", "arm"))
    gone = [school for school, arm in there.items() if wanted.get(school) != arm]
    PlanSchool.objects.filter(plan_id=plan_id, school_id__in=gone).delete()
    PlanSchool.objects.bulk_create(
        PlanSchool(plan_id=plan_id, school_id=school, arm=arm)
        for school, arm in sorted(wanted.items())
        if there.get(school) != arm
    )
