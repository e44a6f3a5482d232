"""Charts as data: plain plotly dicts in our look, each with the table of the same numbers.

Must not import Django, query, or decide what a number means. Solid marks are actuals, hollow marks are forecasts,
and the two are never joined by one line. Series are labelled where they end, not in a legend.
"""

from districts.charts.bars import bar_stacked
from districts.charts.dots import dot_interval
from districts.charts.figures import Figure, Interval, Key, Panel, Series
from districts.charts.lines import line_trend, small_multiples
from districts.charts.style import CHANGE, DOLLARS, PERCENT, POINTS, STUDENT_SD, Unit, count

__all__ = [
    "CHANGE",
    "DOLLARS",
    "PERCENT",
    "POINTS",
    "STUDENT_SD",
    "Figure",
    "Interval",
    "Key",
    "Panel",
    "Series",
    "Unit",
    "bar_stacked",
    "count",
    "dot_interval",
    "line_trend",
    "small_multiples",
]
