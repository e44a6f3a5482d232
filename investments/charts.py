"""The budget's charts: dataclasses to figures, with their words; must not query or decide what counts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from districts import charts, formatting
from districts.charts import Figure, Series
from investments.models import AmountKind
from investments.selectors import Pivot, PivotRow

SHOWN = 5
OTHERS = 7
"""The place of grey in the palette: what is left over."""
_MARKS = {
    AmountKind.ESTIMATED_ACTUAL: " est.",
    AmountKind.BUDGET: " budget",
    AmountKind.TO_DATE: " to date",
}
_BEST = (AmountKind.ACTUAL, AmountKind.ESTIMATED_ACTUAL, AmountKind.BUDGET, AmountKind.TO_DATE)


def ledger_chart(*, pivot: Pivot, label: str, what: str) -> Figure | None:
    """Stack the largest codes year by year: actuals solid, else the latest forecast of the year, hollow.

    None is returned where there is nothing to draw.
    """
    rows = list(pivot.rows)
    places = _best_columns(pivot)
    if not rows or len(places) < 2:
        return None
    newest = (
        places[-1] if pivot.columns[places[-1]].kind == AmountKind.ACTUAL else _newest_actual(pivot, places)
    )
    rows.sort(key=lambda row: -abs(row.amounts[newest] or Decimal(0)))
    series = [
        Series(name=_name(row), values=tuple(row.amounts[place] for place in places)) for row in rows[:SHOWN]
    ]
    if rest := rows[SHOWN:]:
        sums = tuple(sum((row.amounts[p] or Decimal(0) for row in rest), Decimal(0)) for p in places)
        series.append(Series(name=f"{len(rest)} others", values=sums, colour=OTHERS))
    names = [_year_name(pivot, place) for place in places]
    forecast = [
        name
        for name, place in zip(names, places, strict=True)
        if pivot.columns[place].kind != AmountKind.ACTUAL
    ]
    to_date = [pivot.columns[place].through_on for place in places if pivot.columns[place].through_on]
    through = f" A year to date is hollow too: through {formatting.day(to_date[0])}." if to_date else ""
    return charts.bar_stacked(
        key="history",
        label=label,
        caption="One bar a fiscal year: actuals are solid; where a year has none, the latest forecast is hollow."
        + through,
        x=names,
        series=series,
        forecast=forecast,
        takeaway=_takeaway(pivot=pivot, rows=rows, places=places, what=what),
    )


def _best_columns(pivot: Pivot) -> list[int]:
    """For each year the column to draw: its actuals, its estimate, its budget, else what is spent to date."""
    found: dict[int, int] = {}
    for kind in reversed(_BEST):
        for place, column in enumerate(pivot.columns):
            if column.kind == kind:
                found[column.fiscal_year] = place
    return [found[year] for year in sorted(found)]


def _newest_actual(pivot: Pivot, places: Sequence[int]) -> int:
    actual = [place for place in places if pivot.columns[place].kind == AmountKind.ACTUAL]
    return actual[-1] if actual else places[-1]


def _year_name(pivot: Pivot, place: int) -> str:
    column = pivot.columns[place]
    return formatting.fiscal_year(column.fiscal_year) + _MARKS.get(AmountKind(column.kind), "")


def _name(row: PivotRow) -> str:
    code, title = row.codes[0] or "none", row.titles[0]
    return f"{code} {title}".strip()


def _takeaway(*, pivot: Pivot, rows: Sequence[PivotRow], places: Sequence[int], what: str) -> str:
    actual = [place for place in places if pivot.columns[place].kind == AmountKind.ACTUAL]
    if len(actual) < 2:
        return f"{what}, year by year"
    first, last = (
        sum((row.amounts[place] or Decimal(0) for row in rows), Decimal(0))
        for place in (actual[0], actual[-1])
    )
    verb = "rose" if last > first else "fell" if last < first else "stayed"
    years = [formatting.fiscal_year(pivot.columns[place].fiscal_year) for place in (actual[0], actual[-1])]
    if verb == "stayed":
        return f"{what}: {formatting.dollars_short(last)} in {years[0]} and in {years[1]}"
    return (
        f"{what} {verb} from {formatting.dollars_short(first)} in {years[0]}"
        f" to {formatting.dollars_short(last)} in {years[1]}"
    )
