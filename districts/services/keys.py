"""Write side of API keys: create, revoke; must not keep a secret."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from districts.access.credentials import hash_secret, new_secret
from districts.access.permissions import Role
from districts.errors import DomainError
from districts.models import ApiKey

PREFIX_LENGTH = 12


class NoSuchKey(DomainError):
    """The district has no such key."""

    status = 404


class NameTaken(DomainError):
    """A working key of that name exists."""


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """A key with its secret, which exists only in this moment."""

    key_id: UUID
    name: str
    role: str
    secret: str


def create_key(*, by: int, name: str, role: Role) -> NewKey:
    """Make a key of one role in the open district. Raises NameTaken."""
    name = name.strip()
    with transaction.atomic():
        if ApiKey.objects.filter(name__iexact=name, revoked_at__isnull=True).exists():
            raise NameTaken(f"A key named “{name}” is in use. Choose another name, or revoke that key first.")
        secret = new_secret(prefix="srm_")
        key = ApiKey.objects.create(
            name=name,
            role=role,
            prefix=secret[:PREFIX_LENGTH],
            key_hash=hash_secret(secret),
            created_by_id=by,
        )
    return NewKey(key_id=key.pk, name=key.name, role=key.role, secret=secret)


def revoke_key(*, key_id: UUID, now: datetime) -> None:
    """Stop a key from working, from the next call on. Idempotent; raises NoSuchKey."""
    with transaction.atomic():
        key = ApiKey.objects.select_for_update().filter(pk=key_id).first()
        if key is None:
            raise NoSuchKey("This district has no such key.")
        if key.revoked_at is None:
            key.revoked_at = now
            key.save(update_fields=["revoked_at"])


def note_use_of_key(*, key_id: str, now: datetime) -> None:
    """Note, at most once a minute, that a key was used. Never waits for another request that does so."""
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - timedelta(minutes=1))
    free = ApiKey.objects.filter(stale, pk=key_id).select_for_update(skip_locked=True)
    ApiKey.objects.filter(pk__in=free.values("pk")).update(last_used_at=now)
