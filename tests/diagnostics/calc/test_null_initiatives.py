"""Initiatives that do nothing, judged from school values to verdict: how many are called something."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from diagnostics.calc.effects.difference_in_differences import (
    SchoolValue,
    SchoolYears,
    difference_in_differences,
    difference_in_school_means,
)
from diagnostics.calc.effects.result import Circumstances, EffectResult, estimate_for_verdict
from diagnostics.calc.verdict import Design, Verdict, decide_verdict
from tests.diagnostics.calc.evidence import JUDGED

INITIATIVES = 2_000
SERVED = 20
OTHERS = 24
MOST = 0.038
STUDENT_SD = 50.0


def make_schools(*, rng: np.random.Generator, effect: float) -> list[SchoolYears]:
    """Make schools of unlike size: intake, a shock a year, students' own noise; effect in student SD."""
    many = SERVED + OTHERS
    students = rng.integers(40, 400, many)
    level = rng.normal(2_500, 0.4 * STUDENT_SD, many)
    served = rng.permutation(many) < SERVED
    values = {}
    for year in (2023, 2024, 2025, 2026):
        noise = rng.normal(0, 1, many) * STUDENT_SD * np.sqrt(0.02 + 0.85 / students)
        values[year] = level + noise + effect * STUDENT_SD * served * (year == 2026)
    return [
        SchoolYears(
            school=f"{number:02}",
            is_served=bool(served[number]),
            years={
                year: SchoolValue(float(values[year][number]), float(students[number])) for year in values
            },
        )
        for number in range(many)
    ]


def judge(*, result: EffectResult, design: Design) -> Verdict:
    """Judge with full check-ins and a plan locked before, so that nothing caps but the years before."""
    given = Circumstances(
        bar=0.01 * STUDENT_SD,
        is_rate=False,
        has_student_sd=True,
        is_plan_locked_before_outcome=True,
        baseline_difference=0.0,
    )
    estimate = estimate_for_verdict(result=result, given=given)
    students = min(result.students_treated or 0, result.students_comparison or 0)
    evidence = replace(JUDGED, design=design, estimate=estimate, students=students)
    return decide_verdict(evidence=evidence).verdict


def shares(*, effect: float, seed: int, many: int = INITIATIVES) -> dict[Verdict, float]:
    """Judge initiatives by the change beside comparison schools, drawn by lot: nothing is capped."""
    rng = np.random.default_rng(seed)
    found: Counter[Verdict] = Counter()
    for number in range(many):
        result = difference_in_differences(
            schools=make_schools(rng=rng, effect=effect),
            baseline_year=2025,
            outcome_year=2026,
            is_up=True,
            seed=number,
        )
        found[judge(result=result, design=Design.RANDOMISED)] += 1
    return {verdict: found[verdict] / many for verdict in Verdict}


def test_2000_initiatives_that_do_nothing_are_seldom_called_anything() -> None:
    found = shares(effect=0.0, seed=1)
    assert found[Verdict.WORKS] <= MOST
    assert found[Verdict.HARMFUL] <= MOST
    assert found[Verdict.WORKS] > 0.005
    assert found[Verdict.HARMFUL] > 0.005


def test_initiatives_that_do_something_break_the_limit() -> None:
    """The control: were nothing of this size called works, the test above could not fail."""
    assert shares(effect=0.15, seed=2, many=300)[Verdict.WORKS] > 10 * MOST
    assert shares(effect=-0.15, seed=3, many=300)[Verdict.HARMFUL] > 10 * MOST


def test_levels_of_schools_drawn_by_lot_keep_the_limit_too() -> None:
    rng = np.random.default_rng(4)
    found: Counter[Verdict] = Counter()
    for number in range(INITIATIVES):
        schools = make_schools(rng=rng, effect=0.0)
        result = difference_in_school_means(schools=schools, outcome_year=2026, is_up=True, seed=number)
        found[judge(result=result, design=Design.RANDOMISED)] += 1
    assert max(found[Verdict.WORKS], found[Verdict.HARMFUL]) / INITIATIVES <= MOST


def test_years_before_that_moved_apart_take_the_word_away() -> None:
    rng = np.random.default_rng(5)
    schools = make_schools(rng=rng, effect=1.0)
    result = difference_in_differences(
        schools=schools, baseline_year=2025, outcome_year=2026, is_up=True, seed=1
    )
    design = Design.DIFFERENCE_IN_DIFFERENCES
    assert judge(result=result, design=design) is Verdict.WORKS
    moved = replace(result, worst_pre_period=(result.low or 0) + 1)
    assert judge(result=moved, design=design) is Verdict.PROMISING
