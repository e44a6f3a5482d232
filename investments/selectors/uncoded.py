"""Spending that no coding rule catches, largest first, by the codes a new rule would name; must not write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from investments.calc.coding import Ledger, code_ledger
from investments.calc.ledger_cost import codes_of
from investments.calc.sharing import from_micro
from investments.recompute import list_current_filings, load_ledger, load_rules
from investments.selectors.codes import find_code_titles


@dataclass(frozen=True, kw_only=True)
class UncodedRow:
    """Dollars of one combination of codes that are nobody's yet, and on how many accounts."""

    codes: tuple[str, ...]
    titles: tuple[str, ...]
    amount: Decimal
    accounts: int


@dataclass(frozen=True, kw_only=True)
class Uncoded:
    """What is not yet coded of one fiscal year and kind; rows add up to `amount`, that to `spending`'s rest."""

    segments: tuple[str, ...]
    rows: tuple[UncodedRow, ...]
    amount: Decimal
    spending: Decimal


def list_uncoded(*, fiscal_year: int, kind: str, segments: Sequence[str]) -> Uncoded:
    """Add up what no rule catches by the segments named, live from one year's filings. Largest first.

    Four queries and one for each segment's titles.
    """
    rules = load_rules()
    named = {part.segment for rule in rules for part in rule.pattern.segments}
    loaded = load_ledger(
        filings=list_current_filings(fiscal_year=fiscal_year, kind=kind),
        segments=named | {"object", *segments},
    )
    coding = code_ledger(rules=rules, ledger=loaded.ledger, is_strict=False)
    at = np.flatnonzero(coding.uncoded)
    account = coding.ledger.account[at]
    keys: list[tuple[str, ...]] = list(
        zip(
            *[_codes(ledger=coding.ledger, segment=segment, account=account) for segment in segments],
            strict=True,
        )
    )
    sums: dict[tuple[str, ...], int] = {}
    accounts: dict[tuple[str, ...], set[int]] = {}
    for key, number, amount in zip(keys, account.tolist(), coding.uncoded[at].tolist(), strict=True):
        sums[key] = sums.get(key, 0) + amount
        accounts.setdefault(key, set()).add(number)
    titles = [
        find_code_titles(codes={key[place] for key in sums}, segment=segment)
        for place, segment in enumerate(segments)
    ]
    rows = [
        UncodedRow(
            codes=key,
            titles=tuple(titles[place].get(code, "") for place, code in enumerate(key)),
            amount=from_micro(amount=amount),
            accounts=len(accounts[key]),
        )
        for key, amount in sorted(sums.items(), key=lambda one: (-abs(one[1]), one[0]))
    ]
    return Uncoded(
        segments=tuple(segments),
        rows=tuple(rows),
        amount=from_micro(amount=int(coding.uncoded.sum())),
        spending=from_micro(amount=int(coding.ledger.amount.sum())),
    )


def _codes(*, ledger: Ledger, segment: str, account: NDArray[np.int32]) -> list[str]:
    number, codes = codes_of(ledger=ledger, segment=segment)
    return [codes[one] for one in number[account].tolist()]
