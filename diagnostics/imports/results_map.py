"""What a results file's columns mean: guessed from its headers, and checked. Reads metrics, writes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from diagnostics.imports.results_fields import CAASPP, CHRONIC_SLUG, LEVELS
from diagnostics.imports.results_values import PERCENT, guess_scale, read_plain
from districts.landing.kinds import FileMap, MapIncomplete, split_lines
from districts.landing.reader import Sample
from investments.imports.fiscal_years import read_fiscal_year
from strategy.models import Metric

DERIVED_ABSENTEEISM = (
    "academic_year",
    "school_code",
    "cohort",
    "cohort_enrollment_count",
    "cohort_absenteeism_count",
    "cohort_dimension",
)
DERIVED_ANSWERS = {
    "year": "academic_year",
    "school": "school_code",
    "group": "cohort",
    "numerator": "cohort_absenteeism_count",
    "denominator": "cohort_enrollment_count",
    "divide_years": "2022, 2023, 2024",
    "divide_by": "10",
    "drop_years": "2017",
    "zero_of_zero": "suppressed",
}
WORDS: dict[str, tuple[str, ...]] = {
    "year": ("school year", "academic year", "academicyear", "year", "schoolyear", "fiscal year"),
    "school": (
        "school code",
        "school id",
        "schoolcode",
        "cds code",
        "cdscode",
        "cds",
        "site",
        "school number",
        "schno",
        "sch no",
        "school no",
        "school",
        "location",
    ),
    "group": (
        "student group",
        "studentgroup",
        "subgroup",
        "group",
        "cohort",
        "reporting category",
        "demographic",
    ),
    "numerator": (
        "numerator",
        "count",
        "number",
        "absent count",
        "absenteeism count",
        "met",
        "proficient",
        "chronic count",
    ),
    "denominator": (
        "denominator",
        "enrollment",
        "enrolled",
        "eligible",
        "tested",
        "total",
        "enrollment count",
        "n",
        "students",
    ),
    "grade": ("grade", "grade level"),
    "agency": ("lea name", "district code", "lea code", "agency"),
    "value": ("rate", "percent", "pct", "value", "score", "mean", "average", "distance from standard"),
}


def is_derived_absenteeism(columns: Sequence[str]) -> bool:
    """Recognise the derived absenteeism file by its exact header."""
    return tuple(columns) == DERIVED_ABSENTEEISM


def guess(sample: Sample) -> dict[str, str]:
    """Guess the columns; the derived absenteeism file comes with its known repairs."""
    if is_derived_absenteeism(sample.columns):
        return {"metric": CHRONIC_SLUG, **DERIVED_ANSWERS}
    answers = {"zero_of_zero": "suppressed"}
    free = {column: _words(column) for column in sample.columns}
    for field, names in WORDS.items():
        found = _best(free, names)
        if found:
            answers[field] = found
            free.pop(found)
    if _words(answers.get("group", "")) == "student group id":
        answers["group_names"] = CAASPP
    scale = guess_scale(rows=_rates(sample, answers))
    if scale or "value" not in answers:
        answers["scale"] = scale or PERCENT
    text = _words(sample.file_name + " " + " ".join(sample.columns))
    for slug, name in Metric.objects.values_list("slug", "name"):
        if _words(name) in text or _words(slug) in text:
            answers["metric"] = slug
    if "absen" in text:
        answers.setdefault("metric", CHRONIC_SLUG)
    return answers


def _rates(sample: Sample, answers: Mapping[str, str]) -> list[list[str]]:
    """The written rate, students counted and students in all of each row of the sample."""
    fields = ("value", "numerator", "denominator")
    at = [sample.columns.index(answers[one]) if answers.get(one) else len(sample.columns) for one in fields]
    return [[row[place] if place < len(row) else "" for place in at] for row in sample.rows]


def _words(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.lower()).split())


def _best(free: dict[str, str], names: Sequence[str]) -> str:
    for name in names:
        for column, found in free.items():
            if found == name:
                return column
    for name in names:
        for column, found in free.items():
            if len(name) > 3 and f" {name} " in f" {found} ":
                return column
    return ""


def years_in(text: str, *, label: str) -> frozenset[int]:
    """Read a list of years a person typed. Raises MapIncomplete."""
    parts = [part for part in re.split(r"[,;\s]+", text.strip()) if part]
    if any(not re.fullmatch("(19|20)[0-9]{2}", part) for part in parts):
        raise MapIncomplete(f"«{label}» must be years such as 2022, 2023 (each named by its end).")
    return frozenset(int(part) for part in parts)


def divisor(file_map: FileMap) -> int:
    """Read what counts are divided by; 1 when no repair is asked. Raises MapIncomplete."""
    text = file_map.get("divide_by")
    if not file_map.get("divide_years"):
        return 1
    if not re.fullmatch("[0-9]{1,4}", text) or int(text) < 1:
        raise MapIncomplete("«Repair: divide these counts by» must be a whole number such as 10.")
    return int(text)


def unit_of(slug: str) -> str:
    """Return the unit of a metric of the district; percent for one that is not there yet."""
    return Metric.objects.filter(slug=slug).values_list("unit", flat=True).first() or Metric.Unit.PERCENT


def check_scale(sample: Sample, file_map: FileMap) -> None:
    """Raise MapIncomplete when rates may be low percents or proportions, and nobody said which."""
    is_percent = unit_of(file_map.get("metric")) == Metric.Unit.PERCENT
    if file_map.get("scale") or not file_map.get("value") or not is_percent:
        return
    rows = _rates(sample, file_map.values)
    if any(read_plain(rate) is not None for rate, _, _ in rows) and not guess_scale(rows=rows):
        raise MapIncomplete(
            "Every rate is between 0 and 1: 0.4 may be 0.4% or 40%. Say which.",
            field="scale",
        )


def level_columns(file_map: FileMap) -> tuple[str, ...]:
    """Return the columns of students at each level, the lowest first; none where a file has no levels."""
    found = tuple(file_map.get(name) for name in LEVELS)
    return found[: next((place for place, one in enumerate(found) if not one), len(found))]


def spread_columns(file_map: FileMap) -> tuple[str, ...]:
    """Return the columns that are each a grade, a group or a year."""
    return split_lines(file_map.get("spread_columns")) if file_map.get("spread") else ()


def words_in(text: str) -> frozenset[str]:
    """Read what a person listed with commas, in small letters."""
    return frozenset(word.strip().casefold() for word in text.split(",") if word.strip())


def fixed_year(file_map: FileMap) -> int | None:
    """Read the one school year of a file. Raises MapIncomplete."""
    text = file_map.get("year_value")
    year = read_fiscal_year(text) if text else None
    if text and year is None:
        raise MapIncomplete("Write the school year as 2023-24 or 2024.", field="year_value")
    return year


def check(file_map: FileMap) -> None:
    """Raise MapIncomplete when no value or year can be made of the columns, or a repair is unclear."""
    _check_year(file_map)
    _check_values(file_map)
    is_count = unit_of(file_map.get("metric")) == Metric.Unit.COUNT
    has_students = file_map.get("denominator") or level_columns(file_map)
    if not has_students and not is_count and file_map.get("source_hides") != "yes":
        raise MapIncomplete(
            "A rate without the number of students behind it may tell of single students. Name the column"
            " «Students in all», or state that the source already hides small groups.",
            field="source_hides",
        )
    if file_map.get("only_column") and not words_in(file_map.get("only_values")):
        raise MapIncomplete("Say which rows are read: what does that column say there?", field="only_values")
    years_in(file_map.get("divide_years"), label="Repair: years with counts too large")
    years_in(file_map.get("drop_years"), label="Repair: years to leave out")
    divisor(file_map)


def _check_year(file_map: FileMap) -> None:
    fixed_year(file_map)
    given = any(file_map.get(name) for name in ("year", "year_value", "year_from_sheet"))
    if not given and file_map.get("spread") != "year":
        raise MapIncomplete(
            "Name the column with the school year, or say which year the whole file is of.", field="year"
        )


def _check_values(file_map: FileMap) -> None:
    levels = level_columns(file_map)
    if any(file_map.get(name) for name in LEVELS):
        first = file_map.get("proficient_from")
        if len(levels) < 2 or len(set(levels)) < len(levels):
            raise MapIncomplete(
                "Name a column for each level, from the lowest on, each once.", field="level_1"
            )
        if not first.isdigit() or not 1 < int(first) <= len(levels):
            raise MapIncomplete(
                f"Say from which level on a student counts as proficient, 2 to {len(levels)}.",
                field="proficient_from",
            )
        return
    if file_map.get("spread") or file_map.get("spread_columns"):
        if not file_map.get("spread"):
            raise MapIncomplete("Say what each of the chosen columns is.", field="spread")
        if not spread_columns(file_map):
            raise MapIncomplete(
                "Choose the columns that are each a grade, group or year.", field="spread_columns"
            )
        return
    has_counts = file_map.get("numerator") and file_map.get("denominator")
    if not has_counts and not file_map.get("value"):
        raise MapIncomplete("Name the two counts of students, or the rate.", field="numerator")
