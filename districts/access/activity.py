"""When each session was last seen, written down once a minute and not at every request; decides nothing."""

from __future__ import annotations

import hashlib

from allauth.usersessions.middleware import UserSessionsMiddleware
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

ONCE_IN = 60  # seconds


class SessionActivityMiddleware(UserSessionsMiddleware):  # type: ignore[misc]
    """allauth's record of a person's sessions, without three queries and a commit for every page.

    A session seen from another address or browser is written down at once.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note the session unless the same client was noted within the minute."""
        seen = (
            request.session.session_key,
            request.META.get("REMOTE_ADDR"),
            request.META.get("HTTP_X_FORWARDED_FOR"),
            request.META.get("HTTP_USER_AGENT"),
        )
        key = f"session-seen:{hashlib.blake2b(repr(seen).encode(), digest_size=16).hexdigest()}"
        if seen[0] and not cache.add(key, 1, ONCE_IN):
            return self.get_response(request)  # type: ignore[no-any-return]
        return super().__call__(request)  # type: ignore[no-any-return]
