"""The last change a person made to the allocations of a budget, from the audit; must not write."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from districts.models import AuditEvent
from investments.models import FundingSource
from investments.selectors.initiatives import find_initiative_name

TABLE = "investments_allocation"
LOOKED_AT = 200
CARRY_CAUSE = "/budget/allocations/carry/"
"""How the cause of every row that a carry-over writes ends: the address that was asked."""
ALONG_CAUSE = " (allocations taken along)"
"""How the cause of every row ends that an undone budget's allocations write on the one that counts again."""

UNDO_CAUSE = "/budget/allocations/undo/"
"""How the cause of a row ends that takes one change back."""
WHOLE_CAUSES = (
    CARRY_CAUSE,
    ALONG_CAUSE,
    "/budget/allocations/carry/back/",
    "/budget/allocations/along/back/",
    "/budget/allocations/clear/",
)
"""How the causes end of what changes many cells at once."""


@dataclass(frozen=True, kw_only=True)
class AllocationChange:
    """One cell's change: what it was and what it became; None is an empty cell."""

    event_id: int
    filing_id: UUID
    initiative_id: UUID
    initiative_name: str
    source: str
    before: Decimal | None
    after: Decimal | None
    note: str


def find_last_change(*, filing_id: UUID, by: int | None) -> AllocationChange | None:
    """Return the newest change of an amount by this person in this budget; None after a carry-over and its like. Three queries.

    A change that was undone, and its undo, count no more, so that undoing again goes one further back.
    What changed many cells at once is taken back as a whole, never cell by cell.
    """
    events = AuditEvent.objects.filter(
        Q(after__filing_id=str(filing_id)) | Q(before__filing_id=str(filing_id)),
        table_name=TABLE,
        actor_id=by,
    ).order_by("-id")[:LOOKED_AT]
    undone = 0
    for event in events:
        if event.cause.endswith(WHOLE_CAUSES):
            return None
        if amount_of(event.before) == amount_of(event.after):
            continue
        if event.cause.endswith(UNDO_CAUSE):
            undone += 1
        elif undone:
            undone -= 1
        else:
            return _change(event=event)
    return None


def amount_of(row: dict[str, Any] | None) -> Decimal | None:
    """Read the amount of an audited row; None where there was no row."""
    return None if row is None else Decimal(str(row["amount"]))


def _change(*, event: AuditEvent) -> AllocationChange | None:
    row = event.after or event.before or {}
    source = (
        FundingSource.objects.filter(pk=row.get("funding_source_id")).values_list("code", flat=True).first()
    )
    initiative_id = UUID(str(row["initiative_id"]))
    name = find_initiative_name(initiative_id=initiative_id)
    if source is None or name is None:
        return None
    return AllocationChange(
        event_id=event.pk,
        filing_id=UUID(str(row["filing_id"])),
        initiative_id=initiative_id,
        initiative_name=name,
        source=source,
        before=amount_of(event.before),
        after=amount_of(event.after),
        note=str((event.before or {}).get("note", "")),
    )
