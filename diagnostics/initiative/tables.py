"""Tables of the initiative page: cost by year, by object class, schools served; must not query."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from diagnostics.calc.verdict_words import write_value
from diagnostics.initiative.selectors import InitiativePage
from diagnostics.initiative.selectors.costs import YearCost, object_class_name
from diagnostics.initiative.selectors.outcome import SchoolOutcome
from diagnostics.links import allowed, link
from districts import formatting
from districts.access.decorators import DistrictRequest
from districts.access.permissions import Permission
from districts.exports import page_size_for
from districts.tables import Cell, CellValue, Column, Empty, Kind, Table, make_table
from investments.models import AmountKind


def cost_table(request: DistrictRequest, *, page: InitiativePage) -> Table:
    """Return ledger cost by fiscal year and kind; forecasts are marked, never summed with actuals."""
    columns = (
        Column(key="year", label="Fiscal year"),
        Column(key="kind", label="Kind of amount"),
        Column(key="direct", label="Direct", kind=Kind.MONEY),
        Column(key="indirect", label="Indirect", kind=Kind.MONEY),
        Column(key="total", label="Ledger cost", kind=Kind.MONEY),
        Column(key="elsewhere", label="Counted elsewhere", kind=Kind.MONEY, help="caught by an earlier rule"),
    )
    return make_table(
        key="cost-years",
        caption="Ledger cost by fiscal year",
        columns=columns,
        records=page.costs.years,
        cells=_cost_cells,
        query=request.GET.dict() | {"table": "cost"},
        sort="year",
        prefix="cost-",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(
            title="No dollars are coded to it yet",
            text="A coding rule says which accounts belong to it; then its cost stands here.",
        ),
    )


def object_table(request: DistrictRequest, *, page: InitiativePage) -> Table:
    """Return actual cost by object class, a column a fiscal year."""
    actual = [cell for cell in page.costs.cells if cell.kind == AmountKind.ACTUAL]
    years = sorted({cell.fiscal_year for cell in actual})
    sums: dict[str, dict[int, Decimal]] = {}
    for cell in actual:
        row = sums.setdefault(cell.object_class, {})
        row[cell.fiscal_year] = row.get(cell.fiscal_year, Decimal(0)) + cell.counted
    totals = [sum((row.get(year, Decimal(0)) for row in sums.values()), Decimal(0)) for year in years]
    return make_table(
        key="cost-objects",
        caption="What the money buys: actual cost by object class",
        columns=(
            Column(key="object", label="Object class"),
            *(Column(key=f"y{year}", label=formatting.fiscal_year(year), kind=Kind.MONEY) for year in years),
        ),
        records=sorted(sums),
        cells=lambda code: (
            f"{code} {object_class_name(code)}",
            *(sums[code].get(year) for year in years),
        ),
        query=request.GET.dict() | {"table": "objects"},
        sort="object",
        prefix="object-",
        page_size=page_size_for(request),
        export_base=request.path,
        footer=("Total", *totals) if sums else None,
        empty=Empty(title="No actual spending yet"),
    )


def forecast_table(request: DistrictRequest, *, page: InitiativePage) -> Table | None:
    """Return how far off forecasts of past years were, here and in the district's largest fund; None without any."""
    own = {(one.fiscal_year, one.kind): one.percent for one in page.costs.own_errors}
    everything = {(one.fiscal_year, one.kind): one for one in page.costs.district_errors}
    if not own and not everything:
        return None
    return make_table(
        key="forecasts",
        caption="How far off this district’s forecasts were",
        columns=(
            Column(key="year", label="Fiscal year"),
            Column(key="kind", label="Forecast"),
            Column(
                key="own",
                label="This initiative",
                unit="percent over or under what was spent",
                kind=Kind.POINTS,
            ),
            Column(
                key="all",
                label="All spending of a fund",
                unit="percent over or under what was spent",
                kind=Kind.POINTS,
            ),
            Column(key="fund", label="Which fund", unit="the largest with both", kind=Kind.CODE),
        ),
        records=sorted(own.keys() | everything.keys()),
        cells=lambda key: (
            formatting.fiscal_year(key[0]),
            AmountKind(key[1]).label,
            _error_cell(own.get(key)),
            _error_cell(everything[key].percent if key in everything else None),
            everything[key].fund if key in everything else None,
        ),
        query=request.GET.dict() | {"table": "forecasts"},
        sort="year",
        prefix="forecast-",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(title="No forecast of a past year"),
    )


def common_notes(page: InitiativePage) -> tuple[str, ...]:
    """Return the remarks that hold for every school with a value, to be made once."""
    notes = [set(_sentences(one.note)) for one in page.outcome.schools if one.level is not None]
    shared = set.intersection(*notes) if len(notes) > 1 else set()
    return tuple(sorted(shared))


def _sentences(note: str) -> list[str]:
    return [part.rstrip(".") + "." for part in note.split(". ") if part]


def _error_cell(percent: float | None) -> Cell:
    if percent is None:
        return Cell(value=None)
    return Cell(value=round(percent, 1), text=f"{formatting.number(percent, 1, plus=True)}%")


def school_table(request: DistrictRequest, *, page: InitiativePage) -> Table:
    """Return the schools served with where the metric stands in each."""
    sources = {school.id: school.source for school in page.record.schools}
    shared = common_notes(page)
    unit = page.record.goal.unit
    kind = Kind.PERCENT if unit == "percent" else Kind.NUMBER
    columns = (
        Column(key="school", label="School"),
        Column(key="level", label=page.record.goal.metric, kind=kind, digits=1),
        Column(key="year", label="School year"),
        Column(key="change", label="Change", unit="from the value before", kind=Kind.POINTS),
        Column(key="slope", label="Per year", unit=_slope_unit(page), kind=Kind.POINTS),
        Column(key="low", label="From", unit="95% interval", kind=Kind.POINTS),
        Column(key="high", label="To", unit="95% interval", kind=Kind.POINTS),
        Column(key="source", label="How we know it is served"),
    )
    return make_table(
        key="schools",
        caption="Schools it serves",
        columns=columns,
        records=page.outcome.schools,
        cells=lambda one: _school_cells(one, source=sources.get(one.school_id, ""), shared=shared),
        query=request.GET.dict() | {"table": "schools"},
        sort="school",
        prefix="school-",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(
            title="No schools are named",
            text="Without the schools it serves there can be no comparison. A list of names is enough.",
        ),
    )


def _slope_unit(page: InitiativePage) -> str:
    """Say from which school year the line runs: the first that can be compared with the latest."""
    years = page.outcome.years
    start = max((one for one in page.record.goal.break_years if years and one <= years[-1]), default=0)
    return f"line from {formatting.school_year(start)} on" if start else "line over all years"


def _cost_cells(one: YearCost) -> tuple[CellValue, ...]:
    return (
        formatting.fiscal_year(one.fiscal_year),
        Cell(
            value=AmountKind(one.kind).label
            + (f" (through {formatting.day(one.through_on)})" if one.through_on else ""),
            is_forecast=one.is_forecast,
        ),
        one.direct,
        one.indirect,
        one.counted,
        one.elsewhere,
    )


def _school_cells(one: SchoolOutcome, *, source: str, shared: tuple[str, ...]) -> tuple[CellValue, ...]:
    return (
        Cell(value=one.name, note=" ".join(part for part in _sentences(one.note) if part not in shared)),
        one.level if not one.level_bound else Cell(value=_beyond(one), text=_beyond(one)),
        Cell(value=one.level_year, text=formatting.school_year(one.level_year)),
        one.change,
        one.slope,
        one.slope_low,
        one.slope_high,
        source or None,
    )


def _beyond(one: SchoolOutcome) -> str:
    return write_value(value=one.level, unit="percent", bound=one.level_bound)


def rule_table(request: DistrictRequest, *, page: InitiativePage) -> Table:
    """Return the coding rules that name the initiative, in the order they apply in."""
    return make_table(
        key="rules",
        caption="Coding rules",
        columns=(
            Column(key="rule", label="Rule"),
            Column(key="accounts", label="Accounts"),
            Column(key="share", label="Share", kind=Kind.PERCENT, digits=0),
            Column(key="years", label="Fiscal years"),
        ),
        records=page.record.rules,
        cells=lambda one: (one.name, one.accounts, one.share * 100, one.years),
        query=request.GET.dict() | {"table": "rules"},
        prefix="rule-",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(title="No coding rule names it", text="So no dollars count for it."),
    )


def file_table(request: DistrictRequest, *, page: InitiativePage) -> Table:
    """Return the files behind the ledger figures, each leading to its upload where this person may open it."""
    may_see = allowed(request, Permission.VIEW_DATA)
    return make_table(
        key="files",
        caption="Files of the ledger",
        columns=(
            Column(key="year", label="Fiscal year"),
            Column(key="kind", label="Kind of amount"),
            Column(key="file", label="File"),
            Column(key="filed", label="Filed", kind=Kind.DATE),
            Column(key="imported", label="Imported", kind=Kind.MOMENT),
        ),
        records=page.record.filings,
        cells=lambda one: (
            formatting.fiscal_year(one.fiscal_year),
            one.kind_label,
            Cell(
                value=one.filename,
                href=link(request, "landing:upload-show", upload_id=one.upload_id) if may_see else "",
            ),
            timezone.localtime(one.filed_at).date(),
            timezone.localtime(one.imported_at),
        ),
        query=request.GET.dict() | {"table": "files"},
        sort="year",
        prefix="file-",
        page_size=page_size_for(request),
        export_base=request.path,
        empty=Empty(title="No ledger has been imported yet"),
    )
