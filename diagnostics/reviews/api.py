"""The API of decisions: what the board's page shows of each, and no evidence by school; must not write."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from diagnostics.models import Decision
from diagnostics.reviews.selectors import DecisionRow, get_decision, get_kept_evidence, list_decisions
from districts.access.api import access_of
from districts.access.api_views import DistrictApi
from districts.access.permissions import Permission, can
from investments.api import DollarsField

STATES = ("recommended", "adopted", "rejected", "withdrawn")


class MoveOutput(serializers.Serializer[Any]):
    """Dollars moved within one budget and funding source; “Not allocated” is money nobody is given."""

    from_initiative = serializers.CharField(source="from_name")
    to_initiative = serializers.CharField(source="to_name")
    funding_source = serializers.CharField(source="source")
    fiscal_year = serializers.IntegerField()
    ledger = serializers.CharField()
    amount = DollarsField()
    why = serializers.CharField()


class DecisionOutput(serializers.Serializer[Any]):
    """A recommendation and what the board did; a recommendation until `state` is `adopted`."""

    id = serializers.UUIDField()
    initiative_id = serializers.UUIDField()
    initiative = serializers.CharField()
    recommendation = serializers.ChoiceField(choices=Decision.Recommendation.choices)
    state = serializers.ChoiceField(choices=STATES)
    reason = serializers.CharField()
    verdict = serializers.CharField(help_text="In words, as the frozen evidence says it.")
    sentence = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    next_review_on = serializers.DateField(allow_null=True)
    board_on = serializers.DateField(allow_null=True)
    board_item = serializers.CharField()
    board_note = serializers.CharField()
    moves = MoveOutput(many=True)


class DecisionDetailOutput(DecisionOutput):
    """One decision. The views and the frozen evidence are null for those who read the board's pages only."""

    finance_view = serializers.CharField(allow_null=True)
    academics_view = serializers.CharField(allow_null=True)
    evidence_hash = serializers.CharField(help_text="sha256 of the frozen evidence.")
    evidence = serializers.JSONField(allow_null=True)


class DecisionList(DistrictApi):
    """The district's recommendations and decisions."""

    permission = Permission.VIEW_BOARD

    @extend_schema(responses=DecisionOutput(many=True), operation_id="decisions_list")
    def get(self, request: Request) -> Response:
        """List decisions, the newest first; withdrawn ones only for those who read the cabinet's pages. One query."""
        sees_all = _sees_cabinet(request)
        rows = [one for one in list_decisions() if sees_all or one.withdrawn_at is None]
        return Response(DecisionOutput(rows, many=True).data)


class DecisionShow(DistrictApi):
    """One decision."""

    permission = Permission.VIEW_BOARD

    @extend_schema(responses=DecisionDetailOutput, operation_id="decisions_show")
    def get(self, request: Request, decision_id: UUID) -> Response:
        """Show one decision; with views and evidence for those who read the cabinet's pages."""
        row = get_decision(decision_id=decision_id)
        sees_all = _sees_cabinet(request)
        if row is None or (row.withdrawn_at and not sees_all):
            raise Http404
        return Response(_detail(row, sees_all=sees_all))


def _sees_cabinet(request: Request) -> bool:
    access = access_of(request)
    return access is not None and can(access.role, Permission.VIEW_CABINET)


def _detail(row: DecisionRow, *, sees_all: bool) -> dict[str, Any]:
    data: dict[str, Any] = dict(DecisionOutput(row).data)
    return data | {
        "finance_view": row.finance_view if sees_all else None,
        "academics_view": row.academics_view if sees_all else None,
        "evidence_hash": row.evidence_hash,
        "evidence": get_kept_evidence(decision_id=row.id) if sees_all else None,
    }
