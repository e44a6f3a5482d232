"""The demo of Washington: what it decided is modelled by us on the names in its public budgets.

Must not touch the database. Figures are never given here: they come from the files.
"""

from __future__ import annotations

from datetime import date

from diagnostics.enrollment import ENROLLMENT
from srm.demo_district.definition import (
    BandDefinition,
    GoalDefinition,
    InitiativeDefinition,
    MetricDefinition,
)
from srm.demo_district.story import PlanDefinition, RuleDefinition, Story
from srm.demo_district.washington_files import NAMES, first_files, later_files, make_schools

ORIGIN = "Modelled by us on the named at-risk allocations in public budgets; not the district's own list."
ELA, MATHS = "parcc-ela", "parcc-math"
_GO_ON = (
    "Go on only if the schools served gained more than comparable schools, or if cabinet can say what will be"
    " changed by when."
)

METRICS = (
    MetricDefinition(
        ELA,
        "PARCC English: met or exceeded",
        "up",
        "percent",
        "Share of test takers at level 4 or 5 of PARCC English language arts, grades 3 to 8 and high school.",
    ),
    MetricDefinition(
        MATHS,
        "PARCC mathematics: met or exceeded",
        "up",
        "percent",
        "Share of test takers at level 4 or 5 of PARCC mathematics, grades 3 to 8 and high school.",
    ),
    MetricDefinition(
        ENROLLMENT, "Enrollment", "up", "count", "Students enrolled at a school in the fall, all grades."
    ),
)

GOALS = (
    GoalDefinition(
        "read", "Students read and write at grade level", ELA, "all", "All test takers", 2018, None, "50"
    ),
    GoalDefinition(
        "read-at-risk",
        "At-risk students read and write at grade level",
        ELA,
        "At-Risk",
        "Students at risk as the District's funding formula counts them",
        2018,
        None,
        "35",
    ),
    GoalDefinition(
        "read-english-learners",
        "English learners read and write",
        ELA,
        "EL",
        "English learners",
        2018,
        None,
        "30",
    ),
)


def _initiative(
    name: str,
    goal: str,
    patterns: dict[str, str],
    theory: str,
    department: str,
    grades: str,
    review_on: date,
) -> InitiativeDefinition:
    return InitiativeDefinition(
        name,
        "initiative",
        goal,
        patterns,
        theory,
        department,
        grades,
        "At-risk students of the schools served",
        review_on,
        _GO_ON,
        serves_from=date(2014, 10, 1),
    )


INITIATIVES = (
    _initiative(
        "Extended day and year",
        "read-at-risk",
        {"local_3": "extended-day-year,extended-day,extended-day-funds"},
        "If at-risk students get more hours of teaching each day, then they read better.",
        "Extended learning",
        "PK-8",
        date(2027, 1, 20),
    ),
    _initiative(
        "Literacy positions",
        "read-at-risk",
        {"local_3": "litearcy*,reading-specialist,assistant-principal-literacy"},
        "If schools have assistant principals for literacy and reading specialists, then weak readers are found"
        " early and taught in small groups.",
        "Teaching and learning",
        "PK-8",
        date(2026, 12, 9),
    ),
    _initiative(
        "Technology instructional coach",
        "read",
        {"local_3": "technology-instructional-coach"},
        "If a coach helps teachers teach with technology, then lessons fit each student better.",
        "Teaching and learning",
        "PK-8",
        date(2027, 2, 17),
    ),
    _initiative(
        "Social workers",
        "read-at-risk",
        {"local_3": "social-workers,social-worker"},
        "If students in distress have somebody to turn to at school, then they attend and learn.",
        "Student wellness",
        "PK-12",
        date(2027, 3, 10),
    ),
    _initiative(
        "Attendance counselors",
        "read-at-risk",
        {"local_3": "attendance-counselors,attend-counselor"},
        "If families of absent students are called and visited, then students come back, and learn.",
        "Student wellness",
        "6-12",
        date(2027, 3, 10),
    ),
    _initiative(
        "Middle grades: social-emotional learning",
        "read",
        {"local_3": "middle-grades-social-emotional"},
        "If early adolescents learn to handle conflict and stress, then they are ready to learn.",
        "Student wellness",
        "6-8",
        date(2027, 4, 14),
    ),
    _initiative(
        "Middle grades: excursions, clubs and activities",
        "read",
        {
            "local_3": "middle-grades-exposure-and-excursion,middle-grades-clubs-and-activities,"
            "middle-grade-excursions-and-activities"
        },
        "If school reaches beyond the classroom, then students of the middle grades want to be there.",
        "Extended learning",
        "6-8",
        date(2027, 4, 14),
    ),
    _initiative(
        "Career academies (NAF)",
        "read",
        {"local_3": "naf-academies"},
        "If high school students see the work that school leads to, then they attend, read and graduate.",
        "College and career",
        "9-12",
        date(2027, 5, 12),
    ),
    _initiative(
        "Evening credit recovery",
        "read",
        {"local_3": "evening-credit-recovery-ecr,evening-credit-recovery"},
        "If students can repair a failed course in the evening, then they graduate with their class.",
        "College and career",
        "9-12",
        date(2027, 5, 12),
    ),
    InitiativeDefinition(
        "English learner teachers",
        "entitlement",
        "read-english-learners",
        {"local_2": "english-language-learner,english-language-learners-ell"},
        "English learners are taught English every day by teachers trained for it, as the law asks.",
        "Teaching and learning",
        "PK-12",
        "English learners",
        date(2027, 6, 9),
        "An entitlement: reviewed for cost and quality, never for stopping.",
    ),
    InitiativeDefinition(
        "Special education",
        "entitlement",
        "read",
        {"local_2": "special-education"},
        "Students with disabilities get the services their plans promise, in the least restrictive place.",
        "Special education",
        "PK-12",
        "Students with disabilities",
        date(2027, 6, 9),
        "An entitlement: reviewed for cost and quality, never for stopping.",
    ),
)

BANDS = (
    BandDefinition("Core: by enrollment", "core", {"local_2": "enrollment,ppfm,stabilization"}),
    BandDefinition(
        "Core: by enrollment, FY2017", "core", {"local_1": "amt-enrollment,amt-ppfm,amt-stabilization"}
    ),
    BandDefinition("At-risk payment, not named", "not_split", {"local_2": "at-risk"}),
    BandDefinition("At-risk, FY2017, not named", "not_split", {"local_1": "amt-atrisk"}),
)


def _line(initiative: str, codes: str) -> RuleDefinition:
    return RuleDefinition(
        initiative=initiative, name=f"{initiative}: its budget lines", patterns={"local_1": codes}
    )


RULES = (
    _line("Extended day and year", "extended-day"),
    _line(
        "Literacy positions", "literacy-initiative-reading-specialists,reading-specialist,ap-for-literacy-apl"
    ),
    _line(
        "Technology instructional coach",
        "at-risk-technology-instructional-coach,technology-instructional-coach",
    ),
    _line("Middle grades: social-emotional learning", "mg-social-emotional-basket,social-emotional-funds"),
    _line(
        "Middle grades: excursions, clubs and activities",
        "mg-priority-exposures-and-excursions,mg-priority-clubs-and-activities,"
        "exposures-and-excursions-middle-grades,clubs-and-activities-middle-grades",
    ),
    _line("Career academies (NAF)", "hs-naf*,naf*"),
    _line("Evening credit recovery", "evening-credit-recovery-ecr"),
    _line("English learner teachers", "amt-ell"),
    _line("Special education", "amt-sped"),
)


def _plan(initiative: str, *, first_year: int, group: str = "all") -> PlanDefinition:
    return PlanDefinition(
        initiative=initiative,
        metric=ELA,
        group=group,
        bar="2",
        design="before_after",
        baseline_year=first_year - 1,
        first_year=first_year,
        outcome_year=2018,
        chosen_by_note="At-risk dollars follow the number of at-risk students of a school.",
        note=_LATE,
    )


_LATE = (
    "Written by us after the results of 2018 were public. The budgets name the initiative at schools before the"
    " first year of results (2016-17), so there is no before to compare with: results describe, and no change"
    " shows what it did. Its first year is the first in which a budget names it."
)
_NAMED_FROM_2016 = ("Middle grades: social-emotional learning", "Career academies (NAF)")
"""Initiatives first named in the budget of fiscal year 2016; that of 2015 names all others."""
PLANS = tuple(
    _plan(one.name, first_year=2016 if one.name in _NAMED_FROM_2016 else 2015)
    for one in INITIATIVES
    if one.kind == "initiative"
)

WASHINGTON = Story(
    slug="washington",
    name="District of Columbia Public Schools (demo)",
    state="DC",
    settings={
        "time_zone": "America/New_York",
        "fiscal_year_start_month": 10,
        "funding_segment": "local_2",
        "object_chart": "own",
        "spending_objects": "(none)",
        "revenue_objects": "",
        "indirect_objects": "",
    },
    metrics=METRICS,
    goals=GOALS,
    initiatives=INITIATIVES,
    bands=BANDS,
    rules=RULES,
    make_schools=make_schools,
    files=first_files,
    later_files=later_files,
    plans=PLANS,
    names=NAMES,
    origin=ORIGIN,
)
