"""Fiscal years whose actuals are not closed yet: shown as "to date", never as a year's result; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from investments.models import AmountKind


def open_years(filings: Iterable[tuple[int, str, date | None]]) -> dict[int, date]:
    """Return, for each fiscal year with an open filing of actuals, the last day that all of them cover.

    filings: (fiscal year, subject, through_on) of the current ones. One open ledger leaves its year open.
    """
    found: dict[int, date] = {}
    for fiscal_year, subject, through_on in filings:
        if subject == AmountKind.ACTUAL and through_on is not None:
            found[fiscal_year] = min(through_on, found.get(fiscal_year, through_on))
    return found


def kind_of(*, fiscal_year: int, subject: str, open_through: Collection[int]) -> str:
    """Return the kind that a filing's amounts are shown as."""
    is_open = subject == AmountKind.ACTUAL and fiscal_year in open_through
    return AmountKind.TO_DATE.value if is_open else subject


def subjects_of(kinds: Iterable[str]) -> list[str]:
    """Return the subjects of filings in which amounts of these kinds are found."""
    return sorted({AmountKind.ACTUAL.value if kind == AmountKind.TO_DATE else str(kind) for kind in kinds})
