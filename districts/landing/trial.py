"""The first rows of a file as a map would read them; reads a piece of the file, writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import polars as pl

from districts.errors import DomainError
from districts.landing.kinds import FileKind, FileMap, Reading, ShownRows
from districts.landing.layout import is_total_row
from districts.landing.problems import Problem, Report
from districts.landing.reader import Sample
from districts.landing.recognition import find_kind, get_source
from districts.landing.selectors import find_upload

ROWS_SHOWN = 8
PROBLEMS_SHOWN = 5
HEAD_SHOWN = 12
_TAKEN = 200


@dataclass(frozen=True, kw_only=True)
class HeadRow:
    """One row of the file as it stands, and what it is taken for."""

    number: int
    cells: tuple[str, ...]
    role: str


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What came out of reading the first rows; `refused` says why nothing did."""

    shown: ShownRows | None = None
    refused: str = ""
    rows_read: int = 0
    total_rows: int = 0
    rows_of_others: int = 0
    rows_without_amount: int = 0
    errors: int = 0
    problems: tuple[Problem, ...] = ()
    unused: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


def try_map(*, upload_id: UUID, kind: str, file_map: FileMap, sample: Sample) -> Trial:
    """Read the first rows of an upload with a map that was not saved yet. Raises NoSuchUpload."""
    upload = find_upload(upload_id)
    chosen = find_kind(kind)
    report = Report()
    reading = Reading(source=get_source(upload), file_map=file_map, report=report)
    unused = _unused(file_map, sample)
    try:
        frames = _first_frames(chosen, reading)
    except DomainError as error:
        return Trial(refused=error.message, unused=unused)
    shown = _shown(chosen, frames, reading)
    return Trial(
        shown=shown,
        rows_read=report.counts.read,
        total_rows=report.counts.totals,
        rows_of_others=report.counts.other_district,
        rows_without_amount=report.counts.no_amount,
        errors=report.errors,
        problems=tuple(report.problems[:PROBLEMS_SHOWN]),
        unused=unused,
    )


def _first_frames(kind: FileKind, reading: Reading) -> list[pl.DataFrame]:
    """Draw the frames of the first batch: a kind may give one for each amount of the same rows."""
    frames: list[pl.DataFrame] = []
    last: Any = None
    batches = kind.batches(reading)
    try:
        for frame in batches:
            if not frame.height:
                continue
            first = frame["row_number"][0] if "row_number" in frame.columns else None
            if last is not None and first is not None and first > last:
                break
            if "row_number" in frame.columns:
                last = max(last or 0, frame["row_number"].to_list()[-1])
            frames.append(frame.head(_TAKEN))
            if last is None:
                break
    finally:
        close = getattr(batches, "close", None)
        if close is not None:
            close()
    return frames


def _shown(kind: FileKind, frames: Sequence[pl.DataFrame], reading: Reading) -> ShownRows | None:
    if not frames:
        return None
    rows = pl.concat(frames)
    if "row_number" in rows.columns:
        rows = rows.sort("row_number", maintain_order=True)
    return kind.show_rows(rows.head(ROWS_SHOWN), reading)


def _unused(file_map: FileMap, sample: Sample) -> tuple[str, ...]:
    used = set(file_map.values.values())
    return tuple(column for column in sample.columns if column not in used)


def describe_head(*, sample: Sample, limit: int = HEAD_SHOWN) -> tuple[HeadRow, ...]:
    """Say what each of the first rows of a file is taken for: not read, column names, data, a total."""
    rows: list[HeadRow] = []
    data = 0
    for number, cells in sample.head:
        cut = cells[: max(len(sample.columns), 1)]
        if sample.header_row and number < sample.header_row:
            role = "Skipped"
        elif number == sample.header_row:
            role = "Column names"
        elif not any(cells):
            role = "Blank"
        elif is_total_row(cells, width=len(sample.columns)):
            role = "Total"
        else:
            role, data = "Data", data + 1
        rows.append(HeadRow(number=number, cells=cut + ("",) * (len(sample.columns) - len(cut)), role=role))
        if data >= limit // 2 or len(rows) >= limit + (sample.header_row or 0):
            break
    return tuple(rows)
