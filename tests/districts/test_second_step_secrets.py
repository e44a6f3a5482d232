"""Secrets of second steps stand encrypted in the database, under a key of the server's secret."""

from __future__ import annotations

import importlib
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client

from districts.access.permissions import Role
from districts.models import User
from tests.cast import PASSWORD, Cast

OLD, NEW = (
    "an old secret of this server, of forty characters",
    "a new secret of this server, of forty characters",
)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def person(bay: Cast) -> User:
    """The cabinet member, who has no second step yet."""
    return bay.people[Role.CABINET]


def code_now(secret: str = SECRET) -> str:
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


def stored(user: User) -> dict[str, Any]:
    """Return what the database holds of each kind of second step."""
    return dict(Authenticator.objects.filter(user=user).values_list("type", "data"))


def store_plainly(user: User) -> str:
    """Store an app's secret and a seed as an earlier release did; return the seed."""
    seed = str(RecoveryCodes.generate_seed())
    Authenticator.objects.create(user=user, type="totp", data={"secret": SECRET})
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": seed, "used_mask": 5})
    return seed


def give_code(user: User, code: str) -> Any:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client.post("/accounts/2fa/authenticate/", {"code": code})


def run() -> str:
    out = StringIO()
    call_command("encrypt_second_steps", stdout=out)
    return out.getvalue()


def test_new_secret_and_seed_are_stored_encrypted(person: User) -> None:
    totp.TOTP.activate(person, SECRET)
    codes = RecoveryCodes.activate(person).get_unused_codes()
    data = stored(person)
    assert SECRET not in str(data)
    assert [text.split(":")[0] for text in (data["totp"]["secret"], data["recovery_codes"]["seed"])] == [
        "fernet",
        "fernet",
    ]
    assert give_code(person, code_now())["Location"] == "/"
    assert give_code(person, codes[3])["Location"] == "/"
    assert give_code(person, codes[3]).status_code == 200, "a recovery code works once"


def test_same_secret_is_stored_differently_each_time(bay: Cast) -> None:
    first, second = bay.people[Role.CABINET], bay.people[Role.BOARD_MEMBER]
    for one in (first, second):
        totp.TOTP.activate(one, SECRET)
    assert stored(first) != stored(second)


def test_migration_encrypts_what_an_earlier_release_stored(person: User) -> None:
    seed = store_plainly(person)
    before = RecoveryCodes(Authenticator.objects.get(user=person, type="recovery_codes")).get_unused_codes()
    importlib.import_module("districts.migrations.0007_second_step_secrets").encrypt_stored(apps, None)
    data = stored(person)
    assert (SECRET in str(data), seed in str(data)) == (False, False)
    assert data["recovery_codes"]["used_mask"] == 5
    after = RecoveryCodes(Authenticator.objects.get(user=person, type="recovery_codes")).get_unused_codes()
    assert after == before
    assert give_code(person, code_now())["Location"] == "/"


def test_secret_of_an_earlier_release_works_until_it_is_encrypted(person: User) -> None:
    store_plainly(person)
    assert give_code(person, code_now())["Location"] == "/"


def test_codes_of_another_product_are_encrypted_too(person: User) -> None:
    data = {"migrated_codes": ["12345678", "87654321"]}
    Authenticator.objects.create(user=person, type="recovery_codes", data=data)
    run()
    assert "12345678" not in str(stored(person))
    codes = RecoveryCodes(Authenticator.objects.get(user=person)).get_unused_codes()
    assert codes == ["12345678", "87654321"]


def test_secret_of_the_server_is_replaced_step_by_step(person: User, settings: Any) -> None:
    settings.SECRET_KEY = OLD
    totp.TOTP.activate(person, SECRET)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert give_code(person, code_now())["Location"] == "/"
    assert run() == "Encrypted anew under SRM_SECRET_KEY: 1.\n"
    assert run() == "Encrypted anew under SRM_SECRET_KEY: 1.\n", "any number of times"
    settings.SECRET_KEY_FALLBACKS = []
    assert Authenticator.objects.get(user=person).wrap().validate_code(code_now("A" * 32)) is False
    assert totp.decrypt(stored(person)["totp"]["secret"]) == SECRET


def test_lost_secret_is_said_and_opens_nothing(person: User, settings: Any, caplog: Any) -> None:
    settings.SECRET_KEY = OLD
    totp.TOTP.activate(person, SECRET)
    settings.SECRET_KEY = NEW
    for code in (code_now(), "", "000000"):
        answer = give_code(person, code)
        assert (answer.status_code, answer.wsgi_request.user.is_authenticated) == (200, False)
    said = give_code(person, code_now()).content.decode()
    assert "This server can no longer read your second step. Ask whoever operates SRM to end it" in said
    assert "SRM_SECRET_KEY" in caplog.text
    assert SECRET not in caplog.text
    with pytest.raises(CommandError, match=r"1 cannot be read .*: cabinet@bay\.example\."):
        run()
    call_command("end_second_step", person.email, stdout=StringIO())
    client = Client()
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert "_auth_user_id" in client.session
