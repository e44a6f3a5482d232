"""The table every benchmark fills, and rounds that take turns. Knows no benchmark."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Row(NamedTuple):
    """One line: the floor of the same run, ours, and how they must stand to each other.

    `met` is None where a figure is shown without a target. `unit` says what floor and ours are.
    """

    name: str
    floor: float | None
    ours: float
    ratio: float | None
    target: str
    met: bool | None
    unit: str = "s"


class Times(NamedTuple):
    """Medians over the rounds, in seconds; the ratio is the median of the rounds' ratios."""

    floor: float
    ours: float
    ratio: float


def at_most(*, name: str, floor: float, ours: float, limit: float, of: str, unit: str = "s") -> Row:
    """Return the row of a target `ours <= limit x floor`."""
    ratio = ours / floor
    return Row(name, floor, ours, ratio, f"<= {limit:g}x {of}", ratio <= limit, unit)


def seconds(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def take_turns(
    floor: Callable[[], object], ours: Callable[[], object], *, rounds: int, repeats: int = 1
) -> Times:
    """Run both in turn, round by round; each round is the median of its repeats."""
    floors, times = [], []
    for _ in range(rounds):
        pairs = [(seconds(floor), seconds(ours)) for _ in range(repeats)]
        floors.append(statistics.median(one for one, _ in pairs))
        times.append(statistics.median(one for _, one in pairs))
    ratio = statistics.median(b / a for a, b in zip(floors, times, strict=True))
    return Times(statistics.median(floors), statistics.median(times), ratio)


def percentile_95(values: Sequence[float]) -> float:
    """Return the value that 95 of 100 do not exceed: the nearest rank, so the largest of fewer than 20."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]


def render(rows: Sequence[Row]) -> str:
    """Write the rows as one Markdown table."""
    lines = [("what", "floor", "ours", "ratio", "target", "met")]
    for row in rows:
        met = "" if row.met is None else "met" if row.met else "NOT MET"
        ratio = "" if row.ratio is None else f"{row.ratio:.3g}x"
        floor = "" if row.floor is None else _written(row.floor, row.unit)
        lines.append((row.name, floor, _written(row.ours, row.unit), ratio, row.target, met))
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    )


def _written(value: float, unit: str) -> str:
    if unit == "s" and abs(value) < 0.1:
        return f"{value * 1000:.3g} ms"
    digits = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{digits} {unit}".strip()
