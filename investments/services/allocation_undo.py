"""Undo one's own last change of an allocation: put back what the audit says was there before."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from investments.models import Allocation
from investments.selectors.allocation_changes import AllocationChange, find_last_change
from investments.services.allocations import AllocationRefused, SavedAllocation, save_allocation
from investments.services.refused import NotThere


@transaction.atomic
def undo_last_allocation(
    *, filing_id: UUID, event_id: int, by: int | None
) -> tuple[AllocationChange, SavedAllocation]:
    """Give the cell a person changed last the amount it had before; the undo is itself a change.

    Raises NotThere when `event_id` is not their last change any more, AllocationRefused when somebody
    has changed the cell since.
    """
    change = find_last_change(filing_id=filing_id, by=by)
    if change is None or change.event_id != event_id:
        raise NotThere("This change is not your last one any more.")
    held = Allocation.objects.filter(
        filing_id=filing_id,
        initiative_id=change.initiative_id,
        funding_source__code=change.source,
    ).first()
    if (None if held is None else held.amount) != change.after:
        raise AllocationRefused({"amount": "Somebody has changed this allocation since. Nothing is undone."})
    saved = save_allocation(
        filing_id=filing_id,
        initiative_id=change.initiative_id,
        source=change.source,
        amount=change.before,
        note=change.note,
    )
    return change, saved
