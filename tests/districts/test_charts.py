"""Charts: solid and hollow, breaks, labels that do not cover each other, colours that can be told apart."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from django.template.loader import render_to_string

from districts import charts
from districts.charts.figures import Figure
from districts.charts.style import PALETTE, PAPER
from tests.data import ROOT

YEARS = ("FY2023", "FY2024", "FY2025")
# Machado, Oliveira and Fernandes (2009), severity 1.0, in linear RGB.
SIGHT = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def linear(colour: str) -> tuple[float, float, float]:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    r, g, b = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return r, g, b


def contrast_on_white(colour: str) -> float:
    r, g, b = linear(colour)
    return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05)


def lab(rgb: tuple[float, ...]) -> tuple[float, float, float]:
    r, g, b = [min(1.0, max(0.0, part)) for part in rgb]
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    )
    x, y, z = [v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz]
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one: str, other: str, sight: str) -> float:
    matrix = SIGHT[sight]
    seen = [
        lab(tuple(sum(m * c for m, c in zip(row, linear(colour), strict=True)) for row in matrix))
        for colour in (one, other)
    ]
    return sum((a - b) ** 2 for a, b in zip(*seen, strict=True)) ** 0.5


def stacked(**changes: Any) -> charts.Figure:
    given: dict[str, Any] = {
        "key": "cost",
        "label": "Cost",
        "caption": "As filed",
        "x": YEARS,
        "series": (
            charts.Series(name="State", values=(1e6, 2e6, 3e6)),
            charts.Series(name="Federal", values=(5e5, None, 1e4)),
        ),
        "forecast": ("FY2025",),
    }
    return charts.bar_stacked(**given | changes)


@pytest.mark.parametrize("colour", PALETTE)
def test_a_colour_stands_out_from_the_paper(colour: str) -> None:
    assert contrast_on_white(colour) >= 4.5  # direct labels are text in these colours


@pytest.mark.parametrize("sight", SIGHT)
def test_any_two_colours_are_told_apart_by_every_sight(sight: str) -> None:
    near = [(a, b) for a, b in combinations(PALETTE, 2) if distance(a, b, sight) < 15]
    assert near == []


def test_forecast_bars_are_hollow_and_actual_bars_solid() -> None:
    trace = stacked().panels[0].plotly["data"][0]
    assert trace["marker"]["color"] == [PALETTE[0], PALETTE[0], PAPER]
    assert trace["marker"]["line"]["color"][2] == PALETTE[0]


def test_the_table_holds_the_same_numbers_and_says_what_is_a_forecast() -> None:
    assert stacked().header == ("Fiscal year", "State", "Federal", "Total")
    assert stacked().rows == (
        ("FY2023", "$1.0M", "$500K", "$1.5M"),
        ("FY2024", "$2.0M", "–", "$2.0M"),
        ("FY2025 (forecast)", "$3.0M", "$10,000", "$3.0M"),
    )


def test_a_series_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="State has 2 values for 3 places"):
        stacked(series=(charts.Series(name="State", values=(1, 2)),))


def trend(*values: tuple[float | None, ...], forecast: tuple[str, ...] = ()) -> charts.Figure:
    return charts.line_trend(
        key="trend",
        label="Trend",
        caption="",
        x=YEARS,
        series=tuple(charts.Series(name=f"s{n}", values=one) for n, one in enumerate(values)),
        forecast=forecast,
    )


def test_a_line_is_not_drawn_over_a_gap_nor_to_a_forecast() -> None:
    line, ahead = trend((10, None, 30), forecast=("FY2025",)).panels[0].plotly["data"]
    assert (line["y"], line["connectgaps"], line["mode"]) == ([10, None, None], False, "lines+markers")
    assert (ahead["y"], ahead["mode"], ahead["marker"]["color"]) == ([None, None, 30], "markers", PAPER)


def test_labels_at_the_ends_keep_apart_and_in_order() -> None:
    labels = trend((1, 2, 30), (1, 2, 30.1), (1, 2, 30.2)).panels[0].plotly["layout"]["annotations"]
    heights = [label["y"] for label in labels]
    assert heights == sorted(heights)
    assert min(b - a for a, b in zip(heights, heights[1:], strict=False)) > 1.5


def test_no_text_of_a_chart_makes_plotly_write_a_style_attribute() -> None:
    figures = [
        stacked(),
        trend((1, 2, 3)),
        charts.dot_interval(
            key="d", label="", caption="", intervals=(charts.Interval(label="a", value=1, low=0, high=2),)
        ),
    ]
    for figure in figures:
        text = json.dumps([panel.plotly for panel in figure.panels])
        assert [tag for tag in ("<b", "<i", "<span", "<a ", "<su") if tag in text.replace("<br>", "")] == []


def test_small_multiples_share_one_scale() -> None:
    figure = charts.small_multiples(
        key="m",
        label="",
        caption="",
        x=YEARS,
        panels=(
            charts.Series(name="a", values=(1, 2, 3)),
            charts.Series(name="b", values=(10, None, 90)),
        ),
    )
    ranges = [panel.plotly["layout"]["yaxis"]["range"] for panel in figure.panels]
    assert ranges[0] == ranges[1]
    assert ranges[0][1] > 90


def test_the_colour_key_has_the_colours_of_the_charts() -> None:
    theme = (ROOT / "static" / "src" / "css" / "_theme.scss").read_text()
    assert re.findall(r"--series-\d: (#\w{6});", theme) == list(PALETTE)


def test_on_a_phone_a_wide_table_of_a_chart_names_the_column_of_each_cell() -> None:
    wide = Figure(
        key="k", label="L", caption="C", panels=(), header=("Resource", "2023", "2024", "2025"),
        rows=(("3010", "$1", "$2", "$3"),),
    )  # fmt: skip
    page = render_to_string("components/chart.html", {"figure": wide})
    assert "datatable--stacks" in page
    assert '<td class="is-numeric" data-label="2024">$2</td>' in page
    narrow = replace(wide, header=("Resource", "2023"), rows=(("3010", "$1"),))
    assert "datatable--stacks" not in render_to_string("components/chart.html", {"figure": narrow})
