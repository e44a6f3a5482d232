"""The accounts a file would change most, and all of them as a list. Runs on staged rows; writes no table.

Needs `stage_sum` and `stage_account_id`, as the preview makes them.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

from districts.landing.amounts import format_amount
from districts.landing.kinds import Slice
from districts.landing.problems import safe_cell
from districts.landing.store import ACCOUNT_COLUMNS
from investments.segments import SEGMENTS

SHOWN = 10
_CODE = ", ".join(f"nullif(a.\"{segment}\", '')" for segment in SEGMENTS)
_STAGED = ", ".join(f"nullif(x.\"{segment}\", '')" for segment in SEGMENTS)
_CHANGED = f"""
SELECT CASE WHEN s.account_number IS NULL THEN concat_ws('-', {_CODE}) ELSE concat_ws('-', {_STAGED}) END,
       t.id IS NULL, s.account_number IS NULL, coalesce(t.amount, 0), coalesce(s.amount, 0)
FROM (
    SELECT i.id, g.account_number, g.amount FROM stage_sum g
    JOIN stage_account_id i USING (account_number) WHERE g.slice = %s
) s
FULL JOIN (
    SELECT account_id AS id, sum(amount) AS amount FROM investments_ledgerentry WHERE filing_id = %s GROUP BY 1
) t ON t.id = s.id
LEFT JOIN stage_account x ON x.account_number = s.account_number
LEFT JOIN investments_account a ON a.id = t.id
WHERE coalesce(t.amount, 0) <> coalesce(s.amount, 0) OR t.id IS NULL OR s.account_number IS NULL
ORDER BY abs(coalesce(s.amount, 0) - coalesce(t.amount, 0)) DESC, 1
"""


def list_changed_accounts(
    cursor: Any, *, one: Slice, label: str, filing_id: str | None, listing: Path | None
) -> list[dict[str, str]]:
    """List the accounts of a slice that change most; all of them are added to `listing` (CSV).

    Empty where nothing is there to be changed. One query.
    """
    if filing_id is None:
        return []
    cursor.execute(_CHANGED, [one.number, filing_id])
    most: list[dict[str, str]] = []
    rows = (_row(label, *row) for row in iter(cursor.fetchone, None))
    if listing is None:
        return [row for row, _ in zip(rows, range(SHOWN), strict=False)]
    is_new = not listing.exists()
    listing.parent.mkdir(parents=True, exist_ok=True)
    with listing.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if is_new:
            writer.writerow(ACCOUNT_COLUMNS)
        for row in rows:
            if len(most) < SHOWN:
                most.append(row)
            writer.writerow(
                [safe_cell(row["slice"]), safe_cell(row["account"]), *(row[k] for k in ACCOUNT_COLUMNS[2:])]
            )
    return most


def _row(
    label: str, account: str, is_new: bool, is_removed: bool, before: Decimal, after: Decimal
) -> dict[str, str]:
    return {
        "slice": label,
        "account": account or "No account",
        "what": "new" if is_new else "removed" if is_removed else "changed",
        "before": format_amount(before),
        "after": format_amount(after),
        "change": format_amount(after - before),
    }
