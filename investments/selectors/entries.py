"""Ledger rows as filed, down to the file and the row number, and every filing with who handed it in.

Must not write, nor read coding rules.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.aggregates import BoolOr
from django.db import connection
from django.db.models import Q
from psycopg import sql

from districts.models import Filing
from investments.models import Account
from investments.open_years import kind_of, open_years
from investments.recompute import LEDGER_FAMILY
from investments.segments import SEGMENTS
from investments.selectors.codes import Segment, find_code_titles, list_segments
from investments.selectors.filters import account_conditions
from investments.selectors.ledger import exact
from investments.selectors.scopes import in_scope

ORDERS: Final[Mapping[str, str]] = {
    "-amount": "e.amount DESC",
    "amount": "e.amount",
    "row": "e.row_number",
    "-row": "e.row_number DESC",
    "-size": "abs(e.amount) DESC",
}


@dataclass(frozen=True, kw_only=True)
class FilingRow:
    """One filing of a ledger: which file, handed in by whom and when, and whether its figures count now."""

    id: UUID
    upload_id: UUID
    filename: str
    fiscal_year: int
    kind: str
    ledger: str
    period: str
    filed_at: datetime
    uploaded_at: datetime
    uploaded_by: str
    row_count: int
    is_current: bool
    through_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row of a file: the codes of its account, and its amount."""

    filing_id: UUID
    row_number: int
    codes: tuple[str, ...]
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Entries:
    """Rows of some filings, a page at a time; `total` is the exact sum of all `row_count` of them."""

    segments: tuple[str, ...]
    rows: tuple[Entry, ...]
    row_count: int
    total: Decimal
    titles: Mapping[tuple[str, str], str]


def list_filing_rows() -> tuple[FilingRow, ...]:
    """List every ledger filing, superseded ones too: newest year first, the current one first. One query."""
    rows = list(
        Filing.objects.filter(family=LEDGER_FAMILY)
        .select_related("upload__uploaded_by")
        .order_by("-fiscal_year", "subject", "ledger", "-is_current", "-filed_at")
    )
    through = open_years((row.fiscal_year, row.subject, row.through_on) for row in rows if row.is_current)
    return tuple(
        FilingRow(
            id=row.pk,
            upload_id=row.upload_id,
            filename=row.upload.filename,
            fiscal_year=row.fiscal_year,
            kind=kind_of(
                fiscal_year=row.fiscal_year,
                subject=row.subject,
                open_through=through if row.is_current else {row.fiscal_year} if row.through_on else (),
            ),
            ledger=row.ledger,
            period=row.period,
            filed_at=row.filed_at,
            uploaded_at=row.upload.uploaded_at,
            uploaded_by=row.upload.uploaded_by.name if row.upload.uploaded_by else "",
            row_count=row.row_count,
            is_current=row.is_current,
            through_on=row.through_on,
        )
        for row in rows
    )


def list_entries(
    *,
    filing_ids: Collection[UUID],
    filters: Mapping[str, str],
    scope: str = "all",
    order: str = "-size",
    page: int = 1,
    page_size: int = 50,
) -> Entries:
    """List the rows of filings whose accounts match, largest first unless `order` says otherwise.

    filters: segment -> pattern, as in a coding rule; raises FilterRefused. Three queries, and one for
    each segment's titles; segments that no row shown uses are left out.
    """
    condition, values = account_conditions(filters=filters)
    scoped, scope_values = in_scope(scope=scope)
    given = [list(filing_ids), *values, *scope_values]
    where = sql.SQL("e.filing_id = ANY(%s) AND {} AND {}").format(condition, scoped)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(_SUM).format(where=where), given)
        row_count, total = cursor.fetchone()
        cursor.execute(
            sql.SQL(_PAGE).format(
                codes=sql.SQL(", ").join([sql.Identifier("a", name) for name in SEGMENTS]),
                where=where,
                order=sql.SQL(ORDERS.get(order, ORDERS["-size"])),
            ),
            [*given, page_size, (max(page, 1) - 1) * page_size],
        )
        rows = list(cursor.fetchall())
    return _entries(rows=rows, row_count=row_count, total=exact(total))


def find_titles(*, codes: Mapping[str, Collection[str]]) -> dict[tuple[str, str], str]:
    """Return the title of each (segment, code); codes by segment. One query a segment."""
    return {
        (segment, code): title
        for segment, wanted in codes.items()
        for code, title in find_code_titles(codes=set(wanted), segment=segment).items()
    }


_FROM = """
FROM investments_ledgerentry e
JOIN investments_account a ON a.district_id = e.district_id AND a.id = e.account_id
WHERE {where}
"""
_SUM = "SELECT count(*), coalesce(sum(e.amount), 0)" + _FROM
_PAGE = (
    "SELECT e.filing_id, e.row_number, e.amount, {codes}"
    + _FROM
    + "ORDER BY {order}, e.filing_id, e.row_number LIMIT %s OFFSET %s"
)


def _entries(*, rows: list[tuple[Any, ...]], row_count: int, total: Decimal) -> Entries:
    used = [name for number, name in enumerate(SEGMENTS) if any(row[3 + number] for row in rows)]
    at = [3 + SEGMENTS.index(name) for name in used]
    return Entries(
        segments=tuple(used),
        rows=tuple(
            Entry(
                filing_id=row[0],
                row_number=row[1],
                amount=exact(row[2]),
                codes=tuple(row[number] for number in at),
            )
            for row in rows
        ),
        row_count=row_count,
        total=total,
        titles=find_titles(
            codes={name: {row[number] for row in rows} for name, number in zip(used, at, strict=True)}
        ),
    )


def list_used_segments() -> tuple[Segment, ...]:
    """List the segments that any account of the district fills, by the district's own names. Two queries."""
    used = Account.objects.aggregate(**{name: BoolOr(~Q(**{name: ""})) for name in SEGMENTS})
    return tuple(segment for segment in list_segments() if used[segment.name])
