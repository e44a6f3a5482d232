"""Read side of the page of check-ins: one month school by school, and how many months are covered. Must not write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from diagnostics.calc.delivery import (
    Delivered,
    first_of,
    list_due_months,
    list_months,
    measure_delivery,
)
from diagnostics.evaluation.selectors.counting import list_counting
from diagnostics.evaluation.selectors.delivery import as_report
from diagnostics.evaluation.selectors.served import Served, ServedSchool, list_served
from diagnostics.models import CheckIn
from strategy.models import Initiative


@dataclass(frozen=True, kw_only=True)
class SchoolMonth:
    """What is known of one school in one month; numbers are None where nobody said, or they are hidden.

    `is_hidden`: its counts of students are of a group that is too small to show. `next_planned` is what the
    form begins with.
    """

    school: ServedSchool
    month: date
    is_there: bool
    planned: Decimal | None
    delivered: Decimal | None
    assigned: int | None
    reached: int | None
    is_hidden: bool
    note: str
    filename: str
    recorded_by: str
    recorded_at: datetime | None
    next_planned: Decimal | None
    next_assigned: int | None


@dataclass(frozen=True, kw_only=True)
class MonthRow:
    """One month: how many schools checked in, of how many; `is_due` where the month counts and is over."""

    month: date
    reported: int
    schools: int
    is_due: bool
    dosage: float | None


@dataclass(frozen=True, kw_only=True)
class CheckInPage:
    """Everything the page of an initiative's check-ins says."""

    initiative_id: UUID
    name: str
    is_judged: bool
    is_archived: bool
    served: Served | None
    month: date | None
    choosable: tuple[date, ...]
    schools: tuple[SchoolMonth, ...]
    months: tuple[MonthRow, ...]
    rows: tuple[SchoolMonth, ...]
    delivered: Delivered


def get_check_in_page(
    *, initiative_id: UUID, month: date | None, as_of: date, minimum: int | None
) -> CheckInPage | None:
    """Return the check-ins of an initiative, None where this district has no such one. Six queries.

    `month` None: the earliest that is due and not complete, else the latest. With a `minimum`, counts of fewer
    students are left out, and those from which one could be computed.
    """
    found = Initiative.objects.filter(pk=initiative_id).first()
    if found is None:
        return None
    served = list_served(initiative_ids=(initiative_id,), as_of=as_of, with_archived=True).get(initiative_id)
    kept = list_counting(initiative_ids=(initiative_id,), with_files=True)
    months = _months(served, kept=kept, as_of=as_of)
    choosable = tuple(one.month for one in reversed(months))
    chosen = month if month in choosable else _choose(months)
    return CheckInPage(
        initiative_id=initiative_id,
        name=found.name,
        is_judged=found.kind == Initiative.Kind.INITIATIVE,
        is_archived=found.archived_at is not None,
        served=served,
        month=chosen,
        choosable=choosable,
        schools=_schools(served, month=chosen, kept=kept, minimum=minimum),
        months=tuple(reversed(months)),
        rows=_rows(served, kept=kept, minimum=minimum),
        delivered=_delivered(served, kept=kept, as_of=as_of),
    )


def _delivered(served: Served | None, *, kept: Sequence[CheckIn], as_of: date) -> Delivered:
    if served is None:
        return Delivered(expected=0, reported=0, dosage=None, reached=None)
    return measure_delivery(
        reports=[as_report(one) for one in kept],
        schools={one.id for one in served.schools},
        window=served.window,
        as_of=as_of,
    )


def _months(served: Served | None, *, kept: Sequence[CheckIn], as_of: date) -> list[MonthRow]:
    if served is None:
        return []
    due = set(list_due_months(window=served.window, as_of=as_of))
    schools = {one.id for one in served.schools}
    rows = []
    for month in list_months(window=served.window):
        if month > first_of(as_of):
            break
        there = [one for one in kept if one.month == month and one.school_id in schools]
        planned = sum((one.planned_dosage for one in there), Decimal(0))
        rows.append(
            MonthRow(
                month=month,
                reported=len(there),
                schools=len(schools),
                is_due=month in due,
                dosage=float(sum(one.delivered_dosage for one in there) / planned) if planned else None,
            )
        )
    return rows


def _choose(months: Sequence[MonthRow]) -> date | None:
    behind = next((one.month for one in months if one.is_due and one.reported < one.schools), None)
    due = [one.month for one in months if one.is_due]
    return behind or (due[-1] if due else months[-1].month if months else None)


def _schools(
    served: Served | None, *, month: date | None, kept: Sequence[CheckIn], minimum: int | None
) -> tuple[SchoolMonth, ...]:
    if served is None or month is None:
        return ()
    there = {one.school_id: one for one in kept if one.month == month}
    before: dict[UUID, CheckIn] = {}
    for one in kept:
        if one.month < month:
            before[one.school_id] = one
    return tuple(
        _school_month(
            school,
            month=month,
            found=there.get(school.id),
            before=before.get(school.id),
            served=served,
            minimum=minimum,
        )
        for school in served.schools
    )


def _rows(served: Served | None, *, kept: Sequence[CheckIn], minimum: int | None) -> tuple[SchoolMonth, ...]:
    """Return every check-in of the schools served, newest month first."""
    if served is None:
        return ()
    names = {one.id: one for one in served.schools}
    known = [one for one in kept if one.school_id in names]
    return tuple(
        _school_month(
            names[one.school_id], month=one.month, found=one, before=None, served=served, minimum=minimum
        )
        for one in sorted(known, key=lambda one: (-one.month.toordinal(), names[one.school_id].name))
    )


def _school_month(
    school: ServedSchool,
    *,
    month: date,
    found: CheckIn | None,
    before: CheckIn | None,
    served: Served,
    minimum: int | None,
) -> SchoolMonth:
    assigned, reached = (found.students_assigned, found.students_reached) if found else (None, None)
    is_hidden = minimum is not None and _is_small(assigned=assigned, reached=reached, minimum=minimum)
    filing = found.filing if found else None
    return SchoolMonth(
        school=school,
        month=month,
        is_there=found is not None,
        planned=found.planned_dosage if found else None,
        delivered=found.delivered_dosage if found else None,
        assigned=None if is_hidden else assigned,
        reached=None if is_hidden else reached,
        is_hidden=is_hidden,
        note=found.note if found else "",
        filename=filing.upload.filename if filing else "",
        recorded_by=str(found.recorded_by) if found and found.recorded_by else "",
        recorded_at=found.recorded_at if found else None,
        next_planned=before.planned_dosage if before else served.planned_dosage,
        next_assigned=before.students_assigned if before else None,
    )


def _is_small(*, assigned: int | None, reached: int | None, minimum: int) -> bool:
    """Say whether a count, or the difference of two, is of a group too small to show."""
    counts = [one for one in (assigned, reached) if one is not None]
    if assigned is not None and reached is not None and assigned > reached:
        counts.append(assigned - reached)
    return any(one < minimum for one in counts)
