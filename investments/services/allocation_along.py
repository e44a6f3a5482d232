"""Allocations of a budget that is undone: moved to the one that counts again, and taken back there; one transaction each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from districts.pipeline.marks import mark
from districts.tenancy import current_district_id, current_scope, district_scope
from investments.models import Allocation
from investments.selectors.allocation_along import find_came_along
from investments.selectors.allocation_changes import ALONG_CAUSE, amount_of
from investments.services.allocation_carry import Moved
from investments.services.allocations import lock_budget

CAUSE_LENGTH = 200


@transaction.atomic
def take_allocations_along(*, moves: Mapping[UUID, UUID]) -> Moved:
    """Move every allocation of budget filings (from, to), archived initiatives' too.

    The amount that comes along replaces the one its cell holds there; other cells stay as they are.
    Every row is audited, and `take_along_back` reverses it. Idempotent. Raises NotThere.
    """
    moved: list[Decimal] = []
    with _along_cause():
        for from_id, to_id in moves.items():
            moved += _move(from_id=from_id, to_id=to_id)
    if moved:
        mark(name="allocations")
    return Moved(count=len(moved), amount=sum(moved, Decimal(0)))


@transaction.atomic
def take_along_back(*, filing_id: UUID) -> Moved:
    """Give each cell that came along to this budget, and was not changed since, what it held before.

    Each stays in the audit. Idempotent. Raises NotThere.
    """
    budget = lock_budget(filing_id=filing_id)
    came = find_came_along(filing_id=budget.pk)
    gone = [pk for pk, before in came.before.items() if before is None]
    Allocation.objects.filter(filing=budget, pk__in=gone).delete()
    for pk, before in came.before.items():
        if before is not None:
            held = Allocation.objects.get(filing=budget, pk=pk)
            held.amount, held.note = amount_of(before) or Decimal(0), str(before.get("note", ""))
            held.save()
    if came.before:
        mark(name="allocations")
    return Moved(count=len(came.before), amount=came.amount)


def _move(*, from_id: UUID, to_id: UUID) -> list[Decimal]:
    old, new = lock_budget(filing_id=from_id), lock_budget(filing_id=to_id)
    held = {(one.initiative_id, one.funding_source_id): one for one in Allocation.objects.filter(filing=new)}
    coming = list(Allocation.objects.filter(filing=old))
    fresh = []
    for one in coming:
        there = held.get((one.initiative_id, one.funding_source_id))
        if there is None:
            fresh.append(
                Allocation(
                    filing=new,
                    initiative_id=one.initiative_id,
                    funding_source_id=one.funding_source_id,
                    amount=one.amount,
                    note=one.note,
                )
            )
        elif (there.amount, there.note) != (one.amount, one.note):
            there.amount, there.note = one.amount, one.note
            there.save()
    Allocation.objects.bulk_create(fresh)
    Allocation.objects.filter(filing=old).delete()
    return [one.amount for one in coming]


@contextmanager
def _along_cause() -> Iterator[None]:
    """Have the audit say of every row why it was written."""
    scope = current_scope()
    outer = scope.cause if scope else ""
    with district_scope(current_district_id(), cause=outer[: CAUSE_LENGTH - len(ALONG_CAUSE)] + ALONG_CAUSE):
        yield
