"""Washington's files: what their columns mean, as a data manager would say, and its schools."""

from __future__ import annotations

from collections.abc import Sequence

from python_calamine import CalamineWorkbook

from diagnostics.enrollment import ENROLLMENT
from districts.landing.kinds import FileMap
from districts.landing.reader import ReadOptions
from districts.models import School
from srm.demo_district.story import FOLDER, DemoFile

_BUDGET, _RESULTS = FOLDER / "washington" / "budget", FOLDER / "washington" / "results"
FY18 = _BUDGET / "FY18 Initial Budget Data.xlsx"
FY16 = _BUDGET / "Final FY16 Initial School Budget Allocation Data.xlsx"
FY15 = _BUDGET / "Final DCPS FY15 Initial Allocation Data (v2).xlsx"
YEARS = _BUDGET / "dcpsbudget.ourdcschools.org-budget-data.csv"
PARCC = _RESULTS / "DC PARCC Scores - School Year 2017-18.xlsx"
PARCC_2017 = _RESULTS / "2017 PARCC School Level ELA_0.xlsx"
ENROLLMENT_2018 = _RESULTS / "enrollment-data-17-18.csv"
_LEVELS = {
    "ES": School.Level.ELEMENTARY,
    "EC": School.Level.K8,
    "EC2": School.Level.OTHER,
    "MS": School.Level.MIDDLE,
    "HS": School.Level.HIGH,
}
_SCHOOL = {"school": "School Code", "school_name": "School Name"}
NAMES = {
    "Bancroft ES at Sharpe": "204",
    "Bruce Monroe ES at Park View": "296",
    "Columbia Heights EC": "442",
    "Marie Reed ES at MacFarland": "284",
    "Duke Ellington School of the Arts": "471",
    "School Without Walls at Francis Stevens": "409",
    "Oyster Adams Bilingual School": "292",
    "Brightwood EC": "213",
    "Dorothy I Height ES": "349",
    "Langdon ES": "262",
    "Phelps Architecture Construction and Engineering HS": "478",
    "Capitol Hill Montessori School at Logan": "360",
    "Stuart Hobson MS Capitol Hill Cluster": "428",
    "Watkins ES Capitol Hill Cluster": "333",
    "Johnson John Hayden MS": "416",
    "Malcolm X ES at Green": "308",
    "943": "175",
}
"""Names and codes of schools in results files that differ from the budget's, each looked up by us."""


def make_schools() -> int:
    """Create the schools of the newest budget, once; returns how many there are."""
    if School.objects.exists():
        return int(School.objects.count())
    rows = CalamineWorkbook.from_path(str(FY18)).get_sheet_by_name("Initial allocations").to_python()
    schools = [
        School(
            name=str(row[1]),
            district_code=str(int(row[0])),
            level=_LEVELS.get(str(row[2]), School.Level.OTHER),
        )
        for row in rows
        if isinstance(row[0], float) and isinstance(row[1], str)
    ]
    School.objects.bulk_create(schools)
    return len(schools)


def first_files() -> Sequence[DemoFile]:
    """Give the budgets and results, which name no initiative."""
    return (
        _budget(FY15, 2015, total="Total Budget Allocation", control="Fin Intl Allocation Categories"),
        _budget(FY16, 2016, total="Total Budget Allocation", control="Final Budget Allocations"),
        _budget(FY18, 2018, total="Total", control="Final Budget Allocations"),
        DemoFile(path=YEARS, kind="school_budget", answers=_YEAR_2017),
        DemoFile(
            path=PARCC, kind="results", answers=_parcc("parcc-ela", "ELA"), sheet=_SHEETS[0], more=(_maths(),)
        ),
        DemoFile(path=PARCC_2017, kind="results", answers=_PARCC_2017, sheet="School ELA Overall"),
        DemoFile(
            path=ENROLLMENT_2018,
            kind="results",
            answers={**_ENROLLED, "value": "Total Enrolled"},
            more=(FileMap(options=ReadOptions(), values={**_ENROLLED, **_BY_GRADE}),),
        ),
    )


def _budget(path: object, year: int, *, total: str, control: str) -> DemoFile:
    identity = ("Budgeted School Type", "Ward", "Budgeted Enrollment", "At-Risk Enrollment", "Notes")
    others = identity if year == 2018 else ()
    return DemoFile(
        path=path,  # type: ignore[arg-type]
        kind="school_budget",
        sheet="Initial allocations" if year == 2018 else "Initial Allocations",
        header_row=2,
        answers={
            **_SCHOOL,
            "category_row": "1",
            "others": "\n".join(others),
            "fiscal_year_value": str(year),
            "total": total,
            "control_sheet": control,
            "blanks": "FALSE, No Data",
        },
    )


_YEAR_2017 = {
    "school": "SCHOOLCODE",
    "school_name": "SCHOOLNAME",
    "fiscal_year": "YEAR",
    "only_years": "2017",
    "total": "AMT_TOTAL",
    "blanks": "FALSE",
    "others": "\n".join(
        (
            *("LON", "LAT", "LEVELTEXT", "LEVEL", "CLUSTER", "WARD", "FORTYFORTY", "ATRISKPCT"),
            *("ATRISKENROLLMENT", "ECEENROLLMENT", "ELLENROLLMENT", "SPEDENROLLMENT", "TOTALENROLLMENT"),
            *("AMT_ATRISK_ENROLLMENT", "AMT_ATRISK_SPED", "AMT_ATRISK_ELL", "AMT_ATRISK_SPECIALTY"),
            *("AMT_ATRISK_ASPECR", "AMT_ATRISK_STABILIZATION", "AMT_ATRISK_FLEX"),
        )
    ),
}
_SHEETS = (
    "Female Students",
    "Overall",
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


def _parcc(metric: str, subject: str) -> dict[str, str]:
    takers = "# of English Language Arts (ELA) Test Takers" if subject == "ELA" else "# Math Test Takers"
    return {
        "metric": metric,
        "year_value": "2017-18",
        "school": "School Code",
        "district_row": "DCPS",
        "grade": "Grade",
        "group": "Subgroup",
        "denominator": takers,
        **{f"level_{number}": f"{subject} - # Level {number}" for number in range(1, 6)},
        "proficient_from": "4",
        "zero_of_zero": "suppressed",
        "sheets": "\n".join(_SHEETS[1:]),
        "filed_on": "2018-08-16",
    }


def _maths() -> FileMap:
    return FileMap(options=ReadOptions(sheet=_SHEETS[0]), values=_parcc("parcc-math", "Math"))


_PARCC_2017 = {
    "metric": "parcc-ela",
    "year_value": "2016-17",
    "school": "School Name",
    "agency": "LEA Name",
    "agency_is": "District of Columbia Public Schools",
    "value": "% 4+",
    "denominator": "Total Valid Test Takers",
    "scale": "percent",
    "grade_from_sheet": "yes",
    "sheets": "\n".join(f"School ELA Grade {number}" for number in range(3, 9)),
    "filed_on": "2017-08-17",
}

_ENROLLED = {"metric": ENROLLMENT, "year_value": "2017-18", "school": "Code", "filed_on": "2018-01-31"}
_BY_GRADE = {
    "spread": "grade",
    "spread_columns": "\n".join(("PK3", "PK4", "KG", *(str(grade) for grade in range(1, 13)), "AO", "UN/CE")),
}


def later_files() -> Sequence[DemoFile]:
    """Give the named at-risk allocations, which say which school has which initiative."""
    return (
        _at_risk(
            FY15,
            2015,
            "At-Risk Items Pre-Council",
            school="Schl. Code",
            total="Total",
            others=("At-Risk %",),
            links={
                "extended-day-funds": "Extended day and year",
                "reading-specialist": "Literacy positions",
                "social-worker": "Social workers",
                "attend-counselor": "Attendance counselors",
                "evening-credit-recovery": "Evening credit recovery",
                "middle-grade-excursions-and-activities": "Middle grades: excursions, clubs and activities",
            },
        ),
        _at_risk(
            FY16,
            2016,
            "At-Risk Allocations",
            links={
                "extended-day": "Extended day and year",
                "litearcy-positions-apl-and-reading": "Literacy positions",
                **_SAME,
            },
        ),
        _at_risk(
            FY18,
            2018,
            "Initial At-Risk Allocation",
            total="FY18 At-Risk",
            others=("School Type", "40/40"),
            links={
                "extended-day-year": "Extended day and year",
                "litearcy-positions-apl-and-rs": "Literacy positions",
                **_SAME,
            },
        ),
    )


_SAME = {
    "technology-instructional-coach": "Technology instructional coach",
    "social-workers": "Social workers",
    "attendance-counselors": "Attendance counselors",
    "evening-credit-recovery-ecr": "Evening credit recovery",
    "middle-grades-social-emotional": "Middle grades: social-emotional learning",
    "middle-grades-clubs-and-activities": "Middle grades: excursions, clubs and activities",
    "naf-academies": "Career academies (NAF)",
}


def _at_risk(
    path: object,
    year: int,
    sheet: str,
    *,
    links: dict[str, str],
    school: str = "School Code",
    total: str = "",
    others: Sequence[str] = (),
) -> DemoFile:
    return DemoFile(
        path=path,  # type: ignore[arg-type]
        kind="school_earmark",
        sheet=sheet,
        header_row=2,
        answers={
            "school": school,
            "school_name": "School Name",
            "others": "\n".join(others),
            "fiscal_year_value": str(year),
            "total": total,
            "blanks": "FALSE, NA",
            "ledger": "at-risk",
        },
        links=links,
    )
