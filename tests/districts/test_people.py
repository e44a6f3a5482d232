"""Services of people: roles, removal, and the secrets that leave with a person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from districts.access.permissions import Role
from districts.models import ApiKey, Invitation, Membership
from districts.selectors import people as selectors
from districts.services import keys, people
from districts.tenancy import district_scope
from tests.cast import Cast


def membership_of(cast: Cast, role: Role) -> Membership:
    found: Membership = Membership.objects.get(user=cast.people[role])
    return found


def test_change_role_gives_the_role(in_bay: Cast) -> None:
    row = membership_of(in_bay, Role.CABINET)
    people.change_role(membership_id=row.pk, role=Role.BOARD_MEMBER, now=timezone.now())
    assert membership_of(in_bay, Role.CABINET).role == Role.BOARD_MEMBER


def test_last_admin_is_neither_demoted_nor_removed(in_bay: Cast) -> None:
    row = membership_of(in_bay, Role.DISTRICT_ADMIN)
    with pytest.raises(people.LastAdmin) as caught:
        people.change_role(membership_id=row.pk, role=Role.CABINET, now=timezone.now())
    assert caught.value.message == (
        "This is the only district admin. Make somebody else a district admin first, then try again."
    )
    with pytest.raises(people.LastAdmin):
        people.remove_person(membership_id=row.pk, now=timezone.now())
    assert membership_of(in_bay, Role.DISTRICT_ADMIN).role == Role.DISTRICT_ADMIN


def test_one_of_two_admins_may_go(in_bay: Cast) -> None:
    second = membership_of(in_bay, Role.CABINET)
    people.change_role(membership_id=second.pk, role=Role.DISTRICT_ADMIN, now=timezone.now())
    first = membership_of(in_bay, Role.DISTRICT_ADMIN)
    people.remove_person(membership_id=first.pk, now=timezone.now())
    assert list(Membership.objects.filter(role=Role.DISTRICT_ADMIN)) == [second]
    with pytest.raises(people.LastAdmin):
        people.remove_person(membership_id=second.pk, now=timezone.now())


def test_remove_person_withdraws_the_secrets_they_have_seen(in_bay: Cast) -> None:
    now = timezone.now()
    admin, cabinet = in_bay.people[Role.DISTRICT_ADMIN], in_bay.people[Role.CABINET]
    second = membership_of(in_bay, Role.CABINET)
    people.change_role(membership_id=second.pk, role=Role.DISTRICT_ADMIN, now=now)
    keys.create_key(by=admin.pk, name="Warehouse", role=Role.CABINET)
    keys.create_key(by=cabinet.pk, name="Other", role=Role.CABINET)
    people.invite_person(by=admin.pk, email="a@example.org", role=Role.DISTRICT_ADMIN, now=now)
    people.invite_person(by=cabinet.pk, email="b@example.org", role=Role.CABINET, now=now)
    assert selectors.get_secrets_made(user_id=admin.pk, now=now) == selectors.SecretsMade(
        keys=("Warehouse",), invitations=("a@example.org",)
    )
    people.remove_person(membership_id=membership_of(in_bay, Role.DISTRICT_ADMIN).pk, now=now)
    working = ApiKey.objects.filter(revoked_at__isnull=True).values_list("name", flat=True)
    waiting = Invitation.objects.filter(revoked_at__isnull=True).values_list("email", flat=True)
    assert (list(working), list(waiting)) == (["Other"], ["b@example.org"])


def test_demoted_admin_loses_their_keys(in_bay: Cast) -> None:
    now = timezone.now()
    admin = in_bay.people[Role.DISTRICT_ADMIN]
    people.change_role(
        membership_id=membership_of(in_bay, Role.CABINET).pk, role=Role.DISTRICT_ADMIN, now=now
    )
    keys.create_key(by=admin.pk, name="Warehouse", role=Role.CABINET)
    people.change_role(
        membership_id=membership_of(in_bay, Role.DISTRICT_ADMIN).pk, role=Role.CABINET, now=now
    )
    assert ApiKey.objects.get(name="Warehouse").revoked_at == now


def test_person_of_another_district_is_not_found(bay: Cast, valley: Cast) -> None:
    with district_scope(valley.district.pk):
        theirs = membership_of(valley, Role.CABINET)
    with district_scope(bay.district.pk):
        with pytest.raises(people.NotFound):
            people.change_role(membership_id=theirs.pk, role=Role.BOARD_MEMBER, now=timezone.now())
        with pytest.raises(people.NotFound):
            people.remove_person(membership_id=theirs.pk, now=timezone.now())
    with district_scope(valley.district.pk):
        assert membership_of(valley, Role.CABINET).role == Role.CABINET


def test_list_people_searches_names_and_addresses(in_bay: Cast) -> None:
    assert len(selectors.list_people()) == len(Role)
    assert [p.role_label for p in selectors.list_people(text="BOARD_MEMBER@")] == ["Board member"]
    assert [p.email for p in selectors.list_people(role=Role.CABINET)] == ["cabinet@bay.example"]


def test_second_invitation_revokes_the_first(in_bay: Cast) -> None:
    now = timezone.now()
    admin = in_bay.people[Role.DISTRICT_ADMIN].pk
    first = people.invite_person(by=admin, email="New@Example.org", role=Role.CABINET, now=now)
    second = people.invite_person(by=admin, email="new@example.org", role=Role.BOARD_MEMBER, now=now)
    states = {i.invitation_id: i.state for i in selectors.list_invitations(now=now)}
    assert states == {first.invitation_id: "revoked", second.invitation_id: "open"}
    assert selectors.get_open_invitation(secret=first.secret, now=now) is None


def test_invitation_ends_after_fourteen_days(in_bay: Cast) -> None:
    now = timezone.now()
    offer = people.invite_person(
        by=in_bay.people[Role.DISTRICT_ADMIN].pk, email="new@example.org", role=Role.CABINET, now=now
    )
    last = now + timedelta(days=14)
    assert selectors.get_open_invitation(secret=offer.secret, now=last - timedelta(seconds=1)) is not None
    assert selectors.get_open_invitation(secret=offer.secret, now=last) is None
    assert [i.state for i in selectors.list_invitations(now=last)] == ["expired"]


def test_renewed_invitation_has_a_new_link_only(in_bay: Cast) -> None:
    now = timezone.now()
    admin = in_bay.people[Role.DISTRICT_ADMIN].pk
    offer = people.invite_person(by=admin, email="new@example.org", role=Role.CABINET, now=now)
    later = now + timedelta(days=20)
    renewed = people.renew_invitation(by=admin, invitation_id=offer.invitation_id, now=later)
    assert selectors.get_open_invitation(secret=offer.secret, now=later) is None
    assert selectors.get_open_invitation(secret=renewed.secret, now=later) is not None


def test_member_is_not_invited_again(in_bay: Cast) -> None:
    with pytest.raises(people.AlreadyMember):
        people.invite_person(
            by=in_bay.people[Role.DISTRICT_ADMIN].pk,
            email="CABINET@bay.example",
            role=Role.CABINET,
            now=timezone.now(),
        )
