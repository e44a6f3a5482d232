"""The ledger itself: totals and pivots; must not write, nor read coding rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import sql

from districts.models import Filing
from investments.models import AmountKind
from investments.objects import ObjectSetting, get_object_setting
from investments.open_years import kind_of, open_years, subjects_of
from investments.recompute import LEDGER_FAMILY
from investments.selectors.codes import find_code_titles
from investments.selectors.filters import account_conditions, column_of
from investments.selectors.scopes import in_scope

CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class FilingName:
    """A filing that figures come from, named so that a person finds the file."""

    id: UUID
    upload_id: UUID
    filename: str
    fiscal_year: int
    kind: str
    ledger: str
    period: str
    filed_at: datetime
    through_on: date | None = None
    """The last day that actuals of an open year cover; such a filing's kind is `actual_to_date`."""
    is_current: bool = True


@dataclass(frozen=True, kw_only=True)
class LedgerTotal:
    """An exact sum and the filings it is of; no filing means that none is there, not zero dollars."""

    amount: Decimal
    filings: tuple[FilingName, ...]


@dataclass(frozen=True, kw_only=True)
class PivotColumn:
    """One fiscal year and kind of amount; forecasts are never one line with actuals."""

    fiscal_year: int
    kind: str
    through_on: date | None = None

    @property
    def is_forecast(self) -> bool:
        return self.kind in (AmountKind.BUDGET, AmountKind.ESTIMATED_ACTUAL)


@dataclass(frozen=True, kw_only=True)
class PivotRow:
    """Amounts of one combination of codes, one a column; None where the ledger has no such account."""

    codes: tuple[str, ...]
    titles: tuple[str, ...]
    amounts: tuple[Decimal | None, ...]


@dataclass(frozen=True, kw_only=True)
class Pivot:
    """The ledger by codes (rows) and by year and kind (columns); totals foot to the rows exactly."""

    segments: tuple[str, ...]
    columns: tuple[PivotColumn, ...]
    rows: tuple[PivotRow, ...]
    totals: tuple[Decimal, ...]
    filings: tuple[FilingName, ...]
    chart: str
    """Whose classes the objects are in."""


def exact(amount: Decimal) -> Decimal:
    """Write an amount with two decimals where that is exact, else with its six."""
    cents = amount.quantize(CENT)
    return cents if cents == amount else amount


def list_filings(
    *, fiscal_years: Collection[int] = (), kinds: Collection[str] = ()
) -> tuple[FilingName, ...]:
    """List the ledger filings that count now, by year and kind. One query."""
    current = Filing.objects.filter(family=LEDGER_FAMILY, is_current=True).select_related("upload")
    if fiscal_years:
        current = current.filter(fiscal_year__in=list(fiscal_years))
    if kinds:
        current = current.filter(subject__in=subjects_of(kinds))
    rows = list(current.order_by("fiscal_year", "subject", "ledger"))
    through = open_years((row.fiscal_year, row.subject, row.through_on) for row in rows)
    found = (
        FilingName(
            id=row.pk,
            upload_id=row.upload_id,
            filename=row.upload.filename,
            fiscal_year=row.fiscal_year,
            kind=kind_of(fiscal_year=row.fiscal_year, subject=row.subject, open_through=through),
            ledger=row.ledger,
            period=row.period,
            filed_at=row.filed_at,
            through_on=through.get(row.fiscal_year) if row.subject == AmountKind.ACTUAL else None,
        )
        for row in rows
    )
    return tuple(one for one in found if not kinds or one.kind in kinds)


def get_ledger_total(*, fiscal_year: int, kind: str, filters: Mapping[str, str] | None = None) -> LedgerTotal:
    """Add up one year's current filings of a kind over the accounts that match; exact. Two queries.

    `actual` of an open year gives what is spent to date: its filings say through which day.
    filters: segment -> pattern, as in a coding rule: {"fund": "01", "object": "1000-7499"}.
    """
    kinds = [kind, AmountKind.TO_DATE] if kind == AmountKind.ACTUAL else [kind]
    filings = list_filings(fiscal_years=[fiscal_year], kinds=kinds)
    condition, values = account_conditions(filters=filters or {})
    query = sql.SQL(_TOTAL).format(condition=condition)
    with connection.cursor() as cursor:
        cursor.execute(query, [[one.id for one in filings], *values])
        (amount,) = cursor.fetchone()
    return LedgerTotal(amount=exact(amount), filings=filings)


def object_range(*, first: str, last: str) -> str:
    """Write an object range as a pattern; an end left out runs to the first or last code of that length."""
    size = len(first or last)
    return f"{first or '0' * size}-{last or '9' * size}" if size else ""


def get_pivot(
    *,
    segments: Sequence[str],
    fiscal_years: Collection[int] = (),
    kinds: Collection[str] = (),
    filters: Mapping[str, str] | None = None,
    scope: str = "spending",
) -> Pivot:
    """Sum the current ledger by segments, fiscal year and kind. Three queries and one a segment's titles.

    scope: one of SCOPES, the objects looked at over and above the filters. Rows in the order of
    their codes; raises FilterRefused for an unknown segment or an unreadable filter.
    """
    filings = list_filings(fiscal_years=fiscal_years, kinds=kinds)
    column_of_filing = {one.id: _column(one) for one in filings}
    columns = tuple(dict.fromkeys(column_of_filing.values()))
    sums: dict[tuple[str, ...], list[Decimal | None]] = {}
    totals = [Decimal(0)] * len(columns)
    objects = get_object_setting()
    at = {filing_id: columns.index(column) for filing_id, column in column_of_filing.items()}
    for *codes, filing_id, amount in _sums(
        segments=segments, filings=filings, filters=filters or {}, scope=scope, objects=objects
    ):
        row = sums.setdefault(tuple(codes), [None] * len(columns))
        column = at[filing_id]
        row[column] = (row[column] or Decimal(0)) + amount
        totals[column] += amount
    titles = [
        find_code_titles(codes={codes[number] for codes in sums}, segment=segment)
        for number, segment in enumerate(segments)
    ]
    return Pivot(
        segments=tuple(segments),
        columns=columns,
        rows=tuple(
            PivotRow(
                codes=codes,
                titles=tuple(titles[number].get(code, "") for number, code in enumerate(codes)),
                amounts=tuple(None if amount is None else exact(amount) for amount in amounts),
            )
            for codes, amounts in sorted(sums.items())
        ),
        totals=tuple(exact(total) for total in totals),
        filings=filings,
        chart=objects.chart,
    )


def _column(one: FilingName) -> PivotColumn:
    return PivotColumn(fiscal_year=one.fiscal_year, kind=one.kind, through_on=one.through_on)


_TOTAL = """
SELECT coalesce(sum(e.amount), 0)
FROM investments_ledgerentry e
JOIN investments_account a ON a.district_id = e.district_id AND a.id = e.account_id
WHERE e.filing_id = ANY(%s) AND {condition}
"""

_PIVOT = """
SELECT {columns}, s.filing_id, sum(s.amount)
FROM (
    SELECT filing_id, account_id, district_id, sum(amount) AS amount
    FROM investments_ledgerentry
    WHERE filing_id = ANY(%s)
    GROUP BY filing_id, account_id, district_id
) s
JOIN investments_account a ON a.district_id = s.district_id AND a.id = s.account_id
WHERE {condition} AND {scope}
GROUP BY {columns}, s.filing_id
"""


def _sums(
    *,
    segments: Sequence[str],
    filings: Sequence[FilingName],
    filters: Mapping[str, str],
    scope: str,
    objects: ObjectSetting,
) -> list[tuple[Any, ...]]:
    condition, values = account_conditions(filters=filters)
    scoped, scope_values = in_scope(scope=scope, setting=objects)
    query = sql.SQL(_PIVOT).format(
        columns=sql.SQL(", ").join([column_of(segment=segment) for segment in segments]),
        condition=condition,
        scope=scoped,
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [[one.id for one in filings], *values, *scope_values])
        return list(cursor.fetchall())
