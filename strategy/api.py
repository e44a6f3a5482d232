"""The API of strategy: metrics."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from districts.access.api_views import DistrictApi
from districts.access.permissions import Permission
from strategy.models import Metric
from strategy.selectors import list_metrics


class MetricOutput(serializers.Serializer[Any]):
    """Something measured repeatedly."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    direction = serializers.ChoiceField(choices=Metric.Direction.choices)
    unit = serializers.ChoiceField(choices=Metric.Unit.choices)
    is_leading = serializers.BooleanField()
    description = serializers.CharField()
    scale = serializers.CharField(help_text="What the points are; empty where nobody said.")
    student_sd = serializers.DecimalField(
        max_digits=12,
        decimal_places=4,
        normalize_output=True,
        allow_null=True,
        help_text="The standard deviation of students' scores; without it an effect is in points only.",
    )
    student_sd_source = serializers.CharField(help_text="State, test, grade and year it is published for.")


class MetricList(DistrictApi):
    """The district's metrics."""

    permission = Permission.VIEW_BOARD

    @extend_schema(responses=MetricOutput(many=True), operation_id="metrics_list")
    def get(self, request: Request) -> Response:
        """List metrics by name."""
        return Response(MetricOutput(list_metrics(), many=True).data)
