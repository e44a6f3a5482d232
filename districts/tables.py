"""A table as data: what a page shows, sorts and pages through, and what an export writes.

Must not query: records come in already read. Must not import Django.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from math import ceil
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from districts import formatting

PAGE_SIZE: Final = 50
STACKED_FROM: Final = 4
"""A table of so many columns is wider than a phone."""
Record = TypeVar("Record")


class Kind(StrEnum):
    """How a column is read: numeric kinds are right-aligned in tabular figures."""

    TEXT = "text"
    CODE = "code"
    MONEY = "money"
    CHANGE = "change"
    NUMBER = "number"
    PERCENT = "percent"
    POINTS = "points"
    DATE = "date"
    MOMENT = "moment"
    TAG = "tag"

    @property
    def is_numeric(self) -> bool:
        return self in {Kind.MONEY, Kind.CHANGE, Kind.NUMBER, Kind.PERCENT, Kind.POINTS}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: ``unit`` stands under the label, ``digits`` are the decimals of numbers and percents."""

    key: str
    label: str
    kind: Kind = Kind.TEXT
    unit: str = ""
    digits: int | None = None
    is_sortable: bool = True
    is_heading: bool = False
    """The cell that names its row (a row header); one column of a table, by default the first."""
    help: str = ""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One value: None is shown as a dash, an empty text as nothing.

    ``text`` replaces the formatted value on the page only; exports always write ``value``.
    """

    value: str | int | float | Decimal | date | datetime | None
    text: str = ""
    href: str = ""
    note: str = ""
    is_forecast: bool = False


CellValue = Cell | str | int | float | Decimal | date | datetime | None


@dataclass(frozen=True, kw_only=True)
class Action:
    """A link at the end of a row. ``label`` is seen; ``about`` is added for screen readers ("Edit Tutoring")."""

    label: str
    href: str
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of cells, with what can be done with it."""

    cells: tuple[Cell, ...]
    actions: tuple[Action, ...] = ()
    is_total: bool = False


@dataclass(frozen=True, kw_only=True)
class Empty:
    """What an empty table says, and the next step it offers."""

    title: str
    text: str = ""
    action_label: str = ""
    action_href: str = ""


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A column header as the page needs it: its sort link, and how the table is sorted by it now."""

    column: Column
    href: str
    direction: str
    """``ascending``, ``descending`` or empty."""


@dataclass(frozen=True, kw_only=True)
class PageLink:
    """One entry of the pagination, or a gap in it."""

    number: int
    href: str
    is_current: bool
    is_gap: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """A finished table. Build it with :func:`make_table`."""

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    query: tuple[tuple[str, str], ...]
    sort: str
    page: int
    page_size: int
    total: int
    prefix: str
    empty: Empty
    footer: Row | None = None
    export_base: str = ""
    is_exact: bool = False

    @property
    def headings(self) -> tuple[Heading, ...]:
        return tuple(self._heading(column) for column in self.columns)

    @property
    def has_actions(self) -> bool:
        return any(row.actions for row in self.rows)

    @property
    def stacks(self) -> bool:
        """Say whether a phone is too narrow for the columns: a row is then laid out as lines of cells."""
        return len(self.columns) >= STACKED_FROM

    @property
    def has_money(self) -> bool:
        return any(column.kind in {Kind.MONEY, Kind.CHANGE} for column in self.columns)

    @property
    def pages(self) -> int:
        return max(1, ceil(self.total / self.page_size))

    @property
    def first_row(self) -> int:
        return (self.page - 1) * self.page_size + 1 if self.total else 0

    @property
    def last_row(self) -> int:
        return min(self.total, self.page * self.page_size)

    @property
    def exact_href(self) -> str:
        return self._link(exact="" if self.is_exact else "1")

    @property
    def csv_href(self) -> str:
        return self._export("csv")

    @property
    def xlsx_href(self) -> str:
        return self._export("xlsx")

    @property
    def previous_href(self) -> str:
        return self._link(page=str(self.page - 1)) if self.page > 1 else ""

    @property
    def next_href(self) -> str:
        return self._link(page=str(self.page + 1)) if self.page < self.pages else ""

    @property
    def page_links(self) -> tuple[PageLink, ...]:
        wanted = sorted({1, self.pages, *range(max(1, self.page - 1), min(self.pages, self.page + 1) + 1)})
        links: list[PageLink] = []
        for before, here in zip([0, *wanted], wanted, strict=False):
            if here - before > 1:
                links.append(PageLink(number=0, href="", is_current=False, is_gap=True))
            links.append(PageLink(number=here, href=self._link(page=str(here)), is_current=here == self.page))
        return tuple(links)

    def _heading(self, column: Column) -> Heading:
        descending = f"-{column.key}"
        direction = {column.key: "ascending", descending: "descending"}.get(self.sort, "")
        if direction:
            target = descending if direction == "ascending" else column.key
        else:
            target = descending if column.kind.is_numeric else column.key
        href = self._link(sort=target, page="") if column.is_sortable else ""
        return Heading(column=column, href=href, direction=direction)

    def _link(self, **changes: str) -> str:
        named = {self.prefix + name: value for name, value in changes.items()}
        kept = [(name, value) for name, value in self.query if name not in named]
        added = [(name, value) for name, value in named.items() if value]
        return "?" + urlencode(kept + added)

    def _export(self, file_type: str) -> str:
        if not self.export_base:
            return ""
        kept = [(name, value) for name, value in self.query if name != self.prefix + "page"]
        return f"{self.export_base}?{urlencode([*kept, ('export', file_type)])}"


def make_table(
    *,
    key: str,
    caption: str,
    columns: Sequence[Column],
    records: Sequence[Record],
    cells: Callable[[Record], Sequence[CellValue]],
    query: Mapping[str, str],
    empty: Empty,
    actions: Callable[[Record], Sequence[Action]] | None = None,
    sort: str = "",
    page_size: int = PAGE_SIZE,
    prefix: str = "",
    footer: Sequence[CellValue] | None = None,
    export_base: str = "",
    total: int | None = None,
) -> Table:
    """Sort and cut ``records`` as ``query`` asks and return the table a page shows.

    ``sort`` is the order when the query names none (``"-cost"`` is largest first). Where ``total`` is given the
    records are already one sorted page of that many; otherwise all are given and sorted here, blanks last, and
    before them the words in a column of numbers, in either direction.
    Unknown sort keys and page numbers fall back to the default, never an error.
    """
    known = {column.key for column in columns if column.is_sortable}
    asked = query.get(prefix + "sort", "")
    order = asked if asked.removeprefix("-") in known else sort
    rows = [
        Row(
            cells=tuple(_as_cell(value) for value in cells(record)),
            actions=tuple(actions(record)) if actions else (),
        )
        for record in records
    ]
    page = _page_number(query.get(prefix + "page", ""))
    if total is None:
        rows = _sorted(rows=rows, columns=columns, order=order)
        page = min(page, max(1, ceil(len(rows) / page_size)))
        shown = rows[(page - 1) * page_size : page * page_size]
    else:
        shown = rows
    return Table(
        key=key,
        caption=caption,
        columns=tuple(columns),
        rows=tuple(shown),
        query=tuple(query.items()),
        sort=order,
        page=page,
        page_size=page_size,
        total=len(rows) if total is None else total,
        prefix=prefix,
        empty=empty,
        footer=Row(cells=tuple(_as_cell(value) for value in footer), is_total=True) if footer else None,
        export_base=export_base,
        is_exact=query.get(prefix + "exact") == "1",
    )


def display(*, cell: Cell, column: Column, is_exact: bool = False) -> str:
    """Write a cell as the page shows it, in the units of its column."""
    value = cell.value
    if cell.text:
        return cell.text
    if value is None:
        return formatting.NOTHING
    if isinstance(value, datetime):
        return formatting.moment(value) if column.kind is Kind.MOMENT else formatting.day(value)
    if isinstance(value, date):
        return formatting.day(value)
    if isinstance(value, str):
        return value
    return _display_number(value=value, column=column, is_exact=is_exact)


def _display_number(*, value: formatting.Number, column: Column, is_exact: bool) -> str:
    if column.kind in {Kind.MONEY, Kind.CHANGE}:
        write = formatting.dollars_exact if is_exact else formatting.dollars_short
        return write(value, plus=column.kind is Kind.CHANGE)
    if column.kind is Kind.PERCENT:
        return formatting.percent(value, 1 if column.digits is None else column.digits)
    if column.kind is Kind.POINTS:
        digits = 1 if column.digits is None else column.digits
        return formatting.number(value, digits, plus=True)
    if column.kind is Kind.NUMBER:
        return formatting.number(value, column.digits or 0)
    return str(value)


def _as_cell(value: CellValue) -> Cell:
    return value if isinstance(value, Cell) else Cell(value=value)


def _page_number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1


def _sorted(*, rows: list[Row], columns: Sequence[Column], order: str) -> list[Row]:
    keys = [column.key for column in columns]
    if order.removeprefix("-") not in keys:
        return rows
    index = keys.index(order.removeprefix("-"))
    filled = [row for row in rows if row.cells[index].value not in (None, "")]
    blank = [row for row in rows if row.cells[index].value in (None, "")]
    words: list[Row] = []
    if columns[index].kind.is_numeric:
        words = [row for row in filled if isinstance(row.cells[index].value, str)]
        filled = [row for row in filled if not isinstance(row.cells[index].value, str)]
        words.sort(key=lambda row: _word_key(str(row.cells[index].value)))
    filled.sort(key=lambda row: _sort_key(row.cells[index].value), reverse=order.startswith("-"))
    return filled + words + blank


def _word_key(text: str) -> tuple[str, float]:
    """Order words in a column of numbers: "under 5%" before "under 10%"."""
    head, _, tail = text.casefold().rpartition(" ")
    number = tail.removesuffix("%")
    return (head, float(number)) if number.replace(".", "", 1).isdecimal() else (text.casefold(), 0.0)


def _sort_key(value: object) -> tuple[int, Any]:
    if isinstance(value, str):
        return (1, value.casefold())
    if isinstance(value, date):
        return (2, value.isoformat())
    return (0, value)
