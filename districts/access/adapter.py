"""The sign-in library's adapters: accounts by invitation, second steps encrypted, failures into the audit."""

import logging
import smtplib
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from districts.access import second_step_secrets
from districts.access.failed_sign_ins import note_failure
from districts.models import User
from districts.selectors.notices import has_open_notices
from districts.services.account_events import AccountEvent, record_account_event

logger = logging.getLogger("districts.mail")


class InvitationOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes public sign-up; an invitation's page creates the account itself."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no: nobody signs up without an invitation."""
        return False

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Have the failure written down once the answer is out."""
        note_failure(request, email=str(credentials.get("email", "")))

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Go on as the library does, past what a person must know of their own way in."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if has_open_notices(user):
            target = urlencode({"next": response["Location"]})
            return HttpResponseRedirect(f"{reverse('account-notices')}?{target}")
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


class EncryptedSecondSteps(DefaultMFAAdapter):  # type: ignore[misc]
    """Stores what second steps rest on encrypted."""

    def encrypt(self, text: str) -> str:
        """Encrypt what goes into the database."""
        return second_step_secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Read what came from the database; raises Unreadable, which the form shows."""
        return second_step_secrets.decrypt(encrypted_text)
