"""A table as a CSV or XLSX file: the same columns and rows as the page, values unrounded. Must not query."""

import csv
import io
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import xlsxwriter
from django.http import HttpRequest, HttpResponse

from districts.tables import PAGE_SIZE, Cell, Column, Kind, Row, Table

ALL_ROWS: Final = 1_000_000
"""The page size of a table that is built to be exported (a worksheet holds little more)."""
_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_DOLLARS: Final = frozenset({Kind.MONEY, Kind.CHANGE})
_FORMULA: Final = re.compile(r"^[=+\-@\t\r]")
_NUMBER: Final = re.compile(r"^[+\-]?[\d.,]+$")
_LARGEST_EXACT: Final = Decimal(10) ** 15
"""A spreadsheet keeps 15 digits of a number; what is longer is written as text."""


def wanted_export(request: HttpRequest) -> str:
    """Return ``csv`` or ``xlsx`` when the request asks for a file, else an empty text."""
    asked = request.GET.get("export", "")
    return asked if asked in _TYPES else ""


def page_size_for(request: HttpRequest, *, usual: int = PAGE_SIZE) -> int:
    """Return how many rows a table needs: one page, or all of them for an export."""
    return ALL_ROWS if wanted_export(request) else usual


def export_table(*, table: Table, file_type: str, filename: str) -> HttpResponse:
    """Answer with the table as a file named ``<filename>.<file_type>``.

    Text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    body = _csv(table) if file_type == "csv" else _xlsx(table)
    response = HttpResponse(body, content_type=_TYPES[file_type])
    response["Content-Disposition"] = f'attachment; filename="{filename}.{file_type}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _headings(table: Table) -> list[str]:
    return [f"{c.label} ({c.unit})" if c.unit else c.label for c in table.columns]


def _rows(table: Table) -> list[Row]:
    return [*table.rows, *([table.footer] if table.footer else [])]


def _csv(table: Table) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_headings(table))
    for row in _rows(table):
        writer.writerow([_plain(*pair) for pair in zip(row.cells, table.columns, strict=False)])
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: Cell, column: Column) -> str:
    value = cell.value
    if value is None:
        return ""
    if column.kind in _DOLLARS and isinstance(value, int | Decimal):
        return f"{_in_cents(Decimal(value)):f}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return _safe(value) if isinstance(value, str) else str(value)


def _in_cents(amount: Decimal) -> Decimal:
    """Return dollars with two decimals where that is exact, else as they are."""
    cents = amount.quantize(Decimal("0.01"))
    return cents if cents == amount else amount


def _safe(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


def _xlsx(table: Table) -> bytes:
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", table.caption)[:31] or "Table")
        bold = book.add_format({"bold": True})
        formats: dict[type, Any] = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        sheet.write_row(0, 0, _headings(table), bold)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(_rows(table), start=1):
            for column, cell in enumerate(row.cells):
                _write(sheet, number, column, cell.value, formats)
        sheet.autofit()
    return out.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, formats: dict[type, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, formats[type(value)])
    elif isinstance(value, Decimal) and abs(value) >= _LARGEST_EXACT:
        sheet.write_string(row, column, f"{value:f}")
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, _safe(str(value)))
