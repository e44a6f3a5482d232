"""No byte of the other district: its words and numbers are planted in every table, then looked for everywhere.

Searched for every GET route and role of the own district: bodies, headers, redirects, cookies, logs, mails, and
the keys and values of the cache.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import redis
from django.core import mail
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from districts.access.decorators import district_page
from districts.access.permissions import Permission, Role
from districts.models import District, User
from tests.architecture.conftest import OTHER, OWN
from tests.architecture.factories import Planted
from tests.architecture.routes import Kind, Route, find_route, guard_of, list_routes
from tests.architecture.visitors import World, ask
from tests.servers import Slot

ROUTES = [route for route in list_routes() if guard_of(route).kind is not Kind.PUBLIC]
QUERIES = ("", "?q=q", "?export=csv", "?page=2&sort=-name")


@dataclass
class Found:
    """Where a canary was seen."""

    places: list[str] = field(default_factory=list)

    def search(self, place: str, content: str | bytes, needles: tuple[bytes, ...]) -> None:
        body = (content.encode() if isinstance(content, str) else content).lower()
        self.places += [f"{needle.decode()} in {place}" for needle in needles if needle in body]


def needles_of(planted: Planted) -> tuple[bytes, ...]:
    """Return the district's word, and its amount in every way in which a page may write it."""
    whole = int(planted.amount)
    millions = f"{planted.amount / 10**6:.1f}m"
    return tuple(n.encode() for n in (planted.token, str(whole), f"{whole:,}", millions))


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__(level=logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log_lines() -> Iterator[list[str]]:
    handler = _Records()
    logging.getLogger().addHandler(handler)
    yield handler.lines
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def broker(slot: Slot) -> Iterator[redis.Redis]:
    connection = redis.Redis.from_url(slot.redis_url)
    cache.clear()
    yield connection
    connection.close()


def visit(
    world: World, routes: list[Route], lines: list[str], broker: redis.Redis, *, of: Planted
) -> list[str]:
    """Visit routes as every role of the own district; return where the canaries of `of` were seen."""
    needles, found = needles_of(of), Found()
    mail.outbox = []
    for route in routes:
        url = route.url(world.own.url_kwargs(list(route.kwargs)))
        for role in Role:
            for query in QUERIES:
                response = ask(
                    world.clients[role], "GET", url + (query.replace("?", "&") if "?" in url else query), {}
                )
                place = f"{role.value} GET {url}{query}"
                found.search(f"the body of {place}", response.read_body, needles)  # type: ignore[attr-defined]
                found.search(f"the headers of {place}", repr(list(response.items())), needles)
                found.search(f"the cookies of {place}", response.cookies.output(), needles)
    found.search("the log", "\n".join(lines), needles)
    found.search("a mail", "\n".join(str(m.message()) for m in mail.outbox), needles)
    for key in broker.scan_iter(b"*"):
        found.search(f"the cache key {key!r}", key, needles)
        if broker.type(key) == b"string":
            found.search(f"the value of the cache key {key!r}", broker.get(key) or b"", needles)
    return found.places


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_nothing_of_the_other_district_is_seen(
    world: World, undone: None, log_lines: list[str], broker: redis.Redis, route: Route
) -> None:
    assert visit(world, [route], log_lines, broker, of=world.other) == []


def test_what_is_the_districts_own_is_seen(
    world: World, undone: None, log_lines: list[str], broker: redis.Redis
) -> None:
    """The search finds what is there: words of every admin table, and the amount."""
    routes = [find_route(f"districts:{noun}-list") for noun in ("school", "department", "key", "audit")]
    for route in routes:
        url = route.url(world.own.url_kwargs(list(route.kwargs)))
        body = ask(world.clients[Role.DISTRICT_ADMIN], "GET", url, {}).content.decode()
        assert f"{OWN} " in body.replace(f"{OWN} Unified", ""), url
    seen = visit(world, routes, log_lines, broker, of=world.own)
    assert f"{OWN} in the body of district_admin GET /d/{OWN}/admin/schools/" in seen
    audit = find_route("districts:audit-list").url({"slug": OWN})
    assert any(str(int(world.own.amount)) in place and audit in place for place in seen)


def _shows_a_platform_table(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse(", ".join(user.email for user in User.objects.all()))


def _puts_it_in_a_header(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse("ok", headers={"X-District": District.objects.get(slug=OTHER).name})


def _redirects_to_it(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse(status=302, headers={"Location": f"/d/{OTHER}/"})


def _logs_it(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    logging.getLogger("districts.mutant").warning("opened %s", District.objects.get(slug=OTHER).name)
    return HttpResponse("ok")


def _mails_it(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    mail.send_mail("News", District.objects.get(slug=OTHER).name, None, ["a@example.org"])
    return HttpResponse("ok")


def _caches_it(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    cache.set(f"page of {District.objects.get(slug=OTHER).name}", 1)
    return HttpResponse("ok")


def _shows_its_amount(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse("$918.3M")


MUTANTS = {
    "body": _shows_a_platform_table,
    "header": _puts_it_in_a_header,
    "redirect": _redirects_to_it,
    "log": _logs_it,
    "mail": _mails_it,
    "cache": _caches_it,
    "amount": _shows_its_amount,
}


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_mutant_that_leaks_is_found(
    world: World,
    undone: None,
    log_lines: list[str],
    broker: redis.Redis,
    monkeypatch: pytest.MonkeyPatch,
    mutant: Callable[..., HttpResponse],
) -> None:
    route = find_route("districts:school-list")
    monkeypatch.setattr(route.pattern, "callback", district_page(Permission.MANAGE_DISTRICT)(mutant))
    assert visit(world, [route], log_lines, broker, of=world.other) != []
