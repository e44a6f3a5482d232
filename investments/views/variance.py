"""Budget against actual of one fiscal year, with the district's own record beside it; no rules, no queries."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render

from districts import formatting
from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.exports import export_table, page_size_for, wanted_export
from districts.tables import Cell, CellValue, Column, Empty, Kind, Table, make_table
from investments.calc.noise import is_placeholder
from investments.forms.ledger import words_match
from investments.forms.variance import VarianceForm, read_variance
from investments.models import AmountKind
from investments.segments import SEGMENTS
from investments.selectors import (
    FilingName,
    Variance,
    VarianceRow,
    compare_budget,
    find_code_titles,
    get_funding_segment,
    list_filings,
    list_forecast_errors,
)
from investments.selectors.entries import list_used_segments
from investments.views.parts import (
    filing_words,
    in_sentence,
    link,
    sections,
    upload_list_href,
)
from investments.views.pivot_table import noise_words
from investments.views.variance_words import apart_table, apart_words, fund_words, variance_answer

TOTAL = "Total"


@district_page(Permission.VIEW_LEDGER)
def variance_show(request: DistrictRequest) -> HttpResponse:
    """Set a year's budget and estimate beside what was spent, in dollars and percent."""
    filings, segments = list_filings(), list_used_segments()
    asked = read_variance(
        query=request.GET.dict(), filings=filings, segments=segments, funding_segment=get_funding_segment()
    )
    labels = {segment.name: segment.label for segment in segments}
    variance = compare_budget(
        fiscal_year=asked.fiscal_year,
        segment=asked.by,
        filters=asked.filters,
        scope=asked.scope,
        matches=lambda codes: words_match(text=asked.text, candidates=codes),
    )
    table = _table(
        request, variance=variance, text=asked.text, label=labels.get(asked.by, asked.by), scope=asked.scope
    )
    apart = apart_table(request, variance=variance, scope=asked.scope)
    if apart and request.GET.get("table") == apart.key:
        table, apart = apart, None
    if file_type := wanted_export(request):
        return export_table(table=table, file_type=file_type, filename=f"{request.district.slug}-variance")
    context = {
        "table": table,
        "apart_table": apart,
        "form": VarianceForm(asked=asked, filings=filings, segments=segments),
        "answer": variance_answer(variance=variance, asked=asked),
        "apart_words": apart_words(variance=variance, asked=asked),
        "record": _record(fund=asked.filters.get("fund", "")),
        "files": [filing_words(one) for one in variance.filings],
        "missing": _missing(variance=variance, filings=filings),
        "sections": sections(request, current="variance-show"),
        "clear_href": request.path,
    }
    return render(request, "investments/variance.html", context)


def _record(*, fund: str) -> list[str]:
    """Say how far each past forecast of all spending of one fund was off: this one's, else the largest's."""
    errors = list_forecast_errors(funds=[fund] if fund else [])
    titles = find_code_titles(codes={one.fund for one in errors}, segment="fund") if errors else {}
    words = []
    for one in sorted(errors, key=lambda one: (-one.fiscal_year, one.kind)):
        if one.error is None:
            continue
        side = "over" if one.error > 0 else "under"
        kind = AmountKind(one.kind).label.lower()
        words.append(
            f"{formatting.fiscal_year(one.fiscal_year)} {kind}, {fund_words(one.fund, titles.get(one.fund, ''))}:"
            f" {formatting.dollars_short(one.forecast)} forecast, {formatting.dollars_short(one.actual)} spent:"
            f" {formatting.percent_of_share(abs(one.error))} {side}."
        )
    return words


def _missing(*, variance: Variance, filings: tuple[FilingName, ...]) -> str:
    """Say which years can be compared, where this one cannot."""
    if variance.has_budget and variance.has_actual:
        return ""
    if variance.through_on:
        return "Year not finished: a budget is compared with what was spent once the year is closed."
    held = {(one.fiscal_year, one.kind) for one in filings}
    years = sorted(
        year for year, kind in held if kind == AmountKind.ACTUAL and (year, AmountKind.BUDGET) in held
    )
    if not years:
        return "No fiscal year has both a budget and actuals yet."
    return "Both are there for " + ", ".join(map(formatting.fiscal_year, years)) + "."


def _table(request: DistrictRequest, *, variance: Variance, text: str, label: str, scope: str) -> Table:
    rows = variance.rows
    return make_table(
        key="variance",
        caption=f"Budget against actual by {in_sentence(label)}, {formatting.fiscal_year(variance.fiscal_year or None)}"
        + (", funds that have both" if variance.apart else ""),
        columns=_columns(variance=variance, label=label),
        records=rows,
        cells=lambda row: _cells(request, variance=variance, row=row, scope=scope),
        query=request.GET.dict(),
        sort="-variance" if variance.has_actual and variance.has_budget else "code",
        page_size=page_size_for(request),
        export_base=request.path,
        footer=_footer(request, variance=variance) if rows else None,
        empty=Empty(
            title="Nothing matches" if text else "Nothing to compare yet",
            text="" if text else "Hand in the adopted budget and the year's actuals.",
            action_label="Show everything"
            if text
            else "Upload a ledger"
            if upload_list_href(request)
            else "",
            action_href=request.path if text else upload_list_href(request),
        ),
    )


def _columns(*, variance: Variance, label: str) -> list[Column]:
    columns = [
        Column(key="code", label=label, kind=Kind.CODE),
        Column(key="title", label="Title"),
        Column(key="budget", label="Budget", kind=Kind.MONEY, unit="adopted, forecast"),
    ]
    if _has_estimate(variance):
        columns.append(
            Column(key="estimate", label="Estimated actual", kind=Kind.MONEY, unit="June, forecast")
        )
    through = f"through {formatting.day(variance.through_on)}" if variance.through_on else "dollars"
    return [
        *columns,
        Column(
            key="actual",
            label="Actual to date" if variance.through_on else "Actual",
            kind=Kind.MONEY,
            unit=through,
        ),
        Column(key="variance", label="Variance", kind=Kind.CHANGE, unit="actual less budget, dollars"),
        Column(key="percent", label="Variance in percent", kind=Kind.PERCENT, unit="of the budget"),
    ]


def _has_estimate(variance: Variance) -> bool:
    return any(row.estimated_actual is not None for row in variance.rows)


def _cells(request: DistrictRequest, *, variance: Variance, row: VarianceRow, scope: str) -> list[CellValue]:
    def rows_href(kind: str) -> str:
        if not row.code or row.code == TOTAL:
            return ""
        show = "" if scope == "spending" else scope
        kept = {name: request.GET.get(name, "") for name in SEGMENTS}
        query = kept | {
            variance.segment: row.code,
            "year": str(variance.fiscal_year),
            "kind": kind,
            "show": show,
        }
        return link(request, "entry-list", query)

    cells: list[CellValue] = [
        Cell(value=row.code, text="" if row.code else "none"),
        row.title or None,
        Cell(
            value=row.budget if variance.has_budget else None,
            note=noise_words(amount=row.budget, kind=AmountKind.BUDGET),
            href=rows_href(AmountKind.BUDGET) if row.budget else "",
        ),
    ]
    if _has_estimate(variance):
        href = rows_href(AmountKind.ESTIMATED_ACTUAL) if row.estimated_actual else ""
        cells.append(Cell(value=row.estimated_actual, href=href))
    has_any = variance.has_actual or variance.through_on is not None
    is_blank = is_placeholder(amount=row.actual) or not has_any
    change = row.variance if variance.has_actual and variance.has_budget else None
    return [
        *cells,
        Cell(
            value=row.actual if has_any else None,
            href=rows_href(AmountKind.TO_DATE if variance.through_on else AmountKind.ACTUAL)
            if row.actual
            else "",
            note="placeholder" if is_blank and row.actual else "",
        ),
        Cell(value=change, note=_flag(row) if change is not None else ""),
        _percent(row) if change is not None else None,
    ]


def _percent(row: VarianceRow) -> Cell:
    share = row.variance_share
    if share is None:
        return Cell(value=None)
    value = (share * 100).quantize(Decimal("0.0001"))
    return Cell(value=value, text=formatting.percent(value, plus=True))


def _flag(row: VarianceRow) -> str:
    if row.code == TOTAL:
        return ""
    return "no budget, check coding" if row.is_unbudgeted else "check coding" if row.is_jump else ""


def _footer(request: DistrictRequest, *, variance: Variance) -> list[CellValue]:
    total = replace(variance.total, code=TOTAL, title="", is_jump=False)
    cells = _cells(request, variance=variance, row=total, scope="spending")
    return [cells[0], "", *cells[2:]]
