"""Dollars moved between allocations of one budget filing, as one step; must not know why they are moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from districts import formatting
from districts.models import Filing
from districts.pipeline.marks import mark
from investments.models import Allocation, FundingSource
from investments.selectors.allocations import list_source_budgets
from investments.selectors.codes import find_code_titles
from investments.services.allocations import LARGEST, AllocationRefused, lock_budget
from strategy.models import Initiative

CENT = Decimal("0.01")
Cell = tuple[UUID, str]


@dataclass(frozen=True, kw_only=True)
class Move:
    """Dollars of one funding source from an initiative to another; None is money nobody is given."""

    source: str
    amount: Decimal
    from_id: UUID | None = None
    to_id: UUID | None = None

    def reversed(self) -> Move:
        """Return the move that takes this one back."""
        return Move(source=self.source, amount=self.amount, from_id=self.to_id, to_id=self.from_id)


@transaction.atomic
def move_allocations(
    *, filing_id: UUID, moves: Sequence[Move], is_return: bool = False
) -> dict[str, FundingSource]:
    """Apply moves to the allocations of a budget filing; return the funding sources by code.

    What an initiative holds before is the most that all moves together may take from it; what the budget
    has left of a source is the most that may come from nobody. is_return: the moves take earlier ones
    back, so they may go to an archived initiative, to an older filing, and over what is left. Raises
    NotThere, and AllocationRefused with an error for each wrong move by its place (`"0"`). Locks the filing.
    """
    filing = lock_budget(filing_id=filing_id)
    if not moves:
        return {}
    if not (filing.is_current or is_return):
        raise AllocationRefused(
            {"filing": "This budget has been filed again. Move dollars in the newer one."}
        )
    held = _held(filing)
    errors = _list_errors(filing=filing, moves=moves, held=held, is_return=is_return)
    if errors:
        raise AllocationRefused(errors)
    sources = {one.source: _source(one.source) for one in moves}
    for cell, change in _changes(moves).items():
        _write(filing=filing, cell=cell, amount=held.get(cell, Decimal(0)) + change, sources=sources)
    mark(name="allocations")
    return sources


def holds_enough(*, filing_id: UUID, moves: Sequence[Move]) -> bool:
    """Say whether the initiatives of a filing hold what the moves take from them. One query."""
    held = _held(Filing.objects.get(pk=filing_id))
    return all(held.get(cell, Decimal(0)) >= taken for cell, taken in _taken(moves).items())


def _held(filing: Filing) -> dict[Cell, Decimal]:
    rows = Allocation.objects.filter(filing=filing)
    return {
        (initiative_id, code): amount
        for initiative_id, code, amount in rows.values_list("initiative_id", "funding_source__code", "amount")
    }


def _list_errors(
    *, filing: Filing, moves: Sequence[Move], held: Mapping[Cell, Decimal], is_return: bool
) -> dict[str, str]:
    ids = {one for move in moves for one in (move.from_id, move.to_id) if one}
    names = dict(Initiative.objects.filter(pk__in=ids).values_list("pk", "name"))
    closed = set(
        Initiative.objects.filter(pk__in=ids, archived_at__isnull=False).values_list("pk", flat=True)
    )
    taken, left = _taken(moves), _left(filing=filing, moves=moves, held=held)
    errors: dict[str, str] = {}
    for n, move in enumerate(moves):
        message = _own_error(move, names=names)
        if not message and move.to_id in closed and not is_return:
            message = f"{names[move.to_id]} is archived: it is given nothing." if move.to_id else ""
        if not message and move.from_id:
            cell = (move.from_id, move.source)
            message = _too_much(
                name=names[move.from_id],
                source=move.source,
                wanted=taken[cell],
                there=held.get(cell, Decimal(0)),
            )
        elif not message and not is_return and left[move.source] < 0:
            short = formatting.dollars_exact(-left[move.source])
            message = f"That is {short} more than this budget has left of {move.source}."
        if message:
            errors[str(n)] = message
    return errors


def _own_error(move: Move, *, names: Mapping[UUID, str]) -> str:
    amount = move.amount
    if not amount.is_finite() or amount <= 0 or amount != amount.quantize(CENT) or amount > LARGEST:
        return "Give an amount over zero in dollars and cents, such as 125000.00."
    if move.from_id == move.to_id:
        return "Choose where the dollars come from and another place to which they go."
    if any(one and one not in names for one in (move.from_id, move.to_id)):
        return "Choose initiatives of this district."
    return "" if move.source else "Choose the funding source."


def _too_much(*, name: str, source: str, wanted: Decimal, there: Decimal) -> str:
    if wanted <= there:
        return ""
    if not there:
        return f"{name} holds nothing of {source} in this budget."
    has, asked = formatting.dollars_exact(there), formatting.dollars_exact(wanted)
    return f"{name} holds {has} of {source} in this budget; {asked} cannot be taken from it."


def _left(*, filing: Filing, moves: Sequence[Move], held: Mapping[Cell, Decimal]) -> dict[str, Decimal]:
    """What a budget has left of each source once the moves are made, where they draw on what is left."""
    drawing = {one.source for one in moves if one.from_id is None}
    budgets = list_source_budgets(filing_ids=[filing.pk]) if drawing else {}
    left: dict[str, Decimal] = {}
    for source in drawing:
        given = sum((amount for (_, of), amount in held.items() if of == source), Decimal(0))
        change = sum((amount for (_, of), amount in _changes(moves).items() if of == source), Decimal(0))
        remaining = budgets.get(source, Decimal(0)) - given
        # A source that is given out beyond its budget already does not forbid a move that frees dollars.
        left[source] = remaining - change if change > 0 else Decimal(0)
    return left


def _taken(moves: Sequence[Move]) -> dict[Cell, Decimal]:
    taken: dict[Cell, Decimal] = defaultdict(Decimal)
    for move in moves:
        if move.from_id:
            taken[(move.from_id, move.source)] += move.amount
    return taken


def _changes(moves: Sequence[Move]) -> dict[Cell, Decimal]:
    changes: dict[Cell, Decimal] = defaultdict(Decimal)
    for move in moves:
        if move.from_id:
            changes[(move.from_id, move.source)] -= move.amount
        if move.to_id:
            changes[(move.to_id, move.source)] += move.amount
    return {cell: change for cell, change in changes.items() if change}


def _source(code: str) -> FundingSource:
    known: FundingSource | None = FundingSource.objects.filter(code=code).first()
    if known is not None:
        return known
    made: FundingSource = FundingSource.objects.create(
        code=code, title=find_code_titles(codes=[code]).get(code, "")
    )
    return made


def _write(*, filing: Filing, cell: Cell, amount: Decimal, sources: Mapping[str, FundingSource]) -> None:
    initiative_id, code = cell
    row = Allocation.objects.filter(
        filing=filing, initiative_id=initiative_id, funding_source=sources[code]
    ).first()
    if row is None:
        Allocation.objects.create(
            filing=filing, initiative_id=initiative_id, funding_source=sources[code], amount=amount
        )
    elif amount:
        row.amount = amount
        row.save(update_fields=["amount", "updated_at"])
    else:
        row.delete()
