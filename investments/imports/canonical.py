"""Ledger rows in one shape, whatever file they came from. Pure: no database."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from investments import segments

SEGMENTS = segments.SEGMENTS

SEGMENT_LABELS = {
    "fund": "Fund",
    "resource": "Resource or project",
    "project_year": "Project year",
    "goal": "SACS goal",
    "function": "Function",
    "object": "Object",
    "location": "Location (school or site)",
    "program": "Program",
    "local_1": "Local segment 1",
    "local_2": "Local segment 2",
    "local_3": "Local segment 3",
    "local_4": "Local segment 4",
}
KIND_LABELS = {
    "actual": "Actual",
    "budget": "Budget",
    "estimated_actual": "Estimated actual",
    "encumbrance": "Encumbrance",
    "earmark": "Earmark: part of the same dollars",
}
SEPARATOR = "\x1f"
LONGEST_CODE = 40
STAGE = (
    ("slice", "smallint"),
    ("account_number", "integer"),
    ("amount", "numeric(20,6)"),
    ("row_number", "integer"),
)
SACS_WIDTHS = (
    ("fund", 2),
    ("resource", 4),
    ("project_year", 1),
    ("goal", 4),
    ("function", 4),
    ("object", 4),
)


def account_key(parts: Mapping[str, pl.Expr]) -> pl.Expr:
    """Join the segments an account has into one text key; absent segments are empty."""
    return pl.concat_str([parts.get(segment, pl.lit("")) for segment in SEGMENTS], separator=SEPARATOR).alias(
        "account"
    )


def sacs_parts(account: pl.Expr) -> dict[str, pl.Expr]:
    """Cut a 19-character California account into its segments."""
    parts, start = {}, 0
    for segment, width in SACS_WIDTHS:
        parts[segment] = account.str.slice(start, width)
        start += width
    return parts


def is_spending(object_code: pl.Expr) -> pl.Expr:
    """Objects 1000-7499, compared as text of four digits."""
    return _is_four_digits(object_code) & object_code.is_between(pl.lit("1000"), pl.lit("7499"))


def is_revenue(object_code: pl.Expr) -> pl.Expr:
    """Objects 8000-8799, compared as text of four digits."""
    return _is_four_digits(object_code) & object_code.is_between(pl.lit("8000"), pl.lit("8799"))


def _is_four_digits(object_code: pl.Expr) -> pl.Expr:
    return object_code.str.contains(r"^[0-9]{4}$")
