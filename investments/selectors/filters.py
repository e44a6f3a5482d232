"""Ledger filters as SQL: the grammar of coding patterns over account segments; must not run a query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg import sql

from districts.errors import DomainError
from investments.calc.patterns import PatternError, SegmentPattern, parse_segment
from investments.segments import SEGMENTS


class FilterRefused(DomainError):
    """A ledger filter that cannot be read."""


def account_conditions(*, filters: Mapping[str, str]) -> tuple[sql.Composable, list[Any]]:
    """Turn segment filters into a condition on accounts `a` and its parameters.

    The same grammar as a coding rule's: `3010,3150`, `5*`, `1000-7499`; blank means any. Raises
    FilterRefused on an unknown segment or a pattern that cannot be read.
    """
    conditions: list[sql.Composable] = []
    values: list[Any] = []
    for segment, text in filters.items():
        try:
            pattern = parse_segment(segment=segment, text=text)
        except PatternError as error:
            raise FilterRefused(str(error)) from error
        if pattern is not None:
            condition, found = _condition(pattern=pattern)
            conditions.append(condition)
            values += found
    if not conditions:
        return sql.SQL("true"), []
    return sql.SQL(" AND ").join(conditions), values


def _condition(*, pattern: SegmentPattern) -> tuple[sql.Composable, list[Any]]:
    column = column_of(segment=pattern.segment)
    parts: list[sql.Composable] = []
    values: list[Any] = []
    if pattern.codes:
        parts.append(sql.SQL("{} = ANY(%s)").format(column))
        values.append(sorted(pattern.codes))
    for prefix in pattern.prefixes:
        parts.append(sql.SQL("starts_with({}, %s)").format(column))
        values.append(prefix)
    for low, high in pattern.ranges:
        parts.append(
            sql.SQL("({0} ~ '^[0-9]+$' AND length({0}) = %s AND {0} COLLATE \"C\" BETWEEN %s AND %s)").format(
                column
            )
        )
        values += [len(low), low, high]
    return sql.SQL("({})").format(sql.SQL(" OR ").join(parts)), values


def column_of(*, segment: str) -> sql.Composable:
    """Name the column of a segment of accounts `a`; raises FilterRefused when there is no such segment."""
    if segment not in SEGMENTS:
        raise FilterRefused(f"There is no segment “{segment}”.")
    return sql.SQL("a.{}").format(sql.Identifier(segment))
