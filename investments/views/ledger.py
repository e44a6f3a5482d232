"""The ledger by any segment: the first page of the budget; must not hold rules or queries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from districts import formatting
from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.charts import Figure
from districts.exports import export_table, wanted_export
from districts.parts import Band, BandTone, Meter
from districts.polling import answer_poll, badge, is_poll
from investments.charts import ledger_chart
from investments.forms.ledger import ALL_YEARS, SCOPES, Asked, LedgerForm, read_asked, segment_pairs
from investments.models import AmountKind
from investments.selectors import (
    FilingName,
    Segment,
    get_funding_segment,
    get_pivot,
    list_filings,
    list_meters,
)
from investments.selectors import Meter as MeterFigures
from investments.selectors.entries import find_titles, list_used_segments
from investments.views.ledger_search import code_words, found_elsewhere
from investments.views.parts import (
    amount_name,
    in_sentence,
    link,
    local_day,
    sections,
    upload_href,
    upload_list_href,
)
from investments.views.pivot_table import Layout, lay_out, pivot_table

HISTORY = (AmountKind.ACTUAL, AmountKind.TO_DATE, AmountKind.ESTIMATED_ACTUAL, AmountKind.BUDGET)
BANDS = (
    ("coded", "Coded to initiatives", BandTone.CODED),
    ("core", "Core operations, by rule", BandTone.CORE),
    ("not_split", "Cannot be split in this file", BandTone.NOT_SPLIT),
    ("not_yet_coded", "Not yet coded", BandTone.NOT_CODED),
)


@dataclass(frozen=True, kw_only=True)
class Chip:
    """One code that narrows the page, and the address of the page without it."""

    words: str
    href: str


@dataclass(frozen=True, kw_only=True)
class FileLine:
    """One file that the figures come from."""

    words: str
    filename: str
    href: str
    rows_href: str


@district_page(Permission.VIEW_LEDGER)
def ledger_show(request: DistrictRequest) -> HttpResponse:
    """Show the ledger by segments: what was spent, on what, and from which file that is known."""
    if is_poll(request):
        return answer_poll(request)
    filings, segments = list_filings(), list_used_segments()
    asked = _asked(request, filings=filings, segments=segments)
    pivot = get_pivot(
        segments=asked.segments,
        fiscal_years=[] if asked.fiscal_year is None else [asked.fiscal_year],
        kinds=[asked.kind],
        filters=asked.filters,
        scope=asked.scope,
    )
    layout = lay_out(pivot=pivot, asked=asked)
    labels = dict(segment_pairs(segments)) | {name: name for name in asked.by if not segments}
    table = pivot_table(request, layout=layout, asked=asked, labels=labels, caption=_caption(asked, labels))
    if file_type := wanted_export(request):
        return export_table(table=table, file_type=file_type, filename=f"{request.district.slug}-ledger")
    titles = find_titles(codes={name: code.split(",") for name, code in asked.filters.items()})
    elsewhere = found_elsewhere(asked=asked, segments=segments)
    context = {
        "table": table,
        "elsewhere": elsewhere,
        "form": LedgerForm(asked=asked, filings=filings, segments=segments),
        "answer": _answer(
            asked=asked,
            layout=layout,
            meter=(figures := _meter_of(asked)),
            on_what=_on_what(asked=asked, titles=titles, labels=labels),
            is_elsewhere=bool(elsewhere),
        ),
        "chips": _chips(asked=asked, segments=segments, titles=titles),
        "meter": coding_meter(request, figures=figures) if figures and not asked.is_narrowed else None,
        "history_href": link(request, "ledger-history", asked.query()) if layout.rows else "",
        "every_year_href": asked.href(year=ALL_YEARS),
        "files": _files(request, asked=asked, filings=pivot.filings),
        "held": _held(asked=asked, filings=filings) if not pivot.filings else (),
        "has_filings": bool(filings),
        "upload_href": upload_list_href(request),
    }
    return render(request, "investments/ledger.html", context | _frame(request))


@district_page(Permission.VIEW_LEDGER)
def ledger_history(request: DistrictRequest) -> HttpResponse:
    """Draw the same question year by year: a fragment that the ledger page asks for once it stands."""
    segments = list_used_segments()
    asked = _asked(request, filings=list_filings(), segments=segments)
    chart = _history(asked=asked, labels=dict(segment_pairs(segments)))
    return render(request, "investments/ledger_history.html", {"chart": chart})


def _asked(
    request: DistrictRequest, *, filings: tuple[FilingName, ...], segments: tuple[Segment, ...]
) -> Asked:
    return read_asked(
        query=request.GET.dict(), filings=filings, segments=segments, funding_segment=get_funding_segment()
    )


def _frame(request: DistrictRequest) -> dict[str, Any]:
    return {
        "sections": sections(request, current="ledger-show"),
        "freshness": badge(request),
        "clear_href": request.path,
        "filing_list_href": link(request, "filing-list"),
        "uncoded_href": link(request, "uncoded-list", _slice_query(request)),
        "variance_href": link(request, "variance-show"),
    }


def _slice_query(request: DistrictRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in ("year", "kind")}


def _caption(asked: Asked, labels: dict[str, str]) -> str:
    by = " and ".join(in_sentence(labels[name]) for name in asked.by)
    what = dict(SCOPES)[asked.scope]
    years = "all years" if asked.fiscal_year is None else formatting.fiscal_year(asked.fiscal_year)
    return f"{what} by {by}, {years} {AmountKind(asked.kind).label.lower()}"


def _meter_of(asked: Asked) -> MeterFigures | None:
    if asked.scope != "spending" or asked.fiscal_year is None:
        return None
    found = list_meters(fiscal_year=asked.fiscal_year, kind=asked.kind)
    return found[0] if found else None


def coding_meter(request: DistrictRequest, *, figures: MeterFigures) -> Meter:
    """Return the bar of how much of a year's spending is somebody's, each band leading to its rows."""
    query = {"year": str(figures.fiscal_year), "kind": figures.kind}
    hrefs = {
        "coded": link(request, "rule-list", query),
        "core": link(request, "counted-list", query | {"band": "core"}),
        "not_split": link(request, "counted-list", query | {"band": "not_split"}),
        "not_yet_coded": link(request, "uncoded-list", query),
    }
    name = amount_name(fiscal_year=figures.fiscal_year, kind=figures.kind, through_on=figures.through_on)
    return Meter(
        label=f"Whose dollars: {name}, all spending {formatting.dollars_short(figures.total)}",
        bands=tuple(
            Band(
                label=label,
                percent=float(figures.share(key) or 0) * 100,
                amount=formatting.dollars_short(getattr(figures, key)),
                exact=formatting.dollars_exact(getattr(figures, key)),
                tone=tone,
                href=hrefs[key],
            )
            for key, label, tone in BANDS
        ),
    )


def _answer(
    *, asked: Asked, layout: Layout, meter: MeterFigures | None, on_what: str, is_elsewhere: bool
) -> str:
    """Return the sentence at the top of the page."""
    if not layout.columns:
        return "No ledger of this year and kind has landed."
    if asked.is_narrowed and not layout.rows:
        return _nothing(asked=asked, on_what=on_what, is_elsewhere=is_elsewhere)
    if layout.total is None or asked.fiscal_year is None:
        first, last = layout.columns[0].fiscal_year, layout.columns[-1].fiscal_year
        span = f"{formatting.fiscal_year(first)} to {formatting.fiscal_year(last)}"
        return f"{AmountKind(asked.kind).label} amounts, {span}, one column a fiscal year."
    year = formatting.fiscal_year(asked.fiscal_year)
    amount = formatting.dollars_short(layout.total)
    through = layout.columns[0].through_on
    sentence = _sentence(asked=asked, year=year, amount=amount, through=through) + on_what
    if meter and not asked.is_narrowed and (share := meter.share("coded")) is not None:
        return f"{sentence}; {formatting.percent_of_share(share)} of it is tied to initiatives."
    return f"{sentence}."


def _sentence(*, asked: Asked, year: str, amount: str, through: date | None) -> str:
    if asked.scope == "transfers":
        return f"In {year}, transfers and contributions come to {amount}, net"
    if asked.scope == "balance":
        return f"In {year}, the balance sheet rows here sum to {amount}"
    if asked.scope == "rest":
        return f"In {year}, what is neither spending nor revenue sums to {amount}"
    is_spending = asked.scope == "spending"
    if through:
        verb = "spent" if is_spending else "received"
        return f"{year} is not finished: through {formatting.day(through)} the district {verb} {amount}"
    if asked.kind == AmountKind.ACTUAL:
        return f"In {year} the district {'spent' if is_spending else 'received'} {amount}"
    noun = "spending" if is_spending else "revenue"
    if asked.kind == AmountKind.ENCUMBRANCE:
        return f"In {year} the district has promised {amount}"
    if asked.kind == AmountKind.EARMARK:
        return f"{amount} of the {year} dollars is earmarked: part of other amounts, never added to them"
    word = "estimate" if asked.kind == AmountKind.ESTIMATED_ACTUAL else "budget"
    return f"The {year} {word} forecasts {amount} of {noun}"


def _nothing(*, asked: Asked, on_what: str, is_elsewhere: bool) -> str:
    """Say that nothing is found here, which is no statement about dollars, and where it is."""
    kind = AmountKind(asked.kind).label.lower()
    years = "any year" if asked.fiscal_year is None else formatting.fiscal_year(asked.fiscal_year)
    sentence = f"No {kind} of {years} is booked{on_what}"
    if not asked.text:
        return f"{sentence}."
    return f"{sentence}; it is found elsewhere." if is_elsewhere else f"{sentence}, nor on any other codes."


def _on_what(*, asked: Asked, titles: dict[tuple[str, str], str], labels: dict[str, str]) -> str:
    parts = [f"{_code_words(name, code, titles)}" for name, code in asked.filters.items()]
    if asked.text:
        parts.append(f"{code_words(asked=asked, labels=labels)} with “{asked.text}”")
    return f" on {', '.join(parts)}" if parts else ""


def _code_words(name: str, code: str, titles: dict[tuple[str, str], str]) -> str:
    title = titles.get((name, code), "")
    label = "SACS goal" if name == "goal" else name.replace("_", " ")
    return f"{title} ({label} {code})" if title else f"{label} {code}"


def _chips(*, asked: Asked, segments: tuple[Segment, ...], titles: dict[tuple[str, str], str]) -> list[Chip]:
    labels = {segment.name: segment.label for segment in segments}
    chips = []
    for name, code in asked.filters.items():
        words = f"{labels.get(name, name)} {code} {titles.get((name, code), '')}".strip()
        chips.append(Chip(words=words, href=asked.href(**{name: ""})))
    if asked.text:
        chips.append(Chip(words=f"“{asked.text}”", href=asked.href(q="")))
    return chips


def _history(*, asked: Asked, labels: dict[str, str]) -> Figure | None:
    """Return the chart of every year, by the first segment asked for; balances and transfers have none."""
    if asked.scope not in ("spending", "revenue"):
        return None
    first = replace(asked, by=asked.by[:1])
    pivot = get_pivot(segments=first.segments, kinds=HISTORY, filters=asked.filters, scope=asked.scope)
    pivot = replace(pivot, rows=lay_out(pivot=pivot, asked=first).rows)
    what = "Spending" if asked.scope == "spending" else "Revenue"
    return ledger_chart(
        pivot=pivot,
        label=f"{what} by {in_sentence(labels.get(asked.by[0], asked.by[0]))} and fiscal year",
        what=f"{what} on “{asked.text}”" if asked.text else f"{what} here" if asked.filters else what,
    )


def _name(one: FilingName) -> str:
    return amount_name(fiscal_year=one.fiscal_year, kind=one.kind, through_on=one.through_on)


def _files(request: DistrictRequest, *, asked: Asked, filings: tuple[FilingName, ...]) -> list[FileLine]:
    query = asked.query(by="", then="", q="")
    return [
        FileLine(
            words=f"{_name(one)}, filed {local_day(one.filed_at)}",
            filename=one.filename,
            href=upload_href(request, one.upload_id),
            rows_href=link(request, "entry-list", query | {"year": str(one.fiscal_year), "kind": one.kind}),
        )
        for one in filings
    ]


def _held(*, asked: Asked, filings: tuple[FilingName, ...]) -> list[Chip]:
    """What there is instead, where the year and kind asked for are not there."""
    return [
        Chip(
            words=_name(one),
            href=asked.href(year=str(one.fiscal_year), kind=one.kind),
        )
        for one in filings
    ]
