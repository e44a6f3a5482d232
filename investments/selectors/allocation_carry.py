"""Allocations left with a budget that has been filed again, and what carrying them over would do; must not write."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from districts.models import AuditEvent
from investments.models import Allocation
from investments.selectors.allocation_changes import CARRY_CAUSE, TABLE, amount_of
from investments.selectors.allocations import list_replaced_budgets, list_source_budgets
from investments.selectors.codes import find_code_titles
from investments.selectors.ledger import FilingName


@dataclass(frozen=True, kw_only=True)
class CarriedSource:
    """One funding source: given out of the earlier filing, here, and here once carried over."""

    source: str
    title: str
    earlier: Decimal
    here: Decimal
    to_copy: Decimal
    budget: Decimal

    @property
    def remaining(self) -> Decimal:
        """What of this budget would be left of the source."""
        return self.budget - self.here - self.to_copy


@dataclass(frozen=True, kw_only=True)
class EarlierAllocations:
    """Allocations on the newest replaced filing of the same year that holds any.

    to_copy: those no allocation stands for here yet, of initiatives in use. archived: dollars of
    archived initiatives, which are not carried over.
    """

    filing: FilingName
    count: int
    amount: Decimal
    to_copy: int
    archived: Decimal
    sources: tuple[CarriedSource, ...]


@dataclass(frozen=True, kw_only=True)
class CarriedOver:
    """Allocations that were carried over: those that stand as they came, and how many were changed since."""

    ids: tuple[UUID, ...]
    amount: Decimal
    changed: int


def find_earlier_allocations(*, filing: FilingName) -> EarlierAllocations | None:
    """Find what an earlier filing of this budget holds; None where there is nothing. Seven queries at most."""
    if not filing.is_current:
        return None
    slice_key = (filing.fiscal_year, filing.ledger)
    found = [one for one in list_replaced_budgets() if (one.fiscal_year, one.ledger) == slice_key]
    if not found:
        return None
    earlier = found[-1]
    theirs, ours = _amounts(filing_id=earlier.id), _amounts(filing_id=filing.id)
    budgets = list_source_budgets(filing_ids=[filing.id])
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    to_copy, archived = 0, Decimal(0)
    for key, (amount, is_archived) in theirs.items():
        sums[key[1]][0] += amount
        if is_archived:
            archived += amount
        elif key not in ours:
            sums[key[1]][2] += amount
            to_copy += 1
    for (_, source), (amount, _) in ours.items():
        sums[source][1] += amount
    titles = find_code_titles(codes=list(sums))
    return EarlierAllocations(
        filing=earlier,
        count=len(theirs),
        amount=sum((amount for amount, _ in theirs.values()), Decimal(0)),
        to_copy=to_copy,
        archived=archived,
        sources=tuple(
            CarriedSource(
                source=source,
                title=titles.get(source, ""),
                earlier=before,
                here=here,
                to_copy=copied,
                budget=budgets.get(source, Decimal(0)),
            )
            for source, (before, here, copied) in sorted(sums.items())
        ),
    )


def find_carried_over(*, filing_id: UUID) -> CarriedOver:
    """Find the allocations that were carried over to this budget and stand as they came. Two queries."""
    events = AuditEvent.objects.filter(
        table_name=TABLE,
        action=AuditEvent.Action.INSERT,
        cause__endswith=CARRY_CAUSE,
        after__filing_id=str(filing_id),
    )
    came = {UUID(row_id): after or {} for row_id, after in events.values_list("row_id", "after")}
    kept, amount, changed = [], Decimal(0), 0
    rows = Allocation.objects.filter(filing_id=filing_id).values_list("pk", "amount", "note") if came else ()
    for pk, held, note in rows:
        if pk not in came:
            continue
        if (held, note) == (amount_of(came[pk]), came[pk].get("note", "")):
            kept.append(pk)
            amount += held
        else:
            changed += 1
    return CarriedOver(ids=tuple(kept), amount=amount, changed=changed)


def _amounts(*, filing_id: UUID) -> dict[tuple[UUID, str], tuple[Decimal, bool]]:
    """By initiative and source: the amount, and whether the initiative is archived."""
    rows = Allocation.objects.filter(filing_id=filing_id).values_list(
        "initiative_id", "funding_source__code", "amount", "initiative__archived_at"
    )
    return {(pk, code): (amount, archived_at is not None) for pk, code, amount, archived_at in rows}
