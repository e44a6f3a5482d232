"""The chance to reach a target: an outside reference, too few points, what is settled, and a simulation."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import t as student

from diagnostics.calc.on_track import OnTrack, on_track

YEARS, VALUES = [2019, 2020, 2021, 2022, 2023], [10.0, 12, 11, 13, 14]


def chance(**changes: object) -> OnTrack:
    given = {"years": YEARS, "values": VALUES, "target": 15.0, "due_year": 2025, "is_up": True, **changes}
    return on_track(**given)  # type: ignore[arg-type]


def test_the_prediction_is_that_of_statsmodels() -> None:
    fitted = sm.OLS(VALUES, sm.add_constant(YEARS)).fit()
    told = fitted.get_prediction([[1, 2025]])
    frame = told.summary_frame(alpha=0.05)
    found = chance()
    assert found.expected == pytest.approx(frame["mean"][0])
    assert found.low == pytest.approx(frame["obs_ci_lower"][0])
    assert found.high == pytest.approx(frame["obs_ci_upper"][0])
    assert found.probability == pytest.approx(student.sf((15 - frame["mean"][0]) / told.se_obs[0], 3))


def test_less_is_better_is_the_other_side() -> None:
    assert chance(is_up=False).probability == pytest.approx(1 - (chance().probability or 0))
    mirrored = chance(is_up=False, values=[-value for value in VALUES], target=-15.0)
    assert mirrored.probability == pytest.approx(chance().probability)


@pytest.mark.parametrize("many", [0, 1, 2])
def test_under_three_points_give_no_chance_but_their_number(many: int) -> None:
    assert chance(years=YEARS[:many], values=VALUES[:many]) == OnTrack(probability=None, points=many)


def test_a_missing_value_is_no_point() -> None:
    assert chance(years=[2021, 2022, 2023], values=[1, float("nan"), 3]).points == 2


def test_the_due_year_settles_it() -> None:
    assert chance(due_year=2023, target=14.0) == OnTrack(1.0, 5, 14.0, 14.0, 14.0, is_known=True)
    assert chance(due_year=2022, target=14.0).probability == 0
    assert chance(due_year=2018).probability is None


def test_points_on_a_line_leave_no_doubt() -> None:
    given = {"years": [2021, 2022, 2023], "values": [1, 2, 3]}
    assert chance(**given, target=5).probability == 1
    assert chance(**given, target=5.1).probability == 0


def test_a_year_comes_once() -> None:
    with pytest.raises(ValueError, match="one value a year"):
        chance(years=[2021, 2021, 2022, 2023, 2024])


def test_a_chance_of_seven_in_ten_comes_true_seven_times_in_ten() -> None:
    rng = np.random.default_rng(1)
    told, came = [], []
    for _ in range(3_000):
        line = 50 + rng.normal(0, 1) * np.arange(7) + rng.normal(0, 2, 7)
        told.append(
            on_track(
                years=range(2019, 2024), values=list(line[:5]), target=52, due_year=2025, is_up=True
            ).probability
            or 0.0
        )
        came.append(line[6] >= 52)
    likely = (np.array(told) > 0.6) & (np.array(told) < 0.8)
    assert np.array(came)[likely].mean() == pytest.approx(np.array(told)[likely].mean(), abs=0.06)
