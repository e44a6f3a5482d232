"""Allocations of a budget that is undone: what there is, and what came along to the one that counts again; must not write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, Sum

from districts import formatting
from districts.models import AuditEvent
from investments.models import Allocation
from investments.selectors.allocation_changes import ALONG_CAUSE, TABLE, amount_of


@dataclass(frozen=True, kw_only=True)
class GivenOut:
    """What one budget filing gives out."""

    filing_id: UUID
    fiscal_year: int
    ledger: str
    count: int
    amount: Decimal
    changed_at: datetime

    @property
    def words(self) -> str:
        """Name the budget, how many allocations it has and their dollars."""
        ledger = "" if self.ledger == "main" else f" {self.ledger}"
        noun = "allocation" if self.count == 1 else "allocations"
        dollars = formatting.dollars_exact(self.amount)
        return f"{formatting.fiscal_year(self.fiscal_year)} budget{ledger}: {self.count:,} {noun}, {dollars} in all"

    @property
    def stamp(self) -> str:
        """What changes when anything of it does."""
        return f"{self.count}/{self.amount:.2f}/{self.changed_at:%Y%m%d%H%M%S%f}"


@dataclass(frozen=True, kw_only=True)
class CameAlong:
    """Allocations that came along from an undone budget and stand as they came.

    before: by allocation, the row as it was, None where there was none. amount: what they hold now.
    """

    before: dict[UUID, dict[str, Any] | None]
    amount: Decimal
    changed: int


def list_given(*, filing_ids: Sequence[UUID]) -> tuple[GivenOut, ...]:
    """List what budget filings give out, those that give anything. One query."""
    rows = (
        Allocation.objects.filter(filing_id__in=filing_ids)
        .values("filing_id", year=F("filing__fiscal_year"), ledger=F("filing__ledger"))
        .annotate(count=Count("pk"), total=Sum("amount"), changed_at=Max("updated_at"))
        .order_by("year", "ledger")
    )
    return tuple(
        GivenOut(
            filing_id=row["filing_id"],
            fiscal_year=row["year"],
            ledger=row["ledger"],
            count=row["count"],
            amount=row["total"],
            changed_at=row["changed_at"],
        )
        for row in rows
    )


def find_came_along(*, filing_id: UUID) -> CameAlong:
    """Find what came along to this budget and stands as it came. Two queries."""
    events = AuditEvent.objects.filter(
        table_name=TABLE,
        action__in=(AuditEvent.Action.INSERT, AuditEvent.Action.UPDATE),
        cause__endswith=ALONG_CAUSE,
        after__filing_id=str(filing_id),
    ).order_by("id")
    newest = {UUID(event.row_id): event for event in events}
    before: dict[UUID, dict[str, Any] | None] = {}
    amount, changed = Decimal(0), 0
    rows = Allocation.objects.filter(pk__in=newest).values_list("pk", "amount", "note") if newest else ()
    for pk, held, note in rows:
        event = newest[pk]
        if (held, note) == _state(event.after):
            before[pk] = event.before
            amount += held
        elif (held, note) != _state(event.before):
            changed += 1
    return CameAlong(before=before, amount=amount, changed=changed)


def _state(row: dict[str, Any] | None) -> tuple[Decimal | None, str]:
    return (amount_of(row), str((row or {}).get("note", "")))
