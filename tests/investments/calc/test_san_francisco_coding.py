"""Rules over San Francisco's real ledger: the figures the state form and the revenue confirm."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from investments.calc.coding import Coding, Ledger, code_ledger
from investments.calc.coding_meter import coding_meter
from investments.calc.ledger_cost import ledger_cost, overlaps, rule_totals
from investments.calc.patterns import encode_segment
from investments.calc.sharing import from_micro, to_micro
from tests.investments.calc.ledgers import rule

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "san-francisco" / "ledger"
WIDTHS = {
    "fund": (0, 2),
    "resource": (2, 6),
    "project_year": (6, 7),
    "goal": (7, 11),
    "function": (11, 15),
    "object": (15, 19),
}
ACTUALS = {
    2021: "sfusd_usergl_fy2020-21.csv",
    2022: "sfusd_usergl_fy2021-22.csv",
    2023: "38-68478-0000000_A_2022-23_D8AXGKZNF4_DatExport.dat",
    2024: "38-68478-0000000_A_2023-24_E8A85PCFZ6_DatExport.dat",
}

pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="San Francisco's ledger files are not beside the project"
)


def read(path: Path) -> Iterator[tuple[str, str]]:
    """Yield account and amount of the file's actuals: the first section of a .dat, all of a CSV."""
    with path.open(encoding="latin-1", newline="") as lines:
        reader = csv.reader(lines)
        head = next(reader)
        if path.suffix == ".csv":
            account, value = head.index("Account"), head.index("Value")
            for row in reader:
                yield row[account].strip(), row[value].strip()
            return
        for row in reader:
            if row[0] == "-1":
                return
            yield row[0], row[1]


@cache
def actuals() -> Ledger:
    keys: dict[str, int] = {}
    account: list[int] = []
    year: list[int] = []
    amount: list[int] = []
    for fiscal_year, name in ACTUALS.items():
        for code, value in read(FOLDER / name):
            account.append(keys.setdefault(code, len(keys)))
            year.append(fiscal_year)
            amount.append(to_micro(amount=Decimal(value)))
    return Ledger(
        columns={
            name: encode_segment(values=[key[start:end] for key in keys])
            for name, (start, end) in WIDTHS.items()
        },
        accounts=len(keys),
        account=np.array(account, dtype=np.int32),
        fiscal_year=np.array(year, dtype=np.int32),
        kind=np.zeros(len(account), dtype=np.int32),
        amount=np.array(amount, dtype=np.int64),
        kinds=("actual",),
    )


@cache
def coded() -> Coding:
    return code_ledger(
        rules=[
            rule("title_i", resource="3010,3150"),
            rule("special_education", goal="5*"),
            rule("expanded_learning", resource="2600"),
            rule("prekindergarten", resource="6053"),
            rule("core", band="core", resource="0000", goal="0000"),
            rule("local", band="not_split", resource="0000,9010"),
        ],
        ledger=actuals(),
    )


def dollars(amount: int) -> Decimal:
    return from_micro(amount=amount)


def test_fund_01_spending_equals_the_printed_state_form() -> None:
    total = {
        cell.fiscal_year: dollars(cell.total) for cell in coding_meter(coding=coded()) if cell.fund == "01"
    }
    assert (total[2023], total[2024]) == (Decimal("1103832473.69"), Decimal("1208902664.92"))


def test_special_education_catches_its_goal_and_says_what_title_i_already_counts() -> None:
    cells = [
        cell
        for cell in ledger_cost(coding=coded())
        if (cell.owner, cell.fiscal_year, cell.fund) == ("special_education", 2024, "01")
    ]
    caught = sum(cell.caught for cell in cells)
    counted = sum(cell.counted for cell in cells)
    assert dollars(caught) == Decimal("268265539.50")
    elsewhere = {
        item.counted_by: item.amount
        for item in overlaps(coding=coded())
        if item.rule == "special_education" and item.fiscal_year == 2024
    }
    assert list(elsewhere) == ["title_i"]
    assert elsewhere["title_i"] > 0
    everywhere = [
        item
        for item in rule_totals(coding=coded())
        if item.rule == "special_education" and item.fiscal_year == 2024
    ]
    assert everywhere[0].caught - everywhere[0].counted == elsewhere["title_i"]
    assert caught - counted <= elsewhere["title_i"]


@pytest.mark.parametrize("fiscal_year", list(ACTUALS))
def test_title_i_counts_exactly_its_revenue(fiscal_year: int) -> None:
    ledger = actuals()
    resource = ledger.columns["resource"]
    codes = ledger.columns["object"]
    of_title_i = np.isin(resource.index, [resource.codes.index(code) for code in ("3010", "3150")])
    revenue = np.array(["8000" <= code <= "8799" for code in codes.codes])[codes.index]
    rows = (ledger.fiscal_year == fiscal_year) & (of_title_i & revenue)[ledger.account]
    (total,) = (
        item
        for item in rule_totals(coding=coded())
        if (item.rule, item.fiscal_year) == ("title_i", fiscal_year)
    )
    assert total.counted == total.caught == int(ledger.amount[rows].sum()) > 0


def test_every_account_is_counted_once_over_all_kinds_of_coding() -> None:
    coding = coded()
    by_cell = np.zeros(coding.ledger.amount.size, dtype=np.int64)
    np.add.at(by_cell, coding.cell, coding.counted)
    assert np.array_equal(by_cell + coding.uncoded, coding.ledger.amount)
    assert coding.ledger.amount.size > 15_000
