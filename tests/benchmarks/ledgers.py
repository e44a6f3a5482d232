"""Ledger files of any size for benchmarks: clean, with bad rows, corrected. The same for the same arguments."""

from __future__ import annotations

from pathlib import Path

import polars as pl

MAP = {
    "fund": "Fund",
    "resource": "Resource",
    "goal": "Goal",
    "function": "Function",
    "object": "Object",
    "location": "Location",
    "program": "Program",
    "fiscal_year": "Fiscal Year",
    "kind_value": "actual",
    "amount": "Amount",
}
COLUMNS = (
    "Fund", "Resource", "Goal", "Function", "Object", "Location", "Program", "Description", "Vendor",
    "Fiscal Year", "Period", "Amount",
)  # fmt: skip
ACCOUNTS = 20_000
BAD_AMOUNTS = ("12,3x4.00", "NaN", "6.56E+189")


def write_ledger(path: Path, *, rows: int, changed: int = 0, bad: int = 0) -> None:
    """Write a CSV of about 96 bytes a row on up to 20,000 accounts.

    `changed` rows, and `bad` ones, are spread evenly: a changed row has another amount; a bad one an
    amount or a fiscal year that nobody can read.
    """
    row = pl.int_range(rows, eager=True).alias("row")
    account = pl.col("row") * 7919 % min(ACCOUNTS, max(1, rows // 10))
    amount = pl.col("row") * 104_729 % 10_000_000 - 500_000
    if changed:
        amount = amount + pl.when(pl.col("row") % (rows // changed) == 0).then(100).otherwise(0)
    cents = amount.abs() % 100
    digits = pl.concat_str(amount.abs() // 100, pl.lit("."), cents.cast(pl.String).str.zfill(2))
    text = pl.when(amount < 0).then(pl.concat_str(pl.lit("-"), digits)).otherwise(digits)
    year = pl.lit("2024")
    if bad:
        at = pl.col("row") % (rows // bad)
        number = pl.col("row") // (rows // bad)
        is_bad = (at == 1) & (number < bad)
        for place, value in enumerate(BAD_AMOUNTS):
            wrong = is_bad & (number % 4 == place)
            text = pl.when(wrong).then(pl.lit(f'"{value}"')).otherwise(text)
        year = pl.when(is_bad & (number % 4 == 3)).then(pl.lit("20X4")).otherwise(year)
    frame = row.to_frame().select(
        _code(account % 18, 2).alias("Fund"),
        _code(account * 7 % 117 * 37, 4).alias("Resource"),
        _code(account * 11 % 17 * 111, 4).alias("Goal"),
        _code(account * 13 % 61 * 50, 4).alias("Function"),
        (1000 + account * 17 % 140 * 45).cast(pl.String).alias("Object"),
        _code(account % 991, 3).alias("Location"),
        _code(account, 5).alias("Program"),
        pl.concat_str(pl.lit("Invoice line "), _code(pl.col("row"), 8)).alias("Description"),
        pl.concat_str(pl.lit("Vendor number "), _code(account * 31 % 4999, 6)).alias("Vendor"),
        year.alias("Fiscal Year"),
        _code(1 + pl.col("row") % 12, 2).alias("Period"),
        text.alias("Amount"),
    )
    frame.select(COLUMNS).write_csv(path, quote_style="never")


def _code(number: pl.Expr, width: int) -> pl.Expr:
    return number.cast(pl.String).str.zfill(width)
