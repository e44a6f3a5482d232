"""California's native SACS export (`.dat`): sections of ledger rows, form elements and logs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

import polars as pl

from districts.landing.amounts import WHAT_TO_DO, parse_amounts
from districts.landing.kinds import FileMap, Reading, Slice
from districts.landing.limits import Unreadable
from districts.landing.problems import Report
from districts.landing.reader import Sample
from districts.landing.text import (
    CONTROL_PATTERN,
    Block,
    detect_encoding,
    has_control_characters,
    read_blocks,
)
from investments.imports.canonical import account_key, sacs_parts
from investments.imports.filing_dates import date_slices, parse_saved_moment
from investments.imports.ledger_kind import LedgerKind

LEDGER_LINE = r'^"([^"]*)","([^"]*)","([ICE])"$'
COLUMN_KINDS = {"BA": "actual", "BE": "estimated_actual", "BB": "budget"}
EXPORT_AGAIN = "Export the file again from the state's system and upload the new file."
_OPEN = re.compile(
    r'^"([0-9]{4})-([0-9]{2})","([0-9]{14})","([^"]{1,10})","([^"]{1,10})"(?:,"([A-Z]{2,20})")?$'
)
_CLOSE = re.compile(r'^"-1","EOD","([0-9]{14})","([^"]*)","([^"]*)","([0-9]+)"$')
_END = re.compile(r'^"-1","EOF","([0-9]{14})","([0-9]+)"')
_ELEMENT = re.compile(r'^"([0-9A-Z]{2})\.(EXPENDITURES\.TOTAL|DATETIME\.LAST\.SAVED)","([^"]*)"$')


@dataclass
class Section:
    """One section of the file while it is read."""

    first_line: int
    fiscal_year: int
    district: str
    period: str
    column: str
    content: str = ""
    lines: int = 0

    @property
    def name(self) -> str:
        """Say which section this is, as the file writes it."""
        year = f"{self.fiscal_year - 1}-{self.fiscal_year % 100:02d}"
        return " ".join(part for part in (year, self.period, self.column, self.content) if part)

    @property
    def is_ledger(self) -> bool:
        """True for a section of account balances."""
        return not self.content


@dataclass
class _Progress:
    """Where the reading of the file stands."""

    section: Section | None = None
    ended_at: int = 0
    elements: dict[tuple[str, int, str], dict[str, str]] = field(default_factory=dict)
    loaded: dict[tuple[int, str], set[str]] = field(default_factory=dict)
    """Whose rows were loaded, by fiscal year and column: a file may hold several entities."""
    unknown_columns: dict[str, int] = field(default_factory=dict)
    seen: set[tuple[str, str, int]] = field(default_factory=set)
    sections: int = 0


class SacsDat(LedgerKind):
    """The state's export file, with several years and kinds of amount in one file."""

    name = "sacs_dat"
    label = "California SACS export (.dat)"
    explanation = "The state's own export, a file that ends in DatExport.dat. It needs no map."

    def recognise(self, sample: Sample) -> float:
        """Certain when the first line opens a SACS section."""
        if sample.format != "text" or not sample.lines:
            return 0.0
        return 1.0 if _OPEN.match(sample.lines[0].strip()) else 0.0

    def amount_columns(self, file_map: FileMap) -> tuple[str, ...]:
        """Name the one column of dollars."""
        return ("value",)

    def read_rows(self, reading: Reading) -> Iterator[pl.DataFrame]:
        """Read section by section; each section's closing count must hold for ledger sections."""
        source, progress = reading.source, _Progress()
        encoding = detect_encoding(source.path)
        for block in read_blocks(source.path, encoding=encoding, limits=source.limits):
            yield from self._read_block(block, reading, progress)
        self._check_end(reading.report, progress)
        self._use_elements(reading, progress)
        date_slices(reading)

    def _read_block(self, block: Block, reading: Reading, progress: _Progress) -> Iterator[pl.DataFrame]:
        text = block.text.removesuffix("\n")
        if not text:
            return
        lines = pl.Series("line", [text]).str.split("\n").explode()
        is_ledger = lines.str.contains(LEDGER_LINE)
        if has_control_characters(text.encode()):
            is_ledger = is_ledger & ~lines.str.contains(CONTROL_PATTERN)
        marks = lines.to_frame().with_row_index("at").filter(~is_ledger)
        start = 0
        for at, line in marks.iter_rows():
            yield from self._take(lines, start, at, block.first_line, reading, progress)
            self._read_mark(line.rstrip(), block.first_line + at, reading, progress)
            start = at + 1
        yield from self._take(lines, start, lines.len(), block.first_line, reading, progress)

    def _read_mark(self, line: str, number: int, reading: Reading, progress: _Progress) -> None:
        report, section = reading.report, progress.section
        opened = _OPEN.match(line)
        if opened:
            self._open(opened, number, report, progress)
        elif _CLOSE.match(line):
            self._close(line, number, report, progress)
        elif ended := _END.match(line):
            self._end(int(ended.group(2)), number, report, progress)
        elif section is None:
            if line:
                _refuse(report, number, line, "stands outside every section of the file")
        elif not section.is_ledger:
            section.lines += 1
            element = _ELEMENT.match(line) if section.content == "ELEMENT" else None
            if element:
                key = (section.district, section.fiscal_year, section.column)
                name = f"{element.group(1)}.{element.group(2)}"
                progress.elements.setdefault(key, {})[name] = element.group(3)
        elif line:
            section.lines += 1
            report.counts.read += 1
            _refuse(
                report,
                number,
                line,
                "is not a ledger row of account, amount and I, C or E",
                is_of_file=False,
            )

    def _open(self, opened: re.Match[str], number: int, report: Report, progress: _Progress) -> None:
        if progress.section is not None:
            self._unclosed(report, progress.section)
        first, last, district, period, column, content = opened.groups()
        if (int(first) + 1) % 100 != int(last):
            _refuse(report, number, f"{first}-{last}", "is not a fiscal year")
        progress.sections += 1
        progress.ended_at = 0
        progress.section = Section(
            first_line=number,
            fiscal_year=int(first) + 1,
            district=district,
            period=period.strip(),
            column=column.strip(),
            content=content or "",
        )
        if not content:
            key = (district, progress.section.column, progress.section.fiscal_year)
            if key in progress.seen:
                _refuse(report, number, progress.section.name, "is a section the file already had")
            progress.seen.add(key)

    def _close(self, line: str, number: int, report: Report, progress: _Progress) -> None:
        section, progress.section = progress.section, None
        closed = _CLOSE.match(line)
        if section is None or closed is None:
            _refuse(report, number, line, "closes a section that was not opened")
            return
        district, period, column, count = closed.groups()
        if (district, period.strip(), column.strip()) != (
            section.district,
            section.period,
            section.column,
        ):
            _refuse(report, number, line, f"does not close the section {section.name}")
            return
        holds = int(count) == section.lines
        if section.is_ledger:
            report.check(
                name=f"Rows of section {section.name}",
                status="ok" if holds else "warn",
                expected=f"{int(count):,}",
                found=f"{section.lines:,}",
                note="The section's closing line counts its rows.",
            )
            if not holds:
                _refuse(
                    report,
                    number,
                    line,
                    f"says the section {section.name} has {int(count):,} rows; it has {section.lines:,}",
                )
        elif not holds:
            report.check(
                name=f"Rows of section {section.name}",
                status="info",
                expected=f"{int(count):,}",
                found=f"{section.lines:,}",
                note="Not a ledger section: texts span lines, and contact lines may be removed.",
            )

    def _end(self, count: int, number: int, report: Report, progress: _Progress) -> None:
        if progress.section is not None:
            self._unclosed(report, progress.section)
            progress.section = None
        progress.ended_at = number
        report.check(
            name="Lines of the file",
            status="ok" if count == number else "info",
            expected=f"{count:,}",
            found=f"{number:,}",
            note="The last line counts the lines of the file, removed contact lines included.",
        )

    def _unclosed(self, report: Report, section: Section) -> None:
        _refuse(
            report,
            section.first_line,
            section.name,
            f"opens a section ({section.name}) that never closes: part of the file is missing",
        )

    def _check_end(self, report: Report, progress: _Progress) -> None:
        if not progress.sections:
            raise Unreadable(f"The file holds no SACS section. {EXPORT_AGAIN}")
        if progress.section is not None:
            self._unclosed(report, progress.section)
        elif not progress.ended_at:
            _refuse(report, 0, "", "the closing line of the file is missing: the file is cut off")

    def _take(
        self,
        lines: pl.Series,
        start: int,
        stop: int,
        first: int,
        reading: Reading,
        progress: _Progress,
    ) -> Iterator[pl.DataFrame]:
        """Turn a run of ledger lines of one section into canonical rows."""
        number, section, report = stop - start, progress.section, reading.report
        if number <= 0:
            return
        if section is None or not section.is_ledger:
            if section is None:
                _refuse(report, first + start, lines[start], "stands outside every section")
            else:
                section.lines += number
            return
        section.lines += number
        report.counts.read += number
        subject = COLUMN_KINDS.get(section.column)
        own = reading.source.district_state_code
        if own and section.district != own.ljust(14, "0"):
            report.counts.other_district += number
            return
        if subject is None:
            progress.unknown_columns[section.column] = (
                progress.unknown_columns.get(section.column, 0) + number
            )
            return
        progress.loaded.setdefault((section.fiscal_year, section.column), set()).add(section.district)
        one = reading.slice(subject=subject, fiscal_year=section.fiscal_year, period=section.period)
        yield self._canonical(lines.slice(start, number), first + start, one, report)

    def _canonical(self, lines: pl.Series, first: int, one: Slice, report: Report) -> pl.DataFrame:
        cells = lines.to_frame("line").select(
            row=pl.int_range(first, first + lines.len(), dtype=pl.Int64),
            code=pl.col("line").str.extract(LEDGER_LINE, 1),
            value=pl.col("line").str.extract(LEDGER_LINE, 2),
        )
        amounts = parse_amounts(cells["value"])
        cells = cells.with_columns(amounts.amount.alias("amount"), amounts.why.alias("why"))
        cells = leave_rows_out(cells, report)
        good_code = pl.col("code").str.contains(r"^[0-9A-Z]{19}$")
        bad = cells.filter(~good_code)
        report.add_frame(
            rows=bad["row"],
            values=bad["code"],
            column="Account",
            why="is not an account of 19 digits or capitals",
            what_to_do=EXPORT_AGAIN,
        )
        bad = cells.filter(pl.col("amount").is_null())
        for row, value, why in bad.select("row", "value", "why").iter_rows():
            report.problem(
                row=row,
                column="Amount",
                value=value,
                why=why or "is empty",
                what_to_do=WHAT_TO_DO.get(why, EXPORT_AGAIN),
            )
        good = cells.filter(good_code & pl.col("amount").is_not_null())
        return good.select(
            pl.lit(one.number, pl.Int16).alias("slice"),
            account_key(sacs_parts(pl.col("code"))),
            "amount",
            pl.col("row").alias("row_number"),
        )

    def _use_elements(self, reading: Reading, progress: _Progress) -> None:
        """Date the slices and note the form's own totals, of the entity whose rows a slice holds.

        Rows of several entities in one slice are nobody's ledger: refused.
        """
        subjects = {subject: column for column, subject in COLUMN_KINDS.items()}
        for one in reading.slice_list():
            column = subjects[one.subject]
            entities = sorted(progress.loaded.get((one.fiscal_year, column), ()))
            refuse_several_districts(entities, reading.report)
            forms = [progress.elements.get((entity, one.fiscal_year, column), {}) for entity in entities]
            saved = [parse_saved_moment(form.get("01.DATETIME.LAST.SAVED", "")) for form in forms]
            one.filed_at = max((moment for moment in saved if moment), default=None)
            elements = forms[0] if len(forms) == 1 else {}
            for name, value in elements.items():
                if name.endswith("EXPENDITURES.TOTAL"):
                    try:
                        one.control_totals[name] = str(Decimal(value))
                    except InvalidOperation:
                        continue
        for column, number in progress.unknown_columns.items():
            reading.report.counts.left_out += number
            reading.report.check(
                name=f"Sections of column {column}",
                status="warn",
                found=f"{number:,} rows",
                note="Not an actual, an estimated actual or a budget: not loaded.",
            )


def refuse_several_districts(entities: Sequence[str], report: Report) -> None:
    """Refuse rows of several districts or charter schools: without a code of its own, none is told from another."""
    if len(entities) > 1:
        report.problem(
            row=0,
            value=", ".join(entities[:5]),
            why=f"holds the ledgers of {len(entities)} districts or charter schools, which cannot be told apart",
            what_to_do="Enter the district's state code on the organisation page, then read the file again.",
            is_of_file=True,
        )


def leave_rows_out(cells: pl.DataFrame, report: Report) -> pl.DataFrame:
    """Drop the rows a person chose to leave out, and count them."""
    if not report.left_out_rows:
        return cells
    chosen = pl.col("row").is_in(list(report.left_out_rows))
    left_out = cells.filter(chosen)
    report.leave_out(rows=left_out["row"].to_list(), cells=left_out.select("value").to_dicts())
    return cells.filter(~chosen)


def _refuse(report: Report, number: int, value: str, why: str, *, is_of_file: bool = True) -> None:
    """Refuse a line; one that breaks the order of sections is damage of the whole file."""
    report.problem(row=number, value=value, why=why, what_to_do=EXPORT_AGAIN, is_of_file=is_of_file)
