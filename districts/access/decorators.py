"""The decorators that classify every page; the guard in tests/architecture walks the URLconf for them.

Must not open a district's scope: that is the middleware's.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import timezone

from districts.access.permissions import Permission, can
from districts.errors import DomainError
from districts.models import District
from districts.tenancy.middleware import Access

PAGE_METHODS = ("GET", "HEAD", "POST")


class DistrictRequest(HttpRequest):
    """A request inside a district, as views see it (for typing only)."""

    access: Access
    district: District
    role: str
    htmx: Any


View = Callable[..., HttpResponse]


def district_page(permission: Permission, *, write: Permission | None = None) -> Callable[[View], View]:
    """Admit those whose role holds `permission` (`write` for POST), in the district's time zone.

    Signed out: to the sign-in page. Another district, or none: 404. Lacking the permission: 403. Any method
    but GET, HEAD and POST: 405.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.access is None:
                if not request.user.is_authenticated:
                    return redirect_to_login(request.get_full_path())
                raise Http404
            needed = write or permission if request.method == "POST" else permission
            if not can(request.access.role, needed):
                raise PermissionDenied
            if request.method not in PAGE_METHODS:
                return HttpResponseNotAllowed(PAGE_METHODS)
            kwargs.pop("slug", None)
            request.district, request.role = request.access.district, request.access.role
            with timezone.override(ZoneInfo(request.access.district.time_zone)):
                try:
                    return view(request, *args, **kwargs)
                except DomainError as error:
                    return _refuse(request, error)

        wrapped.district_permission = permission  # type: ignore[attr-defined]
        wrapped.district_write_permission = write or permission  # type: ignore[attr-defined]
        return wrapped

    return decorate


def _refuse(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer an anticipated failure in its words, and undo what the request wrote."""
    transaction.set_rollback(True)
    if error.status == 404:
        raise Http404 from error
    return render(request, "districts/refused.html", {"message": error.message}, status=error.status)


def signed_in_page(view: View) -> View:
    """Admit every signed-in person, in no district: the list of their own districts."""

    @wraps(view)
    def wrapped(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    wrapped.district_permission = None  # type: ignore[attr-defined]
    wrapped.needs_sign_in = True  # type: ignore[attr-defined]
    return wrapped


def public_page(view: View) -> View:
    """Classify a page that needs no district (sign-in, health, style guide)."""
    view.district_permission = None  # type: ignore[attr-defined]
    view.needs_sign_in = False  # type: ignore[attr-defined]
    return view
