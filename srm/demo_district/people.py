"""The demo's people and keys: one of each role, with secrets random for each home; must not print them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from districts.access.permissions import Role
from districts.models import District, Membership, User
from districts.services.keys import create_key

NAMES = {
    Role.DISTRICT_ADMIN: "Dana Ames",
    Role.CABINET: "Carmen Ortiz",
    Role.BUDGET_DIRECTOR: "Ben Duong",
    Role.DATA_MANAGER: "Mei Lindqvist",
    Role.INITIATIVE_LEAD: "Ian Leroy",
    Role.BOARD_MEMBER: "Bea Martin",
}


@dataclass(frozen=True)
class Account:
    """One sign-in of the demo."""

    district: str
    role: str
    email: str
    password: str


def make_people(*, district: District) -> list[Account]:
    """Create (or give new passwords to) one person for each role, inside the district's scope."""
    accounts = []
    for role in Role:
        email = f"{role.value.replace('_', '-')}@{district.slug}.example"
        password = "-".join(secrets.token_hex(3) for _ in range(3))
        person = User.objects.filter(email=email).first()
        if person is None:
            person = User.objects.create_user(email=email, password=password, name=NAMES[role])
        else:
            person.set_password(password)
            person.save(update_fields=["password"])
        Membership.objects.get_or_create(user=person, defaults={"role": role})
        accounts.append(Account(district.slug, role.value, email, password))
    return accounts


def make_keys(*, accounts: list[Account]) -> dict[str, str]:
    """Create one API key for each role, inside the district's scope; secrets by role."""
    keys = {}
    for account in accounts:
        person = User.objects.get(email=account.email)
        role = Role(account.role)
        name = f"Demo, {role.label} ({secrets.token_hex(2)})"
        keys[account.role] = create_key(by=person.pk, name=name, role=role).secret
    return keys
