"""Allocations of a budget as a whole: carried over to the filing that replaced it, or taken away; one transaction each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from districts.models import Filing
from districts.pipeline.marks import mark
from investments.models import Allocation
from investments.selectors.allocation_carry import find_carried_over
from investments.services.allocations import AllocationRefused, lock_budget


@dataclass(frozen=True, kw_only=True)
class Moved:
    """How many allocations were written or taken away, and their dollars."""

    count: int
    amount: Decimal

    @property
    def words(self) -> str:
        """Both in one line, to tell whether anything has changed."""
        return f"{self.count} {self.amount:.2f}"


@transaction.atomic
def carry_over_allocations(*, filing_id: UUID, from_filing_id: UUID) -> Moved:
    """Copy the allocations of a replaced budget filing to the current one of the same fiscal year.

    A cell that holds an amount already stays as it is; archived initiatives are left out; the earlier
    allocations stay with their filing. Every copy is audited. Idempotent. Raises NotThere, and
    AllocationRefused when the two are not one budget filed again.
    """
    budget, earlier = lock_budget(filing_id=filing_id), lock_budget(filing_id=from_filing_id)
    if not budget.is_current or earlier.is_current or _slice(budget) != _slice(earlier):
        raise AllocationRefused(
            {
                "filing": "Allocations are carried over from an earlier filing of the same budget to the current one."
            }
        )
    held = set(Allocation.objects.filter(filing=budget).values_list("initiative_id", "funding_source_id"))
    copies = [
        Allocation(
            filing=budget,
            initiative_id=one.initiative_id,
            funding_source_id=one.funding_source_id,
            amount=one.amount,
            note=one.note,
        )
        for one in Allocation.objects.filter(filing=earlier, initiative__archived_at=None)
        if (one.initiative_id, one.funding_source_id) not in held
    ]
    if copies:
        Allocation.objects.bulk_create(copies)
        mark(name="allocations")
    return Moved(count=len(copies), amount=sum((one.amount for one in copies), Decimal(0)))


@transaction.atomic
def take_carry_over_back(*, filing_id: UUID) -> Moved:
    """Take every allocation away that was carried over to this budget and has not been changed since.

    Each stays in the audit; carrying over again brings them back. Idempotent. Raises NotThere.
    """
    budget = lock_budget(filing_id=filing_id)
    carried = find_carried_over(filing_id=budget.pk)
    if carried.ids:
        Allocation.objects.filter(filing=budget, pk__in=carried.ids).delete()
        mark(name="allocations")
    return Moved(count=len(carried.ids), amount=carried.amount)


@transaction.atomic
def clear_allocations(*, filing_id: UUID, seen: str) -> Moved:
    """Take every allocation of a budget filing away, so that its upload can be undone.

    seen: how many and how much the person saw, as `Moved.words`. Each stays in the audit with its
    amount. Raises NotThere, and AllocationRefused when others stand there now.
    """
    budget = lock_budget(filing_id=filing_id)
    rows = Allocation.objects.filter(filing=budget)
    amounts = list(rows.values_list("amount", flat=True))
    held = Moved(count=len(amounts), amount=sum(amounts, Decimal(0)))
    if seen != held.words:
        raise AllocationRefused(
            {
                "filing": "The allocations have changed since you opened the page. Nothing is taken away: look again."
            }
        )
    if amounts:
        rows.delete()
        mark(name="allocations")
    return held


def _slice(filing: Filing) -> tuple[str, int, str]:
    return (filing.subject, filing.fiscal_year, filing.ledger)
