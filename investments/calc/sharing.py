"""Exact money and exact splitting of it, as whole numbers.

Must not use a float for an amount. An amount is an int64 of micro-dollars (six decimals, as
filed); the largest sum it can hold is 9.2 trillion dollars, and more is refused, never wrapped.
A share is an integer of hundred-millionths: 100,000,000 is all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

FULL_SHARE = 100_000_000
MICRO = 1_000_000
CENT = 10_000

_LIMIT = float(2**62)


class AmountTooLargeError(ValueError):
    """Amounts whose sum would not fit; the message says so."""


class ShareError(ValueError):
    """A share that is not above 0 and up to 1 with at most eight decimals."""


def to_micro(*, amount: Decimal) -> int:
    """Turn dollars into micro-dollars, exactly.

    Raises AmountTooLargeError when it has more than six decimals or is not a number.

    >>> to_micro(amount=Decimal("-0.54"))
    -540000
    """
    scaled = amount * MICRO if amount.is_finite() else amount
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise AmountTooLargeError(f"{amount} is not an amount with at most six decimals.")
    return int(scaled)


def from_micro(*, amount: int) -> Decimal:
    """Turn micro-dollars into dollars: with two decimals where that is exact, else six.

    >>> from_micro(amount=-540000)
    Decimal('-0.54')
    """
    places = Decimal("0.01") if amount % CENT == 0 else Decimal("0.000001")
    return (Decimal(amount) / MICRO).quantize(places)


def to_share(*, share: Decimal) -> int:
    """Turn a share 0-1 into hundred-millionths; raises ShareError outside (0, 1] or past eight decimals."""
    scaled = share * FULL_SHARE if share.is_finite() else Decimal(0)
    if not 0 < scaled <= FULL_SHARE or scaled != scaled.to_integral_value():
        raise ShareError(f"A share is above 0 and at most 1, with eight decimals at most, not {share}.")
    return int(scaled)


def check_total(*, amounts: NDArray[np.int64], group: NDArray[np.int64]) -> None:
    """Raise AmountTooLargeError when a group's sum of absolute amounts could overflow an int64.

    group: small non-negative ints (n,): amounts of different groups are never added to each other.
    """
    if not amounts.size:
        return
    sums = np.bincount(group, weights=np.abs(amounts.astype(np.float64)))
    if float(sums.max()) > _LIMIT:
        raise AmountTooLargeError("The amounts add up to more than 4.6 trillion dollars: check the file.")


def part_of(*, amounts: NDArray[np.int64], shares: NDArray[np.int64]) -> NDArray[np.int64]:
    """Take one share of each amount, rounded half away from zero to the amount's own unit.

    amounts: micro-dollars (n,). shares: hundred-millionths (n,). Returns micro-dollars (n,). The unit is
    the cent where the amount is whole cents, the micro-dollar otherwise.
    """
    unit = np.where(amounts % CENT == 0, CENT, 1)
    whole, rest = _floor_parts(units=np.abs(amounts) // unit, shares=shares)
    whole += (rest * 2 >= FULL_SHARE).astype(np.int64)
    result: NDArray[np.int64] = np.sign(amounts) * whole * unit
    return result


def _floor_parts(
    *, units: NDArray[np.int64], shares: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Floor of units x share and its remainder in hundred-millionths, without overflow."""
    quotient, remainder = np.divmod(units, FULL_SHARE)
    more, rest = np.divmod(remainder * shares, FULL_SHARE)
    return quotient * shares + more, rest


def split_by_largest_remainder(
    *, group: NDArray[np.int64], amounts: NDArray[np.int64], shares: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Split each group's amount over its shares so that the parts add up to it exactly.

    group: (n,) sorted group numbers. amounts: micro-dollars (n,), the same within a group.
    shares: hundred-millionths (n,), adding up to FULL_SHARE within each group (the caller adds the
    part nobody claims). Returns micro-dollars (n,). What the floors leave goes unit by unit to
    the largest remainders, the earlier row first when they tie. A negative amount splits as its
    positive does. Empty in, empty out.

    Example: 0.01 split 50/50 gives 0.01 and 0.00; 100.00 split in three of .33333333 and .00000001
    left gives 33.34, 33.33, 33.33, 0.00 (the remainders tie and the first row is served).
    """
    if group.size == 0:
        return np.zeros(0, dtype=np.int64)
    unit = np.where(amounts % CENT == 0, CENT, 1)
    units = np.abs(amounts) // unit
    whole, rest = _floor_parts(units=units, shares=shares)
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    sizes = np.diff(np.r_[starts, group.size])
    missing = np.repeat(units[starts] - np.add.reduceat(whole, starts), sizes)
    order = np.lexsort((np.arange(group.size), -rest, group))
    rank = np.empty(group.size, dtype=np.int64)
    rank[order] = np.arange(group.size) - np.repeat(starts, sizes)
    whole += (rank < missing).astype(np.int64)
    result: NDArray[np.int64] = np.sign(amounts) * whole * unit
    return result


def foot(*, amounts: Sequence[Decimal], places: Decimal) -> list[Decimal]:
    """Round amounts for display so that they still add up to their rounded sum.

    Largest remainder over the floors, the earlier one first on a tie. Empty in, empty out.

    >>> foot(amounts=[Decimal("0.5"), Decimal("0.5")], places=Decimal("1"))
    [Decimal('1'), Decimal('0')]
    """
    floors = [(value / places).to_integral_value(rounding="ROUND_FLOOR") for value in amounts]
    target = (sum(amounts, Decimal(0)) / places).to_integral_value(rounding="ROUND_HALF_UP")
    missing = int(target - sum(floors, Decimal(0)))
    by_remainder = sorted(range(len(floors)), key=lambda row: (floors[row] - amounts[row] / places, row))
    for row in by_remainder[:missing]:
        floors[row] += 1
    return [value * places for value in floors]
