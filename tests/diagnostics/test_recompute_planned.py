"""Returns by a locked plan, end to end from landed results: verdict, cap, issue, ratio."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from diagnostics.models import CheckIn, EvaluationPlan, InitiativeReturn
from diagnostics.recompute import initiative_return
from strategy.models import Initiative, InitiativeSchool, Metric
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
    school_names,
)
from tests.investments.facts import make_initiative, recompute

WORKS = World()
SMALL = World(served=8, compared=10)


def judged(initiative: Initiative) -> tuple[str, str, bool, int]:
    found = return_of(initiative)
    return (found.verdict, found.rule, found.is_capped, found.issue)


def test_a_clear_gain_over_the_bar_works(in_bay: Cast) -> None:
    initiative = make_judged(WORKS)
    compute_all()
    assert judged(initiative) == ("works", "6", False, 1)
    found = return_of(initiative)
    assert found.sentence == "Tutoring lowered chronic absence, by enough to reach the bar."
    assert found.plan_id == EvaluationPlan.objects.get().pk
    assert not found.is_early_look


@pytest.mark.parametrize(
    "change",
    [{"is_retrospective": True}, {"baseline_year": 2022}],
    ids=["locked after the outcome", "one year before"],
)
def test_a_gain_that_the_design_cannot_carry_is_capped(in_bay: Cast, change: dict[str, Any]) -> None:
    initiative = make_judged(WORKS, **change)
    compute_all()
    assert judged(initiative) == ("promising", "6", True, 1)


def test_a_gain_without_check_ins_is_capped(in_bay: Cast) -> None:
    initiative = make_judged(WORKS, dosage=0)
    compute_all()
    assert judged(initiative) == ("promising", "6", True, 1)


def test_a_gain_that_is_likely_is_promising(in_bay: Cast) -> None:
    initiative = make_judged(World(served=20, compared=20, gain=0.8, noise=2.4), bar=Decimal(2))
    compute_all()
    low, low_80 = effect_of(initiative).low, effect_of(initiative).low_80
    assert low is not None
    assert low_80 is not None
    assert low < 0 < low_80
    assert judged(initiative) == ("promising", "8", False, 1)


def test_four_schools_on_a_side_are_too_few(in_bay: Cast) -> None:
    initiative = make_judged(World(served=4, compared=10))
    compute_all()
    assert judged(initiative) == ("cannot_tell_yet", "3", False, 1)


@pytest.mark.parametrize(
    ("world", "rule", "reason"),
    [
        (World(served=1, compared=10), "3", "There are too few: at least 5 schools are needed on each side"),
    ],
    ids=["one school among ten"],
)
def test_too_few_schools_for_an_interval_are_too_few(
    in_bay: Cast, world: World, rule: str, reason: str
) -> None:
    initiative = make_judged(world)
    compute_all()
    found = return_of(initiative)
    assert (found.verdict, found.rule, found.is_early_look) == ("cannot_tell_yet", rule, False)
    assert found.reason.startswith(reason)


def test_schools_that_all_moved_alike_are_no_unfair_comparison(in_bay: Cast) -> None:
    world = World(served=6, compared=6, students=1000)
    initiative = make_judged(world)
    mine, others = school_names(world)
    rows = [
        (name, "all", year, 300 - 50 * (year == 2025 and name in mine), 1000)
        for name in (*mine, *others)
        for year in world.years
    ]
    make_results(initiative.goal.metric, rows)
    compute_all()
    found = effect_of(initiative)
    assert found.estimate == pytest.approx(5.0)
    assert found.low is None
    assert judged(initiative) == ("cannot_tell_yet", "9", False, 1)
    assert "moved alike" in return_of(initiative).reason


def test_little_dosage_is_not_delivered(in_bay: Cast) -> None:
    initiative = make_judged(WORKS, dosage=3)
    compute_all()
    assert judged(initiative) == ("not_delivered", "1", False, 1)


def test_without_a_plan_the_plan_is_the_next_step(in_bay: Cast) -> None:
    initiative = make_judged(SMALL)
    EvaluationPlan.objects.all().delete()
    compute_all()
    found = return_of(initiative)
    assert (found.verdict, found.plan_id, found.ratio) == ("cannot_tell", None, {})
    assert found.next_step.startswith("Write an evaluation plan and lock it before results arrive.")


def test_a_draft_judges_nothing_and_asks_to_be_locked(in_bay: Cast) -> None:
    initiative = make_judged(SMALL, is_locked=False)
    compute_all()
    found = return_of(initiative)
    assert (found.verdict, found.plan_id) == ("cannot_tell", None)
    assert found.next_step.startswith("Lock the evaluation plan")


def test_an_early_look_has_an_estimate_and_no_verdict(in_bay: Cast) -> None:
    initiative = make_judged(SMALL, outcome_year=2027)
    compute_all()
    found = return_of(initiative)
    assert (found.verdict, found.issue, found.is_early_look) == ("cannot_tell_yet", 0, True)
    assert found.reason == (
        "It is too early: the plan judges by the results of 2026–27, from Jul 1, 2027 on. Until then any"
        " figure is an early look, no verdict."
    )


def test_an_outcome_that_did_not_arrive_is_no_verdict(in_bay: Cast) -> None:
    initiative = make_judged(SMALL, outcome_year=2026)
    compute_all()
    found = return_of(initiative)
    assert (found.verdict, found.issue, found.is_early_look) == ("cannot_tell_yet", 0, True)
    assert (found.reason, found.next_step) == (
        (
            "The measure is missing: the plan judges by the results of 2025–26. They have not arrived; the latest are"
            " of 2024–25."
        ),
        "Load the results of 2025–26, by school.",
    )


def test_an_issued_verdict_stays_until_its_data_are_corrected(in_bay: Cast) -> None:
    initiative = make_judged(WORKS)
    compute_all()
    first = return_of(initiative)
    assert recompute(initiative_return, now=NOW).changed_rows == 0
    compute_all(now=datetime(2027, 3, 1, tzinfo=UTC))
    assert return_of(initiative).pk == first.pk, "another day is no news"
    make_world(WORKS, metric=initiative.goal.metric, lift=6.0)
    compute_all()
    second = return_of(initiative)
    assert (second.issue, second.verdict) == (2, "below_the_bar")
    old = InitiativeReturn.objects.get(pk=first.pk)
    assert (old.issue, old.verdict, old.shown_until is not None) == (1, "works", True)


def test_a_later_year_does_not_touch_an_issued_verdict(in_bay: Cast) -> None:
    initiative = make_judged(WORKS)
    compute_all()
    first = return_of(initiative)
    mine, others = school_names(WORKS)
    make_results(initiative.goal.metric, [(name, "all", 2026, 80, 200) for name in (*mine, *others)])
    compute_all()
    found = return_of(initiative)
    assert (found.issue, found.verdict, found.issued_for) == (1, "works", first.issued_for)


def test_late_check_ins_of_the_window_issue_it_anew(in_bay: Cast) -> None:
    initiative = make_judged(WORKS)
    CheckIn.objects.filter(month__year=2025).delete()
    compute_all()
    assert judged(initiative) == ("promising", "6", True, 1)
    school: UUID
    for school in InitiativeSchool.objects.values_list("school_id", flat=True):
        for month in range(1, 6):
            CheckIn.objects.create(
                initiative=initiative,
                school_id=school,
                month=f"2025-0{month}-01",
                planned_dosage=10,
                delivered_dosage=9,
            )
    compute_all()
    assert judged(initiative) == ("works", "6", False, 2)


def test_cost_and_effect_are_of_the_same_students_and_year(in_bay: Cast) -> None:
    initiative = make_judged(WORKS)
    compute_all()
    ratio = return_of(initiative).ratio
    assert (ratio["students"], ratio["cost_per_student"], ratio["fiscal_years"]) == (4800, 100.0, [2025])
    assert (
        ratio["who"]
        == f"students with a result in {Metric.objects.get().name} at the schools it serves in 2024–25"
    )
    assert (ratio["per_1000"], ratio["why"]) == (None, "no_student_sd")
    assert (ratio["why_words"], ratio["fix"]) == (
        "Nobody knows what is usual for a rate or a count, so its cost stands beside the change.",
        "",
    )


def test_with_a_student_sd_the_ratio_is_shown(in_bay: Cast) -> None:
    initiative = make_judged(WORKS)
    Metric.objects.update(unit="points", student_sd=Decimal(40), student_sd_source="State, 2024")
    compute_all()
    assert judged(initiative)[0] == "works"
    ratio, found = return_of(initiative).ratio, effect_of(initiative)
    assert found.low is not None
    assert found.high is not None
    assert ratio["per_1000"] == pytest.approx(1000 * ratio["shrunken"] / 100)
    assert ratio["cost_per_sd_high"] == pytest.approx(100 / found.low)
    assert ratio["cost_per_sd_low"] == pytest.approx(100 / found.high)


def test_a_failed_gate_shows_no_ratio_and_says_which(in_bay: Cast) -> None:
    initiative = make_judged(WORKS, dosage=0)
    compute_all()
    ratio = return_of(initiative).ratio
    assert (ratio["why"], ratio["failed"]) == ("gates", ["It was delivered as planned"])
    assert (ratio["per_1000"], ratio["cost_per_sd"]) == (None, None)
    assert ratio["fix"] == "Get a check-in from every school and month."


def test_dollars_of_other_schools_are_divided_by_nobody(in_bay: Cast) -> None:
    initiative = make_judged(WORKS)
    InitiativeSchool.objects.filter(school__name="Served 00").delete()
    compute_all()
    ratio = return_of(initiative).ratio
    assert ratio["cost_per_student"] is None
    assert ratio["no_cost"] == (
        "Its dollars are of the 23 schools on record, its effect of the 24 schools of the plan: not the same students."
    )


def test_without_a_record_of_schools_dollars_are_divided_by_nobody(in_bay: Cast) -> None:
    initiative = make_judged(WORKS)
    InitiativeSchool.objects.all().delete()
    compute_all()
    ratio = return_of(initiative).ratio
    assert ratio["cost_per_student"] is None
    assert ratio["no_cost"] == (
        "No record says at which schools its dollars are spent, so nobody knows if they are those of the plan."
        " Record which schools it serves."
    )


def test_two_plans_do_not_share_a_verdict(in_bay: Cast) -> None:
    initiative = make_judged(WORKS)
    compute_all()
    EvaluationPlan.objects.update(replaced_at=NOW)
    make_plan(initiative, world=WORKS, bar=Decimal(9))
    compute_all()
    assert judged(initiative) == ("below_the_bar", "7", False, 1)


def test_returns_of_a_district_without_plans_read_no_more(in_bay: Cast) -> None:
    initiative = make_initiative("Clubs")
    compute_all()
    assert return_of(initiative).issue == 0


def test_an_effect_of_the_draft_is_no_verdict_of_the_plan_locked_since(in_bay: Cast) -> None:
    initiative = make_judged(WORKS, is_locked=False)
    compute_all()
    EvaluationPlan.objects.update(locked_at=datetime(2024, 8, 1, tzinfo=UTC))
    recompute(initiative_return, now=NOW)
    assert (return_of(initiative).verdict, return_of(initiative).issue) == ("cannot_tell", 0)
    compute_all()
    assert judged(initiative) == ("works", "6", False, 1)
