"""What every view of the API stands on, and how it answers a failure; must not read a table."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.views.defaults import page_not_found
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
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
    query: type[Serializer[Any]] | None = None
    """The parameters a GET takes; whatever else is sent is refused, so that a slip of the pen widens nothing."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let the caller in, then refuse parameters that nobody reads."""
        super().initial(request, *args, **kwargs)
        if request.method in ("GET", "HEAD"):
            refuse_unread(given=request.query_params, taken=self.query().fields if self.query else ())

    def dispatch(self, request: HttpRequest, *args: Any, slug: str, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        """Answer without the slug: the district is open already."""
        return super().dispatch(request, *args, **kwargs)


def refuse_unread(*, given: QueryDict, taken: Collection[str]) -> None:
    """Raise a 400 that names each parameter that is not taken, or is sent twice where one counts."""
    names = ", ".join(sorted(taken)) or "none"
    wrong = {
        name: [f"There is no such parameter. There are: {names}."] for name in given if name not in taken
    }
    twice = {name: ["Send it once."] for name in given if name in taken and len(given.getlist(name)) > 1}
    if wrong or twice:
        raise ValidationError(wrong | twice)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an unknown address: a program in JSON, a person with a page."""
    if request.path_info.startswith("/api/"):
        return JsonResponse({"detail": "Not found."}, status=404)
    return page_not_found(request, exception)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Answer anticipated failures in words, and undo what the request wrote."""

    if isinstance(exc, DomainError):
        response: Response | None = Response({"detail": exc.message}, status=exc.status)
    else:
        response = drf_exception_handler(exc, context)
    if response is not None and access_of(context["request"]) is not None:
        transaction.set_rollback(True)
    return response
