"""Somebody who leaves: what they own is named and goes to another person in the same step."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from districts.access.permissions import Role
from districts.errors import DomainError
from districts.models import AuditEvent, Membership
from districts.services import people
from districts.tenancy import district_scope
from strategy.models import Initiative
from strategy.services import archive_initiative
from tests.cast import Cast
from tests.strategy.decided import a_goal, an_initiative

LEAD = Role.INITIATIVE_LEAD


def owning(cast: Cast) -> str:
    """Let the initiative lead own two initiatives, and one that is archived; return where they are removed."""
    lead = cast.people[LEAD].pk
    with district_scope(cast.district.pk):
        goal = a_goal()
        for name in ("Tutoring", "Attendance teams"):
            an_initiative(goal_id=goal, name=name, owner_id=lead)
        old = an_initiative(goal_id=goal, name="Old", owner_id=lead)
        archive_initiative(initiative_id=old, now=datetime(2026, 1, 1, tzinfo=UTC))
        membership = Membership.objects.get(user_id=lead).pk
    return f"/d/{cast.slug}/admin/people/{membership}/remove/"


def owners(cast: Cast) -> dict[str, int | None]:
    with district_scope(cast.district.pk):
        return dict(Initiative.objects.values_list("name", "owner_id"))


def test_removing_somebody_names_what_they_own_and_asks_who_follows(bay: Cast) -> None:
    address, client = owning(bay), bay.client(Role.DISTRICT_ADMIN)
    page = client.get(address)
    assertContains(page, "owns 2 initiatives, which need a new owner: Attendance teams, Tutoring.")
    refused = client.post(address, {})
    assertContains(refused, "Say who owns them from now on", status_code=422)
    with district_scope(bay.district.pk):
        assert Membership.objects.filter(user=bay.people[LEAD]).exists()


def test_what_they_own_goes_to_the_person_chosen(bay: Cast) -> None:
    address, heir = owning(bay), bay.people[Role.CABINET].pk
    answer = bay.client(Role.DISTRICT_ADMIN).post(address, {"owner": str(heir)})
    assert answer.status_code == 302
    assert owners(bay) == {"Tutoring": heir, "Attendance teams": heir, "Old": bay.people[LEAD].pk}
    with district_scope(bay.district.pk):
        assert not Membership.objects.filter(user=bay.people[LEAD]).exists()
        last = AuditEvent.objects.filter(table_name="strategy_initiative").latest("id")
    assert (last.actor_id, last.after["owner_id"]) == (bay.people[Role.DISTRICT_ADMIN].pk, heir)


def test_they_may_be_left_without_an_owner(bay: Cast) -> None:
    address = owning(bay)
    bay.client(Role.DISTRICT_ADMIN).post(address, {"owner": "nobody"})
    assert owners(bay) == {"Tutoring": None, "Attendance teams": None, "Old": bay.people[LEAD].pk}


def test_a_stranger_cannot_follow(bay: Cast, valley: Cast) -> None:
    address, stranger = owning(bay), valley.people[Role.CABINET].pk
    assert bay.client(Role.DISTRICT_ADMIN).post(address, {"owner": str(stranger)}).status_code == 422
    with district_scope(bay.district.pk):
        membership = Membership.objects.get(user=bay.people[LEAD]).pk
        with pytest.raises(DomainError):
            people.remove_person(membership_id=membership, now=timezone.now(), new_owner_id=stranger)
    assert owners(bay)["Tutoring"] == bay.people[LEAD].pk


def test_somebody_who_owns_nothing_leaves_as_before(bay: Cast) -> None:
    with district_scope(bay.district.pk):
        membership = Membership.objects.get(user=bay.people[Role.BOARD_MEMBER]).pk
    address, client = f"/d/bay/admin/people/{membership}/remove/", bay.client(Role.DISTRICT_ADMIN)
    assertNotContains(client.get(address), "New owner")
    assert client.post(address).status_code == 302
