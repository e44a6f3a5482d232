"""Write side of recovery without mail: a reset link that is handed over; must not open a district's data.

The link is made of the person's password hash and last sign-in, and of who made it. So it works once, for a day.
That of an admin works only

- while the account is one whose way back an admin may open, see `whose_account`;
- while the admin who made it may still manage the district: who was removed or given another role has seen the
  link, and must not come back with it as somebody else.

That of the operator of SRM names no district and works for every account.
"""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.utils import timezone
from django.utils.http import base36_to_int, int_to_base36

from districts.access.permissions import Permission, can
from districts.errors import DomainError, Obstacle
from districts.mail import mail_is_configured, mail_password_reset
from districts.models import Membership, User
from districts.services.account_events import AccountEvent, record_account_event
from districts.services.notices import leave_notice
from districts.services.people import NotFound
from districts.services.whose_account import why_not_to_open
from districts.tenancy import current_district_id, district_scope, user_scope

LINK_HOURS = 24
OPERATOR = 0  # stands for district and maker in a link of the operator
OPERATOR_NAME = "the operator of SRM"


class NotYoursToReset(Obstacle):
    """No admin of one district may make a reset link for the account."""


class ResetClosed(DomainError):
    """The reset link was used before, has expired, or never was one."""

    status = 410


class MayNotReset(DomainError):
    """Who asks for the link may not manage the district."""

    status = 403


class _Tokens(PasswordResetTokenGenerator):
    key_salt = "districts.services.recovery"

    def __init__(self, *, issuer: Membership | None) -> None:
        super().__init__()
        self.made_by = f"{issuer.district_id}:{issuer.pk}" if issuer else "operator"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{self.made_by}:{super()._make_hash_value(user, timestamp)}"

    def check_token(self, user: User | None, token: str | None) -> bool:
        if not super().check_token(user, token) or not token:
            return False
        issued = base36_to_int(token.split("-")[0])
        return self._num_seconds(self._now()) - issued <= LINK_HOURS * 3600


def issue_reset_link(*, by: int, membership_id: UUID, now: datetime) -> str:
    """Return the secret part of a reset link for a person of the open district, and note it in the audit.

    Raises NotFound, MayNotReset, and NotYoursToReset where no admin of one district may make one.
    """
    with transaction.atomic():
        membership = Membership.objects.select_related("user").filter(pk=membership_id).first()
        if membership is None:
            raise NotFound("This district has no such person.")
        require_resettable(by=by, user=membership.user, now=now)
        district_id = current_district_id()
        issuer = _admin(user_id=by, district_id=district_id)
        if issuer is None:
            raise MayNotReset("Only somebody who manages the district can make a reset link.")
        record_account_event(user_id=membership.user_id, event=AccountEvent.RESET_LINK_MADE, by=by, now=now)
        token = _Tokens(issuer=issuer).make_token(membership.user)
    return _secret(district_id, by, membership.user_id, token)


def issue_reset_link_as_operator(*, email: str, now: datetime) -> str:
    """Return the secret part of a reset link for any open account; for the command line. Raises NotFound."""
    with transaction.atomic():
        user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
        if user is None:
            raise NotFound(f"No open account has the address {email}.")
        record_account_event(user_id=user.pk, event=AccountEvent.RESET_LINK_MADE, by=None, now=now)
        return _secret(OPERATOR, OPERATOR, user.pk, _Tokens(issuer=None).make_token(user))


def require_resettable(*, by: int, user: User, now: datetime) -> None:
    """Raise NotYoursToReset, with the way that is left, unless an admin may make a link for the account."""
    why = why_not_to_open(by=by, user=user, now=now)
    if not why:
        return
    if by == user.pk:
        raise NotYoursToReset(why, "Change your password under “Password”, in the menu of your account.")
    mailed = "with “Forgot your password?” on the sign-in page, or " if mail_is_configured() else ""
    raise NotYoursToReset(
        why,
        f"{user.get_full_name()} sets a new password {mailed}with a link from whoever operates SRM:"
        f" manage.py make_reset_link {user.email}",
    )


def _secret(district_id: int, by: int, user_id: int, token: str) -> str:
    return "-".join([*(int_to_base36(number) for number in (district_id, by, user_id)), token])


def get_person_of_link(*, secret: str) -> User:
    """Return the person a reset link is for; raises ResetClosed."""
    with transaction.atomic():
        person, _ = _opened(secret)
    return person


def reset_password(*, secret: str, password: str, now: datetime) -> User:
    """Set the password of the person a reset link is for, and tell them. Ends their sessions; works once; audited.

    Raises ResetClosed.
    """
    with transaction.atomic():
        person, made_by = _opened(secret)
        locked = User.objects.select_for_update().get(pk=person.pk)
        if locked.password != person.password:
            raise ResetClosed(CLOSED)
        locked.set_password(password)
        locked.save(update_fields=["password"])
        record_account_event(user_id=locked.pk, event=AccountEvent.PASSWORD_RESET_BY_LINK, by=None, now=now)
        if person.has_usable_password():  # else it is the first one: a new district's admin
            event = AccountEvent.PASSWORD_RESET_BY_LINK
            leave_notice(user=locked, event=event, said_by=made_by, now=now)
            mail_password_reset(email=locked.email, made_by=made_by)
    return locked


def _opened(secret: str) -> tuple[User, str]:
    """Return the person a reset link is for and the name of who made it. Runs in a transaction."""
    try:
        *numbers, token = secret.split("-", 3)
        district_id, issuer_id, user_id = (base36_to_int(number) for number in numbers)
    except ValueError:
        raise ResetClosed(CLOSED) from None
    is_operators = district_id == issuer_id == OPERATOR
    user = User.objects.filter(pk=user_id, is_active=True).first()
    issuer = None if is_operators else _admin(user_id=issuer_id, district_id=district_id)
    if user is None or (issuer is None and not is_operators):
        raise ResetClosed(CLOSED)
    if not _Tokens(issuer=issuer).check_token(user, token):
        raise ResetClosed(CLOSED)
    if issuer is None:
        return user, OPERATOR_NAME
    with district_scope(district_id):
        if why_not_to_open(by=issuer.user_id, user=user, now=timezone.now()):
            raise ResetClosed(CLOSED)
    return user, issuer.user.get_full_name()


def _admin(*, user_id: int, district_id: int) -> Membership | None:
    """Return the membership of somebody who manages a district, or None."""
    with user_scope(user_id):
        found: Membership | None = (
            Membership._base_manager.select_related("user")
            .filter(user_id=user_id, district_id=district_id, user__is_active=True)
            .first()
        )
    return found if found is not None and can(found.role, Permission.MANAGE_DISTRICT) else None


CLOSED = "This link cannot be used: it has expired, was used before, or was withdrawn. Ask whoever gave it to you for a new one."
