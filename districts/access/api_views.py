"""What every view of the API stands on, and how it answers a failure; must not read a table."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.views import exception_handler as drf_exception_handler

from districts.access.api import access_of
from districts.access.permissions import Permission
from districts.errors import DomainError


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the API key in /api/schema/."""

    target_class = "districts.access.api.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002
        """Return the OpenAPI words for `Authorization: Bearer <key>`."""
        return {"type": "http", "scheme": "bearer"}


class DistrictApi(APIView):
    """A view below /api/v1/d/<slug>/: names who may read (and, if others, who may write)."""

    permission: Permission

    def dispatch(self, request: HttpRequest, *args: Any, slug: str, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        """Answer without the slug: the district is open already."""
        return super().dispatch(request, *args, **kwargs)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Answer anticipated failures in words, and undo what the request wrote."""

    if isinstance(exc, DomainError):
        response: Response | None = Response({"detail": exc.message}, status=exc.status)
    else:
        response = drf_exception_handler(exc, context)
    if response is not None and access_of(context["request"]) is not None:
        transaction.set_rollback(True)
    return response
