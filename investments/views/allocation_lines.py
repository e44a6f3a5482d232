"""The allocation grid as lines and columns, and as the table an export writes; must not query."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from districts import formatting
from districts.access.decorators import DistrictRequest
from districts.exports import page_size_for, wanted_export
from districts.tables import Column, Empty, Kind, Table, make_table
from investments.forms.allocations import GridView, source_words
from investments.selectors import AllocationGrid, AllocationRow, SourceBalance
from investments.selectors.allocation_carry import EarlierAllocations
from investments.views.parts import initiative_href


@dataclass(frozen=True, kw_only=True)
class SourceColumn:
    """One funding source above and below its column."""

    balance: SourceBalance
    key: str
    words: str
    remaining_words: str


@dataclass(frozen=True, kw_only=True)
class CellView:
    """One cell: what is typed, and whose it is."""

    id: str
    key: str
    source: str
    column: str
    label: str
    text: str
    amount: Decimal | None
    note: str
    values: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One initiative's row."""

    initiative_id: UUID
    name: str
    href: str
    cells: tuple[CellView, ...]
    total: Decimal
    is_archived: bool


def source_key(source: str) -> str:
    """Name a source as part of an element's id."""
    return source.encode().hex() or "none"


def cell_id(*, initiative_id: UUID, source: str) -> str:
    """Name the element of one cell of the grid."""
    return f"cell-{initiative_id}-{source_key(source)}"


def source_column(one: SourceBalance) -> SourceColumn:
    """Return a source as its column shows it: a negative remaining in words."""
    left = one.remaining
    words = "" if left >= 0 else f"Over by {formatting.dollars_exact(-left)}"
    return SourceColumn(
        balance=one, key=source_key(one.source), words=source_words(one), remaining_words=words
    )


def grid_line(
    request: DistrictRequest, *, row: AllocationRow, sources: Sequence[SourceBalance], grid: AllocationGrid
) -> Line:
    """Return one initiative's row of cells."""
    held = {cell.source: cell for cell in row.cells}
    cells = []
    for one in sources:
        cell = held[one.source]
        values = {"filing": str(grid.filing.id) if grid.filing else "", "initiative": str(row.initiative_id)}
        cells.append(
            CellView(
                id=cell_id(initiative_id=row.initiative_id, source=one.source),
                key=source_key(one.source),
                source=one.source,
                column=source_words(one),
                label=f"{row.name} from {source_words(one)}, dollars",
                text=typed_amount(cell.amount),
                amount=cell.amount,
                note=cell.note,
                values=json.dumps(values | {"source": one.source, "held_note": cell.note}),
            )
        )
    return Line(
        initiative_id=row.initiative_id,
        name=row.name,
        href=initiative_href(request, row.initiative_id),
        cells=tuple(cells),
        total=row.total,
        is_archived=row.is_archived,
    )


def typed_amount(amount: Decimal | None) -> str:
    """Write an amount as it is typed: no cents where there are none, nothing for no amount."""
    return "" if amount is None else f"{amount:,.2f}".removesuffix(".00")


def grid_table(request: DistrictRequest, *, grid: AllocationGrid, view: GridView) -> Table:
    """The grid as a table of values: what an export writes, the three lines at the foot included."""
    year = formatting.fiscal_year(grid.filing.fiscal_year) if grid.filing else ""
    codes = [one.source for one in view.sources]
    lines: list[tuple[str, Mapping[str, Decimal | None], Decimal]] = [
        (
            f"{row.name} (archived)" if row.is_archived else row.name,
            {cell.source: cell.amount for cell in row.cells},
            row.total,
        )
        for row in view.rows
    ]
    if wanted_export(request):
        for name, part in (("Budget", "budget"), ("Allocated", "allocated"), ("Remaining", "remaining")):
            values = {one.source: getattr(one, part) for one in view.sources}
            lines.append((name, values, sum((getattr(one, part) for one in grid.sources), Decimal(0))))
    return make_table(
        key="allocations",
        caption=f"Allocations, {year} budget",
        columns=[
            Column(key="name", label="Initiative", is_sortable=False),
            *(
                Column(key=f"s{place}", label=source_words(one), kind=Kind.MONEY, is_sortable=False)
                for place, one in enumerate(view.sources)
            ),
            Column(key="total", label="All sources", kind=Kind.MONEY, is_sortable=False),
        ],
        records=lines,
        cells=lambda line: (line[0], *(line[1].get(code) for code in codes), line[2]),
        query=request.GET.dict(),
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(title="No initiative passes this filter"),
    )


def carry_table(request: DistrictRequest, *, earlier: EarlierAllocations, year: str) -> Table:
    """What an earlier filing of the budget gives out and what carrying it over would leave, by source."""
    return make_table(
        key="carry",
        caption=f"Allocations on the earlier {year} budget, by funding source",
        columns=[
            Column(key="source", label="Source", kind=Kind.CODE),
            Column(key="title", label="Title"),
            Column(key="earlier", label="Given there", kind=Kind.MONEY),
            Column(key="here", label="Given here", kind=Kind.MONEY),
            Column(key="copy", label="Would be added", kind=Kind.MONEY),
            Column(key="budget", label="This budget", kind=Kind.MONEY),
            Column(key="left", label="Then remaining", kind=Kind.MONEY),
        ],
        records=earlier.sources,
        cells=lambda one: (
            one.source or "none",
            one.title or None,
            one.earlier,
            one.here,
            one.to_copy,
            one.budget,
            one.remaining,
        ),
        query=request.GET.dict() | {"table": "carry"},
        sort="source",
        prefix="carry-",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(title="Nothing to carry over"),
    )
