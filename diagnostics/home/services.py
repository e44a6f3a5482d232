"""Record that a person has looked at home; must not decide what changed since."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from diagnostics.home.selectors.state import PAGE, PAGE_BEFORE, VISIT_ENDS_AFTER
from districts.models import SavedView


@transaction.atomic
def record_visit(*, by: int, now: datetime) -> None:
    """Note that a person looks at home now; a pause of an hour begins a new visit. Idempotent within one."""
    views = SavedView.objects.select_for_update().filter(user_id=by)
    last = views.filter(page=PAGE).first()
    if last is not None and now - last.seen_at > VISIT_ENDS_AFTER:
        SavedView.objects.update_or_create(user_id=by, page=PAGE_BEFORE, defaults={"seen_at": last.seen_at})
    SavedView.objects.update_or_create(user_id=by, page=PAGE, defaults={"seen_at": now})
