"""Stacked bars: solid for actuals, hollow for forecasts.

Must not join or hide kinds of amount: what is a forecast is said by the caller.
"""

from __future__ import annotations

from collections.abc import Sequence

from districts import formatting
from districts.charts.figures import Figure, Panel, Series
from districts.charts.marks import check, colour_of, end_label, forecast_name, keys_of, known, plain, wrapped
from districts.charts.style import DOLLARS, INK, PALETTE, PAPER, Plotly, Unit, layout


def bar_stacked(
    *,
    key: str,
    label: str,
    caption: str,
    x: Sequence[str],
    series: Sequence[Series],
    forecast: Sequence[str] = (),
    unit: Unit = DOLLARS,
    x_title: str = "Fiscal year",
    takeaway: str = "",
) -> Figure:
    """Return bars stacked by series over ``x``; the names in ``forecast`` are drawn hollow.

    The total stands over each bar, and the series are named beside the last one. Every length must match ``x``.
    """
    check(x=x, series=series)
    figure = layout(unit=unit, height=380, x_title=x_title)
    figure |= {"barmode": "relative", "bargap": 0.32}
    figure["xaxis"]["type"] = "category"
    traces = [
        _bar(x=x, one=one, colour=colour_of(one, n), forecast=forecast, unit=unit)
        for n, one in enumerate(series)
    ]
    figure["annotations"] = [*_totals(x=x, series=series, unit=unit), *_stack_labels(x, series)]
    return Figure(
        key=key,
        label=label,
        caption=caption,
        takeaway=takeaway,
        panels=(Panel(key=key, title="", plotly={"data": traces, "layout": figure}, height=380),),
        header=(x_title, *(one.name for one in series), "Total"),
        rows=_stack_rows(x=x, series=series, forecast=forecast, unit=unit),
        keys=keys_of(series=series, has_forecast=bool(forecast)),
    )


def _bar(*, x: Sequence[str], one: Series, colour: int, forecast: Sequence[str], unit: Unit) -> Plotly:
    hollow = [name in forecast for name in x]
    return {
        "type": "bar",
        "name": one.name,
        "x": list(x),
        "y": [plain(value) for value in one.values],
        "customdata": [
            f"{unit.write(value)}{' (forecast)' if is_hollow else ''}"
            for value, is_hollow in zip(one.values, hollow, strict=True)
        ],
        "hovertemplate": "%{fullData.name}<br>%{x}: %{customdata}<extra></extra>",
        "marker": {
            "color": [PAPER if is_hollow else PALETTE[colour] for is_hollow in hollow],
            "line": {
                "color": [PALETTE[colour] if is_hollow else PAPER for is_hollow in hollow],
                "width": [2.5 if is_hollow else 1.5 for is_hollow in hollow],
            },
        },
    }


def _totals(*, x: Sequence[str], series: Sequence[Series], unit: Unit) -> list[Plotly]:
    labels: list[Plotly] = []
    for n, name in enumerate(x):
        values = known([one.values[n] for one in series])
        if not values:
            continue
        labels.append(
            {
                "x": name,
                "y": sum(value for value in values if value > 0),
                "yshift": 14,
                "text": unit.write(sum(values)),
                "showarrow": False,
                "name": "total",
                "font": {"size": 14, "color": INK, "weight": 700},
            }
        )
    return labels


def _stack_labels(x: Sequence[str], series: Sequence[Series]) -> list[Plotly]:
    if not x:
        return []
    top = max(
        (sum(v for v in known([s.values[n] for s in series]) if v > 0) for n in range(len(x))),
        default=0.0,
    )
    line, base, previous, lines_before = top * 0.062, 0.0, float("-inf"), 1
    labels: list[Plotly] = []
    for n, one in enumerate(series):
        value = max(0.0, plain(one.values[-1]) or 0.0)
        lines = wrapped(one.name).count("<br>") + 1
        middle = max(base + value / 2, previous + line * (lines_before + lines) / 2)
        base, previous, lines_before = base + value, middle, lines
        labels.append(end_label(y=middle, text=one.name, colour=PALETTE[colour_of(one, n)]))
    return labels


def _stack_rows(
    *, x: Sequence[str], series: Sequence[Series], forecast: Sequence[str], unit: Unit
) -> tuple[tuple[str, ...], ...]:
    rows: list[tuple[str, ...]] = []
    for n, name in enumerate(x):
        given = [one.values[n] for one in series]
        values = known(given)
        total = unit.write(sum(values)) if values else formatting.NOTHING
        rows.append((forecast_name(name, forecast), *(unit.write(v) for v in given), total))
    return tuple(rows)
