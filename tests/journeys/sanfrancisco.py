"""San Francisco's files as the loop hands them in: as filed, changed and filed later, and cut by year.

Reads the files with nothing of the product, so that what pages say is checked against the file itself.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from tests.data import ROOT

FILES = ROOT / "demo" / "san-francisco"
FILED = '"01.DATETIME.LAST.SAVED","10/01/2024 19:56:38 +00:00"'
FILED_LATER = '"01.DATETIME.LAST.SAVED","02/14/2025 18:00:00 +00:00"'


@dataclass(frozen=True)
class Line:
    """One account of a ledger section and its dollars."""

    section: str
    account: str
    amount: Decimal

    @property
    def resource(self) -> str:
        return self.account[2:6]

    @property
    def is_spending(self) -> bool:
        return self.account[15:].isdigit() and 1000 <= int(self.account[15:]) <= 7499


@cache
def ledger() -> bytes:
    """Return the export of FY2024's actuals and FY2025's budget, as filed."""
    return next((FILES / "ledger").glob("*_A_2023-24_*.dat")).read_bytes()


def changed_ledger(*, resource: str, more: Decimal) -> bytes:
    """Return the same export filed later, one account of a resource larger by some dollars in the actuals."""
    text = ledger().decode()
    line = next(
        one for one in read(ledger()) if one.section == "BA" and one.resource == resource and one.is_spending
    )
    old = f'"{line.account}","{line.amount}"'
    actuals, mark, rest = text.partition('"-1","EOD"')
    if actuals.count(old) != 1 or text.count(FILED) != 2:
        raise AssertionError("the file is not as the loop knows it")
    changed = actuals.replace(old, f'"{line.account}","{line.amount + more}"')
    return (changed + mark + rest.replace(FILED, FILED_LATER)).encode()


def read(content: bytes) -> Iterator[Line]:
    """Yield the lines of the ledger sections: actuals (BA) and budget (BB)."""
    section = ""
    for cells in csv.reader(io.StringIO(content.decode())):
        if len(cells) == 4 and cells[2] == "A":
            section = cells[3]
        elif cells[0] == "-1" or len(cells) > 4:
            section = ""
        elif section and len(cells) == 3:
            yield Line(section, cells[0], Decimal(cells[1]))


def spending(content: bytes, *, section: str, resources: tuple[str, ...]) -> Decimal:
    """Sum what a section spends from some resources."""
    return sum(
        (
            one.amount
            for one in read(content)
            if one.section == section and one.is_spending and one.resource in resources
        ),
        Decimal(0),
    )


def results(*, last: bool) -> bytes:
    """Return the absenteeism file: only its last year, or all years before."""
    source = next((FILES / "schools").glob("chronic_absenteeism_*.csv"))
    rows = source.read_text().splitlines()
    kept = [row for row in rows[1:] if row.startswith("2023-2024,") is last]
    return ("\n".join([rows[0], *kept]) + "\n").encode()


def absenteeism(*, school: str, year: str) -> Decimal:
    """Return the percent of a school's students that the file says were chronically absent."""
    source: Path = next((FILES / "schools").glob("chronic_absenteeism_*.csv"))
    with source.open(newline="") as file:
        for row in csv.DictReader(file):
            is_total = row["cohort_dimension"] == "total"
            if is_total and row["academic_year"] == year and row["school_code"].zfill(7) == school:
                return (
                    Decimal(row["cohort_absenteeism_count"]) * 100 / Decimal(row["cohort_enrollment_count"])
                )
    raise AssertionError(f"no total of {school} in {year}")
