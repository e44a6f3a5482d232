"""Staged ledger rows against the database, set-based: compare, check, insert, delete.

Runs inside the scope and transaction of its caller; reads no file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
from django.db import connection
from psycopg import sql

from districts.errors import DomainError
from districts.landing.amounts import AMOUNT, format_amount
from districts.landing.elections import would_count
from districts.landing.kinds import Reading, Slice
from districts.landing.store import accounts_path
from districts.tenancy import current_district_id
from investments.imports import quality
from investments.imports.canonical import KIND_LABELS, SEGMENTS
from investments.imports.changed_accounts import list_changed_accounts
from investments.objects import get_object_setting
from investments.selectors.scopes import in_scope

_NAMES = ", ".join(f'"{segment}"' for segment in SEGMENTS)
_SAME = " AND ".join(f'a."{segment}" = s."{segment}"' for segment in SEGMENTS)
_SUMS = ("fund", "resource", "function", "object")
_SUM_COLUMNS = ", ".join(f'a."{segment}"' for segment in _SUMS)


PARTS = ("Spending", "Revenue", "Neither")
_BY_FUND = """
SELECT coalesce(s.fund, t.fund), coalesce(s.part, t.part), coalesce(t.amount, 0), coalesce(s.amount, 0)
FROM (
    SELECT a.fund, CASE WHEN {spending} THEN 0 WHEN {revenue} THEN 1 ELSE 2 END AS part,
           sum(g.amount) AS amount
    FROM stage_sum g
    JOIN stage_account a USING (account_number)
    WHERE g.slice = %s
    GROUP BY 1, 2
) s
FULL JOIN (
    SELECT a.fund, CASE WHEN {spending} THEN 0 WHEN {revenue} THEN 1 ELSE 2 END AS part,
           sum(e.amount) AS amount
    FROM (
        SELECT account_id, sum(amount) AS amount FROM investments_ledgerentry WHERE filing_id = %s GROUP BY 1
    ) e
    JOIN investments_account a ON a.id = e.account_id
    GROUP BY 1, 2
) t ON t.fund = s.fund AND t.part = s.part
ORDER BY 2, 1
"""
_SPENDING_ROWS = """
SELECT coalesce(sum(a.rows), 0), coalesce(sum(a.rows) FILTER (WHERE {is_spending}), 0)
FROM (SELECT object, sum(rows) AS rows FROM stage_sum JOIN stage_account USING (account_number) GROUP BY 1) a
"""


class BudgetInUse(DomainError):
    """Allocations rest on a budget that would be undone."""


def preview(*, reading: Reading, family: str) -> dict[str, Any]:
    """Describe each staged slice and its difference to the current filing. Writes nothing lasting.

    Reads `stage_account` and `stage_sum`, as everything here does.
    """
    with connection.cursor() as cursor:
        _plan_for_bulk(cursor)
        _map_accounts(cursor, create=False)
        listing = accounts_path(reading.report.spill) if reading.report.spill else None
        slices = [_describe_slice(cursor, family, one, listing) for one in reading.slice_list()]
    return {"slices": slices}


def _plan_for_bulk(cursor: Any) -> None:
    """Keep the planner from row-by-row joins until the transaction ends.

    Statistics do not know yet what the last import wrote: it would take a million rows for one.
    """
    cursor.execute("SELECT set_config('enable_nestloop', 'off', true)")


def _map_accounts(cursor: Any, *, create: bool) -> None:
    """Map each staged account to its row, making the missing ones where asked."""
    cursor.execute("DROP TABLE IF EXISTS pg_temp.stage_account_id")
    if create:
        cursor.execute(
            f"INSERT INTO investments_account (district_id, {_NAMES})"
            f" SELECT %s, {_NAMES} FROM stage_account s WHERE NOT EXISTS"
            f" (SELECT 1 FROM investments_account a WHERE a.district_id = %s AND {_SAME})"
            " ON CONFLICT DO NOTHING",
            [current_district_id(), current_district_id()],
        )
    cursor.execute(
        "CREATE TEMP TABLE stage_account_id ON COMMIT DROP AS SELECT s.account_number, a.id"
        f" FROM stage_account s LEFT JOIN investments_account a ON a.district_id = %s AND {_SAME}",
        [current_district_id()],
    )
    cursor.execute("ANALYZE stage_account_id")


def _describe_slice(cursor: Any, family: str, one: Slice, listing: Path | None) -> dict[str, Any]:
    current = find_current(cursor, family=family, one=one)
    cursor.execute(
        "SELECT coalesce(sum(rows), 0)::bigint, coalesce(sum(amount), 0) FROM stage_sum WHERE slice = %s",
        [one.number],
    )
    rows, amount = cursor.fetchone()
    filing_id = current["id"] if current else None
    cursor.execute(
        "SELECT count(*) FILTER (WHERE t.id IS NULL),"
        " count(*) FILTER (WHERE s.account_number IS NULL),"
        " count(*) FILTER (WHERE t.amount <> s.amount), count(*) FILTER (WHERE t.amount = s.amount)"
        " FROM (SELECT i.id, account_number, g.amount FROM stage_sum g"
        " JOIN stage_account_id i USING (account_number) WHERE g.slice = %s) s"
        " FULL JOIN (SELECT account_id AS id, sum(amount) AS amount FROM investments_ledgerentry"
        " WHERE filing_id = %s GROUP BY 1) t ON t.id = s.id",
        [one.number, filing_id],
    )
    new, removed, changed, same = cursor.fetchone()
    label = f"{KIND_LABELS.get(one.subject, one.subject)} FY{one.fiscal_year}"
    label += f" to date (through {one.through_on:%Y-%m-%d})" if one.through_on else ""
    return {
        "subject": one.subject,
        "label": label,
        "fiscal_year": one.fiscal_year,
        "ledger": one.ledger,
        "period": one.period,
        "filed_at": one.filed_at.isoformat() if one.filed_at else "",
        "through_on": one.through_on.isoformat() if one.through_on else "",
        "rows": rows,
        "amount": format_amount(amount),
        "control_totals": one.control_totals,
        "replaces": current,
        "becomes_current": _becomes_current(one, current),
        "accounts": {"new": new, "changed": changed, "removed": removed, "same": same},
        "most_changed": list_changed_accounts(
            cursor, one=one, label=label, filing_id=filing_id, listing=listing
        ),
        "by_fund": _difference_by_fund(cursor, one, filing_id),
    }


def _becomes_current(one: Slice, current: Mapping[str, Any] | None) -> bool:
    if current is None or one.filed_at is None:
        return True
    through = current["through_on"]
    return would_count(
        through_on=one.through_on,
        filed_at=one.filed_at,
        current_through_on=date.fromisoformat(through) if through else None,
        current_filed_at=datetime.fromisoformat(current["filed_at"]),
    )


def find_current(cursor: Any, *, family: str, one: Slice) -> dict[str, Any] | None:
    """Find the current filing of a slice, if there is one."""
    cursor.execute(
        "SELECT f.id, f.filed_at, u.filename, f.through_on FROM districts_filing f"
        " JOIN districts_upload u ON u.id = f.upload_id"
        " WHERE f.is_current AND f.family = %s AND f.subject = %s AND f.fiscal_year = %s"
        " AND f.ledger = %s",
        [family, one.subject, one.fiscal_year, one.ledger],
    )
    row = cursor.fetchone()
    if row is None:
        return None
    return {
        "id": str(row[0]),
        "filed_at": row[1].isoformat(),
        "filename": row[2],
        "through_on": row[3].isoformat() if row[3] else "",
    }


def _difference_by_fund(cursor: Any, one: Slice, filing_id: str | None) -> list[dict[str, str]]:
    """Spending, revenue and the rest by fund: together they would be no dollars of anything."""
    objects = get_object_setting()
    spending, spent = in_scope(scope="spending", setting=objects)
    revenue, received = in_scope(scope="revenue", setting=objects)
    query = sql.SQL(_BY_FUND).format(spending=spending, revenue=revenue)
    cursor.execute(query, [*spent, *received, one.number, *spent, *received, filing_id])
    return [
        {
            "fund": fund,
            "of": PARTS[part],
            "before": format_amount(before),
            "after": format_amount(after),
            "change": format_amount(after - before),
        }
        for fund, part, before, after in cursor.fetchall()
    ]


def note_totals(*, reading: Reading) -> None:
    """Put each slice's rows and dollars into the report's control totals."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT slice, sum(rows)::bigint, sum(amount) FROM stage_sum GROUP BY 1")
        found = {number: (rows, amount) for number, rows, amount in cursor.fetchall()}
    for one in reading.slice_list():
        rows, amount = found.get(one.number, (0, Decimal(0)))
        title = f"{one.subject} FY{one.fiscal_year}" + ("" if one.ledger == "main" else f" {one.ledger}")
        one.control_totals["rows"] = str(rows)
        one.control_totals["amount"] = format_amount(amount)
        reading.report.control_totals[f"{title}: rows"] = f"{rows:,}"
        reading.report.control_totals[f"{title}: amount"] = format_amount(amount)


def check_spending_objects(*, reading: Reading) -> None:
    """Say how many rows count as spending, by the objects the district has named on its organisation page."""
    objects = get_object_setting()
    is_spending, values = in_scope(scope="spending", setting=objects)
    query = sql.SQL(_SPENDING_ROWS).format(is_spending=is_spending)
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        rows, spending = cursor.fetchone()
    if not rows:
        return
    reading.report.check(
        name="Rows that count as spending",
        leads_to="organisation",
        status="ok" if spending else "warn",
        expected=f"objects {objects.spending}",
        found=f"{int(spending):,} of {int(rows):,} rows",
        note="Which objects are spending is a setting of the organisation."
        if spending
        else "No row has such an object code, so costs of initiatives and what is left of a budget stay at zero."
        " The rows are loaded and add up. If these are the codes of another chart of accounts, the district"
        " admin names the spending objects on the organisation page; else map the column that holds them.",
    )


def check_state_ledger(*, stage: str, reading: Reading, family: str) -> None:
    """Add the checks of a California ledger to the report; none of them rejects."""
    checks = reading.report.checks
    with connection.cursor() as cursor:
        _plan_for_bulk(cursor)
        staged = {one.number: _staged_sums(cursor, one.number) for one in reading.slice_list()}
        for one in reading.slice_list():
            title = f"{KIND_LABELS[one.subject].lower()} FY{one.fiscal_year}"
            sums = staged[one.number]
            checks += quality.check_form_totals(title=title, sums=sums, control_totals=one.control_totals)
            checks.append(quality.check_contributions(title=title, sums=sums))
            checks.append(_check_placeholders(cursor, stage, one, title))
            if one.subject == "budget":
                checks.append(_check_cuts(cursor, stage, one, title))
            _check_years_around(cursor, reading, staged, one, family)


def _check_years_around(
    cursor: Any, reading: Reading, staged: dict[int, pl.DataFrame], one: Slice, family: str
) -> None:
    checks, label = reading.report.checks, KIND_LABELS[one.subject].lower()

    def sums_of(fiscal_year: int) -> pl.DataFrame | None:
        here = reading.slices.get((one.subject, fiscal_year, one.ledger))
        if here is not None:
            return staged[here.number]
        near = Slice(number=0, subject=one.subject, fiscal_year=fiscal_year, ledger=one.ledger)
        current = find_current(cursor, family=family, one=near)
        return _filed_sums(cursor, current["id"]) if current else None

    own, before = staged[one.number], sums_of(one.fiscal_year - 1)
    following = sums_of(one.fiscal_year + 1)
    if one.subject == "actual":
        if before is not None:
            checks += quality.check_roll_forward(
                title=f"{label} FY{one.fiscal_year - 1}", sums=before, following=own
            )
        if following is not None:
            checks += quality.check_roll_forward(
                title=f"{label} FY{one.fiscal_year}", sums=own, following=following
            )
    if before is not None:
        checks += quality.check_jumps(
            title=f"{label} FY{one.fiscal_year}",
            sums=own,
            before=before,
            segments=("resource", "function", "object"),
        )


def _frame(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    schema: dict[str, pl.DataType] = {**dict.fromkeys(_SUMS, pl.String()), "amount": AMOUNT}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _staged_sums(cursor: Any, number: int) -> pl.DataFrame:
    cursor.execute(
        f"SELECT {_SUM_COLUMNS}, sum(amount) FROM stage_sum JOIN stage_account a USING (account_number)"
        " WHERE slice = %s GROUP BY 1, 2, 3, 4",
        [number],
    )
    return _frame(cursor.fetchall())


def _filed_sums(cursor: Any, filing_id: str) -> pl.DataFrame:
    cursor.execute(
        "SELECT a.fund, a.resource, a.function, a.object, sum(e.amount)"
        " FROM investments_ledgerentry e JOIN investments_account a ON a.id = e.account_id"
        " WHERE e.filing_id = %s GROUP BY 1, 2, 3, 4",
        [filing_id],
    )
    return _frame(cursor.fetchall())


def _check_placeholders(cursor: Any, stage: str, one: Slice, title: str) -> Any:
    cursor.execute(
        f"SELECT count(*), coalesce(sum(amount), 0) FROM {stage}"
        " WHERE slice = %s AND amount <> 0 AND abs(amount) <= %s",
        [one.number, quality.PLACEHOLDER],
    )
    count, amount = cursor.fetchone()
    return quality.check_placeholders(title=title, count=count, amount=amount)


def _check_cuts(cursor: Any, stage: str, one: Slice, title: str) -> Any:
    cursor.execute(
        f"SELECT rtrim(concat_ws('-', {_NAMES}), '-'), amount"
        f" FROM {stage} JOIN stage_account USING (account_number) WHERE slice = %s AND amount < %s"
        " AND object ~ '^[1-6][0-9]{3}$' ORDER BY amount",
        [one.number, quality.CUT],
    )
    return quality.check_unassigned_cuts(title=title, cuts=cursor.fetchall())


def insert_entries(*, stage: str, filings: Mapping[int, Any]) -> int:
    """Insert every staged row under the filing of its slice. Gives the number of rows."""
    district_id = current_district_id()
    with connection.cursor() as cursor:
        # Rows sorted by account append to the index instead of scattering over it.
        _plan_for_bulk(cursor)
        cursor.execute("SELECT set_config('work_mem', '128MB', true)")
        _map_accounts(cursor, create=True)
        cursor.execute(
            "INSERT INTO investments_ledgerentry"
            " (district_id, filing_id, account_id, amount, row_number)"
            " SELECT %s, f.id, i.id, s.amount, s.row_number"
            f" FROM {stage} s JOIN stage_account_id i USING (account_number)"
            " JOIN unnest(%s::smallint[], %s::uuid[]) AS f (slice, id) USING (slice)"
            " ORDER BY f.id, i.id",
            [district_id, list(filings), list(filings.values())],
        )
        return int(cursor.rowcount)


def delete_entries(*, filing_ids: Sequence[Any]) -> None:
    """Delete the entries of filings. Raises BudgetInUse while allocations rest on one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT f.fiscal_year, count(*), sum(a.amount) FROM investments_allocation a"
            " JOIN districts_filing f ON f.id = a.filing_id WHERE a.filing_id = ANY(%s) GROUP BY 1 ORDER BY 1",
            [list(filing_ids)],
        )
        held = cursor.fetchall()
        if held:
            words = "; ".join(
                f"{count:,} allocation{'' if count == 1 else 's'} of ${amount:,.2f} on the FY{year} budget"
                for year, count, amount in held
            )
            raise BudgetInUse(
                f"Nothing is undone, because people have entered allocations on it: {words}. Either upload a"
                " corrected budget: the newest filing counts, and the allocations can be carried over to it."
                " Or open Budget, Allocations, choose this budget, take all its allocations away (the audit"
                " keeps each one), and undo the upload then."
            )
        cursor.execute("DELETE FROM investments_ledgerentry WHERE filing_id = ANY(%s)", [list(filing_ids)])
