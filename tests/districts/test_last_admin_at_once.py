"""Two admins who remove each other at the same moment: one of them stays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

from django.db import connection
from django.utils import timezone

from districts.access.permissions import Role
from districts.models import Membership
from districts.services import people
from districts.tenancy import district_scope
from tests.cast import make_cast


def test_two_admins_removing_each_other_leave_one(committed_db: None) -> None:
    bay = make_cast(name="Bay Unified", slug="bay", state_code="3868478")
    with district_scope(bay.district.pk):
        second = Membership.objects.get(user=bay.people[Role.CABINET])
        people.change_role(membership_id=second.pk, role=Role.DISTRICT_ADMIN, now=timezone.now())
        admins = list(Membership.objects.filter(role=Role.DISTRICT_ADMIN).values_list("pk", flat=True))
    together = Barrier(2)

    def remove(membership_id: UUID) -> str:
        try:
            with district_scope(bay.district.pk):
                together.wait(timeout=20)
                people.remove_person(membership_id=membership_id, now=timezone.now())
            return "removed"
        except people.LastAdmin:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        answers = sorted(pool.map(remove, admins))
    assert answers == ["refused", "removed"]
    with district_scope(bay.district.pk):
        assert Membership.objects.filter(role=Role.DISTRICT_ADMIN).count() == 1
