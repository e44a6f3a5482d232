"""Write side of a lost second step: ended by the only district's admin or by the operator, never by the page alone.

An admin may end it for those whose way back an admin may open, see `whose_account`; for everybody else the
operator of SRM does it with a command. Must not touch passwords.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from districts.errors import DomainError, Obstacle
from districts.mail import mail_second_step_ended
from districts.models import Membership, User
from districts.services.account_events import AccountEvent, record_account_event
from districts.services.notices import leave_notice
from districts.services.people import NotFound
from districts.services.whose_account import why_not_to_open


class NotYoursToEnd(Obstacle):
    """No admin of one district may end the second step of the account."""


class NoSecondStep(DomainError):
    """The account has no second step."""

    status = 409


@dataclass(frozen=True, kw_only=True)
class Ended:
    """Whose second step ended, and how many sessions with it."""

    email: str
    sessions: int


def end_second_step(*, by: int, membership_id: UUID, now: datetime) -> Ended:
    """End the second step of a person of the open district and their sessions; tell them; audited.

    Raises NotFound, NotYoursToEnd and NoSecondStep. All or nothing.
    """
    with transaction.atomic():
        membership = Membership.objects.select_related("user").filter(pk=membership_id).first()
        if membership is None:
            raise NotFound("This district has no such person.")
        require_endable(by=by, user=membership.user, now=now)
        admin = User.objects.get(pk=by)
        return _end(user=membership.user, by=by, said_by=admin.get_full_name(), now=now)


def end_second_step_as_operator(*, email: str, now: datetime) -> Ended:
    """End the second step of any account; for the command line. Raises NotFound and NoSecondStep."""
    with transaction.atomic():
        user = User.objects.filter(email__iexact=email.strip()).first()
        if user is None:
            raise NotFound(f"No account has the address {email}.")
        return _end(user=user, by=None, said_by="the operator of SRM", now=now)


def require_endable(*, by: int, user: User, now: datetime) -> None:
    """Raise NotYoursToEnd, with the way that is left, unless an admin may end the account's second step."""
    why = why_not_to_open(by=by, user=user, now=now)
    if why and by == user.pk:
        raise NotYoursToEnd(
            why, "Turn your second step off under “Two-step sign-in”, in the menu of your account."
        )
    if why:
        way = f"Whoever operates SRM ends the second step: manage.py end_second_step {user.email}"
        raise NotYoursToEnd(why, way)


def _end(*, user: User, by: int | None, said_by: str, now: datetime) -> Ended:
    """Delete every authenticator and session of a person, leave the notice, write the audit, mail."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    deleted, _ = Authenticator.objects.filter(user=locked).delete()
    if not deleted:
        raise NoSecondStep(f"{locked.get_full_name()} signs in without a second step. There is none to end.")
    sessions = list(UserSession.objects.filter(user=locked))
    for session in sessions:
        session.end()
    leave_notice(user=locked, event=AccountEvent.SECOND_STEP_ENDED, said_by=said_by, now=now)
    record_account_event(
        user_id=locked.pk,
        event=AccountEvent.SECOND_STEP_ENDED,
        by=by,
        now=now,
        details={"sessions_ended": len(sessions)},
    )
    mail_second_step_ended(email=locked.email, said_by=said_by)
    return Ended(email=locked.email, sessions=len(sessions))
