"""Builders of small ledgers and rules for the calc tests."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from investments.calc.coding import Ledger, Rule
from investments.calc.patterns import encode_segment, parse_patterns
from investments.calc.sharing import to_micro, to_share

SEGMENTS = ("fund", "resource", "goal", "object")
Row = tuple[str, str, str, str, int, str, str]


def ledger(rows: Sequence[Row]) -> Ledger:
    """Build a ledger of rows (fund, resource, goal, object, fiscal year, kind, amount), a cell a row."""
    keys: dict[tuple[str, ...], int] = {}
    account = [keys.setdefault(row[:4], len(keys)) for row in rows]
    kinds = tuple(dict.fromkeys(row[5] for row in rows))
    return Ledger(
        columns={name: encode_segment(values=[key[at] for key in keys]) for at, name in enumerate(SEGMENTS)},
        accounts=len(keys),
        account=np.array(account, dtype=np.int32),
        fiscal_year=np.array([row[4] for row in rows], dtype=np.int32),
        kind=np.array([kinds.index(row[5]) for row in rows], dtype=np.int32),
        amount=np.array([to_micro(amount=Decimal(row[6])) for row in rows], dtype=np.int64),
        kinds=kinds,
    )


def rule(key: str, *, share: str = "1", band: str = "coded", owner: str | None = "", **patterns: str) -> Rule:
    """Build a rule whose initiative is its own key; `years` as "2023-2024" bounds it."""
    first, _, last = patterns.pop("years", "-").partition("-")
    return Rule(
        key=key,
        owner=None if band != "coded" else (owner or key),
        band=band,
        pattern=parse_patterns(patterns=patterns),
        share=to_share(share=Decimal(share)),
        first_fiscal_year=int(first) if first else None,
        last_fiscal_year=int(last) if last else None,
    )
