"""Schools drawn by lot, with the baseline taken out: outside references, few schools, and its own noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm

from diagnostics.calc.effects.cluster_robust import fit_clustered
from diagnostics.calc.effects.difference_in_differences import (
    ADJUSTED,
    LEVEL,
    SchoolValue,
    SchoolYears,
    difference_in_school_means,
)
from diagnostics.calc.effects.result import EffectResult


def make_schools(seed: int, served: int, others: int, effect: float = 0.0) -> list[SchoolYears]:
    rng = np.random.default_rng(seed)
    before = rng.normal(50, 10, served + others)
    after = 20 + 0.6 * before + rng.normal(0, 2, served + others)
    after[:served] += effect
    return [
        SchoolYears(
            school=f"{number:03}",
            is_served=number < served,
            years={
                2025: SchoolValue(float(before[number]), float(30 + 7 * number)),
                2026: SchoolValue(float(after[number]), float(30 + 7 * number)),
            },
        )
        for number in range(served + others)
    ]


def compare(schools: list[SchoolYears], **options: Any) -> EffectResult:
    given = {"outcome_year": 2026, "baseline_year": 2025, "is_up": True, "seed": 1, "is_adjusted": True}
    return difference_in_school_means(schools=schools, **{**given, **options})


def columns(schools: list[SchoolYears]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    values = np.array([[one.years[year].value for year in (2025, 2026)] for one in schools], dtype=float)
    served = np.array([one.is_served for one in schools], dtype=float)
    design = np.column_stack([np.ones(len(schools)), served, values[:, 0]])
    return design, values[:, 1], np.array([one.years[2026].students for one in schools], dtype=float)


def test_equal_weights_are_hc2_of_statsmodels_with_our_clustered_degrees_of_freedom() -> None:
    schools = make_schools(1, 9, 14)
    design, outcome, _ = columns(schools)
    found = compare(schools, is_weighted=False)
    theirs = sm.OLS(outcome, design).fit(cov_type="HC2")
    assert found.method == ADJUSTED
    assert found.estimate == pytest.approx(theirs.params[1])
    assert found.standard_error == pytest.approx(theirs.bse[1])
    other = fit_clustered(design=design, outcome=outcome, clusters=np.arange(len(outcome)))
    assert found.degrees_of_freedom == pytest.approx(other.degrees_of_freedom[1])


def test_students_weigh_as_in_weighted_least_squares() -> None:
    schools = make_schools(2, 9, 14)
    design, outcome, weights = columns(schools)
    assert compare(schools).estimate == pytest.approx(
        sm.WLS(outcome, design, weights=weights).fit().params[1]
    )


def test_less_is_better_turns_it_round() -> None:
    up, down = compare(make_schools(3, 8, 9)), compare(make_schools(3, 8, 9), is_up=False)
    assert (down.estimate, down.low) == (pytest.approx(-(up.estimate or 0)), pytest.approx(-(up.high or 0)))
    assert (down.p_bootstrap, down.baseline_treated) == (up.p_bootstrap, up.baseline_treated)


def test_taking_the_baseline_out_makes_the_error_smaller() -> None:
    schools = make_schools(4, 10, 10)
    assert (compare(schools).standard_error or 9) < (
        compare(schools, is_adjusted=False).standard_error or 0
    ) / 2


def test_a_school_without_a_baseline_is_left_out_and_counted() -> None:
    schools = make_schools(5, 8, 9)
    bare = SchoolYears(school="x", is_served=True, years={2026: SchoolValue(90.0, 100.0)})
    assert (compare([*schools, bare]).left_out, compare([*schools, bare]).clusters_treated) == (1, 8)
    assert compare([*schools, bare], is_adjusted=False).clusters_treated == 9


def test_baselines_that_are_all_the_same_cannot_be_taken_out() -> None:
    schools = [
        SchoolYears(one.school, one.is_served, {**one.years, 2025: SchoolValue(50.0, 100.0)})
        for one in make_schools(6, 8, 9)
    ]
    assert compare(schools).method == LEVEL
    assert compare(make_schools(6, 1, 5)).method == LEVEL


def test_three_methods_find_a_large_effect_and_agree_about_none() -> None:
    assert compare(make_schools(7, 8, 8, effect=6)).do_methods_agree is True
    found = [compare(make_schools(seed, 8, 8)).do_methods_agree for seed in range(100)]
    assert 0 <= found.count(True) <= 10
    assert None not in found


def test_the_interval_holds_the_truth_95_times_in_100() -> None:
    found = [compare(make_schools(seed, 20, 20, effect=1)) for seed in range(800)]
    inside = np.mean([(one.low or 0) <= 1 <= (one.high or 0) for one in found])
    assert inside == pytest.approx(0.95, abs=0.02)
