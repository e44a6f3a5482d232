"""The API of money: ledger totals, each with the filing it is of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from districts.access.api_views import DistrictApi
from districts.access.permissions import Permission
from investments.models import AmountKind
from investments.selectors import get_ledger_total
from investments.selectors.ledger import exact, object_range

_CODE = r"^[0-9A-Za-z]{1,10}$"
_OWN_CODE = r"^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$"
_SEGMENTS = ("fund", "resource", "goal", "function", "location", "local_1", "local_2", "local_3", "local_4")
_DIGITS = r"^[0-9]{1,10}$"


class DollarsField(serializers.DecimalField):
    """Dollars as text: with two decimals, or with all six where the ledger has more than cents."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=26, decimal_places=6, **options)

    def to_representation(self, value: Decimal) -> str:
        """Write the amount, exact."""
        return str(exact(value))


class TotalsQuery(serializers.Serializer[Any]):
    """Which part of the ledger to add up; objects as a range of codes of one length, ends included.

    Without objects everything is added: spending, revenue, transfers and balances.
    """

    fiscal_year = serializers.IntegerField(min_value=1990, max_value=2100)
    kind = serializers.ChoiceField(choices=AmountKind.choices)
    fund = serializers.RegexField(_CODE, required=False, default="")
    resource = serializers.RegexField(_CODE, required=False, default="")
    goal = serializers.RegexField(_CODE, required=False, default="", help_text="SACS goal")
    function = serializers.RegexField(_CODE, required=False, default="")
    location = serializers.RegexField(_OWN_CODE, required=False, default="", help_text="School or site")
    local_1 = serializers.RegexField(_OWN_CODE, required=False, default="", help_text="The district's own")
    local_2 = serializers.RegexField(_OWN_CODE, required=False, default="", help_text="The district's own")
    local_3 = serializers.RegexField(_OWN_CODE, required=False, default="", help_text="The district's own")
    local_4 = serializers.RegexField(_OWN_CODE, required=False, default="", help_text="The district's own")
    object_from = serializers.RegexField(_DIGITS, required=False, default="")
    object_to = serializers.RegexField(_DIGITS, required=False, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a range that runs backwards or whose ends differ in length."""
        first, last = attrs["object_from"], attrs["object_to"]
        if first and last and len(first) != len(last):
            raise serializers.ValidationError({"object_to": "Needs as many digits as object_from."})
        if first and last and first > last:
            raise serializers.ValidationError({"object_to": "Must not be below object_from."})
        return attrs


class FilingOutput(serializers.Serializer[Any]):
    """A filing that a figure is of."""

    id = serializers.UUIDField()
    upload_id = serializers.UUIDField()
    filename = serializers.CharField()
    ledger = serializers.CharField()
    period = serializers.CharField()
    filed_at = serializers.DateTimeField()
    through_on = serializers.DateField(
        allow_null=True, help_text="The last day covered where the year is not closed yet; null when it is."
    )


class TotalsOutput(serializers.Serializer[Any]):
    """An exact sum; null when no filing of that year and kind is there (which is not zero dollars)."""

    amount = DollarsField(allow_null=True)
    fiscal_year = serializers.IntegerField()
    kind = serializers.CharField(
        help_text="That of the filings: actuals of a year that is not closed are actual_to_date."
    )
    through_on = serializers.DateField(
        allow_null=True, help_text="The last day covered where the year is not closed yet; null when it is."
    )
    filing = FilingOutput(allow_null=True)
    filings = FilingOutput(many=True)


class LedgerTotals(DistrictApi):
    """Totals of the ledger as it counts now."""

    permission = Permission.VIEW_LEDGER

    query = TotalsQuery

    @extend_schema(parameters=[TotalsQuery], responses=TotalsOutput, operation_id="ledger_totals")
    def get(self, request: Request) -> Response:
        """Add up the accounts that match, over all current filings of the year and kind."""
        query = TotalsQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        total = get_ledger_total(
            fiscal_year=wanted["fiscal_year"],
            kind=wanted["kind"],
            filters={
                **{name: wanted[name] for name in _SEGMENTS if wanted[name]},
                "object": object_range(first=wanted["object_from"], last=wanted["object_to"]),
            },
        )
        filings = FilingOutput(total.filings, many=True).data
        return Response(
            {
                "amount": str(total.amount) if filings else None,
                "fiscal_year": wanted["fiscal_year"],
                "kind": total.filings[0].kind if total.filings else wanted["kind"],
                "through_on": total.filings[0].through_on if total.filings else None,
                "filing": filings[0] if filings else None,
                "filings": filings,
            }
        )
