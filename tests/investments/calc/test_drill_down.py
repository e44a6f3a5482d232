"""From a figure back to its accounts."""

from __future__ import annotations

from investments.calc.coding import code_ledger
from investments.calc.drill_down import CountedAccounts, UncodedSum, counted_accounts, uncoded_sums
from tests.investments.calc.ledgers import Row, ledger, rule

DOLLAR = 1_000_000


def row(resource: str, goal: str, amount: str) -> Row:
    return ("01", resource, goal, "1100", 2024, "actual", amount)


CODING = code_ledger(
    rules=[
        rule("a", share="0.25", resource="3010", owner="x"),
        rule("b", share="0.25", goal="5*", owner="x"),
        rule("c", goal="5*"),
        rule("core", band="core", resource="1400"),
    ],
    ledger=ledger(
        [
            row("3010", "5760", "8.00"),
            row("3010", "1110", "4.00"),
            row("1400", "0000", "2.00"),
            row("0000", "1110", "-9.00"),
        ]
    ),
)


def test_an_owner_has_the_shares_of_all_its_rules() -> None:
    assert counted_accounts(coding=CODING, owner="x") == CountedAccounts(
        shares={0: 50_000_000, 1: 25_000_000}, counted=5 * DOLLAR
    )
    assert counted_accounts(coding=CODING, owner="c") == CountedAccounts(
        shares={0: 50_000_000}, counted=4 * DOLLAR
    )


def test_a_code_narrows_a_figure() -> None:
    narrowed = counted_accounts(coding=CODING, owner="x", segment="goal", code="1110")
    assert narrowed == CountedAccounts(shares={1: 25_000_000}, counted=DOLLAR)
    assert counted_accounts(coding=CODING, owner="x", segment="goal", code="none").shares == {}


def test_bands_and_what_nobody_counts() -> None:
    assert counted_accounts(coding=CODING, owner=None, band="core").counted == 2 * DOLLAR
    assert counted_accounts(coding=CODING, owner=None, band="uncoded") == CountedAccounts(
        shares={1: 75_000_000, 3: 100_000_000}, counted=-6 * DOLLAR
    )
    assert uncoded_sums(coding=CODING, segments=["resource", "location"]) == [
        UncodedSum(codes=("0000", ""), amount=-9 * DOLLAR, accounts=1),
        UncodedSum(codes=("3010", ""), amount=3 * DOLLAR, accounts=1),
    ]


def test_nothing_gives_nothing() -> None:
    empty = code_ledger(rules=[rule("a", fund="01")], ledger=ledger([]))
    assert counted_accounts(coding=empty, owner="a") == CountedAccounts(shares={}, counted=0)
    assert uncoded_sums(coding=empty, segments=["fund"]) == []
