"""What budget against actual says in words, and the funds it cannot compare; no rules, no queries."""

from __future__ import annotations

from districts import formatting
from districts.access.decorators import DistrictRequest
from districts.exports import page_size_for
from districts.tables import Cell, CellValue, Column, Empty, Kind, Table, make_table
from investments.calc.noise import LEAST_SPENDING
from investments.forms.variance import VarianceAsked
from investments.models import AmountKind
from investments.selectors import Variance, VarianceRow
from investments.views.parts import link

NAMED = 3
"""Funds apart that the headline names; the table has all."""


def fund_words(code: str, title: str) -> str:
    """Name a fund: `fund 01 (General Fund)`."""
    name = f"fund {code}" if code else "no fund named"
    return f"{name} ({title})" if title else name


def variance_answer(*, variance: Variance, asked: VarianceAsked) -> str:
    """Return the page's first sentences: the gap over the funds that have both."""
    year = formatting.fiscal_year(variance.fiscal_year or None)
    total, noun = variance.total, "spent" if asked.scope == "spending" else "received"
    what = _on_what(asked)
    if variance.through_on:
        budget = f" of the {formatting.dollars_short(total.budget)} budgeted" if variance.has_budget else ""
        return (
            f"{year} is not finished: through {formatting.day(variance.through_on)} the district {noun}"
            f" {formatting.dollars_short(total.actual)}{budget}{what}."
        )
    if not variance.has_budget and not variance.has_actual:
        return "There is nothing to compare yet."
    if not variance.rows and not variance.apart:
        return f"No account of {year} matches{what}."
    if not variance.has_actual:
        budget = formatting.dollars_short(total.budget)
        return f"The {year} budget is {budget}{what}; what was {noun} is not filed yet."
    if not variance.has_budget:
        actual = formatting.dollars_short(total.actual)
        return f"In {year} the district {noun} {actual}{what}; no budget was filed here."
    return " ".join(
        part
        for part in (
            _compared(variance=variance, start=f"In {year} the district {noun}", what=what),
            _largest(variance) if not what else "",
        )
        if part
    )


def _on_what(asked: VarianceAsked) -> str:
    parts = [f"{name.replace('_', ' ')} {pattern}" for name, pattern in asked.filters.items()]
    if asked.text:
        parts.append(f"codes and titles with “{asked.text}”")
    return f" on {', '.join(parts)}" if parts else ""


def _compared(*, variance: Variance, start: str, what: str) -> str:
    total = variance.total
    if not variance.rows:
        return "Nothing here has both a budget and actuals: there is no variance."
    scope = ""
    if variance.apart:
        count = len(variance.funds)
        scope = (
            f" in {_fund(variance.funds[0])}" if count == 1 else f" in the {count} funds that have a budget"
        )
    amount = formatting.dollars_short(total.actual)
    return f"{start} {amount}{what}{scope}, {_gap(total)} the adopted budget."


def _gap(row: VarianceRow) -> str:
    if abs(row.variance) < 1:
        return "as much as"
    share = row.variance_share
    percent = f" ({formatting.percent_of_share(abs(share))})" if share is not None else ""
    side = "more" if row.variance > 0 else "less"
    return f"{formatting.dollars_short(abs(row.variance))}{percent} {side} than"


def _largest(variance: Variance) -> str:
    """Say how the largest fund did, where others would drown it."""
    if len(variance.funds) < 2:
        return ""
    fund = variance.funds[0]
    name = _fund(fund)
    return f"{name[0].upper()}{name[1:]}, the largest: {_gap(fund)} budgeted."


def apart_words(*, variance: Variance, asked: VarianceAsked) -> str:
    """Name the dollars of funds that have no budget, and those of funds with a budget and no actuals."""
    noun, said = "spent" if asked.scope == "spending" else "received", []
    found = [row for row in variance.apart if abs(row.budget) < LEAST_SPENDING]
    spent = sorted((row for row in found if row.actual), key=lambda row: -abs(row.actual))
    if spent:
        total = formatting.dollars_short(sum(row.actual for row in spent))
        names = [f"{_fund(row)} {formatting.dollars_short(row.actual)}" for row in spent[:NAMED]]
        if len(spent) > NAMED:
            names.append(f"{len(spent) - NAMED} more below")
        said.append(f"Not compared: {total} {noun} from funds without a budget: {', '.join(names)}.")
    idle = [row for row in variance.apart if abs(row.budget) >= LEAST_SPENDING]
    if idle:
        total = formatting.dollars_short(sum(row.budget for row in idle))
        names = [_fund(row) for row in idle[:NAMED]]
        said.append(f"Budgeted, with nothing {noun}: {total} ({', '.join(names)}).")
    return " ".join(said)


def _fund(row: VarianceRow) -> str:
    return fund_words(row.code, row.title)


def apart_table(request: DistrictRequest, *, variance: Variance, scope: str) -> Table | None:
    """Return the funds that have only a budget or only actuals; None where every fund has both."""
    if not variance.apart:
        return None
    return make_table(
        key="apart",
        caption=f"Funds not compared, {formatting.fiscal_year(variance.fiscal_year)}",
        columns=[
            Column(key="fund", label="Fund", kind=Kind.CODE),
            Column(key="title", label="Title"),
            Column(key="budget", label="Budget", kind=Kind.MONEY, unit="adopted, forecast"),
            Column(key="actual", label="Actual", kind=Kind.MONEY, unit="dollars"),
        ],
        records=variance.apart,
        cells=lambda row: _apart_cells(request, variance=variance, row=row, scope=scope),
        query=request.GET.dict() | {"table": "apart"},
        sort="-actual",
        prefix="apart-",
        page_size=page_size_for(request),
        export_base=request.path,
        footer=(
            "Total",
            "",
            sum(row.budget for row in variance.apart),
            sum(row.actual for row in variance.apart),
        ),
        empty=Empty(title="Every fund has both"),
    )


def _apart_cells(
    request: DistrictRequest, *, variance: Variance, row: VarianceRow, scope: str
) -> list[CellValue]:
    def href(kind: str) -> str:
        show = "" if scope == "spending" else scope
        query = {"fund": row.code, "year": str(variance.fiscal_year), "kind": kind, "show": show}
        return link(request, "entry-list", query) if row.code else ""

    return [
        Cell(value=row.code, text="" if row.code else "none"),
        row.title or None,
        Cell(value=row.budget, href=href(AmountKind.BUDGET) if row.budget else ""),
        Cell(
            value=row.actual,
            href=href(AmountKind.ACTUAL) if row.actual else "",
            note="no budget, check coding" if row.is_unbudgeted else "",
        ),
    ]
