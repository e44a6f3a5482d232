"""The API of what the numbers say: initiatives with cost and verdict, trends of metrics."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from diagnostics.api_effects import JudgedOutput, read_evidence
from diagnostics.calc.verdict_words import without_counts
from diagnostics.selectors import ReturnRow, TrendRow, get_return, list_returns, list_trends
from districts.access.api import access_of
from districts.access.api_views import DistrictApi
from districts.access.permissions import Permission, can
from investments.api import DollarsField
from investments.models import AmountKind
from investments.selectors.costs import Cost, InitiativeCosts, get_initiative_cost, list_initiative_costs
from strategy.models import Initiative, Metric
from strategy.selectors import InitiativeFilter, InitiativeRow, get_initiative, list_initiatives


class CostOutput(serializers.Serializer[Any]):
    """Ledger cost of one fiscal year and kind of amount; only `actual` is a result."""

    fiscal_year = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=AmountKind.choices)
    through_on = serializers.DateField(
        allow_null=True, help_text="The last day covered where the year is not closed yet; else null."
    )
    amount = DollarsField(source="counted")
    direct = DollarsField()
    indirect = DollarsField()
    counted_elsewhere = DollarsField(source="elsewhere")


class VerdictOutput(serializers.Serializer[Any]):
    """What the evidence supports, why not more, what is known anyway, and what to collect next."""

    verdict = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    sentence = serializers.CharField()
    reason = serializers.CharField()
    known = serializers.ListField(child=serializers.CharField())
    next_step = serializers.CharField()


class InitiativeOutput(serializers.Serializer[Any]):
    """One initiative with its cost by year and kind, and its verdict (null until first computed)."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Initiative.Kind.choices)
    goal = serializers.CharField(help_text="The strategic goal it serves.")
    owner = serializers.CharField()
    department = serializers.CharField()
    grades = serializers.CharField()
    groups = serializers.CharField()
    review_on = serializers.DateField()
    school_count = serializers.IntegerField()
    costs = CostOutput(many=True)
    verdict = VerdictOutput(allow_null=True)


class SourceOutput(serializers.Serializer[Any]):
    """Counted dollars of one fiscal year and kind from one funding source."""

    fiscal_year = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=AmountKind.choices)
    source = serializers.CharField(source="code")  # type: ignore[assignment]
    title = serializers.CharField()
    amount = DollarsField(source="counted")


class InitiativeDetailOutput(InitiativeOutput):
    """One initiative with everything about it."""

    theory_of_action = serializers.CharField()
    review_rule = serializers.CharField()
    origin_note = serializers.CharField()
    sources = SourceOutput(many=True)
    evidence = JudgedOutput(help_text="Plan, estimate, gates and return: what the verdict rests on.")


class TrendQuery(serializers.Serializer[Any]):
    """Which trends to list; empty means all."""

    metric = serializers.SlugField(required=False, default="", max_length=60)
    group = serializers.CharField(required=False, default="", max_length=60)
    grade = serializers.CharField(
        required=False,
        default="all",
        allow_blank=True,
        max_length=20,
        help_text="A grade; without it all grades together, empty for every grade.",
    )


class PointOutput(serializers.Serializer[Any]):
    """One school year of a trend; a suppressed value is neither zero nor missing.

    bound: `under` or `over` where a rate of a small group is only told to lie beyond the value.
    """

    year = serializers.IntegerField()
    value = serializers.FloatField(allow_null=True)
    is_suppressed = serializers.BooleanField()
    bound = serializers.CharField()


class ReachedOutput(serializers.Serializer[Any]):
    """Whether the exact level of the district reaches a strategic goal's target."""

    direction = serializers.ChoiceField(choices=Metric.Direction.choices)
    target = serializers.DecimalField(max_digits=12, decimal_places=4, normalize_output=True)
    is_reached = serializers.BooleanField()


class ChanceOutput(serializers.Serializer[Any]):
    """The chance that a strategic goal's target is reached by its due school year, if the line goes on.

    probability: null where it cannot be told: under three comparable values, or rates known only as under
    or over a cut.
    """

    direction = serializers.ChoiceField(choices=Metric.Direction.choices)
    target = serializers.DecimalField(max_digits=12, decimal_places=4, normalize_output=True)
    due_year = serializers.IntegerField()
    probability = serializers.FloatField(source="sign.probability", allow_null=True)
    points = serializers.IntegerField(source="sign.points")
    since_break = serializers.BooleanField(source="sign.since_break")
    is_known = serializers.BooleanField(source="sign.is_known")
    words = serializers.CharField(source="sign.words")


class TrendOutput(serializers.Serializer[Any]):
    """How a metric moved, for the district (school null) or one school."""

    metric = serializers.CharField(source="metric_slug")
    school_id = serializers.UUIDField(allow_null=True)
    school = serializers.CharField(source="school_name")
    group = serializers.CharField()
    grade = serializers.CharField()
    unit = serializers.ChoiceField(choices=Metric.Unit.choices)
    level = serializers.FloatField(allow_null=True)
    level_bound = serializers.CharField()
    level_year = serializers.IntegerField(allow_null=True)
    change = serializers.FloatField(allow_null=True)
    slope = serializers.FloatField(allow_null=True)
    slope_low = serializers.FloatField(allow_null=True)
    slope_high = serializers.FloatField(allow_null=True)
    note = serializers.CharField()
    reached = ReachedOutput(
        many=True,
        help_text="Targets of strategic goals of this metric and group, decided on the exact rate; one that"
        " what may be shown does not decide is left out.",
    )
    on_track = ChanceOutput(many=True, help_text="Of the district and all grades only.")
    points = PointOutput(many=True)


class InitiativeList(DistrictApi):
    """The district's initiatives."""

    permission = Permission.VIEW_BOARD

    @extend_schema(responses=InitiativeOutput(many=True), operation_id="initiatives_list")
    def get(self, request: Request) -> Response:
        """List active initiatives with cost by year and kind, and verdict. Three queries."""
        costs, returns, sees_schools = list_initiative_costs(), list_returns(), _sees_schools(request)
        return Response(
            [
                _initiative(row, _costs(costs.get(row.id)), returns.get(row.id), sees_schools=sees_schools)
                for row in list_initiatives(wanted=InitiativeFilter())
            ]
        )


class InitiativeShow(DistrictApi):
    """One initiative."""

    permission = Permission.VIEW_BOARD

    @extend_schema(responses=InitiativeDetailOutput, operation_id="initiatives_show")
    def get(self, request: Request, initiative_id: UUID) -> Response:
        """Show one initiative: cost by year, kind and funding source; verdict with its reason and evidence.

        Those without the cabinet's pages see no numbers of an estimate with fewer than two schools in an arm.
        """
        sees_schools = _sees_schools(request)
        row = get_initiative(initiative_id=initiative_id)
        if row is None:
            raise Http404
        detail = get_initiative_cost(initiative_id=initiative_id)
        found = get_return(initiative_id=initiative_id)
        answer = _initiative(row, detail.costs, found, sees_schools=sees_schools)
        return Response(
            answer
            | {
                "theory_of_action": row.theory_of_action,
                "review_rule": row.review_rule,
                "origin_note": row.origin_note,
                "sources": SourceOutput(detail.sources, many=True).data,
                "evidence": read_evidence(initiative_id=initiative_id, sees_schools=sees_schools),
            }
        )


class TrendList(DistrictApi):
    """Trends of metrics."""

    permission = Permission.VIEW_BOARD

    query = TrendQuery

    @extend_schema(parameters=[TrendQuery], responses=TrendOutput(many=True), operation_id="trends_list")
    def get(self, request: Request) -> Response:
        """List trends; those without the cabinet's pages see the district level only."""
        query = TrendQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        trends = list_trends(
            metric=query.validated_data["metric"],
            group=query.validated_data["group"],
            grade=query.validated_data["grade"],
            district_only=not _sees_schools(request),
        )
        return Response([_trend(row) for row in trends])


_OF_ROW = (
    "id",
    "name",
    "kind",
    "goal",
    "owner",
    "department",
    "grades",
    "groups",
    "review_on",
    "school_count",
)


def _sees_schools(request: Request) -> bool:
    access = access_of(request)
    return access is not None and can(access.role, Permission.VIEW_CABINET)


def _costs(found: InitiativeCosts | None) -> tuple[Cost, ...]:
    return found.costs if found else ()


def _initiative(
    row: InitiativeRow, costs: tuple[Cost, ...], found: ReturnRow | None, *, sees_schools: bool
) -> dict[str, Any]:
    if found and found.is_of_one_school and not sees_schools:
        found = replace(found, reason=without_counts(reason=found.reason))
    return {
        **{name: getattr(row, name) for name in _OF_ROW},
        "costs": CostOutput(costs, many=True).data,
        "verdict": VerdictOutput(found).data if found else None,
    }


def _trend(row: TrendRow) -> dict[str, Any]:
    data: dict[str, Any] = TrendOutput(row).data
    return data
