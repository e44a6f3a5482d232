"""Somebody lost the second step: their district's admin helps, or the operator where another district is concerned."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from districts.access.permissions import Role
from districts.models import Membership, User
from districts.selectors import audit
from districts.tenancy import district_scope
from tests.cast import PASSWORD, Cast

LOST = "cabinet@bay.example"


@pytest.fixture
def person(bay: Cast) -> User:
    """The cabinet member, with an app and recovery codes."""
    found = bay.people[Role.CABINET]
    TOTP.activate(found, generate_totp_secret())
    RecoveryCodes.activate(found)
    return found


def address(cast: Cast, user: User) -> str:
    with district_scope(cast.district.pk):
        row = Membership.objects.get(user=user)
    return f"/d/{cast.slug}/admin/people/{row.pk}/second-step/"


def sure_admin(cast: Cast) -> Client:
    """Return the admin's browser, with who they are just confirmed."""
    client = cast.client(Role.DISTRICT_ADMIN)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def sign_in(client: Client, email: str = LOST) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": PASSWORD})


def test_admin_ends_the_second_step_of_a_member(
    bay: Cast, person: User, django_capture_on_commit_callbacks: Any
) -> None:
    at_work = bay.client(Role.CABINET)
    assert at_work.get("/d/bay/").status_code == 200
    admin = sure_admin(bay)
    page = admin.get(address(bay, person))
    assert (page.status_code, "Did Cabinet bay lose the app" in page.content.decode()) == (200, True)
    with django_capture_on_commit_callbacks(execute=True):
        done = admin.post(address(bay, person))
    assert (done.status_code, done["Location"]) == (302, "/d/bay/admin/people/")
    assert not Authenticator.objects.filter(user=person).exists()
    assert at_work.get("/d/bay/")["Location"].startswith("/accounts/login/")

    [message] = mail.outbox
    assert message.to == [LOST]
    assert "was ended by District admin bay" in message.body
    client = Client()
    assert sign_in(client)["Location"] == "/accounts/notices/?next=%2F"

    with district_scope(bay.district.pk):
        rows = audit.list_audit(only=audit.AuditFilter(text="second step")).rows
    assert [(row.lead, row.sentence) for row in rows] == [
        (f"District admin bay reset the second step of “{LOST}”.", "Sessions ended: 1")
    ]


def test_admin_proves_who_they_are_first(bay: Cast, person: User) -> None:
    admin = bay.client(Role.DISTRICT_ADMIN)
    for answer in (admin.get(address(bay, person)), admin.post(address(bay, person))):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/reauthenticate/?next=%2Fd%2Fbay%2Fadmin%2Fpeople%2F")
    assert Authenticator.objects.filter(user=person).count() == 2
    back = admin.post(answer["Location"], {"password": PASSWORD})
    assert (back.status_code, back["Location"]) == (302, address(bay, person))
    assert Authenticator.objects.filter(user=person).count() == 2, "nothing is done without being asked again"


def test_account_of_another_district_too_is_left_to_the_operator(
    bay: Cast, valley: Cast, person: User
) -> None:
    with district_scope(valley.district.pk):
        Membership.objects.create(user=person, role=Role.BOARD_MEMBER)
    admin = sure_admin(bay)
    page, refused = admin.get(address(bay, person)), admin.post(address(bay, person))
    assert (page.status_code, refused.status_code) == (200, 409)
    for answer in (page, refused):
        assert f"manage.py end_second_step {LOST}" in answer.content.decode()
        assert "Valley" not in answer.content.decode()
    assert Authenticator.objects.filter(user=person).count() == 2


def test_admin_of_both_districts_may_not_either(bay: Cast, valley: Cast, person: User) -> None:
    """One rule for reset links and second steps: the account is the district's alone, or the operator's."""
    with district_scope(valley.district.pk):
        Membership.objects.create(user=person, role=Role.BOARD_MEMBER)
        Membership.objects.create(user=bay.people[Role.DISTRICT_ADMIN], role=Role.DISTRICT_ADMIN)
    assert sure_admin(bay).post(address(bay, person)).status_code == 409
    assert Authenticator.objects.filter(user=person).count() == 2


def test_person_of_another_district_is_not_found(bay: Cast, valley: Cast) -> None:
    theirs = valley.people[Role.CABINET]
    TOTP.activate(theirs, generate_totp_secret())
    path = address(valley, theirs).replace("/d/valley/", "/d/bay/")
    assert sure_admin(bay).post(path).status_code == 404
    assert sure_admin(bay).post(address(valley, theirs)).status_code == 404
    assert Authenticator.objects.filter(user=theirs).exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.DISTRICT_ADMIN])
def test_nobody_but_an_admin_may(bay: Cast, person: User, role: Role) -> None:
    client = bay.client(role)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.post(address(bay, person)).status_code == 403
    assert Authenticator.objects.filter(user=person).count() == 2


def test_admin_ends_their_own_on_their_own_page(bay: Cast) -> None:
    own = bay.people[Role.DISTRICT_ADMIN]
    admin = sure_admin(bay)
    TOTP.activate(own, generate_totp_secret())
    refused = admin.post(address(bay, own))
    assert refused.status_code == 409
    assert "This is your own account." in refused.content.decode()
    assert Authenticator.objects.filter(user=own).exists()


def test_nothing_to_end_is_said(bay: Cast) -> None:
    path = address(bay, bay.people[Role.CABINET])
    page = sure_admin(bay).get(path)
    assert "Cabinet bay signs in without a second step. There is none to end." in page.content.decode()
    people = bay.client(Role.DISTRICT_ADMIN).get("/d/bay/admin/people/").content.decode()
    assert path not in people


def test_list_of_people_says_who_has_a_second_step(bay: Cast, person: User) -> None:
    assert (
        address(bay, person) in bay.client(Role.DISTRICT_ADMIN).get("/d/bay/admin/people/").content.decode()
    )


def test_operator_ends_it_by_command_and_each_district_hears(bay: Cast, valley: Cast, person: User) -> None:
    with district_scope(valley.district.pk):
        Membership.objects.create(user=person, role=Role.BOARD_MEMBER)
    out = StringIO()
    call_command("end_second_step", LOST.upper(), stdout=out)
    assert out.getvalue() == f"{LOST} now signs in with the password alone. Sessions ended: 0.\n"
    assert not Authenticator.objects.filter(user=person).exists()
    for cast in (bay, valley):
        with district_scope(cast.district.pk):
            rows = audit.list_audit(only=audit.AuditFilter(text="second step")).rows
        assert [row.lead for row in rows] == [f"the operator of SRM reset the second step of “{LOST}”."]


@pytest.mark.parametrize(
    ("email", "says"),
    [
        ("nobody@bay.example", "No account has the address"),
        ("board_member@bay.example", "There is none to end"),
    ],
)
def test_command_says_why_not(bay: Cast, email: str, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("end_second_step", email, stdout=StringIO())
