"""The tables of check-ins, by month and by school, as pages show and exports write them. Must not query."""

from __future__ import annotations

from collections.abc import Sequence

from diagnostics.evaluation.forms import month_key, month_words
from diagnostics.evaluation.selectors import CheckInPage, MonthRow, SchoolMonth
from diagnostics.evaluation.selectors.plans import UNDER_MINIMUM
from districts.access.decorators import DistrictRequest
from districts.exports import page_size_for
from districts.tables import Cell, CellValue, Column, Empty, Kind, Table, make_table


def month_table(request: DistrictRequest, *, page: CheckInPage) -> Table:
    """Return the months so far with how many schools checked in."""
    return make_table(
        key="months",
        caption="Months so far",
        columns=(
            Column(key="month", label="Month", is_sortable=False),
            Column(key="reported", label="Schools checked in", kind=Kind.NUMBER, is_sortable=False),
            Column(key="schools", label="Schools served", kind=Kind.NUMBER, is_sortable=False),
            Column(
                key="dosage",
                label="Delivered",
                unit="of planned",
                kind=Kind.PERCENT,
                digits=0,
                is_sortable=False,
            ),
        ),
        records=page.months,
        cells=lambda one: _month_cells(request, one),
        query=request.GET.dict() | {"table": "months"},
        prefix="m-",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(title="No month of it has begun"),
    )


def row_table(request: DistrictRequest, *, page: CheckInPage) -> Table:
    """Return every check-in, newest month first."""
    unit = page.served.dosage_unit if page.served else ""
    return make_table(
        key="check-ins",
        caption="Every check-in",
        columns=(
            Column(key="month", label="Month", is_sortable=False),
            Column(key="school", label="School", is_heading=True),
            Column(key="planned", label="Planned", unit=unit, kind=Kind.NUMBER, digits=1),
            Column(key="delivered", label="Delivered", unit=unit, kind=Kind.NUMBER, digits=1),
            Column(key="assigned", label="Students assigned", kind=Kind.NUMBER),
            Column(key="reached", label="Reached the least dosage", kind=Kind.NUMBER),
            Column(key="note", label="Note"),
            Column(key="by", label="From"),
        ),
        records=page.rows,
        cells=_row_cells,
        query=request.GET.dict() | {"table": "check-ins"},
        prefix="c-",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(title="Nobody has checked in yet"),
    )


def _month_cells(request: DistrictRequest, one: MonthRow) -> Sequence[CellValue]:
    is_open = not one.is_due
    return (
        Cell(
            value=month_key(one.month),
            text=month_words(one.month),
            href=f"{request.path}?month={month_key(one.month)}",
            note="Not due: summer, or not over yet" if is_open else "",
        ),
        one.reported,
        one.schools,
        None if one.dosage is None else one.dosage * 100,
    )


def _row_cells(one: SchoolMonth) -> Sequence[CellValue]:
    hidden = UNDER_MINIMUM if one.is_hidden else ""
    return (
        Cell(value=month_key(one.month), text=month_words(one.month)),
        one.school.name,
        one.planned,
        one.delivered,
        Cell(value=one.assigned, text=hidden),
        Cell(value=one.reached, text=hidden),
        one.note or None,
        one.filename or one.recorded_by or None,
    )
