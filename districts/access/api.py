"""How the API knows a caller and answers a failure; the scope itself is the middleware's."""

from typing import Any

from django.db import transaction
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from districts.access.permissions import Permission, can
from districts.errors import DomainError


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>`: already checked by DistrictMiddleware for this district."""

    def authenticate(self, request: Any) -> tuple[None, str] | None:
        access = getattr(request._request, "access", None)
        if access is None or access.api_key_id is None:
            return None
        return None, access.api_key_id

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"


class HasDistrictPermission(BasePermission):
    """Each API view names `permission` (and `write_permission` if it differs)."""

    def has_permission(self, request: Any, view: Any) -> bool:
        access = getattr(request._request, "access", None)
        if access is None:
            raise exceptions.NotAuthenticated
        needed: Permission = view.permission
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            needed = getattr(view, "write_permission", needed)
        return can(access.role, needed)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Answer anticipated failures in words, and undo what the request wrote."""
    if isinstance(exc, DomainError):
        response: Response | None = Response({"detail": exc.message}, status=exc.status)
    else:
        response = drf_exception_handler(exc, context)
    request = context["request"]._request
    if response is not None and getattr(request, "access", None) is not None:
        transaction.set_rollback(True)
    return response
