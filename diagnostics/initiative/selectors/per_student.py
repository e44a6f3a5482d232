"""Cost per student where a count of the same students exists, and otherwise why not; pure, must not query."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from diagnostics.initiative.selectors.costs import NO_SPENDING
from districts import formatting

EVERY_GRADE = {"", "K-12", "TK-12", "PK-12", "PREK-12"}


@dataclass(frozen=True, kw_only=True)
class PerStudent:
    """Dollars per student enrolled at the schools served; `dollars` is None where `why_not` says why."""

    dollars: Decimal | None
    students: int | None
    school_count: int
    why_not: str


def cost_per_student(
    *,
    dollars: Decimal | None,
    fiscal_year: int | None,
    grades: str,
    schools: Collection[UUID],
    students: Mapping[UUID, Mapping[int, float]],
    minimum: int,
) -> PerStudent:
    """Return ledger cost / students counted at the schools in the school year of the same name.

    Only where every school served has a count of that year and all its grades are served: a part of a count would
    make the figure too large, another population would make it meaningless. No figure from a negative or
    placeholder sum. Fiscal year 2024 goes with school year 2023-24.
    """
    if fiscal_year is None or dollars is None or dollars < NO_SPENDING:
        return _none(schools, "There is no spending to divide.")
    if not schools:
        return _none(schools, "No record says which schools or students it serves.")
    if grades.upper().replace(" ", "") not in EVERY_GRADE:
        return _none(schools, f"It serves {grades} only, and no file that has arrived counts those students.")
    counts = [students.get(school, {}).get(fiscal_year) for school in schools]
    missing = sum(count is None for count in counts)
    year = formatting.school_year(fiscal_year)
    if missing:
        verb = "has" if missing == 1 else "have"
        return _none(
            schools, f"{missing} of its {len(schools)} schools {verb} no count of students in {year}."
        )
    total = round(sum(count for count in counts if count is not None))
    if total < minimum:
        return _none(schools, "Too few students: the figure would tell of single students.")
    return PerStudent(dollars=dollars / total, students=total, school_count=len(schools), why_not="")


def _none(schools: Collection[UUID], why_not: str) -> PerStudent:
    return PerStudent(dollars=None, students=None, school_count=len(schools), why_not=why_not)
