"""XLSX workbooks: refused when they would unpack to too much, read as text without loss."""

from __future__ import annotations

import datetime
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO

import polars as pl
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from districts.landing.limits import Limits, Unreadable, describe_bytes
from districts.landing.problems import Report
from districts.landing.screen import RowScreen

BATCH_ROWS = 20_000
LOST_DIGITS = 10**15
_CHUNK = 256 * 1024
_REFERENCE = re.compile(rb'<(?:\w+:)?c [^>]{0,200}?r="([A-Z]{1,3})([0-9]{1,7})"')
_DAMAGED = "The workbook is damaged. Open it in a spreadsheet, save it again and upload that file."


@dataclass(frozen=True, kw_only=True)
class SheetSize:
    """A sheet and how many cells it would take to hold it."""

    name: str
    rows: int
    columns: int


def check_pack(path: Path, *, limits: Limits) -> None:
    """Raise Unreadable for a workbook that is damaged, protected, or unpacks to too much.

    Every entry is unpacked once in bounded memory, so sizes that lie in the listing are found.
    """
    try:
        with zipfile.ZipFile(path) as pack, path.open("rb") as raw:
            entries = pack.infolist()
            _check_listing(entries, limits=limits)
            for entry in entries:
                _unpack(raw, entry, limits=limits)
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        NotImplementedError,
        ValueError,
        OverflowError,
    ) as error:
        raise Unreadable(_DAMAGED) from error


def _check_listing(entries: list[zipfile.ZipInfo], *, limits: Limits) -> None:
    names = {entry.filename for entry in entries}
    if len(entries) > limits.max_pack_entries:
        raise Unreadable(
            f"The workbook holds {len(entries):,} parts; at most {limits.max_pack_entries:,} are "
            "read. Copy the table into a new workbook and upload that."
        )
    if "[Content_Types].xml" not in names or not any(
        name.startswith("xl/") and "workbook" in name for name in names
    ):
        raise Unreadable(
            "This is a zip archive, not an XLSX workbook. Unpack it and upload the table inside."
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable("The workbook is protected by a password. Save it without one.")
    total = sum(entry.file_size for entry in entries)
    if total > limits.max_unpacked:
        _refuse_size(total, limits=limits)
    for entry in entries:
        if entry.file_size > 1_000_000 and entry.file_size > (
            limits.max_pack_ratio * max(1, entry.compress_size)
        ):
            raise Unreadable(
                "The workbook unpacks to over "
                f"{limits.max_pack_ratio} times its size, as no real table does. "
                "Save the table as CSV and upload that."
            )


def _refuse_size(total: int, *, limits: Limits) -> None:
    raise Unreadable(
        f"The workbook unpacks to {describe_bytes(total)}; at most "
        f"{describe_bytes(limits.max_unpacked)} is read. Save the table as CSV and upload that."
    )


def _unpack(raw: IO[bytes], entry: zipfile.ZipInfo, *, limits: Limits) -> None:
    """Unpack one entry and compare with its listed size; count the cells of a sheet."""
    is_known = entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    if not is_known or entry.header_offset < 0:
        raise zipfile.BadZipFile(entry.filename)
    raw.seek(entry.header_offset)
    header = raw.read(30)
    if len(header) < 30 or not header.startswith(b"PK\x03\x04"):
        raise zipfile.BadZipFile(entry.filename)
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    raw.seek(name_length + extra_length, 1)
    is_sheet = entry.filename.startswith("xl/worksheets/")
    extent = _Extent(limits=limits) if is_sheet else None
    size, crc = 0, 0
    for part in _inflate(raw, entry):
        size += len(part)
        crc = zlib.crc32(part, crc)
        if size > entry.file_size:
            raise zipfile.BadZipFile(entry.filename)
        if extent is not None:
            extent.see(part)
    if size != entry.file_size or crc != entry.CRC:
        raise zipfile.BadZipFile(entry.filename)


def _inflate(raw: IO[bytes], entry: zipfile.ZipInfo) -> Iterator[bytes]:
    left = entry.compress_size
    if entry.compress_type == zipfile.ZIP_STORED:
        while left > 0 and (part := raw.read(min(_CHUNK, left))):
            left -= len(part)
            yield part
        return
    inflater = zlib.decompressobj(-15)
    while left > 0 and (part := raw.read(min(_CHUNK, left))):
        left -= len(part)
        while part:
            yield inflater.decompress(part, _CHUNK)
            part = inflater.unconsumed_tail
    while not inflater.eof and (rest := inflater.decompress(b"", _CHUNK)):
        yield rest


class _Extent:
    """The farthest cell a sheet names: a lone far cell would claim memory for all before it."""

    def __init__(self, *, limits: Limits) -> None:
        self._limits, self._rows, self._columns, self._tail = limits, 0, 0, b""
        self._letters: set[bytes] = set()

    def see(self, part: bytes) -> None:
        """Read the cell references of one piece of the sheet."""
        text = self._tail + part
        for letters, digits in _REFERENCE.findall(text):
            if letters not in self._letters:
                self._letters.add(letters)
                self._columns = max(self._columns, _column_number(letters))
            self._rows = max(self._rows, int(digits))
        self._tail = text[-256:]
        if self._rows * self._columns > self._limits.max_workbook_cells:
            raise Unreadable(
                f"A sheet spans {self._rows:,} rows by {self._columns:,} columns, more than is "
                "read from a workbook. Save the table as CSV and upload that."
            )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def open_workbook(path: Path, *, limits: Limits) -> CalamineWorkbook:
    """Open a workbook after `check_pack`. Raises Unreadable."""
    check_pack(path, limits=limits)
    try:
        return CalamineWorkbook.from_path(str(path))
    except PasswordError as error:
        raise Unreadable("The workbook is protected by a password. Save it without one.") from error
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable(_DAMAGED) from error


def list_sheets(workbook: CalamineWorkbook) -> tuple[str, ...]:
    """Name the sheets a person sees, in their order."""
    return tuple(
        sheet.name
        for sheet in workbook.sheets_metadata
        if str(sheet.visible).endswith("Visible") and str(sheet.typ).endswith("WorkSheet")
    )


def open_sheet(workbook: CalamineWorkbook, name: str) -> CalamineSheet:
    """Load one sheet. Raises Unreadable when it is missing or damaged."""
    try:
        return workbook.get_sheet_by_name(name)
    except (CalamineError, ValueError) as error:
        raise Unreadable(
            f"The sheet «{name}» cannot be read. Choose another sheet or save the file again."
        ) from error


def render_cell(value: object) -> str:
    """Write a workbook cell as the text a person would type, without losing a digit."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return str(value)
        if value.is_integer() and abs(value) < LOST_DIGITS:
            return str(int(value))
        return f"{Decimal(repr(value)):f}" if abs(value) < 1e30 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ") if value.time() != datetime.time() else f"{value:%Y-%m-%d}"
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


class SheetRows:
    """The rows below the header of one sheet."""

    def __init__(
        self,
        *,
        sheet: CalamineSheet,
        columns: tuple[str, ...],
        header: tuple[str, ...],
        first_data_line: int,
    ) -> None:
        self._sheet, self._columns = sheet, columns
        self._header, self._first_data_line = header, first_data_line

    def batches(self, report: Report) -> Iterator[pl.DataFrame]:
        """Yield the kept rows; what is not kept is recorded in the report."""
        report.sheet = self._sheet.name
        screen = RowScreen(columns=self._columns, report=report, header=self._header)
        for number, values in enumerate(self._sheet.iter_rows(), start=1):
            if number < self._first_data_line:
                continue
            kept = screen.offer(number, [render_cell(value) for value in values])
            if kept:
                self._warn_of_lost_digits(number, values, report)
            if screen.kept >= BATCH_ROWS:
                yield screen.take_frame()
        if screen.kept:
            yield screen.take_frame()

    def _warn_of_lost_digits(self, number: int, values: Sequence[object], report: Report) -> None:
        for name, value in zip(self._columns, values, strict=False):
            if isinstance(value, float) and LOST_DIGITS <= abs(value) < 1e30:
                report.problem(
                    row=number,
                    column=name,
                    value=render_cell(value),
                    why="is a number of more than 15 digits, of which the workbook keeps only 15",
                    what_to_do="Store the column as text in the source and export it again.",
                )
