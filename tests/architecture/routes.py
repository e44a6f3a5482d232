"""Every route of the URLconf, and how it says who may use it. Makes no request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from districts.access.permissions import Permission
from tests.architecture.factories import URL_QUERIES


class Kind(StrEnum):
    """How a route is guarded."""

    DISTRICT_PAGE = "district page"
    API = "api"
    SIGNED_IN = "signed in"
    PUBLIC = "public"


class Unclassified(AssertionError):
    """A route does not say who may use it."""


LIBRARY: dict[str, Kind] = {
    "account_login": Kind.PUBLIC,
    "account_logout": Kind.PUBLIC,
    "account_inactive": Kind.PUBLIC,
    "account_signup": Kind.PUBLIC,
    "account_reauthenticate": Kind.SIGNED_IN,
    "account_email": Kind.PUBLIC,  # closed: entrance.show_nothing stands before it
    "account_email_verification_sent": Kind.PUBLIC,
    "account_confirm_email": Kind.PUBLIC,
    "account_change_password": Kind.SIGNED_IN,
    "account_set_password": Kind.SIGNED_IN,
    "account_reset_password": Kind.PUBLIC,
    "account_reset_password_done": Kind.PUBLIC,
    "account_reset_password_from_key": Kind.PUBLIC,
    "account_reset_password_from_key_done": Kind.PUBLIC,
    "account_confirm_login_code": Kind.PUBLIC,
    "mfa_index": Kind.SIGNED_IN,
    "mfa_authenticate": Kind.PUBLIC,
    "mfa_reauthenticate": Kind.SIGNED_IN,
    "mfa_trust": Kind.PUBLIC,
    "mfa_activate_totp": Kind.SIGNED_IN,
    "mfa_deactivate_totp": Kind.SIGNED_IN,
    "mfa_view_recovery_codes": Kind.SIGNED_IN,
    "mfa_generate_recovery_codes": Kind.SIGNED_IN,
    "mfa_download_recovery_codes": Kind.SIGNED_IN,
    "usersessions_list": Kind.SIGNED_IN,
}
"""Routes of the sign-in library, which cannot carry our decorators."""


@dataclass(frozen=True)
class Route:
    """One address: its name, the names in it, and its view."""

    name: str
    kwargs: tuple[str, ...]
    pattern: URLPattern

    @property
    def view(self) -> Any:
        return self.pattern.callback

    @property
    def objects(self) -> tuple[str, ...]:
        """Names in the address that name a row."""
        return tuple(name for name in self.kwargs if name != "slug")

    def url(self, kwargs: dict[str, Any]) -> str:
        return reverse(self.name, kwargs=kwargs) + URL_QUERIES.get(self.name, "")


@dataclass(frozen=True)
class Guard:
    """Who may use a route: the permission to read and the one to write, where it is of a district."""

    kind: Kind
    read: Permission | None = None
    write: Permission | None = None


def list_routes() -> list[Route]:
    """Return every route, those of the API and of libraries included."""
    return list(_walk(get_resolver(), namespaces=(), kwargs=()))


def find_route(name: str) -> Route:
    return next(route for route in list_routes() if route.name == name)


def guard_of(route: Route) -> Guard:
    """Return how a route is guarded; raises Unclassified."""
    view = route.view
    api_view = getattr(view, "cls", None) or getattr(view, "view_class", None)
    permission = getattr(view, "district_permission", "missing")
    if isinstance(permission, Permission):
        _require(route, "slug" in route.kwargs, "has a permission and names no district")
        return Guard(Kind.DISTRICT_PAGE, read=permission, write=view.district_write_permission)
    if permission is None:
        _require(route, "slug" not in route.kwargs, "is of a district and has no permission")
        return Guard(Kind.SIGNED_IN if view.needs_sign_in else Kind.PUBLIC)
    api_permission = getattr(api_view, "permission", None)
    if isinstance(api_permission, Permission):
        _require(route, "slug" in route.kwargs, "has a permission and names no district")
        write = getattr(api_view, "write_permission", api_permission)
        return Guard(Kind.API, read=api_permission, write=write)
    if route.name in LIBRARY and "slug" not in route.kwargs:
        return Guard(LIBRARY[route.name])
    raise Unclassified(
        f"{route.name} ({route.pattern.pattern}) does not say who may use it: give its view @district_page,"
        " @signed_in_page or @public_page, or an API view its `permission`."
    )


def _require(route: Route, is_right: bool, problem: str) -> None:
    if not is_right:
        raise Unclassified(f"{route.name} ({route.pattern.pattern}) {problem}.")


def _walk(resolver: URLResolver, *, namespaces: tuple[str, ...], kwargs: tuple[str, ...]) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        names = (*kwargs, *entry.pattern.regex.groupindex) if hasattr(entry.pattern, "regex") else kwargs
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from _walk(entry, namespaces=inner, kwargs=names)
            continue
        if not entry.name:
            raise Unclassified(f"the route {entry.pattern} has no name.")
        yield Route(name=":".join((*namespaces, entry.name)), kwargs=tuple(names), pattern=entry)
