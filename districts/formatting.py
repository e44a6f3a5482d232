"""Numbers, dollars and dates in the words a reader sees, the same on pages, in charts and in exports.

Must not import Django or decide what a number means: it only rounds and writes it.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

Number = int | float | Decimal

NOTHING: Final = "–"
MINUS: Final = "−"
_SCALES: Final = (
    (Decimal(10) ** 9, Decimal(10) ** 9, "B", 2),
    (Decimal(10) ** 6, Decimal(10) ** 6, "M", 1),
    (Decimal(10) ** 5, Decimal(10) ** 3, "K", 0),
)
"""From this size, in this unit, with this letter and so many decimals."""


def _decimal(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def _signed(value: Decimal, text: str, *, plus: bool) -> str:
    if value < 0:
        return MINUS + text
    return f"+{text}" if plus and value > 0 else text


def dollars_short(amount: Number | None, *, plus: bool = False) -> str:
    """Write dollars rounded for reading: ``$38.2M``, ``$412K``, ``−$1.25B``, ``$14,523``; a dash for None."""
    if amount is None:
        return NOTHING
    value = _decimal(amount)
    size = abs(value)
    for least, unit, letter, digits in _SCALES:
        if size >= least * Decimal("0.9995"):
            return _signed(value, f"${_rounded(size / unit, digits):,}{letter}", plus=plus)
    whole = _rounded(size, 0)
    return _signed(value if whole else Decimal(0), f"${whole:,}", plus=plus)


def dollars_exact(amount: Number | None, *, plus: bool = False) -> str:
    """Write dollars to the cent: ``$38,214,552.17``; a dash for None."""
    if amount is None:
        return NOTHING
    value = _rounded(_decimal(amount), 2)
    return _signed(value, f"${abs(value):,}", plus=plus)


def number(value: Number | None, digits: int = 0, *, plus: bool = False) -> str:
    """Write a number with thousands separators and a fixed count of decimals; a dash for None."""
    if value is None:
        return NOTHING
    rounded = _rounded(_decimal(value), digits)
    return _signed(rounded, f"{abs(rounded):,}", plus=plus)


def percent(value: Number | None, digits: int = 1, *, plus: bool = False) -> str:
    """Write a value that is already 0-100 as ``23.4%``; a dash for None."""
    return NOTHING if value is None else f"{number(value, digits, plus=plus)}%"


def percent_of_share(share: Number | None, digits: int = 1) -> str:
    """Write a share of 0-1 as a percentage; a dash for None."""
    return NOTHING if share is None else percent(_decimal(share) * 100, digits)


def points(value: Number | None, digits: int = 1) -> str:
    """Write a change in percentage points with its sign: ``+1.3 points``; a dash for None."""
    return NOTHING if value is None else f"{number(value, digits, plus=True)} points"


def fiscal_year(year: int | None) -> str:
    """Name a fiscal year by the year it ends: ``FY2024``; a dash for None."""
    return NOTHING if year is None else f"FY{year}"


def school_year(year: int | None) -> str:
    """Name a school year by both calendar years: 2024 is ``2023–24``; a dash for None."""
    return NOTHING if year is None else f"{year - 1}–{year % 100:02d}"


def day(value: date | datetime | None) -> str:
    """Write a date as ``Nov 23, 2026``; a dash for None. Aware datetimes must already be in local time."""
    return NOTHING if value is None else f"{value:%b} {value.day}, {value.year}"


def moment(value: datetime | None) -> str:
    """Write a date and time as ``Nov 23, 2026, 2:05 PM``; a dash for None. Must already be in local time."""
    if value is None:
        return NOTHING
    return f"{day(value)}, {value.hour % 12 or 12}:{value:%M} {value:%p}"
