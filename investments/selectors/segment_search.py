"""The codes that the ledger uses in each segment, for a search of all of them; must not write."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db import connection
from psycopg import sql

from investments.selectors.codes import find_code_titles
from investments.selectors.filters import account_conditions, column_of
from investments.selectors.ledger import list_filings
from investments.selectors.scopes import in_scope

_CODES = """
SELECT {codes}
FROM investments_account a
WHERE {condition} AND {scope}
  AND a.id IN (
      SELECT e.account_id FROM investments_ledgerentry e WHERE e.filing_id = ANY(%s)
  )
GROUP BY GROUPING SETS ({sets})
"""


def list_codes_in_use(
    *,
    segments: Sequence[str],
    fiscal_years: Collection[int] = (),
    kinds: Collection[str] = (),
    filters: Mapping[str, str] | None = None,
    scope: str = "spending",
) -> dict[str, tuple[tuple[str, str], ...]]:
    """List (code, title) of each segment that the current ledger uses here. Three queries and one a segment.

    The same narrowing as `get_pivot`'s; blank codes are left out.
    """
    if not segments:
        return {}
    filings = list_filings(fiscal_years=fiscal_years, kinds=kinds)
    condition, values = account_conditions(filters=filters or {})
    scoped, scope_values = in_scope(scope=scope)
    columns = [column_of(segment=segment) for segment in segments]
    query = sql.SQL(_CODES).format(
        codes=sql.SQL(", ").join(columns),
        condition=condition,
        scope=scoped,
        sets=sql.SQL(", ").join([sql.SQL("({})").format(column) for column in columns]),
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [*values, *scope_values, [one.id for one in filings]])
        rows = list(cursor.fetchall())
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for place, segment in enumerate(segments):
        codes = sorted({row[place] for row in rows if row[place]})
        titles = find_code_titles(codes=codes, segment=segment)
        found[segment] = tuple((code, titles.get(code, "")) for code in codes)
    return found
