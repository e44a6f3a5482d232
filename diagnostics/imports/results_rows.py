"""The rows of a results file: schools found, counts checked and repaired, zero of zero hidden."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from diagnostics.imports import results_map
from diagnostics.imports.caaspp_groups import GROUPS
from diagnostics.imports.results_agency import Agency
from diagnostics.imports.results_fields import CAASPP
from diagnostics.imports.results_tally import Tally
from diagnostics.imports.results_values import (
    ASK_SOURCE,
    PROPORTION,
    Numbers,
    Rules,
    find_flaw,
    is_of_few,
    rate_of,
)
from diagnostics.imports.results_words import (
    ALL,
    MISSING,
    SHEET_GRADE,
    SUPPRESSED,
    decimal_of,
    grade_of,
    marked_hidden,
    year_of_sheet,
)
from districts.landing.amounts import WHAT_TO_DO, parse_amounts
from districts.landing.kinds import FileMap, MapIncomplete, Reading
from districts.landing.schools import SchoolFinder
from districts.models import District
from districts.tenancy import current_district_id
from investments.imports.fiscal_years import find_year_in_text, read_fiscal_year
from strategy.models import Metric


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Where a value belongs."""

    row: int
    year: int
    school: str
    group: str
    grade: str


class ResultRows:
    """Turn batches of text of one reading into values of schools; everything else goes to the report."""

    def __init__(self, *, reading: Reading, file_map: FileMap, finder: SchoolFinder, tally: Tally) -> None:
        self._reading, self._report, self._map = reading, reading.report, file_map
        self._finder, self._tally = finder, tally
        self._agency = Agency(file_map=file_map, source=reading.source)
        self._divide = results_map.years_in(file_map.get("divide_years"), label="Repair")
        self._drop = results_map.years_in(file_map.get("drop_years"), label="Repair")
        self._by = results_map.divisor(file_map)
        self._levels = results_map.level_columns(file_map)
        self._spread = results_map.spread_columns(file_map)
        self._fixed_year = results_map.fixed_year(file_map)
        self._all_grades = results_map.words_in(file_map.get("all_grades"))
        self._rules = Rules(
            unit=results_map.unit_of(file_map.get("metric")),
            scale=file_map.get("scale"),
            is_vouched=file_map.get("source_hides") == "yes",
        )
        self._minimum = District.objects.values_list("minimum_group", flat=True).get(pk=current_district_id())
        self._rates = 0
        self._has_large = self._has_small = False
        self._sheet_year: int | None = None
        self._sheet_grade = "all"
        self._bad_rows: set[int] = set()

    def enter(self, *, sheet: str) -> None:
        """Go on with the rows of a sheet, whose name may say a year or a grade. Raises MapIncomplete."""
        self._sheet_year = year_of_sheet(sheet) if self._map.get("year_from_sheet") else None
        if self._map.get("year_from_sheet") and self._sheet_year is None:
            raise MapIncomplete(
                f"The name of the sheet «{sheet}» says no school year.", field="year_from_sheet"
            )
        found = SHEET_GRADE.search(sheet) if self._map.get("grade_from_sheet") else None
        self._sheet_grade = grade_of(found[1]) if found else "all"

    def read(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Read one batch."""
        ours = self._agency.keep(self._wanted(batch), tally=self._tally)
        out: list[tuple[object, ...]] = []
        for place, column in enumerate(self._spread or ("",)):
            frame = self._frame(ours, column)
            sound = frame.filter(~pl.col("row").is_in(list(self._bad_rows)))
            for row in sound.iter_rows(named=True):
                made = self._make(row, label=column, is_first=place == 0)
                if made is not None:
                    out.append(made)
        self._bad_rows = set()
        out.sort(key=lambda made: int(str(made[-1])))
        return pl.DataFrame(out, schema=SCHEMA, orient="row")

    def _wanted(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Keep the rows a person asked for; the others belong to another reading, and are counted."""
        column = self._map.get("only_column")
        if not column:
            return batch
        wanted = list(results_map.words_in(self._map.get("only_values")))
        kept = batch.filter(pl.col(column).str.strip_chars().str.to_lowercase().is_in(wanted))
        note = f"Only rows where {column} says {self._map.get('only_values')} were asked for."
        if kept.height < batch.height:
            self._tally.steps[("Rows not asked for", note)] += batch.height - kept.height
        return kept

    def _frame(self, batch: pl.DataFrame, column: str) -> pl.DataFrame:
        def text(field: str) -> pl.Expr:
            name = self._map.get(field)
            return (pl.col(name) if name in batch.columns else pl.lit("")).alias(field)

        columns = {field: self._map.get(field) for field in FIELDS} | ({"value": column} if column else {})
        columns |= {f"level_{place}": one for place, one in enumerate(self._levels)}
        return batch.select(
            pl.col("_row").alias("row"),
            *(text(field) for field in ("year", "school", "school_name", "group", "grade")),
        ).with_columns(
            *(self._number(batch, field, name).alias(field) for field, name in columns.items()),
            hidden=marked_hidden(batch, [one for one in columns.values() if one]),
        )

    def _number(self, batch: pl.DataFrame, field: str, column: str) -> pl.Series:
        if not column:
            return pl.Series(field, [None], dtype=pl.Decimal(38, 6)).new_from_index(0, batch.height)
        plain = batch[column].str.strip_suffix("%")
        empty = plain.str.to_lowercase().str.contains(SUPPRESSED) | plain.str.contains(MISSING)
        parsed = parse_amounts(batch.select(pl.when(empty).then(pl.lit("")).otherwise(plain).alias("n"))["n"])
        bad = parsed.why.is_not_null()
        if bad.any():
            for row, value, why in zip(
                batch["_row"].filter(bad), batch[column].filter(bad), parsed.why.filter(bad), strict=True
            ):
                self._bad_rows.add(row)
                self._report.problem(
                    row=row,
                    column=column,
                    value=str(value),
                    why=str(why),
                    what_to_do=WHAT_TO_DO.get(why, ASK_SOURCE),
                )
        return parsed.amount

    def _refuse(self, row: int, column: str, value: str, why: str, what_to_do: str = ASK_SOURCE) -> None:
        self._report.problem(row=row, column=column, value=value, why=why, what_to_do=what_to_do)

    def _make(self, row: dict[str, object], *, label: str, is_first: bool) -> tuple[object, ...] | None:
        number = int(str(row["row"]))
        numbers = self._numbers(number, row)
        if numbers is None:
            return None
        if numbers.is_empty and not row["hidden"] and label:
            return None
        year = self._year(number, str(row["year"]), label)
        if year is None:
            return None
        if year in self._drop:
            note = f"The values of {', '.join(str(y) for y in sorted(self._drop))} cannot be used."
            self._tally.steps[("Repair: years left out", note)] += 1
            self._report.counts.left_out += 1
            return None
        written = str(row["school"]).strip() or str(row["school_name"]).strip()
        school = self._school(number, written, is_first=is_first)
        if school is None:
            return None
        cell = Cell(
            row=number, year=year, school=school, group=self._group(row, label), grade=self._grade(row, label)
        )
        return self._value(cell, numbers, is_hidden=bool(row["hidden"]), written=written)

    def _year(self, row: int, text: str, label: str) -> int | None:
        if self._map.get("spread") == "year":
            text = label
            year = find_year_in_text(label) or year_of_sheet(label)
        elif self._map.get("year"):
            year = read_fiscal_year(text)
        else:
            year = self._fixed_year or self._sheet_year
        if year is None:
            column = self._map.get("year")
            self._refuse(row, column, text, "is not a school year", "Write the year as 2023-24 or 2024.")
        return year

    def _group(self, row: dict[str, object], label: str) -> str:
        group = " ".join(str(row["group"]).split()) or self._map.get("group_value")
        if self._map.get("spread") == "group":
            group = " ".join(label.split())
        if self._map.get("group_names") == CAASPP:
            group = GROUPS.get(group, f"Group {group}" if group else "")
        return "all" if group.lower() in ALL else group[:60]

    def _grade(self, row: dict[str, object], label: str) -> str:
        text = str(row["grade"]).strip() or self._map.get("grade_value")
        if self._map.get("spread") == "grade":
            text = label
        if text.casefold() in self._all_grades:
            return "all"
        return grade_of(text) if text else self._sheet_grade

    def _school(self, row: int, text: str, *, is_first: bool) -> str | None:
        """Give the school's id, empty for the district; None (counted once a row) when it is not ours."""
        is_blank = not text and bool(self._map.get("district_row"))
        meaning = "blank" if is_blank else self._finder.find(text).meaning
        if meaning in ("school", "district"):
            return self._finder.find(text).school
        if is_first:
            self._tally.count_other(meaning=meaning, text=text, row=row)
        return None

    def _numbers(self, row: int, cells: dict[str, object]) -> Numbers | None:
        """Return what a row gives; None, and a problem, where only some of its levels are there."""
        counted, students, value = (decimal_of(cells[field]) for field in FIELDS)
        if not self._levels:
            return Numbers(counted, students, value)
        levels = [decimal_of(cells[f"level_{place}"]) for place in range(len(self._levels))]
        known = tuple(one for one in levels if one is not None)
        if len(known) < len(levels):
            if known and not cells["hidden"]:
                column = self._levels[levels.index(None)]
                self._refuse(row, column, "", "is empty, and other levels of the row are not")
                return None
            return Numbers(counted, None if not cells["hidden"] else students, value)
        first = int(self._map.get("proficient_from")) - 1
        students = sum(known, Decimal(0)) if students is None else students
        return Numbers(sum(known[first:], Decimal(0)), students, value, known)

    def _value(
        self, cell: Cell, numbers: Numbers, *, is_hidden: bool, written: str
    ) -> tuple[object, ...] | None:
        repaired = self._repair(cell, numbers)
        if repaired is None or (not is_hidden and not self._is_sound(cell.row, repaired)):
            return None
        metric = self._map.get("metric")
        key = (metric, cell.year, cell.school, cell.group, cell.grade)
        if key in self._tally.seen:
            of = f"group «{cell.group}»" + ("" if cell.grade == "all" else f", grade «{cell.grade}»")
            self._refuse(cell.row, self._map.get("school"), written, f"comes twice for {of} in {cell.year}")
            return None
        self._tally.seen.add(key)
        return self._finish(cell, repaired, is_hidden=is_hidden)

    def _repair(self, cell: Cell, numbers: Numbers) -> Numbers | None:
        if cell.year not in self._divide or self._by == 1:
            return numbers
        for number, field in ((numbers.counted, "numerator"), (numbers.students, "denominator")):
            if number is not None and number % self._by:
                self._refuse(
                    cell.row,
                    self._map.get(field),
                    str(number) if number >= self._minimum else "",
                    f"is no multiple of {self._by}, so the repair of {cell.year} does not fit it",
                    "Take the year out of the repair, or correct the file.",
                )
                return None
        years = ", ".join(str(year) for year in sorted(self._divide))
        note = (
            f"Counts of {years} were {self._by} times too large and were divided by "
            f"{self._by}; every one was a multiple of {self._by}."
        )
        self._tally.steps[("Repair: counts divided", note)] += 1
        first, second = (
            None if one is None else one / self._by for one in (numbers.counted, numbers.students)
        )
        return Numbers(first, second, numbers.value, tuple(one / self._by for one in numbers.levels))

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

    def _finish(self, cell: Cell, numbers: Numbers, *, is_hidden: bool) -> tuple[object, ...]:
        counted, students = numbers.counted, numbers.students
        levels: list[int] | None = [int(one) for one in numbers.levels] or None
        shown = rate_of(numbers=numbers, rules=self._rules)
        if students == 0 and not counted and self._map.get("zero_of_zero") != "none":
            is_hidden = True
        steps = self._tally.steps
        if is_hidden:
            steps[
                ("Suppressed", "Values marked as hidden, or 0 of 0 students: not shown, and never zero.")
            ] += 1
            counted = students = shown = levels = None
        else:
            self._note_scale(numbers.value)
        is_vouched = shown is not None and students is None and self._rules.is_vouched
        if is_vouched:
            note = "A person stated that the source already hides small groups; they are shown on its word."
            steps[("Rates without a number of students", note)] += 1
        one = self._reading.slice(subject=self._map.get("metric"), fiscal_year=cell.year)
        return (
            one.number,
            cell.school or None,
            cell.group,
            cell.grade,
            counted,
            students,
            shown,
            levels and str(levels),
            is_hidden,
            is_vouched,
            cell.row,
        )

    def finish(self) -> None:
        """Say so when every rate of the reading is so low that it may be a proportion."""
        if self._has_small and not self._has_large and self._rates > 1:
            self._report.check(
                name="Every rate is under 1",
                status="warn",
                found=f"{self._rates:,} rates",
                note="Read as percent, as the map says. If 0.25 means 25%, say so at «A rate is written as».",
            )


FIELDS = ("numerator", "denominator", "value")
SCHEMA: dict[str, pl.DataType] = {
    "slice": pl.Int16(),
    "school": pl.String(),
    "student_group": pl.String(),
    "grade": pl.String(),
    "numerator": pl.Decimal(20, 4),
    "denominator": pl.Decimal(20, 4),
    "value": pl.Decimal(20, 6),
    "levels": pl.String(),
    "is_suppressed": pl.Boolean(),
    "is_vouched": pl.Boolean(),
    "row_number": pl.Int64(),
}
