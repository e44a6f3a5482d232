"""Two arms of schools with one number each, and the number before it taken out (ANCOVA). Must not choose it.

A school is its own cluster, so CR2 is HC2. Rows of `numbers` are ways it might have been, computed at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diagnostics.calc.effects.few_schools import DRAWS, draw_signs
from diagnostics.calc.effects.schools import Flags, Floats

_TINY = 1e-12
_SLACK = 1e-9


@dataclass(frozen=True)
class AdjustedFit:
    """Weighted least squares of y = a + t served + c before, made ready for any y.

    effect: (schools,) what each y adds to t; left: (schools, schools), I - H; scale: (schools,), effect over
    the root of a residual's variance under equal variances; restricted: (schools, schools), the hat matrix
    without the arm, for what no effect looks like.
    """

    effect: Floats
    left: Floats
    scale: Floats
    restricted: Floats

    def contrast(self, *, numbers: Floats) -> tuple[Floats, Floats]:
        """Give t and its CR2 standard error for every row of numbers, arrays (rows,)."""
        y = np.atleast_2d(numbers)
        return y @ self.effect, np.sqrt(((y @ self.left.T) ** 2) @ self.scale**2)

    @property
    def freedom(self) -> float:
        """Satterthwaite's: B = (g g') * (R R'), tr(B)^2 / sum B_ij^2, R = I - H and g = scale."""
        matrix = (self.left @ self.left.T) * np.outer(self.scale, self.scale)
        return float(np.trace(matrix) ** 2 / (matrix**2).sum())


def fit_adjusted(*, before: Floats, weights: Floats, served: Flags) -> AdjustedFit | None:
    """Prepare the fit; None where arm and number before cannot be told apart, or a school fits itself exactly.

    before, weights, served: (schools,).
    """
    plain = np.column_stack([np.ones(len(before)), before - before.mean()])
    design = np.column_stack([served.astype(np.float64), plain])
    if len(before) <= design.shape[1] or np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    solved = np.linalg.solve(design.T @ (design * weights[:, None]), (design * weights[:, None]).T)
    left = np.eye(len(before)) - design @ solved
    spread = (left**2).sum(axis=1)
    if (spread < _SLACK).any():
        return None
    alone = np.linalg.solve(plain.T @ (plain * weights[:, None]), (plain * weights[:, None]).T)
    return AdjustedFit(
        effect=solved[0], left=left, scale=solved[0] / np.sqrt(spread), restricted=plain @ alone
    )


def adjusted_bootstrap_p(*, fit: AdjustedFit, numbers: Floats, seed: int, draws: int = DRAWS) -> float:
    """Give the two-sided p of no effect: the restricted fit with its residuals' signs drawn by chance.

    As `few_schools.wild_bootstrap_p`, with the number before kept in the restricted fit.
    """
    fitted = fit.restricted @ numbers
    signs = draw_signs(schools=len(numbers), draws=draws, seed=seed)
    return _share(fit=fit, numbers=numbers, found=fitted + signs * (numbers - fitted))


def adjusted_permutation_p(*, fit: AdjustedFit, numbers: Floats, seed: int, draws: int = DRAWS) -> float:
    """Give the two-sided p of no effect: the restricted fit with its residuals dealt out anew, seeded.

    Source: Freedman and Lane (1983).
    """
    fitted = fit.restricted @ numbers
    order = np.random.default_rng(seed).random((draws, len(numbers))).argsort(axis=1)
    return _share(fit=fit, numbers=numbers, found=fitted + (numbers - fitted)[order])


def _share(*, fit: AdjustedFit, numbers: Floats, found: Floats) -> float:
    seen = _studentised(fit=fit, numbers=numbers)[0] * (1 - _SLACK)
    return float((1 + (_studentised(fit=fit, numbers=found) >= seen).sum()) / (1 + len(found)))


def _studentised(*, fit: AdjustedFit, numbers: Floats) -> Floats:
    estimate, error = fit.contrast(numbers=numbers)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(np.abs(estimate) <= _TINY, 0.0, np.abs(estimate) / error)
    return found
