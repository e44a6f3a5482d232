"""Read side of API keys: never their secrets, which are not kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from districts.access.permissions import Role
from districts.models import ApiKey


@dataclass(frozen=True, kw_only=True)
class KeyRow:
    """An API key of the open district."""

    key_id: UUID
    name: str
    role_label: str
    prefix: str
    created_by: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    @property
    def state(self) -> str:
        return "revoked" if self.revoked_at else "working"


def list_keys() -> tuple[KeyRow, ...]:
    """Return the keys of the open district: working ones first, then by name. One query."""
    rows = ApiKey.objects.select_related("created_by")
    keys = [
        KeyRow(
            key_id=row.pk,
            name=row.name,
            role_label=Role(row.role).label,
            prefix=row.prefix,
            created_by=row.created_by.get_full_name(),
            created_at=timezone.localtime(row.created_at),
            last_used_at=timezone.localtime(row.last_used_at) if row.last_used_at else None,
            revoked_at=timezone.localtime(row.revoked_at) if row.revoked_at else None,
        )
        for row in rows
    ]
    return tuple(sorted(keys, key=lambda k: (k.revoked_at is not None, k.name.casefold())))


def get_key(*, key_id: UUID) -> KeyRow | None:
    """Return one key of the open district, or None."""
    return next((key for key in list_keys() if key.key_id == key_id), None)
