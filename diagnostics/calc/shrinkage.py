"""An estimate pulled toward what is usual elsewhere: partial pooling. Must never set a verdict.

Only for effects in student SD: an outcome without one has no prior in its unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist


@dataclass(frozen=True)
class Prior:
    """True effects to expect before looking, in student SD: normal with this mean and SD."""

    mean: float
    sd: float


USUAL = Prior(mean=0.05, sd=0.10)
DOUBTING = Prior(mean=0.0, sd=0.10)


@dataclass(frozen=True)
class Shrunken:
    """The effect after pooling, in student SD. It covers sampling error, not bias: name the design beside it."""

    mean: float
    sd: float

    def chance_over(self, *, bar: float) -> float:
        """Give the probability 0-1 that the true effect is over `bar`."""
        return 1 - NormalDist(self.mean, self.sd).cdf(bar)


def shrink(*, estimate: float, standard_error: float, prior: Prior = USUAL) -> Shrunken:
    """Pool an estimate with a prior by their precisions: (E/s^2 + m/t^2) / (1/s^2 + 1/t^2).

    Raises ValueError unless standard_error > 0.

    Example: 0.30 with an error of 0.10 and N(0.05, 0.10^2) becomes 0.175.
    """
    if not standard_error > 0:
        raise ValueError("A standard error is over zero.")
    mine, before = 1 / standard_error**2, 1 / prior.sd**2
    return Shrunken(
        mean=(mine * estimate + before * prior.mean) / (mine + before), sd=1 / sqrt(mine + before)
    )
