"""Problems of one upload as tables: those that stand, and the rows a person left out; must not query."""

from __future__ import annotations

from districts.access.decorators import DistrictRequest
from districts.landing import selectors
from districts.landing.views.parts import NO_ROWS
from districts.tables import Cell, CellValue, Column, Kind, Table, make_table

LEFT_OUT_PREFIX = "l-"


def problem_table(request: DistrictRequest, detail: selectors.UploadDetail) -> Table:
    """Return one page of an upload's problems."""
    return _table(
        request,
        detail.problems,
        key="problems",
        caption="Problems",
        labels={
            "row": "Row",
            "kind": "Kind",
            "column": "Column",
            "value": "What stands there",
            "why": "Why it is a problem",
            "what_to_do": "What to do",
        },
    )


def left_out_table(request: DistrictRequest, detail: selectors.UploadDetail) -> Table:
    """Return one page of the rows a person left out: what stands there, why, by whom."""
    return _table(
        request,
        detail.left_out,
        key="left-out",
        caption="Rows left out",
        prefix=LEFT_OUT_PREFIX,
        labels={
            "row": "Row",
            "column": "Column",
            "value": "What stands there",
            "why": "Why it could not be loaded",
            "what_to_do": "By whom",
        },
    )


def _table(
    request: DistrictRequest,
    page: selectors.ProblemPage,
    *,
    key: str,
    caption: str,
    labels: dict[str, str],
    prefix: str = "",
) -> Table:
    """Return one page of problems with the fields that have a label, in their order."""

    def cell(one: selectors.ProblemRow, field: str) -> CellValue:
        return row_cell(one.row) if field == "row" else getattr(one, field)

    return make_table(
        key=key,
        caption=caption,
        columns=[
            Column(key=field, label=label, kind=Kind.CODE if field == "row" else Kind.TEXT, is_sortable=False)
            for field, label in labels.items()
        ],
        records=page.rows,
        cells=lambda one: tuple(cell(one, field) for field in labels),
        query=request.GET.dict(),
        prefix=prefix,
        total=page.listed,
        page_size=selectors.PROBLEMS_ON_A_PAGE,
        empty=NO_ROWS,
    )


def row_cell(row: int | None) -> Cell:
    """Return the cell that says which row has a problem."""
    return Cell(value=row, text="" if row else "Whole file")


def has_problems_to_list(detail: selectors.UploadDetail) -> bool:
    """Say whether there are problems that the notice of a refused file does not say already."""
    rows = detail.problems.rows
    is_said = detail.problems.listed == 1 and rows and detail.upload.message.startswith(rows[0].why)
    return bool(detail.problems.listed) and not is_said
