"""Ledger rows with their file and row number, and the rows behind a coded figure; no rules, no queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render

from districts import formatting
from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.exports import export_table, page_size_for, wanted_export
from districts.tables import PAGE_SIZE, Cell, CellValue, Column, Empty, Kind, Table, make_table
from investments.forms.entries import EVERY_FILE, EntriesAsked, EntriesForm, read_entries
from investments.models import AmountKind
from investments.selectors import LedgerRow, LedgerRows, list_counted_rows, list_segments
from investments.selectors.entries import (
    Entries,
    Entry,
    FilingRow,
    find_titles,
    list_entries,
    list_filing_rows,
    list_used_segments,
)
from investments.selectors.initiatives import find_initiative_name
from investments.views.parts import (
    amount_name,
    initiative_href,
    link,
    local_day,
    sections,
    upload_href,
)
from investments.views.pivot_table import noise_words

IN_WORDS = ("object", "function", "resource", "goal", "location", "program")
BAND_WORDS = {
    "core": "Core operations, by rule",
    "not_split": "Cannot be split in this file",
    "uncoded": "Not yet coded",
}


@district_page(Permission.VIEW_LEDGER)
def entry_list(request: DistrictRequest) -> HttpResponse:
    """List the rows of the ledger as filed."""
    filings, segments = list_filing_rows(), list_used_segments()
    asked = read_entries(query=request.GET.dict(), filings=filings)
    labels = {segment.name: segment.label for segment in segments}
    entries = list_entries(
        filing_ids=[one.id for one in asked.filings],
        filters=asked.filters,
        scope=asked.scope,
        order=request.GET.get("sort", ""),
        page=page_asked(request),
        page_size=page_size_for(request),
    )
    table = _table(request, entries=entries, asked=asked, labels=labels)
    if file_type := wanted_export(request):
        return export_table(table=table, file_type=file_type, filename=f"{request.district.slug}-ledger-rows")
    names = {one.id: _filing_name(one) for one in filings}
    context = {
        "table": table,
        "form": EntriesForm(asked=asked, filings=filings, segments=segments, names=names),
        "answer": _answer(entries=entries, asked=asked),
        "superseded": [one for one in asked.filings if not one.is_current],
        "files": [(one, upload_href(request, one.upload_id)) for one in asked.filings[:6]],
        "sections": sections(request, current="ledger-show"),
        "clear_href": request.path,
        "filing_list_href": link(request, "filing-list"),
    }
    return render(request, "investments/entries.html", context)


@district_page(Permission.VIEW_LEDGER)
def counted_list(request: DistrictRequest) -> HttpResponse:
    """List the rows behind a figure: what an initiative or a band counts in one year and kind."""
    year, kind = request.GET.get("year", ""), request.GET.get("kind", AmountKind.ACTUAL)
    band, about = request.GET.get("band", ""), request.GET.get("initiative", "")
    if not (year.isascii() and year.isdigit() and len(year) == 4) or kind not in AmountKind.values:
        raise Http404
    initiative_id, name = _owner(band=band, about=about)
    rows = list_counted_rows(
        fiscal_year=int(year),
        kind=kind,
        initiative_id=initiative_id,
        band=band,
        source=request.GET.get("source", "")[:40],
        page=page_asked(request),
        page_size=page_size_for(request),
    )
    table = _counted_table(request, rows=rows, name=name)
    if file_type := wanted_export(request):
        return export_table(
            table=table, file_type=file_type, filename=f"{request.district.slug}-counted-rows"
        )
    through = next((one.through_on for one in rows.filings), None)
    period = amount_name(fiscal_year=int(year), kind=kind, through_on=through)
    source = request.GET.get("source", "")
    context = {
        "table": table,
        "title": name,
        "answer": f"{formatting.dollars_short(rows.counted)} of {period} is counted here"
        f"{f', from {source}' if source else ''}, on {formatting.number(rows.row_count)} ledger rows.",
        "exact": formatting.dollars_exact(rows.counted),
        "files": [(one, upload_href(request, one.upload_id)) for one in rows.filings],
        "owner_href": initiative_href(request, initiative_id) if initiative_id else "",
        "sections": sections(request, current="ledger-show"),
    }
    return render(request, "investments/counted.html", context)


def page_asked(request: DistrictRequest) -> int:
    """Return the page of a table the address asks for; exports are one page."""
    text = request.GET.get("page", "")
    if wanted_export(request) or not (text.isascii() and text.isdigit() and len(text) < 8):
        return 1
    return max(1, int(text))


def _owner(*, band: str, about: str) -> tuple[UUID | None, str]:
    if band in BAND_WORDS:
        return None, BAND_WORDS[band]
    try:
        initiative_id = UUID(about)
    except ValueError as error:
        raise Http404 from error
    name = find_initiative_name(initiative_id=initiative_id)
    if name is None:
        raise Http404
    return initiative_id, name


def _filing_name(one: FilingRow) -> str:
    state = "" if one.is_current else " (superseded)"
    name = amount_name(fiscal_year=one.fiscal_year, kind=one.kind, through_on=one.through_on)
    return f"{name}, filed {local_day(one.filed_at)}{state}"


def _answer(*, entries: Entries, asked: EntriesAsked) -> str:
    count = formatting.number(entries.row_count)
    rows = f"{count} ledger row{'' if entries.row_count == 1 else 's'}"
    where = _filing_name(asked.filings[0]) if len(asked.filings) == 1 else f"{len(asked.filings)} files"
    if not asked.filings:
        return "No file has these rows."
    if asked.is_mixed:
        return f"{rows} in {where}; actuals and forecasts are not added up."
    verb = "adds" if entries.row_count == 1 else "add"
    return f"{rows} {verb} up to {formatting.dollars_short(entries.total)} in {where}."


def _table(
    request: DistrictRequest, *, entries: Entries, asked: EntriesAsked, labels: dict[str, str]
) -> Table:
    filings = {one.id: one for one in asked.filings}
    has_many = len(filings) > 1
    return make_table(
        key="rows",
        caption="Ledger rows",
        columns=[
            Column(key="row", label="Row", kind=Kind.NUMBER),
            *(
                Column(key=name, label=labels[name], kind=Kind.CODE, is_sortable=False)
                for name in entries.segments
            ),
            Column(key="words", label="In words", is_sortable=False),
            Column(key="amount", label="Amount", kind=Kind.MONEY, unit="dollars"),
            *([Column(key="what", label="Year and kind", is_sortable=False)] if has_many else []),
            Column(key="file", label="File", is_sortable=False),
        ],
        records=entries.rows,
        cells=lambda one: _cells(
            request, one=one, entries=entries, filing=filings[one.filing_id], has_many=has_many
        ),
        query=request.GET.dict(),
        page_size=page_size_for(request, usual=PAGE_SIZE),
        total=entries.row_count,
        export_base=request.path,
        footer=_total(entries, has_many=has_many) if entries.rows and not asked.is_mixed else None,
        empty=Empty(
            title="No ledger row matches",
            text="Leave a field blank to mean every code; 5* means every code that begins with 5.",
            action_label="Show all rows",
            action_href=f"{request.path}?filing={EVERY_FILE}&show=all",
        ),
    )


def _cells(
    request: DistrictRequest, *, one: Entry, entries: Entries, filing: FilingRow, has_many: bool
) -> list[CellValue]:
    codes = dict(zip(entries.segments, one.codes, strict=True))
    return [
        one.row_number,
        *one.codes,
        account_words(codes=codes, titles=entries.titles),
        Cell(value=one.amount, note=noise_words(amount=one.amount, kind=filing.kind)),
        *([_period(filing)] if has_many else []),
        Cell(
            value=filing.filename,
            href=upload_href(request, filing.upload_id),
            note=f"filed {local_day(filing.filed_at)}",
        ),
    ]


def _period(filing: FilingRow) -> Cell:
    return Cell(
        value=amount_name(fiscal_year=filing.fiscal_year, kind=filing.kind, through_on=filing.through_on),
        note="" if filing.is_current else "superseded",
    )


def _total(entries: Entries, *, has_many: bool) -> Sequence[CellValue]:
    return [
        Cell(value=None, text="All pages"),
        *[""] * len(entries.segments),
        "",
        entries.total,
        *([""] if has_many else []),
        "",
    ]


def _counted_table(request: DistrictRequest, *, rows: LedgerRows, name: str) -> Table:
    used = list(dict.fromkeys(segment for row in rows.rows for segment, _ in row.account))
    labels = {segment.name: segment.label for segment in list_segments()}
    titles = find_titles(
        codes={segment: {dict(row.account).get(segment, "") for row in rows.rows} for segment in used}
    )
    return make_table(
        key="rows",
        caption=f"{name}: ledger rows",
        columns=[
            Column(key="row", label="Row", kind=Kind.NUMBER, is_sortable=False),
            *(Column(key=one, label=labels[one], kind=Kind.CODE, is_sortable=False) for one in used),
            Column(key="words", label="In words", is_sortable=False),
            Column(key="amount", label="Amount", kind=Kind.MONEY, unit="in the file", is_sortable=False),
            Column(key="share", label="Share", kind=Kind.PERCENT, unit="counted here", is_sortable=False),
            Column(key="file", label="File", is_sortable=False),
        ],
        records=rows.rows,
        cells=lambda row: _counted_cells(row=row, used=used, titles=titles),
        query=request.GET.dict(),
        page_size=page_size_for(request),
        total=rows.row_count,
        export_base=request.path,
        empty=Empty(
            title="No ledger row is counted here", text="No rule gives it dollars in this year and kind."
        ),
    )


def _counted_cells(
    *, row: LedgerRow, used: Sequence[str], titles: dict[tuple[str, str], str]
) -> list[CellValue]:
    codes = dict(row.account)
    return [
        row.row_number,
        *(codes.get(one, "") for one in used),
        account_words(codes=codes, titles=titles),
        row.amount,
        row.share * 100,
        row.filename,
    ]


def account_words(*, codes: Mapping[str, str], titles: Mapping[tuple[str, str], str]) -> str | None:
    """Say in words what an account is for: object, function, funding source, SACS goal."""
    found = [titles.get((name, codes.get(name, "")), "") for name in IN_WORDS]
    return "; ".join(dict.fromkeys(word for word in found if word)) or None
