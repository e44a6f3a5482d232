"""What the quality report says of rows a person left out: how many, how many dollars. Knows no database."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

import polars as pl

from districts.formatting import dollars_exact
from districts.landing.amounts import NumberStyle, parse_amounts
from districts.landing.kinds import FileKind, Reading

NOTE = (
    "They count nowhere: every total and check of this file is without them. They are listed on this page,"
    " with what was wrong and who left them out."
)


def check_left_out(*, kind: FileKind, reading: Reading) -> None:
    """Add a line on the rows left out to the report; none where nothing was."""
    report = reading.report
    rows = report.rows_left_out
    if not rows:
        return
    columns = kind.amount_columns(reading.file_map)
    style = cast("NumberStyle", reading.file_map.get("number_style") or "us")
    dollars = [_dollars(reading, column, style=style) for column in columns]
    report.check(
        name="Rows left out by a person",
        status="warn",
        found="; ".join(["1 row" if rows == 1 else f"{rows:,} rows", *dollars]),
        note=NOTE,
    )


def _dollars(reading: Reading, column: str, *, style: NumberStyle) -> str:
    """Add up one column of the rows left out; what cannot be read is counted, never guessed."""
    cells = pl.Series(
        "cells", [row.get(column, "") for row in reading.report.left_out_cells], dtype=pl.String
    )
    read = parse_amounts(cells, style=style).amount.drop_nulls()
    unread = reading.report.rows_left_out - read.len()
    amount = sum(read.to_list(), Decimal(0))
    words = f"{column}: {dollars_exact(amount)}" if read.len() else f"{column}:"
    if not unread:
        return words
    count = "1 row" if unread == 1 else f"{unread:,} rows"
    return f"{words}{', and' if read.len() else ''} no amount that can be read in {count}"
