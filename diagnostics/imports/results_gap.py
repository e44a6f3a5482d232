"""A district's own row beside its schools: where it is not their sum, the gap is said. Must not write."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from districts.landing.kinds import Slice
from districts.landing.problems import Report

KEPT = "Both are kept: some students may belong to no school, or a school may be missing in the file."
NAME = "District row and schools"


@dataclass(frozen=True)
class _Both:
    """Of all students and grades: the district row's numbers and the sums over schools."""

    counted: Decimal | None
    students: Decimal | None
    school_counted: Decimal | None
    school_students: Decimal | None
    hidden_schools: int


def check_district_rows(
    *, cursor: Any, stage: str, slices: list[Slice], names: dict[str, str], report: Report, minimum: int
) -> None:
    """Say of each slice with a district row whether its schools add up to it. One query.

    A gap of fewer students than the minimum is said without numbers: it may be of single students.
    """
    cursor.execute(
        "SELECT slice, max(numerator) FILTER (WHERE school IS NULL),"
        " max(coalesce(denominator, value)) FILTER (WHERE school IS NULL),"
        " sum(numerator) FILTER (WHERE school IS NOT NULL),"
        " sum(coalesce(denominator, value)) FILTER (WHERE school IS NOT NULL),"
        " count(*) FILTER (WHERE school IS NOT NULL AND is_suppressed)"
        f" FROM {stage} WHERE student_group = 'all' AND grade = 'all' GROUP BY slice"
        " HAVING count(*) FILTER (WHERE school IS NULL AND NOT is_suppressed) = 1"
    )
    found = {row[0]: _Both(*row[1:]) for row in cursor.fetchall()}
    for one in slices:
        both = found.get(one.number)
        if both is None or both.students is None or both.school_students is None:
            continue
        title = f"{names.get(one.subject, one.subject)} {one.fiscal_year - 1}-{one.fiscal_year % 100:02d}"
        _say(report=report, title=title, both=both, minimum=minimum)


def _say(*, report: Report, title: str, both: _Both, minimum: int) -> None:
    gaps = [
        (words, whole, parts)
        for words, whole, parts in (
            ("students", both.students, both.school_students),
            ("counted", both.counted, both.school_counted),
        )
        if whole is not None and parts is not None
    ]
    if all(whole == parts for _, whole, parts in gaps):
        report.check(name=f"{NAME}: {title}", status="ok", found="the same", note="The schools add up to it.")
        return
    hidden = f" {both.hidden_schools:,} schools are hidden in the file." if both.hidden_schools else ""
    if any(0 < abs(whole - parts) < minimum for _, whole, parts in gaps) or both.hidden_schools == 1:
        found, expected = f"not the same, by fewer than {minimum} students or one hidden school", ""
    else:
        expected = "district row: " + ", ".join(f"{_plain(whole)} {words}" for words, whole, _ in gaps)
        found = "over schools: " + ", ".join(f"{_plain(parts)} {words}" for words, _, parts in gaps)
    report.check(name=f"{NAME}: {title}", status="warn", expected=expected, found=found, note=KEPT + hidden)


def _plain(number: Decimal) -> str:
    return f"{number:,.0f}" if number == number.to_integral_value() else f"{number:,.2f}"
