"""The accounts of a file on their way in: a number for each, so that a million rows need no text."""

from __future__ import annotations

import polars as pl
from django.db import connection

from districts.landing.kinds import Reading
from investments.imports.canonical import SEGMENTS, SEPARATOR

_ACCOUNTS = "numbered accounts"
_SCHEMA = {"account": pl.String, "account_number": pl.Int32}
_COLUMNS = ", ".join(f'"{segment}"' for segment in SEGMENTS)


def number_accounts(*, frame: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """Add `account_number` to rows that have `account`; the same account has the same number in a reading."""
    known: pl.DataFrame = reading.notes.get(_ACCOUNTS, pl.DataFrame(schema=_SCHEMA))
    new = frame.select("account").unique(maintain_order=True).join(known, on="account", how="anti")
    if new.height:
        numbers = pl.int_range(known.height, known.height + new.height, dtype=pl.Int32, eager=True)
        known = pl.concat([known, new.with_columns(numbers.alias("account_number"))])
        reading.notes[_ACCOUNTS] = known
    return frame.join(known, on="account", how="left", maintain_order="left")


def stage_accounts(*, stage: str, reading: Reading) -> None:
    """Copy the numbered accounts beside the stage, and add the stage up by slice and account.

    Makes `stage_account` (account_number, one column a segment) and `stage_sum` (slice, account_number,
    rows, amount), both gone with the transaction.
    """
    known: pl.DataFrame = reading.notes.get(_ACCOUNTS, pl.DataFrame(schema=_SCHEMA))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.stage_account, pg_temp.stage_sum")
        types = ", ".join(f'"{segment}" text NOT NULL' for segment in SEGMENTS)
        cursor.execute(f"CREATE TEMP TABLE stage_account (account_number integer, {types}) ON COMMIT DROP")
        with cursor.copy(f"COPY stage_account (account_number, {_COLUMNS}) FROM STDIN (FORMAT csv)") as copy:
            # Every text in quote marks: an empty one would be read as no value at all.
            copy.write(_by_segment(known).write_csv(include_header=False, quote_style="non_numeric").encode())
        cursor.execute("ANALYZE stage_account")
        cursor.execute(
            "CREATE TEMP TABLE stage_sum ON COMMIT DROP AS SELECT slice, account_number, count(*) AS rows,"
            f" sum(amount) AS amount FROM {stage} GROUP BY 1, 2"
        )
        cursor.execute("ANALYZE stage_sum")


def _by_segment(known: pl.DataFrame) -> pl.DataFrame:
    parts = (
        pl.col("account").str.split_exact(SEPARATOR, len(SEGMENTS) - 1).struct.rename_fields(list(SEGMENTS))
    )
    return known.select("account_number", parts).unnest("account")
