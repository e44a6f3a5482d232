"""Initiatives as the budget's forms and pages name them; must not write."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from strategy.models import Initiative


@dataclass(frozen=True, kw_only=True)
class InitiativeName:
    """An initiative a rule or an allocation may be for."""

    id: UUID
    name: str
    kind: str


def list_initiative_names(*, also: UUID | None = None) -> tuple[InitiativeName, ...]:
    """List the initiatives that are not archived, by name, and `also` whatever its state. One query."""
    rows = Initiative.objects.order_by("name").values_list("pk", "name", "kind", "archived_at")
    return tuple(
        InitiativeName(id=pk, name=name, kind=Initiative.Kind(kind).label)
        for pk, name, kind, archived_at in rows
        if archived_at is None or pk == also
    )


def find_initiative_name(*, initiative_id: UUID) -> str | None:
    """Return the name of an initiative of this district, archived or not; None where there is none. One query."""
    name: str | None = Initiative.objects.filter(pk=initiative_id).values_list("name", flat=True).first()
    return name
