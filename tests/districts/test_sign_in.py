"""Sign-in: rate limits, two steps, sessions, recovery with and without mail."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django.utils.http import int_to_base36

from districts.access.permissions import Role
from districts.models import AuditEvent, Membership, User
from districts.services import people, recovery
from districts.tenancy import district_scope
from tests.cast import PASSWORD, Cast

NEW_PASSWORD = "eleven slow trains hum"


@pytest.fixture(autouse=True)
def _no_counts(db: None) -> None:
    cache.clear()


def sign_in(client: Client, email: str, password: str = PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password})


def test_right_password_signs_in(bay: Cast) -> None:
    answer = sign_in(Client(), "cabinet@bay.example")
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_sixth_wrong_password_in_a_row_is_refused_unseen(bay: Cast) -> None:
    client = Client()
    said = [
        sign_in(client, "cabinet@bay.example", "wrong wrong wrong").context["form"].errors.as_text()
        for _ in range(6)
    ]
    assert said[:5] == [said[0]] * 5
    assert "Too many failed login attempts" in said[5]
    right = sign_in(client, "cabinet@bay.example")
    assert right.status_code != 302
    assert "_auth_user_id" not in client.session


def test_limit_of_one_person_does_not_shut_out_another(bay: Cast) -> None:
    for _ in range(6):
        sign_in(Client(), "cabinet@bay.example", "wrong wrong wrong")
    assert sign_in(Client(), "board_member@bay.example").status_code == 302


def test_two_step_sign_in_asks_for_the_code(bay: Cast) -> None:
    secret = generate_totp_secret()
    person = bay.people[Role.CABINET]
    TOTP.activate(person, secret)
    client = Client()
    answer = sign_in(client, person.email)
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/")["Location"] == "/accounts/login/?next=/"
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    with patch("allauth.mfa.totp.internal.auth.validate_totp_code", return_value=True):
        done = client.post("/accounts/2fa/authenticate/", {"code": "123456"})
    assert (done.status_code, done["Location"]) == (302, "/")


def test_sessions_are_listed_and_ended(bay: Cast) -> None:
    here, there = Client(), Client(headers={"user-agent": "Old tablet"})
    for client in (here, there):
        sign_in(client, "cabinet@bay.example")
    assert "Old tablet" in here.get("/accounts/sessions/").content.decode()
    here.post("/accounts/sessions/")
    assert there.get("/")["Location"] == "/accounts/login/?next=/"
    assert here.get("/")["Location"] == "/d/bay/"


def test_removed_person_is_shut_out_at_once(bay: Cast) -> None:
    client = bay.client(Role.CABINET)
    with district_scope(bay.district.pk):
        Membership.objects.get(user=bay.people[Role.CABINET]).delete()
    assert client.get("/d/bay/admin/").status_code == 404


def test_forgotten_password_is_reset_by_mail(bay: Cast) -> None:
    Client().post("/accounts/password/reset/", {"email": "cabinet@bay.example"})
    [message] = mail.outbox
    assert message.to == ["cabinet@bay.example"]
    link = re.search(r"http://testserver(\S+)", message.body)
    assert link is not None
    client = Client()
    form = client.get(link[1], follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert sign_in(Client(), "cabinet@bay.example", NEW_PASSWORD).status_code == 302


def test_unknown_address_gets_the_same_answer_as_a_known_one(bay: Cast) -> None:
    known = Client().post("/accounts/password/reset/", {"email": "cabinet@bay.example"})
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@bay.example"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def reset_link(cast: Cast, role: Role) -> str:
    """Make a reset link through the pages and return its path."""
    with district_scope(cast.district.pk):
        row = Membership.objects.get(user=cast.people[role])
    admin = cast.client(Role.DISTRICT_ADMIN)
    admin.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = admin.post(f"/d/{cast.slug}/admin/people/{row.pk}/reset/", follow=True)
    found = re.search(r'value="http://testserver(/accounts/reset/[^"]+)"', page.content.decode())
    assert found is not None, page.content.decode()
    return found[1]


def test_reset_link_of_an_admin_works_once_and_ends_sessions(bay: Cast) -> None:
    signed_in = bay.client(Role.CABINET)
    link = reset_link(bay, Role.CABINET)
    weak = Client().post(link, {"password": "short"})
    assert weak.status_code == 422
    done = Client().post(link, {"password": NEW_PASSWORD})
    assert (done.status_code, done["Location"]) == (302, "/accounts/login/")
    assert signed_in.get("/")["Location"] == "/accounts/login/?next=/"
    assert sign_in(Client(), "cabinet@bay.example", NEW_PASSWORD).status_code == 302
    again = Client().post(link, {"password": "another long password"})
    assert again.status_code == 410
    with district_scope(bay.district.pk):
        events = AuditEvent.objects.filter(table_name="districts_user").order_by("id")
        said = [(event.actor_id, event.after["event"], event.after["email"]) for event in events]
    assert said == [
        (bay.people[Role.DISTRICT_ADMIN].pk, "reset_link_made", "cabinet@bay.example"),
        (None, "password_reset_by_link", "cabinet@bay.example"),
        (bay.people[Role.CABINET].pk, "signed_in", "cabinet@bay.example"),
    ]


def test_admin_proves_who_they_are_before_a_reset_link_is_made(bay: Cast) -> None:
    with district_scope(bay.district.pk):
        path = f"/d/bay/admin/people/{Membership.objects.get(user=bay.people[Role.CABINET]).pk}/reset/"
    admin = bay.client(Role.DISTRICT_ADMIN)
    for answer in (admin.get(path), admin.post(path)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/reauthenticate/?next=%2Fd%2Fbay%2Fadmin%2Fpeople%2F")
    with district_scope(bay.district.pk):
        assert not AuditEvent.objects.filter(after__event="reset_link_made").exists()
    assert admin.post(answer["Location"], {"password": PASSWORD})["Location"] == path
    assert admin.get(path).status_code == 200
    assert admin.post(path)["Location"] == f"{path}link/"


def test_reset_by_link_is_mailed_to_the_owner(bay: Cast, django_capture_on_commit_callbacks: Any) -> None:
    link = reset_link(bay, Role.CABINET)
    with django_capture_on_commit_callbacks(execute=True):
        assert Client().post(link, {"password": NEW_PASSWORD}).status_code == 302
    [message] = mail.outbox
    assert (message.to, message.subject) == (["cabinet@bay.example"], "Your password of SRM was set anew")
    assert "with a link that District admin bay made" in message.body
    assert link not in message.body


def test_reset_link_ends_after_a_day(bay: Cast) -> None:
    link = reset_link(bay, Role.CABINET)
    real = PasswordResetTokenGenerator()._now()
    with patch.object(
        PasswordResetTokenGenerator, "_now", lambda _self: real + timedelta(hours=24, seconds=2)
    ):
        assert Client().get(link).status_code == 410
    assert Client().get(link).status_code == 200


def test_admin_cannot_reset_somebody_who_also_belongs_elsewhere(bay: Cast, valley: Cast) -> None:
    shared = valley.people[Role.CABINET]
    with district_scope(bay.district.pk):
        row = Membership.objects.create(user=shared, role=Role.BOARD_MEMBER)
        with pytest.raises(recovery.NotYoursToReset):
            recovery.issue_reset_link(
                by=bay.people[Role.DISTRICT_ADMIN].pk, membership_id=row.pk, now=timezone.now()
            )
    admin = bay.client(Role.DISTRICT_ADMIN)
    admin.post("/accounts/reauthenticate/", {"password": PASSWORD})
    refused = admin.post(f"/d/bay/admin/people/{row.pk}/reset/")
    assert refused.status_code == 409
    assert "not managed by your district alone" in refused.content.decode()


def test_reset_link_dies_when_the_person_joins_another_district(bay: Cast, valley: Cast) -> None:
    link = reset_link(bay, Role.CABINET)
    assert Client().get(link).status_code == 200
    with district_scope(valley.district.pk):
        Membership.objects.create(user=bay.people[Role.CABINET], role=Role.BOARD_MEMBER)
    assert Client().get(link).status_code == 410
    assert Client().post(link, {"password": NEW_PASSWORD}).status_code == 410


@pytest.fixture
def second_admin(bay: Cast) -> Membership:
    """A second district admin, who made the link of the cabinet member."""
    with district_scope(bay.district.pk):
        row = Membership.objects.get(user=bay.people[Role.DATA_MANAGER])
        row.role = Role.DISTRICT_ADMIN
        row.save()
    return row


def link_made_by(cast: Cast, by: Membership) -> str:
    with district_scope(cast.district.pk):
        row = Membership.objects.get(user=cast.people[Role.CABINET])
        secret = recovery.issue_reset_link(by=by.user_id, membership_id=row.pk, now=timezone.now())
    return f"/accounts/reset/{secret}/"


def test_reset_link_dies_when_the_admin_who_made_it_is_removed(bay: Cast, second_admin: Membership) -> None:
    link = link_made_by(bay, second_admin)
    assert Client().get(link).status_code == 200
    with district_scope(bay.district.pk):
        people.remove_person(membership_id=second_admin.pk, now=timezone.now())
    assert Client().get(link).status_code == 410
    assert Client().post(link, {"password": NEW_PASSWORD}).status_code == 410
    with district_scope(bay.district.pk):
        Membership.objects.create(user=second_admin.user, role=Role.DISTRICT_ADMIN)
    assert Client().get(link).status_code == 410, "a new membership brings no old link back"


def test_reset_link_dies_when_the_admin_who_made_it_has_another_role(
    bay: Cast, second_admin: Membership
) -> None:
    link = link_made_by(bay, second_admin)
    with district_scope(bay.district.pk):
        people.change_role(membership_id=second_admin.pk, role=Role.CABINET, now=timezone.now())
    assert Client().post(link, {"password": NEW_PASSWORD}).status_code == 410


def test_reset_link_dies_when_the_account_of_who_made_it_is_closed(
    bay: Cast, second_admin: Membership
) -> None:
    link = link_made_by(bay, second_admin)
    User.objects.filter(pk=second_admin.user_id).update(is_active=False)
    assert Client().get(link).status_code == 410


def test_reset_link_cannot_be_given_another_maker(bay: Cast, second_admin: Membership) -> None:
    link = link_made_by(bay, second_admin)
    with district_scope(bay.district.pk):
        people.remove_person(membership_id=second_admin.pk, now=timezone.now())
    district, maker, rest = link.removeprefix("/accounts/reset/").split("-", 2)
    assert maker == int_to_base36(second_admin.user_id)
    other = int_to_base36(bay.people[Role.DISTRICT_ADMIN].pk)
    assert Client().get(f"/accounts/reset/{district}-{other}-{rest}").status_code == 410


def test_only_an_admin_can_make_a_reset_link(bay: Cast) -> None:
    with district_scope(bay.district.pk):
        row = Membership.objects.get(user=bay.people[Role.CABINET])
        with pytest.raises(recovery.MayNotReset):
            recovery.issue_reset_link(
                by=bay.people[Role.DATA_MANAGER].pk, membership_id=row.pk, now=timezone.now()
            )


def test_without_a_mail_server_the_page_says_whom_to_ask(bay: Cast, settings: Any) -> None:
    with_mail = Client().get("/accounts/password/reset/").content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    without = Client().get("/accounts/password/reset/").content.decode()
    assert ("Mail me a link" in with_mail, "Mail me a link" in without) == (True, False)
    assert "Ask an admin of your district for a reset link" in without
