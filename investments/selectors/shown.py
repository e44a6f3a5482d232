"""Which rows of a result table were shown at a moment; must not know what they say."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q


def shown_at(*, as_of: datetime | None) -> Q:
    """Return the condition of the rows shown now (None), or as they were shown at a past moment."""
    if as_of is None:
        return Q(shown_until__isnull=True)
    return Q(shown_from__lte=as_of) & (Q(shown_until__isnull=True) | Q(shown_until__gt=as_of))
