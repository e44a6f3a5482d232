"""Power: the domain's check values, and a simulation of the test whose power it is."""

from __future__ import annotations

import numpy as np
import pytest

from diagnostics.calc.power import (
    Needed,
    Spread,
    chances_of_verdicts,
    needed_for_answer,
    schools_for_effect,
    smallest_effect_by_school,
    smallest_effect_by_student,
    students_for_effect,
)

QUARTER = Spread(treated=0.25)


@pytest.mark.parametrize(
    ("schools", "half", "quarter"), [(12, 0.41, 0.47), (24, 0.27, 0.31), (40, 0.205, 0.24)]
)
def test_the_smallest_effect_by_school_is_the_check_value(schools: int, half: float, quarter: float) -> None:
    assert smallest_effect_by_school(schools=schools) == pytest.approx(half, abs=0.005)
    assert smallest_effect_by_school(schools=schools, spread=QUARTER) == pytest.approx(quarter, abs=0.005)


@pytest.mark.parametrize(("students", "expected"), [(400, 0.178), (100, 0.358)])
def test_the_smallest_effect_by_student_is_the_check_value(students: int, expected: float) -> None:
    assert smallest_effect_by_student(students=students) == pytest.approx(expected, abs=0.0005)


def test_the_fewest_are_enough_and_one_less_is_not() -> None:
    students, schools = students_for_effect(effect=0.12), schools_for_effect(effect=0.3)
    assert students == 875
    assert (smallest_effect_by_student(students=875) or 9) <= 0.12
    assert (smallest_effect_by_student(students=874) or 0) > 0.12
    assert schools is not None
    assert (smallest_effect_by_school(schools=schools) or 9) <= 0.3
    assert (smallest_effect_by_school(schools=schools - 1) or 0) > 0.3


@pytest.mark.parametrize("effect", [0.0, -0.1, 1e-6])
def test_no_effect_cannot_be_found(effect: float) -> None:
    assert students_for_effect(effect=effect) is None


def test_fewer_than_four_find_nothing() -> None:
    assert smallest_effect_by_school(schools=3) is None
    assert smallest_effect_by_student(students=3) is None


def test_what_is_needed_is_of_the_kind_observed() -> None:
    assert needed_for_answer(standard_error=0.1, bar=0.15, students=412, schools=12) == Needed(1_511, 44)
    by_student = needed_for_answer(standard_error=0.1, bar=0.1, students=400)
    assert by_student is not None and by_student.schools is None
    assert by_student.students == pytest.approx(400 * 2.802**2, rel=0.005)


def test_what_is_needed_does_not_depend_on_the_unit() -> None:
    one = needed_for_answer(standard_error=0.1, bar=0.15, students=412, schools=12)
    assert one == needed_for_answer(standard_error=5, bar=7.5, students=412, schools=12)


@pytest.mark.parametrize(
    ("error", "bar", "students", "schools"),
    [(0.0, 0.1, 400, 12), (0.1, 0.0, 400, 12), (0.1, 0.1, None, None), (float("nan"), 0.1, 400, 12)],
)
def test_nothing_is_needed_of_what_was_not_measured(
    error: float, bar: float, students: int | None, schools: int | None
) -> None:
    found = needed_for_answer(standard_error=error, bar=bar, students=students, schools=schools)
    assert found is None


def test_the_number_of_students_is_not_known_where_nobody_counted_them() -> None:
    found = needed_for_answer(standard_error=0.1, bar=0.15, students=None, schools=12)
    assert found == Needed(students=None, schools=44)


def test_the_formula_is_the_power_of_the_test_that_it_speaks_of() -> None:
    """Two arms of students drawn by lot: an effect as large as the formula's is found 4 times in 5."""
    effect = smallest_effect_by_student(students=100, spread=Spread(r2_student=0)) or 0
    rng = np.random.default_rng(1)
    served, other = rng.normal(effect, 1, (4_000, 50)), rng.normal(0, 1, (4_000, 50))
    error = np.sqrt(served.var(axis=1, ddof=1) / 50 + other.var(axis=1, ddof=1) / 50)
    found = np.abs(served.mean(axis=1) - other.mean(axis=1)) / error > 1.984
    assert found.mean() == pytest.approx(0.8, abs=0.02)


def test_nothing_is_called_something_as_often_as_the_rules_say() -> None:
    found = chances_of_verdicts(
        true_effect=0, standard_error=0.1, freedom=38, bar=1e-9, seed=1, draws=100_000
    )
    assert found.works == pytest.approx(0.025, abs=0.002)
    assert found.harmful == pytest.approx(0.025, abs=0.002)
    assert found.promising == pytest.approx(0.075, abs=0.003)
    assert found.cannot_tell == pytest.approx(0.875, abs=0.004)


def test_the_chance_of_works_at_the_smallest_effect_is_four_in_five() -> None:
    found = chances_of_verdicts(true_effect=0.28, standard_error=0.1, freedom=1e6, bar=0.05, seed=2)
    assert found.works == pytest.approx(0.8, abs=0.01)
    assert sum(vars(found).values()) == pytest.approx(1)
    with pytest.raises(ValueError, match="over zero"):
        chances_of_verdicts(true_effect=0, standard_error=0, freedom=1, bar=1, seed=1)
