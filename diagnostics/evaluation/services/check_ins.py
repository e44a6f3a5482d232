"""Write side of check-ins: keep a month of an initiative, school by school; must not compute shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction

from diagnostics.calc.delivery import first_of, list_months
from diagnostics.evaluation.selectors.counting import list_counting
from diagnostics.evaluation.selectors.served import get_served
from diagnostics.evaluation.services.refused import EvaluationRefused, NotTheLead, NotThere
from diagnostics.models import CheckIn
from districts.models import Membership
from districts.pipeline.marks import mark
from strategy.models import Initiative

MOST_DOSAGE: Final = Decimal(1_000_000)
MOST_STUDENTS: Final = 10**6
LONGEST_NOTE: Final = 500


class CheckInsRefused(EvaluationRefused):
    """A month that cannot be kept; keys are `month`, or `<what>-<school id>`, or empty for all of it."""


@dataclass(frozen=True, kw_only=True)
class CheckInInput:
    """What a person says of one school in one month; None where nothing was given."""

    school_id: UUID
    planned: Decimal | None = None
    delivered: Decimal | None = None
    assigned: int | None = None
    reached: int | None = None
    note: str = ""

    @property
    def is_empty(self) -> bool:
        """Say that nothing was told of this school: what was planned alone tells nothing."""
        return self.delivered is None and self.reached is None and not self.note.strip()


@dataclass(frozen=True, kw_only=True)
class KeptCheckIns:
    """How many check-ins of the month are new, corrected, taken back, and as they were."""

    new: int
    corrected: int
    taken_back: int
    same: int


@transaction.atomic
def save_check_ins(
    *, initiative_id: UUID, month: date, rows: Sequence[CheckInInput], by: int | None, as_of: date
) -> KeptCheckIns:
    """Keep what is said of a month; a row said again corrects, an emptied one is taken back. Idempotent.

    Raises NotThere, and CheckInsRefused naming every cell that is wrong.
    """
    initiative = Initiative.objects.select_for_update().filter(pk=initiative_id).first()
    if initiative is None:
        raise NotThere("This initiative does not exist.")
    served = get_served(initiative_id=initiative_id, as_of=as_of)
    if initiative.archived_at is not None or served is None:
        raise CheckInsRefused({"": "This initiative is archived. Restore it first."})
    month = first_of(month)
    if month > first_of(as_of) or month not in list_months(window=served.window):
        raise CheckInsRefused(
            {"month": "Choose a month from the list: one of the initiative that has begun."}
        )
    there = {
        one.school_id: one
        for one in list_counting(initiative_ids=(initiative_id,), months=(month,), with_files=True)
    }
    errors = list_check_in_errors(rows=rows, served={one.id for one in served.schools}, there=there)
    if errors:
        raise CheckInsRefused(errors)
    return _keep(initiative_id=initiative_id, month=month, rows=rows, there=there, by=by)


def list_check_in_errors(
    *, rows: Sequence[CheckInInput], served: set[UUID], there: Mapping[UUID, CheckIn]
) -> dict[str, str]:
    """Return every cell that is wrong with what to do about it."""
    errors: dict[str, str] = {}
    if not any(not one.is_empty or one.school_id in there for one in rows):
        errors[""] = "Fill in the row of at least one school: what was delivered, 0 if nothing was."
    for one in rows:
        found = _row_errors(one, there.get(one.school_id))
        if one.school_id not in served:
            found = {"delivered": "This school is not served. Take it out, or add it to the plan."}
        errors |= {f"{name}-{one.school_id}": message for name, message in found.items()}
    return errors


def may_check_in(*, initiative_id: UUID, by: int | None, is_lead: bool) -> bool:
    """Say whether a person may check in: the cabinet always, a lead for initiatives they own. One query."""
    owned = Initiative.objects.filter(pk=initiative_id, owner_id=by)
    return not is_lead or (by is not None and bool(owned.exists()))


def refuse_other_lead(*, initiative_id: UUID) -> NotTheLead:
    """Return the refusal that names whom to ask."""
    owner = Membership.objects.filter(
        user_id__in=Initiative.objects.filter(pk=initiative_id).values("owner_id")
    ).select_related("user")
    name = next((str(one.user) for one in owner), "")
    if name:
        return NotTheLead(f"{name} leads this initiative and checks in. Ask them, or the cabinet.")
    return NotTheLead("Nobody leads this initiative yet. Ask the cabinet to name you its owner.")


def _row_errors(row: CheckInInput, there: CheckIn | None) -> dict[str, str]:
    if row.is_empty:
        if there is not None and there.filing_id is not None:
            return {
                "delivered": "This row came with a file. Write 0 if nothing was delivered, or undo the file."
            }
        return {}
    return _dosage_errors(row) | _student_errors(row)


def _dosage_errors(row: CheckInInput) -> dict[str, str]:
    errors: dict[str, str] = {}
    for name in ("planned", "delivered"):
        value = getattr(row, name)
        if value is None:
            errors[name] = f"Say what was {name}, 0 if nothing was."
        elif not (value.is_finite() and 0 <= value < MOST_DOSAGE):
            errors[name] = "Write a number from 0, for example 12."
    if len(row.note) > LONGEST_NOTE:
        errors["note"] = f"Shorten the note to {LONGEST_NOTE} characters."
    return errors


def _student_errors(row: CheckInInput) -> dict[str, str]:
    errors: dict[str, str] = {}
    for name in ("assigned", "reached"):
        count = getattr(row, name)
        if count is not None and not 0 <= count < MOST_STUDENTS:
            errors[name] = "Write how many students, for example 24."
    if errors or row.reached is None:
        return errors
    if row.assigned is None:
        return {"assigned": "Say of how many students assigned."}
    if row.reached > row.assigned:
        return {"reached": "No more students can reach it than are assigned."}
    return {}


def _keep(
    *,
    initiative_id: UUID,
    month: date,
    rows: Sequence[CheckInInput],
    there: Mapping[UUID, CheckIn],
    by: int | None,
) -> KeptCheckIns:
    new = corrected = taken_back = same = 0
    own = {
        one.school_id: one
        for one in CheckIn.objects.filter(initiative_id=initiative_id, month=month, filing__isnull=True)
    }
    for row in rows:
        before = there.get(row.school_id)
        if row.is_empty:
            if row.school_id in own:
                own[row.school_id].delete()
                taken_back += 1
            continue
        values = _columns(row)
        if before is not None and all(getattr(before, name) == value for name, value in values.items()):
            same += 1
            continue
        kept = own.get(row.school_id) or CheckIn(
            initiative_id=initiative_id, school_id=row.school_id, month=month
        )
        for name, value in values.items():
            setattr(kept, name, value)
        kept.recorded_by_id = by
        kept.save()
        new, corrected = new + (before is None), corrected + (before is not None)
    if new or corrected or taken_back:
        mark(name="check_ins")
    return KeptCheckIns(new=new, corrected=corrected, taken_back=taken_back, same=same)


def _columns(row: CheckInInput) -> dict[str, object]:
    return {
        "planned_dosage": row.planned,
        "delivered_dosage": row.delivered,
        "students_assigned": row.assigned,
        "students_reached": row.reached,
        "note": row.note.strip(),
    }
