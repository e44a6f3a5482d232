"""Every benchmark runs at a tiny size, so that none rots; what it measures here is not judged.

The judgement is `make bench`. A benchmark that finds a wrong result (a row lost, a page that is no page)
raises at any size.
"""

from __future__ import annotations

from math import isfinite

import pytest

from tests.benchmarks.bed import Bed
from tests.benchmarks.every import BENCHMARKS
from tests.benchmarks.table import Row, at_most, percentile_95, render, take_turns
from tests.servers import Slot

TINY = 2_000


@pytest.mark.parametrize("name", BENCHMARKS)
def test_benchmark_runs(name: str, slot: Slot, committed_db: None) -> None:
    bed = Bed(slot=slot, rows=TINY, rounds=1)
    try:
        rows = BENCHMARKS[name](bed)
    finally:
        bed.fresh()
    assert rows and len({row.name for row in rows}) == len(rows)
    assert [row.name for row in rows if not isfinite(row.ours) or row.ours <= 0] == []
    assert [row.name for row in rows if (row.met is None) != (row.target == "")] == []


def test_a_missed_target_is_said() -> None:
    missed = at_most(name="slow", floor=1.0, ours=4.0, limit=3, of="a floor")
    met = at_most(name="quick", floor=2.0, ours=0.05, limit=3, of="a floor")
    assert (missed.ratio, missed.met, met.met) == (4.0, False, True)
    shown = render([missed, met, Row("weight", None, 512.4, None, "", None, "MB")]).splitlines()
    assert shown[2].split("|")[1:-1] == [
        " slow   ",
        " 1 s   ",
        " 4 s    ",
        " 4x     ",
        " <= 3x a floor ",
        " NOT MET ",
    ]
    assert shown[3].split("|")[3:-1] == [" 50 ms  ", " 0.025x ", " <= 3x a floor ", " met     "]
    assert shown[4].split("|")[2:-1] == ["       ", " 512 MB ", "        ", "               ", "         "]


def test_turns_alternate() -> None:
    order: list[str] = []
    found = take_turns(lambda: order.append("floor"), lambda: order.append("ours"), rounds=2, repeats=2)
    assert order == ["floor", "ours"] * 4
    assert found.floor > 0 and found.ours > 0


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (19, 19), (20, 19), (100, 95)])
def test_the_95th_percentile_is_the_nearest_rank(count: int, expected: int) -> None:
    assert percentile_95(list(range(count, 0, -1))) == expected
