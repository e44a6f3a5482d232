"""Home's chart: dollars by initiative, grouped by verdict in words; must not query or judge."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from diagnostics.home.selectors import ORDER, InitiativeLine
from diagnostics.home.selectors.dollars import NO_SPENDING
from districts import formatting
from districts.charts import DOLLARS, Figure, Key, Panel
from districts.charts.style import INK, PALETTE, Plotly, layout

MOST = 16
BAR_HEIGHT = 46
GROUP_HEIGHT = 46


def initiative_dollars(*, initiatives: Sequence[InitiativeLine], fiscal_year: int) -> Figure | None:
    """Return bars of what each initiative cost in a year of actuals, under its verdict; None without spending.

    Each bar carries its own name and dollars, so that nothing is told by colour alone.
    """
    spending = [one for one in initiatives if (one.spent(fiscal_year) or 0) >= NO_SPENDING]
    if not spending:
        return None
    largest = sorted(spending, key=lambda one: one.spent(fiscal_year) or 0, reverse=True)[:MOST]
    groups = [group for group in ORDER if any(one.verdict == group for one in spending)]
    shown = [one for group in groups for one in largest if one.verdict == group]
    height = 20 + BAR_HEIGHT * len(shown) + GROUP_HEIGHT * len(groups)
    left_out = len(spending) - len(shown)
    year = formatting.fiscal_year(fiscal_year)
    return Figure(
        key="initiative-dollars",
        label=f"Dollars by initiative in {year}, by verdict",
        caption=f"Ledger cost, actual, all funds, {year}."
        + (f" Totals count all; {_left_out(left_out)}." if left_out else ""),
        takeaway=_takeaway(lines=initiatives, fiscal_year=fiscal_year),
        panels=(
            Panel(
                key="initiative-dollars",
                title="",
                plotly=_plotly(
                    shown=shown, every=initiatives, groups=groups, fiscal_year=fiscal_year, height=height
                ),
                height=height,
            ),
        ),
        header=("Initiative", "Verdict", "Dollars"),
        rows=tuple((one.name, one.verdict, DOLLARS.write(one.spent(fiscal_year))) for one in shown),
        keys=tuple(Key(label=group, swatch=n % len(PALETTE) + 1) for n, group in enumerate(groups)),
    )


def _left_out(many: int) -> str:
    return "the smallest is not drawn" if many == 1 else f"the {many} smallest are not drawn"


def _takeaway(*, lines: Sequence[InitiativeLine], fiscal_year: int) -> str:
    """Say what went to initiatives of unknown effect, all of them counted, with or without spending."""
    unknown = [one for one in lines if one.verdict.startswith("Cannot tell")]
    year = formatting.fiscal_year(fiscal_year)
    if unknown:
        noun = "one initiative" if len(unknown) == 1 else f"{len(unknown)} initiatives"
        return f"{_total(unknown, fiscal_year)} went in {year} to {noun} whose effect we cannot tell"
    largest = max(lines, key=lambda one: one.spent(fiscal_year) or 0)
    return f"{largest.name} costs most: {DOLLARS.write(largest.spent(fiscal_year))} in {year}"


def _total(lines: Sequence[InitiativeLine], fiscal_year: int) -> str:
    return DOLLARS.write(sum((one.spent(fiscal_year) or Decimal(0) for one in lines), Decimal(0)))


def _plotly(
    *,
    shown: Sequence[InitiativeLine],
    every: Sequence[InitiativeLine],
    groups: Sequence[str],
    fiscal_year: int,
    height: int,
) -> Plotly:
    """Draw a row for each verdict's name and each initiative, from the top; a verdict's total counts every one."""
    figure = layout(unit=DOLLARS, height=height, room_for_labels=False)
    figure["xaxis"] = {"visible": False, "fixedrange": True, "rangemode": "tozero"}
    figure["yaxis"] = {"visible": False, "fixedrange": True}
    figure |= {"margin": {"l": 4, "r": 4, "t": 4, "b": 4}, "bargap": 0, "barmode": "overlay"}
    traces: list[Plotly] = []
    labels: list[Plotly] = []
    row = 0
    for n, group in enumerate(groups):
        colour = PALETTE[n % len(PALETTE)]
        dollars = _total([one for one in every if one.verdict == group], fiscal_year)
        labels.append(_label(text=f"{group}: {dollars}", row=row, shift=0, colour=colour, size=16))
        mine = [(row + 1 + k, one) for k, one in enumerate(one for one in shown if one.verdict == group)]
        labels += [
            _label(text=_words(one, fiscal_year), row=at, shift=16, colour=INK, size=14) for at, one in mine
        ]
        traces.append(_bars(group=group, colour=colour, mine=mine, fiscal_year=fiscal_year))
        row += 1 + len(mine)
    figure["yaxis"]["range"] = [row - 0.5, -0.5]
    figure["annotations"] = labels
    return {"data": traces, "layout": figure}


def _bars(*, group: str, colour: str, mine: Sequence[tuple[int, InitiativeLine]], fiscal_year: int) -> Plotly:
    return {
        "type": "bar",
        "orientation": "h",
        "name": group,
        "width": 0.32,
        "y": [at for at, _ in mine],
        "x": [float(one.spent(fiscal_year) or 0) for _, one in mine],
        "customdata": [f"{one.name}: {DOLLARS.write(one.spent(fiscal_year))}" for _, one in mine],
        "hovertemplate": "%{customdata}<br>" + group + "<extra></extra>",
        "marker": {"color": colour},
    }


def _words(one: InitiativeLine, fiscal_year: int) -> str:
    name = one.name if len(one.name) <= 38 else f"{one.name[:37].rstrip()}…"
    return f"{name}: {DOLLARS.write(one.spent(fiscal_year))}"


def _label(*, text: str, row: int, shift: int, colour: str, size: int) -> Plotly:
    return {
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "y": row,
        "yshift": shift,
        "text": text,
        "showarrow": False,
        "align": "left",
        "font": {"size": size, "color": colour},
    }
