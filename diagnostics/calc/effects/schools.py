"""Two arms of schools with one number each: the contrast, its CR2 error and t. Must not know what it means.

A school is its own cluster, so CR2 is HC2. One row of `arms` or `numbers` is one way it might have
been; all rows are computed at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_TINY = 1e-12


def contrast(*, numbers: Floats, weights: Floats, served: Flags) -> tuple[Floats, Floats]:
    """Give the weighted difference served minus comparison and its CR2 standard error, arrays (rows,).

    numbers, served: (rows, schools) or (schools,), the other repeated; weights: (schools,). In arm g with
    shares q_i = w_i / sum w: m_g = sum q_i y_i; V_g = sum q_i^2 (y_i - m_g)^2 / b_i with b_i = 1 - 2 q_i +
    sum_j q_j^2 (the variance of a residual under equal variances). An arm of one school has no error: NaN.
    """
    y, arms = np.atleast_2d(numbers), np.atleast_2d(served)
    estimate = np.zeros(max(len(y), len(arms)))
    variance = np.zeros_like(estimate)
    for sign, arm in ((1.0, arms), (-1.0, ~arms)):
        shares = arm * weights
        shares = shares / shares.sum(axis=1, keepdims=True)
        mean = (shares * y).sum(axis=1, keepdims=True)
        left = np.maximum(1 - 2 * shares + (shares**2).sum(axis=1, keepdims=True), _TINY)
        part = (shares**2 * (y - mean) ** 2 / left).sum(axis=1)
        estimate += sign * mean[:, 0]
        variance += np.where(arm.sum(axis=1) > 1, part, np.nan)
    return estimate, np.sqrt(variance)


def satterthwaite(*, weights: Floats, served: Flags) -> float:
    """Give the degrees of freedom of `contrast` for one assignment; NaN with an arm of one school.

    With R = I - H of an arm and g_i = q_i / sqrt(b_i): B = (g g') * (R R'), df = tr(B)^2 / sum B_ij^2,
    arms added. Equal weights, n and m schools: (1/n + 1/m)^2 / (1/(n^2(n-1)) + 1/(m^2(m-1))).
    """
    trace, square = 0.0, 0.0
    for arm in (served, ~served):
        if arm.sum() < 2:
            return float("nan")
        shares = weights[arm] / weights[arm].sum()
        residual = np.eye(len(shares)) - shares[None, :]
        cross = residual @ residual.T
        scale = shares / np.sqrt(np.maximum(np.diag(cross), _TINY))
        matrix = cross * scale[:, None] * scale[None, :]
        trace += float(np.trace(matrix))
        square += float((matrix**2).sum())
    return trace**2 / square


def studentised(*, numbers: Floats, weights: Floats, served: Flags) -> Floats:
    """Give |estimate / error| of every row; infinite where the error is zero and the estimate is not."""
    estimate, error = contrast(numbers=numbers, weights=weights, served=served)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(np.abs(estimate) <= _TINY, 0.0, np.abs(estimate) / error)
    return found
