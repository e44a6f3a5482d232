"""One series out of many: a metric of several schools taken together, year by year.

Must not average rates as if schools were alike: a pooled rate is students over students.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SCALE: Mapping[str, float] = {"percent": 100.0, "points": 1.0, "count": 1.0}


@dataclass(frozen=True)
class YearValue:
    """A metric in one school year: its value in the metric's unit and the students behind it.

    numerator, students: None where the source gave none. A suppressed value has none of the three
    known to us, which is neither zero nor missing. bound: `under` or `over` where the value is only
    known to lie beyond `value`. is_vouched: no students are given, and a person stated that the
    source hides small groups itself.
    """

    year: int
    value: float | None
    numerator: float | None = None
    students: float | None = None
    is_suppressed: bool = False
    bound: str = ""
    is_vouched: bool = False


def pool_years(*, values: Iterable[YearValue], unit: str) -> list[YearValue]:
    """Pool the values of several schools into one for each year, by year.

    Shares: 100 x sum of numerators / sum of students. Means in points: the mean weighted by
    students. Counts: the sum. Schools without the numbers that takes are left out of the year;
    alone, a single school's value stands as it is. A year in which every school is suppressed is
    suppressed. Empty in, empty out.

    Example: 10 of 40 and 30 of 60 absent give 40 of 100: 40%, not the mean of 25% and 50%.
    """
    by_year: dict[int, list[YearValue]] = {}
    for value in values:
        by_year.setdefault(value.year, []).append(value)
    return [_pooled(year=year, values=found, unit=unit) for year, found in sorted(by_year.items())]


def _pooled(*, year: int, values: list[YearValue], unit: str) -> YearValue:
    known = [value for value in values if not value.is_suppressed and value.value is not None]
    if not known:
        return YearValue(year=year, value=None, is_suppressed=any(value.is_suppressed for value in values))
    if len(known) == 1:
        return known[0]
    if unit == "count":
        return YearValue(year=year, value=sum(value.value or 0.0 for value in known))
    weighed = [value for value in known if value.students]
    students = sum(value.students or 0.0 for value in weighed)
    if not weighed:
        return YearValue(year=year, value=None)
    numerator: float | None = None
    if all(value.numerator is not None for value in weighed):
        numerator = sum(value.numerator or 0.0 for value in weighed)
        pooled = SCALE[unit] * numerator / students
    else:
        pooled = sum((value.value or 0.0) * (value.students or 0.0) for value in weighed) / students
    return YearValue(year=year, value=pooled, numerator=numerator, students=students)
