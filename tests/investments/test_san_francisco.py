"""San Francisco's real files through the tables: totals, costs and forecasts that outside numbers confirm."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from diagnostics.initiative.selectors.costs import district_errors
from districts.models import Filing
from districts.tenancy import current_district_id
from investments.models import CodingMeter
from investments.recompute import ledger_cost
from investments.selectors import (
    get_initiative_cost,
    get_ledger_total,
    list_counted_rows,
    list_forecast_errors,
    list_meters,
    list_rules,
)
from strategy.models import Initiative
from tests.cast import Cast
from tests.data import SHARED, needs_shared
from tests.investments.facts import make_initiative, make_rule, make_upload, recompute

FOLDER = SHARED / "san-francisco" / "ledger"
SECTIONS = (
    ("38-68478-0000000_A_2023-24_E8A85PCFZ6_DatExport.dat", 2024, "actual"),
    ("38-68478-0000000_BS1_2024-25_F8BNNEEGU4_DatExport.dat", 2024, "estimated_actual"),
)
WIDTHS = (
    ("fund", 1, 2),
    ("resource", 3, 4),
    ("project_year", 7, 1),
    ("goal", 8, 4),
    ("function", 12, 4),
    ("object", 16, 4),
)
SPENDING = {"fund": "01", "object": "1000-7499"}

pytestmark = needs_shared


def rows(path: Path) -> Iterator[tuple[str, str, int]]:
    """Yield account, amount and row number of a file's first section."""
    with path.open(encoding="latin-1", newline="") as lines:
        for number, row in enumerate(csv.reader(lines), start=1):
            if row[0] == "-1":
                return
            if number > 1:
                yield row[0], row[1], number


def load(name: str, fiscal_year: int, kind: str) -> None:
    filing = Filing.objects.create(
        upload=make_upload(name),
        family="ledger",
        subject=kind,
        fiscal_year=fiscal_year,
        filed_at=datetime(2025, 1, 1, tzinfo=UTC),
        is_current=True,
    )
    columns = ", ".join(f"substr(account, {start}, {width})" for _, start, width in WIDTHS)
    names = ", ".join(f'"{name}"' for name, _, _ in WIDTHS)
    same = " AND ".join(f'a."{name}" = substr(s.account, {start}, {width})' for name, start, width in WIDTHS)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE loaded (account text, amount numeric(20,6), row_number int)")
        with cursor.copy("COPY loaded FROM STDIN") as copy:
            for row in rows(FOLDER / name):
                copy.write_row(row)
        cursor.execute(
            f"INSERT INTO investments_account (district_id, {names}, location, program, local_1, local_2,"
            f" local_3, local_4) SELECT DISTINCT %s::bigint, {columns}, '', '', '', '', '', '' FROM loaded"
            " ON CONFLICT DO NOTHING",
            [current_district_id()],
        )
        cursor.execute(
            "INSERT INTO investments_ledgerentry (district_id, filing_id, account_id, amount, row_number)"
            " SELECT %s, %s, a.id, s.amount, s.row_number FROM loaded s"
            f" JOIN investments_account a ON {same}",
            [current_district_id(), filing.pk],
        )
        cursor.execute("DROP TABLE loaded")


@pytest.fixture
def coded(in_bay: Cast) -> dict[str, Initiative]:
    for name, fiscal_year, kind in SECTIONS:
        load(name, fiscal_year, kind)
    initiatives = {
        "title_i": make_initiative("Title I"),
        "special": make_initiative("Special education", kind="entitlement"),
    }
    make_rule(initiatives["title_i"], resource="3010,3150", name="Title I")
    make_rule(initiatives["special"], goal="5*", name="Special education")
    recompute(ledger_cost)
    return initiatives


def list_all_meters() -> list[CodingMeter]:
    return list(CodingMeter.objects.filter(shown_until=None))


def test_the_printed_form_the_revenue_and_the_forecast_are_met(coded: dict[str, Initiative]) -> None:
    total = get_ledger_total(fiscal_year=2024, kind="actual", filters=SPENDING)
    assert total.amount == Decimal("1208902664.92")
    salaries = get_ledger_total(fiscal_year=2024, kind="actual", filters={"fund": "01", "object": "1*"})
    assert salaries.amount == Decimal("475700243.87")
    revenue = get_ledger_total(fiscal_year=2024, kind="actual", filters={"fund": "01", "object": "8000-8799"})
    assert revenue.amount == Decimal("1268003978.34")
    (actual, _) = list_meters(fund="01")
    assert actual.total == total.amount

    title_i = get_initiative_cost(initiative_id=coded["title_i"].pk)
    received = get_ledger_total(
        fiscal_year=2024, kind="actual", filters={"resource": "3010,3150", "object": "8000-8799"}
    )
    assert (title_i.costs[0].kind, title_i.costs[0].counted) == ("actual", received.amount)
    (june,) = list_forecast_errors()
    assert (june.kind, june.fund, june.fiscal_year) == ("estimated_actual", "01", 2024)
    assert round(june.error or 0, 3) == Decimal("0.102")
    assert june.actual == total.amount
    assert title_i.district_errors == (june,)
    spent = {(one.fund, one.fiscal_year, one.kind): one.total for one in list_all_meters()}
    (shown,) = district_errors(spent)
    assert (shown.fund, round(shown.percent, 1)) == ("01", 10.2)


def test_special_education_shows_what_title_i_already_counts_and_its_rows(
    coded: dict[str, Initiative],
) -> None:
    title_i, special = list_rules(fiscal_year=2024, kind="actual")
    assert special.caught - special.counted == sum(one.amount for one in special.elsewhere) > 0
    assert [one.rule_id for one in special.elsewhere] == [title_i.id]
    in_fund = get_ledger_total(fiscal_year=2024, kind="actual", filters={**SPENDING, "goal": "5*"})
    assert in_fund.amount == Decimal("268265539.50")
    behind = list_counted_rows(
        fiscal_year=2024, kind="actual", initiative_id=coded["special"].pk, page_size=10_000
    )
    assert behind.counted == special.counted == sum(row.amount for row in behind.rows)
    assert {row.filename for row in behind.rows} == {SECTIONS[0][0]}
