"""The decorator every district page carries; the guard in tests/architecture walks the URLconf for it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from districts.access.permissions import Permission, can
from districts.models import District
from districts.tenancy.middleware import Access


class DistrictRequest(HttpRequest):
    """A request inside a district, as views see it (for typing only)."""

    access: Access
    htmx: Any

    @property
    def district(self) -> District:
        return self.access.district


View = Callable[..., HttpResponse]


def district_page(permission: Permission, *, write: Permission | None = None) -> Callable[[View], View]:
    """Admit those whose role holds `permission` (`write` for any method but GET and HEAD).

    Signed out: to the sign-in page. Another district, or none: 404. Lacking the permission: 403.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.access is None:
                if not request.user.is_authenticated:
                    return redirect_to_login(request.get_full_path())
                raise Http404
            is_read = request.method in ("GET", "HEAD", "OPTIONS")
            needed = permission if is_read or write is None else write
            if not can(request.access.role, needed):
                raise PermissionDenied
            kwargs.pop("slug", None)
            return view(request, *args, **kwargs)

        wrapped.district_permission = permission  # type: ignore[attr-defined]
        wrapped.district_write_permission = write or permission  # type: ignore[attr-defined]
        return wrapped

    return decorate


def public_page(view: View) -> View:
    """Classify a page that needs no district (sign-in, health, style guide)."""
    view.district_permission = None  # type: ignore[attr-defined]
    return view
