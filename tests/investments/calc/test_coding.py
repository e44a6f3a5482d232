"""Rules shared out over the ledger: nothing lost, nothing twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from investments.calc.coding import (
    Coding,
    Rule,
    ShareOverlap,
    ShareOverlapError,
    code_ledger,
    find_share_overlap,
)
from investments.calc.coding_meter import MeterCell, coding_meter
from investments.calc.ledger_cost import CostCell, Overlap, RuleTotal, ledger_cost, overlaps, rule_totals
from tests.investments.calc.ledgers import Row, ledger, rule

DOLLAR = 1_000_000


def row(resource: str, amount: str, *, goal: str = "1110", code: str = "1100", year: int = 2024) -> Row:
    return ("01", resource, goal, code, year, "actual", amount)


def counted(coding: Coding) -> dict[str, tuple[int, int]]:
    return {item.rule: (item.caught, item.counted) for item in rule_totals(coding=coding)}


def test_the_first_rule_takes_the_dollars_and_the_second_says_who_has_them() -> None:
    coding = code_ledger(
        rules=[rule("title_i", resource="3010,3150"), rule("special", goal="5*")],
        ledger=ledger(
            [row("3010", "70.25", goal="5760"), row("3010", "1.00"), row("6500", "30.50", goal="5001")]
        ),
    )
    assert counted(coding) == {
        "title_i": (71_250_000, 71_250_000),
        "special": (100_750_000, 30_500_000),
    }
    assert overlaps(coding=coding) == [
        Overlap(rule="special", counted_by="title_i", fiscal_year=2024, kind="actual", amount=70_250_000)
    ]
    assert coding.uncoded.tolist() == [0, 0, 0]


def test_a_full_share_takes_what_partial_shares_leave() -> None:
    coding = code_ledger(
        rules=[rule("a", share="0.4", fund="01"), rule("b", fund="01"), rule("c", fund="01")],
        ledger=ledger([row("0000", "100.00")]),
    )
    assert counted(coding) == {
        "a": (40 * DOLLAR, 40 * DOLLAR),
        "b": (100 * DOLLAR, 60 * DOLLAR),
        "c": (100 * DOLLAR, 0),
    }
    assert overlaps(coding=coding) == [
        Overlap(rule="b", counted_by="a", fiscal_year=2024, kind="actual", amount=40 * DOLLAR),
        Overlap(rule="c", counted_by="a", fiscal_year=2024, kind="actual", amount=40 * DOLLAR),
        Overlap(rule="c", counted_by="b", fiscal_year=2024, kind="actual", amount=60 * DOLLAR),
    ]


def test_a_partial_share_after_a_full_one_is_counted_elsewhere() -> None:
    coding = code_ledger(
        rules=[rule("a", fund="01"), rule("b", share="0.3", resource="0000")],
        ledger=ledger([row("0000", "10.00")]),
    )
    assert counted(coding) == {"a": (10 * DOLLAR, 10 * DOLLAR), "b": (3 * DOLLAR, 0)}
    assert overlaps(coding=coding) == [
        Overlap(rule="b", counted_by="a", fiscal_year=2024, kind="actual", amount=3 * DOLLAR)
    ]


def test_partial_shares_over_the_whole_are_refused_and_named() -> None:
    with pytest.raises(ShareOverlapError) as caught:
        code_ledger(
            rules=[rule("a", share="0.6", fund="01"), rule("b", share="0.6", resource="0000")],
            ledger=ledger([row("3010", "5.00"), row("0000", "10.00")]),
        )
    assert (caught.value.rule, caught.value.account, caught.value.fiscal_year) == (1, 1, 2024)
    assert str(caught.value) == "Partial shares add up to 120% of one account in FY2024."


def test_an_overlap_is_found_for_the_rule_that_makes_it_only() -> None:
    rules = [
        rule("a", share="0.6", fund="01"),
        rule("b", share="0.6", resource="0000", years="2024-"),
        rule("c", share="0.6", resource="3010"),
        rule("d", resource="0000"),
    ]
    books = ledger([row("3010", "5.00", year=2023), row("0000", "1.00", year=2023), row("0000", "2.00")])
    assert find_share_overlap(rules=rules, ledger=books, rule=1) == ShareOverlap(
        account=1, fiscal_year=2024, share=120_000_000, rules=(0, 1)
    )
    assert find_share_overlap(rules=rules, ledger=books, rule=2) == ShareOverlap(
        account=0, fiscal_year=2023, share=120_000_000, rules=(0, 2)
    )
    assert find_share_overlap(rules=rules, ledger=books, rule=3) is None
    assert find_share_overlap(rules=rules[:1], ledger=books, rule=0) is None


def test_partial_shares_over_the_whole_get_what_is_left_when_not_strict() -> None:
    coding = code_ledger(
        rules=[rule("a", share="0.6", fund="01"), rule("b", share="0.7", resource="0000")],
        ledger=ledger([row("0000", "10.00")]),
        is_strict=False,
    )
    assert counted(coding) == {"a": (6 * DOLLAR, 6 * DOLLAR), "b": (7 * DOLLAR, 4 * DOLLAR)}
    assert overlaps(coding=coding) == [
        Overlap(rule="b", counted_by="a", fiscal_year=2024, kind="actual", amount=3 * DOLLAR)
    ]


def test_partial_shares_of_different_years_do_not_meet() -> None:
    coding = code_ledger(
        rules=[
            rule("a", share="0.6", fund="01", years="-2023"),
            rule("b", share="0.6", fund="01", years="2024-"),
        ],
        ledger=ledger([row("0000", "10.00", year=2023), row("0000", "20.00", year=2024)]),
    )
    assert rule_totals(coding=coding) == [
        RuleTotal(rule="a", fiscal_year=2023, kind="actual", caught=6 * DOLLAR, counted=6 * DOLLAR),
        RuleTotal(rule="b", fiscal_year=2024, kind="actual", caught=12 * DOLLAR, counted=12 * DOLLAR),
    ]
    assert coding.uncoded.tolist() == [4 * DOLLAR, 8 * DOLLAR]


def test_only_spending_is_coded() -> None:
    coding = code_ledger(
        rules=[rule("all", fund="01")],
        ledger=ledger(
            [
                row("0000", "1.00", code=code)
                for code in ("0999", "1000", "7499", "7500", "7619", "8011", "9110", "979Z", "PCRA", "")
            ]
        ),
    )
    assert counted(coding) == {"all": (2 * DOLLAR, 2 * DOLLAR)}


def test_two_rules_of_one_initiative_catch_its_dollars_once() -> None:
    coding = code_ledger(
        rules=[
            rule("first", fund="01", resource="3010", owner="title_i"),
            rule("again", resource="3*", owner="title_i"),
            rule("other", fund="01"),
        ],
        ledger=ledger([row("3010", "5.00"), row("3150", "2.00")]),
    )
    by_owner: dict[str | None, tuple[int, int]] = {}
    for cell in ledger_cost(coding=coding):
        caught, got = by_owner.get(cell.owner, (0, 0))
        by_owner[cell.owner] = (caught + cell.caught, got + cell.counted)
    assert by_owner == {"title_i": (7 * DOLLAR, 7 * DOLLAR), "other": (7 * DOLLAR, 0)}


def test_cost_cells_keep_source_class_and_indirect_apart() -> None:
    coding = code_ledger(
        rules=[rule("title_i", resource="3010,3150"), rule("rest", band="core", fund="01")],
        ledger=ledger(
            [
                row("3010", "5.00"),
                row("3010", "0.50", code="7310"),
                row("3010", "2.00", code="7141"),
                row("3150", "1.25", code="3101"),
                row("0000", "9.00", code="5800"),
            ]
        ),
    )
    base = {"band": "coded", "fiscal_year": 2024, "kind": "actual", "fund": "01"}

    def cell(owner: str | None, source: str, klass: str, amount: int, **other: object) -> CostCell:
        values = {**base, "is_indirect": False, **other}
        return CostCell(
            owner=owner, source=source, object_class=klass, caught=amount, counted=amount, **values
        )  # type: ignore[arg-type]

    assert sorted(
        ledger_cost(coding=coding),
        key=lambda item: (item.band, item.source, item.object_class, item.is_indirect),
    ) == [
        cell("title_i", "3010", "1000", 5 * DOLLAR),
        cell("title_i", "3010", "7000", 2 * DOLLAR),
        cell("title_i", "3010", "7000", DOLLAR // 2, is_indirect=True),
        cell("title_i", "3150", "3000", 1_250_000),
        cell(None, "0000", "5000", 9 * DOLLAR, band="core"),
    ]


def test_the_meter_foots_to_spending_in_every_band() -> None:
    coding = code_ledger(
        rules=[
            rule("title_i", resource="3010"),
            rule("core", band="core", resource="0000", goal="0000"),
            rule("local", band="not_split", resource="9010"),
        ],
        ledger=ledger(
            [
                row("3010", "1.00"),
                row("0000", "2.00", goal="0000"),
                row("9010", "4.00"),
                row("0000", "8.00"),
                row("0000", "16.00", code="8011"),
            ]
        ),
    )
    assert coding_meter(coding=coding) == [
        MeterCell(
            fiscal_year=2024,
            kind="actual",
            fund="01",
            coded=DOLLAR,
            core=2 * DOLLAR,
            not_split=4 * DOLLAR,
            uncoded=8 * DOLLAR,
        )
    ]
    assert coding_meter(coding=coding)[0].total == 15 * DOLLAR


def test_an_empty_ledger_and_no_rules_give_nothing() -> None:
    nothing = code_ledger(rules=[rule("a", fund="01")], ledger=ledger([]))
    assert (ledger_cost(coding=nothing), coding_meter(coding=nothing), overlaps(coding=nothing)) == (
        [],
        [],
        [],
    )
    unruled = code_ledger(rules=[], ledger=ledger([row("0000", "3.00")]))
    assert (ledger_cost(coding=unruled), unruled.uncoded.tolist()) == ([], [3 * DOLLAR])


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows = [
        row("3010", "3.33", goal="5760"),
        row("0000", "0.01"),
        row("3010", "-9.00"),
        row("0000", "7.77", goal="5001"),
    ]
    rules = [rule("a", share="0.5", resource="3010"), rule("b", goal="5*"), rule("c", fund="01")]
    results = [
        sorted(map(str, ledger_cost(coding=code_ledger(rules=rules, ledger=ledger(order)))))
        for order in (rows, rows[::-1])
    ]
    assert results[0] == results[1]


rows = st.lists(
    st.tuples(
        st.sampled_from(["01", "12"]),
        st.sampled_from(["0000", "3010", "3150", "6500"]),
        st.sampled_from(["1110", "5001", "5760"]),
        st.sampled_from(["1100", "7310", "5800", "8011", "979Z"]),
        st.sampled_from([2023, 2024]),
        st.sampled_from(["actual", "budget"]),
        st.decimals(min_value=-(10**9), max_value=10**9, places=6).map(str)
        | st.decimals(min_value=-(10**9), max_value=10**9, places=2).map(str),
    ),
    max_size=25,
)
one_rule = st.builds(
    lambda name, share, band, patterns, years: rule(name, share=share, band=band, years=years, **patterns),
    name=st.sampled_from("abcde"),
    share=st.sampled_from(["1", "1", "0.33333333", "0.1", "0.5"]),
    band=st.sampled_from(["coded", "coded", "core", "not_split"]),
    patterns=st.dictionaries(
        st.sampled_from(["fund", "resource", "goal"]),
        st.sampled_from(["01", "3010,3150", "5*", "0000-4999", "1*"]),
        min_size=1,
    ),
    years=st.sampled_from(["-", "2024-", "-2023"]),
)


@settings(max_examples=200, deadline=None)
@given(rows=rows, rules=st.lists(one_rule, max_size=6), is_strict=st.booleans())
def test_every_account_is_counted_exactly_once(rows: list[Row], rules: list[Rule], is_strict: bool) -> None:
    numbered = [
        Rule(
            key=f"{item.key}{number}",
            owner=item.owner,
            band=item.band,
            pattern=item.pattern,
            share=item.share,
            first_fiscal_year=item.first_fiscal_year,
            last_fiscal_year=item.last_fiscal_year,
        )
        for number, item in enumerate(rules)
    ]
    try:
        coding = code_ledger(rules=numbered, ledger=ledger(rows), is_strict=is_strict)
    except ShareOverlapError:
        assert is_strict
        return
    by_cell = np.zeros(coding.ledger.amount.size, dtype=np.int64)
    np.add.at(by_cell, coding.cell, coding.counted)
    assert np.array_equal(by_cell + coding.uncoded, coding.ledger.amount)
    total = int(coding.ledger.amount.sum())
    cells = ledger_cost(coding=coding)
    assert sum(cell.counted for cell in cells) + int(coding.uncoded.sum()) == total
    assert sum(cell.total for cell in coding_meter(coding=coding)) == total
    totals = rule_totals(coding=coding)
    assert sum(item.counted for item in totals) == int(coding.counted.sum())
    shown: dict[tuple[str, int, str], int] = {}
    for item in overlaps(coding=coding):
        key = (item.rule, item.fiscal_year, item.kind)
        shown[key] = shown.get(key, 0) + item.amount
    for item in totals:
        assert shown.get((item.rule, item.fiscal_year, item.kind), 0) == item.caught - item.counted
