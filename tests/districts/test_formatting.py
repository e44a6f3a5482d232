"""Numbers as readers see them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from districts import formatting


@pytest.mark.parametrize(
    ("amount", "short", "exact"),
    [
        (None, "–", "–"),
        (Decimal(0), "$0", "$0.00"),
        (Decimal("-0.30"), "$0", "−$0.30"),
        (Decimal(1450), "$1,450", "$1,450.00"),
        (Decimal("99949.49"), "$99,949", "$99,949.49"),
        (Decimal(99999), "$100K", "$99,999.00"),
        (Decimal(412345), "$412K", "$412,345.00"),
        (Decimal(999500), "$1.0M", "$999,500.00"),
        (Decimal("38214552.175"), "$38.2M", "$38,214,552.18"),
        (Decimal("-38214552.17"), "−$38.2M", "−$38,214,552.17"),
        (Decimal(999949999), "$1.00B", "$999,949,999.00"),
        (Decimal("1208902664.92"), "$1.21B", "$1,208,902,664.92"),
    ],
)
def test_dollars_are_rounded_for_reading_and_exact_to_the_cent(
    amount: Decimal | None, short: str, exact: str
) -> None:
    assert formatting.dollars_short(amount) == short
    assert formatting.dollars_exact(amount) == exact


def test_a_change_carries_its_sign_and_zero_carries_none() -> None:
    changes = [formatting.dollars_short(value, plus=True) for value in (2_000_000, 0, -2_000_000)]
    assert changes == ["+$2.0M", "$0", "−$2.0M"]
    assert [formatting.points(value) for value in (1.25, 0, -1.25)] == [
        "+1.3 points",
        "0.0 points",
        "−1.3 points",
    ]


def test_years_days_and_shares_are_written_as_the_words_list_says() -> None:
    assert formatting.fiscal_year(2024) == "FY2024"
    assert [formatting.school_year(year) for year in (2024, 2000)] == ["2023–24", "1999–00"]
    assert formatting.percent_of_share(Decimal("0.4615")) == "46.2%"
    assert formatting.day(date(2026, 11, 3)) == "Nov 3, 2026"
    assert formatting.moment(datetime(2026, 11, 3, 0, 5, tzinfo=UTC)) == "Nov 3, 2026, 12:05 AM"
