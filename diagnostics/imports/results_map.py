"""The questions about a results file, and the guess from its headers. Reads metrics, writes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from diagnostics.imports.results_values import PERCENT, PROPORTION, guess_scale, read_plain
from districts.landing.kinds import FileMap, MapField, MapIncomplete
from districts.landing.reader import Sample
from strategy.models import Metric

CHRONIC_SLUG = "chronic-absenteeism"
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
    "value": ("rate", "percent", "pct", "value", "score", "mean", "average", "distance from standard"),
}

_VALUES = (
    MapField(name="numerator", label="Students counted", type="column", group="Values"),
    MapField(name="denominator", label="Students in all", type="column", group="Values"),
    MapField(
        name="value",
        label="Rate or mean",
        type="column",
        group="Values",
        help="Not needed when both counts are there.",
    ),
    MapField(
        name="scale",
        label="A rate is written as",
        type="choice",
        group="Values",
        choices=((PERCENT, "percent, 0 to 100"), (PROPORTION, "a proportion, 0 to 1")),
    ),
    MapField(
        name="source_hides",
        label="Where the number of students is missing",
        type="choice",
        group="Values",
        help=(
            "A rate without the students behind it may tell of single students. Left out, such rates"
            " are refused."
        ),
        choices=(("yes", "I state that the source already hides small groups"),),
    ),
    MapField(
        name="zero_of_zero",
        label="0 of 0 students means",
        type="choice",
        group="Values",
        choices=(("suppressed", "not shown or none (suppressed)"), ("none", "no students")),
    ),
)
_REPAIRS = (
    MapField(
        name="divide_years",
        label="Repair: years with counts too large",
        type="text",
        group="Repairs",
        help="For instance 2022, 2023: these counts are divided.",
    ),
    MapField(name="divide_by", label="Repair: divide these counts by", type="number", group="Repairs"),
    MapField(
        name="drop_years",
        label="Repair: years to leave out",
        type="text",
        group="Repairs",
        help="Years whose values cannot be used; counted in the report.",
    ),
)


def fields() -> tuple[MapField, ...]:
    """Give the questions; the metrics to choose from are the district's."""
    metrics = tuple(Metric.objects.order_by("name").values_list("slug", "name"))
    if CHRONIC_SLUG not in {slug for slug, _ in metrics}:
        metrics = (*metrics, (CHRONIC_SLUG, "Chronic absenteeism (new)"))
    return (
        MapField(name="metric", label="Metric", type="choice", is_required=True, choices=metrics),
        MapField(name="year", label="School year", type="column", is_required=True),
        MapField(
            name="school",
            label="School",
            type="column",
            is_required=True,
            help="The district's or the state's code of the school; empty for the district.",
        ),
        MapField(
            name="group",
            label="Group of students",
            type="column",
            help="Left out, or empty in a row: all students.",
        ),
        *_VALUES,
        *_REPAIRS,
        MapField(
            name="filed_on",
            label="Date of the data",
            type="date",
            help="The newest file of a metric and year counts. Left empty: today.",
        ),
    )


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


def check(file_map: FileMap) -> None:
    """Raise MapIncomplete when no value can be made of the columns, or a repair is unclear."""
    has_counts = file_map.get("numerator") and file_map.get("denominator")
    if not has_counts and not file_map.get("value"):
        raise MapIncomplete("Name the two counts of students, or the rate.")
    is_count = unit_of(file_map.get("metric")) == Metric.Unit.COUNT
    if not file_map.get("denominator") and not is_count and file_map.get("source_hides") != "yes":
        raise MapIncomplete(
            "A rate without the number of students behind it may tell of single students. Name the column"
            " «Students in all», or state that the source already hides small groups.",
            field="source_hides",
        )
    years_in(file_map.get("divide_years"), label="Repair: years with counts too large")
    years_in(file_map.get("drop_years"), label="Repair: years to leave out")
    divisor(file_map)
