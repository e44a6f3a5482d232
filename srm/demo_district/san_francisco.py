"""The demo of San Francisco: its files and what their columns mean, as a data manager would say."""

from __future__ import annotations

from collections.abc import Sequence

from districts.landing.kinds import FileMap
from districts.landing.reader import ReadOptions
from srm.demo_district.definition import BANDS, GOALS, INITIATIVES, METRICS, ORIGIN
from srm.demo_district.places import FILES, make_schools
from srm.demo_district.story import DemoFile, PlanDefinition, Story

_SCHOOLS = FILES / "schools"
_DASHBOARD = _SCHOOLS / "cpra_enrollment_performance_20240710.xlsx"
_ELA, _MATHS = "ela-distance-from-standard", "maths-distance-from-standard"


def first_files() -> Sequence[DemoFile]:
    """Give the ledgers, their code lists and the results."""
    ledger = FILES / "ledger"
    plain = [
        *sorted((ledger / "codes").glob("*.csv")),
        *sorted(ledger.glob("sfusd_usergl_*.csv")),
        *sorted(ledger.glob("*.dat")),
        *sorted(_SCHOOLS.glob("chronic_absenteeism_*.csv")),
    ]
    return (*(DemoFile(path=path) for path in plain), *_results())


def _results() -> tuple[DemoFile, ...]:
    return (
        DemoFile(
            path=_DASHBOARD,
            kind="results",
            answers=_dashboard(_ELA, "ELA"),
            sheet="2017 Dashboard",
            more=(
                FileMap(options=ReadOptions(sheet="2017 Dashboard"), values=_dashboard(_MATHS, "Math")),
                FileMap(options=ReadOptions(sheet="2023 Dashboard"), values=_dashboard_2023(_ELA, "ELA")),
                FileMap(options=ReadOptions(sheet="2023 Dashboard"), values=_dashboard_2023(_MATHS, "Math")),
            ),
        ),
        DemoFile(
            path=_SCHOOLS / "cast_2024_sf_county_all_student_groups.txt",
            kind="results",
            answers={
                "metric": "science-met",
                "year": "Test Year",
                "school": "School Code",
                "district_row": "0000000",
                "agency": "District Code",
                "agency_is": "68478",
                "grade": "Grade",
                "all_grades": "13",
                "group": "Student Group ID",
                "group_names": "caaspp",
                "numerator": "Count Standard Met and Above",
                "denominator": "Total Students Tested with Scores",
                "zero_of_zero": "suppressed",
                "filed_on": "2024-10-10",
            },
        ),
        DemoFile(
            path=_SCHOOLS / "cpra_culture_climate.csv",
            kind="results",
            answers={
                "metric": "student-climate",
                "year_value": "2023-24",
                "school": "schno",
                "value": "student_cc_favorability",
                "scale": "percent",
                "source_hides": "yes",
                "filed_on": "2024-07-10",
            },
        ),
    )


def _dashboard(metric: str, measure: str) -> dict[str, str]:
    return {
        "metric": metric,
        "year_from_sheet": "yes",
        "school": "SCHNO",
        "district_row": "000",
        "agency": "SCHGRP",
        "agency_is": "001, 4ES, 7MS, 8HS, 9K8",
        "group": "studentgroup",
        "value": "Performance",
        "denominator": "Student Count",
        "only_column": "Measure",
        "only_values": measure,
        "sheets": "2018 Dashboard\n2019 Dashboard",
        "filed_on": "2024-07-10",
    }


def _dashboard_2023(metric: str, measure: str) -> dict[str, str]:
    return {
        "metric": metric,
        "year": "Year",
        "school": "School ID",
        "district_row": "000",
        "group": "student group",
        "value": "Performance",
        "denominator": "Student Count",
        "only_column": "Measure",
        "only_values": measure,
        "filed_on": "2024-07-10",
    }


def later_files() -> Sequence[DemoFile]:
    """Give the site allocations, which say which school has which initiative."""
    others = ["school", "final_enr_21_22", "proj_enr_22_23", "incr_decr", "upp_pct", "wsf_total", "per_pupil"]
    return (
        DemoFile(
            path=_SCHOOLS / "sfusd_site_allocations_2022-23_spring_preliminary.csv",
            kind="school_earmark",
            answers={
                "school": "sch_no",
                "school_name": "school",
                "others": "\n".join(others),
                "fiscal_year_value": "2023",
                "total": "total",
                "ledger": "site-allocations",
            },
            links={
                "r31500-title-i": "Title I schools",
                "r00444-tk-site-allocation": "Universal Prekindergarten",
            },
        ),
    )


PLANS = (
    PlanDefinition(
        initiative="Title I schools",
        metric="chronic-absenteeism",
        bar="2",
        design="before_after",
        baseline_year=2020,
        first_year=2021,
        outcome_year=2024,
        chosen_by_note="Title I goes to the schools with the largest share of low-income families.",
        note="Written by us after the results were public. Title I was at these schools long before the first"
        " year of results that can be compared, so there is no before to compare with. Its first year here is the"
        " first of the ledger, not that of Title I.",
    ),
    PlanDefinition(
        initiative="Universal Prekindergarten",
        metric="ela-distance-from-standard",
        bar="5",
        design="before_after",
        baseline_year=2022,
        first_year=2023,
        outcome_year=2023,
        chosen_by="unknown",
        note="Written by us after the results were public. Transitional kindergarten was at schools before 2022-23,"
        " the year of the record of schools, so there is no before to compare with. Children of transitional kindergarten are not tested"
        " before grade 3, so no result of 2023 can show what it did for them.",
    ),
)

SAN_FRANCISCO = Story(
    slug="san-francisco",
    name="San Francisco Unified (demo)",
    state="CA",
    settings={"state_code": "3868478", "time_zone": "America/Los_Angeles"},
    metrics=METRICS,
    goals=GOALS,
    initiatives=INITIATIVES,
    bands=BANDS,
    make_schools=make_schools,
    files=first_files,
    later_files=later_files,
    plans=PLANS,
    origin=ORIGIN,
)
