"""Mail of the foundation: only where a mail server is configured, never a reason for a request to fail."""

import logging
import smtplib

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string

logger = logging.getLogger("districts.mail")


def mail_is_configured() -> bool:
    """Answer whether mail leaves this installation."""
    return not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend")


def mail_invitation(*, email: str, district: str, invited_by: str, role: str, link: str, days: int) -> None:
    """Mail an invitation's link after the commit; log and go on when the server refuses it."""
    if not mail_is_configured():
        return
    body = render_to_string(
        "districts/mail/invitation.txt",
        {"district": district, "invited_by": invited_by, "role": role, "link": link, "days": days},
    )

    _send_after_commit("an invitation", f"Your invitation to {district} on SRM", body, email)


def mail_second_step_ended(*, email: str, said_by: str) -> None:
    """Tell a person after the commit that somebody else ended their second step."""
    if not mail_is_configured():
        return
    body = render_to_string("districts/mail/second_step_ended.txt", {"email": email, "said_by": said_by})
    _send_after_commit("a notice", "Your second step of sign-in to SRM was ended", body, email)


def mail_password_reset(*, email: str, made_by: str) -> None:
    """Tell a person after the commit that their password was set by a link that an admin made."""
    if not mail_is_configured():
        return
    body = render_to_string("districts/mail/password_reset.txt", {"email": email, "made_by": made_by})
    _send_after_commit("a notice", "Your password of SRM was set anew", body, email)


def _send_after_commit(what: str, subject: str, body: str, email: str) -> None:
    def send() -> None:
        try:
            send_mail(subject, body, None, [email])
        except (OSError, smtplib.SMTPException) as error:
            logger.warning("%s was not mailed: %s", what, type(error).__name__)

    transaction.on_commit(send)
