"""Home's table of initiatives; must not query."""

from __future__ import annotations

from collections.abc import Sequence

from diagnostics.home.selectors import Home, InitiativeLine
from diagnostics.links import link
from districts import formatting
from districts.access.decorators import DistrictRequest
from districts.exports import page_size_for
from districts.tables import Cell, CellValue, Column, Empty, Kind, Table, make_table


def initiative_table(
    request: DistrictRequest, *, home: Home, lines: Sequence[InitiativeLine], can_edit: bool
) -> Table:
    """Return the initiatives with dollars, review and verdict; the budget is marked as a forecast."""
    is_filtered = len(lines) < len(home.initiatives)
    create = link(request, "strategy:initiative-create") if can_edit else ""
    return make_table(
        key="initiatives",
        caption="Initiatives",
        columns=_columns(home),
        records=lines,
        cells=lambda one: _cells(request, home=home, one=one),
        query=request.GET.dict(),
        sort="-spent" if home.spending else "name",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(
            title="No initiative passes this filter" if is_filtered else "No initiatives yet",
            text="Clear the filter to see all."
            if is_filtered
            else "An initiative ties dollars to a strategic goal, with a review date agreed beforehand.",
            action_label="" if is_filtered or not can_edit else "Start an initiative",
            action_href="" if is_filtered else create,
        ),
    )


def _columns(home: Home) -> tuple[Column, ...]:
    columns = [
        Column(key="name", label="Initiative"),
        Column(key="goal", label="Strategic goal"),
    ]
    if home.spending:
        columns.append(
            Column(key="spent", label="Spent", unit=formatting.fiscal_year(home.fiscal_year), kind=Kind.MONEY)
        )
    if home.budget:
        year = formatting.fiscal_year(home.budget.fiscal_year)
        columns.append(Column(key="budget", label="Budget", unit=f"{year}, forecast", kind=Kind.MONEY))
    return (
        *columns,
        Column(key="owner", label="Owner"),
        Column(key="review", label="Review", kind=Kind.DATE),
        Column(key="verdict", label="Verdict", kind=Kind.TAG),
    )


def _cells(request: DistrictRequest, *, home: Home, one: InitiativeLine) -> tuple[CellValue, ...]:
    cells: list[CellValue] = [
        Cell(
            value=one.name,
            href=link(request, "diagnostics:initiative-show", initiative_id=one.id),
            note="" if one.is_judged else one.kind_label,
        ),
        one.goal,
    ]
    if home.spending:
        cells.append(one.spent(home.fiscal_year))
    if home.budget:
        cells.append(one.spent(home.budget.fiscal_year, home.budget.kind))
    return (
        *cells,
        Cell(value=one.owner or None, text="" if one.owner else "Nobody yet"),
        one.review_on,
        one.verdict,
    )
