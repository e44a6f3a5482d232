"""Spending that no coding rule catches, largest first, by the codes a new rule would name; must not write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from investments.calc.coding import code_ledger
from investments.calc.drill_down import uncoded_sums
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

    Five queries and one for each segment's titles.
    """
    rules = load_rules()
    named = {part.segment for rule in rules for part in rule.pattern.segments}
    loaded = load_ledger(
        filings=list_current_filings(fiscal_year=fiscal_year, kind=kind),
        segments=named | {"object", *segments},
    )
    coding = code_ledger(rules=rules, ledger=loaded.ledger, is_strict=False)
    sums = uncoded_sums(coding=coding, segments=segments)
    titles = [
        find_code_titles(codes={one.codes[place] for one in sums}, segment=segment)
        for place, segment in enumerate(segments)
    ]
    return Uncoded(
        segments=tuple(segments),
        rows=tuple(
            UncodedRow(
                codes=one.codes,
                titles=tuple(titles[place].get(code, "") for place, code in enumerate(one.codes)),
                amount=from_micro(amount=one.amount),
                accounts=one.accounts,
            )
            for one in sums
        ),
        amount=from_micro(amount=int(coding.uncoded.sum())),
        spending=from_micro(amount=int(coding.ledger.amount.sum())),
    )
