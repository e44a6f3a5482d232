"""Trends by grade, and the sign of a strategic goal, from the tables to the API and home."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from diagnostics.calc.on_track_words import Sign
from diagnostics.calc.target import due_year
from diagnostics.home.selectors.goals import list_goal_standings
from diagnostics.models import MetricResult, Trend
from diagnostics.past import list_past_trends
from diagnostics.recompute import trend
from diagnostics.selectors import list_trends
from districts.models import Filing
from districts.tenancy import district_scope
from strategy.models import Goal, Metric
from tests.cast import Cast
from tests.diagnostics.facts import make_results, make_school
from tests.investments.facts import make_goal, recompute

FALLING = [("Alamo", "all", year, 60 - 4 * (year - 2020) + year % 2, 200) for year in range(2020, 2025)]
FALLING += [("Bryant", "all", year, 80 - 6 * (year - 2020), 300) for year in range(2020, 2025)]


@pytest.fixture
def goal(in_bay: Cast) -> Goal:
    goal = make_goal()
    goal.target_value, goal.due_on = Decimal(15), date(2027, 6, 30)
    goal.save()
    make_results(goal.metric, FALLING)
    return goal


def sign(words: bool = True) -> str:
    recompute(trend)
    (standing,) = list_goal_standings()
    assert standing.sign is not None
    return standing.track if words else standing.sign.basis


def test_a_goal_that_falls_fast_enough_is_on_track(goal: Goal) -> None:
    assert sign() == "On track: more than 9 in 10."
    assert "5 yearly values goes on" in sign(words=False)


def test_a_goal_too_far_away_is_not_on_track(goal: Goal) -> None:
    Goal.objects.update(target_value=Decimal(1), due_on=date(2026, 6, 30))
    assert sign() == "Not on track: less than 1 in 10."


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (2024, "Cannot tell yet: one point since the break."),
        (2023, "Cannot tell yet: two points since the break."),
    ],
)
def test_a_break_is_never_bridged(goal: Goal, broken: int, words: str) -> None:
    Metric.objects.update(break_years=[broken])
    assert sign() == words


def test_two_points_and_no_break_say_so(goal: Goal) -> None:
    MetricResult.objects.filter(school_year__lt=2023).delete()
    assert sign() == "Cannot tell yet: two points so far."


@pytest.mark.parametrize(
    ("target", "words"), [("21", "The target was reached."), ("10", "The target was missed.")]
)
def test_a_due_year_that_is_there_settles_it_by_the_exact_rate(goal: Goal, target: str, words: str) -> None:
    Goal.objects.update(target_value=Decimal(target), due_on=date(2024, 6, 30))
    recompute(trend)
    found = Trend.objects.get(school=None, shown_until=None)
    assert Sign(**found.on_track[f"down {target} 2024"]).words == words[:1].lower() + words[1:-1]


def test_a_due_day_asks_for_the_school_year_it_falls_in() -> None:
    days = [date(2027, 6, 30), date(2027, 8, 31), date(2027, 9, 1), date(2027, 1, 15)]
    assert [due_year(due_on=day) for day in days] == [2027, 2027, 2028, 2027]


def add_grades(metric: Metric, *, small: int) -> None:
    """Give Alamo and Bryant of 2024 two grades that add up; one of Alamo's has so few students."""
    filing = Filing.objects.get(family="results", fiscal_year=2024, is_current=True)
    sizes = {("Alamo", "3"): small, ("Alamo", "4"): 200 - small, ("Bryant", "3"): 150, ("Bryant", "4"): 150}
    MetricResult.objects.bulk_create(
        MetricResult(
            filing=filing,
            metric=metric,
            school=make_school(school),
            grade=grade,
            school_year=2024,
            numerator=size // 4,
            denominator=size,
            value=Decimal(100 * (size // 4)) / size,
            row_number=100 + number,
        )
        for number, ((school, grade), size) in enumerate(sizes.items())
    )


def by_grade(grade: str) -> dict[str, float | None]:
    return {row.school_name: row.level for row in list_trends(grade=grade)}


def test_a_small_grade_takes_the_other_with_it_and_leaves_the_school(goal: Goal) -> None:
    add_grades(goal.metric, small=8)
    recompute(trend)
    assert by_grade("3")["Alamo"] is None
    assert by_grade("4")["Alamo"] is None, "200 less 192 would tell the eight"
    assert by_grade("all")["Alamo"] is not None
    assert Trend.objects.get(school=None, grade="all").on_track != {}
    assert all(row.on_track == {} for row in Trend.objects.exclude(school=None, grade="all"))


def test_large_grades_are_shown_beside_all(goal: Goal) -> None:
    add_grades(goal.metric, small=80)
    recompute(trend)
    assert by_grade("3") == {"": 24.8, "Alamo": 25.0, "Bryant": 24.7}
    assert len(by_grade("all")) == 3, "all grades together stay one row a school"


def test_a_past_day_keeps_its_grades_apart(goal: Goal) -> None:
    add_grades(goal.metric, small=80)
    recompute(trend, now=datetime(2025, 2, 1, tzinfo=UTC))
    rows = list_past_trends(as_of=datetime(2025, 2, 2, tzinfo=UTC), metric_id=goal.metric_id)
    kept = {(row.school_id, row.grade): row.level for row in rows}
    assert kept == {(row.school_id, row.grade): row.level for row in Trend.objects.all()}


def test_the_api_tells_grade_and_chance(bay: Cast, client: Client) -> None:
    with district_scope(bay.district.pk):
        goal = make_goal()
        goal.target_value, goal.due_on = Decimal(15), date(2027, 6, 30)
        goal.save()
        make_results(goal.metric, FALLING)
        add_grades(goal.metric, small=80)
        recompute(trend)
    client.force_login(next(one for key, one in bay.people.items() if key.value == "cabinet"))
    address = reverse("api-trends", args=(bay.district.slug,))
    rows = client.get(address).json()
    assert {row["grade"] for row in rows} == {"all"}
    (chance,) = rows[0]["on_track"]
    assert (chance["direction"], chance["due_year"], chance["points"]) == ("down", 2027, 5)
    assert chance["words"] == "on track: more than 9 in 10"
    assert {row["grade"] for row in client.get(address, {"grade": ""}).json()} == {"all", "3", "4"}
    assert {row["grade"] for row in client.get(address, {"grade": "3"}).json()} == {"3"}
