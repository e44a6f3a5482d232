"""The allocation grid: initiatives by funding sources of one budget, and what is left; must not write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, Sum
from psycopg import sql

from districts.models import Filing
from investments.models import Allocation, AmountKind
from investments.recompute import LEDGER_FAMILY
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
    is_archived: bool = False


@dataclass(frozen=True, kw_only=True)
class AllocationGrid:
    """Allocations of one budget filing. filing is None where the district has no budget.

    filings: the current budgets, and those replaced since that still hold allocations.
    """

    filing: FilingName | None
    filings: tuple[FilingName, ...]
    sources: tuple[SourceBalance, ...]
    rows: tuple[AllocationRow, ...]


def get_allocation_grid(*, filing_id: UUID | None = None) -> AllocationGrid:
    """Return the grid of one budget filing, by default the newest fiscal year's. Eight queries.

    Sources are those the budget spends from or that hold an allocation, by code; initiatives are
    those not archived, by name, and the archived ones that hold an allocation here, so that columns
    add up. An id that is neither a current budget nor holds allocations gives a grid without a filing.
    """
    current = list_filings(kinds=[AmountKind.BUDGET])
    default = current[-1] if current else None
    filings = (*list_replaced_budgets(), *current)
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
    budgets = _budgets(filing_ids=[filing.id], segment=segment)
    codes = sorted(budgets.keys() | {code for _, code in given})
    titles = find_code_titles(codes=codes, segment=segment)
    holders = {initiative_id for initiative_id, _ in given}
    initiatives = (
        Initiative.objects.filter(Q(archived_at=None) | Q(pk__in=holders))
        .order_by(F("archived_at").asc(nulls_first=True), "name")
        .values_list("pk", "name", "archived_at")
    )
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
        rows=tuple(
            _row(initiative_id=pk, name=name, codes=codes, given=given, is_archived=archived_at is not None)
            for pk, name, archived_at in initiatives
        ),
    )


def list_replaced_budgets() -> tuple[FilingName, ...]:
    """List the budget filings that a newer one has replaced and that still hold allocations. One query."""
    rows = (
        Filing.objects.filter(
            Exists(Allocation.objects.filter(filing=OuterRef("pk"))),
            family=LEDGER_FAMILY,
            subject=AmountKind.BUDGET,
            is_current=False,
        )
        .select_related("upload")
        .order_by("fiscal_year", "ledger", "filed_at", "created_at", "id")
    )
    return tuple(
        FilingName(
            id=row.pk,
            upload_id=row.upload_id,
            filename=row.upload.filename,
            fiscal_year=row.fiscal_year,
            kind=row.subject,
            ledger=row.ledger,
            period=row.period,
            filed_at=row.filed_at,
            is_current=False,
        )
        for row in rows
    )


def get_source_balance(*, filing_id: UUID, source: str) -> SourceBalance:
    """Return what is left of one source in a budget filing. Five queries."""
    segment = get_funding_segment()
    budgets = _budgets(filing_ids=[filing_id], segment=segment, source=source)
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
WHERE e.filing_id = ANY(%s) AND {spending} AND (%s OR {source} = %s)
GROUP BY {source}
"""


def list_source_budgets(*, filing_ids: Sequence[UUID]) -> dict[str, Decimal]:
    """Return what budget filings spend together by funding source. Three queries."""
    return _budgets(filing_ids=filing_ids, segment=get_funding_segment())


def _budgets(*, filing_ids: Sequence[UUID], segment: str, source: str | None = None) -> dict[str, Decimal]:
    """Spending of budget filings by funding source, or of one source."""
    spending, values = in_scope(scope="spending")
    column = column_of(segment=segment)
    query = sql.SQL(_BUDGETS).format(source=column, spending=spending)
    with connection.cursor() as cursor:
        cursor.execute(query, [list(filing_ids), *values, source is None, source or ""])
        return {code: exact(amount) for code, amount in cursor.fetchall()}


def _row(
    *,
    initiative_id: UUID,
    name: str,
    codes: list[str],
    given: dict[tuple[UUID, str], tuple[Decimal, str]],
    is_archived: bool,
) -> AllocationRow:
    cells = []
    for code in codes:
        amount, note = given.get((initiative_id, code), (None, ""))
        cells.append(AllocationCell(source=code, amount=amount, note=note))
    total = sum((cell.amount for cell in cells if cell.amount is not None), Decimal(0))
    return AllocationRow(
        initiative_id=initiative_id, name=name, cells=tuple(cells), total=total, is_archived=is_archived
    )
