"""Dollars that no rule catches yet, largest first, each with a rule to make of it; no queries, no rules."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render

from districts import formatting
from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.exports import export_table, page_size_for, wanted_export
from districts.polling import answer_poll, badge, is_poll
from districts.tables import Action, Cell, CellValue, Column, Empty, Kind, Table, make_table
from investments.forms.rules import SliceForm, read_slice
from investments.selectors import get_funding_segment, list_filings, list_segments
from investments.selectors.uncoded import Uncoded, UncodedRow, list_uncoded
from investments.views.parts import (
    amount_name,
    link,
    may,
    sections,
    upload_list_href,
)


@district_page(Permission.VIEW_LEDGER)
def uncoded_list(request: DistrictRequest) -> HttpResponse:
    """List the largest dollars that are nobody's yet, by fund and funding source."""
    if is_poll(request):
        return answer_poll(request)
    filings = list_filings()
    chosen = read_slice(query=request.GET.dict(), filings=filings)
    segments = tuple(dict.fromkeys((get_funding_segment(), "fund")))
    uncoded = (
        list_uncoded(fiscal_year=chosen[0], kind=chosen[1], segments=segments)
        if chosen
        else Uncoded(segments=segments, rows=(), amount=Decimal(0), spending=Decimal(0))
    )
    table = _table(request, uncoded=uncoded, chosen=chosen)
    if file_type := wanted_export(request):
        return export_table(
            table=table, file_type=file_type, filename=f"{request.district.slug}-not-yet-coded"
        )
    context = {
        "table": table,
        "form": SliceForm(filings=filings, chosen=chosen, has_state=False),
        "answer": _answer(uncoded=uncoded, chosen=chosen),
        "rows_href": link(request, "counted-list", _query(chosen) | {"band": "uncoded"}) if chosen else "",
        "can_edit": may(request, Permission.EDIT_CODING),
        "sections": sections(request, current="uncoded-list"),
        "freshness": badge(request),
        "clear_href": request.path,
    }
    return render(request, "investments/uncoded.html", context)


def _query(chosen: tuple[int, str]) -> dict[str, str]:
    return {"year": str(chosen[0]), "kind": chosen[1]}


def _answer(*, uncoded: Uncoded, chosen: tuple[int, str] | None) -> str:
    if chosen is None:
        return "No ledger has landed, so there is nothing to code yet."
    name = amount_name(fiscal_year=chosen[0], kind=chosen[1])
    if not uncoded.rows:
        return f"Every dollar of {name} spending is coded."
    share = uncoded.amount / uncoded.spending if uncoded.spending > 0 else None
    part = f", {formatting.percent_of_share(share)} of {name} spending," if share is not None else ""
    return f"{formatting.dollars_short(uncoded.amount)}{part} is nobody’s yet."


def _table(request: DistrictRequest, *, uncoded: Uncoded, chosen: tuple[int, str] | None) -> Table:
    labels = {segment.name: segment.label for segment in list_segments()}
    columns = []
    for place, name in enumerate(uncoded.segments):
        columns += [
            Column(key=name, label=labels[name], kind=Kind.CODE, is_heading=not place),
            Column(key=f"{name}_title", label="Title" if not place else f"{labels[name]} title"),
        ]
    columns += [
        Column(key="amount", label="Not yet coded", kind=Kind.MONEY, unit="dollars"),
        Column(key="accounts", label="Accounts", kind=Kind.NUMBER),
    ]
    upload = upload_list_href(request)
    return make_table(
        key="uncoded",
        caption="Largest dollars that no rule catches",
        columns=columns,
        records=uncoded.rows,
        cells=_cells,
        actions=lambda row: _actions(request, uncoded=uncoded, row=row, chosen=chosen),
        query=request.GET.dict(),
        sort="-amount",
        page_size=page_size_for(request, usual=25),
        export_base=request.path,
        footer=_footer(uncoded) if uncoded.rows else None,
        empty=Empty(
            title="Nothing is left to code" if chosen else "No ledger yet",
            text="" if chosen else "Hand in the district's general ledger first.",
            action_label="Upload a ledger" if upload and not chosen else "",
            action_href=upload if not chosen else "",
        ),
    )


def _cells(row: UncodedRow) -> list[CellValue]:
    cells: list[CellValue] = []
    for code, title in zip(row.codes, row.titles, strict=True):
        cells += [Cell(value=code, text="" if code else "none"), title or None]
    return [*cells, row.amount, row.accounts]


def _footer(uncoded: Uncoded) -> list[CellValue]:
    blanks: list[CellValue] = [""] * (2 * len(uncoded.segments) - 1)
    return ["Total", *blanks, uncoded.amount, sum(row.accounts for row in uncoded.rows)]


def _actions(
    request: DistrictRequest, *, uncoded: Uncoded, row: UncodedRow, chosen: tuple[int, str] | None
) -> list[Action]:
    codes = {name: code for name, code in zip(uncoded.segments, row.codes, strict=True) if code}
    about = " ".join(f"{code} {title}".strip() for code, title in zip(row.codes, row.titles, strict=True))
    found = []
    if may(request, Permission.EDIT_CODING) and codes:
        found.append(
            Action(label="Make a rule", href=link(request, "rule-create", codes), about=f"from {about}")
        )
    if chosen and codes:
        rows = link(request, "entry-list", codes | _query(chosen))
        found.append(Action(label="Rows", href=rows, about=f"of {about}"))
    return found
