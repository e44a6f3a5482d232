"""Addresses of the pages that home, initiative and board lead to; must not query or decide rights."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from districts.access.decorators import DistrictRequest
from districts.access.permissions import Permission, can


def link(
    request: DistrictRequest, name: str, /, query: dict[str, str] | None = None, **parts: UUID | str
) -> str:
    """Return the address of a page of this district."""
    address = reverse(name, kwargs={"slug": request.access.district.slug, **parts})
    return f"{address}?{urlencode(query)}" if query else address


def allowed(request: DistrictRequest, permission: Permission) -> bool:
    """Say whether this person holds a permission."""
    return can(request.access.role, permission)
