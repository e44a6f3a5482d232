"""Trends and returns as they are read: now and at a past moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from diagnostics.calc.pooling import YearValue
from diagnostics.recompute import initiative_return, trend
from diagnostics.selectors import get_return, list_groups, list_returns, list_trends
from strategy.models import Initiative, Metric
from tests.cast import Cast
from tests.diagnostics.facts import make_results, make_school
from tests.investments.facts import make_goal, make_initiative, recompute

JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 23, 20, tzinfo=UTC)
ROWS = [
    ("Alamo", "all", 2022, 40, 100),
    ("Alamo", "all", 2023, 30, 100),
    ("Alamo", "all", 2024, 20, 100),
    ("Bryant", "all", 2024, 60, 300),
    ("Alamo", "english_learner", 2024, 8, 20),
]


@pytest.fixture
def metric(in_bay: Cast) -> Metric:
    metric: Metric = make_goal().metric
    make_results(metric, ROWS)
    recompute(trend, now=JANUARY)
    return metric


def names(**wanted: object) -> list[tuple[str, str]]:
    return [(row.group, row.school_name) for row in list_trends(metric="chronic-absence", **wanted)]  # type: ignore[arg-type]


def test_trends_are_listed_the_district_first(metric: Metric) -> None:
    assert names() == [
        ("all", ""),
        ("all", "Alamo"),
        ("all", "Bryant"),
        ("english_learner", ""),
        ("english_learner", "Alamo"),
    ]
    assert names(group="all", school_ids=[make_school("Bryant").pk]) == [("all", ""), ("all", "Bryant")]
    assert names(district_only=True) == [("all", ""), ("english_learner", "")]
    assert list_trends(metric="none") == ()
    assert list_groups(metric="chronic-absence") == ("all", "english_learner")


def test_a_trend_row_holds_its_figures(metric: Metric) -> None:
    row = list_trends(group="all", school_ids=[make_school("Alamo").pk])[1]
    assert (row.level, row.level_year, row.change, row.slope) == (20.0, 2024, -10.0, pytest.approx(-10.0))
    assert row.points[0] == YearValue(year=2022, value=40.0, numerator=40.0, students=100.0)
    assert (row.metric_slug, row.unit, row.direction) == ("chronic-absence", "percent", "down")


def test_a_return_is_read_with_its_gate_shut(metric: Metric) -> None:
    initiative = make_initiative("Tutoring")
    assert get_return(initiative_id=initiative.pk) is None
    recompute(initiative_return, now=NOVEMBER)
    found = get_return(initiative_id=initiative.pk)
    assert found is not None
    assert (found.verdict, found.label) == ("cannot_tell", "Cannot tell")
    assert found.gate.is_open is False
    assert (
        found.gate.sentence == "We cannot say what a gain costs, because we do not know if there is a gain."
    )
    assert list_returns() == {initiative.pk: found}


def test_what_was_said_on_a_past_day_is_said_again(metric: Metric) -> None:
    initiative = make_initiative("Tutoring")
    recompute(initiative_return, now=JANUARY)
    before = list_returns()
    trends = list_trends()
    Initiative.objects.update(name="Tutoring for all")
    make_results(metric, [("Alamo", "all", 2025, 10, 100)])
    recompute(trend, now=NOVEMBER)
    recompute(initiative_return, now=NOVEMBER)
    assert (
        list_returns()[initiative.pk].sentence
        == "We cannot tell if Tutoring for all lowered chronic absence."
    )
    march = datetime(2026, 3, 1, tzinfo=UTC)
    assert (list_returns(as_of=march), list_trends(as_of=march)) == (before, trends)


def test_reading_takes_one_query(metric: Metric) -> None:
    with CaptureQueriesContext(connection) as queries:
        list_trends()
        list_returns()
    assert len(queries) == 2
