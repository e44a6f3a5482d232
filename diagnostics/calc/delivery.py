"""How much of what was planned was delivered, from check-ins by school and month. Pure; no clock.

A school year runs from July to June and is named by the year in which it ends. Check-ins are due for the school
months, September to May (this product's own rule); what serves only in summer owes its summer months.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

SCHOOL_MONTHS: Final = frozenset({1, 2, 3, 4, 5, 9, 10, 11, 12})
YEAR_BEGINS: Final = 7


@dataclass(frozen=True, kw_only=True)
class Window:
    """The months an initiative is judged by: school years first to last, within the days it serves."""

    first_year: int
    last_year: int
    serves_from: date | None = None
    serves_to: date | None = None


@dataclass(frozen=True, kw_only=True)
class Report:
    """One check-in: a school, a month (its first day), dosage, and students where they were counted."""

    school_id: UUID
    month: date
    planned: Decimal
    delivered: Decimal
    assigned: int | None = None
    reached: int | None = None


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """Shares 0-1; None where nothing says. `expected` and `reported` count school-months so far.

    students: the most assigned in one month, over the check-ins that `reached` is of; not to be shown.
    """

    expected: int
    reported: int
    dosage: float | None
    reached: float | None
    students: int = 0

    @property
    def covered(self) -> float:
        """Return the share of school-months with a check-in; 0 where none is due yet."""
        return self.reported / self.expected if self.expected else 0.0


def first_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def school_year_of(day: date) -> int:
    """Return the school year of a day. Example: 1 September 2024 is in 2025."""
    return day.year + (day.month >= YEAR_BEGINS)


def list_months(*, window: Window) -> tuple[date, ...]:
    """Return every month of a window, summer included; empty where it serves outside of it."""
    month, last = date(window.first_year - 1, YEAR_BEGINS, 1), date(window.last_year, YEAR_BEGINS - 1, 1)
    if window.serves_from:
        month = max(month, first_of(window.serves_from))
    if window.serves_to:
        last = min(last, first_of(window.serves_to))
    found = []
    while month <= last:
        found.append(month)
        month = next_month(month)
    return tuple(found)


def list_due_months(*, window: Window, as_of: date) -> tuple[date, ...]:
    """Return the months a check-in is due for: school months that are over.

    Example: first and last year 2025, as of 15 November 2024: September and October 2024.
    """
    months = list_months(window=window)
    wanted = tuple(one for one in months if one.month in SCHOOL_MONTHS) or months
    return tuple(one for one in wanted if next_month(one) <= as_of)


def measure_delivery(
    *, reports: Sequence[Report], schools: Collection[UUID], window: Window, as_of: date
) -> Delivered:
    """Return coverage, delivered/planned dosage, and the share of the assigned who reached the least dosage.

    covered = school-months due with a check-in / school-months due; dosage = sum of delivered / sum of
    planned; reached = sum of reached / sum of assigned, over check-ins that count both. Only served schools
    and months of the window count; a month that is not due (summer, the running one) adds to dosage, not to
    coverage. Without planned dosage, or counts of students, that share is None.

    Example: two schools, one month due, one check-in of 6 out of 8 sessions: covered 0.5, dosage 0.75.
    """
    due = set(list_due_months(window=window, as_of=as_of))
    within = set(list_months(window=window))
    counted = [one for one in reports if one.school_id in schools and one.month in within]
    planned = sum((one.planned for one in counted), Decimal(0))
    delivered = sum((one.delivered for one in counted), Decimal(0))
    students = [
        (one.assigned, one.reached) for one in counted if one.assigned is not None and one.reached is not None
    ]
    assigned = sum(one for one, _ in students)
    by_month: dict[date, int] = {}
    for one in counted:
        if one.assigned is not None and one.reached is not None:
            by_month[one.month] = by_month.get(one.month, 0) + one.assigned
    return Delivered(
        expected=len(due) * len(set(schools)),
        reported=len({(one.school_id, one.month) for one in counted if one.month in due}),
        dosage=float(delivered / planned) if planned else None,
        reached=sum(one for _, one in students) / assigned if assigned else None,
        students=max(by_month.values(), default=0),
    )
