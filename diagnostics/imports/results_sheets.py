"""The tables of one reading of a results file: the sheet it was laid out on, and those with the same columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from diagnostics.imports.results_fields import LEVELS
from diagnostics.imports.results_map import spread_columns
from districts.landing.kinds import FileMap, MapIncomplete, Source, split_lines
from districts.landing.problems import Report
from districts.landing.reader import ReadOptions, Table, open_table

LAYOUT = ("Layout", "Total rows", "Blank rows", "Repeated headers")
NEEDED = ("year", "school", "agency", "only_column", "numerator", "denominator", "value", *LEVELS)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A table to read, and whether others are read too, so that a row number alone names no row."""

    table: Table
    is_one_of_several: bool


def list_tables(*, source: Source, file_map: FileMap) -> Iterator[Sheet]:
    """Open the tables of one reading, one after the other. Raises MapIncomplete where a column is missing."""
    more = split_lines(file_map.get("sheets"))
    first = _open(source, file_map.options)
    yield Sheet(table=first, is_one_of_several=bool(more))
    needed = {file_map.get(name) for name in NEEDED} | set(spread_columns(file_map))
    for sheet in more:
        table = _find_table(source, file_map.options, sheet=sheet, needed=needed - {""}, first=first)
        yield Sheet(table=table, is_one_of_several=True)


def draw(sheet: Sheet, *, report: Report, read: set[str]) -> Iterator[pl.DataFrame]:
    """Draw the rows of a table; those of a sheet that was read before are not counted again."""
    name = sheet.table.sample.sheet
    before, checks = replace(report.counts), len(report.checks)
    yield from sheet.table.batches(report)
    if name in read:
        for count in ("read", "totals", "blank", "repeated_headers"):
            setattr(report.counts, count, getattr(before, count))
        del report.checks[checks:]
    read.add(name)


def merge_checks(report: Report) -> None:
    """Say how the file was laid out in one line, however many sheets were read."""
    layouts = [one for one in report.checks if one.name == "Layout"]
    if len(layouts) < 2:
        return
    rest = [one for one in report.checks if one.name not in LAYOUT]
    found = f"{len(layouts):,} sheets: " + "; ".join(one.found for one in layouts)
    counts = report.counts
    report.checks[:] = [replace(layouts[0], found=found), *rest]
    for number, name in ((counts.totals, "Total rows"), (counts.blank, "Blank rows")):
        if number:
            report.check(
                name=name, status="info", found=f"{number:,}", note="Not loaded; of all sheets together."
            )


def _find_table(source: Source, options: ReadOptions, *, sheet: str, needed: set[str], first: Table) -> Table:
    """Open a sheet where its header stands: found there, or in the row of the first sheet's header."""
    rows = (None, first.sample.header_row)
    tables = [_open(source, replace(options, sheet=sheet, header_row=row)) for row in dict.fromkeys(rows)]
    for table in tables:
        if needed <= set(table.columns):
            return table
    missing = sorted(needed - set(tables[0].columns))
    raise MapIncomplete(
        f"The sheet «{sheet}» has no column «{missing[0]}». Leave the sheet out, or read it on its own.",
        field="sheets",
    )


def _open(source: Source, options: ReadOptions) -> Table:
    return open_table(path=source.path, file_name=source.file_name, options=options, limits=source.limits)
