"""Cost per student enrolled, else per student with a result, and otherwise why not; pure, must not query.

Students with a result may be in some grades only, so a figure over them always names the metric.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from diagnostics.enrollment import Enrollment, enrolled_when, enrollment_year
from diagnostics.initiative.selectors.costs import NO_SPENDING
from districts import formatting

EVERY_GRADE = {"", "K-12", "TK-12", "PK-12", "PREK-12"}


@dataclass(frozen=True, kw_only=True)
class PerStudent:
    """Dollars per student at the schools served; `dollars` is None where `why_not` says why.

    who: which students, to be said after "per student": "enrolled at its schools", or "with a result in Reading
    at its schools". when: of which school year they are counted, in words.
    """

    dollars: Decimal | None
    students: int | None
    school_count: int
    why_not: str
    who: str = ""
    when: str = ""

    @property
    def note(self) -> str:
        """Say how many students of which year at how many schools it is divided by."""
        schools = f"{self.school_count} school{'' if self.school_count == 1 else 's'}"
        return f"{formatting.number(self.students)} students at {schools} {self.when}"


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What may count the students of schools: enrollment, and all students with a result in a metric."""

    enrollment: Enrollment
    metric: str
    results: Mapping[UUID, Mapping[int, float]]


def cost_per_student(
    *,
    dollars: Decimal | None,
    fiscal_year: int | None,
    grades: str,
    schools: Collection[UUID],
    counted: Counted,
    minimum: int,
) -> PerStudent:
    """Return ledger cost / students enrolled at the schools; over students with a result without enrollment.

    Enrollment is of the school year of the same name, else of the nearest earlier one; results of that year
    only. Only where every school served has a count and all its grades are served: a part of a count would make
    the figure too large, another population would make it meaningless. No figure from a negative or placeholder
    sum. Fiscal year 2024 goes with school year 2023-24.
    """
    if fiscal_year is None or dollars is None or dollars < NO_SPENDING:
        return _none(schools, "There is no spending to divide.")
    if not schools:
        return _none(schools, "No record says which schools or students it serves.")
    if grades.upper().replace(" ", "") not in EVERY_GRADE:
        return _none(schools, f"It serves {grades} only: the students of its schools are more than those.")
    found = _counted(counted=counted, fiscal_year=fiscal_year, schools=schools)
    if found is None:
        return _none(schools, _missing_words(counted.results, schools=schools, fiscal_year=fiscal_year))
    total, who, when = found
    if total < minimum:
        return _none(schools, "Too few students: the figure would tell of single students.")
    return PerStudent(
        dollars=dollars / total, students=total, school_count=len(schools), why_not="", who=who, when=when
    )


def _counted(*, counted: Counted, fiscal_year: int, schools: Collection[UUID]) -> tuple[int, str, str] | None:
    """Return how many students, which and when; None where some school has neither count."""
    year = enrollment_year(
        enrollment=counted.enrollment, fiscal_year=fiscal_year, schools=schools, is_whole=True
    )
    if year is not None:
        total = round(sum(counted.enrollment[school][year] for school in schools))
        return total, "enrolled at its schools", enrolled_when(year=year, fiscal_year=fiscal_year)
    counts = [counted.results.get(school, {}).get(fiscal_year) for school in schools]
    known = [count for count in counts if count is not None]
    if len(known) < len(counts):
        return None
    when = f"in {formatting.school_year(fiscal_year)}; no enrollment of them has arrived"
    return round(sum(known)), f"with a result in {counted.metric} at its schools", when


def _missing_words(
    results: Mapping[UUID, Mapping[int, float]], *, schools: Collection[UUID], fiscal_year: int
) -> str:
    missing = sum(fiscal_year not in results.get(school, {}) for school in schools)
    verb = "has" if missing == 1 else "have"
    year = formatting.school_year(fiscal_year)
    return f"{missing} of its {len(schools)} schools {verb} no count of students in {year}."


def _none(schools: Collection[UUID], why_not: str) -> PerStudent:
    return PerStudent(dollars=None, students=None, school_count=len(schools), why_not=why_not)
