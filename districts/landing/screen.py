"""Each row of a table before anyone reads its cells: blank, total, ragged, damaged or kept.

One behaviour for text and workbooks. Must not know what the columns mean.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from districts.landing.layout import is_total_row
from districts.landing.problems import Report, TotalRow
from districts.landing.text import CONTROL_PATTERN

ROW = "_row"
TOTAL_ROWS_KEPT = 50
_CONTROL = re.compile(CONTROL_PATTERN)


@dataclass
class RowScreen:
    """Decide row by row, and turn kept rows into frames of text."""

    columns: tuple[str, ...]
    report: Report
    header: tuple[str, ...] = ()
    _rows: list[Sequence[str]] = field(default_factory=list)
    _numbers: list[int] = field(default_factory=list)

    def offer(self, number: int, cells: Sequence[str]) -> bool:
        """Keep a row or record why not. Gives True when the row was kept."""
        cells = [cell.strip() for cell in cells]
        counts, width = self.report.counts, len(self.columns)
        if not any(cells):
            counts.blank += 1
            return False
        if is_total_row(cells, width=width):
            self.note_total(number, cells)
            return False
        if self.header and tuple(cells[: len(self.header)]) == self.header:
            counts.repeated_headers += 1
            return False
        counts.read += 1
        if number in self.report.left_out_rows:
            read = [dict(zip(self.columns, cells, strict=True))] if len(cells) == width else []
            self.report.leave_out(rows=[number], cells=read)
            return False
        if len(cells) > width and not any(cells[width:]):
            cells = cells[:width]
        if len(cells) != width:
            self._note_ragged(number, cells)
            return False
        return self._is_sound(number, cells) and self._keep(number, cells)

    def _keep(self, number: int, cells: Sequence[str]) -> bool:
        self._rows.append(cells)
        self._numbers.append(number)
        return True

    def note_total(self, number: int, cells: Sequence[str]) -> None:
        """Count a total row and keep the first ones as controls."""
        self.report.counts.totals += 1
        if len(self.report.total_rows) < TOTAL_ROWS_KEPT:
            self.report.total_rows.append(TotalRow(row=number, cells=tuple(cells)))

    def note_broken(self, number: int, *, text: str, lines: int) -> None:
        """Record a row whose quote marks do not pair up."""
        self.report.counts.read += 1
        through = f" (through line {number + lines - 1:,})" if lines > 1 else ""
        self.report.problem(
            row=number,
            value=text,
            why=f"quote marks do not pair up{through}",
            what_to_do="Repair the quote marks in this row, or export the file again.",
        )

    def _note_ragged(self, number: int, cells: Sequence[str]) -> None:
        self.report.problem(
            row=number,
            value=" | ".join(cells),
            why=f"has {len(cells):,} cells where the header has {len(self.columns):,}",
            what_to_do="Look for a missing or extra delimiter, or a file cut off in this row; "
            "repair it or export the file again.",
        )

    def _is_sound(self, number: int, cells: Sequence[str]) -> bool:
        longest = self.report.limits.max_cell_length
        for name, cell in zip(self.columns, cells, strict=True):
            if len(cell) > longest:
                why = f"is longer than {longest:,} characters"
            elif _CONTROL.search(cell):
                why = "holds a control character"
            else:
                continue
            self.report.problem(
                row=number,
                column=name,
                value=cell,
                why=why,
                what_to_do="Clean the cell in the source system and export the file again.",
            )
            return False
        return True

    @property
    def kept(self) -> int:
        """How many rows wait to be framed."""
        return len(self._rows)

    def take_frame(self) -> pl.DataFrame:
        """Give the rows kept since the last call as text columns plus the row number."""
        frame = pl.DataFrame(
            self._rows,
            schema=[*((name, pl.String) for name in self.columns)],
            orient="row",
        ).with_columns(pl.Series(ROW, self._numbers, dtype=pl.Int64))
        self._rows, self._numbers = [], []
        return frame
