"""Initiatives as what people answer for: named and handed over when somebody leaves; must not judge who may own."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from districts.pipeline.marks import mark
from strategy.models import Initiative


class InitiativeOwnership:
    """Active initiatives by their owner; archived ones keep the name they had."""

    def list_owned(self, *, user_id: int) -> tuple[str, ...]:
        """Name the initiatives a person owns. One query."""
        return tuple(_owned(user_id).order_by("name").values_list("name", flat=True))

    @transaction.atomic
    def hand_over(self, *, user_id: int, to: int | None) -> None:
        """Give them to another person, or to nobody yet. Idempotent."""
        if _owned(user_id).update(owner_id=to):
            mark(name="initiatives")


def _owned(user_id: int) -> QuerySet[Initiative]:
    owned: QuerySet[Initiative] = Initiative.objects.filter(owner_id=user_id, archived_at__isnull=True)
    return owned


INITIATIVES = InitiativeOwnership()
