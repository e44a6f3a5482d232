"""Pages of the sign-in library: each is the product's own, or there is none."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from districts.access.permissions import Role
from tests.architecture.routes import LIBRARY, list_routes
from tests.cast import PASSWORD, Cast
from tests.data import ROOT

CLOSED = {
    "account_email": {},
    "account_email_verification_sent": {},
    "account_confirm_email": {"key": "abc:def"},
    "account_confirm_login_code": {},
}
"""Pages of the library that SRM does not offer."""

SIGNED_OUT = {
    "account_login",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}
SIGNED_IN = {
    "account_logout",
    "account_change_password",
    "account_reauthenticate",
    "mfa_index",
    "usersessions_list",
}
ELSEWHERE = {
    "account_set_password": "test_person_without_a_password_sets_one",
    "mfa_authenticate": "test_pages_of_the_second_step_are_our_own",
    "mfa_reauthenticate": "test_pages_of_the_second_step_are_our_own",
    "mfa_activate_totp": "test_pages_of_the_second_step_are_our_own",
    "mfa_deactivate_totp": "test_pages_of_the_second_step_are_our_own",
    "mfa_view_recovery_codes": "test_pages_of_the_second_step_are_our_own",
    "mfa_generate_recovery_codes": "test_pages_of_the_second_step_are_our_own",
    "mfa_download_recovery_codes": "a text file",
}


def shows_our_own_page(response: Any) -> bool:
    """Say whether the page was made by a template of this project, in one of its two layouts."""
    assert response.status_code == 200, (response.status_code, response.get("Location"))
    first = response.templates[0]
    text = response.content.decode()
    is_ours = str(first.origin.name).startswith(str(ROOT / "templates"))
    return is_ours and 'id="main"' in text and text.count("<h1") == 1


def test_every_page_of_the_library_is_accounted_for() -> None:
    names = {route.name for route in list_routes()} & set(LIBRARY)
    assert names == set(CLOSED) | SIGNED_OUT | SIGNED_IN | set(ELSEWHERE)


@pytest.mark.parametrize("name", CLOSED)
def test_page_that_is_not_offered_is_none(bay: Cast, name: str) -> None:
    address = reverse(name, kwargs=CLOSED[name])
    for client in (Client(), bay.client(Role.CABINET)):
        for method in ("get", "post"):
            assert getattr(client, method)(address).status_code == 404


@pytest.mark.parametrize(
    "path", ["social/signup/", "3rdparty/", "signup/passkey/", "2fa/webauthn/", "2fa/trust/"]
)
def test_what_was_not_installed_is_none(bay: Cast, path: str) -> None:
    assert bay.client(Role.CABINET).get(f"/accounts/{path}").status_code == 404


@pytest.mark.parametrize("name", sorted(SIGNED_OUT))
def test_page_for_nobody_yet_is_our_own(bay: Cast, name: str) -> None:
    kwargs = {"uidb36": "1", "key": "no-such"} if name == "account_reset_password_from_key" else {}
    assert shows_our_own_page(Client().get(reverse(name, kwargs=kwargs)))


def test_page_of_a_mailed_link_is_our_own(bay: Cast) -> None:
    person = bay.people[Role.CABINET]
    kwargs = {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}
    page = Client().get(reverse("account_reset_password_from_key", kwargs=kwargs), follow=True)
    assert shows_our_own_page(page)
    assert "Set a new password" in page.content.decode()


@pytest.mark.parametrize("name", sorted(SIGNED_IN))
def test_page_of_an_account_is_our_own(bay: Cast, name: str) -> None:
    assert shows_our_own_page(bay.client(Role.CABINET).get(reverse(name)))


def test_person_without_a_password_sets_one(bay: Cast) -> None:
    person = bay.people[Role.CABINET]
    person.set_unusable_password()
    person.save()
    assert shows_our_own_page(bay.client(Role.CABINET).get("/accounts/password/set/"))


def test_pages_of_the_second_step_are_our_own(bay: Cast) -> None:
    client = bay.client(Role.CABINET)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert shows_our_own_page(client.get("/accounts/2fa/totp/activate/"))
    TOTP.activate(bay.people[Role.CABINET], generate_totp_secret())
    RecoveryCodes.activate(bay.people[Role.CABINET])
    for path in ("reauthenticate/", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/"):
        assert shows_our_own_page(client.get(f"/accounts/2fa/{path}")), path
    waiting = Client()
    waiting.post("/accounts/login/", {"login": "cabinet@bay.example", "password": PASSWORD})
    assert shows_our_own_page(waiting.get("/accounts/2fa/authenticate/"))


def test_a_strangers_reset_link_does_not_keep_a_person_from_a_second_step(bay: Cast) -> None:
    """With any such link the library notes an unproven address, and would then refuse the second step for good."""
    person = bay.people[Role.CABINET]
    Client().get(f"/accounts/password/reset/key/{user_pk_to_url_str(person)}-no-such/")
    assert EmailAddress.objects.filter(user=person, verified=False).exists()
    client = bay.client(Role.CABINET)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200


def test_folder_of_account_pages_leads_home(bay: Cast) -> None:
    assert bay.client(Role.CABINET).get("/accounts/")["Location"] == "/"
    assert Client().get("/accounts/")["Location"] == "/accounts/login/?next=/accounts/"
