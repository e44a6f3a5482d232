"""Lines over time, alone and as small multiples; a missing value breaks the line.

Must not join a forecast to an actual.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from districts.charts.figures import Figure, Key, Panel, Series
from districts.charts.marks import (
    check,
    colour_of,
    end_label,
    forecast_name,
    keys_of,
    known,
    plain,
    value_range,
)
from districts.charts.style import CONTEXT, INK, PALETTE, PAPER, PERCENT, Plotly, Unit, layout


def line_trend(
    *,
    key: str,
    label: str,
    caption: str,
    x: Sequence[str],
    series: Sequence[Series],
    unit: Unit = PERCENT,
    x_title: str = "School year",
    target: float | None = None,
    forecast: Sequence[str] = (),
    takeaway: str = "",
) -> Figure:
    """Return one line a series; a missing value breaks the line, and forecasts are hollow points never joined to it.

    The first series is drawn in the accent, the others as context in their colours. ``target`` is a dashed line.
    """
    check(x=x, series=series)
    figure = layout(unit=unit, height=340, x_title=x_title)
    figure["xaxis"]["type"] = "category"
    figure["xaxis"]["categoryorder"] = "array"
    figure["xaxis"]["categoryarray"] = list(x)
    traces: list[Plotly] = []
    annotations: list[Plotly] = []
    for n, one in enumerate(series):
        colour = PALETTE[colour_of(one, n)]
        traces += lines_of(x=x, one=one, colour=colour, forecast=forecast, unit=unit)
        annotations += _line_label(one=one, colour=colour)
    _spread(annotations, figure=figure, series=series, target=target)
    figure["annotations"] = annotations
    if target is not None:
        figure["shapes"] = [_target_line(target)]
        figure["annotations"] = [*annotations, _target_label(target, unit)]
    return Figure(
        key=key,
        label=label,
        caption=caption,
        takeaway=takeaway,
        panels=(Panel(key=key, title="", plotly={"data": traces, "layout": figure}, height=340),),
        header=(x_title, *(one.name for one in series)),
        rows=tuple(
            (forecast_name(name, forecast), *(unit.write(one.values[n]) for one in series))
            for n, name in enumerate(x)
        ),
        keys=keys_of(series=series, has_forecast=bool(forecast)),
    )


def small_multiples(
    *,
    key: str,
    label: str,
    caption: str,
    x: Sequence[str],
    panels: Sequence[Series],
    context: Series | None = None,
    unit: Unit = PERCENT,
    x_title: str = "School year",
    takeaway: str = "",
) -> Figure:
    """Return one small line chart a panel on one common scale; ``context`` (say, the district) is drawn grey in each."""
    every = [*panels, *([context] if context else [])]
    check(x=x, series=every)
    low, high = value_range(every)
    made: list[Panel] = []
    for n, one in enumerate(panels):
        figure = layout(unit=unit, height=220, room_for_labels=False)
        figure["yaxis"] |= {"range": [low, high], "nticks": 4, "title": {"text": ""}}
        figure["xaxis"] |= {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(x),
            "tickmode": "array",
            "tickvals": [x[0], x[-1]] if x else [],
            "title": {"text": ""},
        }
        figure["margin"] = {"l": 8, "r": 12, "t": 8, "b": 8}
        traces: list[Plotly] = []
        if context:
            traces += lines_of(x=x, one=context, colour=PALETTE[CONTEXT], forecast=(), unit=unit)
        traces += lines_of(x=x, one=one, colour=PALETTE[0], forecast=(), unit=unit)
        made.append(
            Panel(
                key=f"{key}-{n}",
                title=one.name,
                plotly={"data": traces, "layout": figure},
                height=220,
            )
        )
    keys = (
        (Key(label="the school or group named", swatch=1), Key(label=context.name, swatch=CONTEXT + 1))
        if context
        else ()
    )
    return Figure(
        key=key,
        label=label,
        caption=caption,
        takeaway=takeaway,
        panels=tuple(made),
        header=(x_title, *(one.name for one in every)),
        rows=tuple((name, *(unit.write(one.values[n]) for one in every)) for n, name in enumerate(x)),
        keys=keys,
    )


def lines_of(
    *, x: Sequence[str], one: Series, colour: str, forecast: Sequence[str], unit: Unit
) -> list[Plotly]:
    """Return the traces of one series: a line through actuals (one a stretch), hollow points for forecasts."""
    pairs = list(zip(x, one.values, strict=True))
    actual = [None if name in forecast else plain(value) for name, value in pairs]
    ahead = [plain(value) if name in forecast else None for name, value in pairs]
    common: Plotly = {
        "type": "scatter",
        "name": one.name,
        "x": list(x),
        "connectgaps": False,
        "hovertemplate": "%{fullData.name}<br>%{x}: %{customdata}<extra></extra>",
        "customdata": [unit.write(value) for value in one.values],
        "cliponaxis": False,
    }
    bounds = [0, *sorted(place for place in one.starts if 0 < place < len(x)), len(x)]
    traces = [
        {
            **common,
            "y": [value if start <= n < end else None for n, value in enumerate(actual)],
            "mode": "lines+markers",
            "line": {"color": colour, "width": 3},
            "marker": {"color": colour, "size": 8},
        }
        for start, end in pairwise(bounds)
    ]
    if any(value is not None for value in ahead):
        traces.append(
            {
                **common,
                "y": ahead,
                "mode": "markers",
                "marker": {"color": PAPER, "size": 11, "line": {"color": colour, "width": 2.5}},
            }
        )
    return traces


def _line_label(*, one: Series, colour: str) -> list[Plotly]:
    values = known(one.values)
    return [end_label(y=values[-1], text=one.name, colour=colour)] if values else []


def _target_line(target: float) -> Plotly:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": target,
        "y1": target,
        "line": {"color": INK, "width": 1.5, "dash": "dash"},
    }


def _target_label(target: float, unit: Unit) -> Plotly:
    return {
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "xshift": 4,
        "y": target,
        "yanchor": "bottom",
        "text": f"target {unit.write(target)}",
        "showarrow": False,
        "font": {"size": 13, "color": INK},
    }


def _spread(
    labels: Sequence[Plotly], *, figure: Plotly, series: Sequence[Series], target: float | None
) -> None:
    """Move end labels apart so that none covers another, keeping their order; sets the y range they live in."""
    extra = [Series(name="", values=(target,))] if target is not None else []
    low, high = value_range([*series, *extra])
    figure["yaxis"]["range"] = [low, high]
    line = (high - low) * 0.075
    ordered = sorted(labels, key=lambda label: float(label["y"]))
    for below, above in zip(ordered, ordered[1:], strict=False):
        lines = (below["text"].count("<br>") + above["text"].count("<br>") + 2) / 2
        above["y"] = max(above["y"], below["y"] + line * lines)
    overflow = (ordered[-1]["y"] - high) if ordered else 0
    if overflow > 0:
        for label in ordered:
            label["y"] -= overflow
