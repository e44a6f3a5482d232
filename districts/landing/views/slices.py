"""The slices of one upload as pages show them: against what is there, and once filed; must not query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from districts import formatting
from districts.access.decorators import DistrictRequest
from districts.landing import selectors
from districts.landing.same_day import read_moment, same_day_as
from districts.landing.views.parts import COUNTED, NO_ROWS, decimal_of, standing_words, subject_words
from districts.tables import Cell, CellValue, Column, Kind, Table, make_table

COUNT_WORDS = (("new", "new"), ("changed", "changed"), ("removed", "removed"), ("same", "unchanged"))


@dataclass(frozen=True, kw_only=True)
class ShownSlice:
    """One slice of a file against what is there now."""

    title: str
    sentence: str
    is_warning: bool
    same_day_as: str
    """The file this one would replace though both have the same filing date; empty else."""
    rows: int
    amount: Decimal | None
    filed: str
    counts: tuple[tuple[str, int], ...]
    counted: str
    accounts: Table | None
    more_accounts: int
    funds: Table | None


def slices_of(request: DistrictRequest, detail: selectors.UploadDetail) -> tuple[ShownSlice, ...]:
    """Return each slice of an upload with its difference to what is there."""
    return tuple(_slice(request, number, one) for number, one in enumerate(detail.slices))


def _slice(request: DistrictRequest, number: int, one: Mapping[str, Any]) -> ShownSlice:
    name = next((name for name, _ in COUNTED if name in one), "")
    counts = one.get(name) or {}
    filed = read_moment(one.get("filed_at"))
    sentence, is_warning = _against(one)
    return ShownSlice(
        title=str(one.get("label", "")),
        sentence=sentence,
        is_warning=is_warning,
        same_day_as=same_day_as(one),
        rows=int(one.get("rows") or 0),
        amount=decimal_of(one.get("amount")),
        filed=formatting.day(filed) if filed else "",
        counts=tuple((words, int(counts[key])) for key, words in COUNT_WORDS if key in counts),
        counted=dict(COUNTED).get(name, ""),
        accounts=_account_table(request, number, str(one.get("label", "")), one.get("most_changed") or ()),
        more_accounts=sum(int(counts.get(key, 0)) for key in ("new", "changed", "removed")),
        funds=_fund_table(request, number, str(one.get("label", "")), one.get("by_fund") or ()),
    )


def _against(one: Mapping[str, Any]) -> tuple[str, bool]:
    current = one.get("replaces")
    if not current:
        return "Nothing is there yet for this year and kind.", False
    filed = formatting.day(read_moment(current.get("filed_at")))
    if one.get("becomes_current", True):
        words = f"Takes the place of “{current.get('filename')}”, filed {filed}"
        return f"{words}: the same filing date as this file." if same_day_as(one) else f"{words}.", False
    name, through = f"“{current.get('filename')}”", current.get("through_on")
    if one.get("through_on") and not through:
        return f"{name}, filed {filed}, is of the finished year and stays the one that counts.", True
    if through and through > one.get("through_on", ""):
        return f"{name} runs through {day_words(through)} and stays the one that counts.", True
    return f"{name} was filed later, {filed}, and stays the one that counts.", True


def same_day_files(slices: Iterable[ShownSlice]) -> tuple[str, ...]:
    """Name the files that would be replaced though the new one has the same filing date."""
    return tuple(sorted({one.same_day_as for one in slices} - {""}))


def day_words(text: str) -> str:
    """Write a day kept as text."""
    return formatting.day(date.fromisoformat(text))


def _fund_table(request: DistrictRequest, number: int, label: str, funds: Any) -> Table | None:
    if not funds:
        return None

    def cells(fund: Mapping[str, str]) -> tuple[CellValue, ...]:
        before, after = decimal_of(fund["before"]), decimal_of(fund["after"])
        return (fund["fund"] or "No fund", fund.get("of", ""), before, after, decimal_of(fund["change"]))

    spending = [fund for fund in funds if fund.get("of") == "Spending"]
    sums = [
        sum(((decimal_of(fund[name]) or Decimal(0)) for fund in spending), Decimal(0))
        for name in ("before", "after", "change")
    ]
    return make_table(
        key=f"funds-{number}",
        caption=f"{label} by fund: spending, revenue and neither apart",
        columns=(
            Column(key="fund", label="Fund", kind=Kind.CODE),
            Column(key="of", label="Dollars of"),
            Column(key="before", label="There now", kind=Kind.MONEY),
            Column(key="after", label="In this file", kind=Kind.MONEY),
            Column(key="change", label="Change", kind=Kind.CHANGE),
        ),
        records=funds,
        cells=cells,
        query=request.GET.dict(),
        prefix=f"s{number}-",
        page_size=100,
        footer=("All funds", "Spending", *sums) if spending else None,
        empty=NO_ROWS,
    )


def _account_table(request: DistrictRequest, number: int, label: str, accounts: Any) -> Table | None:
    if not accounts:
        return None
    return make_table(
        key=f"accounts-{number}",
        caption=f"{label}: the accounts that change most",
        columns=(
            Column(key="account", label="Account", kind=Kind.CODE),
            Column(key="what", label="What"),
            Column(key="before", label="There now", kind=Kind.MONEY),
            Column(key="after", label="In this file", kind=Kind.MONEY),
            Column(key="change", label="Change", kind=Kind.CHANGE),
        ),
        records=accounts,
        cells=lambda one: (
            one["account"],
            one["what"].capitalize(),
            decimal_of(one["before"]),
            decimal_of(one["after"]),
            decimal_of(one["change"]),
        ),
        query=request.GET.dict(),
        prefix=f"a{number}-",
        page_size=100,
        empty=NO_ROWS,
    )


def filing_table(request: DistrictRequest, detail: selectors.UploadDetail) -> Table:
    """Return the slices an imported upload brought, and which of them count now."""
    family = {one.id: one.family for one in detail.filings}
    return make_table(
        key="slices",
        caption="What this file brought",
        columns=(
            Column(key="what", label="What"),
            Column(key="year", label="Year"),
            Column(key="counts", label="Counts?"),
            Column(key="filed", label="Filed", kind=Kind.DATE),
            Column(key="rows", label="Rows", kind=Kind.NUMBER),
            Column(key="amount", label="Sum of rows", kind=Kind.MONEY),
        ),
        records=detail.filings,
        cells=lambda one: (
            subject_words(family=family[one.id], subject=one.subject, through_on=one.through_on),
            Cell(
                value=one.fiscal_year,
                text=formatting.fiscal_year(one.fiscal_year) if one.fiscal_year else "Any year",
            ),
            standing_words(is_current=one.is_current, through_on=one.through_on),
            timezone.localtime(one.filed_at).date(),
            one.row_count,
            decimal_of(one.control_totals.get("amount")),
        ),
        query=request.GET.dict(),
        prefix="w-",
        empty=NO_ROWS,
    )
