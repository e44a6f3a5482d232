"""Several schools taken together, year by year."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from diagnostics.calc.pooling import YearValue, pool_years


def rate(year: int, absent: float, students: float) -> YearValue:
    return YearValue(year=year, value=100 * absent / students, numerator=absent, students=students)


def test_shares_are_students_over_students() -> None:
    assert pool_years(values=[rate(2024, 10, 40), rate(2024, 30, 60)], unit="percent") == [
        YearValue(year=2024, value=40.0, numerator=40, students=100)
    ]


def test_means_are_weighted_by_students() -> None:
    values = [YearValue(year=2023, value=-20.0, students=30), YearValue(year=2023, value=10.0, students=10)]
    assert pool_years(values=values, unit="points") == [YearValue(year=2023, value=-12.5, students=40)]


def test_suppressed_schools_are_left_out_and_not_counted_as_zero() -> None:
    hidden = YearValue(year=2024, value=None, is_suppressed=True)
    assert pool_years(values=[rate(2024, 10, 40), hidden], unit="percent") == [rate(2024, 10, 40)]
    assert pool_years(values=[hidden, hidden], unit="percent") == [hidden]


def test_nothing_gives_nothing_and_counts_add_up() -> None:
    assert pool_years(values=[], unit="percent") == []
    counts = [YearValue(year=2024, value=3.0), YearValue(year=2024, value=4.0)]
    assert pool_years(values=counts, unit="count") == [YearValue(year=2024, value=7.0)]


def test_rates_without_counts_are_never_averaged() -> None:
    values = [YearValue(year=2024, value=10.0), YearValue(year=2024, value=20.0)]
    assert pool_years(values=values, unit="percent") == [YearValue(year=2024, value=None)]


@given(parts=st.lists(st.tuples(st.integers(0, 50), st.integers(50, 500)), min_size=1, max_size=8))
def test_pooling_lies_between_the_schools_and_ignores_their_order(parts: list[tuple[int, int]]) -> None:
    values = [rate(2024, absent, students) for absent, students in parts]
    (pooled,) = pool_years(values=values, unit="percent")
    assert pooled.value is not None
    rates = [value.value or 0.0 for value in values]
    assert min(rates) - 1e-9 <= pooled.value <= max(rates) + 1e-9
    assert pool_years(values=values[::-1], unit="percent") == [pooled]
