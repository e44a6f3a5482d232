"""Dollars of each school, where a ledger names schools in its accounts; must not write, nor read coding rules."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import connection
from psycopg import sql

from investments.models import AmountKind
from investments.selectors.ledger import list_filings
from investments.selectors.scopes import in_scope

KINDS = (AmountKind.ACTUAL, AmountKind.ESTIMATED_ACTUAL, AmountKind.BUDGET)
"""Kinds that say what a school costs, the best first; an earmark names dollars that others count."""


@dataclass(frozen=True, kw_only=True)
class SchoolDollars:
    """Dollars by school in one fiscal year of one kind, and what the same filings hold for no known school."""

    fiscal_year: int
    kind: str
    by_school: dict[UUID, Decimal]
    elsewhere: Decimal

    @property
    def is_forecast(self) -> bool:
        return self.kind != AmountKind.ACTUAL


def list_school_dollars() -> tuple[SchoolDollars, ...]:
    """Return the dollars of schools, one a fiscal year (of the best kind it has), oldest first. Three queries.

    An account is a school's where its location is the school's code of the district or the state. Spending
    objects only; accounts without any object (a school budget by line item) are spending.
    """
    filings = {one.id: (one.fiscal_year, one.kind) for one in list_filings(kinds=[str(one) for one in KINDS])}
    spending, values = in_scope(scope="spending")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(_SUMS).format(spending=spending), [list(filings), *values])
        rows = cursor.fetchall()
    found: dict[tuple[int, str], dict[UUID | None, Decimal]] = {}
    for filing_id, school_id, amount in rows:
        sums = found.setdefault(filings[filing_id], {})
        sums[school_id] = sums.get(school_id, Decimal(0)) + Decimal(amount) / 10**6
    best: dict[int, SchoolDollars] = {}
    for (year, kind), sums in sorted(found.items(), key=lambda pair: -KINDS.index(AmountKind(pair[0][1]))):
        elsewhere = sums.pop(None, Decimal(0))
        by_school = {pk: amount for pk, amount in sums.items() if pk is not None}
        if by_school:
            best[year] = SchoolDollars(fiscal_year=year, kind=kind, by_school=by_school, elsewhere=elsewhere)
    return tuple(best[year] for year in sorted(best))


_SUMS = """
SELECT s.filing_id, c.id, sum(s.amount)
FROM investments_accountsum s
JOIN investments_account a ON a.district_id = s.district_id AND a.id = s.account_id
LEFT JOIN districts_school c ON c.district_id = a.district_id AND a.location <> ''
    AND a.location IN (nullif(c.district_code, ''), nullif(c.state_code, ''))
WHERE s.filing_id = ANY(%s) AND ({spending} OR a.object = '')
GROUP BY s.filing_id, c.id
"""
