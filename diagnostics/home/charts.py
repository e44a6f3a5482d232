"""Home's chart: dollars by initiative, grouped by verdict in words; must not query or judge."""

from __future__ import annotations

from collections.abc import Sequence

from diagnostics.home.selectors import ORDER, InitiativeLine
from diagnostics.home.selectors.dollars import NO_SPENDING
from districts import formatting
from districts.charts import DOLLARS, Figure, Key, Panel
from districts.charts.style import INK, PALETTE, Plotly, layout

MOST = 16
BAR_HEIGHT = 50


def initiative_dollars(*, initiatives: Sequence[InitiativeLine], fiscal_year: int) -> Figure | None:
    """Return bars of what each initiative cost in a year of actuals, under its verdict; None without spending.

    Each bar carries its own name and dollars, so that nothing is told by colour alone.
    """
    spending = [one for one in initiatives if (one.spent(fiscal_year) or 0) >= NO_SPENDING]
    if not spending:
        return None
    largest = sorted(spending, key=lambda one: one.spent(fiscal_year) or 0, reverse=True)[:MOST]
    groups = [group for group in ORDER if any(one.verdict == group for one in largest)]
    shown = [one for group in groups for one in largest if one.verdict == group]
    height = 40 + BAR_HEIGHT * len(shown)
    left_out = len(spending) - len(shown)
    year = formatting.fiscal_year(fiscal_year)
    return Figure(
        key="initiative-dollars",
        label=f"Dollars by initiative in {year}, by verdict",
        caption=f"Ledger cost, actual, all funds, {year}."
        + (f" The {left_out} smallest are only in the table." if left_out else ""),
        takeaway=_takeaway(shown=shown, fiscal_year=fiscal_year),
        panels=(
            Panel(
                key="initiative-dollars",
                title="",
                plotly=_plotly(shown=shown, groups=groups, fiscal_year=fiscal_year, height=height),
                height=height,
            ),
        ),
        header=("Initiative", "Verdict", "Dollars"),
        rows=tuple((one.name, one.verdict, DOLLARS.write(one.spent(fiscal_year))) for one in shown),
        keys=tuple(Key(label=group, swatch=n % len(PALETTE) + 1) for n, group in enumerate(groups)),
    )


def _takeaway(*, shown: Sequence[InitiativeLine], fiscal_year: int) -> str:
    largest = max(shown, key=lambda one: one.spent(fiscal_year) or 0)
    dollars = formatting.dollars_short(largest.spent(fiscal_year))
    return f"{largest.name} costs most: {dollars} in {formatting.fiscal_year(fiscal_year)}"


def _plotly(
    *, shown: Sequence[InitiativeLine], groups: Sequence[str], fiscal_year: int, height: int
) -> Plotly:
    figure = layout(unit=DOLLARS, height=height, room_for_labels=False)
    figure["xaxis"], figure["yaxis"] = figure["yaxis"], figure["xaxis"]
    figure["xaxis"] |= {
        "title": {"text": ""},
        "showticklabels": False,
        "showgrid": False,
        "rangemode": "tozero",
    }
    figure["yaxis"] = {
        "range": [len(shown) - 0.45, -0.95],
        "showticklabels": False,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }
    figure |= {"margin": {"l": 4, "r": 4, "t": 4, "b": 4}, "bargap": 0, "barmode": "overlay"}
    figure["annotations"] = [_name(one, n, fiscal_year) for n, one in enumerate(shown)]
    traces = [
        _bars(group=group, colour=PALETTE[n % len(PALETTE)], shown=shown, fiscal_year=fiscal_year)
        for n, group in enumerate(groups)
    ]
    return {"data": traces, "layout": figure}


def _bars(*, group: str, colour: str, shown: Sequence[InitiativeLine], fiscal_year: int) -> Plotly:
    mine = [(n, one) for n, one in enumerate(shown) if one.verdict == group]
    return {
        "type": "bar",
        "orientation": "h",
        "name": group,
        "width": 0.3,
        "y": [n for n, _ in mine],
        "x": [float(one.spent(fiscal_year) or 0) for _, one in mine],
        "customdata": [f"{one.name}: {DOLLARS.write(one.spent(fiscal_year))}" for _, one in mine],
        "hovertemplate": "%{customdata}<br>" + group + "<extra></extra>",
        "marker": {"color": colour},
    }


def _name(one: InitiativeLine, position: int, fiscal_year: int) -> Plotly:
    name = one.name if len(one.name) <= 38 else f"{one.name[:37].rstrip()}…"
    return {
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "y": position,
        "yshift": 17,
        "text": f"{name} <b>{DOLLARS.write(one.spent(fiscal_year))}</b>",
        "showarrow": False,
        "align": "left",
        "font": {"size": 14, "color": INK},
    }
