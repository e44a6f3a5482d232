"""The next day on which an initiative is reviewed, as a decision sets it; must not know the decision."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from districts.pipeline.marks import mark
from strategy.models import Initiative
from strategy.services.refused import NotThere


@transaction.atomic
def set_review_day(*, initiative_id: UUID, review_on: date) -> None:
    """Set the day of the next review; the rule agreed beforehand stays. Idempotent. Raises NotThere."""
    found: Initiative | None = Initiative.objects.select_for_update().filter(pk=initiative_id).first()
    if found is None:
        raise NotThere("This initiative does not exist.")
    if found.review_on != review_on:
        found.review_on = review_on
        found.save(update_fields=["review_on"])
        mark(name="initiatives")
