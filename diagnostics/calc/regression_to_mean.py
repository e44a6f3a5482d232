"""How much would have come anyway: those picked for a low score do better next time, treated or not.

Must not correct an estimate with it: it stands beside a before-after as description.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

WEAKEST = 0.7


@dataclass(frozen=True)
class ExpectedGain:
    """Gain to expect without any effect, in student SD; low and high are equal where it is known.

    is_known: whether the correlations are of the very score they were chosen by; else it is a range.
    """

    low: float
    high: float
    is_known: bool


def expected_gain(
    *, correlation_before: float, correlation_after: float, mean_chosen: float, growth: float = 0.0
) -> float:
    """Give the gain that the chosen would show without any effect, in student SD.

    (rho(S, post) - rho(S, pre)) x mean of S among the chosen + growth of everybody. S: what they were
    chosen by, standardised; correlation_before, correlation_after: of S with the test before and after, in
    the unselected; mean_chosen: in SD of S, below zero for low scorers. Chosen on the very test before,
    correlation_before is 1. Raises ValueError for a correlation outside -1 to 1. Source: the bivariate
    normal (Galton); linear regression suffices.

    Example: the bottom 20% of the very pre-test (mean -1.40) at r = 0.8 gain (0.8 - 1) x -1.40 = 0.28.
    """
    for correlation in (correlation_before, correlation_after):
        if not -1 <= correlation <= 1:
            raise ValueError("A correlation lies between -1 and 1.")
    return (correlation_after - correlation_before) * mean_chosen + growth


def mean_of_lowest(*, share: float) -> float:
    """Give the mean, in SD, of the lowest `share` (0-1) of a normal score; 0 when everybody is chosen.

    -phi(z) / share with z the share's quantile. Raises ValueError unless 0 < share <= 1.

    Example: the lowest 0.20 have a mean of -1.40.
    """
    if not 0 < share <= 1:
        raise ValueError("A share chosen is over 0 and at most 1.")
    if share == 1:
        return 0.0
    normal = NormalDist()
    return -normal.pdf(normal.inv_cdf(share)) / share


def expected_gain_by_same_score(*, correlation: float, share: float) -> ExpectedGain:
    """Give what the lowest `share` gain when chosen by the very test before; correlation of both tests."""
    gain = expected_gain(
        correlation_before=1.0, correlation_after=correlation, mean_chosen=mean_of_lowest(share=share)
    )
    return ExpectedGain(low=gain, high=gain, is_known=True)


def expected_gain_unknown(*, share: float) -> ExpectedGain:
    """Give the range when nobody knows what they were chosen by, as with a referral.

    From nothing (chosen by something that has no more to do with the test before than with the one after) to
    the lowest `share` of the very test before, at the weaker usual correlation of two years, 0.7.

    Example: a fifth referred: between 0 and 0.42.
    """
    gain = expected_gain(
        correlation_before=1.0, correlation_after=WEAKEST, mean_chosen=mean_of_lowest(share=share)
    )
    return ExpectedGain(low=0.0, high=gain, is_known=False)
