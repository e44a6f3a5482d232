"""The rows of a results file: codes to schools, counts checked and repaired, zero of zero hidden."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from diagnostics.imports import results_map
from diagnostics.imports.results_values import (
    ASK_SOURCE,
    PROPORTION,
    Numbers,
    Rules,
    find_flaw,
    is_of_few,
    rate_of,
)
from districts.landing.amounts import WHAT_TO_DO, parse_amounts
from districts.landing.kinds import Reading
from districts.models import District, School
from districts.tenancy import current_district_id
from investments.imports.fiscal_years import read_fiscal_year
from strategy.models import Metric

SUPPRESSED = (
    r"^(?:\*+|n/?a|n?\s*(?:<|≤|<=|>|≥|>=)\s*[0-9.]+\s*%?|(?:fewer|less) than [0-9]+(?: students)?"
    r"|too few(?: students)?|--|†|‡|suppressed|redacted|masked|dnr|d/s)$"
)
WIDTH = 7
ALL = {"", "all", "all students", "total", "ta", "overall", "schoolwide"}


def school_numbers() -> dict[str, str]:
    """Map every way a file may write a school's code to the school. One query."""
    found: dict[str, str] = {}
    schools = list(School.objects.values_list("id", "district_code", "state_code"))
    for pk, own, _ in schools:
        if own:
            found[own] = str(pk)
    for pk, _, state in schools:
        if state:
            found[state] = str(pk)
            found[state[-WIDTH:].zfill(WIDTH)] = str(pk)
    return found


class ResultRows:
    """Turn batches of text into values of schools; everything else goes to the report."""

    def __init__(self, reading: Reading) -> None:
        self._reading, self._report, self._map = reading, reading.report, reading.file_map
        self._schools = school_numbers()
        self._divide = results_map.years_in(self._map.get("divide_years"), label="Repair")
        self._drop = results_map.years_in(self._map.get("drop_years"), label="Repair")
        self._by = results_map.divisor(self._map)
        self._seen: set[tuple[int, str, str]] = set()
        self._unknown: dict[str, int] = {}
        self._rules = Rules(
            unit=results_map.unit_of(self._map.get("metric")),
            scale=self._map.get("scale"),
            is_vouched=self._map.get("source_hides") == "yes",
        )
        self._minimum = District.objects.values_list("minimum_group", flat=True).get(pk=current_district_id())
        self._dropped = self._divided = self._hidden = self._vouched = self._rates = 0
        self._has_large = False
        self._has_small = False
        self._slices: dict[int, int] = {}
        self._bad_rows: set[int] = set()

    def read(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Read one batch."""
        frame = batch.select(
            row=pl.col("_row"),
            year=pl.col(self._map.get("year")),
            school=pl.col(self._map.get("school")),
            group=pl.col(self._map.get("group")) if self._map.get("group") else pl.lit(""),
        ).with_columns(
            *(self._number(batch, field).alias(field) for field in ("numerator", "denominator", "value")),
            hidden=self._marked_hidden(batch),
        )
        out: list[tuple[object, ...]] = []
        sound = frame.filter(~pl.col("row").is_in(list(self._bad_rows)))
        for row in sound.iter_rows(named=True):
            made = self._make(row)
            if made is not None:
                out.append(made)
        self._bad_rows = set()
        return pl.DataFrame(out, schema=_SCHEMA, orient="row")

    def _marked_hidden(self, batch: pl.DataFrame) -> pl.Series:
        marks = pl.Series([False]).new_from_index(0, batch.height)
        for field in ("numerator", "denominator", "value"):
            column = self._map.get(field)
            if column:
                marks = marks | batch[column].str.to_lowercase().str.contains(SUPPRESSED)
        return marks

    def _number(self, batch: pl.DataFrame, field: str) -> pl.Series:
        column = self._map.get(field)
        if not column:
            return pl.Series(field, [None], dtype=pl.Decimal(38, 6)).new_from_index(0, batch.height)
        plain = batch[column].str.strip_suffix("%")
        hidden = plain.str.to_lowercase().str.contains(SUPPRESSED)
        parsed = parse_amounts(
            batch.select(pl.when(hidden).then(pl.lit("")).otherwise(plain).alias("n"))["n"]
        )
        bad = parsed.why.is_not_null()
        if bad.any():
            for row, value, why in zip(
                batch["_row"].filter(bad),
                batch[column].filter(bad),
                parsed.why.filter(bad),
                strict=True,
            ):
                self._refuse(row, column, value, why, WHAT_TO_DO[why])
        return parsed.amount

    def _refuse(self, row: int, column: str, value: str, why: str, what: str = ASK_SOURCE) -> None:
        self._bad_rows = self._bad_rows | {row}
        self._report.problem(row=row, column=column, value=value, why=why, what_to_do=what)

    def _make(self, row: dict[str, object]) -> tuple[object, ...] | None:
        number = int(str(row["row"]))
        year = read_fiscal_year(str(row["year"]))
        if year is None:
            self._refuse(
                number,
                self._map.get("year"),
                str(row["year"]),
                "is not a school year",
                "Write the year as 2023-24 or 2024.",
            )
            return None
        if year in self._drop:
            self._dropped += 1
            self._report.counts.left_out += 1
            return None
        school = self._find_school(str(row["school"]))
        if school is None:
            return None
        group = " ".join(str(row["group"]).split())
        group = "all" if group.lower() in ALL else group[:60]
        counted, students, value = row["numerator"], row["denominator"], row["value"]
        repaired = self._repair(number, year, counted, students)
        if repaired is None:
            return None
        is_hidden = bool(row["hidden"])
        numbers = Numbers(*repaired, value=value if isinstance(value, Decimal) else None)
        if not is_hidden and not self._is_sound(number, numbers):
            return None
        if (year, school, group) in self._seen:
            self._refuse(
                number,
                self._map.get("school"),
                str(row["school"]),
                f"comes twice for group «{group}» in {year}",
            )
            return None
        self._seen.add((year, school, group))
        return self._finish(number, year, school, group, numbers, is_hidden=is_hidden)

    def _find_school(self, code: str) -> str | None:
        """Give the school's id, empty for the district; None (counted) when it is not ours."""
        if not code:
            return ""
        found = self._schools.get(code) or self._schools.get(code.zfill(WIDTH))
        if found is None and len(code) > WIDTH:
            found = self._schools.get(code[-WIDTH:])
        if found is None:
            self._unknown[code] = self._unknown.get(code, 0) + 1
            self._report.counts.other_district += 1
        return found

    def _repair(
        self, row: int, year: int, counted: object, students: object
    ) -> tuple[Decimal | None, Decimal | None] | None:
        numbers = [one if isinstance(one, Decimal) else None for one in (counted, students)]
        if year not in self._divide or self._by == 1:
            return numbers[0], numbers[1]
        for number, field in zip(numbers, ("numerator", "denominator"), strict=True):
            if number is not None and number % self._by:
                self._refuse(
                    row,
                    self._map.get(field),
                    str(number) if number >= self._minimum else "",
                    f"is no multiple of {self._by}, so the repair of {year} does not fit it",
                    "Take the year out of the repair, or correct the file.",
                )
                return None
        self._divided += 1
        first, second = (None if one is None else one / self._by for one in numbers)
        return first, second

    def _is_sound(self, row: int, numbers: Numbers) -> bool:
        flaw = find_flaw(numbers=numbers, rules=self._rules)
        if flaw is not None and is_of_few(numbers=numbers, minimum=self._minimum):
            said = f"{flaw.why_of_few or flaw.why} (few students, so no number is written here)"
            self._refuse(row, self._map.get(flaw.field), "", said, flaw.what_to_do)
        elif flaw is not None:
            self._refuse(
                row, self._map.get(flaw.field), f"{flaw.value.normalize():f}", flaw.why, flaw.what_to_do
            )
        return flaw is None

    def _note_scale(self, value: Decimal | None) -> None:
        """Remember rates for the check that the column as a whole is not written as 0 to 1."""
        if value is None or self._rules.unit != Metric.Unit.PERCENT or self._rules.scale == PROPORTION:
            return
        self._rates += 1
        self._has_large = self._has_large or value > 1
        self._has_small = self._has_small or 0 < value < 1

    def _finish(
        self,
        row: int,
        year: int,
        school: str,
        group: str,
        numbers: Numbers,
        *,
        is_hidden: bool,
    ) -> tuple[object, ...]:
        counted, students = numbers.counted, numbers.students
        shown = rate_of(numbers=numbers, rules=self._rules)
        is_zero = students == 0 and not counted
        if is_zero and self._map.get("zero_of_zero") != "none":
            is_hidden = True
        if is_hidden:
            self._hidden += 1
            counted = students = shown = None
        else:
            self._note_scale(numbers.value)
        is_vouched = shown is not None and students is None and self._rules.is_vouched
        self._vouched += is_vouched
        if year not in self._slices:
            one = self._reading.slice(subject=self._map.get("metric"), fiscal_year=year)
            self._slices[year] = one.number
        return (
            self._slices[year],
            school or None,
            group,
            counted,
            students,
            shown,
            is_hidden,
            is_vouched,
            row,
        )

    def finish(self) -> None:
        """Name every repair with its number of rows, in the report and in the provenance."""
        report = self._report
        years = ", ".join(str(year) for year in sorted(self._divide))
        steps = (
            (
                self._divided,
                "Repair: counts divided",
                (
                    f"Counts of {years} were {self._by} times too large and were divided by "
                    f"{self._by}; every one was a multiple of {self._by}."
                ),
            ),
            (
                self._dropped,
                "Repair: years left out",
                f"The values of {', '.join(str(y) for y in sorted(self._drop))} cannot be used.",
            ),
            (
                self._hidden,
                "Suppressed",
                "Values marked as hidden, or 0 of 0 students: not shown, and never zero.",
            ),
            (
                self._vouched,
                "Rates without a number of students",
                "A person stated that the source already hides small groups; they are shown on its word.",
            ),
        )
        for number, name, note in steps:
            if number:
                report.check(name=name, status="info", found=f"{number:,} rows", note=note)
                report.provenance.append(f"{name}: {number:,} rows. {note}")
        if self._unknown:
            note = "Codes that are no school of this district (other agencies, closed, charter)."
            report.check(
                name="Schools of others",
                status="info",
                found=f"{len(self._unknown):,} codes, {sum(self._unknown.values()):,} rows",
                note=note,
            )
            report.provenance.append(
                f"Rows of {len(self._unknown):,} codes that are no school of this district were left out."
            )
        if self._has_small and not self._has_large and self._rates > 1:
            report.check(
                name="Every rate is under 1",
                status="warn",
                found=f"{self._rates:,} rates",
                note="Read as percent, as the map says. If 0.25 means 25%, say so at «A rate is written as».",
            )
        if not self._slices and report.is_clean:
            report.problem(
                row=0,
                column=self._map.get("school"),
                why="no row names a school of this district",
                what_to_do="Add the schools with their codes first, or map another column.",
            )


_SCHEMA: dict[str, pl.DataType] = {
    "slice": pl.Int16(),
    "school": pl.String(),
    "student_group": pl.String(),
    "numerator": pl.Decimal(20, 4),
    "denominator": pl.Decimal(20, 4),
    "value": pl.Decimal(20, 6),
    "is_suppressed": pl.Boolean(),
    "is_vouched": pl.Boolean(),
    "row_number": pl.Int64(),
}
