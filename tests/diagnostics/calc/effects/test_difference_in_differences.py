"""Schools served beside comparison schools: by hand, outside references, few schools, one school, none."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import ttest_ind

from diagnostics.calc.effects.difference_in_differences import (
    SchoolValue,
    SchoolYears,
    before_after,
    difference_in_differences,
    difference_in_school_means,
)
from diagnostics.calc.effects.few_schools import permutation_p, wild_bootstrap_p
from diagnostics.calc.effects.result import (
    Circumstances,
    EffectResult,
    estimate_for_verdict,
    in_student_sd,
)


def school(name: str, is_served: bool, *values: float | None, students: float | None = None) -> SchoolYears:
    years = {2021 + number: SchoolValue(value, students) for number, value in enumerate(values)}
    return SchoolYears(school=name, is_served=is_served, years=years)


def compare(schools: list[SchoolYears], **options: object) -> EffectResult:
    given = {"baseline_year": 2021, "outcome_year": 2022, "is_up": True, "seed": 1, **options}
    return difference_in_differences(schools=schools, **given)  # type: ignore[arg-type]


BY_HAND = [
    school("a", True, 10, 16),
    school("b", True, 12, 18.5),
    school("c", False, 11, 13),
    school("d", False, 9, 11.5),
]


def random_schools(
    seed: int, served: int, other: int, effect: float = 0.0, years: int = 2, is_counted: bool = False
) -> list[SchoolYears]:
    rng = np.random.default_rng(seed)
    found = []
    for number in range(served + other):
        values = rng.normal(50, 5) + rng.normal(0, 2, years)
        values[-1] += effect * (number < served)
        students = float(rng.integers(30, 600)) if is_counted else None
        found.append(school(f"{number:03}", number < served, *values, students=students))
    return found


def changes(schools: list[SchoolYears]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    value = lambda one, year: one.years[year].value  # noqa: E731
    return (
        np.array([value(one, 2022) - value(one, 2021) for one in schools]),
        np.array([one.is_served for one in schools]),
        np.array([one.years[2021].students or 1.0 for one in schools]),
    )


def test_by_hand() -> None:
    found = compare(BY_HAND)
    assert found.estimate == pytest.approx(6.25 - 2.25)
    assert found.standard_error == pytest.approx((0.125 / 2 + 0.125 / 2) ** 0.5)
    assert found.degrees_of_freedom == pytest.approx(2)
    assert (found.baseline_treated, found.baseline_comparison) == (11, 10)
    assert (found.clusters_treated, found.clusters_comparison, found.left_out) == (2, 2, 0)
    assert (found.pre_periods, found.worst_pre_period) == (1, None)


def test_less_is_better_turns_everything_but_the_baseline_round() -> None:
    up, down = compare(BY_HAND), compare(BY_HAND, is_up=False)
    assert down.estimate == pytest.approx(-(up.estimate or 0))
    assert (down.low, down.high) == (pytest.approx(-(up.high or 0)), pytest.approx(-(up.low or 0)))
    assert down.baseline_treated == up.baseline_treated


def test_equal_weights_are_welch_of_scipy() -> None:
    schools = random_schools(3, 8, 15)
    change, served, _ = changes(schools)
    theirs = ttest_ind(change[served], change[~served], equal_var=False)
    found = compare(schools)
    assert (found.estimate or 0) / (found.standard_error or 1) == pytest.approx(theirs.statistic)


def test_weights_by_students_are_those_of_weighted_least_squares() -> None:
    schools = random_schools(4, 8, 15, is_counted=True)
    change, served, weights = changes(schools)
    design = np.column_stack([np.ones(len(change)), served]).astype(float)
    theirs = sm.WLS(change, design, weights=weights).fit()
    found = compare(schools)
    assert found.estimate == pytest.approx(theirs.params[1])
    # clubSandwich: the residual's variance under equal variances is a row of (I - H)(I - H)'.
    hat = design @ np.linalg.inv(design.T * weights @ design) @ design.T * weights
    left = (np.eye(len(change)) - hat) @ (np.eye(len(change)) - hat).T
    part = (np.linalg.inv(design.T * weights @ design) @ design.T * weights)[1] / np.sqrt(np.diag(left))
    assert found.standard_error == pytest.approx(np.sqrt(np.sum((part * theirs.resid) ** 2)))
    b = left * np.outer(part, part)
    assert found.degrees_of_freedom == pytest.approx(np.trace(b) ** 2 / np.sum(b**2))


def test_one_school_without_students_makes_all_schools_count_alike() -> None:
    schools = random_schools(4, 6, 6, is_counted=True)
    bare = [replace(schools[0], years={y: SchoolValue(v.value) for y, v in schools[0].years.items()})]
    equal = compare(schools, is_weighted=False)
    assert compare(schools).estimate != pytest.approx(equal.estimate)
    assert compare([*bare, *schools[1:]]).estimate == pytest.approx(equal.estimate)
    assert compare([*bare, *schools[1:]]).students_treated is None
    assert compare(schools).students_comparison == sum(one.years[2022].students or 0 for one in schools[6:])


def test_scale_and_order_do_not_matter() -> None:
    schools = random_schools(5, 6, 9, is_counted=True)
    scaled = [
        replace(s, years={y: SchoolValue(3 * (v.value or 0) + 7, v.students) for y, v in s.years.items()})
        for s in schools
    ]
    one, other = compare(schools), compare(scaled[::-1])
    assert other.estimate == pytest.approx(3 * (one.estimate or 0))
    assert other.low == pytest.approx(3 * (one.low or 0))
    assert (other.p_bootstrap, other.p_permutation) == (one.p_bootstrap, one.p_permutation)


@pytest.mark.parametrize("hole", [None, float("nan")])
def test_a_school_without_a_year_is_left_out_and_counted(hole: float | None) -> None:
    found = compare([*BY_HAND, school("e", True, hole, 90), school("f", False, 10, hole)])
    assert replace(found, left_out=0) == compare(BY_HAND)
    assert found.left_out == 2


def test_each_year_before_gives_a_coefficient_against_the_baseline() -> None:
    schools = [
        school("a", True, 4, 9, 10, 16),
        school("b", True, 7, 10, 12, 18),
        school("c", False, 10, 8, 11, 13),
        school("d", False, 9, 8, 9, 11),
    ]
    found = compare(schools, baseline_year=2023, outcome_year=2024)
    assert found.pre_coefficients == {
        2021: pytest.approx((-6 - 5) / 2 - (-1 + 0) / 2),
        2022: pytest.approx((-1 - 2) / 2 - (-3 - 1) / 2),
    }
    assert (found.pre_periods, found.worst_pre_period) == (3, pytest.approx(5))
    down = compare(schools, baseline_year=2023, outcome_year=2024, is_up=False)
    assert down.pre_coefficients[2021] == pytest.approx(5)


def test_a_year_known_at_under_half_of_an_arm_is_no_year_before() -> None:
    schools = [
        school("a", True, 1, 9, 10, 16),
        school("b", True, None, 9, 12, 18),
        school("e", True, None, None, 12, 18),
        school("c", False, 1, 8, 11, 13),
        school("d", False, 1, 8, 9, 11),
    ]
    found = compare(schools, baseline_year=2023, outcome_year=2024)
    assert (sorted(found.pre_coefficients), found.pre_periods) == ([2022], 2)


@pytest.mark.parametrize(
    ("schools", "note"),
    [
        ([], "No served school has a value in every year that is needed."),
        (BY_HAND[:2], "No comparison school has a value in every year that is needed."),
        (BY_HAND[2:], "No served school has a value in every year that is needed."),
        (BY_HAND[:3], "One comparison school: no interval."),
        (BY_HAND[1:], "One served school needs at least 19 others to be ranked among."),
        ([school(n, n < "c", 1, 2) for n in "abcd"], "Every school of an arm moved alike: no interval."),
    ],
)
def test_too_little_says_so_and_has_no_interval(schools: list[SchoolYears], note: str) -> None:
    found = compare(schools)
    assert (found.low, found.high, found.p_cr2, found.note) == (None, None, None, note)


@pytest.mark.parametrize(("served", "is_asked"), [(4, False), (5, True), (19, True), (20, False)])
def test_five_to_nineteen_schools_are_asked_by_three_methods(served: int, is_asked: bool) -> None:
    found = compare(random_schools(6, served, 25))
    assert (found.p_bootstrap is not None, found.p_permutation is not None) == (is_asked, is_asked)
    assert (found.do_methods_agree is not None) is is_asked


def test_the_three_methods_agree_on_a_large_effect_and_not_on_none() -> None:
    assert compare(random_schools(7, 8, 8, effect=9)).do_methods_agree is True
    assert compare(random_schools(7, 8, 8)).do_methods_agree is False


def test_all_permutations_are_tried_where_they_are_few() -> None:
    numbers = np.array([10.0, 11, 12, 1, 2, 3, 4])
    served = np.array([True] * 3 + [False] * 4)
    p = permutation_p(numbers=numbers, weights=np.ones(7), served=served, seed=1)
    assert p == pytest.approx(1 / 35)
    assert p == permutation_p(numbers=numbers, weights=np.ones(7), served=served, seed=2)


def test_seeded_draws_come_out_the_same_and_near_the_exact_share() -> None:
    change, served, _ = changes(random_schools(8, 6, 7, effect=2))
    given = {"numbers": change, "weights": np.ones(13), "served": served}
    exact = permutation_p(**given, seed=1)
    drawn = permutation_p(**given, seed=1, draws=1_500)
    assert exact is not None and drawn == permutation_p(**given, seed=1, draws=1_500)
    assert drawn == pytest.approx(exact, abs=0.02)


@pytest.mark.parametrize("schools", [(5, 6), (6, 20)])
def test_each_method_rejects_nothing_about_one_time_in_twenty(schools: tuple[int, int]) -> None:
    served = np.arange(sum(schools)) < schools[0]
    rng = np.random.default_rng(9)
    rejected = np.zeros(2)
    for _ in range(300):
        numbers = rng.normal(0, 1, len(served))
        given = {"numbers": numbers, "weights": np.ones(len(served)), "served": served}
        bootstrap = wild_bootstrap_p(**given, seed=1, draws=399) or 0
        permutation = permutation_p(**given, seed=1, draws=399) or 0
        rejected += [bootstrap < 0.05, permutation < 0.05]
    assert (rejected / 300 < 0.09).all() and (rejected / 300 > 0.015).all()


def test_one_served_school_is_ranked_among_at_least_nineteen_others() -> None:
    others = [school(f"{n:02}", False, 50, 50 + n / 10) for n in range(19)]
    first = compare([school("x", True, 50, 60), *others])
    assert (first.placebo_rank, first.placebos, first.p_cr2) == (1, 20, None)
    assert first.low is not None and first.low > 0
    last = compare([school("x", True, 50, 50.9), *others])
    assert last.placebo_rank == 20
    assert last.low is not None and last.low < 0
    assert compare([school("x", True, 50, 60), *others[1:]]).placebo_rank is None


def test_one_served_school_ranks_first_one_time_in_twenty_by_chance() -> None:
    ranks = [compare(random_schools(seed, 1, 19)).placebo_rank for seed in range(1_000)]
    assert ranks.count(1) / 1_000 == pytest.approx(0.05, abs=0.02)


def test_the_interval_holds_the_truth_95_times_in_100() -> None:
    held = [compare(random_schools(seed, 20, 22, effect=1.5)) for seed in range(800)]
    inside = np.mean([(one.low or 0) <= 1.5 <= (one.high or 0) for one in held])
    assert inside == pytest.approx(0.95, abs=0.02)
    inside_80 = np.mean([(one.low_80 or 0) <= 1.5 <= (one.high_80 or 0) for one in held])
    assert inside_80 == pytest.approx(0.80, abs=0.04)


def test_schools_drawn_by_lot_are_compared_by_their_level() -> None:
    schools = random_schools(11, 8, 9)
    values = np.array([one.years[2022].value or 0 for one in schools])
    found = difference_in_school_means(
        schools=schools, outcome_year=2022, baseline_year=2021, is_up=True, seed=1
    )
    assert found.estimate == pytest.approx(values[:8].mean() - values[8:].mean())
    assert found.pre_periods is None and found.baseline_treated is not None
    assert found.p_bootstrap is not None


def test_before_after_only_describes() -> None:
    found = before_after(schools=BY_HAND, baseline_year=2021, outcome_year=2022, is_up=True)
    assert (found.change, found.schools, found.left_out) == (pytest.approx(6.25), 2, 0)
    none = before_after(schools=[], baseline_year=2021, outcome_year=2022, is_up=True)
    assert (none.change, none.students) == (None, None)


def test_points_become_student_sd_and_everything_scales() -> None:
    found = compare(random_schools(12, 6, 9, years=3), baseline_year=2022, outcome_year=2023)
    in_sd = in_student_sd(result=found, student_sd=50)
    assert in_sd.low_80 == pytest.approx((found.low_80 or 0) / 50)
    assert in_sd.worst_pre_period == pytest.approx((found.worst_pre_period or 0) / 50)
    assert (in_sd.p_cr2, in_sd.baseline_treated) == (found.p_cr2, found.baseline_treated)
    with pytest.raises(ValueError, match="over zero"):
        in_student_sd(result=found, student_sd=0)


def test_an_estimate_is_handed_to_the_verdict_whole() -> None:
    found = compare(random_schools(12, 6, 9, years=3), baseline_year=2022, outcome_year=2023)
    given = Circumstances(
        bar=1.0,
        is_rate=True,
        has_student_sd=False,
        is_plan_locked_before_outcome=True,
        baseline_difference=0.1,
    )
    estimate = estimate_for_verdict(result=found, given=given)
    assert estimate is not None
    assert (estimate.low, estimate.high, estimate.low80) == (found.low, found.high, found.low_80)
    assert (estimate.point, estimate.pre_periods) == (found.estimate, 2)
    assert (estimate.clusters_treated, estimate.do_methods_agree) == (6, found.do_methods_agree)
    assert estimate_for_verdict(result=compare([]), given=given) is None


def test_forty_schools_take_under_a_fifth_of_a_second() -> None:
    schools = random_schools(13, 19, 21, is_counted=True)
    compare(schools)
    begun = time.process_time()
    found = compare(schools)
    assert found.p_bootstrap is not None and found.p_permutation is not None
    assert time.process_time() - begun < 0.2
