"""Arms of students compared: by hand, within strata, clustered, and with nothing to compare."""

from __future__ import annotations

import numpy as np
import pytest

from diagnostics.calc.effects.difference_in_means import difference_in_means

OUTCOMES = np.array([1.0, 3.0, 4.0, 6.0])
ARMS = ["plain", "plain", "small", "small"]


def test_two_arms_by_hand() -> None:
    found = difference_in_means(outcomes=OUTCOMES, arms=ARMS, comparison="plain")["small"]
    assert found.estimate == pytest.approx(3)
    assert found.standard_error == pytest.approx(2**0.5)  # HC1: sqrt(4/2 x (2/4 + 2/4))
    assert found.degrees_of_freedom == 2
    assert (found.students_treated, found.students_comparison) == (2, 2)
    assert (found.clusters_treated, found.clusters_comparison) == (None, None)
    assert found.high_80 is not None and found.high is not None and found.high_80 < found.high


def test_a_missing_outcome_is_left_out() -> None:
    outcomes = np.array([*OUTCOMES, np.nan])
    found = difference_in_means(outcomes=outcomes, arms=[*ARMS, "small"], comparison="plain")["small"]
    assert (found.estimate, found.students_treated) == (pytest.approx(3), 2)


def test_strata_take_out_what_differs_between_them() -> None:
    """In each stratum small is 2 higher; served more often where scores are high, the plain gap is larger."""
    outcomes = np.array([1.0, 1.0, 1.0, 3.0, 11.0, 13.0, 13.0, 13.0])
    arms = ["plain"] * 3 + ["small"] + ["plain"] + ["small"] * 3
    strata = ["a"] * 4 + ["b"] * 4
    plain = difference_in_means(outcomes=outcomes, arms=arms, comparison="plain")["small"]
    within = difference_in_means(outcomes=outcomes, arms=arms, comparison="plain", strata=strata)["small"]
    assert plain.estimate == pytest.approx(7)
    assert within.estimate == pytest.approx(2)


def test_clustering_counts_the_schools_of_each_arm() -> None:
    rng = np.random.default_rng(1)
    schools = np.repeat(np.arange(12), 5)
    arms = ["small" if school % 2 else "plain" for school in schools]
    found = difference_in_means(
        outcomes=rng.normal(0, 1, 60), arms=arms, comparison="plain", clusters=list(schools)
    )["small"]
    assert (found.clusters_treated, found.clusters_comparison) == (6, 6)
    assert found.degrees_of_freedom == pytest.approx(10)


def test_arms_that_never_share_a_stratum_have_no_estimate() -> None:
    found = difference_in_means(
        outcomes=OUTCOMES, arms=ARMS, comparison="plain", strata=["a", "a", "b", "b"]
    )["small"]
    assert (found.estimate, found.note) == (None, "The arms cannot be told apart from the strata.")


@pytest.mark.parametrize(("outcomes", "arms"), [([], []), ([1.0], ["plain"]), ([1.0], ["small"])])
def test_nothing_to_compare_gives_nothing(outcomes: list[float], arms: list[str]) -> None:
    assert difference_in_means(outcomes=np.array(outcomes), arms=arms, comparison="plain") == {}
