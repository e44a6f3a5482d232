"""The look of every chart: palette, type, units and the layout each starts from.

No text of a chart may hold HTML (``<b>``): plotly turns it into a style attribute, which the content policy refuses.

Must not know any chart type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from districts import formatting

# Told apart under deuteranopia, protanopia and tritanopia; each at least 4.5:1 on white (tests/districts/test_charts.py).
PALETTE: Final = (
    "#07648d",
    "#c05600",
    "#9333c4",
    "#1f3d36",
    "#8a7045",
    "#5a2d0c",
    "#3c1361",
    "#5b656c",
)
CONTEXT: Final = 7
"""The grey of the palette: what is drawn for comparison only."""
INK: Final = "#1b2327"
INK_SOFT: Final = "#4d5960"
GRID: Final = "#e3e8eb"
PAPER: Final = "#ffffff"
FONT: Final = "Public Sans Web, Public Sans, system-ui, sans-serif"

Plotly = dict[str, Any]
Value = formatting.Number | None


@dataclass(frozen=True, kw_only=True)
class Unit:
    """How an axis and its values are written: dollars, percent (0-100), points or a count of something."""

    name: str
    title: str
    prefix: str = ""
    suffix: str = ""

    def write(self, value: Value) -> str:
        if self.name == "dollars":
            return formatting.dollars_short(value)
        if self.name == "percent":
            return formatting.percent(value)
        if self.name == "points":
            return formatting.points(value)
        if self.name == "change":
            return formatting.number(value, 1, plus=True)
        if self.name == "student_sd":
            return formatting.number(value, 2, plus=True)
        return formatting.number(value, 0 if value is None or float(value).is_integer() else 1)


DOLLARS: Final = Unit(name="dollars", title="Dollars", prefix="$")
PERCENT: Final = Unit(name="percent", title="Percent", suffix="%")
POINTS: Final = Unit(name="points", title="Percentage points")
CHANGE: Final = Unit(name="change", title="Points")
STUDENT_SD: Final = Unit(name="student_sd", title="Student standard deviations")


def count(noun: str) -> Unit:
    """Return the unit of a count, named by what is counted: ``count("students")``."""
    return Unit(name="count", title=noun.capitalize())


def layout(*, unit: Unit, height: int = 320, x_title: str = "", room_for_labels: bool = True) -> Plotly:
    """Return the layout every chart starts from: horizontal grid only, units on the axis, room for direct labels."""
    axis: Plotly = {
        "automargin": True,
        "tickfont": {"size": 14, "color": INK_SOFT},
        "title": {"font": {"size": 14, "color": INK_SOFT}, "standoff": 12},
        "fixedrange": True,
        "zeroline": False,
    }
    return {
        "font": {"family": FONT, "size": 14, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "height": height,
        "autosize": True,
        "margin": {"l": 8, "r": 176 if room_for_labels else 16, "t": 28, "b": 8},
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": PAPER,
            "bordercolor": INK,
            "font": {"family": FONT, "size": 14, "color": INK},
        },
        "xaxis": {
            **axis,
            "title": {**axis["title"], "text": x_title},
            "showgrid": False,
            "tickangle": 0,
            "showline": True,
            "linecolor": INK_SOFT,
        },
        "yaxis": {
            **axis,
            "title": {**axis["title"], "text": unit.title},
            "showgrid": True,
            "gridcolor": GRID,
            "tickprefix": unit.prefix,
            "ticksuffix": unit.suffix,
            "nticks": 6,
            "exponentformat": "B",
            "separatethousands": True,
        },
    }
