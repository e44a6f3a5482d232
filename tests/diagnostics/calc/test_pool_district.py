"""A district's value gives no small school away: not alone, and not by subtraction."""

from __future__ import annotations

from diagnostics.calc.pooling import YearValue, pool_district

MINIMUM = 10


def school(numerator: float, students: float) -> YearValue:
    return YearValue(year=2024, value=100 * numerator / students, numerator=numerator, students=students)


def pooled(*values: YearValue) -> YearValue:
    (found,) = pool_district(values=values, unit="percent", minimum=MINIMUM)
    return found


def test_two_schools_pool_by_students() -> None:
    assert pooled(school(10, 40), school(30, 60)).value == 40.0


def test_one_school_is_hidden() -> None:
    found = pooled(school(10, 40))
    assert (found.value, found.is_suppressed) == (None, True)


def test_one_school_beside_a_hidden_one_is_hidden() -> None:
    hidden = YearValue(year=2024, value=None, is_suppressed=True)
    assert pooled(school(10, 40), hidden).value is None


def test_a_small_school_is_left_out_where_the_difference_would_tell_it() -> None:
    found = pooled(school(10, 40), school(30, 60), school(3, 4))
    assert (found.value, found.students) == (40.0, 100.0)


def test_small_schools_count_where_together_they_are_enough() -> None:
    found = pooled(school(10, 40), school(30, 60), school(3, 6), school(1, 4))
    assert (found.value, found.students) == (40.0, 110.0)


def test_two_small_schools_alone_are_hidden_until_they_are_enough() -> None:
    assert pooled(school(1, 4), school(1, 4)).value is None
    assert pooled(school(2, 8), school(2, 8)).value == 25.0


def test_nothing_in_nothing_out() -> None:
    assert pool_district(values=[], unit="percent", minimum=MINIMUM) == []
