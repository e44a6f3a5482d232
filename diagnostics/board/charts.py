"""The board's chart: where the money goes by strategic goal; must not query."""

from __future__ import annotations

from decimal import Decimal

from diagnostics.board.selectors import Board
from diagnostics.home.selectors.dollars import NO_SPENDING
from districts import formatting
from districts.charts import DOLLARS, Figure, Panel
from districts.charts.style import INK, PALETTE, Plotly, layout

BAR_HEIGHT = 56
Bars = list[tuple[str, Decimal, str]]


def goal_dollars(*, board: Board) -> Figure | None:
    """Return bars of the dollars behind each strategic goal, and of what no goal names; None without spending."""
    if board.spending is None:
        return None
    year = formatting.fiscal_year(board.fiscal_year)
    bars = _bars(board)
    height = 20 + BAR_HEIGHT * len(bars)
    return Figure(
        key="goal-dollars",
        label=f"Spending by strategic goal in {year}",
        caption=f"Actual spending of all funds, {year}. The bands add up to all spending.",
        takeaway=_takeaway(board),
        panels=(Panel(key="goal-dollars", title="", plotly=_plotly(bars, height), height=height),),
        header=("Strategic goal", "Dollars", "Part of all spending"),
        rows=tuple(
            (name, DOLLARS.write(dollars), formatting.percent(dollars / board.spending.total * 100))
            for name, dollars, _ in bars
        ),
    )


def _bars(board: Board) -> Bars:
    spending = board.spending
    if spending is None:
        return []
    goals = sorted(board.goals, key=lambda one: one.dollars, reverse=True)
    bars: Bars = [
        (one.goal.name, one.dollars, PALETTE[0]) for one in goals if abs(one.dollars) >= NO_SPENDING
    ]
    rest = spending.total - board.tied - spending.core - spending.not_split - spending.not_yet_coded
    others = (
        ("Core operations", spending.core),
        ("Cannot be split in the state’s file", spending.not_split),
        ("Not yet coded", spending.not_yet_coded),
        ("Initiatives no longer in use", rest),
    )
    grey = PALETTE[7]
    return bars + [(name, dollars, grey) for name, dollars in others if abs(dollars) >= NO_SPENDING]


def _takeaway(board: Board) -> str:
    if board.spending is None or not board.spending.total:
        return ""
    percent = formatting.percent(board.tied / board.spending.total * 100, 0)
    return f"{percent} of spending is tied to strategic goals"


def _plotly(bars: Bars, height: int) -> Plotly:
    figure = layout(unit=DOLLARS, height=height, room_for_labels=False)
    figure["xaxis"] = {"visible": False, "fixedrange": True, "rangemode": "tozero"}
    figure["yaxis"] = {"visible": False, "fixedrange": True, "range": [len(bars) - 0.45, -0.95]}
    figure |= {"margin": {"l": 4, "r": 4, "t": 4, "b": 4}, "bargap": 0}
    figure["annotations"] = [
        {
            "xref": "paper",
            "x": 0,
            "xanchor": "left",
            "y": n,
            "yshift": 18,
            "text": f"{name if len(name) <= 40 else name[:39] + '…'}: {DOLLARS.write(dollars)}",
            "showarrow": False,
            "font": {"size": 14, "color": INK},
        }
        for n, (name, dollars, _) in enumerate(bars)
    ]
    trace = {
        "type": "bar",
        "orientation": "h",
        "width": 0.32,
        "y": list(range(len(bars))),
        "x": [float(dollars) for _, dollars, _ in bars],
        "customdata": [f"{name}: {DOLLARS.write(dollars)}" for name, dollars, _ in bars],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {"color": [colour for _, _, colour in bars]},
    }
    return {"data": [trace], "layout": figure}
