"""Metrics: named once, with a direction that its strategic goals share."""

from __future__ import annotations

import pytest

from strategy.models import Metric
from strategy.services import MetricInput, MetricRefused, create_metric, update_metric
from tests.cast import Cast
from tests.strategy.decided import a_goal, a_metric


def test_create_metric_makes_its_short_name_and_sorts_breaks(in_bay: Cast) -> None:
    made = a_metric(break_years=(2023, 2021, 2023))
    metric = Metric.objects.get(pk=made)
    assert (metric.slug, metric.break_years) == ("chronic-absenteeism", [2021, 2023])


def test_create_metric_refuses_a_taken_name_and_a_missing_direction(in_bay: Cast) -> None:
    a_metric()
    with pytest.raises(MetricRefused) as refused:
        create_metric(metric=MetricInput(name="Chronic absenteeism", direction=""))
    assert refused.value.errors == {
        "name": "Another metric has this name. Choose a different one, or edit that metric.",
        "direction": "Say whether higher or lower is better.",
    }


def test_update_metric_refuses_to_turn_round_under_a_goal(in_bay: Cast) -> None:
    metric = a_metric()
    a_goal(metric_id=metric)
    with pytest.raises(MetricRefused) as refused:
        update_metric(metric_id=metric, metric=MetricInput(name="Chronic absenteeism", direction="up"))
    assert refused.value.errors.keys() == {"direction"}
