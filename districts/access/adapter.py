"""The sign-in library's adapters: accounts by invitation, failures and ended sessions into the audit."""

import logging
import smtplib
from collections.abc import Iterable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from districts.access.failed_sign_ins import note_failure
from districts.models import User
from districts.services.account_events import AccountEvent, record_account_event

logger = logging.getLogger("districts.mail")
_ENDED = (
    "The second step of your sign-in was ended for you on {when:%B} {when.day} ({when:%H:%M} UTC). Set it up again"
    " under “Two-step sign-in”. If you did not ask for it, change your password and tell another admin of your"
    " district."
)


class InvitationOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes public sign-up; an invitation's page creates the account itself."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no: nobody signs up without an invitation."""
        return False

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Have the failure written down once the answer is out."""
        note_failure(request, email=str(credentials.get("email", "")))

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Go on as the library does, and tell a person once that somebody ended their second step."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if user.second_step_ended_at is not None:
            messages.warning(request, _ENDED.format(when=user.second_step_ended_at))
            User.objects.filter(pk=user.pk).update(second_step_ended_at=None)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mail, and go on when the server refuses it: an error would tell a known address from an unknown one."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, smtplib.SMTPException) as error:
            logger.warning("%s was not mailed: %s", template_prefix, type(error).__name__)


class AuditedSessionsAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]
    """Ends sessions as the library does, and says so in the audit."""

    def end_sessions(self, sessions: Iterable[UserSession]) -> None:
        """End the sessions of one person."""
        ended = list(sessions)
        super().end_sessions(ended)
        if ended:
            person = ended[0].user_id
            record_account_event(
                user_id=person,
                event=AccountEvent.SESSIONS_ENDED,
                by=person,
                now=timezone.now(),
                details={"sessions": len(ended)},
            )
