"""How the API knows a caller and what a caller may do; the scope itself is the middleware's."""

from typing import Any

from django.utils import timezone
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission

from districts.access.permissions import Permission, can
from districts.services.keys import note_use_of_key
from districts.tenancy.middleware import Access


def access_of(request: Any) -> Access | None:
    """Return what the middleware found out about the caller, if anything."""
    access: Access | None = getattr(request._request, "access", None)
    return access


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>`: already checked by DistrictMiddleware for this district."""

    def authenticate(self, request: Any) -> tuple[None, str] | None:
        """Return the key's id, or None to let the session answer."""
        access = access_of(request)
        if access is None or access.api_key_id is None:
            return None
        note_use_of_key(key_id=access.api_key_id, now=timezone.now())
        return None, access.api_key_id

    def authenticate_header(self, request: Any) -> str:
        """Make a missing key a 401 instead of a 403."""
        return "Bearer"


class HasDistrictPermission(BasePermission):
    """Each API view names `permission` (and `write_permission` if it differs)."""

    def has_permission(self, request: Any, view: Any) -> bool:
        """Answer by the caller's role; nobody is let in without a district."""
        access = access_of(request)
        if access is None:
            raise exceptions.NotAuthenticated
        needed: Permission = view.permission
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            needed = getattr(view, "write_permission", needed)
        return can(access.role, needed)
