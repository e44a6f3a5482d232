"""The guide to the roles that stands beside every choice of a role."""

from dataclasses import dataclass

from districts.access.permissions import ROLE_PERMISSIONS, Permission, Role


@dataclass(frozen=True, kw_only=True)
class RoleGuide:
    """A role and what it may do, in words."""

    label: str
    may: tuple[str, ...]


def role_guide() -> tuple[RoleGuide, ...]:
    """Return every role with its permissions, in the order in which the enum lists them."""
    return tuple(
        RoleGuide(label=role.label, may=tuple(p.value for p in Permission if p in ROLE_PERMISSIONS[role]))
        for role in Role
    )
