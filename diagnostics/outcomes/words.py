"""Levels, changes and slopes in words; must not query or compute."""

from __future__ import annotations

from diagnostics.calc.pooling import YearValue
from diagnostics.calc.verdict_words import write_value
from diagnostics.selectors import TrendRow
from districts import formatting

ALL_STUDENTS = "All students"
ALL_GRADES = "All grades"
_FEW = {0: "no value", 1: "one point", 2: "two points"}


def group_name(group: str) -> str:
    """Name a group as a person reads it."""
    words = group.replace("_", " ")
    return ALL_STUDENTS if group == "all" else words[:1].upper() + words[1:]


def grade_name(grade: str) -> str:
    """Name a grade as a person reads it."""
    return ALL_GRADES if grade == "all" else f"Grade {grade}" if grade[:1].isdigit() else grade


def level_words(row: TrendRow | None) -> str:
    """Say where it stands: 33.3%, under 5%, hidden, or that nothing has arrived."""
    if row is None:
        return "no results"
    if row.level is None:
        return "hidden" if any(one.is_suppressed for one in row.points) else "no value"
    return write_value(value=row.level, unit=row.unit, bound=row.level_bound)


def value_words(value: YearValue | None, *, unit: str) -> str:
    """Write one year's value; empty where there is none."""
    if value is None or value.value is None:
        return ""
    return write_value(value=value.value, unit=unit, bound=value.bound)


def slope_words(row: TrendRow | None, *, since: int | None = None) -> str:
    """Say how it moves a year, with its interval, or why there is no slope. since: the break it starts after.

    Example: "down 1.5 a year (95% interval: 0.4 to 2.6 down)".
    """
    if row is None or row.level is None:
        return ""
    if row.slope is None or row.slope_low is None or row.slope_high is None:
        if any(one.bound for one in row.points if since is None or one.year >= since):
            return "no slope: a rate is only known as under or over a cut"
        many = _FEW.get(row.points_used, "")
        return f"no slope: {many}{' since the break' if since else ''}" if many else "no slope"
    low, high = sorted((row.slope_low, row.slope_high))
    if low > 0 or high < 0:
        way = "up" if row.slope > 0 else "down"
        near, far = sorted((abs(low), abs(high)))
        return f"{way} {_plain(row.slope)} a year (95% interval: {_plain(near)} to {_plain(far)})"
    return (
        f"up or down is open: {_signed(row.slope)} a year (95% interval: {_signed(low)} to {_signed(high)})"
    )


def last_break(row: TrendRow | None, break_years: tuple[int, ...]) -> int | None:
    """Return the break the latest stretch starts after, where values from before it exist; else None."""
    if row is None or row.level_year is None:
        return None
    before = [one for one in break_years if one <= row.level_year]
    if not before or not any(one.year < max(before) and one.value is not None for one in row.points):
        return None
    return max(before)


def break_words(
    *, years: tuple[int, ...], break_years: tuple[int, ...], missing: tuple[int, ...], is_test: bool
) -> str:
    """Say from which years on values cannot be compared, and which years have no value; no test was in 2020."""
    words = []
    breaks = [one for one in sorted(set(break_years)) if years and years[0] < one <= years[-1]]
    if breaks:
        named = " and from ".join(formatting.school_year(one) for one in breaks)
        words.append(f"Values from {named} on cannot be compared with earlier ones: no line leads across.")
    if missing:
        named = ", ".join(formatting.school_year(one) for one in missing)
        words.append(f"No value in {named}{': no test in 2020' if is_test and 2020 in missing else ''}.")
    return " ".join(words)


def _plain(number: float) -> str:
    return formatting.number(abs(number), 1)


def _signed(number: float) -> str:
    return formatting.number(number, 1, plus=True)
