"""Best guesses with their intervals, against a line of reference.

Must not draw a guess without its interval where one is given.
"""

from __future__ import annotations

from collections.abc import Sequence

from districts.charts.figures import Figure, Interval, Panel
from districts.charts.marks import plain
from districts.charts.style import INK, INK_SOFT, PALETTE, PAPER, POINTS, Plotly, Unit, layout


def dot_interval(
    *,
    key: str,
    label: str,
    caption: str,
    intervals: Sequence[Interval],
    unit: Unit = POINTS,
    reference: float = 0.0,
    reference_label: str = "no change",
    bar: float | None = None,
    bar_label: str = "the bar",
    takeaway: str = "",
) -> Figure:
    """Return a dot with its interval for each label, top to bottom, against a vertical reference line.

    A bar to be reached is a second, solid line, named above the first.
    """
    height = 110 + 52 * max(1, len(intervals))
    figure = layout(unit=unit, height=height, room_for_labels=False)
    figure["xaxis"], figure["yaxis"] = (
        {**figure["yaxis"], "automargin": True},
        {
            **figure["xaxis"],
            "type": "category",
            "autorange": "reversed",
            "title": {"text": ""},
            "showline": False,
            "tickfont": {"size": 14, "color": INK},
        },
    )
    figure["margin"] = {"l": 8, "r": 24, "t": 36, "b": 8}
    figure.update(_reference_line(at=reference, text=reference_label))
    if bar is not None:
        line, words = _bar_line(at=bar, text=bar_label)
        figure["shapes"] = [*figure["shapes"], line]
        figure["annotations"] = [*figure["annotations"], words]
        figure["margin"]["t"] = 56
    return Figure(
        key=key,
        label=label,
        caption=caption,
        takeaway=takeaway,
        panels=(
            Panel(
                key=key,
                title="",
                plotly={"data": [_dots(intervals=intervals, unit=unit)], "layout": figure},
                height=height,
            ),
        ),
        header=("", "Best guess", "From", "To", "Note"),
        rows=tuple(
            (one.label, *(unit.write(v) for v in (one.value, one.low, one.high)), one.note)
            for one in intervals
        ),
    )


def _reference_line(*, at: float, text: str) -> Plotly:
    line = {"color": INK_SOFT, "width": 1.5, "dash": "dot"}
    return {
        "shapes": [
            {"type": "line", "xref": "x", "yref": "paper", "x0": at, "x1": at, "y0": 0, "y1": 1, "line": line}
        ],
        "annotations": [
            {
                "xref": "x",
                "yref": "paper",
                "x": at,
                "y": 1,
                "yshift": 16,
                "text": text,
                "showarrow": False,
                "font": {"size": 13, "color": INK_SOFT},
            }
        ],
    }


def _bar_line(*, at: float, text: str) -> tuple[Plotly, Plotly]:
    line = {"color": INK, "width": 2}
    place = {"xref": "x", "yref": "paper"}
    return (
        {"type": "line", **place, "x0": at, "x1": at, "y0": 0, "y1": 1, "line": line},
        {
            **place,
            "x": at,
            "y": 1,
            "yshift": 36,
            "text": text,
            "showarrow": False,
            "font": {"size": 13, "color": INK},
        },
    )


def _dots(*, intervals: Sequence[Interval], unit: Unit) -> Plotly:
    hollow = [one.is_forecast for one in intervals]
    values = [plain(one.value) for one in intervals]
    above = [(plain(one.high) or 0) - (plain(one.value) or 0) for one in intervals]
    below = [(plain(one.value) or 0) - (plain(one.low) or 0) for one in intervals]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "text": [unit.write(one.value) for one in intervals],
        "textposition": "top center",
        "textfont": {"size": 13, "color": INK},
        "cliponaxis": False,
        "y": [one.label for one in intervals],
        "x": values,
        "customdata": [_words(one=one, unit=unit) for one in intervals],
        "hovertemplate": "%{y}<br>%{customdata}<extra></extra>",
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [a if one.high is not None else 0 for a, one in zip(above, intervals, strict=True)],
            "arrayminus": [b if one.low is not None else 0 for b, one in zip(below, intervals, strict=True)],
            "color": PALETTE[0],
            "thickness": 2.5,
            "width": 6,
        },
        "marker": {
            "size": 13,
            "color": [PAPER if is_hollow else PALETTE[0] for is_hollow in hollow],
            "line": {"color": PALETTE[0], "width": 2.5},
        },
    }


def _words(*, one: Interval, unit: Unit) -> str:
    if one.low is None or one.high is None:
        return f"{unit.write(one.value)}, no interval"
    return f"{unit.write(one.value)}, from {unit.write(one.low)} to {unit.write(one.high)}"
