"""Regression to the mean: the domain's check values, and students made up with no effect at all."""

from __future__ import annotations

import numpy as np
import pytest

from diagnostics.calc.regression_to_mean import (
    expected_gain,
    expected_gain_by_same_score,
    expected_gain_unknown,
    mean_of_lowest,
)


@pytest.mark.parametrize(("correlation", "gain"), [(0.8, 0.28), (0.7, 0.42), (0.9, 0.14)])
def test_the_lowest_fifth_of_the_very_test_before(correlation: float, gain: float) -> None:
    found = expected_gain_by_same_score(correlation=correlation, share=0.2)
    assert (round(found.low, 2), round(found.high, 2), found.is_known) == (gain, gain, True)


def test_the_lowest_fifth_of_last_years_test() -> None:
    mean = mean_of_lowest(share=0.2)
    gain = expected_gain(correlation_before=0.80, correlation_after=0.75, mean_chosen=mean)
    assert round(gain, 2) == 0.07
    grown = expected_gain(correlation_before=0.80, correlation_after=0.75, mean_chosen=mean, growth=0.3)
    assert grown == pytest.approx(gain + 0.3)


def test_a_referral_has_a_range() -> None:
    found = expected_gain_unknown(share=0.2)
    assert (found.low, round(found.high, 2), found.is_known) == (0.0, 0.42, False)


def test_everybody_chosen_gains_nothing() -> None:
    assert expected_gain_by_same_score(correlation=0.5, share=1.0).high == 0


def test_what_was_never_a_share_or_a_correlation_is_refused() -> None:
    with pytest.raises(ValueError, match="share"):
        mean_of_lowest(share=0)
    with pytest.raises(ValueError, match="correlation"):
        expected_gain(correlation_before=1.1, correlation_after=0.8, mean_chosen=-1)


def test_students_made_up_without_an_effect_gain_as_much() -> None:
    rng = np.random.default_rng(1)
    before = rng.normal(0, 1, 200_000)
    after = 0.8 * before + 0.6 * rng.normal(0, 1, 200_000)
    lowest = before <= np.quantile(before, 0.2)
    seen = (after - before)[lowest].mean()
    assert seen == pytest.approx(expected_gain_by_same_score(correlation=0.8, share=0.2).low, abs=0.01)
