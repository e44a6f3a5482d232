"""Who visits a route, and what the route must answer, computed from its guard. Knows no page."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from districts.access.permissions import Role, can
from tests.architecture.factories import Planted
from tests.architecture.routes import Guard, Kind, Route

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
READS = ("GET", "HEAD", "OPTIONS")
SEEN = {200, 204, 302}
WRITTEN = {200, 201, 202, 204, 302, 400, 409, 410, 413, 415, 422}
"""What a write with nothing in it may answer: done, or refused in words."""
_VARYING = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*"|nonce="[^"]*"')


@dataclass
class World:
    """Two planted districts; clients are those of `own`."""

    own: Planted
    other: Planted
    clients: dict[Role, Client] = field(default_factory=dict)
    nobody: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        self.clients = {role: self.own.cast.client(role) for role in Role}
        for client in (self.nobody, *self.clients.values()):
            client.raise_request_exception = False
            client.handler.load_middleware()

    def callers(self, guard: Guard) -> Iterator[tuple[Role, str, dict[str, str]]]:
        """Yield each role of the own district: in a browser and, for the API, with a key."""
        for role in Role:
            yield role, "session", {}
            if guard.kind is Kind.API:
                yield role, "key", {"Authorization": f"Bearer {self.own.keys[role]}"}


@dataclass(frozen=True)
class Wrong:
    """An answer that the guard of the route does not allow."""

    who: str
    method: str
    url: str
    got: int
    wanted: str

    def __str__(self) -> str:
        return f"{self.who} {self.method} {self.url}: answered {self.got}, must answer {self.wanted}"


def ask(client: Client, method: str, url: str, headers: dict[str, str]) -> HttpResponse:
    """Make one request and undo what it wrote."""
    cookies = copy(client.cookies)
    with transaction.atomic():
        response: HttpResponse = client.generic(method, url, headers=headers)  # type: ignore[assignment]
        if hasattr(response, "render") and not response.is_rendered:
            response.render()
        response.read_body = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
        transaction.set_rollback(True)
    client.cookies = cookies
    return response


def check_route(world: World, route: Route, guard: Guard) -> list[Wrong]:
    """Visit a route in every way and return the answers that its guard does not allow."""
    if guard.kind in (Kind.PUBLIC, Kind.SIGNED_IN):
        return list(_check_open(world, route, guard))
    return [
        *_check_signed_out(world, route, guard),
        *_check_other_district(world, route, guard),
        *_check_own(world, route, guard),
        *_check_foreign_objects(world, route, guard),
    ]


def _check_open(world: World, route: Route, guard: Guard) -> Iterator[Wrong]:
    url = route.url(world.own.url_kwargs(list(route.kwargs)))
    for method in METHODS:
        response = ask(world.nobody, method, url, {})
        if guard.kind is Kind.SIGNED_IN:
            if not _is_sign_in(response) and response.status_code != 405:
                yield Wrong("signed out", method, url, response.status_code, "302 to the sign-in page")
        elif response.status_code >= 500:
            yield Wrong("signed out", method, url, response.status_code, "no error")
        response = ask(world.clients[Role.CABINET], method, url, {})
        if response.status_code >= 500:
            yield Wrong("signed in", method, url, response.status_code, "no error")


def _check_signed_out(world: World, route: Route, guard: Guard) -> Iterator[Wrong]:
    url = route.url(world.own.url_kwargs(list(route.kwargs)))
    for method in METHODS:
        response = ask(world.nobody, method, url, {})
        if guard.kind is Kind.API:
            if response.status_code != 401:
                yield Wrong("signed out", method, url, response.status_code, "401")
        elif not _is_sign_in(response):
            yield Wrong("signed out", method, url, response.status_code, "302 to the sign-in page")


def _check_other_district(world: World, route: Route, guard: Guard) -> Iterator[Wrong]:
    """Somebody of Bay asks for Valley: the answer is that of a district which does not exist."""
    kwargs = world.other.url_kwargs(list(route.kwargs))
    url, nowhere = route.url(kwargs), route.url(kwargs | {"slug": "no-such-district"})
    for role, how, headers in world.callers(guard):
        for method in METHODS:
            who = f"{role.value} ({how}) of another district"
            response = ask(_client(world, role, how), method, url, headers)
            if response.status_code != 404:
                yield Wrong(who, method, url, response.status_code, "404")
            elif method == "GET" and _body(response) != _body(
                ask(_client(world, role, how), method, nowhere, headers)
            ):
                yield Wrong(who, method, url, response.status_code, "what an unknown district answers")


def _check_own(world: World, route: Route, guard: Guard) -> Iterator[Wrong]:
    url = route.url(world.own.url_kwargs(list(route.kwargs)))
    for role, how, headers in world.callers(guard):
        is_there = False
        for method in METHODS:
            response = ask(_client(world, role, how), method, url, headers)
            is_there = is_there or response.status_code == 200
            # A form may name a second object: with nothing in the form there is none.
            names_nothing = is_there and method == "POST" and response.status_code == 404
            if not names_nothing and not _is_right(guard, role, method, response.status_code):
                yield Wrong(
                    f"{role.value} ({how})", method, url, response.status_code, _wanted(guard, role, method)
                )


def _check_foreign_objects(world: World, route: Route, guard: Guard) -> Iterator[Wrong]:
    """Somebody of Bay names an object of Valley: the answer is that of an object which does not exist."""
    if not route.objects:
        return
    own, other = (planted.url_kwargs(list(route.kwargs)) for planted in (world.own, world.other))
    foreign = route.url(other | {"slug": world.own.cast.slug})
    nothing = route.url({name: _nobody(value) for name, value in own.items()} | {"slug": own["slug"]})
    for role, how, headers in world.callers(guard):
        for method in METHODS:
            if not _may(guard, role, method):
                wanted = 403
            elif guard.kind is Kind.DISTRICT_PAGE and method not in ("GET", "HEAD", "POST"):
                wanted = 405
            else:
                wanted = 404
            client = _client(world, role, how)
            response = ask(client, method, foreign, headers)
            who = f"{role.value} ({how}) naming an object of another district"
            absent = ask(client, method, nothing, headers)
            # OPTIONS of the API describes the address and looks nothing up.
            is_description = guard.kind is Kind.API and method == "OPTIONS" and response.status_code == 200
            is_no_verb = response.status_code == 405 or is_description
            if response.status_code != wanted and not is_no_verb:
                yield Wrong(who, method, foreign, response.status_code, "404")
            elif _body(response) != _body(absent) or response.status_code != absent.status_code:
                yield Wrong(who, method, foreign, response.status_code, "what an absent object answers")


def _may(guard: Guard, role: Role, method: str) -> bool:
    needed = guard.read if method in READS else guard.write
    if guard.kind is Kind.DISTRICT_PAGE and method != "POST":
        needed = guard.read
    assert needed is not None
    return can(role, needed)


def _is_right(guard: Guard, role: Role, method: str, status: int) -> bool:
    if not _may(guard, role, method):
        return status == 403
    if guard.kind is Kind.DISTRICT_PAGE and method not in ("GET", "HEAD", "POST"):
        return status == 405
    if method in READS:
        return status in SEEN or status == 405
    return status in WRITTEN or status == 405


def _wanted(guard: Guard, role: Role, method: str) -> str:
    if not _may(guard, role, method):
        return "403"
    return f"one of {sorted(SEEN if method in READS else WRITTEN)}, or 405 where it has no such method"


def _client(world: World, role: Role, how: str) -> Client:
    return world.nobody if how == "key" else world.clients[role]


def _nobody(value: Any) -> Any:
    return (
        uuid.UUID(int=value.int ^ 1)
        if isinstance(value, uuid.UUID)
        else 2**40
        if isinstance(value, int)
        else value
    )


def _is_sign_in(response: HttpResponse) -> bool:
    return response.status_code == 302 and response["Location"].startswith("/accounts/login/?next=")


def _body(response: HttpResponse) -> bytes:
    return _VARYING.sub(b"", response.read_body)  # type: ignore[attr-defined]
