"""Home says what the numbers say: dollars, goals, what needs someone, what changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from diagnostics.board.selectors import get_board
from diagnostics.home.charts import MOST, initiative_dollars
from diagnostics.home.selectors import Home, HomeFilter, get_home
from diagnostics.home.services import record_visit
from diagnostics.models import Trend
from districts.access.permissions import Role
from districts.models import SavedView
from srm.pipeline import PIPELINE
from strategy.models import Goal
from strategy.services import update_goal
from tests.cast import Cast
from tests.diagnostics.facts import make_results
from tests.diagnostics.scene import NOVEMBER, Scene, compute, make_scene
from tests.strategy.decided import goal_input


@pytest.fixture
def scene(in_bay: Cast) -> Scene:
    return make_scene(in_bay)


def home_of(cast: Cast) -> Home:
    return get_home(user_id=cast.people[Role.CABINET].pk, now=NOVEMBER, time_zone="America/Los_Angeles")


def test_get_home_answers_in_one_sentence(in_bay: Cast, scene: Scene) -> None:
    home = home_of(in_bay)
    assert home.answer == (
        "$650K of $2.0M spent in FY2024 is tied to strategic goals through 2 initiatives; 1 of them needs someone."
    )
    assert home.tied == Decimal("650000.25")


def test_get_home_without_spending_says_so(in_bay: Cast) -> None:
    assert home_of(in_bay).answer == (
        "0 initiatives, and no actual spending has been imported yet to set against them."
    )


def test_get_home_puts_dollars_and_level_with_each_goal(in_bay: Cast, scene: Scene) -> None:
    (one,) = home_of(in_bay).goals
    assert (one.dollars, one.initiative_count) == (Decimal("650000.25"), 2)
    assert one.goal.aim == "Chronic absenteeism, down from 28.5% (2021–22) to 20.0% by Jun 30, 2027."
    assert one.goal.standing == "Now 18.0% in 2023–24: the target is reached."


def test_get_home_keeps_kinds_of_amount_apart(in_bay: Cast, scene: Scene) -> None:
    home = home_of(in_bay)
    tutoring = next(one for one in home.initiatives if one.name == "Tutoring")
    assert tutoring.spent(2024) == Decimal("650000.25")
    assert tutoring.spent(2024, "estimated_actual") == Decimal("780000.30")
    assert home.budget is not None
    assert (home.budget.fiscal_year, tutoring.spent(2025, "budget")) == (2025, Decimal(700000))


def test_list_needs_names_what_waits_for_a_person(in_bay: Cast, scene: Scene) -> None:
    assert [need.words for need in home_of(in_bay).needs] == [
        "Clubs has no dollars coded to it",
        "Clubs has no owner",
        "Clubs has no schools named, so there is no comparison",
        "$1.3M spent in FY2024 is not yet coded",
    ]


def test_list_needs_tells_a_review_that_is_near(in_bay: Cast, scene: Scene) -> None:
    late = get_home(user_id=None, now=NOVEMBER + timedelta(days=60), time_zone="America/Los_Angeles")
    assert late.needs[0].words == "Clubs: its review is due on Mar 1, 2027"


def test_list_filtered_finds_by_words_and_by_owner(in_bay: Cast, scene: Scene) -> None:
    home = home_of(in_bay)
    assert [one.name for one in home.list_filtered(HomeFilter(text="tutor"))] == ["Tutoring"]
    assert [one.name for one in home.list_filtered(HomeFilter(owner="none"))] == ["Clubs"]
    assert [one.name for one in home.list_filtered(HomeFilter(verdict="Works"))] == []


def test_changes_are_those_since_the_visit_before(in_bay: Cast, scene: Scene) -> None:
    person = in_bay.people[Role.CABINET].pk
    first = home_of(in_bay)
    assert first.state.is_first_visit
    assert "The system set the strategic goal Every student comes to school" in _words(first)
    record_visit(by=person, now=NOVEMBER + timedelta(days=3650))
    later = get_home(user_id=person, now=NOVEMBER + timedelta(days=3660), time_zone="UTC")
    assert (later.state.is_first_visit, later.changes) == (False, ())
    goal = Goal.objects.get(pk=scene.goal)
    SavedView.objects.update(seen_at=NOVEMBER - timedelta(days=1))
    update_goal(goal_id=goal.pk, goal=goal_input(metric_id=goal.metric_id, name="Come to school"))
    now = get_home(user_id=person, now=NOVEMBER + timedelta(days=1), time_zone="UTC")
    assert "The system set the strategic goal Come to school" in _words(now)


def test_record_visit_keeps_the_visit_before_while_this_one_lasts(in_bay: Cast) -> None:
    person = in_bay.people[Role.CABINET].pk
    for minutes in (0, 100, 110, 120):
        record_visit(by=person, now=NOVEMBER + timedelta(minutes=minutes))
    seen = dict(SavedView.objects.values_list("page", "seen_at"))
    assert seen == {"home": NOVEMBER + timedelta(minutes=120), "home:before": NOVEMBER}


def _words(home: Home) -> list[str]:
    return [f"{one.who} {one.words}".strip() for one in home.changes]


def test_the_chart_counts_every_initiative_and_draws_the_largest(in_bay: Cast, scene: Scene) -> None:
    one = next(line for line in home_of(in_bay).initiatives if line.name == "Tutoring")
    lines = [
        replace(one, id=uuid4(), name=f"Initiative {n}", dollars={(2024, "actual"): Decimal(1000 * (n + 1))})
        for n in range(MOST + 2)
    ]
    figure = initiative_dollars(initiatives=lines, fiscal_year=2024)
    assert figure is not None
    total = "$171K"
    assert figure.takeaway == f"{total} went in FY2024 to {MOST + 2} initiatives whose effect we cannot tell"
    assert figure.panels[0].plotly["layout"]["annotations"][0]["text"].endswith(f": {total}")
    assert len(figure.rows) == MOST
    assert figure.caption.endswith("Totals count all; the 2 smallest are not drawn.")


def test_a_goal_of_a_group_that_no_results_name_says_so(in_bay: Cast, scene: Scene) -> None:
    Goal.objects.filter(pk=scene.goal).update(group="nobody")
    (one,) = home_of(in_bay).goals
    assert (
        one.goal.standing
        == "Results of this metric have arrived, but none name the group “nobody”. Groups with results: all."
    )
    Trend.objects.all().delete()
    assert home_of(in_bay).goals[0].goal.standing == "No results of this metric have arrived yet."


@pytest.mark.parametrize(
    ("absent", "words"),
    [
        (2004, "Now 20.0% in 2024–25: just short of the target."),
        (2000, "Now 20.0% in 2024–25: the target is reached."),
        (1996, "Now 20.0% in 2024–25: the target is reached."),
        (2100, "Now 21.0% in 2024–25: 1.0 points short of the target."),
        (100, "Now 1.0% in 2024–25: the target is reached."),
    ],
)
def test_a_target_is_reached_by_the_exact_rate(in_bay: Cast, scene: Scene, absent: int, words: str) -> None:
    metric = Goal.objects.get(pk=scene.goal).metric
    make_results(metric, [(None, "all", 2025, absent, 10_000)])
    compute(NOVEMBER)
    (one,) = home_of(in_bay).goals
    assert one.goal.standing == words
    assert get_board(today=date(2026, 10, 1)).goals[0].goal.standing == words


def test_a_target_that_small_numbers_hide_is_undecided(in_bay: Cast, scene: Scene) -> None:
    goal = Goal.objects.select_related("metric").get(pk=scene.goal)
    make_results(goal.metric, [(None, "all", 2025, 0, 60)])
    update_goal(goal_id=goal.pk, goal=goal_input(metric_id=goal.metric_id, target_value=Decimal("1.5")))
    compute(NOVEMBER)
    (one,) = home_of(in_bay).goals
    assert (one.goal.is_reached, one.goal.standing) == (
        None,
        "Now under 5% in 2024–25; the exact rate is not shown, so whether the target is reached is not either.",
    )
    make_results(goal.metric, [(None, "all", 2025, 1, 8)])
    compute(NOVEMBER + timedelta(days=1))
    (one,) = home_of(in_bay).goals
    assert (one.goal.level_year, one.goal.is_reached) == (2024, False)


def test_a_changed_target_is_not_judged_by_the_old_one(in_bay: Cast, scene: Scene) -> None:
    goal = Goal.objects.get(pk=scene.goal)
    update_goal(goal_id=goal.pk, goal=goal_input(metric_id=goal.metric_id, target_value=Decimal(18)))
    (one,) = home_of(in_bay).goals
    assert (one.goal.is_reached, one.goal.standing) == (
        None,
        "Now 18.0% in 2023–24; whether the target is reached is not decided.",
    )
    compute(NOVEMBER)
    (one,) = home_of(in_bay).goals
    assert one.goal.standing == "Now 18.0% in 2023–24: the target is reached."


def test_the_trend_is_computed_anew_when_a_goal_changes() -> None:
    assert "trend" in PIPELINE.targets_of("goals")
