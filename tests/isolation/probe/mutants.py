"""Ways of getting the scope wrong in Python, to show that the probes notice. Run in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from districts.tenancy import district_scope, middleware, scope


def session_level() -> None:
    """Set the district for the session, not for the transaction."""
    scope._SET = scope._SET.replace("true)", "false)")


def no_reset() -> None:
    """Leave the district open in the transaction around a scope."""
    apply = scope._apply
    scope._apply = lambda opened: None if opened is None else apply(opened)


def no_rollback() -> None:
    """Commit what a failing request wrote."""
    middleware.DistrictMiddleware.process_exception = lambda *_: None


def view_only() -> None:
    """Open the scope around the view and not around its rendering, as ATOMIC_REQUESTS does."""

    def call(self: Any, request: Any) -> Any:
        request.access = None
        slug = middleware._slug_of(request)
        if slug:
            with scope.transaction.atomic():
                request.access = middleware._identify(request, slug, "")
        return self.get_response(request)

    def process_view(_: Any, request: Any, view: Any, args: Any, kwargs: Any) -> Any:
        if request.access is None:
            return None
        with district_scope(request.access.district.pk):
            return view(request, *args, **kwargs)

    middleware.DistrictMiddleware.__call__ = call
    middleware.DistrictMiddleware.process_view = process_view


ALL: dict[str, Callable[[], None]] = {
    "": lambda: None,
    "session level": session_level,
    "no reset": no_reset,
    "no rollback": no_rollback,
    "scope around the view only": view_only,
}
