"""Charts of the initiative page: cost stacked by source, and the outcome beside the district; must not query."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from diagnostics.calc.pooling import YearValue
from diagnostics.calc.verdict_words import write_value
from diagnostics.initiative.selectors import InitiativePage
from diagnostics.initiative.selectors.costs import NO_SPENDING, Costs, YearCost
from districts import formatting
from districts.charts import PERCENT, Figure, Series, Unit, bar_stacked, count, line_trend
from investments.models import AmountKind

SOURCES_SHOWN = 5
_SHORT = {
    AmountKind.ESTIMATED_ACTUAL: " estimate",
    AmountKind.BUDGET: " budget",
    AmountKind.TO_DATE: " to date",
}


def cost_chart(*, page: InitiativePage) -> Figure | None:
    """Return cost by year stacked by source, forecasts hollow; None without any spending."""
    years = [one for one in page.costs.shown if abs(one.counted) >= NO_SPENDING]
    if not years:
        return None
    names = tuple(year_name(one) for one in years)
    forecast = tuple(year_name(one) for one in years if one.is_forecast)
    to_date = tuple(one for one in years if one.through_on)
    return bar_stacked(
        key="cost",
        label=f"Ledger cost of {page.record.name} by fiscal year and source",
        caption="Ledger cost, all funds, direct and indirect."
        + (" Hollow: forecasts, never added to actuals." if forecast else "")
        + "".join(
            f" Hollow, too: {formatting.fiscal_year(one.fiscal_year)} to date (through"
            f" {formatting.day(one.through_on)}), a year not finished."
            for one in to_date
        ),
        x=names,
        series=_series(costs=page.costs, years=years),
        forecast=(*forecast, *map(year_name, to_date)),
        takeaway=_cost_takeaway(page),
    )


def outcome_chart(*, page: InitiativePage) -> Figure | None:
    """Return the metric at the schools served beside the district; a break starts a line of its own."""
    outcome, goal = page.outcome, page.record.goal
    if not outcome.years:
        return None
    x = tuple(formatting.school_year(year) for year in outcome.years)
    series: list[Series] = []
    if any(one.value is not None for one in outcome.served):
        series += lines_by_break("Schools it serves", outcome.served, outcome.years, goal.break_years, 0)
    series += lines_by_break("District", outcome.district, outcome.years, goal.break_years, 7)
    where = "at the schools it serves and in the district" if len(series) > 1 else "in the district"
    return line_trend(
        key="outcome",
        label=f"{goal.metric} {where}",
        caption=f"{goal.population}. A trend describes; it does not show what caused it."
        + (f" {outcome.behind.words}" if outcome.behind.words else "")
        + _gap_words(page)
        + _beyond_words(page),
        x=x,
        series=series,
        unit=unit_of(goal.unit),
        target=float(goal.target_value),
        takeaway=_outcome_takeaway(page),
    )


def unit_of(unit: str) -> Unit:
    """Return the chart unit of a metric."""
    if unit == "percent":
        return PERCENT
    return Unit(name="count", title="Points") if unit == "points" else count("students")


def year_name(one: YearCost) -> str:
    """Name a fiscal year and, where it is a forecast, its kind."""
    return formatting.fiscal_year(one.fiscal_year) + _SHORT.get(AmountKind(one.kind), "")


def _series(*, costs: Costs, years: Sequence[YearCost]) -> tuple[Series, ...]:
    keys = [(one.fiscal_year, one.kind) for one in years]
    sums: dict[str, dict[tuple[int, str], Decimal]] = {}
    for cell in costs.cells:
        key = (cell.fiscal_year, cell.kind)
        if key in keys:
            source = sums.setdefault(cell.source, {})
            source[key] = source.get(key, Decimal(0)) + cell.counted
    ranked = sorted(sums, key=lambda code: sum(abs(v) for v in sums[code].values()), reverse=True)
    shown, rest = ranked[:SOURCES_SHOWN], ranked[SOURCES_SHOWN:]
    series = [
        Series(name=costs.source_name(code), values=tuple(sums[code].get(key) for key in keys))
        for code in shown
    ]
    if rest:
        others = tuple(sum((sums[code].get(key, Decimal(0)) for code in rest), Decimal(0)) for key in keys)
        series.append(Series(name=f"{len(rest)} other sources", values=others, colour=7))
    return tuple(series)


def lines_by_break(
    name: str, values: Sequence[YearValue], years: Sequence[int], breaks: Sequence[int], colour: int
) -> list[Series]:
    """Return one series for each unbroken stretch, the latest under the plain name, the others by their years."""
    known = {one.year: one.value for one in values}
    bounds = [*sorted(one for one in set(breaks) if years[0] < one <= years[-1]), years[-1] + 1]
    series: list[Series] = []
    start = years[0]
    for end in bounds:
        part = tuple(known.get(year) if start <= year < end else None for year in years)
        if any(value is not None for value in part):
            label = name if end == bounds[-1] else f"{name}, {_span(part, years)}"
            series.append(Series(name=label, values=part, colour=colour))
        start = end
    return list(reversed(series))


def _span(values: Sequence[float | None], years: Sequence[int]) -> str:
    """Name the school years that have a value, from the first to the last."""
    known = [year for year, value in zip(years, values, strict=True) if value is not None]
    first, last = formatting.school_year(known[0]), formatting.school_year(known[-1])
    return first if first == last else f"{first} to {last}"


def _gap_words(page: InitiativePage) -> str:
    """Say from which school years on values cannot be compared with those before, and which have none."""
    years = page.outcome.years
    breaks = sorted(one for one in set(page.record.goal.break_years) if years[0] < one <= years[-1])
    words = ""
    if breaks:
        named = " and from ".join(formatting.school_year(one) for one in breaks)
        words = f" Values from {named} on cannot be compared with earlier ones: the line stops there."
    known = {one.year for one in page.outcome.district if one.value is not None}
    missing = [formatting.school_year(year) for year in years if year not in known]
    return words + (f" No value for the district: {', '.join(missing)}." if missing else "")


def _cost_takeaway(page: InitiativePage) -> str:
    latest = page.latest
    if latest is None or abs(latest.counted) < NO_SPENDING:
        year = formatting.fiscal_year(page.costs.latest_year)
        return (
            f"No actual spending in {year}"
            if page.costs.latest_year
            else "Forecasts only; no actual spending yet"
        )
    text = f"{formatting.dollars_short(latest.counted)} in {formatting.fiscal_year(latest.fiscal_year)}"
    before = page.costs.year(latest.fiscal_year - 1)
    if before is None or before.counted < NO_SPENDING:
        return text
    step = latest.counted - before.counted
    word = "up" if step > 0 else "down"
    return f"{text}, {word} {formatting.dollars_short(abs(step))} from the year before"


def _outcome_takeaway(page: InitiativePage) -> str:
    served = [one for one in page.outcome.served if one.value is not None]
    district = {one.year: one for one in page.outcome.district}
    unit = page.record.goal.unit
    if not served:
        known = [one for one in page.outcome.district if one.value is not None]
        return f"District: {_written(known[-1], unit)} in {formatting.school_year(known[-1].year)}"
    last = served[-1]
    return (
        f"{_written(last, unit)} at the schools it serves, {_written(district.get(last.year), unit)} in the"
        f" district, {formatting.school_year(last.year)}"
    )


def _written(one: YearValue | None, unit: str) -> str:
    if one is not None and one.bound:
        return write_value(value=one.value, unit=unit, bound=one.bound)
    return unit_of(unit).write(one.value if one else None)


def _beyond_words(page: InitiativePage) -> str:
    """Say which points are rates beyond a cut, which the chart draws at the cut."""
    named = (("At the schools it serves", page.outcome.served), ("In the district", page.outcome.district))
    words = [
        f"{where}, {formatting.school_year(one.year)} is {_written(one, page.record.goal.unit)}"
        for where, values in named
        for one in values
        if one.bound
    ]
    return f" {'; '.join(words)}: drawn at that cut." if words else ""
