"""Write side of what a person is told of their own way in, until they say that they know it; must not mail.

A notice is never deleted: who took an account over can acknowledge it, and the owner still sees it with the
next one, such as that of the reset link they come back with.
"""

from datetime import datetime

from django.db import transaction

from districts.models import User
from districts.services.account_events import AccountEvent


def leave_notice(*, user: User, event: AccountEvent, said_by: str, now: datetime) -> None:
    """Have a person told at every sign-in that somebody else did something. `user` is locked by the caller."""
    user.notices = [*user.notices, {"event": event.value, "by": said_by, "at": now.isoformat()}]
    user.save(update_fields=["notices"])


def acknowledge_notices(*, user_id: int, seen: int) -> None:
    """Say that a person knows their first `seen` notices. Idempotent; what came later stays open."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id)
        user.notices_seen = max(user.notices_seen, min(seen, len(user.notices)))
        user.save(update_fields=["notices_seen"])
