"""How the API knows a caller and answers a failure; the scope itself is the middleware's."""

from typing import Any

from django.db import transaction
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.response import Response

from districts.access.permissions import Permission, can
from districts.errors import DomainError
from districts.tenancy.middleware import Access


def _access(request: Any) -> Access | None:
    access: Access | None = getattr(request._request, "access", None)
    return access


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>`: already checked by DistrictMiddleware for this district."""

    def authenticate(self, request: Any) -> tuple[None, str] | None:
        """Return the key's id, or None to let the session answer."""
        access = _access(request)
        if access is None or access.api_key_id is None:
            return None
        return None, access.api_key_id

    def authenticate_header(self, request: Any) -> str:
        """Make a missing key a 401 instead of a 403."""
        return "Bearer"


class HasDistrictPermission(BasePermission):
    """Each API view names `permission` (and `write_permission` if it differs)."""

    def has_permission(self, request: Any, view: Any) -> bool:
        """Answer by the caller's role; nobody is let in without a district."""
        access = _access(request)
        if access is None:
            raise exceptions.NotAuthenticated
        needed: Permission = view.permission
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            needed = getattr(view, "write_permission", needed)
        return can(access.role, needed)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Answer anticipated failures in words, and undo what the request wrote."""
    from rest_framework.views import exception_handler as drf_exception_handler  # it imports this module

    if isinstance(exc, DomainError):
        response: Response | None = Response({"detail": exc.message}, status=exc.status)
    else:
        response = drf_exception_handler(exc, context)
    if response is not None and _access(context["request"]) is not None:
        transaction.set_rollback(True)
    return response
