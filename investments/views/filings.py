"""Every ledger file: what it says, who handed it in and when, whether its figures count; no queries."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from districts import formatting
from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.exports import export_table, page_size_for, wanted_export
from districts.tables import Cell, CellValue, Column, Empty, Kind, Table, make_table
from investments.models import AmountKind
from investments.selectors.entries import FilingRow, list_filing_rows
from investments.views.parts import amount_name, link, sections, upload_href, upload_list_href

COLUMNS = (
    Column(key="what", label="Year and kind"),
    Column(key="file", label="File"),
    Column(key="rows", label="Rows", kind=Kind.NUMBER),
    Column(key="state", label="State"),
    Column(key="filed", label="Filed", kind=Kind.MOMENT),
    Column(key="by", label="Handed in by"),
    Column(key="uploaded", label="Handed in", kind=Kind.MOMENT),
)


@district_page(Permission.VIEW_LEDGER)
def filing_list(request: DistrictRequest) -> HttpResponse:
    """List every filing of the ledger, superseded ones too."""
    filings = list_filing_rows()
    table = _table(request, filings)
    if file_type := wanted_export(request):
        return export_table(table=table, file_type=file_type, filename=f"{request.district.slug}-filings")
    context = {
        "table": table,
        "answer": _answer(filings),
        "sections": sections(request, current="filing-list"),
    }
    return render(request, "investments/filings.html", context)


def _answer(filings: tuple[FilingRow, ...]) -> str:
    current = [one for one in filings if one.is_current]
    if not current:
        return "No ledger file has landed yet."
    files = len({one.upload_id for one in filings})
    actual = [one.fiscal_year for one in current if one.kind == AmountKind.ACTUAL]
    span = (
        f" Actuals run from {formatting.fiscal_year(min(actual))} to {formatting.fiscal_year(max(actual))}."
        if actual
        else ""
    )
    return f"Every figure of the budget comes from {files} file{'' if files == 1 else 's'}.{span}"


def _table(request: DistrictRequest, filings: tuple[FilingRow, ...]) -> Table:
    upload = upload_list_href(request)
    return make_table(
        key="filings",
        caption="Ledger files by fiscal year and kind of amount",
        columns=COLUMNS,
        records=filings,
        cells=lambda one: _cells(request, one),
        query=request.GET.dict(),
        sort="",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(
            title="No ledger file yet",
            text="Hand in the district's general ledger or budget file.",
            action_label="Upload a ledger" if upload else "",
            action_href=upload,
        ),
    )


def _cells(request: DistrictRequest, one: FilingRow) -> tuple[CellValue, ...]:
    forecast = one.kind in (AmountKind.BUDGET, AmountKind.ESTIMATED_ACTUAL)
    return (
        Cell(
            value=amount_name(fiscal_year=one.fiscal_year, kind=one.kind, through_on=one.through_on),
            note="forecast"
            if forecast
            else "never added to a total"
            if one.kind == AmountKind.EARMARK
            else "",
        ),
        Cell(value=one.filename, href=upload_href(request, one.upload_id)),
        Cell(value=one.row_count, href=link(request, "entry-list", {"filing": str(one.id)})),
        "Counts now" if one.is_current else "Superseded",
        timezone.localtime(one.filed_at),
        one.uploaded_by or None,
        timezone.localtime(one.uploaded_at),
    )
