"""Sessions in the database, read by a fixed query; in all else Django's own. Must not decide rights."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from districts.access.fixed_query import FixedQuery

_OPEN = FixedQuery(
    lambda: (
        Session.objects.filter(session_key="")
        .filter(expire_date__gt=timezone.now())
        .values_list("session_data")
    )
)


class SessionStore(db.SessionStore):
    """Django's database sessions, without writing the same query anew for every request."""

    def load(self) -> dict[str, Any]:
        """Return what the session holds; an unknown or expired key holds nothing and is forgotten. One query."""
        row = _OPEN.find(self.session_key, timezone.now())
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row[0])
