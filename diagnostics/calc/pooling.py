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
    known to us, which is neither zero nor missing.
    """

    year: int
    value: float | None
    numerator: float | None = None
    students: float | None = None
    is_suppressed: bool = False


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


def pool_district(*, values: Iterable[YearValue], unit: str, minimum: int) -> list[YearValue]:
    """Pool a district's schools into one value for each year that gives no small school away.

    values: of every school as the source gave them, not yet suppressed. Schools of fewer students
    than `minimum` are part of the value unless together they are so few that the difference to the
    schools shown would tell them; then they are left out. A year that rests on a single school, or
    on fewer students than `minimum`, is suppressed: it would be that school's value under another name.
    """
    by_year: dict[int, list[YearValue]] = {}
    for value in values:
        by_year.setdefault(value.year, []).append(value)
    return [
        _of_district(year=year, values=found, unit=unit, minimum=minimum)
        for year, found in sorted(by_year.items())
    ]


def _of_district(*, year: int, values: list[YearValue], unit: str, minimum: int) -> YearValue:
    known = [value for value in values if not value.is_suppressed and value.value is not None]
    small = sum(value.students or 0.0 for value in known if _is_small(value=value, minimum=minimum))
    if 0 < small < minimum:
        known = [value for value in known if not _is_small(value=value, minimum=minimum)]
    schools = [value for value in known if value.students != 0]
    if len(schools) < 2:
        is_hidden = bool(schools) or any(value.is_suppressed for value in values)
        return YearValue(year=year, value=None, is_suppressed=is_hidden)
    return suppress_small(value=_pooled(year=year, values=schools, unit=unit), minimum=minimum)


def _is_small(*, value: YearValue, minimum: int) -> bool:
    return value.students is not None and 0 < value.students < minimum


def suppress_small(*, value: YearValue, minimum: int) -> YearValue:
    """Suppress a value of fewer students than the district shows; zero students is no value."""
    if value.students is None or value.students >= minimum or value.is_suppressed:
        return value
    if value.students == 0:
        return YearValue(year=value.year, value=None)
    return YearValue(year=value.year, value=None, is_suppressed=True)


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
