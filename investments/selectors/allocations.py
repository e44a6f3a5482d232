"""The allocation grid: initiatives by funding sources of one budget, and what is left; must not write."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import Sum
from psycopg import sql

from investments.models import Allocation, AmountKind
from investments.selectors.codes import find_code_titles, get_funding_segment
from investments.selectors.filters import column_of
from investments.selectors.ledger import FilingName, exact, list_filings
from investments.selectors.scopes import in_scope
from strategy.models import Initiative


@dataclass(frozen=True, kw_only=True)
class SourceBalance:
    """What a budget filing spends from a source, what of it is allocated, and what is left."""

    source: str
    title: str
    budget: Decimal
    allocated: Decimal
    is_in_budget: bool

    @property
    def remaining(self) -> Decimal:
        """May be negative: it is saved, with a warning."""
        return self.budget - self.allocated


@dataclass(frozen=True, kw_only=True)
class AllocationCell:
    """One allocation; amount None where nothing is given."""

    source: str
    amount: Decimal | None
    note: str


@dataclass(frozen=True, kw_only=True)
class AllocationRow:
    """One initiative's allocations, one a source, in the order of the grid's sources."""

    initiative_id: UUID
    name: str
    cells: tuple[AllocationCell, ...]
    total: Decimal


@dataclass(frozen=True, kw_only=True)
class AllocationGrid:
    """Allocations of one budget filing. filing is None where the district has no budget."""

    filing: FilingName | None
    filings: tuple[FilingName, ...]
    sources: tuple[SourceBalance, ...]
    rows: tuple[AllocationRow, ...]


def get_allocation_grid(*, filing_id: UUID | None = None) -> AllocationGrid:
    """Return the grid of one current budget filing, by default the newest fiscal year's. Seven queries.

    Sources are those the budget spends from or that hold an allocation, by code; initiatives are
    those not archived, by name. An id that is no current budget gives a grid without a filing.
    """
    filings = list_filings(kinds=[AmountKind.BUDGET])
    default = filings[-1] if filings else None
    filing = next((one for one in filings if one.id == filing_id), default if filing_id is None else None)
    if filing is None:
        return AllocationGrid(filing=None, filings=filings, sources=(), rows=())
    given = {
        (initiative_id, code): (amount, note)
        for initiative_id, code, amount, note in Allocation.objects.filter(filing_id=filing.id).values_list(
            "initiative_id", "funding_source__code", "amount", "note"
        )
    }
    segment = get_funding_segment()
    budgets = _budgets(filing_id=filing.id, segment=segment)
    codes = sorted(budgets.keys() | {code for _, code in given})
    titles = find_code_titles(codes=codes, segment=segment)
    initiatives = Initiative.objects.filter(archived_at=None).order_by("name").values_list("pk", "name")
    return AllocationGrid(
        filing=filing,
        filings=filings,
        sources=tuple(
            SourceBalance(
                source=code,
                title=titles.get(code, ""),
                budget=budgets.get(code, Decimal(0)),
                allocated=sum((amount for (_, of), (amount, _) in given.items() if of == code), Decimal(0)),
                is_in_budget=code in budgets,
            )
            for code in codes
        ),
        rows=tuple(_row(initiative_id=pk, name=name, codes=codes, given=given) for pk, name in initiatives),
    )


def get_source_balance(*, filing_id: UUID, source: str) -> SourceBalance:
    """Return what is left of one source in a budget filing. Five queries."""
    segment = get_funding_segment()
    budgets = _budgets(filing_id=filing_id, segment=segment, source=source)
    allocated = Allocation.objects.filter(filing_id=filing_id, funding_source__code=source).aggregate(
        total=Sum("amount")
    )["total"]
    return SourceBalance(
        source=source,
        title=find_code_titles(codes=[source], segment=segment).get(source, ""),
        budget=budgets.get(source, Decimal(0)),
        allocated=allocated or Decimal(0),
        is_in_budget=source in budgets,
    )


_BUDGETS = """
SELECT {source}, sum(e.amount)
FROM investments_ledgerentry e
JOIN investments_account a ON a.district_id = e.district_id AND a.id = e.account_id
WHERE e.filing_id = %s AND {spending} AND (%s OR {source} = %s)
GROUP BY {source}
"""


def _budgets(*, filing_id: UUID, segment: str, source: str | None = None) -> dict[str, Decimal]:
    """Spending of a budget filing by funding source, or of one source."""
    spending, values = in_scope(scope="spending")
    column = column_of(segment=segment)
    query = sql.SQL(_BUDGETS).format(source=column, spending=spending)
    with connection.cursor() as cursor:
        cursor.execute(query, [filing_id, *values, source is None, source or ""])
        return {code: exact(amount) for code, amount in cursor.fetchall()}


def _row(
    *, initiative_id: UUID, name: str, codes: list[str], given: dict[tuple[UUID, str], tuple[Decimal, str]]
) -> AllocationRow:
    cells = []
    for code in codes:
        amount, note = given.get((initiative_id, code), (None, ""))
        cells.append(AllocationCell(source=code, amount=amount, note=note))
    total = sum((cell.amount for cell in cells if cell.amount is not None), Decimal(0))
    return AllocationRow(initiative_id=initiative_id, name=name, cells=tuple(cells), total=total)
