"""How many queries each admin page's selector makes, however many rows there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from districts.access.permissions import Role
from districts.models import Membership, User
from districts.selectors import audit, keys, organisation, people
from districts.services import keys as key_services
from districts.services import organisation as organisation_services
from districts.services import people as people_services
from tests.cast import Cast

SELECTORS: dict[str, tuple[int, Callable[[], Any]]] = {
    "people": (4, people.list_people),
    "invitations": (1, lambda: people.list_invitations(now=timezone.now())),
    "keys": (1, keys.list_keys),
    "schools": (1, lambda: organisation.list_schools(as_of=timezone.localdate())),
    "departments": (1, organisation.list_departments),
    "overview": (8, lambda: organisation.get_admin_overview(now=timezone.now())),
    "audit": (3, lambda: audit.list_audit(only=audit.AuditFilter(table="districts_membership"))),
}


def grow(cast: Cast, *, number: int) -> None:
    admin = cast.people[Role.DISTRICT_ADMIN].pk
    person = User.objects.create_user(email=f"p{number}@bay.example")
    Membership.objects.create(user=person, role=Role.CABINET)
    people_services.invite_person(
        by=admin, email=f"i{number}@bay.example", role=Role.CABINET, now=timezone.now()
    )
    key_services.create_key(by=admin, name=f"Key {number}", role=Role.CABINET)
    organisation_services.add_department(name=f"Department {number}")


@pytest.mark.parametrize("name", SELECTORS)
def test_selector_makes_as_many_queries_for_few_rows_as_for_many(
    in_bay: Cast, django_assert_num_queries: Any, name: str
) -> None:
    count, select = SELECTORS[name]
    for number in range(4):
        with django_assert_num_queries(count):
            select()
        grow(in_bay, number=number)
