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

    def send() -> None:
        try:
            send_mail(f"Your invitation to {district} on SRM", body, None, [email])
        except (OSError, smtplib.SMTPException) as error:
            logger.warning("an invitation was not mailed: %s", type(error).__name__)

    transaction.on_commit(send)
