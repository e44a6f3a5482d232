"""What check-ins say of delivery, for verdicts: shares over the plan's window so far. Must not judge."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from diagnostics.calc.delivery import Report, list_due_months, measure_delivery, school_year_of
from diagnostics.calc.verdict import Delivery
from diagnostics.evaluation.selectors.counting import list_counting
from diagnostics.evaluation.selectors.served import list_served
from diagnostics.models import CheckIn
from strategy.models import Initiative


@dataclass(frozen=True, kw_only=True)
class InitiativeDelivery:
    """Delivery of one initiative under its locked plan: shares 0-1, None where nothing says.

    `expected` and `reported` count the school-months of the window that are over.
    """

    initiative_id: UUID
    expected: int
    reported: int
    covered: float
    dosage: float | None
    reached: float | None
    students: int = 0

    @property
    def evidence(self) -> Delivery | None:
        """Return what the verdict rules take; None without any check-in.

        What nothing says stays unknown: it is no proof of failing, and no 100% either.
        """
        if not self.reported:
            return None
        return Delivery(
            covered=self.covered,
            dosage=self.dosage,
            reached_minimum=self.reached,
            students=self.students,
        )


def read_delivery(*, initiative_ids: Collection[UUID], as_of: date) -> Mapping[UUID, InitiativeDelivery]:
    """Return by initiative how well it was delivered, for those with a locked plan. Five queries."""
    served = list_served(initiative_ids=initiative_ids, as_of=as_of, with_archived=True)
    planned = {key: one for key, one in served.items() if one.is_planned}
    reports: dict[UUID, list[Report]] = {}
    for one in list_counting(initiative_ids=tuple(planned)):
        reports.setdefault(one.initiative_id, []).append(as_report(one))
    found = {}
    for key, plan in planned.items():
        measured = measure_delivery(
            reports=reports.get(key, ()),
            schools={school.id for school in plan.schools},
            window=plan.window,
            as_of=as_of,
        )
        found[key] = InitiativeDelivery(
            initiative_id=key,
            expected=measured.expected,
            reported=measured.reported,
            covered=measured.covered,
            dosage=measured.dosage,
            reached=measured.reached,
            students=measured.students,
        )
    return found


def as_report(one: CheckIn) -> Report:
    """Return a check-in as calculations take it."""
    return Report(
        school_id=one.school_id,
        month=one.month,
        planned=one.planned_dosage,
        delivered=one.delivered_dosage,
        assigned=one.students_assigned,
        reached=one.students_reached,
    )


@dataclass(frozen=True, kw_only=True)
class DueCheckIn:
    """An initiative whose check-ins are behind: since which month, and how many school-months."""

    initiative_id: UUID
    name: str
    month: date
    missing: int
    expected: int


def list_due_check_ins(*, owner_id: int | None, as_of: date) -> tuple[DueCheckIn, ...]:
    """Return the initiatives of an owner (None: of everybody) whose check-ins of this school year are behind.

    Only what is over is due; the earliest missing month comes first. Up to six queries.
    """
    wanted = Initiative.objects.filter(archived_at__isnull=True, kind=Initiative.Kind.INITIATIVE)
    if owner_id is not None:
        wanted = wanted.filter(owner_id=owner_id)
    served = list_served(initiative_ids=tuple(wanted.values_list("pk", flat=True)), as_of=as_of)
    there = {
        (one.initiative_id, one.school_id, one.month) for one in list_counting(initiative_ids=tuple(served))
    }
    found = []
    for key, one in served.items():
        months = _this_year(list_due_months(window=one.window, as_of=as_of), as_of=as_of)
        missing = [
            month for month in months for school in one.schools if (key, school.id, month) not in there
        ]
        if missing:
            found.append(
                DueCheckIn(
                    initiative_id=key,
                    name=one.name,
                    month=missing[0],
                    missing=len(missing),
                    expected=len(months) * len(one.schools),
                )
            )
    return tuple(sorted(found, key=lambda one: (one.month, one.name)))


def _this_year(months: Collection[date], *, as_of: date) -> tuple[date, ...]:
    return tuple(one for one in months if school_year_of(one) == school_year_of(as_of))
