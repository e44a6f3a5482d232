"""Return: what is shown, what is not and why, and intervals that hold the truth."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.calc.gates import GateName, list_gates
from diagnostics.calc.ratio import NoRatio, ReturnRatio, fieller, return_ratio
from diagnostics.calc.shrinkage import DOUBTING, USUAL, shrink
from tests.diagnostics.calc.evidence import JUDGED

PASSED = list_gates(evidence=JUDGED)


def ratio(**changes: Any) -> ReturnRatio:
    values = {
        "cost_per_student": 1_000.0,
        "estimate": 0.2,
        "standard_error": 0.05,
        "low": 0.1,
        "high": 0.3,
        "has_student_sd": True,
        "gates": PASSED,
        **changes,
    }
    return return_ratio(**values)


def test_a_ratio_by_hand() -> None:
    found = ratio()
    assert found.shrunken == pytest.approx((0.2 * 400 + 0.05 * 100) / 500)
    assert found.per_1000 == found.shrunken
    assert ratio(cost_per_student=500.0).per_1000 == pytest.approx(2 * 0.17)
    assert (found.cost_per_sd, found.cost_per_sd_low, found.cost_per_sd_high) == (
        pytest.approx(5_000),
        pytest.approx(10_000 / 3),
        pytest.approx(10_000),
    )
    assert (found.why, found.why_no_cost_per_sd, found.failed) == (None, None, ())


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"estimate": None}, NoRatio.NO_ESTIMATE),
        ({"standard_error": None}, NoRatio.NO_ESTIMATE),
        ({"has_student_sd": False}, NoRatio.NO_STUDENT_SD),
        ({"cost_per_student": None}, NoRatio.NO_COST),
        ({"cost_per_student": 0.0}, NoRatio.SAVES_MONEY),
        ({"cost_per_student": -5.0}, NoRatio.SAVES_MONEY),
        ({"estimate": 0.0}, NoRatio.NO_GAIN),
        ({"estimate": -0.1}, NoRatio.NO_GAIN),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_computed(changes: dict[str, Any], why: NoRatio) -> None:
    found = ratio(**changes)
    assert (found.per_1000, found.cost_per_sd, found.shrunken) == (None, None, None)
    assert (found.why, found.why_no_cost_per_sd) == (why, why)
    assert found.cost_per_student == changes.get("cost_per_student", 1_000.0)


def test_a_failed_gate_is_named_with_the_way_to_pass() -> None:
    gates = list_gates(evidence=replace(JUDGED, delivery=None))
    found = ratio(gates=gates)
    assert (found.why, found.per_1000) == (NoRatio.GATES, None)
    (gate,) = found.failed
    assert (gate.name, gate.number) == (GateName.DELIVERY, "no check-ins")
    assert gate.fix == "Get a check-in from every school and month."


@pytest.mark.parametrize(("low", "is_shown"), [(0.001, True), (0.0, False), (-0.1, False)])
def test_a_cost_for_an_sd_needs_an_interval_over_zero(low: float, is_shown: bool) -> None:
    found = ratio(low=low)
    assert (found.cost_per_sd is not None) is is_shown
    assert found.why_no_cost_per_sd == (None if is_shown else NoRatio.CANNOT_BE_BOUNDED)
    assert found.per_1000 is not None


@given(
    cost=st.floats(-1e5, 1e5) | st.none(),
    estimate=st.floats(-2, 2) | st.none(),
    error=st.floats(0.001, 2) | st.none(),
    width=st.floats(0, 4),
    cost_error=st.floats(0, 1e4),
)
def test_no_number_of_dollars_for_an_sd_is_ever_negative(
    cost: float | None, estimate: float | None, error: float | None, width: float, cost_error: float
) -> None:
    middle = estimate or 0
    found = ratio(
        cost_per_student=cost,
        estimate=estimate,
        standard_error=error,
        low=middle - width,
        high=middle + width,
        cost_error=cost_error,
    )
    shown = (found.per_1000, found.cost_per_sd, found.cost_per_sd_low, found.cost_per_sd_high)
    assert all(one is None or one >= 0 for one in shown)


def test_fieller_holds_the_truth_95_times_in_100() -> None:
    rng = np.random.default_rng(1)
    held = []
    for effect, cost in zip(rng.normal(0.8, 0.1, 4_000), rng.normal(1_000, 100, 4_000), strict=True):
        given_ = {"low": effect - 0.196, "high": effect + 0.196, "estimate": effect, "cost": cost}
        bounds = fieller(**given_, half_width=196)
        held.append(bounds is None or bounds[0] <= 1_250 <= bounds[1])
    assert np.mean(held) == pytest.approx(0.95, abs=0.01)


def test_fieller_with_a_cost_that_is_nearly_known_is_that_of_a_known_cost() -> None:
    known = fieller(cost=1_000, half_width=0, estimate=0.2, low=0.1, high=0.3)
    nearly = fieller(cost=1_000, half_width=1e-6, estimate=0.2, low=0.1, high=0.3)
    assert known is not None and nearly == pytest.approx(known, rel=1e-6)


def test_pooling_by_hand() -> None:
    found = shrink(estimate=0.3, standard_error=0.1)
    assert (found.mean, found.sd) == (pytest.approx(0.175), pytest.approx(0.1 / 2**0.5))
    assert found.chance_over(bar=0.175) == pytest.approx(0.5)
    assert shrink(estimate=0.3, standard_error=1e-6).mean == pytest.approx(0.3)
    assert shrink(estimate=0.3, standard_error=1e6, prior=USUAL).mean == pytest.approx(0.05)
    assert shrink(estimate=0.3, standard_error=0.1, prior=DOUBTING).mean == pytest.approx(0.15)
    with pytest.raises(ValueError, match="over zero"):
        shrink(estimate=0.3, standard_error=0)
