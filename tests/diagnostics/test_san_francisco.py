"""Trends on San Francisco's own absenteeism: the year of distance learning is not bridged, no sign stands unexplained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from diagnostics.calc.disclosure import protect_district
from diagnostics.calc.pooling import YearValue
from diagnostics.calc.trend import Trend
from diagnostics.recompute.trends import describe_years
from srm.demo_district.definition import CHRONIC, METRICS
from tests.data import needs_shared
from tests.diagnostics.test_small_groups import san_francisco

LOW_INCOME = "socioeconomically_disadvantaged"
BREAKS = next(one.break_years for one in METRICS if one.slug == CHRONIC)


@cache
def shown() -> dict[tuple[object, str], list[YearValue]]:
    series: dict[tuple[object, str], list[YearValue]] = defaultdict(list)
    for _, cells in sorted(san_francisco()):
        for key, value in protect_district(cells=cells, unit="percent", minimum=10).items():
            series[key].append(value)
    return series


def trends(breaks: tuple[int, ...]) -> Iterator[tuple[object, str, Trend]]:
    for (school, group), values in shown().items():
        yield school, group, describe_years(values=values, breaks=breaks)


def opposite(found: Trend) -> bool:
    return (found.change or 0) * (found.slope or 0) < 0


@needs_shared
def test_a_falling_rate_does_not_read_as_rising_for_the_year_of_distance_learning() -> None:
    before = [one for _, group, one in trends((2021,)) if group == LOW_INCOME and opposite(one)]
    now = [one for _, group, one in trends(BREAKS) if group == LOW_INCOME and opposite(one)]
    assert len(before) > 60
    assert len(now) < 15
    (district,) = (one for school, group, one in trends(BREAKS) if school is None and group == "all")
    assert (district.change, district.points_used) == (-4.0, 3)
    assert district.slope is not None
    assert district.slope < 0


@needs_shared
def test_a_slope_and_a_change_of_opposite_signs_are_explained_on_real_values() -> None:
    for breaks in ((2021,), BREAKS):
        found = [one for _, _, one in trends(breaks)]
        assert any(opposite(one) for one in found)
        assert all("though the line over all years" in one.note for one in found if opposite(one))
