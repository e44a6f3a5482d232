"""Effects in student standard deviations, as the What Works Clearinghouse computes them.

Must not divide by the SD of school means: that inflates g about two and a half times. Without a student
SD there is no g.
"""

from __future__ import annotations

from math import log, sqrt
from statistics import NormalDist

COX = 1.65
PERCENT = 100.0


def small_sample(*, students: float) -> float:
    """Give w = 1 - 3 / (4N - 9), students: N in both arms. Raises ValueError for N < 4."""
    if students < 4:
        raise ValueError("An effect size needs at least four students.")
    return 1 - 3 / (4 * students - 9)


def pooled_sd(*, sd_treated: float, n_treated: float, sd_comparison: float, n_comparison: float) -> float:
    """Give the student SD of both arms: S^2 = ((nT-1) S_T^2 + (nC-1) S_C^2) / (nT + nC - 2)."""
    squares = (n_treated - 1) * sd_treated**2 + (n_comparison - 1) * sd_comparison**2
    return sqrt(squares / (n_treated + n_comparison - 2))


def hedges_g(
    *,
    mean_treated: float,
    sd_treated: float,
    n_treated: float,
    mean_comparison: float,
    sd_comparison: float,
    n_comparison: float,
) -> float | None:
    """Give g = w (mean_T - mean_C) / S_pooled of students; None where the SDs are both zero.

    Source: WWC Procedures Handbook 5.0, appendix E. Raises ValueError for fewer than four students.

    Example: means 105 and 100, SDs 10, 50 students each: 0.992 x 0.5 = 0.496.
    """
    weight = small_sample(students=n_treated + n_comparison)
    spread = pooled_sd(
        sd_treated=sd_treated, n_treated=n_treated, sd_comparison=sd_comparison, n_comparison=n_comparison
    )
    return weight * (mean_treated - mean_comparison) / spread if spread > 0 else None


def cox_index(
    *,
    share_treated: float,
    share_comparison: float,
    n_treated: float | None = None,
    n_comparison: float | None = None,
) -> float | None:
    """Give the Cox index w ln(odds ratio) / 1.65 of two shares 0-1; w = 1 where a count is not known.

    None where a share is 0 or 1: its odds have no logarithm.

    Example: 0.60 against 0.50, large: ln(1.5) / 1.65 = 0.246.
    """
    if not (0 < share_treated < 1 and 0 < share_comparison < 1):
        return None
    odds = share_treated / (1 - share_treated) / (share_comparison / (1 - share_comparison))
    counted = n_treated is not None and n_comparison is not None
    weight = small_sample(students=(n_treated or 0) + (n_comparison or 0)) if counted else 1.0
    return weight * log(odds) / COX


def improvement_index(*, g: float) -> float:
    """Give 100 Phi(g) - 50: percentiles that a student in the middle moves up, -50 to 50.

    Example: g = 0.25 moves the 50th to about the 60th: 9.87.
    """
    return PERCENT * NormalDist().cdf(g) - 50


def baseline_difference(
    *, treated: float | None, comparison: float | None, unit: str, student_sd: float | None
) -> float | None:
    """Give how the arms differed before, in student SD; None where it cannot be known.

    A rate (unit "percent", 0-100) by the Cox index; a mean ("points") over the student SD; a count has
    neither. treated, comparison: both arms' means in the baseline year. Rates of both 0 or both 100 are
    alike: 0.

    Example: 30% and 25%: ln(1.286) / 1.65 = 0.152.
    """
    if treated is None or comparison is None:
        return None
    if unit == "percent":
        if treated == comparison:
            return 0.0
        return cox_index(share_treated=treated / PERCENT, share_comparison=comparison / PERCENT)
    if unit == "points" and student_sd is not None and student_sd > 0:
        return (treated - comparison) / student_sd
    return None
