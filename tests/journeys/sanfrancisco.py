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


def corrected_results(*, names: tuple[str, ...], fewer: Decimal) -> bytes:
    """Return the last year filed again: at some schools fewer of all students were absent, groups left out."""
    codes = {code_of(name) for name in names}
    rows = list(csv.DictReader(io.StringIO(results(last=True).decode())))
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    changed = 0
    for row in rows:
        if row["school_code"].zfill(7) in codes:
            if row["cohort_dimension"] != "total":
                continue
            row["cohort_absenteeism_count"] = str(Decimal(row["cohort_absenteeism_count"]) - fewer)
            changed += 1
        writer.writerow(row)
    if changed != len(codes):
        raise AssertionError("the file is not as the loop knows it")
    return out.getvalue().encode()


@cache
def code_of(name: str) -> str:
    """Return the state's code of a school, by the district's own list."""
    with (FILES / "schools" / "school_id_to_cds_mapping.csv").open(encoding="utf-8-sig", newline="") as file:
        (code,) = {
            row["CDSCode"].zfill(14)[-7:] for row in csv.DictReader(file) if row["school_name"] == name
        }
    return code


def change_apart(content: bytes, *, served: tuple[str, ...], compared: tuple[str, ...], before: str) -> float:
    """Return how many points more absenteeism fell at some schools than at others, from a year to a file's.

    By hand from the files: each school's fall, averaged over students (harmonic mean of both years' counts).
    """
    means = []
    for names in (served, compared):
        falls, weights = [], []
        for name in names:
            old = _total(results(last=False), school=code_of(name), year=before)
            new = _total(content, school=code_of(name), year="2023-2024")
            falls.append(100 * (old[0] / old[1] - new[0] / new[1]))
            weights.append(2 / (1 / old[1] + 1 / new[1]))
        fall = sum((f * w for f, w in zip(falls, weights, strict=True)), Decimal(0))
        means.append(fall / sum(weights, Decimal(0)))
    return float(means[0] - means[1])


def absenteeism(*, school: str, year: str) -> Decimal:
    """Return the percent of a school's students that the file says were chronically absent."""
    source: Path = next((FILES / "schools").glob("chronic_absenteeism_*.csv"))
    absent, students = _total(source.read_bytes(), school=school, year=year)
    return absent * 100 / students


def _total(content: bytes, *, school: str, year: str) -> tuple[Decimal, Decimal]:
    """Return the absent and all students of a school in a year."""
    for row in csv.DictReader(io.StringIO(content.decode())):
        is_total = row["cohort_dimension"] == "total"
        if is_total and row["academic_year"] == year and row["school_code"].zfill(7) == school:
            return Decimal(row["cohort_absenteeism_count"]), Decimal(row["cohort_enrollment_count"])
    raise AssertionError(f"no total of {school} in {year}")
