"""Trends and returns as they are read: now and at a past moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from diagnostics.calc.pooling import YearValue
from diagnostics.recompute import initiative_return, trend
from diagnostics.selectors import get_return, list_returns, list_trends
from districts.access.permissions import Role
from districts.services.keys import create_key
from districts.tenancy import district_scope
from strategy.models import Goal, Initiative, Metric
from tests.cast import Cast
from tests.diagnostics.facts import make_results
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
    assert names(group="all") == [("all", ""), ("all", "Alamo"), ("all", "Bryant")]
    assert names(district_only=True) == [("all", ""), ("english_learner", "")]
    assert list_trends(metric="none") == ()


def test_a_trend_row_holds_its_figures(metric: Metric) -> None:
    row = list_trends(group="all")[1]
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


def test_what_was_said_before_is_not_said_now(metric: Metric) -> None:
    initiative = make_initiative("Tutoring")
    recompute(initiative_return, now=JANUARY)
    Initiative.objects.update(name="Tutoring for all")
    recompute(initiative_return, now=NOVEMBER)
    (found,) = list_returns().values()
    assert (found.initiative_id, found.shown_from) == (initiative.pk, NOVEMBER)
    assert found.sentence == "We cannot tell if Tutoring for all lowered chronic absence."


def test_programs_read_which_targets_are_reached_by_the_exact_rate(bay: Cast) -> None:
    with district_scope(bay.district.pk, cause="test"):
        goal = make_goal()
        make_results(goal.metric, [(None, "all", 2024, 2004, 10_000), (None, "foster", 2024, 1, 8)])
        for name, group, target in (("a", "all", "20"), ("b", "all", "20.5"), ("c", "foster", "30")):
            fields = {"metric": goal.metric, "group": group, "direction": "down", "due_on": goal.due_on}
            Goal.objects.create(
                name=name,
                population="x",
                baseline_value=40,
                baseline_year=2022,
                target_value=target,
                **fields,
            )
        Goal.objects.filter(pk=goal.pk).update(archived_at=NOVEMBER)
        recompute(trend, now=NOVEMBER)
        made = create_key(by=bay.people[Role.BOARD_MEMBER].pk, name="program", role=Role.BOARD_MEMBER)
    headers = {"authorization": f"Bearer {made.secret}"}
    rows = Client().get(f"/api/v1/d/{bay.slug}/trends/", headers=headers).json()
    assert [(row["group"], row["level"], row["reached"]) for row in rows] == [
        (
            "all",
            20.0,
            [
                {"direction": "down", "target": "20", "is_reached": False},
                {"direction": "down", "target": "20.5", "is_reached": True},
            ],
        ),
        ("foster", None, []),
    ]


def test_reading_takes_one_query(metric: Metric) -> None:
    with CaptureQueriesContext(connection) as queries:
        list_trends()
        list_returns()
    assert len(queries) == 2
