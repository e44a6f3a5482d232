"""The ledger rows behind a figure, with their file and row number; must not write.

A figure of an initiative or a band is shared out again over one year's filings, so its rows are
those it was made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import sql

from investments.calc.coding import Coding, code_ledger
from investments.calc.drill_down import counted_accounts
from investments.calc.sharing import FULL_SHARE, from_micro
from investments.recompute import LoadedLedger, list_current_filings, load_ledger, load_rules
from investments.segments import SEGMENTS
from investments.selectors.codes import get_funding_segment
from investments.selectors.ledger import FilingName, exact, list_filings

PAGE_SIZE = 100


@dataclass(frozen=True, kw_only=True)
class LedgerRow:
    """One row of a file: its account, amount, and the share of it that the figure counts."""

    row_number: int
    filing_id: UUID
    filename: str
    account: tuple[tuple[str, str], ...]
    amount: Decimal
    share: Decimal


@dataclass(frozen=True, kw_only=True)
class LedgerRows:
    """The rows behind a figure, a page at a time. counted: exactly the figure; rows: how many there are."""

    rows: tuple[LedgerRow, ...]
    row_count: int
    counted: Decimal
    filings: tuple[FilingName, ...]


def list_counted_rows(
    *,
    fiscal_year: int,
    kind: str,
    initiative_id: UUID | None = None,
    band: str = "",
    source: str = "",
    page: int = 1,
    page_size: int = PAGE_SIZE,
) -> LedgerRows:
    """List the ledger rows behind a figure: an initiative's, a band's (`core`, `not_split`) or `uncoded`.

    source: narrows to one funding source's code. Rows largest first, each with its file and row
    number; `counted` is the figure itself, exact. Seven queries.
    """
    loaded, coding = code_slice(fiscal_year=fiscal_year, kind=kind)
    found = counted_accounts(
        coding=coding,
        owner=None if initiative_id is None else str(initiative_id),
        band=band,
        segment=get_funding_segment() if source else "",
        code=source,
    )
    filings = list_filings(fiscal_years=[fiscal_year], kinds=[kind])
    share_of = {int(loaded.account_ids[place]): share for place, share in found.shares.items()}
    rows, row_count, _ = _rows(
        filings=filings,
        condition=sql.SQL("e.account_id = ANY(%s)"),
        values=[list(share_of)],
        page=page,
        page_size=page_size,
    )
    files = {one.id: one.filename for one in filings}
    return LedgerRows(
        rows=tuple(_ledger_row(row=row, share=share_of[row[3]], files=files) for row in rows),
        row_count=row_count,
        counted=from_micro(amount=found.counted),
        filings=filings,
    )


def code_slice(*, fiscal_year: int, kind: str) -> tuple[LoadedLedger, Coding]:
    """Share out one fiscal year and kind by the rules in force. Five queries."""
    loaded = load_ledger(
        filings=list_current_filings(fiscal_year=fiscal_year, kind=kind), segments=set(SEGMENTS)
    )
    return loaded, code_ledger(rules=load_rules(), ledger=loaded.ledger, is_strict=False)


_ROWS = """
SELECT e.row_number, e.filing_id, e.amount, e.account_id, a.fund, a.resource, a.project_year, a.goal,
       a.function, a.object, a.location, a.program, a.local_1, a.local_2, a.local_3, a.local_4,
       count(*) OVER (), sum(e.amount) OVER ()
FROM investments_ledgerentry e
JOIN investments_account a ON a.district_id = e.district_id AND a.id = e.account_id
WHERE e.filing_id = ANY(%s) AND {condition}
ORDER BY abs(e.amount) DESC, e.filing_id, e.row_number
LIMIT %s OFFSET %s
"""


def _rows(
    *,
    filings: Sequence[FilingName],
    condition: sql.Composable,
    values: Sequence[Any],
    page: int,
    page_size: int = PAGE_SIZE,
) -> tuple[list[tuple[Any, ...]], int, Decimal]:
    start = (max(page, 1) - 1) * page_size
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(_ROWS).format(condition=condition),
            [[one.id for one in filings], *values, page_size, start],
        )
        rows = list(cursor.fetchall())
    return rows, int(rows[0][-2]) if rows else 0, rows[0][-1] if rows else Decimal(0)


def _ledger_row(*, row: tuple[Any, ...], share: int, files: dict[UUID, str]) -> LedgerRow:
    row_number, filing_id, amount, _, *codes, _, _ = row
    return LedgerRow(
        row_number=row_number,
        filing_id=filing_id,
        filename=files[filing_id],
        account=tuple((name, code) for name, code in zip(SEGMENTS, codes, strict=True) if code),
        amount=exact(amount),
        share=Decimal(share) / FULL_SHARE,
    )
