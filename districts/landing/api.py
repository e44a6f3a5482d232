"""The API of uploads: hand a file in, see how far it is and what is wrong with it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from districts.access.api_views import DistrictApi
from districts.access.permissions import Permission
from districts.landing import selectors, services
from districts.landing.kinds import FileMap
from districts.landing.same_day import ANSWER


class UploadInput(serializers.Serializer[Any]):
    """A file to land. With `confirm` (the default) a file without problems is imported at once."""

    file = serializers.FileField()
    kind = serializers.CharField(required=False, max_length=40)
    map = serializers.CharField(
        required=False, max_length=20_000, help_text='JSON: {"options": {...}, "values": {...}}'
    )
    confirm = serializers.BooleanField(
        default=True,
        help_text="Import the file without a look at its preview. One that has the filing date of the file it would"
        " replace waits all the same, in state `ready` with `asks` set, until `replaces_same_day` answers.",
    )
    replaces_same_day = serializers.BooleanField(
        default=False,
        help_text="Say that this file is newer than one of the same filing date, and replaces it. Send the same bytes"
        " again with it to answer `asks`. To say instead when it was filed, send `filed_on` among the map's values.",
    )

    def validate_map(self, text: str) -> FileMap:
        """Read the map's JSON."""
        try:
            values = json.loads(text)
        except ValueError as error:
            raise serializers.ValidationError("Give the map as JSON.") from error
        if not isinstance(values, dict) or any(
            not isinstance(values.get(key) or {}, dict) for key in ("options", "values")
        ):
            raise serializers.ValidationError("Give the map as an object with options and values.")
        return FileMap.from_dict(values)


class UploadOutput(serializers.Serializer[Any]):
    """One upload in short."""

    id = serializers.UUIDField()
    filename = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.CharField()
    message = serializers.CharField()
    size = serializers.IntegerField()
    uploaded_at = serializers.DateTimeField()
    error_count = serializers.IntegerField(source="errors")
    warning_count = serializers.IntegerField(source="warnings")
    rows_loaded = serializers.IntegerField(allow_null=True)
    asks = serializers.ChoiceField(
        choices=[ANSWER],
        allow_blank=True,
        help_text="The field of POST that must answer before the import goes on; `message` says the question.",
    )


class ConflictOutput(serializers.Serializer[Any]):
    """Why a file cannot be taken as it is sent, and what to send instead."""

    detail = serializers.CharField()


class ProblemOutput(serializers.Serializer[Any]):
    """One problem of one row."""

    row = serializers.IntegerField(allow_null=True)
    column = serializers.CharField()
    value = serializers.CharField()
    why = serializers.CharField()
    what_to_do = serializers.CharField()
    severity = serializers.CharField()


class CheckOutput(serializers.Serializer[Any]):
    """One check of the quality report."""

    name = serializers.CharField()
    status = serializers.CharField()
    expected = serializers.CharField()
    found = serializers.CharField()
    note = serializers.CharField()


class UploadDetailOutput(UploadOutput):
    """One upload with its counts, quality report and the first problems (`problem_page` for more)."""

    counts = serializers.DictField()
    control_totals = serializers.DictField()
    checks = CheckOutput(many=True)
    problems = ProblemOutput(many=True)
    problem_pages = serializers.IntegerField()


class UploadQuery(serializers.Serializer[Any]):
    """Which page of problems to show."""

    problem_page = serializers.IntegerField(min_value=1, max_value=1_000_000, default=1)


class UploadList(DistrictApi):
    """Files that landed."""

    permission = Permission.VIEW_DATA
    write_permission = Permission.UPLOAD
    parser_classes = (MultiPartParser,)

    @extend_schema(responses=UploadOutput(many=True), operation_id="uploads_list")
    def get(self, request: Request) -> Response:
        """List the newest hundred uploads."""
        return Response(UploadOutput(selectors.list_uploads(), many=True).data)

    @extend_schema(
        request={"multipart/form-data": UploadInput},
        responses={
            202: UploadOutput,
            409: OpenApiResponse(
                response=ConflictOutput,
                description="The same bytes are here already and a worker is reading them, or they have the filing"
                " date of the file they would replace and `replaces_same_day` is not given.",
            ),
        },
        operation_id="uploads_create",
    )
    def post(self, request: Request) -> Response:
        """Land a file: the same bytes, any number of times, have one effect. Answers 202 at once."""
        given = UploadInput(data=request.data)
        given.is_valid(raise_exception=True)
        values = given.validated_data
        landed = services.land_upload(
            by=request._request.access.user_id,  # type: ignore[attr-defined]
            filename=values["file"].name,
            chunks=values["file"].chunks(),
            kind=values.get("kind", ""),
            file_map=values.get("map"),
            auto_confirm=values["confirm"],
            replaces_same_day=values["replaces_same_day"],
        )
        detail = selectors.get_upload(upload_id=landed.upload.pk)
        return Response(UploadOutput(detail.upload).data, status=status.HTTP_202_ACCEPTED)


class UploadShow(DistrictApi):
    """One upload."""

    permission = Permission.VIEW_DATA
    query = UploadQuery

    @extend_schema(
        parameters=[OpenApiParameter("problem_page", int)],
        responses=UploadDetailOutput,
        operation_id="uploads_show",
    )
    def get(self, request: Request, upload_id: UUID) -> Response:
        """Show state, counts, quality report and problems."""
        query = UploadQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        detail = selectors.get_upload(upload_id=upload_id, page=query.validated_data["problem_page"])
        return Response(
            UploadOutput(detail.upload).data
            | {
                "counts": detail.counts,
                "control_totals": detail.control_totals,
                "checks": CheckOutput(detail.checks, many=True).data,
                "problems": ProblemOutput(detail.problems.rows, many=True).data,
                "problem_pages": detail.problems.pages,
            }
        )
