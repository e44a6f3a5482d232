"""What data is there, for which years, and how fresh it is; read only."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from districts import formatting
from districts.access.decorators import DistrictRequest, district_page
from districts.access.permissions import Permission
from districts.exports import export_table, page_size_for, wanted_export
from districts.landing import selectors
from districts.landing.views.parts import (
    FAMILIES,
    link,
    list_page,
    may_upload,
    standing_words,
    subject_words,
    to_date_words,
    trail,
)
from districts.tables import Cell, CellValue, Column, Empty, Kind, Table, make_table

NUMBERS = frozenset({"ledger", "results"})
SCHOOL_YEAR_ENDS = (6, 30)
FEED_COLUMNS = (
    Column(key="feed", label="Feed"),
    Column(key="years", label="Years"),
    Column(key="slices", label="Number of years", kind=Kind.NUMBER),
    Column(key="newest", label="Newest filing", kind=Kind.DATE),
    Column(key="age", label="Days old", kind=Kind.NUMBER),
    Column(key="file", label="From the file"),
)
FILING_COLUMNS = (
    Column(key="what", label="What"),
    Column(key="year", label="Year"),
    Column(key="status", label="Counts?"),
    Column(key="filed", label="Filed", kind=Kind.DATE),
    Column(key="rows", label="Rows", kind=Kind.NUMBER),
    Column(key="amount", label="Sum of rows", kind=Kind.MONEY),
    Column(key="file", label="File"),
    Column(key="uploaded", label="Uploaded", kind=Kind.MOMENT),
)


@district_page(Permission.VIEW_DATA)
def list_feeds(request: DistrictRequest) -> HttpResponse:
    """Show every feed with its newest filing, and every filing with those it replaced."""
    feeds, filings = selectors.list_feeds(), selectors.list_all_filings()
    tables = {"feeds": _feed_table(request, feeds), "filings": _filing_table(request, filings)}
    if file_type := wanted_export(request):
        wanted = "feeds" if request.GET.get("table") == "feeds" else "filings"
        return export_table(
            table=tables[wanted], file_type=file_type, filename=f"{request.district.slug}-{wanted}"
        )
    replaced = sum(1 for one in filings if not one.is_current)
    context = list_page(
        request,
        current="feed-list",
        table=tables["filings"],
        feeds=tables["feeds"],
        title="What is there",
        lead=_lead(feeds),
        note=_replaced(replaced),
        crumbs=trail(request, here="What is there"),
    )
    return render(request, "landing/feed_list.html", context)


def _replaced(count: int) -> str:
    if not count:
        return ""
    return (
        f"{count:,} older filings were replaced by newer ones: kept, and not counted."
        if count > 1
        else "1 older filing was replaced by a newer one: kept, and not counted."
    )


def _lead(feeds: list[selectors.Feed]) -> str:
    if not feeds:
        return "No data has been imported yet."
    numbers = [one for one in feeds if one.family in NUMBERS]
    newest = max(numbers or feeds, key=lambda one: one.newest_filed_at)
    count = "1 feed" if len(feeds) == 1 else f"{len(feeds)} feeds"
    name = subject_words(family=newest.family, subject=newest.subject).lower()
    name += to_date_words(newest.newest_through_on)
    day = formatting.day(timezone.localtime(newest.newest_filed_at))
    family = FAMILIES.get(newest.family, newest.family)
    if newest.family == "results":
        last = _year(newest.family, newest.last_year)
        return f"{count}; the newest filing is {family.lower()}, {name}, and runs through {last}."
    return f"{count}; the newest filing is {family.lower()}, {name}, of {day}."


def _age(feed: selectors.Feed, *, today: date) -> Cell:
    """Say how old a feed is: results by the last school year they cover, whenever the file arrived."""
    if feed.family == "results" and feed.last_year:
        days = max(0, (today - date(feed.last_year, *SCHOOL_YEAR_ENDS)).days)
        return Cell(value=days, note=f"since the end of {formatting.school_year(feed.last_year)}")
    return Cell(value=(today - timezone.localtime(feed.newest_filed_at).date()).days)


def _years(feed: selectors.Feed) -> str:
    first, last = (_year(feed.family, year) for year in (feed.first_year, feed.last_year))
    years = first if first == last else f"{first} to {last}"
    opened = [f"{_year(feed.family, year)}{to_date_words(through)}" for year, through in feed.open_years]
    if first == last and opened:
        return opened[0]
    return "; ".join([years, *opened])


def _year(family: str, year: int) -> str:
    if not year:
        return "Any year"
    return formatting.school_year(year) if family == "results" else formatting.fiscal_year(year)


def _feed_table(request: DistrictRequest, feeds: list[selectors.Feed]) -> Table:
    today = timezone.localdate()

    def cells(feed: selectors.Feed) -> tuple[CellValue, ...]:
        day = timezone.localtime(feed.newest_filed_at).date()
        return (
            Cell(
                value=subject_words(family=feed.family, subject=feed.subject),
                note=FAMILIES.get(feed.family, feed.family),
            ),
            _years(feed),
            feed.filings,
            day,
            _age(feed, today=today),
            Cell(
                value=feed.newest_filename,
                href=link(request, "upload-show", upload_id=feed.newest_upload_id),
            ),
        )

    return make_table(
        key="feeds",
        caption="Feeds",
        columns=FEED_COLUMNS,
        records=feeds,
        cells=cells,
        query=request.GET.dict() | {"table": "feeds"},
        prefix="f-",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=_empty(request),
    )


def _filing_table(request: DistrictRequest, filings: tuple[selectors.FilingLine, ...]) -> Table:
    def cells(one: selectors.FilingLine) -> tuple[CellValue, ...]:
        name = subject_words(family=one.family, subject=one.subject, through_on=one.through_on)
        return (
            Cell(value=name, note="" if one.ledger == "main" else f"Ledger {one.ledger}"),
            Cell(value=one.fiscal_year, text=_year(one.family, one.fiscal_year)),
            standing_words(is_current=one.is_current, through_on=one.through_on),
            timezone.localtime(one.filed_at).date(),
            one.row_count,
            _amount(one.amount),
            Cell(value=one.filename, href=link(request, "upload-show", upload_id=one.upload_id)),
            timezone.localtime(one.uploaded_at),
        )

    return make_table(
        key="filings",
        caption="Every filing",
        columns=FILING_COLUMNS,
        records=filings,
        cells=cells,
        query=request.GET.dict() | {"table": "filings"},
        page_size=page_size_for(request),
        export_base=request.path,
        empty=_empty(request),
    )


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def _empty(request: DistrictRequest) -> Empty:
    can_write = may_upload(request)
    return Empty(
        title="Nothing imported yet",
        text="Once a file is imported, its years and kinds stand here with the day they were filed.",
        action_label="Upload a file" if can_write else "",
        action_href=link(request, "upload-list") if can_write else "",
    )
