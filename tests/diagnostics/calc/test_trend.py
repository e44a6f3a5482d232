"""Trends: level, change, slope; breaks, suppression and the reference fit."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.calc.trend import Point, slopes, trend


def series(values: dict[int, float | None]) -> list[Point]:
    return [Point(year=year, value=value) for year, value in values.items()]


def test_a_hand_worked_series() -> None:
    found = trend(points=series({2021: 1.0, 2022: 2.0, 2023: 4.0}))
    assert (found.level, found.level_year, found.change, found.change_from_year) == (4.0, 2023, 2.0, 2022)
    assert found.slope == pytest.approx(1.5)
    # residuals 1/6, -1/3, 1/6; s^2 = 1/6; se = sqrt(1/12); t(.975, 1) = 12.7062
    assert found.slope_low == pytest.approx(1.5 - 12.7062047 * (1 / 12) ** 0.5)
    assert found.slope_high == pytest.approx(1.5 + 12.7062047 * (1 / 12) ** 0.5)
    assert found.note == ""


def test_a_break_is_never_bridged() -> None:
    found = trend(points=series({2019: 90.0, 2021: 20.0, 2022: 18.0, 2023: 19.0, 2024: 15.0}), breaks=[2022])
    assert found.segments == (((2019, 2021), (90.0, 20.0)), ((2022, 2023, 2024), (18.0, 19.0, 15.0)))
    assert (found.level, found.change, found.points_used) == (15.0, -4.0, 3)
    assert found.slope == pytest.approx(-1.5)
    assert found.note == "Values before 2021–22 cannot be compared with later ones."


def test_a_last_change_against_the_line_is_explained() -> None:
    found = trend(points=series({2021: 13.9, 2022: 33.2, 2023: 31.0, 2024: 24.8}))
    assert (round(found.change or 0, 1), (found.slope or 0) > 0) == (-6.2, True)
    assert found.note == (
        "It last went down, though the line over all years from 2020–21 runs up: the years before moved"
        " more, the other way."
    )
    assert trend(points=series({2021: 13.9, 2022: 33.2, 2023: 31.0, 2024: 24.8}), breaks=[2022]).note == (
        "Values before 2021–22 cannot be compared with later ones."
    )


@given(values=st.lists(st.floats(0, 100), min_size=3, max_size=8))
def test_a_slope_and_a_change_of_opposite_signs_never_stand_unexplained(values: list[float]) -> None:
    found = trend(points=[Point(year=2015 + at, value=value) for at, value in enumerate(values)])
    change, slope = round(found.change or 0, 1), round(found.slope or 0, 1)
    assert (change * slope < 0) == ("though the line over all years" in found.note)


def test_a_break_after_the_last_point_leaves_the_series_as_it_was() -> None:
    values: dict[int, float | None] = {2021: 1.0, 2022: 2.0, 2023: 4.0}
    assert trend(points=series(values), breaks=[2025]) == trend(points=series(values))


def test_a_break_in_the_latest_year_leaves_no_change() -> None:
    found = trend(points=series({2021: 1.0, 2022: 2.0, 2023: 4.0, 2024: 9.0}), breaks=[2024])
    assert (found.level, found.change, found.slope, found.points_used) == (9.0, None, None, 1)


def test_two_points_give_a_change_and_no_slope() -> None:
    found = trend(points=series({2022: 10.0, 2024: 7.0}))
    assert (found.change, found.change_from_year, found.slope, found.slope_low) == (-3.0, 2022, None, None)
    assert found.note == (
        "Two points: a change, no slope. Not every year is there: the year before 2023–24 has no value."
    )


def test_one_point_gives_a_level_only() -> None:
    found = trend(points=series({2024: 0.0}))
    assert (found.level, found.change, found.slope, found.points_used) == (0.0, None, None, 1)


@pytest.mark.parametrize("values", [{}, {2023: None}, {2023: float("nan")}])
def test_nothing_known_gives_nothing(values: dict[int, float | None]) -> None:
    found = trend(points=series(values))
    assert (found.level, found.slope, found.points_used, found.note) == (None, None, 0, "No value yet.")


def test_a_suppressed_point_is_neither_zero_nor_missing() -> None:
    points = [*series({2021: 10.0, 2022: 8.0}), Point(year=2023, value=0.0, is_suppressed=True)]
    found = trend(points=points)
    assert (found.level, found.level_year, found.change, found.suppressed) == (8.0, 2022, -2.0, 1)
    assert found.note == (
        "The value of 2022–23 is suppressed; 2021–22 is the latest known. Two points: a change, no slope."
    )


def test_a_series_of_suppressed_points_says_so() -> None:
    found = trend(points=[Point(year=2023, value=None, is_suppressed=True)])
    assert (found.level, found.suppressed, found.note) == (None, 1, "Every value is suppressed.")


def test_a_year_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="one point a year"):
        trend(points=[Point(year=2023, value=1.0), Point(year=2023, value=2.0)])


def test_a_perfect_line_has_an_interval_of_no_width() -> None:
    found = trend(points=series({2021: 1.0, 2022: 2.0, 2023: 3.0, 2024: 4.0}))
    assert (found.slope_low, found.slope, found.slope_high) == pytest.approx((1.0, 1.0, 1.0))


@pytest.mark.parametrize("is_weighted", [False, True])
def test_slopes_equal_statsmodels(is_weighted: bool) -> None:
    random = np.random.default_rng(20261123)
    years = np.arange(2017, 2025, dtype=np.float64)
    values = random.normal(20, 5, size=(60, years.size))
    values[random.random(values.shape) < 0.3] = np.nan
    weights = random.uniform(10, 500, size=values.shape)
    found = slopes(years=years, values=values, weights=weights if is_weighted else None)
    fitted = 0
    for at, row in enumerate(values):
        known = np.isfinite(row)
        if known.sum() < 3:
            assert np.isnan(found.slope[at])
            continue
        design = sm.add_constant(years[known] - 2020)
        chosen = weights[at][known] if is_weighted else np.ones(known.sum())
        model = sm.WLS(row[known], design, weights=chosen).fit()
        low, high = model.conf_int()[1]
        assert (found.slope[at], found.low[at], found.high[at]) == pytest.approx(
            (model.params[1], low, high), rel=1e-9, abs=1e-9
        )
        fitted += 1
    assert fitted > 40


def test_the_interval_covers_the_truth_in_95_of_100() -> None:
    random = np.random.default_rng(7)
    years = np.arange(6, dtype=np.float64)
    values = 3.0 + 0.5 * years + random.normal(0, 2, size=(20_000, 6))
    found = slopes(years=years, values=values)
    coverage = float(np.mean((found.low <= 0.5) & (found.high >= 0.5)))
    assert coverage == pytest.approx(0.95, abs=0.006)


numbers = st.lists(st.floats(-1000, 1000), min_size=3, max_size=8)


@given(values=numbers, factor=st.floats(0.1, 10), shift=st.integers(-20, 20))
def test_scale_and_shift_of_years_carry_through(values: list[float], factor: float, shift: int) -> None:
    years = np.arange(len(values), dtype=np.float64) + 2015
    plain = slopes(years=years, values=np.array([values]))
    scaled = slopes(years=years + shift, values=np.array([values]) * factor)
    assert scaled.slope[0] == pytest.approx(plain.slope[0] * factor, rel=1e-6, abs=1e-6)
    assert scaled.high[0] == pytest.approx(plain.high[0] * factor, rel=1e-6, abs=1e-5)


@given(values=numbers)
def test_the_order_of_points_does_not_matter(values: list[float]) -> None:
    points = [Point(year=2015 + at, value=value) for at, value in enumerate(values)]
    assert trend(points=points[::-1]) == trend(points=points)
