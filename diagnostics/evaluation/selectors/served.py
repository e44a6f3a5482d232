"""Which schools an initiative is delivered at, and in which months; must not read check-ins."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from diagnostics.calc.delivery import Window, school_year_of
from diagnostics.models import EvaluationPlan, PlanSchool
from strategy.models import Initiative, InitiativeSchool


@dataclass(frozen=True, kw_only=True)
class ServedSchool:
    """A school an initiative is delivered at."""

    id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class Served:
    """Where and when an initiative is delivered: by its locked plan, else by its record of schools."""

    initiative_id: UUID
    name: str
    owner_id: int | None
    window: Window
    schools: tuple[ServedSchool, ...]
    is_planned: bool
    planned_dosage: Decimal | None
    least_dosage: Decimal | None
    dosage_unit: str


def get_served(*, initiative_id: UUID, as_of: date) -> Served | None:
    """Return where and when one initiative in use is delivered. Up to four queries."""
    return list_served(initiative_ids=(initiative_id,), as_of=as_of).get(initiative_id)


def list_served(
    *, initiative_ids: Collection[UUID], as_of: date, with_archived: bool = False
) -> Mapping[UUID, Served]:
    """Return where and when initiatives in use are delivered, by initiative. Up to four queries.

    Without a locked plan the window begins with the initiative, else with this school year, and ends with it.
    """
    found = Initiative.objects.filter(pk__in=initiative_ids, kind=Initiative.Kind.INITIATIVE)
    if not with_archived:
        found = found.filter(archived_at__isnull=True)
    plans = {
        one.initiative_id: one
        for one in EvaluationPlan.objects.filter(
            initiative_id__in=initiative_ids, locked_at__isnull=False, replaced_at__isnull=True
        )
    }
    by_plan, by_record = _planned_schools(plans.values()), _recorded_schools(initiative_ids)
    served = {}
    for one in found:
        plan = plans.get(one.pk)
        served[one.pk] = Served(
            initiative_id=one.pk,
            name=one.name,
            owner_id=one.owner_id,
            window=_window(one, plan=plan, as_of=as_of),
            schools=by_plan.get(one.pk, ()) if plan else by_record.get(one.pk, ()),
            is_planned=plan is not None,
            planned_dosage=plan.planned_dosage if plan else None,
            least_dosage=plan.least_dosage if plan else None,
            dosage_unit=plan.dosage_unit if plan else "",
        )
    return served


def _window(initiative: Initiative, *, plan: EvaluationPlan | None, as_of: date) -> Window:
    now = school_year_of(as_of)
    begins = school_year_of(initiative.serves_from) if initiative.serves_from else now
    ends = school_year_of(initiative.serves_to) if initiative.serves_to else now
    return Window(
        first_year=plan.first_year if plan else min(begins, now),
        last_year=plan.outcome_year if plan else ends,
        serves_from=initiative.serves_from,
        serves_to=initiative.serves_to,
    )


def _planned_schools(plans: Collection[EvaluationPlan]) -> dict[UUID, tuple[ServedSchool, ...]]:
    rows = PlanSchool.objects.filter(plan__in=plans, arm=PlanSchool.Arm.SERVED).order_by("school__name", "pk")
    return _gather(rows.values_list("plan__initiative_id", "school_id", "school__name"))


def _recorded_schools(initiative_ids: Collection[UUID]) -> dict[UUID, tuple[ServedSchool, ...]]:
    rows = InitiativeSchool.objects.filter(initiative_id__in=initiative_ids).order_by("school__name", "pk")
    return _gather(rows.values_list("initiative_id", "school_id", "school__name"))


def _gather(rows: Collection[tuple[UUID, UUID, str]]) -> dict[UUID, tuple[ServedSchool, ...]]:
    found: dict[UUID, list[ServedSchool]] = {}
    for initiative_id, school_id, name in rows:
        found.setdefault(initiative_id, []).append(ServedSchool(id=school_id, name=name))
    return {key: tuple(schools) for key, schools in found.items()}
