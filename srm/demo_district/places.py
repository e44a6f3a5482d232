"""The demo's schools and departments, from the district's own list of site numbers and state codes."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

from districts.models import Department, School
from srm.demo_district.definition import DEPARTMENTS

FILES = Path(__file__).resolve().parent.parent.parent / "demo" / "san-francisco"
_LEVELS = {
    "ELEM": School.Level.ELEMENTARY,
    "INTMIDJR": School.Level.MIDDLE,
    "HS": School.Level.HIGH,
    "ELEMHIGH": School.Level.OTHER,
    "PS": School.Level.EARLY,
}


def make_schools() -> int:
    """Create the schools that the list gives a state code, once; returns how many there are."""
    if School.objects.exists():
        return int(School.objects.count())
    with (FILES / "schools" / "school_id_to_cds_mapping.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["CDSCode"] and row["school_id"]]
    seen: set[str] = set()
    schools = []
    for row in rows:
        state_code = row["CDSCode"].zfill(14)[-7:]
        if state_code in seen:
            continue
        seen.add(state_code)
        schools.append(
            School(
                name=row["school_name"],
                district_code=row["school_id"],
                state_code=state_code,
                level=School.Level.K8 if row["GSoffered"] == "K-8" else _LEVELS.get(row["EILCode"], "other"),
                is_charter=row["Charter"] == "Y",
                opened_on=_day(row["OpenDate"]),
                closed_on=_day(row["ClosedDate"]),
            )
        )
    School.objects.bulk_create(schools)
    return len(schools)


def make_departments() -> None:
    """Create the departments that own the demo's initiatives, once."""
    for name in DEPARTMENTS:
        Department.objects.get_or_create(name=name)


def schools_with_dollars(*, column: str) -> list[str]:
    """Return the site numbers that get dollars in one column of the site allocations of 2022-23."""
    path = FILES / "schools" / "sfusd_site_allocations_2022-23_spring_preliminary.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["sch_no"] for row in csv.DictReader(file) if float(row[column] or 0) > 0]


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.datetime.strptime(text, "%m/%d/%Y").replace(tzinfo=datetime.UTC).date()
    except ValueError:
        return None
