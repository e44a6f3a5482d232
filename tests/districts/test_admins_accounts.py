"""No admin opens the account of another: not by a reset link, not by a second step, not by taking the role first."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from districts.access.permissions import Role
from districts.models import AuditEvent, Membership, User
from districts.selectors import audit
from districts.services import people, recovery, second_step
from districts.tenancy import district_scope
from tests.cast import PASSWORD, Cast

NEW_PASSWORD = "seven wet lamps under oak"
OTHER = "cabinet@bay.example"


@pytest.fixture
def other(bay: Cast) -> Membership:
    """A second admin of Bay, with a second step."""
    with district_scope(bay.district.pk):
        row: Membership = Membership.objects.get(user=bay.people[Role.CABINET])
        people.change_role(membership_id=row.pk, role=Role.DISTRICT_ADMIN, now=timezone.now())
        row.refresh_from_db()
    TOTP.activate(row.user, generate_totp_secret())
    return row


def sure_admin(cast: Cast) -> Client:
    client = cast.client(Role.DISTRICT_ADMIN)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def change_role(cast: Cast, row: Membership, role: Role) -> None:
    with district_scope(cast.district.pk):
        people.change_role(membership_id=row.pk, role=role, now=timezone.now())


def make_link(cast: Cast, row: Membership) -> str:
    with district_scope(cast.district.pk):
        by = cast.people[Role.DISTRICT_ADMIN].pk
        return recovery.issue_reset_link(by=by, membership_id=row.pk, now=timezone.now())


def end_step(cast: Cast, row: Membership, *, days: int = 0) -> None:
    with district_scope(cast.district.pk):
        by = cast.people[Role.DISTRICT_ADMIN].pk
        now = timezone.now() + timedelta(days=days)
        second_step.end_second_step(by=by, membership_id=row.pk, now=now)


@pytest.mark.parametrize("page", ["reset", "second-step"])
def test_another_admin_is_refused_and_the_page_says_the_way(bay: Cast, other: Membership, page: str) -> None:
    admin, path = sure_admin(bay), f"/d/bay/admin/people/{other.pk}/{page}/"
    asked, refused = admin.get(path), admin.post(path)
    assert (asked.status_code, refused.status_code) == (200, 409)
    command = {"reset": "make_reset_link", "second-step": "end_second_step"}[page]
    for answer in (asked, refused):
        words = answer.content.decode()
        assert "Cabinet bay is a district admin. No admin opens the account of another." in words
        assert f"manage.py {command} {OTHER}" in words
        assert ("Forgot your password?" in words) is (page == "reset")
    assert Authenticator.objects.filter(user=other.user).exists()
    with district_scope(bay.district.pk):
        assert not AuditEvent.objects.filter(
            after__event__in=("reset_link_made", "second_step_ended")
        ).exists()


def test_without_mail_only_the_operator_is_named(bay: Cast, other: Membership, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    words = sure_admin(bay).get(f"/d/bay/admin/people/{other.pk}/reset/").content.decode()
    assert (f"manage.py make_reset_link {OTHER}" in words, "Forgot your password?" in words) == (True, False)


def test_taking_the_role_first_does_not_help(bay: Cast, other: Membership) -> None:
    change_role(bay, other, Role.BOARD_MEMBER)
    with pytest.raises(recovery.NotYoursToReset, match="was a district admin less than 30 days ago"):
        make_link(bay, other)
    with pytest.raises(second_step.NotYoursToEnd, match="was a district admin less than 30 days ago"):
        end_step(bay, other, days=29)
    end_step(bay, other, days=30)
    assert not Authenticator.objects.filter(user=other.user).exists()


def test_removing_and_inviting_again_does_not_help(bay: Cast, other: Membership) -> None:
    with district_scope(bay.district.pk):
        people.remove_person(membership_id=other.pk, now=timezone.now())
        again = Membership.objects.create(user=other.user, role=Role.BOARD_MEMBER)
    with pytest.raises(recovery.NotYoursToReset):
        make_link(bay, again)


def test_link_made_before_closes_when_the_person_becomes_admin(bay: Cast) -> None:
    with district_scope(bay.district.pk):
        row = Membership.objects.get(user=bay.people[Role.CABINET])
    link = f"/accounts/reset/{make_link(bay, row)}/"
    assert Client().get(link).status_code == 200
    with district_scope(bay.district.pk):
        people.change_role(membership_id=row.pk, role=Role.DISTRICT_ADMIN, now=timezone.now())
    assert Client().post(link, {"password": NEW_PASSWORD}).status_code == 410
    with district_scope(bay.district.pk):
        people.change_role(membership_id=row.pk, role=Role.CABINET, now=timezone.now())
    assert Client().post(link, {"password": NEW_PASSWORD}).status_code == 410


def test_admin_makes_no_link_for_their_own_account(bay: Cast) -> None:
    with district_scope(bay.district.pk):
        own = Membership.objects.get(user=bay.people[Role.DISTRICT_ADMIN])
        others = Membership.objects.get(user=bay.people[Role.CABINET])
    page = bay.client(Role.DISTRICT_ADMIN).get("/d/bay/admin/people/").content.decode()
    offered = [f"/d/bay/admin/people/{one.pk}/reset/" in page for one in (own, others)]
    assert offered == [False, True]
    with pytest.raises(recovery.NotYoursToReset, match="This is your own account"):
        make_link(bay, own)


def operator_link(email: str) -> str:
    out = StringIO()
    call_command("make_reset_link", email, stdout=out)
    found = re.search(r"^/accounts/reset/\S+/$", out.getvalue(), re.MULTILINE)
    assert found is not None, out.getvalue()
    return found[0]


def test_operator_makes_the_link_of_an_admin_of_several_districts(
    bay: Cast, valley: Cast, other: Membership, django_capture_on_commit_callbacks: Any
) -> None:
    with district_scope(valley.district.pk):
        Membership.objects.create(user=other.user, role=Role.BOARD_MEMBER)
    link = operator_link(OTHER.upper())
    with django_capture_on_commit_callbacks(execute=True):
        done = Client().post(link, {"password": NEW_PASSWORD})
    assert (done.status_code, done["Location"]) == (302, "/accounts/login/")
    assert Client().post(link, {"password": PASSWORD + "!"}).status_code == 410, "once"
    assert User.objects.get(pk=other.user_id).check_password(NEW_PASSWORD)
    assert Authenticator.objects.filter(user=other.user).exists(), "the second step stays"
    [message] = mail.outbox
    assert "with a link that the operator of SRM made" in message.body
    for cast in (bay, valley):
        with district_scope(cast.district.pk):
            rows = audit.list_audit(only=audit.AuditFilter(text="password")).rows
        assert [row.lead for row in rows] == [
            f"somebody with a reset link reset the password of “{OTHER}”.",
            f"the operator of SRM made a reset link for the password of “{OTHER}”.",
        ]


def test_link_of_an_admin_is_not_that_of_the_operator(bay: Cast) -> None:
    """Who takes the maker out of a link's address has no link."""
    with district_scope(bay.district.pk):
        row = Membership.objects.get(user=bay.people[Role.CABINET])
    district, maker, rest = make_link(bay, row).split("-", 2)
    assert (district, maker) != ("0", "0")
    assert Client().get(f"/accounts/reset/0-0-{rest}/").status_code == 410
    ours = operator_link(OTHER).removeprefix("/accounts/reset/0-0-")
    assert Client().get(f"/accounts/reset/{district}-{maker}-{ours}").status_code == 410


def test_operator_is_told_when_there_is_no_such_account(bay: Cast) -> None:
    User.objects.filter(email=OTHER).update(is_active=False)
    for email in ("nobody@bay.example", OTHER):
        with pytest.raises(CommandError, match=f"No open account has the address {email}"):
            call_command("make_reset_link", email, stdout=StringIO())
