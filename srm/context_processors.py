"""What every page template can name besides its own context.

Must not query: the district and the role come from the request's access.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from districts.access.permissions import Permission, Role, can
from srm.navigation import account_navigation, main_navigation


def page(request: HttpRequest) -> dict[str, Any]:
    """Give ``csp_nonce`` (read by django-htmx), ``district``, ``role_label``, ``nav``, ``account_nav``, ``may``."""
    context: dict[str, Any] = {
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "account_nav": account_navigation(request) if hasattr(request, "user") else (),
    }
    access = getattr(request, "access", None)
    if access is None:
        return context
    slug = access.district.slug
    nav = main_navigation(slug=slug, role=access.role, path=request.path)
    return context | {
        "district": access.district,
        "role_label": Role(access.role).label,
        "nav": nav,
        "home_url": nav[0].url if nav else "/",
        "may": {permission.name: can(access.role, permission) for permission in Permission},
        "search_url": _search_url(slug=slug, role=access.role),
    }


def _search_url(*, slug: str, role: str) -> str:
    if not can(role, Permission.VIEW_CABINET):
        return ""
    try:
        return reverse("strategy:initiative-list", kwargs={"slug": slug})
    except NoReverseMatch:
        return ""
