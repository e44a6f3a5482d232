"""Delimited text as batches of text columns. Fast where a block is plain, exact everywhere.

A block is read by polars only when counting delimiters and quotes proves that it and a strict
CSV parser would see the same cells; any other block goes through the strict parser.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from districts.landing.layout import TOTAL_PATTERN, split_row
from districts.landing.limits import Limits
from districts.landing.problems import Report
from districts.landing.screen import ROW, RowScreen
from districts.landing.text import CONTROL_PATTERN, Block, has_control_characters, read_blocks

_ESCAPED = {"|": r"\|", "^": r"\^", "\t": r"\t"}
_TOTAL_LINE = TOTAL_PATTERN.replace("(?i)^", '(?i)^[\\s",;|]*')


class DelimitedRows:
    """The rows below the header of one delimited text file."""

    def __init__(
        self,
        *,
        path: Path,
        encoding: str,
        delimiter: str,
        columns: tuple[str, ...],
        header: tuple[str, ...],
        first_data_line: int,
        limits: Limits,
    ) -> None:
        self._path, self._encoding, self._delimiter = path, encoding, delimiter
        self._columns, self._header = columns, header
        self._first_data_line, self._limits = first_data_line, limits

    def batches(self, report: Report) -> Iterator[pl.DataFrame]:
        """Yield the kept rows; what is not kept is recorded in the report."""
        screen = RowScreen(columns=self._columns, report=report, header=self._header)
        blocks = read_blocks(self._path, encoding=self._encoding, limits=self._limits)
        for block in blocks:
            below = self._below_header(block)
            if not below.text:
                continue
            frame = self._read_plain(below, screen, report)
            if frame is None:
                frame = self._read_strictly(below, blocks, screen)
            if frame.height:
                yield frame

    def _below_header(self, block: Block) -> Block:
        skip = self._first_data_line - block.first_line
        if skip <= 0:
            return block
        parts = block.text.split("\n", skip)
        if len(parts) <= skip:
            return Block(block.first_line, "", block.is_last)
        return Block(self._first_data_line, parts[skip], block.is_last)

    def _read_plain(self, block: Block, screen: RowScreen, report: Report) -> pl.DataFrame | None:
        text = block.text.removesuffix("\n")
        raw = text.encode()
        lines = pl.Series("line", [text]).str.split("\n").explode()
        has_quotes = '"' in text
        if has_quotes and not self._has_simple_quotes(lines):
            return None
        bare = lines.str.replace_all('"[^"]*"', "") if has_quotes else lines
        cells = bare.str.count_matches(self._delimiter, literal=True) + 1
        odd = (cells != len(self._columns)) | lines.str.contains(_TOTAL_LINE)
        odd = odd | (lines.str.strip_chars(f'{self._delimiter} "\t') == "")
        if has_control_characters(raw):
            odd = odd | lines.str.contains(CONTROL_PATTERN)
        long = lines.str.len_bytes() > self._limits.max_cell_length
        odd = odd | long
        if report.left_out_rows or self._header:
            odd = odd | self._named(lines, block.first_line, report)
        numbers = pl.int_range(block.first_line, block.first_line + lines.len(), eager=True, dtype=pl.Int64)
        if odd.any():
            plain = lines.filter(~odd)
            raw = "\n".join(plain.to_list()).encode()
            plain_numbers = numbers.filter(~odd)
        else:
            plain_numbers = numbers
        frame = self._parse(raw, plain_numbers)
        if frame is None:
            return None
        report.counts.read += frame.height
        for number, line in zip(numbers.filter(odd), lines.filter(odd), strict=True):
            row = split_row(line, delimiter=self._delimiter)
            if row is None:
                screen.note_broken(number, text=line, lines=1)
            else:
                screen.offer(number, row)
        if screen.kept:
            frame = pl.concat([frame, screen.take_frame()]).sort(ROW)
        return frame

    def _named(self, lines: pl.Series, first_line: int, report: Report) -> pl.Series:
        """Mark rows a person left out and repeats of the header."""
        marks = pl.Series("named", [False]).new_from_index(0, lines.len())
        if self._header:
            start = self._header[0]
            repeats = lines.str.starts_with(start) | lines.str.starts_with(f'"{start}"')
            if start and repeats.any():
                marks = marks | repeats
        if report.left_out_rows:
            numbers = pl.int_range(first_line, first_line + lines.len(), eager=True)
            marks = marks | numbers.is_in(list(report.left_out_rows))
        return marks

    def _has_simple_quotes(self, lines: pl.Series) -> bool:
        """Tell if every cell is either free of quote marks or one quoted text within its line."""
        mark = _ESCAPED.get(self._delimiter, self._delimiter)
        one = f'(?:[^"{mark}]*|"[^"]*")'
        return bool(lines.str.contains(f"^{one}(?:{mark}{one})*$").all())

    def _parse(self, raw: bytes, numbers: pl.Series) -> pl.DataFrame | None:
        if not raw:
            return self._empty() if numbers.is_empty() else None
        try:
            frame = pl.read_csv(
                raw,
                has_header=False,
                separator=self._delimiter,
                schema=dict.fromkeys(self._columns, pl.String),
                empty_string_is_null=False,
                infer_schema=False,
                raise_if_empty=False,
                extra_columns="raise",
                missing_columns="raise",
            )
        except pl.exceptions.PolarsError:
            return None
        if frame.height != numbers.len():
            return None
        spaces = (b" ", b"\t", b"\xc2\xa0")
        if any(space in raw for space in spaces):
            frame = frame.with_columns(pl.all().str.strip_chars())
        return frame.with_columns(numbers.alias(ROW))

    def _empty(self) -> pl.DataFrame:
        schema: dict[str, type[pl.DataType]] = dict.fromkeys(self._columns, pl.String)
        return pl.DataFrame(schema={**schema, ROW: pl.Int64})

    def _read_strictly(self, block: Block, blocks: Iterator[Block], screen: RowScreen) -> pl.DataFrame:
        """Read a block by the strict parser, into the next block where a row spans both."""
        feed = _Feed(block, blocks)
        reader = csv.reader(
            feed, delimiter=self._delimiter, skipinitialspace=True, strict=True, doublequote=True
        )
        while not feed.is_at_block_end:
            number = feed.next_line
            try:
                cells = next(reader)
            except StopIteration:
                break
            except csv.Error:
                screen.note_broken(number, text=feed.last_text, lines=max(1, feed.next_line - number))
                continue
            screen.offer(number, cells)
        return screen.take_frame()


class _Feed:
    """Lines for the strict parser; the next block is opened only in the middle of a row."""

    def __init__(self, block: Block, blocks: Iterator[Block]) -> None:
        self._blocks = blocks
        self.last_text = ""
        self._open(block)

    def _open(self, block: Block) -> None:
        self._lines = block.text.removesuffix("\n").split("\n")
        self._at = 0
        self.next_line = block.first_line

    @property
    def is_at_block_end(self) -> bool:
        return self._at >= len(self._lines)

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if self.is_at_block_end:
            following = next(self._blocks, None)
            if following is None or not following.text:
                raise StopIteration
            self._open(following)
        line = self._lines[self._at]
        self._at += 1
        self.next_line += 1
        self.last_text = line
        return line + "\n"
