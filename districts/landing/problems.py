"""What is wrong with a file, row by row, and what its quality checks say. Knows no database."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

import polars as pl

from districts.landing.limits import Limits

Severity = Literal["error", "warning"]
CheckStatus = Literal["ok", "warn", "info"]
PROBLEM_COLUMNS = ("severity", "row", "sheet", "column", "value", "why", "what_to_do")
SHOWN_VALUE_LENGTH = 200
LEFT_OUT_CELLS_KEPT = 10_000


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong in one row: where, what stands there, why it is wrong, what to do."""

    row: int
    column: str
    value: str
    why: str
    what_to_do: str
    severity: Severity = "error"
    sheet: str = ""
    is_of_file: bool = False
    """The file itself is damaged there: leaving the row out repairs nothing."""


@dataclass(frozen=True, kw_only=True)
class QualityCheck:
    """One line of the quality report. Never rejects a file."""

    name: str
    status: CheckStatus
    note: str
    expected: str = ""
    found: str = ""
    leads_to: str = ""
    """Where the page leads from it: `organisation` for what a district's setting decides; else nowhere."""


@dataclass(frozen=True, kw_only=True)
class TotalRow:
    """A total row of the file: recognised, not loaded, kept as a control."""

    row: int
    cells: tuple[str, ...]


@dataclass(kw_only=True)
class RowCounts:
    """Where every row of the file went."""

    read: int = 0
    loaded: int = 0
    left_out: int = 0
    other_district: int = 0
    blank: int = 0
    totals: int = 0
    no_amount: int = 0
    repeated_headers: int = 0


@dataclass
class Report:
    """Collect every problem, count and check of one reading of one file.

    The first problems stay in memory; all are written to `spill` (CSV) where one is given, up to
    the limit, so memory stays bounded whatever the file.
    """

    spill: Path | None = None
    limits: Limits = field(default_factory=Limits)
    sheet: str = ""
    left_out_rows: frozenset[int] = frozenset()
    counts: RowCounts = field(default_factory=RowCounts)
    problems: list[Problem] = field(default_factory=list)
    checks: list[QualityCheck] = field(default_factory=list)
    control_totals: dict[str, str] = field(default_factory=dict)
    provenance: list[str] = field(default_factory=list)
    total_rows: list[TotalRow] = field(default_factory=list)
    errors: int = 0
    warnings: int = 0
    is_damaged: bool = False
    has_sheets: bool = False
    """Several sheets were read, so a row number alone names no row."""
    unknown_schools: Counter[str] = field(default_factory=Counter)
    """Names of schools that nobody has said anything about yet, with their rows."""
    by_why: Counter[str] = field(default_factory=Counter)
    left_out_cells: list[Mapping[str, str]] = field(default_factory=list)
    """What stands in the rows a person left out, as far as it could be cut into columns."""
    _written: int = 0
    _file: IO[str] | None = None
    _left_out_seen: set[int] = field(default_factory=set)

    def add(self, problem: Problem) -> None:
        """Record one problem; a problem of a row a person left out counts as left out instead."""
        is_left_out = problem.row in self.left_out_rows and not problem.is_of_file
        if is_left_out and problem.severity == "error":
            self.leave_out(rows=[problem.row])
            return
        self._count(why=problem.why, severity=problem.severity, number=1)
        self.is_damaged = self.is_damaged or problem.is_of_file
        if len(self.problems) < self.limits.max_problems_in_memory:
            self.problems.append(problem)
        self._write([problem])

    def problem(
        self,
        *,
        row: int,
        column: str = "",
        value: str = "",
        why: str,
        what_to_do: str,
        severity: Severity = "error",
        is_of_file: bool = False,
    ) -> None:
        """Record one problem from its parts."""
        self.add(
            Problem(
                row=row,
                column=column,
                value=shown(value),
                why=why,
                what_to_do=what_to_do,
                severity=severity,
                sheet=self.sheet,
                is_of_file=is_of_file,
            )
        )

    def add_frame(
        self,
        *,
        rows: pl.Series,
        values: pl.Series,
        column: str,
        why: str,
        what_to_do: str,
        severity: Severity = "error",
    ) -> None:
        """Record the same problem for many rows."""
        for row, value in zip(rows, values, strict=True):
            self.problem(
                row=row,
                column=column,
                value="" if value is None else str(value),
                why=why,
                what_to_do=what_to_do,
                severity=severity,
            )

    def leave_out(self, *, rows: Sequence[int], cells: Sequence[Mapping[str, str]] = ()) -> None:
        """Count rows a person chose to leave out, each once; `cells` are theirs, in the same order."""
        fresh = set(rows) - self._left_out_seen
        self._left_out_seen |= fresh
        self.counts.left_out += len(fresh)
        room = LEFT_OUT_CELLS_KEPT - len(self.left_out_cells)
        self.left_out_cells += list(cells)[: max(0, room)]

    @property
    def rows_left_out(self) -> int:
        """How many rows a person left out."""
        return len(self._left_out_seen)

    def check(
        self,
        *,
        name: str,
        status: CheckStatus,
        note: str,
        expected: str = "",
        found: str = "",
        leads_to: str = "",
    ) -> None:
        """Add one line to the quality report."""
        self.checks.append(
            QualityCheck(
                name=name, status=status, note=note, expected=expected, found=found, leads_to=leads_to
            )
        )

    def close(self) -> None:
        """Finish the problem file. Safe to call twice."""
        if self._file is not None:
            self._file.close()
            self._file = None

    @property
    def is_clean(self) -> bool:
        """True when no error stands in the way of loading."""
        return self.errors == 0

    def as_dict(self) -> dict[str, Any]:
        """Give the report as JSON-ready values."""
        return {
            "counts": asdict(self.counts),
            "errors": self.errors,
            "warnings": self.warnings,
            "is_damaged": self.is_damaged,
            "has_sheets": self.has_sheets,
            "unknown_schools": dict(self.unknown_schools),
            "by_why": dict(self.by_why.most_common(50)),
            "problems": [asdict(problem) for problem in self.problems],
            "checks": [asdict(check) for check in self.checks],
            "control_totals": self.control_totals,
            "provenance": self.provenance,
            "left_out_rows": sorted(self._left_out_seen),
        }

    def as_json(self) -> str:
        """Give the report as JSON text."""
        return json.dumps(self.as_dict(), ensure_ascii=False)

    def _count(self, *, why: str, severity: Severity, number: int) -> None:
        if len(self.by_why) < 1_000 or why in self.by_why:
            self.by_why[why] += number
        if severity == "error":
            self.errors += number
        else:
            self.warnings += number

    def _write(self, problems: Sequence[Problem]) -> None:
        if self.spill is None or self._written >= self.limits.max_problems_on_disk:
            return
        if self._file is None:
            self.spill.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.spill.open("w", encoding="utf-8", newline="")
            csv.writer(self._file).writerow(PROBLEM_COLUMNS)
        writer = csv.writer(self._file)
        for problem in problems:
            values = asdict(problem)
            writer.writerow([safe_cell(str(values[name])) for name in PROBLEM_COLUMNS])
            self._written += 1


def shown(value: str) -> str:
    """Make a cell fit to show: control characters named, long text cut."""
    clean = "".join(
        character if character.isprintable() else f"\\x{ord(character):02x}"
        for character in value[: SHOWN_VALUE_LENGTH + 1]
    )
    return clean if len(clean) <= SHOWN_VALUE_LENGTH else clean[:SHOWN_VALUE_LENGTH] + "..."


def safe_cell(value: str) -> str:
    """Keep a spreadsheet from running a cell of the problem list as a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def read_problem_file(path: Path) -> Iterator[Mapping[str, str]]:
    """Yield the rows of a problem file written by a report."""
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
