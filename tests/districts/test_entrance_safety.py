"""The entrance and the admin's powers, with a hostile eye: at once, once only, nothing given away."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import subprocess
import sys
from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import hashers
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse

from districts.access.permissions import Role
from districts.access.quiet_logs import HideSecretLinks
from districts.models import ApiKey, Membership, User
from districts.services import keys
from districts.tenancy import district_scope
from tests.cast import PASSWORD, Cast
from tests.data import ROOT
from tests.districts.test_invitations import GOOD, NEW, invite

NEW_PASSWORD = "eleven slow trains hum"
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "http:///evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    " //evil.example/",
    "/%09/evil.example",
)


def sign_in(client: Client, email: str = "cabinet@bay.example", password: str = PASSWORD, **more: str) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password, **more})


def membership(cast: Cast, role: Role) -> Membership:
    with district_scope(cast.district.pk):
        found: Membership = Membership.objects.get(user=cast.people[role])
    return found


def leads_away(response: Any) -> bool:
    """Say whether a browser would follow an answer to another site."""
    target = response.get("Location", "").strip()
    return not re.match(r"^/(?![/\\])", target) if target else False


# --- at once -------------------------------------------------------------------------------------------------


def test_changed_role_holds_for_the_next_request_of_a_session(bay: Cast) -> None:
    admin, person = bay.client(Role.DISTRICT_ADMIN), bay.client(Role.CABINET)
    assert person.get("/d/bay/strategy/goals/new/").status_code == 200
    row = membership(bay, Role.CABINET)
    admin.post(f"/d/bay/admin/people/{row.pk}/", {"role": "board_member"})
    assert person.get("/d/bay/strategy/goals/new/").status_code == 403
    assert person.get("/d/bay/").status_code == 403
    assert person.get("/d/bay/board/").status_code == 200


def test_removed_admin_is_out_at_once_with_session_and_key(bay: Cast) -> None:
    first, second = bay.people[Role.DISTRICT_ADMIN], bay.people[Role.CABINET]
    with district_scope(bay.district.pk):
        Membership.objects.filter(user=second).update(role=Role.DISTRICT_ADMIN)
        key = keys.create_key(by=first.pk, name="Warehouse", role=Role.CABINET)
    headers = {"Authorization": f"Bearer {key.secret}"}
    session = bay.client(Role.DISTRICT_ADMIN)
    assert session.get("/d/bay/admin/people/").status_code == 200
    assert Client().get("/api/v1/d/bay/metrics/", headers=headers).status_code == 200
    bay.client(Role.CABINET).post(f"/d/bay/admin/people/{membership(bay, Role.DISTRICT_ADMIN).pk}/remove/")
    assert session.get("/d/bay/admin/people/").status_code == 404
    assert session.get("/api/v1/d/bay/metrics/").status_code == 404
    assert Client().get("/api/v1/d/bay/metrics/", headers=headers).status_code == 401


def test_closed_account_is_out_at_once(bay: Cast) -> None:
    session = bay.client(Role.CABINET)
    assert session.get("/d/bay/").status_code == 200
    User.objects.filter(pk=bay.people[Role.CABINET].pk).update(is_active=False)
    assert session.get("/d/bay/")["Location"].startswith("/accounts/login/")
    assert sign_in(Client())["Location"] == "/accounts/inactive/"


def test_only_admin_can_neither_leave_nor_step_down_by_the_pages(bay: Cast) -> None:
    admin, row = bay.client(Role.DISTRICT_ADMIN), membership(bay, Role.DISTRICT_ADMIN)
    removed = admin.post(f"/d/bay/admin/people/{row.pk}/remove/")
    demoted = admin.post(f"/d/bay/admin/people/{row.pk}/", {"role": "cabinet"})
    assert removed.status_code in (409, 422)
    assert demoted.status_code == 422
    for answer in (removed, demoted):
        assert "This is the only district admin." in answer.content.decode()
    assert membership(bay, Role.DISTRICT_ADMIN).role == Role.DISTRICT_ADMIN


def test_api_key_is_kept_as_a_hash_only(bay: Cast) -> None:
    with district_scope(bay.district.pk):
        new = keys.create_key(by=bay.people[Role.DISTRICT_ADMIN].pk, name="Warehouse", role=Role.CABINET)
        row = ApiKey.objects.get()
    assert new.secret not in json.dumps({name: str(value) for name, value in vars(row).items()})
    assert len(new.secret) >= 43
    assert new.secret.startswith(row.prefix)


def test_api_key_works_in_its_header_only(bay: Cast) -> None:
    with district_scope(bay.district.pk):
        secret = keys.create_key(
            by=bay.people[Role.DISTRICT_ADMIN].pk, name="Warehouse", role=Role.CABINET
        ).secret
    address = "/api/v1/d/bay/metrics/"
    for how in ({"api_key": secret}, {"token": secret}, {"key": secret}):
        assert Client().get(address, how).status_code == 401
    for headers in (
        {"Authorization": f"Token {secret}"},
        {"X-Api-Key": secret},
        {"Cookie": f"sessionid={secret}"},
    ):
        assert Client().get(address, headers=headers).status_code == 401
    bearer = {"Authorization": f"Bearer {secret}"}
    assert Client().get(address, headers=bearer).status_code == 200
    assert Client().get("/d/bay/", headers=bearer).status_code == 302, "a key opens no page"


# --- sessions ------------------------------------------------------------------------------------------------


def test_signing_in_gives_a_new_session(bay: Cast) -> None:
    client = Client()
    client.get("/accounts/login/")
    client.session["planted"] = "by somebody else"
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies["sessionid"] = session.session_key
    sign_in(client)
    assert client.cookies["sessionid"].value != session.session_key
    assert not Session.objects.filter(session_key=session.session_key).exists()


def test_second_step_gives_a_new_session(bay: Cast) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    person, client = bay.people[Role.CABINET], Client()
    TOTP.activate(person, generate_totp_secret())
    code = RecoveryCodes.activate(person).get_unused_codes()[0]
    sign_in(client)
    halfway = client.cookies["sessionid"].value
    assert client.get("/d/bay/").status_code == 302
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert client.get("/d/bay/").status_code == 200
    assert client.cookies["sessionid"].value != halfway
    stolen = Client()
    stolen.cookies["sessionid"] = halfway
    assert stolen.get("/d/bay/").status_code == 302


def test_accepting_an_invitation_gives_a_new_session(bay: Cast) -> None:
    link, client = invite(bay), Client()
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies["sessionid"] = session.session_key
    client.post(link, {"name": "Nia New", "password": GOOD})
    assert client.get("/d/bay/board/").status_code == 200
    assert client.cookies["sessionid"].value != session.session_key


def test_session_is_dead_after_signing_out(bay: Cast) -> None:
    client = Client()
    sign_in(client)
    kept = client.cookies["sessionid"].value
    client.get("/accounts/logout/")
    assert client.get("/d/bay/").status_code == 200, "GET does not sign out"
    client.post("/accounts/logout/")
    again = Client()
    again.cookies["sessionid"] = kept
    assert again.get("/d/bay/").status_code == 302


def test_new_password_ends_every_session(bay: Cast) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        sign_in(client)
    here.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )
    assert [client.get("/d/bay/").status_code for client in (here, there)] == [302, 302]
    assert sign_in(Client(), password=NEW_PASSWORD)["Location"] == "/"


def test_what_a_person_saw_is_kept_by_no_browser(bay: Cast) -> None:
    client = bay.client(Role.DISTRICT_ADMIN)
    for path in ("/d/bay/", "/d/bay/admin/people/", "/d/bay/admin/people/?export=csv", "/accounts/2fa/"):
        assert "no-store" in client.get(path)["Cache-Control"], path
    with district_scope(bay.district.pk):
        secret = keys.create_key(by=bay.people[Role.DISTRICT_ADMIN].pk, name="W", role=Role.CABINET).secret
    answer = Client().get("/api/v1/d/bay/metrics/", headers={"Authorization": f"Bearer {secret}"})
    assert "no-store" in answer["Cache-Control"]


# --- where an answer leads -----------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ELSEWHERE)
def test_next_never_leads_to_another_site(bay: Cast, target: str) -> None:
    query = urlencode({"next": target})
    client = Client()
    assert not leads_away(
        client.post(f"/accounts/login/?{query}", {"login": "cabinet@bay.example", "password": PASSWORD})
    )
    assert not leads_away(client.get(f"/accounts/login/?{query}"))
    assert not leads_away(client.post(f"/accounts/reauthenticate/?{query}", {"password": PASSWORD}))
    assert not leads_away(client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": target}))
    assert not leads_away(client.post("/accounts/logout/", {"next": target}))
    assert not leads_away(sign_in(Client(), next=target))


def test_foreign_host_is_refused_and_never_in_a_link(bay: Cast, settings: Any) -> None:
    assert Client(headers={"host": "evil.example"}).get("/accounts/login/").status_code == 400
    client = bay.client(Role.DISTRICT_ADMIN)
    page = client.post(
        "/d/bay/admin/invitations/new/",
        {"email": NEW, "role": "cabinet"},
        follow=True,
        headers={"X-Forwarded-Host": "evil.example"},
    )
    assert "evil.example" not in page.content.decode()


# --- writes need the form's token ----------------------------------------------------------------------------

WRITES = (
    "/accounts/login/",
    "/accounts/logout/",
    "/accounts/signup/",
    "/accounts/reauthenticate/",
    "/accounts/password/change/",
    "/accounts/password/reset/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/sessions/",
    "/accounts/notices/",
    "/accounts/invitation/no-such/",
    "/accounts/reset/no-such/",
)


@pytest.mark.parametrize("path", WRITES)
def test_write_of_the_entrance_without_a_token_is_refused(bay: Cast, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(path, {}).status_code == 403
    client.force_login(bay.people[Role.CABINET])
    assert client.post(path, {}).status_code == 403


# --- who has an account is told to nobody --------------------------------------------------------------------


def _words(response: Any) -> str:
    text = re.sub(r".*<main|</main>.*", "", response.content.decode(), flags=re.DOTALL)
    assert "<h1" in text
    return re.sub(r'value="[^"]*"|nonce="[^"]*"|[\w.]+@bay\.example', "", text)


def test_sign_in_says_the_same_of_a_known_and_an_unknown_address(bay: Cast) -> None:
    known = sign_in(Client(), "cabinet@bay.example", "wrong wrong wrong")
    unknown = sign_in(Client(), "nobody@bay.example", "wrong wrong wrong")
    assert known.status_code == unknown.status_code
    assert _words(known) == _words(unknown)


def test_sign_in_says_the_same_of_a_closed_account(bay: Cast) -> None:
    User.objects.filter(email="cabinet@bay.example").update(is_active=False)
    closed = sign_in(Client(), "cabinet@bay.example", "wrong wrong wrong")
    unknown = sign_in(Client(), "nobody@bay.example", "wrong wrong wrong")
    assert _words(closed) == _words(unknown)


@pytest.mark.parametrize("email", ["cabinet@bay.example", "nobody@bay.example", "invited@bay.example"])
def test_each_failed_sign_in_costs_one_password_hash(
    bay: Cast, monkeypatch: pytest.MonkeyPatch, email: str
) -> None:
    """The time of a hash would tell a known address from an unknown one; also one that has no password yet."""
    User.objects.create_user(email="invited@bay.example")
    hashed = []
    hasher = type(hashers.get_hasher())
    encode = hasher.encode
    monkeypatch.setattr(hasher, "encode", lambda self, *args: hashed.append(1) or encode(self, *args))
    sign_in(Client(), email, "wrong wrong wrong")
    assert len(hashed) == 1


def test_recovery_says_and_mails_alike(bay: Cast) -> None:
    answers = [
        Client().post("/accounts/password/reset/", {"email": email}, follow=True)
        for email in ("cabinet@bay.example", "nobody@bay.example")
    ]
    assert _words(answers[0]) == _words(answers[1])
    assert [message.to for message in mail.outbox] == [["cabinet@bay.example"], ["nobody@bay.example"]]
    assert "There is no account of this address." in mail.outbox[1].body
    assert "signup" not in mail.outbox[1].body


def test_recovery_answers_alike_when_the_mail_server_is_down(bay: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    for email in ("cabinet@bay.example", "nobody@bay.example"):
        answer = Client().post("/accounts/password/reset/", {"email": email})
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/reset/done/")


def test_sign_up_says_the_same_of_every_address(bay: Cast) -> None:
    known, unknown = (
        Client().post("/accounts/signup/", {"email": email, "password1": GOOD})
        for email in ("cabinet@bay.example", "nobody@bay.example")
    )
    assert (known.status_code, _words(known)) == (unknown.status_code, _words(unknown))


def test_inviting_does_not_tell_who_has_an_account_elsewhere(bay: Cast, valley: Cast) -> None:
    client = bay.client(Role.DISTRICT_ADMIN)
    pages = []
    for email in ("cabinet@valley.example", "nobody@valley.example"):
        answer = client.post(
            "/d/bay/admin/invitations/new/", {"email": email, "role": "cabinet"}, follow=True
        )
        text = re.sub(r"\w+@valley\.example|link \w{8}|[\w-]{43}|[0-9a-f-]{36}", "", _words(answer))
        pages.append((answer.status_code, text))
    assert pages[0] == pages[1]


# --- logs ----------------------------------------------------------------------------------------------------


def test_secret_links_are_not_in_the_log(bay: Cast, caplog: pytest.LogCaptureFixture) -> None:
    link = invite(bay)
    secret = link.split("/")[-2]
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(HideSecretLinks())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        bay.client(Role.CABINET).get(link)
        Client().get("/accounts/reset/1-2-abcdef/")
    finally:
        logger.removeHandler(handler)
    assert out.getvalue().splitlines() == [
        "Conflict: /accounts/invitation/.../",
        "Gone: /accounts/reset/.../",
    ]
    assert secret not in out.getvalue()


def test_the_products_log_has_the_filter(settings: Any) -> None:
    assert all("no_secret_links" in handler["filters"] for handler in settings.LOGGING["handlers"].values())


# --- production ----------------------------------------------------------------------------------------------

ASK = """
import json, django
django.setup()
from django.test import Client
https = Client().get("/accounts/login/", secure=True, headers={"host": "srm.example"})
plain = Client().get("/accounts/login/", headers={"host": "srm.example"})
foreign = Client().get("/accounts/login/", secure=True, headers={"host": "evil.example"})
from django.conf import settings
print(json.dumps({
    "https": https.status_code,
    "headers": dict(https.headers),
    "csrf": {k: v for k, v in https.cookies["csrftoken"].items() if v},
    "session": [settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE],
    "plain": [plain.status_code, plain["Location"]],
    "foreign": foreign.status_code,
}))
"""


def test_production_answers_over_https_with_everything_shut() -> None:
    environment = os.environ | {
        "SRM_ENV": "production",
        "SRM_SECRET_KEY": "x" * 30 + "0123456789" * 3,
        "SRM_ALLOWED_HOSTS": "srm.example",
        "DJANGO_SETTINGS_MODULE": "srm.settings",
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0", "--skip-checks"]
    subprocess.run(collect, cwd=ROOT, env=environment, check=True, timeout=120)
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout.splitlines()[-1])
    headers = said["headers"]
    assert said["https"] == 200
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "no-store" in headers["Cache-Control"]
    assert (said["csrf"]["secure"], said["csrf"]["httponly"], said["csrf"]["samesite"]) == (True, True, "Lax")
    assert said["session"] == [True, True, "Lax"]
    assert said["plain"] == [301, "https://srm.example/accounts/login/"]
    assert said["foreign"] == 400


def test_addresses_of_the_library_exist() -> None:
    """The list of writes above names real addresses."""
    assert {reverse("account_login"), reverse("mfa_deactivate_totp"), reverse("usersessions_list")} <= set(
        WRITES
    )
