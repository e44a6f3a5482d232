"""When each session was last seen, written down once a minute and not at every request; decides nothing."""

from __future__ import annotations

import time

from allauth.usersessions.middleware import UserSessionsMiddleware
from django.http import HttpRequest, HttpResponse

ONCE_IN = 60  # seconds
_MOST = 10_000


class SessionActivityMiddleware(UserSessionsMiddleware):  # type: ignore[misc]
    """allauth's record of a person's sessions, without three queries and a commit for every page.

    A session seen from another address or browser is written down at once.
    """

    _noted: dict[tuple[str | None, ...], float] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note the session unless this process noted the same client within the minute."""
        client = (
            request.session.session_key,
            request.META.get("REMOTE_ADDR"),
            request.META.get("HTTP_X_FORWARDED_FOR"),
            request.META.get("HTTP_USER_AGENT"),
        )
        now = time.monotonic()
        if self._noted.get(client, -ONCE_IN) > now - ONCE_IN:
            return self.get_response(request)  # type: ignore[no-any-return]
        if len(self._noted) >= _MOST:
            self._noted.clear()
        if client[0] is not None:
            self._noted[client] = now
        return super().__call__(request)  # type: ignore[no-any-return]
