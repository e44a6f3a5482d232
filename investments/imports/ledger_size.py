"""How many dollars a ledger may hold: more than can be added up exactly is refused before it is loaded."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
from django.db import connection

from districts.errors import DomainError
from districts.landing.amounts import LARGEST
from districts.landing.kinds import Reading
from investments.imports.canonical import KIND_LABELS

_SIZE = "absolute amounts"
_OTHER_LEDGERS = "SELECT EXISTS (SELECT FROM districts_filing WHERE family = %s AND ledger <> 'main')"
_SIZE_OF_OTHERS = """
SELECT coalesce(sum(abs(e.amount)), 0)
FROM districts_filing f
JOIN investments_ledgerentry e ON e.filing_id = f.id
WHERE f.is_current AND f.family = %s AND f.subject = %s AND f.fiscal_year = %s AND f.ledger <> %s
"""


class LedgerTooLarge(DomainError):
    """More dollars of one year and kind than can be added up exactly."""


def note_size(*, frame: pl.DataFrame, reading: Reading) -> None:
    """Add a batch's absolute amounts to what the file has so far."""
    size = frame.select(pl.col("amount").abs().sum()).item() or Decimal(0)
    reading.notes[_SIZE] = reading.notes.get(_SIZE, Decimal(0)) + size


def check_size(*, stage: str, reading: Reading, family: str) -> None:
    """Refuse amounts of a year and kind that together are more than figures can be added up of.

    Raises LedgerTooLarge. One query, and only of a file that could be too large.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OTHER_LEDGERS, [family])
        has_others = cursor.fetchone()[0]
        if not has_others and reading.notes.get(_SIZE, Decimal(0)) <= LARGEST:
            return
        cursor.execute(f"SELECT slice, sum(abs(amount)) FROM {stage} GROUP BY 1")
        sizes = dict(cursor.fetchall())
        for one in reading.slice_list():
            cursor.execute(_SIZE_OF_OTHERS, [family, one.subject, one.fiscal_year, one.ledger])
            size = sizes.get(one.number, Decimal(0)) + cursor.fetchone()[0]
            if size > LARGEST:
                title = f"{KIND_LABELS.get(one.subject, one.subject).lower()} FY{one.fiscal_year}"
                raise LedgerTooLarge(
                    f"The amounts of {title} come to {_dollars(size)} without their signs; at most"
                    f" {_dollars(LARGEST)} of one year and kind can be kept. Check the amount column and how"
                    " its numbers are written (1,234.56 or 1.234,56), then map it again or upload a"
                    " corrected file."
                )


def _dollars(amount: Decimal) -> str:
    return f"${amount:,.2f}"
