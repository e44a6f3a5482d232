"""Read, for commands that set a server up, the address of each role from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from districts.database import roles


class AddressError(RuntimeError):
    """An address that is missing, or names another role than it must."""


@dataclass(frozen=True)
class Addresses:
    """Where to set up, under which name, with which passwords."""

    superuser_url: str
    database: str
    passwords: roles.RolePasswords


def read_addresses() -> Addresses:
    """Return what SUPERUSER_DATABASE_URL and the three roles' addresses say. Raises AddressError."""
    superuser_url = os.environ.get("SUPERUSER_DATABASE_URL")
    app = _address("DATABASE_URL", roles.APP)
    owner = _address("OWNER_DATABASE_URL", roles.OWNER)
    backup = _address("BACKUP_DATABASE_URL", roles.BACKUP)
    if not superuser_url or app is None:
        raise AddressError("Set SUPERUSER_DATABASE_URL and DATABASE_URL.")
    return Addresses(
        superuser_url=superuser_url,
        database=unquote(app.path.lstrip("/")),
        passwords=roles.RolePasswords(owner=_password(owner), app=_password(app), backup=_password(backup)),
    )


def _address(name: str, role: str) -> SplitResult | None:
    url = os.environ.get(name)
    if not url:
        return None
    parts = urlsplit(url)
    if parts.username != role:
        raise AddressError(f"{name} must name the role {role}, not {parts.username}.")
    return parts


def _password(parts: SplitResult | None) -> str | None:
    return unquote(parts.password) if parts and parts.password else None
