"""The rows of a file of check-ins: names to initiatives and schools, months and numbers. Writes nothing."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import polars as pl

from diagnostics.calc.delivery import school_year_of
from districts.landing.kinds import Reading
from districts.landing.schools import SchoolFinder, name_key
from strategy.models import Initiative, InitiativeSchool

COLUMNS: Final[tuple[tuple[str, str, str, tuple[str, ...]], ...]] = (
    ("initiative", "Initiative", "Its name, as SRM has it.", ("initiative", "initiative name")),
    (
        "school",
        "School",
        "Its name or code.",
        ("school", "school name", "school code", "school number", "site"),
    ),
    ("month", "Month", "For example 2025-10 or October 2025.", ("month", "check-in month", "date")),
    (
        "planned",
        "Planned dosage",
        "In the unit of the evaluation plan.",
        ("planned", "planned dosage", "dosage planned"),
    ),
    (
        "delivered",
        "Delivered dosage",
        "In the same unit; 0 if nothing was.",
        ("delivered", "delivered dosage", "dosage delivered"),
    ),
    (
        "assigned",
        "Students assigned",
        "Who should get it.",
        ("assigned", "students assigned", "assigned students"),
    ),
    (
        "reached",
        "Students who reached the least dosage",
        "Of those assigned.",
        ("reached", "students reached", "reached least dosage", "reached the least dosage"),
    ),
    ("note", "Note", "", ("note", "notes", "comment")),
)
SCHEMA: Final[dict[str, Any]] = {
    "slice": pl.Int16,
    "initiative": pl.String,
    "school": pl.String,
    "month": pl.String,
    "planned": pl.String,
    "delivered": pl.String,
    "assigned": pl.Int64,
    "reached": pl.Int64,
    "note": pl.String,
    "row_number": pl.Int64,
}
MOST_DOSAGE: Final = Decimal(1_000_000)
MOST_STUDENTS: Final = 10**6
LONGEST_NOTE: Final = 500
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_NAMES: Final = {
    f"{date(2000, number, 1):{form}}".lower(): number for number in range(1, 13) for form in ("%B", "%b")
}
_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-\d{1,2})?(?:[ T].*)?")
_US = re.compile(r"(\d{1,2})/(?:\d{1,2}/)?(\d{4})")
_WORDS = re.compile(r"([A-Za-z]+)\.?,? (\d{4})")
Row = tuple[object, ...]


class CheckInRows:
    """Turn batches of text into check-ins; everything else goes to the report."""

    def __init__(self, reading: Reading) -> None:
        self._reading, self._report, self._map = reading, reading.report, reading.file_map
        self._schools = SchoolFinder()
        self._initiatives = {
            name_key(name): (str(pk), name)
            for pk, name in Initiative.objects.filter(
                archived_at__isnull=True, kind=Initiative.Kind.INITIATIVE
            ).values_list("pk", "name")
        }
        self._served = {
            (str(one), str(school))
            for one, school in InitiativeSchool.objects.values_list("initiative_id", "school_id")
        }
        self._seen: set[tuple[str, str, date]] = set()
        self._not_served = 0

    def read(self, batch: pl.DataFrame) -> list[Row]:
        """Read one batch."""
        columns = {name: self._map.get(name) for name, _, _, _ in COLUMNS}
        frame = batch.select(
            "_row",
            *((pl.col(column) if column else pl.lit("")).alias(name) for name, column in columns.items()),
        )
        made = (self._make(row) for row in frame.iter_rows(named=True))
        return [one for one in made if one is not None]

    def finish(self) -> None:
        """Say how many rows are of schools that the initiative's record does not name."""
        if self._not_served:
            self._report.check(
                name="Schools on record",
                status="warn",
                found=f"{self._not_served:,}",
                note="Rows of schools that the initiative’s record does not name. They count only once the"
                " evaluation plan names the school.",
            )

    def _make(self, row: dict[str, Any]) -> Row | None:
        number = int(row["_row"])
        initiative = self._initiatives.get(name_key(row["initiative"]))
        school = self._find_school(row)
        month = read_month(row["month"])
        if initiative is None:
            self._refuse(
                row,
                "initiative",
                "is no initiative in use",
                "Write the name as SRM has it, or start the initiative first.",
            )
        if month is None:
            self._refuse(row, "month", "is no month", "Write it as 2025-10 or October 2025.")
        elif month > self._reading.source.today:
            self._refuse(row, "month", "has not begun yet", "Leave out months to come.")
            month = None
        numbers = self._numbers(row)
        if initiative is None or month is None or numbers is None or not school:
            return None
        pk, name = initiative
        if (pk, school, month) in self._seen:
            self._refuse(row, "school", "comes twice for this initiative and month", "Keep one of the rows.")
            return None
        self._seen.add((pk, school, month))
        self._not_served += (pk, school) not in self._served
        one = self._reading.slice(
            subject=name[:60],
            fiscal_year=school_year_of(month),
            ledger=f"{month:%Y-%m}",
            period=f"{month:%B %Y}",
        )
        return (one.number, pk, school, month.isoformat(), *numbers, row["note"], number)

    def _find_school(self, row: dict[str, Any]) -> str:
        found = self._schools.find(row["school"])
        if found.meaning == "school":
            return found.school
        if found.meaning in ("other", "left_out"):
            self._report.counts.other_district += 1
            return ""
        why = "names no school" if found.meaning == "district" else "is no school of this district"
        self._refuse(row, "school", why, "Write the school’s name or code as on the schools page.")
        return ""

    def _numbers(self, row: dict[str, Any]) -> tuple[object, ...] | None:
        before = self._report.errors
        planned, delivered = (self._dosage(row, name) for name in ("planned", "delivered"))
        assigned, reached = (self._count(row, name) for name in ("assigned", "reached"))
        if len(row["note"]) > LONGEST_NOTE:
            self._refuse(row, "note", f"is longer than {LONGEST_NOTE} characters", "Shorten the note.")
        if self._report.errors == before and reached is not None:
            if assigned is None:
                self._refuse(
                    row, "assigned", "is empty, though students reached it", "Say of how many assigned."
                )
            elif reached > assigned:
                self._refuse(row, "reached", "is more than were assigned", "Correct one of the two counts.")
        if self._report.errors != before or planned is None or delivered is None:
            return None
        return (f"{planned:f}", f"{delivered:f}", assigned, reached)

    def _dosage(self, row: dict[str, Any], name: str) -> Decimal | None:
        text = row[name].strip()
        value = _number(text)
        if value is None or value >= MOST_DOSAGE or value != round(value, 2):
            why = "is empty" if not text else "is no number from 0 with at most two decimals"
            self._refuse(row, name, why, "Write a number such as 12, 0 if nothing was.")
            return None
        return value

    def _count(self, row: dict[str, Any], name: str) -> int | None:
        text = row[name].strip()
        if not text:
            return None
        value = _number(text)
        if value is None or value >= MOST_STUDENTS or value != int(value):
            self._refuse(
                row, name, "is no number of students", "Write a whole number such as 24, or nothing."
            )
            return None
        return int(value)

    def _refuse(self, row: dict[str, Any], name: str, why: str, what: str) -> None:
        self._report.problem(
            row=int(row["_row"]), column=self._map.get(name), value=row[name], why=why, what_to_do=what
        )


def read_month(text: str) -> date | None:
    """Return the first day of a month as people write it: 2025-10, 10/2025, 10/31/2025, Oct 2025."""
    text = " ".join(text.split())
    year = month = 0
    if found := _ISO.fullmatch(text):
        year, month = int(found[1]), int(found[2])
    elif found := _US.fullmatch(text):
        year, month = int(found[2]), int(found[1])
    elif found := _WORDS.fullmatch(text):
        year, month = int(found[2]), _NAMES.get(found[1].lower(), 0)
    return date(year, month, 1) if 1990 <= year <= 2100 and 1 <= month <= 12 else None


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", "")) if _NUMBER.fullmatch(text) and len(text) < 20 else None
    except InvalidOperation:
        return None
