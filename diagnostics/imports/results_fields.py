"""The questions of the mapping page of a results file; reads metrics, writes nothing."""

from __future__ import annotations

from diagnostics.imports.results_values import PERCENT, PROPORTION
from districts.landing.kinds import MapField
from districts.landing.reader import Sample
from strategy.models import Metric

CHRONIC_SLUG = "chronic-absenteeism"
LEVELS = tuple(f"level_{number}" for number in range(1, 7))
CAASPP = "caaspp"
YES = (("yes", "Yes"),)
INTROS = {
    "School year": "Each school year is a filing of its own: a newer file of the same metric and year replaces it.",
    "School": (
        "By the district's or the state's code, or by name. Names that nobody has confirmed yet are asked for"
        " once, after the file is read."
    ),
    "Rows and sheets": "Where only a part of the file, or more than one sheet of it, belongs to this metric.",
}

_YEAR = (
    MapField(
        name="year", label="Column with the school year", type="column", group="School year", way="A column"
    ),
    MapField(
        name="year_value",
        label="School year of every row",
        type="text",
        group="School year",
        way="One year for the whole file",
        help="Such as 2023-24, or 2024 for the year in which it ends. A file without a year is a snapshot.",
        is_rare=True,
    ),
    MapField(
        name="year_from_sheet",
        label="Take the year from the sheet's name",
        type="choice",
        group="School year",
        way="From the name of the sheet",
        choices=YES,
        is_rare=True,
    ),
)
_SCHOOL = (
    MapField(
        name="school",
        label="School",
        type="column",
        group="School",
        is_required=True,
        help="Its code or its name; empty for the district's own row.",
    ),
    MapField(
        name="school_name",
        label="Name of the school, where that is empty",
        type="column",
        group="School",
        way="The district's rows, and other agencies",
        is_rare=True,
    ),
    MapField(
        name="district_row",
        label="The district's own rows say",
        type="text",
        group="School",
        way="The district's rows, and other agencies",
        help="What stands there instead of a school, such as DCPS or 0000000; then an empty one is no district row.",
        is_rare=True,
    ),
    MapField(
        name="agency",
        label="Column with the agency a row belongs to",
        type="column",
        group="School",
        way="The district's rows, and other agencies",
        help="Rows of other agencies are counted and not loaded.",
        is_rare=True,
    ),
    MapField(
        name="agency_is",
        label="Rows of this district say",
        type="text",
        group="School",
        way="The district's rows, and other agencies",
        help="Left empty: the district's name or its state code.",
        is_rare=True,
    ),
)
_STUDENTS = (
    MapField(
        name="group",
        label="Group of students",
        type="column",
        group="Students",
        help="Left out, or empty in a row: all students.",
    ),
    MapField(
        name="grade",
        label="Grade",
        type="column",
        group="Students",
        help="Left out, or empty in a row: all grades.",
    ),
    MapField(
        name="group_names",
        label="Groups are written as",
        type="choice",
        group="Students",
        way="Fixed answers and codes",
        choices=((CAASPP, "group numbers of California's tests (CAASPP)"),),
        is_rare=True,
    ),
    MapField(
        name="group_value",
        label="Every row is of the group",
        type="text",
        group="Students",
        way="Fixed answers and codes",
        is_rare=True,
    ),
    MapField(
        name="grade_value",
        label="Every row is of the grade",
        type="text",
        group="Students",
        way="Fixed answers and codes",
        is_rare=True,
    ),
    MapField(
        name="grade_from_sheet",
        label="Take the grade from the sheet's name",
        type="choice",
        group="Students",
        way="Fixed answers and codes",
        choices=YES,
        is_rare=True,
    ),
    MapField(
        name="all_grades",
        label="All grades together are written as",
        type="text",
        group="Students",
        way="Fixed answers and codes",
        help="Beside empty, “all” and “total”. Several with commas.",
        is_rare=True,
    ),
)
_VALUES = (
    MapField(
        name="numerator",
        label="Students counted",
        type="column",
        group="Values",
        way="Counts, a rate or a mean",
    ),
    MapField(
        name="denominator",
        label="Students in all",
        type="column",
        group="Values",
        way="Counts, a rate or a mean",
    ),
    MapField(
        name="value",
        label="Rate, mean or count",
        type="column",
        group="Values",
        way="Counts, a rate or a mean",
        help="Not needed when both counts are there.",
    ),
    *(
        MapField(
            name=name,
            label=f"Students at level {name[-1]}" + (" (the lowest)" if name == LEVELS[0] else ""),
            type="column",
            group="Values",
            way="Students at each level",
            is_rare=True,
        )
        for name in LEVELS
    ),
    MapField(
        name="proficient_from",
        label="Proficient from level",
        type="number",
        group="Values",
        way="Students at each level",
        help="Students at this level and above are counted in the rate.",
        is_rare=True,
    ),
)
_WRITTEN = (
    MapField(
        name="scale",
        label="A rate is written as",
        type="choice",
        group="How values are written",
        choices=((PERCENT, "percent, 0 to 100"), (PROPORTION, "a proportion, 0 to 1")),
    ),
    MapField(
        name="source_hides",
        label="Where the number of students is missing",
        type="choice",
        group="How values are written",
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
        group="How values are written",
        choices=(("suppressed", "not shown or none (suppressed)"), ("none", "no students")),
    ),
)
_ROWS = (
    MapField(
        name="only_column",
        label="Only rows where this column",
        type="column",
        group="Rows and sheets",
        way="Only some rows",
        is_rare=True,
    ),
    MapField(
        name="only_values",
        label="says",
        type="text",
        group="Rows and sheets",
        way="Only some rows",
        help="Such as ELA. Several with commas.",
        is_rare=True,
    ),
)
_REPAIRS = (
    MapField(
        name="divide_years",
        label="Repair: years with counts too large",
        type="text",
        group="Repairs",
        way="Repairs",
        help="For instance 2022, 2023: these counts are divided.",
        is_rare=True,
    ),
    MapField(
        name="divide_by",
        label="Repair: divide these counts by",
        type="number",
        group="Repairs",
        way="Repairs",
        is_rare=True,
    ),
    MapField(
        name="drop_years",
        label="Repair: years to leave out",
        type="text",
        group="Repairs",
        way="Repairs",
        help="Years whose values cannot be used; counted in the report.",
        is_rare=True,
    ),
)
_FILED_ON = MapField(
    name="filed_on",
    label="Date of the data",
    type="date",
    group="Date",
    help="The newest file of a metric and year counts. Left empty: today.",
)


def fields(sample: Sample) -> tuple[MapField, ...]:
    """Give the questions; the metrics to choose from are the district's, the sheets those of the file."""
    metrics = tuple(Metric.objects.order_by("name").values_list("slug", "name"))
    if CHRONIC_SLUG not in {slug for slug, _ in metrics}:
        metrics = (*metrics, (CHRONIC_SLUG, "Chronic absenteeism (new)"))
    metric = MapField(name="metric", label="Metric", type="choice", is_required=True, choices=metrics)
    return (
        metric,
        *_YEAR,
        *_SCHOOL,
        *_STUDENTS,
        *_VALUES,
        *_spread(sample),
        *_WRITTEN,
        *_ROWS,
        *_sheets(sample),
        *_REPAIRS,
        _FILED_ON,
    )


def _spread(sample: Sample) -> tuple[MapField, ...]:
    """Ask for the columns of a wide file; each of them is one grade, group or year."""
    way = "A column for each grade, group or year"
    return (
        MapField(
            name="spread",
            label="Each of these columns is",
            type="choice",
            group="Values",
            way=way,
            choices=(
                ("grade", "a grade, named by the column"),
                ("group", "a group of students, named by the column"),
                ("year", "a school year, named by the column"),
            ),
            is_rare=True,
        ),
        MapField(
            name="spread_columns",
            label="The columns",
            type="several",
            group="Values",
            way=way,
            choices=tuple((one, one) for one in sample.columns),
            is_rare=True,
        ),
    )


def _sheets(sample: Sample) -> tuple[MapField, ...]:
    others = tuple((one, one) for one in sample.sheets if one != sample.sheet)
    if not others:
        return ()
    return (
        MapField(
            name="sheets",
            label="Read these sheets too",
            type="several",
            group="Rows and sheets",
            way="More sheets with the same columns",
            help="A sheet without the column of groups or grades is of all students or grades.",
            choices=others,
            is_rare=True,
        ),
    )
