"""The maps that read the public results files, and helpers to land them. Makes no assertions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from python_calamine import CalamineWorkbook

from districts.landing import services
from districts.landing.kinds import FileMap
from districts.models import School, Upload
from districts.tenancy import district_scope
from strategy.models import Metric
from tests.cast import Cast
from tests.data import SHARED
from tests.districts.landing.files import again, land, work

DC = SHARED / "washington-dc"
SF = SHARED / "san-francisco" / "schools"
PARCC = DC / "DC PARCC Scores - School Year 2017-18.xlsx"
PARCC_GROUPS = (
    "Female Students",
    "Male Students",
    "American Indian Students",
    "Asian Students",
    "Black Students",
    "HIspanic Students",
    "Multiracial Students",
    "Nat Hawaiian-Pac Islnd Students",
    "White Students",
    "EL Students (Active & Monitor)",
    "SWD (Active)",
    "At-Risk Students",
)


def a_map(
    values: Mapping[str, str], *, sheet: str = "", header_row: int | None = None, more: Sequence[FileMap] = ()
) -> FileMap:
    """Make a map as it is kept."""
    return FileMap.from_dict(
        {
            "options": {"sheet": sheet, "header_row": header_row},
            "values": dict(values),
            "more": [one.as_dict() for one in more],
        }
    )


def parcc(*, metric: str, subject: str, takers: str) -> FileMap:
    """Read one subject of the district's PARCC workbook: grades, and twelve groups in sheets of their own."""
    levels = {f"level_{n}": f"{subject} -{'  ' if subject == 'ELA' else ' '}# Level {n}" for n in range(1, 6)}
    levels = {name: " ".join(column.split()) for name, column in levels.items()}
    return a_map(
        {
            "metric": metric,
            "year_value": "2017-18",
            "school": "School Code",
            "district_row": "DCPS",
            "grade": "Grade",
            "group": "Subgroup",
            "denominator": takers,
            **levels,
            "proficient_from": "4",
            "zero_of_zero": "suppressed",
            "sheets": "\n".join(("Overall", *PARCC_GROUPS[1:])),
            "filed_on": "2018-08-16",
        },
        sheet=PARCC_GROUPS[0],
    )


def parcc_both() -> FileMap:
    """Read English and mathematics out of the same workbook."""
    ela = parcc(metric="parcc-ela", subject="ELA", takers="# of English Language Arts (ELA) Test Takers")
    maths = parcc(metric="parcc-math", subject="Math", takers="# Math Test Takers")
    return ela.with_reading(1, maths)


def land_mapped(cast: Cast, path: Path, file_map: FileMap) -> Upload:
    """Land a file as results with a map, have it imported, and return how it stands."""
    upload = land(
        cast, path.read_bytes(), path.name, kind="results", file_map=file_map, auto_confirm=True
    ).upload
    work()
    return again(cast, upload)


def make_metrics(cast: Cast, *metrics: tuple[str, str, str]) -> None:
    """Create metrics by slug, name and unit."""
    with district_scope(cast.district.pk):
        for slug, name, unit in metrics:
            Metric.objects.create(slug=slug, name=name, unit=unit, direction="up")


def make_parcc_schools(cast: Cast) -> None:
    """Create the schools the PARCC workbook names by code."""
    rows = list(CalamineWorkbook.from_path(str(PARCC)).get_sheet_by_name("Overall").iter_rows())
    named = {str(row[0]): str(row[1]) for row in rows[1:] if str(row[0]).isdigit()}
    with district_scope(cast.district.pk):
        for code, name in named.items():
            School.objects.create(name=name, district_code=code)


def confirm_names(cast: Cast, upload: Upload, answers: Mapping[str, str]) -> Upload:
    """Answer for names of schools, have the file read again, and confirm it."""
    with district_scope(cast.district.pk):
        services.save_school_names(by=None, upload_id=upload.pk, answers=answers)
    work()
    return again(cast, upload)


def cast_2024() -> FileMap:
    """Read California's science test: students at each level by number of group, and the mean scale score."""
    rows = {
        "year": "Test Year",
        "school": "School Code",
        "district_row": "0000000",
        "agency": "District Code",
        "group": "Student Group ID",
        "group_names": "caaspp",
        "grade": "Grade",
        "all_grades": "13",
        "denominator": "Total Students Tested with Scores",
        "zero_of_zero": "suppressed",
        "filed_on": "2024-10-10",
    }
    levels = ("Not Met", "Nearly Met", "Met", "Exceeded")
    shares = {f"level_{n}": f"Count Standard {level}" for n, level in enumerate(levels, start=1)}
    counts = a_map({**rows, "metric": "science", **shares, "proficient_from": "3"})
    return counts.with_reading(1, a_map({**rows, "metric": "science-score", "value": "Mean Scale Score"}))


def dashboards() -> FileMap:
    """Read distance from standard in two subjects of 2017 to 2019 and of 2023, whose sheet has other columns."""
    old = {
        "year_from_sheet": "yes",
        "school": "SCHNO",
        "school_name": "FULLNAME",
        "district_row": "000",
        "only_column": "Measure",
        "denominator": "Student Count",
        "value": "Performance",
        "sheets": "2018 Dashboard\n2019 Dashboard",
        "group": "studentgroup",
        "filed_on": "2024-07-10",
    }
    new = {
        **{name: old[name] for name in ("only_column", "denominator", "value", "filed_on")},
        "year": "Year",
        "school": "School ID",
        "school_name": "School Name",
        "district_row": "000",
        "group": "student group",
    }
    readings = [
        a_map({**values, "metric": metric, "only_values": measure}, sheet=sheet)
        for metric, measure in (("dfs-ela", "ELA"), ("dfs-math", "Math"))
        for values, sheet in ((old, "2017 Dashboard"), (new, "2023 Dashboard"))
    ]
    return a_map(readings[0].values, sheet="2017 Dashboard", more=readings[1:])


def enrollment() -> FileMap:
    """Read enrollment of eight years, a sheet each."""
    others = "\n".join(f"CBEDS{year} Enrollment" for year in range(2017, 2024))
    values = {
        "metric": "enrollment",
        "year": "School Year",
        "school": "School ID",
        "value": "Total Enrollment",
        "sheets": others,
        "filed_on": "2024-07-10",
    }
    return a_map(values, sheet="CBEDS2016 Enrollment")


def unduplicated() -> FileMap:
    """Read the unduplicated count of students in need by school and year."""
    return a_map(
        {
            "metric": "need",
            "year": "academic_year",
            "school": "school_code",
            "value": "unduplicated_count",
            "only_column": "source_sheet",
            "only_values": "School-Level CALPADS UPC Data",
            "filed_on": "2024-07-10",
        }
    )


def climate() -> FileMap:
    """Read the three climate surveys, which carry no year: a person says 2022-23."""
    readings = [
        a_map(
            {
                "metric": f"climate-{who}",
                "year_value": "2022-23",
                "school": "schno",
                "value": f"{who}_cc_favorability",
                "scale": "percent",
                "source_hides": "yes",
                "filed_on": "2024-07-10",
            }
        )
        for who in ("staff", "family", "student")
    ]
    return a_map(readings[0].values, more=readings[1:])


def turnover() -> FileMap:
    """Read teachers who left of those eligible, a pair of columns a year."""
    readings = [
        a_map(
            {
                "metric": "turnover",
                "year_value": year,
                "school": "Primary Location (Name)",
                "numerator": left,
                "denominator": f"{year} Certificated Eligible",
                "filed_on": "2024-07-10",
            }
        )
        for year, left in (("2022", "2022 Seperations"), ("2023", "2023 Cert Seperations"))
    ]
    return a_map(readings[0].values, more=readings[1:])


def enrollment_by_grade() -> FileMap:
    """Read Washington's enrollment of 2017-18: the total, and a column a grade, out of one file."""
    total = {
        "metric": "enrollment",
        "year_value": "2017-18",
        "school": "Code",
        "value": "Total Enrolled",
        "filed_on": "2018-01-31",
    }
    grades = ("PK3", "PK4", "KG", *(str(grade) for grade in range(1, 13)), "AO", "UN/CE")
    by_grade = {name: answer for name, answer in total.items() if name != "value"}
    by_grade |= {"spread": "grade", "spread_columns": "\n".join(grades)}
    return a_map(total, more=[a_map(by_grade)])


def audited_enrollment() -> FileMap:
    """Read the audited enrollment of three years by school and grade, a sheet a year."""
    return a_map(
        {
            "metric": "audited-enrollment",
            "year_from_sheet": "yes",
            "school": "School Code",
            "agency": "LEA Name",
            "agency_is": "District of Columbia Public Schools",
            "grade": "Grade",
            "value": "Student Count",
            "sheets": "SY16_17\nSY17_18",
            "filed_on": "2018-01-31",
        },
        sheet="SY15_16",
    )


def at_risk() -> FileMap:
    """Read at-risk students by school and year out of the budget data by school."""
    return a_map(
        {
            "metric": "at-risk",
            "year": "YEAR",
            "school": "SCHOOLCODE",
            "value": "ATRISKENROLLMENT",
            "filed_on": "2018-01-31",
        }
    )


def graduation() -> FileMap:
    """Read graduates of 2017 by school and group."""
    return a_map(
        {
            "metric": "graduation",
            "year_value": "2016-17",
            "school": "School Code",
            "district_row": "DCPS",
            "group": "Subgroup",
            "numerator": "# Graduates",
            "denominator": "Total in Subgroup",
            "filed_on": "2018-01-31",
        }
    )
