"""The write side of saved maps: give one another name, forget one. Must not know what a map means."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from districts.errors import DomainError
from districts.models import SavedMap


class NoSuchMap(DomainError):
    """The district has no such saved map."""

    status = 404


class NameTaken(DomainError):
    """Another map of the same kind of file has that name."""


def rename_saved_map(*, map_id: UUID, name: str) -> SavedMap:
    """Give a saved map another name. Raises NoSuchMap and NameTaken. Idempotent."""
    with transaction.atomic():
        found: SavedMap | None = SavedMap.objects.select_for_update().filter(pk=map_id).first()
        if found is None:
            raise NoSuchMap("This district has no such saved map.")
        same = SavedMap.objects.filter(kind=found.kind, name__iexact=name).exclude(pk=map_id)
        if same.exists():
            raise NameTaken("Another saved map for this kind of file has that name. Choose another one.")
        if found.name != name:
            SavedMap.objects.filter(pk=map_id).update(name=name)
            found.name = name
    return found


def delete_saved_map(*, map_id: UUID) -> None:
    """Forget a saved map. Idempotent."""
    SavedMap.objects.filter(pk=map_id).delete()
