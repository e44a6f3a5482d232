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
