"""One reader for every table: CSV, TSV, other delimited text, XLSX. Everything is text.

Must not guess types, and must not know what the columns mean.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import polars as pl
from python_calamine import CalamineSheet

from districts.landing.delimited import DelimitedRows
from districts.landing.layout import HEAD_ROWS, detect_delimiter, find_header, name_columns
from districts.landing.limits import Limits, Unreadable, describe_bytes
from districts.landing.problems import Report
from districts.landing.text import detect_encoding, read_blocks
from districts.landing.workbook import (
    SheetRows,
    list_sheets,
    open_sheet,
    open_workbook,
    render_cell,
)

SAMPLE_BYTES = 256 * 1024
HEAD_SHOWN = 25
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1")
DELIMITER_NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "pipe", "^": "caret"}


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """What a person may say about the layout; empty means: find out."""

    sheet: str = ""
    header_row: int | None = None
    delimiter: str = ""
    encoding: str = ""

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ReadOptions:
        """Read options saved with a map; unknown keys are ignored."""
        row = values.get("header_row")
        return cls(
            sheet=str(values.get("sheet") or ""),
            header_row=int(row) if row not in (None, "") else None,
            delimiter=str(values.get("delimiter") or ""),
            encoding=str(values.get("encoding") or ""),
        )


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The head of a file: enough to recognise its kind and to guess a map."""

    file_name: str
    size: int
    format: Literal["text", "xlsx"]
    lines: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    header_row: int | None = None
    encoding: str = ""
    delimiter: str = ""
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    is_sheet_unclear: bool = False
    head: tuple[tuple[int, tuple[str, ...]], ...] = ()
    """The first rows as they stand, each with its number, banner and header included."""

    def column_values(self, name: str) -> list[str]:
        """Give the filled cells of one column of the sample."""
        position = self.columns.index(name)
        return [row[position] for row in self.rows if len(row) > position and row[position]]


class Rows(Protocol):
    """Anything that yields batches of text columns and reports what it did not keep."""

    def batches(self, report: Report) -> Iterator[pl.DataFrame]:
        """Yield batches of kept rows."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """An opened table: its sample, and its rows in batches."""

    path: Path
    sample: Sample
    rows: Rows
    limits: Limits = field(default_factory=Limits)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, distinct, in file order."""
        return self.sample.columns

    def batches(self, report: Report) -> Iterator[pl.DataFrame]:
        """Yield every kept row as text with its `_row`; notes the layout in the report.

        Raises Unreadable when the file is damaged or has no rows below its header.
        """
        yield from self.rows.batches(report)
        if not report.counts.read and not report.errors:
            raise Unreadable("The file has no rows below its header. Check the export.")
        self._note_layout(report)

    def _note_layout(self, report: Report) -> None:
        sample = self.sample
        if sample.format == "xlsx":
            found = f"sheet «{sample.sheet}»"
        else:
            name = DELIMITER_NAMES.get(sample.delimiter, sample.delimiter)
            found = f"{sample.encoding}, {name}"
        header = "no header row" if sample.header_row is None else f"header in row {sample.header_row}"
        guessed = sample.encoding in ("cp1252", "latin-1")
        report.check(
            name="Layout",
            status="warn" if guessed else "info",
            found=f"{found}, {header}",
            note="The file is not UTF-8; it was read as Western European text. Check accented letters."
            if guessed
            else "How the file was read.",
        )
        counts = report.counts
        for number, name, note in (
            (counts.totals, "Total rows", "recognised as totals and not loaded"),
            (counts.blank, "Blank rows", "skipped"),
            (counts.repeated_headers, "Repeated headers", "skipped"),
        ):
            if number:
                report.check(name=name, status="info", found=f"{number:,}", note=f"Rows {note}.")


def open_table(
    *, path: Path, file_name: str = "", options: ReadOptions | None = None, limits: Limits | None = None
) -> Table:
    """Open a CSV, TSV, delimited or XLSX file as a table of text.

    Raises Unreadable with what to do when the file is no table, is damaged, or is too large.
    """
    options, limits = options or ReadOptions(), limits or Limits()
    size = path.stat().st_size
    if size > limits.max_upload:
        raise Unreadable(
            f"The file has {describe_bytes(size)}; at most {describe_bytes(limits.max_upload)} is "
            "accepted. Split it by year, or ask your administrator to raise SRM_MAX_UPLOAD."
        )
    name = file_name or path.name
    if zipfile.is_zipfile(path) or _starts_as_zip(path):
        return _open_workbook(path, name, size, options, limits)
    return _open_text(path, name, size, options, limits)


def _starts_as_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def _open_text(path: Path, name: str, size: int, options: ReadOptions, limits: Limits) -> Table:
    if options.delimiter and options.delimiter not in DELIMITER_NAMES:
        raise Unreadable("Choose comma, tab, semicolon, pipe or caret as the delimiter.")
    if options.encoding and options.encoding not in ENCODINGS:
        raise Unreadable(f"Choose one of these encodings: {', '.join(ENCODINGS)}.")
    encoding = options.encoding or detect_encoding(path)
    head = next(read_blocks(path, encoding=encoding, limits=limits, size=SAMPLE_BYTES))
    lines = head.text.split("\n")[: HEAD_ROWS * 2]
    delimiter = options.delimiter or detect_delimiter(lines)
    numbered = _split_head(lines, delimiter)
    at, header, columns = _lay_out(numbered, options.header_row, limits)
    header_row = None if at is None else numbered[at][0]
    following = 0 if at is None else at + 1
    first = numbered[following][0] if following < len(numbered) else (header_row or 0) + 1
    if header_row is not None and following >= len(numbered):
        first = numbered[-1][0] + 1
    sample = Sample(
        file_name=name,
        size=size,
        format="text",
        lines=tuple(lines),
        columns=columns,
        rows=tuple(tuple(cells) for _, cells in numbered[following:] if any(cells)),
        header_row=header_row,
        encoding=encoding,
        delimiter=delimiter,
        head=_head(numbered),
    )
    rows = DelimitedRows(
        path=path,
        encoding=encoding,
        delimiter=delimiter,
        columns=columns,
        header=header,
        first_data_line=first,
        limits=limits,
    )
    return Table(path=path, sample=sample, rows=rows, limits=limits)


def _head(numbered: Sequence[tuple[int, Sequence[str]]]) -> tuple[tuple[int, tuple[str, ...]], ...]:
    return tuple((number, tuple(cells)) for number, cells in numbered[:HEAD_SHOWN])


def _split_head(lines: Sequence[str], delimiter: str) -> list[tuple[int, list[str]]]:
    """Split the head into rows with the number of their first line."""
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter, skipinitialspace=True)
    rows: list[tuple[int, list[str]]] = []
    start = 1
    while len(rows) < HEAD_ROWS:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error:
            cells = []
        rows.append((start, [cell.strip() for cell in cells]))
        start = reader.line_num + 1
    return rows


def _lay_out(
    numbered: Sequence[tuple[int, Sequence[str]]], header_row: int | None, limits: Limits
) -> tuple[int | None, tuple[str, ...], tuple[str, ...]]:
    """Find the header and name the columns; `header_row` 0 says there is none."""
    rows = [cells for _, cells in numbered]
    if header_row is None:
        at = find_header(rows)
    else:
        at = next((i for i, (number, _) in enumerate(numbered) if number == header_row), None)
        if header_row and at is None:
            raise Unreadable(f"There is no row {header_row} to take the column names from.")
    header = tuple(rows[at]) if at is not None else ()
    width = len(header) or max((len(row) for row in rows), default=0)
    if width > limits.max_columns:
        raise Unreadable(
            f"The table has {width:,} columns; at most {limits.max_columns:,} are read. "
            "Check the delimiter, or remove columns that are not needed."
        )
    if not width:
        raise Unreadable("No table was found in the file. Check that it has a header and rows.")
    return at, header, name_columns(header or None, width=width)


def _open_workbook(path: Path, name: str, size: int, options: ReadOptions, limits: Limits) -> Table:
    workbook = open_workbook(path, limits=limits)
    sheets = list_sheets(workbook)
    if not sheets:
        raise Unreadable("The workbook has no sheet to read. Save the table in a visible sheet.")
    if options.sheet and options.sheet not in sheets:
        raise Unreadable(f"The workbook has no sheet «{options.sheet}»; it has: {', '.join(sheets[:20])}.")
    scores = {
        sheet: _score_sheet(open_sheet(workbook, sheet)) for sheet in (sheets if not options.sheet else ())
    }
    chosen = options.sheet or max(scores, key=lambda sheet: scores[sheet])
    ranked = sorted(scores.values(), reverse=True)
    sheet = open_sheet(workbook, chosen)
    numbered = _head_of_sheet(sheet)
    at, header, columns = _lay_out(numbered, options.header_row, limits)
    header_row = None if at is None else numbered[at][0]
    following = 0 if at is None else at + 1
    sample = Sample(
        file_name=name,
        size=size,
        format="xlsx",
        columns=columns,
        rows=tuple(tuple(cells) for _, cells in numbered[following:] if any(cells)),
        header_row=header_row,
        sheets=sheets,
        sheet=chosen,
        is_sheet_unclear=len(ranked) > 1 and ranked[1] * 2 > ranked[0],
        head=_head(numbered),
    )
    rows = SheetRows(sheet=sheet, columns=columns, header=header, first_data_line=(header_row or 0) + 1)
    return Table(path=path, sample=sample, rows=rows, limits=limits)


def _head_of_sheet(sheet: CalamineSheet) -> list[tuple[int, list[str]]]:
    head = []
    for number, values in enumerate(sheet.iter_rows(), start=1):
        if number > HEAD_ROWS:
            break
        head.append((number, [render_cell(value).strip() for value in values]))
    return head


def _score_sheet(sheet: CalamineSheet) -> int:
    """Measure how much table a sheet holds: rows below a header times columns."""
    rows = [cells for _, cells in _head_of_sheet(sheet)]
    at = find_header(rows) if rows else None
    if at is None:
        return 0
    width = sum(1 for cell in rows[at] if cell)
    filled = sum(1 for row in rows[at + 1 :] if sum(1 for cell in row if cell) * 2 >= width)
    if not filled:
        return 0
    return max(0, sheet.height - at - 1) * width
