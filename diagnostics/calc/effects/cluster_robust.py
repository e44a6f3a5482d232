"""Least squares with a variance that clusters at the level of assignment. Must not know what a row is.

CR2 and its Satterthwaite degrees of freedom: Bell and McCaffrey (2002), Pustejovsky and Tipton (2018), with
an identity as the working covariance, as R's clubSandwich takes it for `lm`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

_TINY = 1e-9


@dataclass(frozen=True)
class Coefficients:
    """Coefficients with standard errors and degrees of freedom, arrays (k,); NaN where there is none."""

    estimate: Floats
    standard_error: Floats
    degrees_of_freedom: Floats


def fit_robust(*, design: Floats, outcome: Floats) -> Coefficients:
    """Fit by least squares with HC1 errors: students were assigned one by one.

    V = n/(n-k) (X'X)^-1 X' diag(e^2) X (X'X)^-1; n - k degrees of freedom. design: (n, k) of full rank;
    outcome: (n,). n <= k: NaN errors. Raises LinAlgError where the design is not of full rank.

    Example: 1, 3 against 2, 6 (a column of ones and a dummy) differ by 2.
    """
    many, columns = design.shape
    bread = np.linalg.inv(design.T @ design)
    estimate = bread @ design.T @ outcome
    if many <= columns:
        nothing = np.full(columns, np.nan)
        return Coefficients(estimate=estimate, standard_error=nothing, degrees_of_freedom=nothing)
    errors = outcome - design @ estimate
    meat = (design * errors[:, None] ** 2).T @ design * many / (many - columns)
    return Coefficients(
        estimate=estimate,
        standard_error=np.sqrt(np.diag(bread @ meat @ bread)),
        degrees_of_freedom=np.full(columns, float(many - columns)),
    )


def fit_clustered(*, design: Floats, outcome: Floats, clusters: Labels) -> Coefficients:
    """Fit by least squares with CR2 errors and Satterthwaite degrees of freedom.

    A_i = (I - H_ii)^(-1/2) on the block of cluster i; V = M sum_i (X_i' A_i e_i)(..)' M, M = (X'X)^-1.
    For a coefficient c with g_i = A_i X_i M c: B_ij = [i=j] g_i'g_i - (X_i'g_i)' M (X_j'g_j), df =
    tr(B)^2 / sum B_ij^2. design: (n, k) of full rank; outcome: (n,); clusters: (n,) any whole numbers.
    One cluster: NaN errors. Nothing larger than clusters x k x k is held.
    """
    columns = design.shape[1]
    bread = np.linalg.inv(design.T @ design)
    root = np.linalg.cholesky(bread)
    estimate = bread @ design.T @ outcome
    errors = outcome - design @ estimate
    scores, norms, projected = [], [], []
    for cluster in np.unique(clusters):
        rows = clusters == cluster
        part = design[rows]
        adjusted = _adjusted(part=part @ root) @ np.linalg.inv(root) @ bread
        scores.append(adjusted.T @ errors[rows])
        norms.append((adjusted**2).sum(axis=0))
        projected.append(part.T @ adjusted)
    if len(scores) < 2:
        nothing = np.full(columns, np.nan)
        return Coefficients(estimate=estimate, standard_error=nothing, degrees_of_freedom=nothing)
    score, norm = np.array(scores), np.array(norms)
    freedom = np.empty(columns)
    for column in range(columns):
        half = np.array([one[:, column] for one in projected]) @ root
        matrix = np.diag(norm[:, column]) - half @ half.T
        freedom[column] = np.trace(matrix) ** 2 / max(float((matrix**2).sum()), _TINY**2)
    return Coefficients(
        estimate=estimate,
        standard_error=np.sqrt((score**2).sum(axis=0)),
        degrees_of_freedom=freedom,
    )


def _adjusted(*, part: Floats) -> Floats:
    """Give (I - Z Z')^(-1/2) Z for Z = X_i M^(1/2) by the eigenvectors of Z'Z; a direction of H at 1 drops out."""
    values, vectors = np.linalg.eigh(part.T @ part)
    left = 1.0 - values
    scale = np.where(left > _TINY, 1.0 / np.sqrt(np.maximum(left, _TINY)), 0.0)
    result: Floats = part @ (vectors * scale) @ vectors.T
    return result


def two_sided(*, estimate: float, standard_error: float, freedom: float) -> float:
    """Give the two-sided p of estimate / standard_error under t with `freedom` degrees."""
    return float(2 * stdtr(freedom, -abs(estimate) / standard_error))


def reach(*, standard_error: float, freedom: float, confidence: float) -> float:
    """Give half the width of an interval: t(freedom, (1 + confidence) / 2) x standard error."""
    return float(stdtrit(freedom, (1 + confidence) / 2) * standard_error)
