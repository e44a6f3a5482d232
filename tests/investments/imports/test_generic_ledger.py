"""Ledgers and budgets in layouts nobody agreed on: guessed from their headers, read to the cent."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from districts.landing.kinds import FileMap, MapIncomplete, Reading, Source
from districts.landing.problems import Report
from districts.landing.reader import open_table
from investments.imports.canonical import SEPARATOR
from investments.imports.generic_ledger import GenericLedger
from investments.segments import SEGMENTS

KIND = GenericLedger()
TODAY = datetime.date(2026, 11, 23)


def source_of(path: Path) -> Source:
    return Source(path=path, file_name=path.name, today=TODAY)


def guess(path: Path) -> dict[str, str]:
    return KIND.guess(open_table(path=path).sample, source_of(path))


def segment_of(segment: str) -> pl.Expr:
    """Take one segment out of an account key."""
    return pl.col("account").str.split(SEPARATOR).list.get(SEGMENTS.index(segment)).alias(segment)


def read(path: Path, **answers: str) -> tuple[list[tuple[object, ...]], Reading]:
    """Read with the guess and a person's answers: (kind, year, filled segments, amount, row)."""
    reading = Reading(source_of(path), FileMap(values={**guess(path), **answers}), Report())
    frames = list(KIND.batches(reading))
    if not frames:
        return [], reading
    rows = pl.concat(frames).with_columns(*(segment_of(one) for one in SEGMENTS)).sort("row_number", "slice")
    slices = {one.number: one for one in reading.slice_list()}
    return [
        (
            slices[row["slice"]].subject,
            slices[row["slice"]].fiscal_year,
            "/".join(row[one] for one in SEGMENTS if row[one]),
            row["amount"],
            row["row_number"],
        )
        for row in rows.iter_rows(named=True)
    ], reading


def write(tmp_path: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def test_debit_and_credit_on_a_combined_account(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "GL detail FY24.txt",
        "Account Number\tDescription\tPosting Date\tDebit\tCredit\n"
        "10-1100-0610-045\tPeña paper\t07/02/2023\t$1,200.10\t\n"
        "10-1100-0610-045\tReturn\t06/30/2024\t\t200.10\n",
        "cp1252",
    )
    found = guess(path)
    assert (found["account"], found["account_delimiter"]) == ("Account Number", "-")
    rows, reading = read(path, kind_value="actual")
    assert rows == [
        ("actual", 2024, "10/1100/0610/045", Decimal("1200.10"), 2),
        ("actual", 2024, "10/1100/0610/045", Decimal("-200.10"), 3),
    ]
    assert reading.report.errors == 0


def test_budget_actual_and_encumbrance_side_by_side_in_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "Budget status.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Status")
        for number, row in enumerate(
            [
                ["Springfield Public Schools"],
                ["Fiscal Year 2025-26"],
                [],
                [
                    "Fund Code",
                    "Org",
                    "Object Code",
                    "Object Name",
                    "Original Budget",
                    "Revised Budget",
                    "YTD Actual",
                    "Encumbrances",
                    "Available",
                ],
                ["001", "0450", 110.0, "Salaries", 100, 120.5, 60.25, "", 60.25],
                ["001", "0450", "0610", "Supplies", 10, 10, "(1.50)", 2, 9.5],
                ["Grand Total", "", "", "", 110, 130.5, 58.75, 2, 69.75],
            ]
        ):
            sheet.write_row(number, 0, row)
    rows, reading = read(path, actuals_are="closed")
    assert {(year, account) for _, year, account, _, _ in rows} == {
        (2026, "001/110/0450"),
        (2026, "001/0610/0450"),
    }
    assert {(kind, amount) for kind, _, _, amount, _ in rows} == {
        ("budget", Decimal("120.5")),
        ("budget", Decimal(10)),
        ("actual", Decimal("60.25")),
        ("actual", Decimal("-1.5")),
        ("encumbrance", Decimal(2)),
    }
    totals = {
        c.name: (c.status, c.expected, c.found)
        for c in reading.report.checks
        if c.name.startswith("Total row ")
    }
    assert totals == {
        "Total row 7, Revised Budget": ("ok", "130.50", "130.50"),
        "Total row 7, YTD Actual": ("ok", "58.75", "58.75"),
        "Total row 7, Encumbrances": ("ok", "2.00", "2.00"),
    }


def test_kind_and_year_from_columns_and_local_segments(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "export.csv",
        "Fiscal Year;Scenario;Fund;Function;Object;School;Cost Center;Manager;Amount\n"
        "2024-25;Adopted;01;1000;1100;009;77;NA;1.234,50\n2024-25;Actual;01;1000;1100;009;77;NA;-1,25\n",
    )
    found = guess(path)
    assert (found["local_1"], found["local_2"]) == ("Cost Center", "Manager")
    rows, _ = read(path, number_style="european")
    assert [(kind, year, amount) for kind, year, _, amount, _ in rows] == [
        ("budget", 2025, Decimal("1234.5")),
        ("actual", 2025, Decimal("-1.25")),
    ]
    assert rows[0][2] == "01/1000/1100/009/77/NA"


def test_fixed_width_account_and_year_named_by_its_start(tmp_path: Path) -> None:
    path = write(tmp_path, "x.csv", "Account,Year,Value\n0130100111010001100,2023,5\n013010,2023,6\n")
    rows, reading = read(
        path,
        year_names="start",
        kind_value="budget",
        account="Account",
        account_parts="fund:2, resource:4, project_year:1, goal:4, function:4, object:4",
        account_delimiter="",
        object="",
    )
    assert rows == [("budget", 2024, "01/3010/0/1110/1000/1100", Decimal(5), 2)]
    assert [(p.row, p.why) for p in reading.report.problems] == [
        (3, "does not have the 19 characters of an account")
    ]


def test_unnamed_total_row_is_recognised_by_its_sum(tmp_path: Path) -> None:
    path = write(tmp_path, "FY2024 actual.csv", "Fund,Object,Amount\n01,1000,5.25\n02,1000,6\n,,11.25\n")
    rows, reading = read(path)
    assert len(rows) == 2
    assert (reading.report.errors, reading.report.counts.totals) == (0, 1)
    path = write(tmp_path, "FY2024 actual b.csv", "Fund,Object,Amount\n01,1000,5.25\n,,11.25\n")
    _, reading = read(path)
    assert [(p.row, p.why) for p in reading.report.problems] == [(3, "has an amount but no account")]


def test_every_bad_row_is_named(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "actual.csv",
        "Fund,Object,Fiscal Year,Amount\n01,1000,2024,5\n=cmd(),1000,2024,5\n01,1000,20x4,5\n"
        f"01,{'9' * 41},2024,5\n01,1000,2024,6.56E+189\n01,1000,2024,NaN\n01,1000,2024,\n",
    )
    rows, reading = read(path)
    assert len(rows) == 1
    assert [(p.row, p.column, p.why) for p in sorted(reading.report.problems, key=lambda p: p.row)] == [
        (3, "Fund", "is a formula, not a code"),
        (4, "Fiscal Year", "is not a fiscal year or a day"),
        (5, "Object", "is longer than 40 characters"),
        (6, "Amount", "is in scientific notation that has lost digits"),
        (7, "Amount", "is not a number"),
    ]
    assert reading.report.counts.no_amount == 1


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"amount": ""}, "Name the amounts one way"),
        ({"amount": "", "debit": "Amount"}, "both the debit and the credit"),
        ({"fund": "", "object": ""}, "at least one segment"),
        ({"kind_value": ""}, "which kind of amount"),
        ({"fiscal_year_value": ""}, "which fiscal year"),
        ({"fiscal_year_value": "24"}, "must be a year"),
        ({"amount": "Nope"}, "does not have"),
        ({"account": "Fund", "account_parts": "found, object", "fund": ""}, "is not a segment"),
        ({"filed_on": "soon"}, "must be a date"),
    ],
)
def test_map_that_is_not_settled_says_what_is_missing(
    tmp_path: Path, answers: dict[str, str], says: str
) -> None:
    path = write(tmp_path, "FY2024 actual.csv", "Fund,Object,Amount\n01,1000,5\n")
    values = {**guess(path), **answers}
    with pytest.raises(MapIncomplete, match=says):
        KIND.check_map(open_table(path=path).sample, FileMap(values=values), source_of(path))
