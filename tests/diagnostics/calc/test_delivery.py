"""What check-ins say of delivery: the months that are due, and shares worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from diagnostics.calc.delivery import (
    Report,
    Window,
    list_due_months,
    list_months,
    measure_delivery,
    school_year_of,
)

A, B, C = (UUID(int=number) for number in (1, 2, 3))
YEAR = Window(first_year=2026, last_year=2026)


def report(school: UUID, month: int, planned: str, delivered: str, **students: int) -> Report:
    year = 2025 if month > 6 else 2026
    return Report(
        school_id=school,
        month=date(year, month, 1),
        planned=Decimal(planned),
        delivered=Decimal(delivered),
        **students,
    )


def test_a_school_year_begins_in_july() -> None:
    assert [school_year_of(date(2025, month, 1)) for month in (6, 7)] == [2025, 2026]


def test_due_months_are_school_months_that_are_over() -> None:
    assert list_due_months(window=YEAR, as_of=date(2025, 9, 30)) == ()
    assert list_due_months(window=YEAR, as_of=date(2025, 10, 1)) == (date(2025, 9, 1),)
    due = list_due_months(window=YEAR, as_of=date(2026, 12, 1))
    assert [one.month for one in due] == [9, 10, 11, 12, 1, 2, 3, 4, 5]


def test_due_months_lie_within_the_days_it_serves() -> None:
    window = Window(
        first_year=2026, last_year=2027, serves_from=date(2026, 3, 20), serves_to=date(2026, 9, 2)
    )
    due = list_due_months(window=window, as_of=date(2027, 8, 1))
    assert [(one.year, one.month) for one in due] == [(2026, 3), (2026, 4), (2026, 5), (2026, 9)]


def test_a_summer_initiative_owes_its_summer_months() -> None:
    window = Window(
        first_year=2026, last_year=2026, serves_from=date(2025, 7, 1), serves_to=date(2025, 8, 20)
    )
    assert list_due_months(window=window, as_of=date(2026, 1, 1)) == (date(2025, 7, 1), date(2025, 8, 1))


def test_an_initiative_outside_of_the_window_owes_nothing() -> None:
    window = Window(first_year=2026, last_year=2026, serves_from=date(2027, 1, 1))
    assert list_months(window=window) == ()


def test_shares_are_those_worked_out_by_hand() -> None:
    reports = [
        report(A, 9, "8", "6", assigned=20, reached=10),
        report(A, 10, "8", "8", assigned=20, reached=20),
        report(B, 9, "8", "1", assigned=10, reached=0),
        report(B, 7, "4", "0"),
        report(C, 9, "100", "100", assigned=500, reached=500),
    ]
    found = measure_delivery(reports=reports, schools={A, B}, window=YEAR, as_of=date(2025, 12, 1))
    assert (found.expected, found.reported, found.covered) == (6, 3, 0.5)
    assert found.dosage == 15 / 28
    assert found.reached == 30 / 50


def test_nothing_known_is_no_share() -> None:
    found = measure_delivery(reports=[], schools={A}, window=YEAR, as_of=date(2025, 9, 1))
    assert (found.expected, found.covered, found.dosage, found.reached) == (0, 0.0, None, None)
    zero = measure_delivery(
        reports=[report(A, 9, "0", "0")], schools={A}, window=YEAR, as_of=date(2025, 10, 1)
    )
    assert (zero.covered, zero.dosage, zero.reached) == (1.0, None, None)


def test_order_and_scale_change_no_share() -> None:
    reports = [report(A, 9, "8", "6"), report(B, 9, "2", "2"), report(A, 10, "5", "1")]
    large = [
        Report(school_id=one.school_id, month=one.month, planned=one.planned * 7, delivered=one.delivered * 7)
        for one in reversed(reports)
    ]
    first, second = (
        measure_delivery(reports=one, schools={A, B}, window=YEAR, as_of=date(2026, 6, 1))
        for one in (reports, large)
    )
    assert first == second
