"""Tables as files: the page's columns and rows, values unrounded, nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook

from districts.exports import ALL_ROWS, export_table
from districts.tables import Column, Empty, Kind, Table, make_table

ROWS = [
    ("Title I", "0042", Decimal("38214552.170000"), date(2024, 6, 30)),
    ('=HYPERLINK("http://x")', "-1,234", Decimal("-0.01"), None),
    ("+1 staff", "@sum", Decimal("1234567890123456.78"), None),
]


def table_of(rows: list[tuple[Any, ...]]) -> Table:
    return make_table(
        key="costs",
        caption="Costs: FY2024 / all",
        columns=(
            Column(key="name", label="Name"),
            Column(key="code", label="Code", kind=Kind.CODE),
            Column(key="cost", label="Cost", kind=Kind.MONEY, unit="dollars"),
            Column(key="on", label="On", kind=Kind.DATE),
        ),
        records=rows,
        cells=lambda row: row,
        query={},
        page_size=ALL_ROWS,
        footer=("All", "", Decimal(5), None),
        empty=Empty(title="None"),
    )


def test_csv_holds_exact_values_and_disarms_formulas() -> None:
    response = export_table(table=table_of(ROWS), file_type="csv", filename="bay-costs")
    assert response["Content-Disposition"] == 'attachment; filename="bay-costs.csv"'
    assert list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")))) == [
        ["Name", "Code", "Cost (dollars)", "On"],
        ["Title I", "0042", "38214552.17", "2024-06-30"],
        ['\'=HYPERLINK("http://x")', "-1,234", "-0.01", ""],
        ["'+1 staff", "'@sum", "1234567890123456.78", ""],
        ["All", "", "5.00", ""],
    ]


def test_xlsx_holds_the_same_rows_as_text_and_numbers() -> None:
    response = export_table(table=table_of(ROWS), file_type="xlsx", filename="bay-costs")
    sheet = load_workbook(io.BytesIO(response.content)).active
    assert sheet is not None
    assert sheet.title == "Costs  FY2024   all"
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["Name", "Code", "Cost (dollars)", "On"]
    assert rows[1][:3] == ["Title I", "0042", 38214552.17]
    assert rows[1][3].date() == date(2024, 6, 30)  # type: ignore[union-attr]
    assert rows[2] == ['\'=HYPERLINK("http://x")', "-1,234", -0.01, None]
    assert rows[3] == ["'+1 staff", "'@sum", "1234567890123456.78", None]
    assert rows[4] == ["All", None, 5, None]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}


def test_empty_table_is_a_file_of_headings() -> None:
    response = export_table(table=table_of([]), file_type="csv", filename="x")
    assert response.content.decode("utf-8-sig").splitlines()[0] == "Name,Code,Cost (dollars),On"
