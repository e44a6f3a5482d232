"""Many series at once say what each says by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.calc import series as calc_series
from diagnostics.calc.series import BOUNDS, Described, Values, describe_series, number_series
from diagnostics.calc.trend import Point, trend

Series = dict[int, Point]


def described(many: list[Series], metric_of: list[int], breaks: list[list[int]]) -> Described:
    flat = [(n, point) for n, one in enumerate(many) for point in one.values()]
    values = Values(
        series=np.array([n for n, _ in flat], dtype=np.int64),
        year=np.array([point.year for _, point in flat], dtype=np.int64),
        value=np.array([np.nan if p.value is None else p.value for _, p in flat], dtype=np.float64),
        bound=np.array([BOUNDS.index(point.bound) for _, point in flat], dtype=np.int64),
        is_suppressed=np.array([point.is_suppressed for _, point in flat], dtype=np.bool_),
    )
    return describe_series(values=values, metric_of=np.array(metric_of, dtype=np.int64), breaks=breaks)


def point(year: int) -> st.SearchStrategy[Point]:
    hidden = st.just(Point(year=year, value=None, is_suppressed=True))
    nothing = st.just(Point(year=year, value=None))
    values = st.integers(0, 1000).map(lambda tenths: tenths / 10)
    known = st.builds(
        lambda v, b: Point(year=year, value=v, bound=b), values, st.sampled_from(["", "", "under", "over"])
    )
    return st.one_of(known, known, known, hidden, nothing)


YEARS = st.lists(st.integers(2015, 2024), unique=True, max_size=9)
SERIES = YEARS.flatmap(lambda years: st.fixed_dictionaries({year: point(year) for year in sorted(years)}))
BREAKS = st.lists(st.lists(st.integers(2014, 2025), max_size=3), min_size=1, max_size=3)


@settings(max_examples=400, deadline=None)
@given(many=st.lists(SERIES, max_size=6), breaks=BREAKS)
def test_many_series_at_once_say_what_each_says_by_itself(
    many: list[Series], breaks: list[list[int]]
) -> None:
    metric_of = [n % len(breaks) for n in range(len(many))]
    found = described(many, metric_of, breaks)
    for n, one in enumerate(many):
        alone = trend(points=list(one.values()), breaks=breaks[metric_of[n]])
        assert known(found.level[n]) == alone.level
        assert (int(found.level_year[n]) or None) == alone.level_year
        assert BOUNDS[found.level_bound[n]] == alone.level_bound
        for mine, his in (
            (found.change, alone.change),
            (found.slope, alone.slope),
            (found.low, alone.slope_low),
            (found.high, alone.slope_high),
        ):
            is_close = (
                his is not None and abs(round(his, 1) - mine[n]) < 0.1001 and abs(his - mine[n]) < 0.05 + 1e-9
            )
            assert known(mine[n]) is None if his is None else is_close
        assert found.points[n] == alone.points_used
        assert found.notes[found.note[n]] == alone.note
        assert int(found.start[n]) == (alone.segments[-1][0][0] if alone.segments else 0)


def known(number: float) -> float | None:
    return None if np.isnan(number) else float(number)


def test_the_example() -> None:
    series = {
        year: Point(year=year, value=value)
        for year, value in ((2021, 20.0), (2022, 18.0), (2023, 19.0), (2024, 15.0))
    }
    found = described([series], [0], [[2022]])
    assert (found.level[0], found.change[0], found.slope[0], found.points[0]) == (15.0, -4.0, -1.5, 3)


def test_nothing_gives_nothing() -> None:
    assert len(described([], [], [[]]).level) == 0
    found = described([{}], [0], [[]])
    assert (known(found.level[0]), found.notes[found.note[0]]) == (None, "No value yet.")


@given(
    rows=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=30),
    most=st.sampled_from([0, 10**6]),
)
def test_rows_that_agree_are_one_series(rows: list[tuple[int, int]], most: int) -> None:
    columns = np.array(rows, dtype=np.int64).reshape(len(rows), 2).T
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(calc_series, "MOST_CODES", most)
        series, first = number_series(columns[0], columns[1])
    different = sorted(set(rows))
    assert series.tolist() == [different.index(row) for row in rows]
    assert first.tolist() == [rows.index(row) for row in different]
