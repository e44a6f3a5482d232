"""Effects from the tables and back: each number is the calculation's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from diagnostics.calc.effects.difference_in_differences import (
    SchoolValue,
    SchoolYears,
    difference_in_differences,
    difference_in_school_means,
)
from diagnostics.models import CheckIn, Effect, EvaluationPlan, MetricResult, PlanSchool
from diagnostics.recompute import effect, trend
from diagnostics.recompute.effects import seed_of
from srm.pipeline import PIPELINE
from strategy.models import Initiative, Metric
from tests.cast import Cast
from tests.diagnostics.facts import make_results
from tests.diagnostics.judged import (
    NOW,
    World,
    compute_all,
    effect_of,
    make_judged,
    make_plan,
    make_world,
    return_of,
)
from tests.investments.facts import make_initiative, recompute

SMALL = World(served=8, compared=10)
TENS = World(served=10, compared=10, students=40)


def by_hand(plan: EvaluationPlan) -> list[SchoolYears]:
    schools = []
    for one in PlanSchool.objects.filter(plan=plan):
        results = MetricResult.objects.filter(school_id=one.school_id, filing__is_current=True)
        schools.append(
            SchoolYears(
                school=str(one.school_id),
                is_served=one.arm == "served",
                years={
                    row.school_year: SchoolValue(value=float(row.value), students=float(row.denominator))
                    for row in results
                },
            )
        )
    return schools


def test_an_effect_is_what_the_calculation_gives_on_the_exact_values(in_bay: Cast) -> None:
    initiative = make_judged(SMALL)
    compute_all()
    found = effect_of(initiative)
    plan = EvaluationPlan.objects.get()
    wanted = difference_in_differences(
        schools=by_hand(plan),
        baseline_year=2024,
        outcome_year=2025,
        is_up=False,
        seed=seed_of(inputs=found.inputs),
    )
    for name in (
        "estimate",
        "standard_error",
        "low",
        "high",
        "low_80",
        "p_cr2",
        "p_bootstrap",
        "p_permutation",
    ):
        assert getattr(found, name) == getattr(wanted, name), name
    assert found.estimate is not None
    assert found.estimate > 0, "fewer absent is a gain"
    assert (found.unit, found.bar, found.pre_periods) == ("percentage_points", 3.0, 3)
    assert (found.clusters_treated, found.clusters_comparison) == (8, 10)
    assert not found.is_early_look


def test_schools_drawn_by_lot_are_compared_with_the_baseline_taken_out(in_bay: Cast) -> None:
    initiative = make_judged(SMALL, design="randomised", chosen_by="lottery")
    compute_all()
    found = effect_of(initiative)
    wanted = difference_in_school_means(
        schools=by_hand(EvaluationPlan.objects.get()),
        outcome_year=2025,
        is_up=False,
        seed=seed_of(inputs=found.inputs),
        baseline_year=2024,
        is_adjusted=True,
    )
    assert (found.method, found.estimate, found.low, found.p_bootstrap) == (
        wanted.method,
        wanted.estimate,
        wanted.low,
        wanted.p_bootstrap,
    )


def test_places_drawn_student_by_student_need_other_results(in_bay: Cast) -> None:
    initiative = make_judged(SMALL, design="randomised", chosen_by="lottery", assigned_by="student")
    compute_all()
    assert effect_of(initiative).estimate is None
    assert effect_of(initiative).note.startswith("Places were drawn student by student")


def test_effects_run_twice_change_nothing(in_bay: Cast) -> None:
    make_judged(SMALL)
    recompute(trend, now=NOW)
    assert recompute(effect, now=NOW).changed_rows == 1
    assert recompute(effect, now=NOW).changed_rows == 0


def test_a_new_score_of_a_comparison_school_changes_the_estimate(in_bay: Cast) -> None:
    initiative = make_judged(SMALL)
    compute_all()
    before = effect_of(initiative)
    make_world(SMALL, metric=initiative.goal.metric, lift=2.0)
    compute_all()
    after = effect_of(initiative)
    assert before.estimate is not None
    assert after.estimate is not None
    assert after.estimate == pytest.approx(before.estimate - 2.0, abs=0.5)
    assert after.inputs != before.inputs


def test_a_draft_gets_no_estimate_and_says_why(in_bay: Cast) -> None:
    initiative = make_judged(SMALL, is_locked=False)
    compute_all()
    found = effect_of(initiative)
    assert (found.estimate, found.note) == (None, "The plan is not locked: nothing is estimated until it is.")
    assert found.gates == []


def test_a_look_before_the_outcome_year_is_an_early_one(in_bay: Cast) -> None:
    initiative = make_judged(SMALL, outcome_year=2026)
    compute_all()
    found = effect_of(initiative)
    assert (found.is_early_look, found.outcome_year) == (True, 2025)
    assert found.estimate is not None


def test_a_measure_that_changed_between_is_not_bridged(in_bay: Cast) -> None:
    initiative = make_judged(SMALL)
    Metric.objects.update(break_years=[2025])
    compute_all()
    found = effect_of(initiative)
    assert found.estimate is None
    assert found.note == (
        "The measure changed in 2024–25: its values cannot be compared with those of 2023–24."
    )


def test_before_and_after_describes_and_estimates_nothing(in_bay: Cast) -> None:
    initiative = make_judged(World(served=12, compared=14), design="before_after", chosen_by="same_score")
    compute_all()
    found = effect_of(initiative)
    assert found.estimate is None
    assert found.facts["change_served"] == pytest.approx(6, abs=2)
    assert found.expected_regression is not None


def test_a_student_sd_turns_points_into_standard_deviations(in_bay: Cast) -> None:
    initiative = make_judged(SMALL)
    Metric.objects.update(
        unit="points", direction="up", student_sd=Decimal(50), student_sd_source="State, 2024"
    )
    recompute(trend, now=NOW)
    recompute(effect, now=NOW)
    in_sd = effect_of(initiative)
    Metric.objects.update(student_sd=None, student_sd_source="")
    recompute(effect, now=NOW)
    in_points = effect_of(initiative)
    assert (in_sd.unit, in_points.unit) == ("student_sd", "points")
    assert in_sd.estimate is not None
    assert in_points.estimate is not None
    assert in_sd.estimate == pytest.approx(in_points.estimate / 50)
    assert (in_sd.bar, in_points.bar) == (0.06, 3.0)
    assert in_points.baseline_difference is None


def test_hidden_schools_enter_no_estimate_and_no_series(in_bay: Cast) -> None:
    initiative = make_judged(SMALL)
    rows = [
        (
            one.school.name,
            "all",
            2025,
            int(one.numerator),
            8 if one.school.name in ("Served 00", "Other 00") else 200,
        )
        for one in MetricResult.objects.filter(school_year=2025).select_related("school")
    ]
    make_results(initiative.goal.metric, [(n, g, y, a if s > 8 else 3, s) for n, g, y, a, s in rows])
    compute_all()
    found = effect_of(initiative)
    assert (found.clusters_treated, found.clusters_comparison) == (7, 9)
    assert found.facts["hidden"] == 2
    assert [one["schools"] for one in found.series] == [7, 9]


def test_the_series_are_the_pools_that_pages_may_show(in_bay: Cast) -> None:
    initiative = make_judged(SMALL)
    compute_all()
    served, others = effect_of(initiative).series
    assert [one["year"] for one in served["points"]] == [2022, 2023, 2024, 2025]
    assert others["points"][0]["value"] == pytest.approx(30, abs=2)
    assert all(round(one["value"], 1) == one["value"] for arm in (served, others) for one in arm["points"])


def test_gates_carry_their_numbers(in_bay: Cast) -> None:
    initiative = make_judged(SMALL)
    compute_all()
    gates = {one["name"]: one for one in effect_of(initiative).gates}
    assert all(
        gates[name]["is_passed"] for name in ("window", "plan", "design", "sample", "clusters", "delivery")
    )
    assert gates["delivery"]["number"] == (
        "check-ins cover 100% of school-months; 90% of the dosage planned; 75% of students at the least dosage"
    )
    assert gates["missing"]["number"] == "18 of 18 schools of the plan have the results that are needed"
    assert "each must be under 0.05" in gates["agreement"]["number"]


def test_a_district_without_plans_is_done_in_one_query(in_bay: Cast) -> None:
    make_initiative("Clubs")
    assert recompute(effect, now=NOW).changed_rows == 0
    assert Effect.objects.count() == 0


def test_a_locked_plan_counts_and_the_draft_beside_it_does_not(in_bay: Cast) -> None:
    initiative = make_judged(SMALL)
    make_plan(initiative, world=replace(SMALL, served=1), is_locked=False, bar=Decimal(9))
    compute_all()
    assert effect_of(initiative).bar == 3.0
    EvaluationPlan.objects.filter(locked_at__isnull=False).update(
        replaced_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    compute_all()
    assert effect_of(initiative).facts["is_locked"] is False


def test_results_plans_and_check_ins_mark_the_effect_and_the_effect_marks_the_return() -> None:
    for name in ("results", "plans", "initiatives", "check_ins", "trend", "day"):
        assert "effect" in PIPELINE.targets_of(name), name
    assert PIPELINE.targets_of("effect") == ("initiative_return",)
    names = [one.name for one in PIPELINE.calculations]
    assert names.index("trend") < names.index("effect") < names.index("initiative_return")


def test_the_share_of_a_few_students_is_not_told(in_bay: Cast) -> None:
    initiative = make_judged(SMALL)
    CheckIn.objects.update(students_assigned=3, students_reached=2)
    compute_all()
    gates = {one["name"]: one for one in effect_of(initiative).gates}
    assert gates["delivery"]["number"] == "check-ins cover 100% of school-months; 90% of the dosage planned"
    assert gates["delivery"]["is_passed"]
    CheckIn.objects.update(students_reached=1)
    compute_all()
    assert return_of(initiative).verdict == "not_delivered", "the rule still knows"


def test_a_share_nobody_reported_is_not_all_of_it(in_bay: Cast) -> None:
    initiative = make_judged(SMALL)
    CheckIn.objects.update(planned_dosage=0, students_assigned=None, students_reached=None)
    compute_all()
    gates = {one["name"]: one for one in effect_of(initiative).gates}
    assert (gates["delivery"]["number"], gates["delivery"]["is_passed"]) == (
        "check-ins cover 100% of school-months",
        True,
    )


def make_coded(*, served: int, other: int, students: int = 40, world: World = TENS) -> Initiative:
    """Land a first served and a first other school of so few absent that pages show "under" a cut of them."""
    initiative: Initiative = make_judged(world)
    few = {"Served 00": served, "Other 00": other}
    rows = [
        (
            one.school.name,
            "all",
            one.school_year,
            few.get(one.school.name, int(one.numerator)) if one.school_year == 2025 else int(one.numerator),
            students if one.school.name in few else world.students,
        )
        for one in MetricResult.objects.select_related("school")
        if one.filing.is_current
    ]
    make_results(initiative.goal.metric, rows)
    compute_all()
    return initiative


def test_a_coded_school_in_each_arm_enters_no_estimate(in_bay: Cast) -> None:
    initiative = make_coded(served=0, other=1)
    before = effect_of(initiative)
    assert (before.clusters_treated, before.clusters_comparison) == (9, 9)
    assert before.facts["hidden"] == 2
    assert "at 2 they are hidden" in next(one["number"] for one in before.gates if one["name"] == "missing")
    rows = MetricResult.objects.filter(school__name="Served 00", school_year=2025, filing__is_current=True)
    rows.update(numerator=1, value=Decimal("2.5"))
    compute_all()
    assert effect_of(initiative).estimate == before.estimate, "nobody or one: the estimate does not tell"


def test_coded_schools_alone_in_their_arm_give_no_estimate_and_say_why(in_bay: Cast) -> None:
    initiative = make_coded(served=0, other=1, world=World(served=1, compared=1, students=40))
    found = effect_of(initiative)
    assert found.estimate is None
    assert found.note == "Results of 2024–25 are hidden at 2 of its schools: they are of too few students."


def test_a_coded_school_enters_where_the_rounding_of_its_arm_covers_it(in_bay: Cast) -> None:
    initiative = make_coded(served=0, other=1, world=World(served=10, compared=10, students=1000))
    found = effect_of(initiative)
    assert (found.clusters_treated, found.clusters_comparison) == (10, 10)
    assert found.facts["hidden"] == 0
