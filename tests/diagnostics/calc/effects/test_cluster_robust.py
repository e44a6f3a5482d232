"""Errors clustered at the level of assignment: by hand, against statsmodels, and against full matrices."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import t as student

from diagnostics.calc.effects.cluster_robust import fit_clustered, fit_robust, reach, two_sided


def world(seed: int, schools: int = 9) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 12, schools)
    clusters = np.repeat(np.arange(schools), sizes)
    served = (np.arange(schools) % 3 == 0)[clusters]
    outcome = rng.normal(0, 1, schools)[clusters] + rng.normal(0, 1, len(clusters)) + 0.5 * served
    design = np.column_stack([np.ones(len(clusters)), served, rng.normal(0, 1, len(clusters))])
    return design, outcome, clusters


def test_hc1_is_that_of_statsmodels() -> None:
    design, outcome, _ = world(1)
    ours = fit_robust(design=design, outcome=outcome)
    theirs = sm.OLS(outcome, design).fit(cov_type="HC1")
    assert ours.estimate == pytest.approx(theirs.params, abs=1e-12)
    assert ours.standard_error == pytest.approx(theirs.bse, abs=1e-12)
    assert set(ours.degrees_of_freedom) == {len(outcome) - 3.0}


def test_clusters_of_one_are_hc2_of_statsmodels() -> None:
    design, outcome, _ = world(2)
    ours = fit_clustered(design=design, outcome=outcome, clusters=np.arange(len(outcome)))
    assert ours.standard_error == pytest.approx(sm.OLS(outcome, design).fit(cov_type="HC2").bse, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_cr2_and_its_degrees_of_freedom_are_those_of_the_full_matrices(seed: int) -> None:
    """The definition of Pustejovsky and Tipton, with every n x n matrix written out."""
    design, outcome, clusters = world(seed)
    bread = np.linalg.inv(design.T @ design)
    hat = design @ bread @ design.T
    left = np.eye(len(outcome)) - hat
    errors = left @ outcome
    meat = np.zeros((3, 3))
    columns = []
    for cluster in range(clusters.max() + 1):
        rows = clusters == cluster
        values, vectors = np.linalg.eigh(left[np.ix_(rows, rows)])
        adjust = vectors @ np.diag(values**-0.5) @ vectors.T
        score = design[rows].T @ adjust @ errors[rows]
        meat += np.outer(score, score)
        columns.append(left[:, rows] @ adjust @ design[rows] @ bread)
    ours = fit_clustered(design=design, outcome=outcome, clusters=clusters)
    assert ours.standard_error == pytest.approx(np.sqrt(np.diag(bread @ meat @ bread)), rel=1e-9)
    for column in range(3):
        g = np.column_stack([one[:, column] for one in columns])
        b = g.T @ g
        expected = np.trace(b) ** 2 / np.sum(b**2)
        assert ours.degrees_of_freedom[column] == pytest.approx(expected, rel=1e-9)


def test_the_order_of_rows_and_the_names_of_clusters_do_not_matter() -> None:
    design, outcome, clusters = world(3)
    order = np.random.default_rng(0).permutation(len(outcome))
    one = fit_clustered(design=design, outcome=outcome, clusters=clusters)
    other = fit_clustered(design=design[order], outcome=outcome[order], clusters=100 - clusters[order])
    assert other.standard_error == pytest.approx(one.standard_error, rel=1e-9)
    assert other.degrees_of_freedom == pytest.approx(one.degrees_of_freedom, rel=1e-9)


def test_one_cluster_and_a_full_fit_have_no_error() -> None:
    design, outcome, _ = world(4)
    one = fit_clustered(design=design, outcome=outcome, clusters=np.zeros(len(outcome), dtype=np.int64))
    assert np.isnan(one.standard_error).all()
    exact = fit_robust(design=np.eye(2), outcome=np.array([1.0, 2.0]))
    assert np.isnan(exact.standard_error).all()


def test_p_and_interval_are_of_student() -> None:
    p = two_sided(estimate=2, standard_error=1, freedom=7.5)
    assert p == pytest.approx(2 * student.sf(2, 7.5))
    assert reach(standard_error=2, freedom=7.5, confidence=0.8) == pytest.approx(2 * student.ppf(0.9, 7.5))
