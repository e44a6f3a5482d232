"""Failed sign-ins into the audit, after the answer is out; must not tell a known account from an unknown one.

Whether an account exists is looked up, and the event written, when the server closes the answer: until then a
known address and an unknown one cost the same work.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from districts.models import User
from districts.services.account_events import AccountEvent, record_account_event

logger = logging.getLogger("districts.access")
_NOTED = "failed_sign_in"


def note_failure(request: HttpRequest, *, email: str) -> None:
    """Remember that somebody gave a wrong password for an address."""
    setattr(request, _NOTED, email)


class FailedSignInMiddleware:
    """Have the failure of a request written down when its answer is closed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; what is left to write is written by the answer's own end."""
        response = self.get_response(request)
        email = getattr(request, _NOTED, "")
        if email:
            by = request.user.pk if request.user.is_authenticated else None
            closers = response._resource_closers  # type: ignore[attr-defined]  # noqa: SLF001
            closers.append(lambda: _record(email=email, by=by))
        return response


def _record(*, email: str, by: int | None) -> None:
    event = AccountEvent.CONFIRMATION_FAILED if by else AccountEvent.SIGN_IN_FAILED
    try:
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is not None:
            record_account_event(user_id=user.pk, event=event, by=by, now=timezone.now())
    except DatabaseError:
        logger.exception("a failed sign-in was not written to the audit")
