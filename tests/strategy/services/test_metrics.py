"""Metrics: named once, with a direction that its strategic goals share."""

from __future__ import annotations

from decimal import Decimal

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


def test_a_students_sd_needs_its_source_and_is_of_scores(in_bay: Cast) -> None:
    def refused(**given: object) -> dict[str, str]:
        with pytest.raises(MetricRefused) as error:
            create_metric(
                metric=MetricInput(**{"name": "Mathematics", "direction": "up", "unit": "points", **given})
            )  # type: ignore[arg-type]
        return error.value.errors

    source = "California, Smarter Balanced mathematics, grade 5, 2019"
    assert refused(student_sd=Decimal(98)).keys() == {"student_sd_source"}
    assert refused(student_sd_source=source).keys() == {"student_sd"}
    assert refused(student_sd=Decimal(0), student_sd_source=source).keys() == {"student_sd"}
    assert refused(student_sd=Decimal(9), student_sd_source=source, unit="percent").keys() == {"student_sd"}
    made = create_metric(
        metric=MetricInput(
            name="Mathematics",
            direction="up",
            unit="points",
            scale="scale score",
            student_sd=Decimal("98.5"),
            student_sd_source=source,
        )
    )
    metric = Metric.objects.get(pk=made)
    assert (metric.scale, metric.student_sd, metric.student_sd_source) == (
        "scale score",
        Decimal("98.5"),
        source,
    )
