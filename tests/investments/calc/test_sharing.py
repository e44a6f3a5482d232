"""Exact amounts, shares and largest remainders."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from investments.calc.sharing import (
    FULL_SHARE,
    AmountTooLargeError,
    ShareError,
    check_total,
    foot,
    from_micro,
    part_of,
    split_by_largest_remainder,
    to_micro,
    to_share,
)

amounts = st.integers(min_value=-(10**17), max_value=10**17)


def split(amount: int, shares: list[int]) -> list[int]:
    count = len(shares)
    return split_by_largest_remainder(
        group=np.zeros(count, dtype=np.int64),
        amounts=np.full(count, amount, dtype=np.int64),
        shares=np.array(shares, dtype=np.int64),
    ).tolist()


@pytest.mark.parametrize("text", ["0", "-0.54", "1208902664.92", "0.000001", "631859999.934300"])
def test_dollars_survive_the_way_there_and_back(text: str) -> None:
    assert from_micro(amount=to_micro(amount=Decimal(text))) == Decimal(text)


@pytest.mark.parametrize("text", ["0.0000001", "NaN", "Infinity"])
def test_what_six_decimals_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(AmountTooLargeError):
        to_micro(amount=Decimal(text))


@pytest.mark.parametrize("text", ["0", "-0.1", "1.00000001", "0.123456789", "NaN"])
def test_a_share_outside_its_bounds_is_refused(text: str) -> None:
    with pytest.raises(ShareError):
        to_share(share=Decimal(text))


def test_a_sum_that_could_overflow_is_refused() -> None:
    with pytest.raises(AmountTooLargeError):
        check_total(amounts=np.full(3, 2**61, dtype=np.int64), group=np.zeros(3, dtype=np.int64))
    check_total(amounts=np.full(3, 2**61, dtype=np.int64), group=np.arange(3))


def test_a_cent_is_never_halved() -> None:
    half = FULL_SHARE // 2
    assert split(10_000, [half, half]) == [10_000, 0]
    assert split(-10_000, [half, half]) == [-10_000, 0]


def test_a_third_each_foots_to_the_cent() -> None:
    assert split(100_000_000, [33_333_333, 33_333_333, 33_333_333, 1]) == [
        33_340_000,
        33_330_000,
        33_330_000,
        0,
    ]


def test_an_unrounded_amount_splits_in_micro_dollars() -> None:
    assert split(3, [FULL_SHARE // 2, FULL_SHARE // 2]) == [2, 1]


def test_part_of_rounds_half_away_from_zero_in_the_amounts_unit() -> None:
    parts = part_of(
        amounts=np.array([10_000, -10_000, 3, 30_000], dtype=np.int64),
        shares=np.full(4, FULL_SHARE // 2, dtype=np.int64),
    )
    assert parts.tolist() == [10_000, -10_000, 2, 20_000]


@given(amount=amounts, cuts=st.lists(st.integers(0, FULL_SHARE), max_size=5))
def test_parts_always_add_up_and_keep_within_a_unit(amount: int, cuts: list[int]) -> None:
    bounds = [0, *sorted(cuts), FULL_SHARE]
    shares = [high - low for low, high in pairwise(bounds)]
    parts = split(amount, shares)
    unit = 10_000 if amount % 10_000 == 0 else 1
    assert sum(parts) == amount
    for part, share in zip(parts, shares, strict=True):
        assert abs(part * FULL_SHARE - amount * share) < unit * FULL_SHARE


@given(values=st.lists(st.decimals(min_value=-1000, max_value=1000, places=4), max_size=8))
def test_footed_figures_add_up_to_their_rounded_sum(values: list[Decimal]) -> None:
    shown = foot(amounts=values, places=Decimal(1))
    total = sum(values, Decimal(0)).to_integral_value(rounding="ROUND_HALF_UP")
    assert sum(shown, Decimal(0)) == total
    assert all(abs(a - b) <= 1 for a, b in zip(shown, values, strict=True))
