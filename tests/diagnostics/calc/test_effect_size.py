"""Effect sizes: by hand, and against every finding of the What Works Clearinghouse that has the numbers."""

from __future__ import annotations

import csv

import pytest

from diagnostics.calc.effect_size import (
    baseline_difference,
    cox_index,
    hedges_g,
    improvement_index,
    small_sample,
)
from tests.data import SHARED, needs_shared

MEASURE = "Outcome_Measure_"
NUMBERS = (
    ("mean_treated", "Intervention_Mean"),
    ("sd_treated", "Intervention_Standard_Deviation"),
    ("n_treated", f"{MEASURE}Intervention_Sample_Size"),
    ("mean_comparison", "Comparison_Mean"),
    ("sd_comparison", "Comparison_Standard_Deviation"),
    ("n_comparison", f"{MEASURE}Comparison_Sample_Size"),
)


def findings() -> list[tuple[float | None, float, float]]:
    """Give our g, the published g and the published improvement index; both signed as our means are."""
    found = []
    with (SHARED / "evidence" / "wwc_Findings.csv").open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            if not all(row[column] for _, column in NUMBERS) or not row["Effect_Size_WWC"]:
                continue
            given = {name: float(row[column]) for name, column in NUMBERS}
            if not (given["sd_treated"] > 0 and given["sd_comparison"] > 0):
                continue
            ours = hedges_g(**given)
            found.append((ours, float(row["Effect_Size_WWC"]), float(row["Improvement_Index"] or "nan")))
    return found


@needs_shared
def test_g_is_that_of_the_clearinghouse() -> None:
    pairs = [(ours, theirs) for ours, theirs, _ in findings()]
    near = [abs(abs(ours) - abs(theirs)) <= 0.0005 for ours, theirs in pairs if ours is not None]
    assert (len(pairs), sum(near)) == (1_981, 1_929)


@needs_shared
def test_the_improvement_index_is_that_of_the_clearinghouse() -> None:
    """Published in whole percentiles, some cut and some rounded, some of another effect than the one listed."""
    pairs = [(improvement_index(g=theirs), index) for _, theirs, index in findings() if index == index]
    near = [abs(abs(ours) - abs(index)) < 1 for ours, index in pairs]
    assert len(pairs) > 1_900
    assert sum(near) / len(pairs) > 0.85


def test_g_by_hand_and_without_spread() -> None:
    given = {"n_treated": 50, "n_comparison": 50, "mean_treated": 105, "mean_comparison": 100}
    assert hedges_g(**given, sd_treated=10, sd_comparison=10) == pytest.approx(0.5 * (1 - 3 / 391))
    assert hedges_g(**given, sd_treated=0, sd_comparison=0) is None


def test_a_sample_of_three_has_no_effect_size() -> None:
    assert small_sample(students=4) == pytest.approx(1 - 3 / 7)
    with pytest.raises(ValueError, match="four students"):
        small_sample(students=3)


def test_cox_index_by_hand_and_at_the_ends() -> None:
    assert cox_index(share_treated=0.6, share_comparison=0.5) == pytest.approx(0.24574, abs=1e-5)
    small = cox_index(share_treated=0.6, share_comparison=0.5, n_treated=10, n_comparison=10)
    assert small == pytest.approx(0.24574 * (1 - 3 / 71), abs=1e-5)
    assert cox_index(share_treated=1.0, share_comparison=0.5) is None
    assert cox_index(share_treated=0.5, share_comparison=0.0) is None


def test_improvement_index_by_hand() -> None:
    assert improvement_index(g=0.25) == pytest.approx(9.87, abs=0.005)
    assert improvement_index(g=0) == 0


@pytest.mark.parametrize(
    ("treated", "comparison", "unit", "sd", "expected"),
    [
        (30, 25, "percent", None, 0.1523),
        (100, 100, "percent", None, 0.0),
        (100, 90, "percent", None, None),
        (110, 105, "points", 50, 0.1),
        (110, 105, "points", None, None),
        (110, 105, "count", 50, None),
        (None, 105, "percent", None, None),
    ],
)
def test_the_baseline_of_a_rate_needs_no_student_sd(
    treated: float | None, comparison: float, unit: str, sd: float | None, expected: float | None
) -> None:
    found = baseline_difference(treated=treated, comparison=comparison, unit=unit, student_sd=sd)
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-4))
