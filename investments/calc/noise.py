"""Which amounts are noise: placeholders, cuts not yet assigned, jumps to check.

Must not drop a dollar: every amount stays in every total. Cutoffs are the district's domain rules.
"""

from __future__ import annotations

from decimal import Decimal

PLACEHOLDER = Decimal("0.10")
LEAST_SPENDING = Decimal(100)
UNASSIGNED_CUT = Decimal(-100_000)
JUMP = Decimal("0.25")


def is_placeholder(*, amount: Decimal) -> bool:
    """Say whether an amount only holds an account open: at most ten cents either way, and not zero."""
    return amount != 0 and abs(amount) <= PLACEHOLDER


def is_spending(*, amount: Decimal) -> bool:
    """Say whether an initiative's sum is spending; below $100 pages say "no spending"."""
    return amount >= LEAST_SPENDING


def is_unassigned_cut(*, amount: Decimal, is_budget: bool) -> bool:
    """Say whether a budget line is a cut that nobody has assigned yet: under -$100,000."""
    return is_budget and amount < UNASSIGNED_CUT


def relative_change(*, before: Decimal, after: Decimal) -> Decimal | None:
    """Give (after - before) / before as a share; None where before is not spending."""
    return (after - before) / before if is_spending(amount=before) else None


def is_jump(*, before: Decimal, after: Decimal) -> bool:
    """Say whether a code moved by more than a quarter between two years: "check coding"."""
    change = relative_change(before=before, after=after)
    return change is not None and abs(change) > JUMP
