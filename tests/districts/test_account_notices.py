"""What somebody else did to an account is told to its owner at each sign-in, until they say that they know it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.utils import timezone

from districts.access.permissions import Role
from districts.models import Membership, User
from districts.services import recovery, second_step
from districts.services.notices import acknowledge_notices
from districts.tenancy import district_scope
from tests.cast import PASSWORD, Cast

NEW_PASSWORD = "eleven slow trains hum"
PAGE = "/accounts/notices/?next=%2Fd%2Fbay%2F"
ENDED = "the second step of your sign-in was ended by District admin bay"
RESET = "your password was set with a link that District admin bay made"


@pytest.fixture
def person(bay: Cast) -> User:
    return bay.people[Role.CABINET]


def end_second_step(cast: Cast, user: User) -> None:
    TOTP.activate(user, generate_totp_secret())
    with district_scope(cast.district.pk):
        row = Membership.objects.get(user=user)
        by = cast.people[Role.DISTRICT_ADMIN].pk
        second_step.end_second_step(by=by, membership_id=row.pk, now=timezone.now())


def reset(cast: Cast, user: User, password: str) -> None:
    with district_scope(cast.district.pk):
        row = Membership.objects.get(user=user)
        by = cast.people[Role.DISTRICT_ADMIN].pk
        secret = recovery.issue_reset_link(by=by, membership_id=row.pk, now=timezone.now())
    recovery.reset_password(secret=secret, password=password, now=timezone.now())


def sign_in(password: str = PASSWORD, **more: str) -> tuple[Client, Any]:
    client = Client()
    given = {"login": "cabinet@bay.example", "password": password, **more}
    return client, client.post("/accounts/login/", given)


def test_a_notice_is_told_at_each_sign_in_until_it_is_acknowledged(bay: Cast, person: User) -> None:
    end_second_step(bay, person)
    for _ in range(2):
        client, answer = sign_in(next="/d/bay/")
        assert answer["Location"] == PAGE
        assert ENDED in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"seen": "1"})["Location"] == "/d/bay/"
    assert client.get(PAGE)["Location"] == "/d/bay/"
    assert sign_in()[1]["Location"] == "/"


def test_a_reset_by_link_starts_it_again(bay: Cast, person: User) -> None:
    """Who took the account over acknowledges; the owner comes back by a link, and sees all of it."""
    end_second_step(bay, person)
    reset(bay, person, NEW_PASSWORD)
    impostor, answer = sign_in(NEW_PASSWORD)
    assert answer["Location"] == "/accounts/notices/?next=%2F"
    impostor.post(PAGE, {"seen": "2"})
    assert sign_in(NEW_PASSWORD)[1]["Location"] == "/"
    reset(bay, person, PASSWORD)
    owner, answer = sign_in()
    assert answer["Location"] == "/accounts/notices/?next=%2F"
    page = owner.get(PAGE).content.decode()
    assert (page.count(ENDED), page.count(RESET)) == (1, 2)
    assert page.count("said to be known before") == 2


def test_old_notices_that_are_known_are_told_no_more(bay: Cast, person: User) -> None:
    end_second_step(bay, person)
    person.refresh_from_db()
    old = (timezone.now() - timedelta(days=91)).isoformat()
    User.objects.filter(pk=person.pk).update(notices=[{**person.notices[0], "at": old}], notices_seen=1)
    reset(bay, person, PASSWORD)
    page = sign_in()[0].get(PAGE).content.decode()
    assert (ENDED in page, RESET in page) == (False, True)


def test_what_came_after_the_page_stays_open(bay: Cast, person: User) -> None:
    reset(bay, person, NEW_PASSWORD)
    reset(bay, person, PASSWORD)
    acknowledge_notices(user_id=person.pk, seen=1)
    assert sign_in()[1]["Location"] == "/accounts/notices/?next=%2F"
    acknowledge_notices(user_id=person.pk, seen=99)
    reset(bay, person, PASSWORD)
    assert sign_in()[1]["Location"] == "/accounts/notices/?next=%2F", "nothing is known beforehand"


@pytest.mark.parametrize("seen", ["", "-1", "x", "²"])
def test_a_broken_answer_acknowledges_nothing(bay: Cast, person: User, seen: str) -> None:
    reset(bay, person, PASSWORD)
    client, _ = sign_in()
    assert client.post(PAGE, {"seen": seen}).status_code == 302
    assert sign_in()[1]["Location"] == "/accounts/notices/?next=%2F"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_page_leads_to_no_other_site(bay: Cast, person: User, target: str) -> None:
    reset(bay, person, PASSWORD)
    client, _ = sign_in()
    path = f"/accounts/notices/?next={target}"
    assert "evil" not in client.get(path).content.decode()
    assert client.post(path, {"seen": "1"})["Location"] == "/"


def test_the_first_password_of_a_new_admin_is_no_notice(bay: Cast, person: User) -> None:
    person.set_unusable_password()
    person.save()
    reset(bay, person, PASSWORD)
    assert sign_in()[1]["Location"] == "/"


def test_nobody_else_sees_it(bay: Cast, person: User) -> None:
    reset(bay, person, NEW_PASSWORD)
    assert bay.client(Role.DISTRICT_ADMIN).get(PAGE)["Location"] == "/d/bay/"
    assert Client().get(PAGE)["Location"].startswith("/accounts/login/")
