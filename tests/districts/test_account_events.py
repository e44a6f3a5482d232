"""What happens to an account is in the audit of its districts, in plain words, and of no other."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.internal.flows.manage_email import emit_email_changed
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from districts.access.permissions import Role
from districts.models import AuditEvent, Membership, SignInCount, User
from districts.selectors import audit
from districts.tenancy import district_scope
from tests.cast import PASSWORD, Cast, make_cast

NEW_PASSWORD = "eleven slow trains hum"
EMAIL = "cabinet@bay.example"


@pytest.fixture
def person(bay: Cast) -> User:
    return bay.people[Role.CABINET]


def sign_in(client: Client, password: str = PASSWORD, email: str = EMAIL) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password})


def signed_in(cast: Cast) -> Client:
    """Return the cabinet member's browser, with who they are just confirmed."""
    client = Client()
    sign_in(client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def said(cast: Cast) -> list[str]:
    """Return what the audit of a district says of accounts, oldest first, as its page does."""
    with district_scope(cast.district.pk):
        page = audit.list_audit(only=audit.AuditFilter(table="districts_user"), page_size=200)
    return [f"{row.lead} {row.sentence}".strip() for row in reversed(page.rows)]


def totp_code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_sign_in_is_audited(bay: Cast, person: User) -> None:
    sign_in(Client())
    assert said(bay) == [f"Cabinet bay signed in to the account “{EMAIL}”."]


def test_failed_sign_in_of_a_known_account_is_audited(bay: Cast, person: User) -> None:
    sign_in(Client(), "wrong wrong wrong", email="CABINET@Bay.example")
    assert said(bay) == [f"somebody not signed in failed to sign in to the account “{EMAIL}”."]


def test_failed_sign_in_of_an_unknown_address_leaves_nothing(bay: Cast) -> None:
    sign_in(Client(), "wrong wrong wrong", email="nobody@bay.example")
    assert said(bay) == []


def test_known_and_unknown_address_cost_the_same_queries_until_the_answer_is_out(committed_db: None) -> None:
    bay = make_cast(name="Bay Unified", slug="bay", state_code="3868478")
    handler = WSGIHandler()
    statements, events = [], []
    for email in (EMAIL, "nobody@bay.example"):
        SignInCount.objects.all().delete()
        request = RequestFactory().post("/accounts/login/", {"login": email, "password": "wrong wrong wrong"})
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        with CaptureQueriesContext(connection) as queries:
            answer = handler.get_response(request)
        statements.append([re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in queries.captured_queries])
        before = len(said(bay))
        answer.close()
        events.append(len(said(bay)) - before)
    assert len(statements[0]) > 3
    assert statements[0] == statements[1]
    assert events == [1, 0]


def test_password_change_is_audited_and_mailed(bay: Cast, person: User) -> None:
    client = signed_in(bay)
    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )
    assert said(bay)[-1] == f"Cabinet bay changed the password of “{EMAIL}”."
    [message] = mail.outbox
    assert message.to == [EMAIL]


def test_password_set_where_there_was_none_is_audited(bay: Cast, person: User) -> None:
    person.set_unusable_password()
    person.save()
    client = bay.client(Role.CABINET)
    client.post("/accounts/password/set/", {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert said(bay) == [f"Cabinet bay set the password of “{EMAIL}”."]


def test_password_reset_by_mail_is_audited(bay: Cast, person: User) -> None:
    Client().post("/accounts/password/reset/", {"email": EMAIL})
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)
    assert link is not None
    client = Client()
    form = client.get(link[1], follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert said(bay) == [f"somebody with the mailed link reset the password of “{EMAIL}”."]


def test_second_step_and_codes_are_audited(committed_db: None) -> None:
    bay = make_cast(name="Bay Unified", slug="bay", state_code="3868478")
    client = signed_in(bay)
    client.get("/accounts/2fa/totp/activate/")
    code = totp_code(client.session["mfa.totp.secret"])
    client.post("/accounts/2fa/totp/activate/", {"code": code})
    client.post("/accounts/2fa/recovery-codes/generate/")
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=bay.people[Role.CABINET]).exists()
    assert said(bay)[1:] == [
        f"Cabinet bay turned on the two-step sign-in of “{EMAIL}”.",
        f"Cabinet bay made the recovery codes of “{EMAIL}”.",
        f"Cabinet bay made the recovery codes of “{EMAIL}”.",
        f"Cabinet bay turned off the two-step sign-in of “{EMAIL}”.",
    ]


def test_wrong_code_and_used_recovery_code_are_audited(bay: Cast, person: User) -> None:
    TOTP.activate(person, generate_totp_secret())
    codes = RecoveryCodes.activate(person).get_unused_codes()
    client = Client()
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert said(bay) == [
        f"somebody who knew the password gave a wrong code for the second step of “{EMAIL}”.",
        f"Cabinet bay used the recovery code of “{EMAIL}”. Codes left: {len(codes) - 1}",
        f"Cabinet bay signed in to the account “{EMAIL}”. Second step: given",
    ]
    with district_scope(bay.district.pk):
        assert codes[0] not in str(list(AuditEvent.objects.values_list("before", "after", "cause")))


def test_wrong_password_of_somebody_signed_in_is_audited(bay: Cast, person: User) -> None:
    client = Client()
    sign_in(client)
    client.post("/accounts/reauthenticate/", {"password": "wrong wrong wrong"})
    assert said(bay)[-1] == (
        f"Cabinet bay gave a wrong password or code while signed in to the account “{EMAIL}”."
    )


def test_ended_sessions_are_audited(bay: Cast, person: User) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        sign_in(client)
    here.post("/accounts/sessions/")
    assert said(bay)[-1] == f"Cabinet bay ended the other sessions of “{EMAIL}”. Sessions: 1"


def test_changed_email_is_audited(bay: Cast, person: User) -> None:
    old = EmailAddress.objects.create(user=person, email=EMAIL, primary=True, verified=True)
    new = EmailAddress.objects.create(user=person, email="new@bay.example", verified=True)
    request = RequestFactory().post("/")
    request.user = person
    with request_context(request):
        emit_email_changed(request, old, new)
    assert said(bay) == [f"Cabinet bay changed the email of “new@bay.example”. Email before: {EMAIL}"]


def test_each_district_of_a_person_hears_of_it_and_of_no_other(bay: Cast, valley: Cast, person: User) -> None:
    with district_scope(valley.district.pk):
        Membership.objects.create(user=person, role=Role.BOARD_MEMBER)
    Client(REMOTE_ADDR="203.0.113.9", headers={"user-agent": "Valley's own tablet"}).post(
        "/accounts/login/?next=/d/valley/board/", {"login": EMAIL, "password": PASSWORD}
    )
    assert said(bay) == said(valley) == [f"Cabinet bay signed in to the account “{EMAIL}”."]
    for cast in (bay, valley):
        with district_scope(cast.district.pk):
            row = AuditEvent.objects.values().get(table_name="districts_user")
        del row["id"], row["at"]
        assert row == {
            "district_id": cast.district.pk,
            "actor_id": person.pk,
            "cause": "",
            "table_name": "districts_user",
            "row_id": str(person.pk),
            "action": "update",
            "before": None,
            "after": {"event": "signed_in", "email": EMAIL},
        }


def test_people_of_another_district_leave_nothing_here(bay: Cast, valley: Cast) -> None:
    sign_in(Client(), email="cabinet@valley.example")
    sign_in(Client(), "wrong wrong wrong", email="cabinet@valley.example")
    assert len(said(valley)) == 2
    assert said(bay) == []


def test_audit_page_finds_events_of_accounts_by_their_words(bay: Cast, person: User) -> None:
    sign_in(Client(), "wrong wrong wrong")
    sign_in(Client())
    client = bay.client(Role.DISTRICT_ADMIN)
    page = client.get("/d/bay/admin/audit/?q=Failed to sign in").content.decode()
    assert "1 write recorded." in page
    assert "failed to sign in to account" in page
    assert "somebody not signed in" in page
    with district_scope(bay.district.pk):
        event = AuditEvent.objects.get(after__event="signed_in")
    shown = client.get(f"/d/bay/admin/audit/{event.pk}/").content.decode()
    assert f"Cabinet bay signed in to the account “{EMAIL}”." in shown
