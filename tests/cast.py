"""The named cast: two districts, and a person for each role in each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.test import Client

from districts.access.permissions import Role
from districts.models import District, Membership, User
from districts.tenancy import district_scope

PASSWORD = "correct horse battery staple"


@dataclass
class Cast:
    """One district and its people by role."""

    district: District
    people: dict[Role, User] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        return self.district.slug

    def client(self, role: Role) -> Client:
        """Return a client signed in as the person of that role."""
        client = Client()
        client.force_login(self.people[role])
        return client


def make_cast(*, name: str, slug: str, state_code: str) -> Cast:
    """Create a district with one person for each role."""
    district = District.objects.create(name=name, slug=slug, state="CA", state_code=state_code)
    cast = Cast(district=district)
    with district_scope(district.pk, cause="test cast"):
        for role in Role:
            person = User.objects.create_user(
                email=f"{role.value}@{slug}.example", password=PASSWORD, name=f"{role.label} {slug}"
            )
            Membership.objects.create(user=person, role=role)
            cast.people[role] = person
    return cast


@pytest.fixture
def bay(db: None) -> Cast:
    """Bay Unified: the district whose files are San Francisco's."""
    return make_cast(name="Bay Unified", slug="bay", state_code="3868478")


@pytest.fixture
def valley(db: None) -> Cast:
    """Valley Unified: the other district."""
    return make_cast(name="Valley Unified", slug="valley", state_code="1062166")


@pytest.fixture
def in_bay(bay: Cast) -> Iterator[Cast]:
    """Bay Unified with its scope open."""
    with district_scope(bay.district.pk, cause="test"):
        yield bay
