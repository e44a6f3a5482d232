"""The limits of sign-in hold while the cache server is dead: counts are in the database."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache, caches
from django.test import Client

from districts.access.limits import ALIAS
from districts.access.permissions import Role
from districts.models import SignInCount
from srm.embedded import valkey
from srm.embedded.home import Home, locked, open_home
from tests.cast import PASSWORD, Cast

WRONG = "wrong wrong wrong"


@pytest.fixture
def own_valkey(settings: Any) -> Iterator[Home]:
    """A Valkey of this test alone, so that killing it harms nobody else."""
    folder = Path(tempfile.mkdtemp(prefix="srm-limits-"))
    with locked(folder):
        home = open_home(home=folder, durable=False)
        valkey.start(home)
    default = settings.CACHES["default"] | {"LOCATION": home.servers().redis_url}
    settings.CACHES = settings.CACHES | {"default": default}
    try:
        yield home
    finally:
        valkey.stop(home, kill=True)
        shutil.rmtree(folder, ignore_errors=True)


def sign_in(client: Client, email: str, password: str = WRONG) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password})


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_tries_are_limited_with_the_cache_server_stopped(bay: Cast, own_valkey: Home) -> None:
    cache.set("alive", 1)
    assert cache.get("alive") == 1
    valkey.stop(own_valkey, kill=True)
    assert cache.get("alive") is None  # the cache fails open: that is what limits must not do
    client = Client()
    said = [sign_in(client, "cabinet@bay.example").context["form"].errors.as_text() for _ in range(6)]
    assert said[:5] == [said[0]] * 5
    assert "Too many failed login attempts" in said[5]
    refused = sign_in(Client(), "cabinet@bay.example", PASSWORD)
    assert "Too many failed login attempts" in refused.context["form"].errors.as_text()


def test_counts_survive_a_server_that_dies_between_tries(bay: Cast, own_valkey: Home) -> None:
    for _ in range(4):
        sign_in(Client(), "cabinet@bay.example")
    valkey.stop(own_valkey, kill=True)
    sign_in(Client(), "cabinet@bay.example")
    refused = sign_in(Client(), "cabinet@bay.example", PASSWORD)
    assert "Too many failed login attempts" in refused.context["form"].errors.as_text()


def test_emptied_cache_gives_no_new_tries(bay: Cast, own_valkey: Home) -> None:
    for _ in range(5):
        sign_in(Client(), "cabinet@bay.example")
    cache.clear()
    assert SignInCount.objects.count() > 0
    refused = sign_in(Client(), "cabinet@bay.example", PASSWORD)
    assert "Too many failed login attempts" in refused.context["form"].errors.as_text()


def test_people_sign_in_and_work_with_the_cache_server_stopped(bay: Cast, own_valkey: Home) -> None:
    at_work = bay.client(Role.CABINET)
    assert at_work.get("/d/bay/").status_code == 200
    valkey.stop(own_valkey, kill=True)
    assert at_work.get("/d/bay/").status_code == 200
    newcomer = Client()
    assert sign_in(newcomer, "board_member@bay.example", PASSWORD).status_code == 302
    assert newcomer.get("/d/bay/board/").status_code == 200


def test_code_works_once_with_the_cache_server_stopped(bay: Cast, own_valkey: Home) -> None:
    person, secret = bay.people[Role.CABINET], generate_totp_secret()
    TOTP.activate(person, secret)
    valkey.stop(own_valkey, kill=True)
    code = code_of(secret)
    answers = []
    for _ in range(2):
        client = Client()
        sign_in(client, person.email, PASSWORD)
        answers.append(client.post("/accounts/2fa/authenticate/", {"code": code}).status_code)
    assert answers == [302, 200]


def test_other_peoples_counts_push_none_out(bay: Cast) -> None:
    limit = caches[ALIAS]._max_entries  # type: ignore[attr-defined]
    for _ in range(5):
        sign_in(Client(), "cabinet@bay.example")
    before = set(SignInCount.objects.values_list("pk", flat=True))
    row = SignInCount.objects.get(pk=min(before))
    SignInCount.objects.bulk_create(
        SignInCount(cache_key=f"!{number}", value=row.value, expires=row.expires)
        for number in range(limit + 1)
    )
    caches[ALIAS].set("allauth:one-more", 1, 60)
    assert before <= set(SignInCount.objects.values_list("pk", flat=True))


def test_what_has_expired_is_cleared_away(bay: Cast) -> None:
    limit = caches[ALIAS]._max_entries  # type: ignore[attr-defined]
    sign_in(Client(), "cabinet@bay.example")
    row = SignInCount.objects.latest("expires")
    SignInCount.objects.bulk_create(
        SignInCount(cache_key=f"!{number}", value=row.value, expires="2020-01-01T00:00Z")
        for number in range(limit + 1)
    )
    caches[ALIAS].set("allauth:one-more", 1, 60)
    assert SignInCount.objects.count() < 10
