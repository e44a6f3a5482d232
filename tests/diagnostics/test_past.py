"""Trends of a past day: coded as today, and hiding what is hidden today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from diagnostics.models import Trend
from diagnostics.past import HIDDEN_SINCE, LESS_EXACT, list_past_trends
from diagnostics.recompute import trend
from strategy.models import Metric
from tests.cast import Cast
from tests.diagnostics.facts import make_results
from tests.investments.facts import make_goal, recompute

NOW = datetime(2026, 11, 1, tzinfo=UTC)
BRYANT = ("Bryant", "all", 2024, 1, 60)
ROWS = [("Alamo", "all", 2024, 13, 39), ("Carver", "all", 2024, 2, 70), ("Dover", "all", 2024, 20, 90)]


def past(school: str) -> Trend:
    return next(
        row
        for row in list_past_trends(as_of=NOW + timedelta(days=1), metric_id=Metric.objects.get().pk)
        if row.school and row.school.name == school
    )


def test_a_row_kept_before_it_was_coded_is_coded_on_a_past_day(in_bay: Cast) -> None:
    make_results(make_goal().metric, [*ROWS, BRYANT])
    recompute(trend, now=NOW)
    kept = Trend.objects.get(school__name="Bryant")
    raw = {"year": 2024, "value": 100 / 60, "numerator": 1.0, "students": 60.0, "is_suppressed": False}
    Trend.objects.filter(pk=kept.pk).update(points=[raw], level=100 / 60, level_bound="")
    found = past("Bryant")
    assert (found.level, found.level_bound, found.points[0]["value"]) == (5.0, "under", 5.0)
    assert found.note.endswith(LESS_EXACT)
    assert past("Alamo").note == Trend.objects.get(school__name="Alamo").note


def test_what_is_hidden_today_is_hidden_on_every_past_day(in_bay: Cast) -> None:
    metric = make_goal().metric
    make_results(metric, [*ROWS, BRYANT])
    recompute(trend, now=NOW)
    assert past("Alamo").level == 33.3
    make_results(metric, [("Alamo", "all", 2024, None, None), *ROWS[1:], BRYANT])
    recompute(trend, now=NOW + timedelta(days=5))
    found = past("Alamo")
    assert (found.level, found.points[0]["value"]) == (None, None)
    assert found.note.endswith(HIDDEN_SINCE)
