"""What the chart types share: checks, plain values, colour keys and the labels at the end of a series.

Must not build a whole figure.
"""

from __future__ import annotations

from collections.abc import Sequence

from districts.charts.figures import Key, Series
from districts.charts.style import PALETTE, Plotly, Value


def check(*, x: Sequence[str], series: Sequence[Series]) -> None:
    """Raise ValueError unless every series has one value for each place of ``x``."""
    for one in series:
        if len(one.values) != len(x):
            raise ValueError(f"{one.name} has {len(one.values)} values for {len(x)} places")


def colour_of(one: Series, position: int) -> int:
    """Return the place of a series in the palette."""
    return (position if one.colour is None else one.colour) % len(PALETTE)


def plain(value: Value) -> float | None:
    """Return a value as plotly wants it: pixels need no exact decimals."""
    return None if value is None else float(value)


def known(values: Sequence[Value]) -> list[float]:
    """Return the values that are there."""
    return [float(value) for value in values if value is not None]


def forecast_name(name: str, forecast: Sequence[str]) -> str:
    """Say in the table that a row is a forecast."""
    return f"{name} (forecast)" if name in forecast else name


def keys_of(*, series: Sequence[Series], has_forecast: bool) -> tuple[Key, ...]:
    """Return the colour key of the series."""
    keys = [Key(label=one.name, swatch=colour_of(one, n) + 1) for n, one in enumerate(series)]
    if has_forecast:
        keys.append(Key(label="hollow: forecast", swatch=8, is_hollow=True))
    return tuple(keys)


def value_range(series: Sequence[Series]) -> tuple[float, float]:
    """Return an axis range with room around all values; 0 to 1 when there is none."""
    values = [value for one in series for value in known(one.values)]
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    room = (high - low) * 0.12 or abs(high) * 0.1 or 1.0
    return (max(0.0, low - room) if low >= 0 else low - room), high + room


def end_label(*, y: float, text: str, colour: str) -> Plotly:
    """Return the label that stands right of the plot at the height ``y``."""
    return {
        "name": "direct-label",
        "xref": "paper",
        "x": 1,
        "xanchor": "left",
        "xshift": 8,
        "y": y,
        "text": wrapped(text),
        "align": "left",
        "showarrow": False,
        "font": {"size": 14, "color": colour},
    }


def wrapped(text: str, width: int = 22) -> str:
    """Break a label into at most two lines; more is cut with an ellipsis."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines[:2]) + ("…" if len(lines) > 2 else "")
