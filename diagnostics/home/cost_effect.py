"""Home's chart of cost per student against effect, one unit family at a time; must not query or judge.

What cannot be told yet is a group of its own: drawn hollow where there is an estimate, else named with its dollars.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from typing import Any

from diagnostics.home.selectors import InitiativeLine
from diagnostics.links import link
from districts import formatting
from districts.access.decorators import DistrictRequest
from districts.charts import CHANGE, DOLLARS, POINTS, STUDENT_SD, Figure, Key, Panel, Unit
from districts.charts.style import INK, INK_SOFT, PALETTE, PAPER, Plotly, layout
from districts.parts import NavItem

FAMILIES: dict[str, tuple[str, Unit]] = {
    "percentage_points": ("Rates, in percentage points", POINTS),
    "student_sd": ("Test scores, in student standard deviations", STUDENT_SD),
    "points": ("Scores, in points", CHANGE),
    "count": ("Counts", CHANGE),
}
HEIGHT = 420
LARGEST, SMALLEST = 44, 12
CANNOT_TELL = "Cannot tell"


@dataclass(frozen=True, kw_only=True)
class CostEffect:
    """The panel: the chart of one unit family, the other families, and what cannot be told yet."""

    figure: Figure | None
    families: tuple[NavItem, ...]
    unknown: tuple[str, ...]
    why_empty: str


def cost_effect(
    request: DistrictRequest, *, initiatives: Sequence[InitiativeLine], fiscal_year: int | None
) -> CostEffect:
    """Return cost per student against effect for the family asked for, else the one with most initiatives."""
    judged = [one for one in initiatives if one.is_judged]
    drawn = [one for one in judged if _is_drawable(one)]
    counts = {name: sum(one.ratio["unit"] == name for one in drawn) for name in FAMILIES}
    present = [name for name in FAMILIES if counts[name]]
    asked = request.GET.get("unit", "")
    family = asked if asked in present else max(present, key=lambda name: counts[name], default="")
    here = link(request, "diagnostics:home-show")
    return CostEffect(
        figure=_figure([one for one in drawn if one.ratio["unit"] == family], family=family)
        if family
        else None,
        families=tuple(
            NavItem(
                label=FAMILIES[name][0], url=f"{here}?unit={name}#home-effects", is_current=name == family
            )
            for name in present
        )
        if len(present) > 1
        else (),
        unknown=_unknown([one for one in judged if not _is_drawable(one)], fiscal_year=fiscal_year),
        why_empty=_why_empty(judged),
    )


def _is_drawable(one: InitiativeLine) -> bool:
    return one.ratio.get("effect") is not None and one.ratio.get("cost_per_student") is not None


def _is_told(one: InitiativeLine) -> bool:
    return not one.verdict.startswith(CANNOT_TELL)


def _why_empty(judged: Sequence[InitiativeLine]) -> str:
    """Say why no initiative can be drawn: no plan, no estimate, or no cost per student."""
    if not judged:
        return "No initiative is judged by its effect."
    plans = sum(one.has_plan for one in judged)
    estimates = sum(one.ratio.get("effect") is not None for one in judged)
    many = f"{len(judged)} initiative{'' if len(judged) == 1 else 's'}"
    if not plans:
        return (
            f"None of {many} has a locked evaluation plan, so there is no effect to set against its cost. A plan"
            " names the metric, the comparison schools and the bar."
        )
    if not estimates:
        return (
            f"{plans} of {many} have a locked plan; none has an estimate yet: each page says what is missing."
        )
    return f"{estimates} of {many} have an estimate; none has a cost per student of the same students."


def _unknown(lines: Sequence[InitiativeLine], *, fiscal_year: int | None) -> tuple[str, ...]:
    """Say what is not drawn, by reason, with its dollars."""
    groups: dict[str, list[InitiativeLine]] = {}
    for one in lines:
        reason = "no evaluation plan is locked"
        if one.has_plan:
            reason = (
                "no cost per student of the same students"
                if one.ratio.get("effect") is not None
                else "the plan has no estimate yet"
            )
        groups.setdefault(reason, []).append(one)
    return tuple(
        f"{len(found)} initiative{'' if len(found) == 1 else 's'}{_dollars(found, fiscal_year)}: {reason}."
        for reason, found in sorted(groups.items())
    )


def _dollars(lines: Sequence[InitiativeLine], fiscal_year: int | None) -> str:
    total = sum((one.spent(fiscal_year) or Decimal(0) for one in lines), Decimal(0))
    if fiscal_year is None or total <= 0:
        return ""
    return f", {formatting.dollars_short(total)} in {formatting.fiscal_year(fiscal_year)}"


def _figure(lines: Sequence[InitiativeLine], *, family: str) -> Figure:
    name, unit = FAMILIES[family]
    told = [one for one in lines if _is_told(one)]
    open_ones = [one for one in lines if not _is_told(one)]
    return Figure(
        key="cost-effect",
        label=f"Cost per student of the effect against effect. {name}",
        caption="Better is up. The line through each circle is the 95% interval, its size the dollars. Hollow: we"
        " cannot tell. Ledger cost of the plan’s years over the students the effect is told"
        " of: those assigned by the plan, else those with a result in its metric at the schools served.",
        takeaway=_takeaway(told=told, unknown=open_ones),
        panels=(
            Panel(
                key="cost-effect",
                title="",
                plotly=_plotly(told=told, unknown=open_ones, unit=unit),
                height=HEIGHT,
            ),
        ),
        header=(
            "Initiative",
            "Verdict",
            "Cost per student of the effect",
            "Which students",
            "Effect",
            "From",
            "To",
            "Dollars",
        ),
        rows=tuple(_row(one, unit) for one in lines),
        keys=(Key(label=CANNOT_TELL, swatch=8, is_hollow=True),) if open_ones else (),
    )


def _row(one: InitiativeLine, unit: Unit) -> tuple[str, ...]:
    ratio = one.ratio
    return (
        one.name,
        one.verdict,
        DOLLARS.write(ratio["cost_per_student"]),
        ratio.get("who", ""),
        *(unit.write(ratio[name]) for name in ("effect", "low", "high")),
        DOLLARS.write(Decimal(ratio["dollars"])),
    )


def _takeaway(*, told: Sequence[InitiativeLine], unknown: Sequence[InitiativeLine]) -> str:
    if not told:
        noun = "the one initiative" if len(unknown) == 1 else f"any of {len(unknown)} initiatives"
        return f"We cannot tell yet for {noun} with an estimate"
    gains = sum(one.verdict in ("Works", "Promising") for one in told)
    many = len(told) + len(unknown)
    if many == 1:
        return f"The one initiative with an estimate: {told[0].verdict.lower()}"
    return f"{gains} of {many} initiatives with an estimate work or are promising"


def _plotly(*, told: Sequence[InitiativeLine], unknown: Sequence[InitiativeLine], unit: Unit) -> Plotly:
    figure = layout(
        unit=unit, height=HEIGHT, x_title="Cost per student of the effect, dollars", room_for_labels=False
    )
    figure["xaxis"] |= {
        "rangemode": "tozero",
        "tickprefix": "$",
        "showgrid": False,
        "separatethousands": True,
    }
    figure["yaxis"] |= {"title": {**figure["yaxis"]["title"], "text": f"Effect, {unit.title.lower()}"}}
    line = {"color": INK_SOFT, "width": 1.5, "dash": "dot"}
    figure["shapes"] = [
        {"type": "line", "xref": "paper", "yref": "y", "x0": 0, "x1": 1, "y0": 0, "y1": 0, "line": line}
    ]
    most = max((float(one.ratio["dollars"]) for one in (*told, *unknown)), default=1.0) or 1.0
    largest = max((one.ratio["cost_per_student"] for one in (*told, *unknown)), default=1.0)
    figure["xaxis"]["range"] = [0, largest * 1.6]
    traces = [
        _bubbles(lines, unit=unit, most=most, colour=colour, is_hollow=is_hollow)
        for lines, colour, is_hollow in ((told, PALETTE[0], False), (unknown, PALETTE[7], True))
        if lines
    ]
    return {"data": traces, "layout": figure}


def _bubbles(
    lines: Sequence[InitiativeLine], *, unit: Unit, most: float, colour: str, is_hollow: bool
) -> Plotly:
    """Draw circles whose area is the dollars, each with its interval and its name."""
    ratios = [one.ratio for one in lines]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [ratio["cost_per_student"] for ratio in ratios],
        "y": [ratio["effect"] for ratio in ratios],
        "text": [f"   {_short(one.name)}" for one in lines],
        "textposition": "middle right",
        "textfont": {"size": 13, "color": INK},
        "cliponaxis": False,
        "customdata": [_words(one, unit) for one in lines],
        "hovertemplate": "%{customdata}<extra></extra>",
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [_reach(ratio, "high") for ratio in ratios],
            "arrayminus": [-_reach(ratio, "low") for ratio in ratios],
            "color": colour,
            "thickness": 2,
            "width": 5,
        },
        "marker": {
            "size": [max(SMALLEST, LARGEST * sqrt(float(ratio["dollars"]) / most)) for ratio in ratios],
            "color": PAPER if is_hollow else colour,
            "opacity": 1,
            "line": {"color": colour, "width": 2.5},
        },
    }


def _reach(ratio: Any, end: str) -> float:
    return 0.0 if ratio[end] is None else float(ratio[end] - ratio["effect"])


def _words(one: InitiativeLine, unit: Unit) -> str:
    ratio = one.ratio
    return (
        f"{one.name}: {one.verdict}<br>{DOLLARS.write(ratio['cost_per_student'])} a student"
        f" ({ratio.get('who') or 'of the effect'}),"
        f" {unit.write(ratio['effect'])} ({unit.write(ratio['low'])} to {unit.write(ratio['high'])})"
    )


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23].rstrip()}…"
