"""Which check-ins count: of each school and month the one recorded last, of files only the current ones."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Q

from diagnostics.models import CheckIn


def list_counting(
    *, initiative_ids: Collection[UUID], months: Collection[date] | None = None, with_files: bool = False
) -> tuple[CheckIn, ...]:
    """Return the check-ins that count, by initiative, school and month; `with_files` reads the files' names too.

    One query.
    """
    found = CheckIn.objects.filter(
        Q(filing__isnull=True) | Q(filing__is_current=True), initiative_id__in=initiative_ids
    )
    if months is not None:
        found = found.filter(month__in=months)
    if with_files:
        found = found.select_related("filing__upload", "recorded_by")
    keys = ("initiative_id", "school_id", "month")
    return tuple(found.order_by(*keys, "-recorded_at", "-pk").distinct(*keys))
