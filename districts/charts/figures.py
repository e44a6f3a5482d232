"""What a chart is made from, and the finished figure that a page shows.

Must not know how any chart is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

from districts.charts.style import Plotly, Value
from districts.tables import STACKED_FROM


@dataclass(frozen=True, kw_only=True)
class Series:
    """One named run of values along the axis; None where there is no value. ``colour`` counts from 0.

    ``starts`` are the places where values begin that cannot be compared with those before: no line leads there.
    """

    name: str
    values: tuple[Value, ...]
    colour: int | None = None
    starts: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A best guess with its interval; the ends are None where none can be given."""

    label: str
    value: Value
    low: Value = None
    high: Value = None
    is_forecast: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Key:
    """What a colour means, for narrow screens and print where direct labels do not fit."""

    label: str
    swatch: int
    is_hollow: bool = False


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One drawing of a figure; a figure of small multiples has several."""

    key: str
    title: str
    plotly: Plotly
    height: int = 320

    @property
    def data_id(self) -> str:
        return f"{self.key}-data"

    @property
    def height_class(self) -> int:
        """The class that keeps the space of the chart free while it loads: a step of 20 pixels, up to 900."""
        return min(900, -(-self.height // 20) * 20)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A chart for `components/chart.html`. ``rows`` are already written for reading; the first cell names the row."""

    key: str
    label: str
    caption: str
    panels: tuple[Panel, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    keys: tuple[Key, ...] = ()
    takeaway: str = ""
    needs_keys: bool = False
    """Whether nothing in the drawing itself names its colours."""

    @property
    def stacks(self) -> bool:
        """Say whether a phone is too narrow for the table: a row is then laid out as lines of cells."""
        return len(self.header) >= STACKED_FROM

    @property
    def lines(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """The rows as name and cells, each cell under the name of its column."""
        return tuple((row[0], tuple(zip(self.header[1:], row[1:], strict=False))) for row in self.rows)

    @property
    def is_small_multiples(self) -> bool:
        return len(self.panels) > 1

    @property
    def always_keys(self) -> bool:
        return self.needs_keys or self.is_small_multiples

    @property
    def has_forecast(self) -> bool:
        return any(key.is_hollow for key in self.keys)
