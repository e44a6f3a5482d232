"""Noise: placeholders, cuts, jumps."""

from __future__ import annotations

from decimal import Decimal

import pytest

from investments.calc.noise import is_jump, is_placeholder, is_spending, is_unassigned_cut, relative_change


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("0.10", True), ("-0.10", True), ("0.11", False), ("0", False), ("0.01", True)],
)
def test_a_placeholder_is_at_most_ten_cents(amount: str, expected: bool) -> None:
    assert is_placeholder(amount=Decimal(amount)) is expected


@pytest.mark.parametrize(("amount", "expected"), [("99.99", False), ("100", True), ("-5000", False)])
def test_under_a_hundred_dollars_is_no_spending(amount: str, expected: bool) -> None:
    assert is_spending(amount=Decimal(amount)) is expected


@pytest.mark.parametrize(
    ("amount", "is_budget", "expected"),
    [("-100000.01", True, True), ("-100000", True, False), ("-500000", False, False)],
)
def test_a_large_negative_budget_line_is_a_cut_not_assigned(
    amount: str, is_budget: bool, expected: bool
) -> None:
    assert is_unassigned_cut(amount=Decimal(amount), is_budget=is_budget) is expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [("1000", "1250", False), ("1000", "1251", True), ("1000", "749", True), ("0.01", "5000", False)],
)
def test_more_than_a_quarter_is_a_jump(before: str, after: str, expected: bool) -> None:
    assert is_jump(before=Decimal(before), after=Decimal(after)) is expected


def test_a_change_from_nothing_has_no_share() -> None:
    assert relative_change(before=Decimal(0), after=Decimal(5)) is None
    assert relative_change(before=Decimal(200), after=Decimal(150)) == Decimal("-0.25")
