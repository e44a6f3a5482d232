"""From a figure back to its accounts: which of them an owner or band counts, and what nobody does.

Must not share dollars out (`coding` does): it only looks up who got them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from investments.calc.coding import Coding, Ints
from investments.calc.ledger_cost import codes_of
from investments.calc.sharing import FULL_SHARE

UNCODED = "uncoded"


@dataclass(frozen=True)
class CountedAccounts:
    """Accounts by position with the share counted of each, in hundred-millionths; dollars in micro-dollars."""

    shares: Mapping[int, int]
    counted: int


@dataclass(frozen=True)
class UncodedSum:
    """Micro-dollars of one combination of codes that no rule counts, and on how many accounts."""

    codes: tuple[str, ...]
    amount: int
    accounts: int


def counted_accounts(
    *, coding: Coding, owner: str | None, band: str = "", segment: str = "", code: str = ""
) -> CountedAccounts:
    """Find the accounts of which an owner counts a share; without an owner, a band or UNCODED.

    segment and code narrow to the accounts with that code. `counted` is the figure itself, exact.
    For a coding of one fiscal year and kind, in which an account has one share. Nothing: no account.
    """
    rows, amounts, shares = _claims(coding=coding, owner=owner, band=band)
    account = coding.ledger.account[rows]
    if segment and code:
        number, codes = codes_of(ledger=coding.ledger, segment=segment)
        keep = number[account] == (codes.index(code) if code in codes else -1)
        account, amounts, shares = account[keep], amounts[keep], shares[keep]
    by_account: dict[int, int] = {}
    for place, share in zip(account.tolist(), shares.tolist(), strict=True):
        by_account[place] = by_account.get(place, 0) + share
    return CountedAccounts(
        shares={place: min(share, FULL_SHARE) for place, share in by_account.items()},
        counted=int(amounts.sum()),
    )


def _claims(*, coding: Coding, owner: str | None, band: str) -> tuple[Ints, Ints, Ints]:
    """Cells, dollars and shares of everything an owner or band got."""
    if owner is None and band == UNCODED:
        left = np.full(coding.ledger.amount.size, FULL_SHARE, dtype=np.int64)
        np.subtract.at(left, coding.cell, coding.got)
        cells = np.flatnonzero(left)
        return cells, coding.uncoded[cells], left[cells]
    wanted = [
        number
        for number, rule in enumerate(coding.rules)
        if (rule.owner == owner if owner is not None else rule.owner is None and rule.band == band)
    ]
    rows = np.flatnonzero(np.isin(coding.rule, np.asarray(wanted, dtype=np.int64)) & (coding.got > 0))
    return coding.cell[rows], coding.counted[rows], coding.got[rows]


def uncoded_sums(*, coding: Coding, segments: Sequence[str]) -> list[UncodedSum]:
    """Add up what no rule counts by the segments' codes, largest amount (either sign) first.

    A segment the ledger lacks gives a blank code. All coded: an empty list.
    """
    at = np.flatnonzero(coding.uncoded)
    account = coding.ledger.account[at]
    columns = [codes_of(ledger=coding.ledger, segment=segment) for segment in segments]
    sums: dict[tuple[str, ...], int] = {}
    accounts: dict[tuple[str, ...], set[int]] = {}
    for place, amount in zip(account.tolist(), coding.uncoded[at].tolist(), strict=True):
        key = tuple(codes[number[place]] for number, codes in columns)
        sums[key] = sums.get(key, 0) + amount
        accounts.setdefault(key, set()).add(place)
    found = [UncodedSum(codes=key, amount=sums[key], accounts=len(accounts[key])) for key in sums]
    return sorted(found, key=lambda one: (-abs(one.amount), one.codes))
