"""Write side of recovery without mail: a reset link an admin hands over; must not open a district's data.

The link is made of the person's password hash and last sign-in, and of the membership of the admin who made it.
So it works once, for a day, and only

- while the person belongs to the issuing district and to no other: an admin can never open the way into another
  district by resetting the password of somebody who also works there;
- while the admin who made it may still manage the district: who was removed or given another role has seen the
  link, and must not come back with it as somebody else.
"""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.utils.http import base36_to_int, int_to_base36

from districts.access.permissions import Permission, can
from districts.errors import DomainError
from districts.mail import mail_password_reset
from districts.models import Membership, User
from districts.services.account_events import AccountEvent, district_ids_of, record_account_event
from districts.services.notices import leave_notice
from districts.services.people import NotFound
from districts.tenancy import current_district_id, user_scope

LINK_HOURS = 24


class NotYoursToReset(DomainError):
    """The account is not this district's alone."""

    status = 409


class ResetClosed(DomainError):
    """The reset link was used before, has expired, or never was one."""

    status = 410


class MayNotReset(DomainError):
    """Who asks for the link may not manage the district."""

    status = 403


class _Tokens(PasswordResetTokenGenerator):
    key_salt = "districts.services.recovery"

    def __init__(self, *, district_id: int, issuer: Membership) -> None:
        super().__init__()
        self.made_by = f"{district_id}:{issuer.pk}"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{self.made_by}:{super()._make_hash_value(user, timestamp)}"

    def check_token(self, user: User | None, token: str | None) -> bool:
        if not super().check_token(user, token) or not token:
            return False
        issued = base36_to_int(token.split("-")[0])
        return self._num_seconds(self._now()) - issued <= LINK_HOURS * 3600


def issue_reset_link(*, by: int, membership_id: UUID, now: datetime) -> str:
    """Return the secret part of a reset link for a person of the open district, and note it in the audit.

    Raises NotFound, MayNotReset, and NotYoursToReset when the account belongs to another district too.
    """
    with transaction.atomic():
        membership = Membership.objects.select_related("user").filter(pk=membership_id).first()
        if membership is None:
            raise NotFound("This district has no such person.")
        district_id = current_district_id()
        if district_ids_of(user_id=membership.user_id) != {district_id}:
            raise NotYoursToReset(
                "This account is not managed by your district alone, so its password can only be reset by its"
                " owner, with “Forgot your password?” on the sign-in page."
            )
        issuer = _admin(user_id=by, district_id=district_id)
        if issuer is None:
            raise MayNotReset("Only somebody who manages the district can make a reset link.")
        record_account_event(user_id=membership.user_id, event=AccountEvent.RESET_LINK_MADE, by=by, now=now)
        token = _Tokens(district_id=district_id, issuer=issuer).make_token(membership.user)
    return "-".join([*(int_to_base36(number) for number in (district_id, by, membership.user_id)), token])


def get_person_of_link(*, secret: str) -> User:
    """Return the person a reset link is for; raises ResetClosed."""
    with transaction.atomic():
        return _opened(secret)[0]


def reset_password(*, secret: str, password: str, now: datetime) -> User:
    """Set the password of the person a reset link is for, and tell them. Ends their sessions; works once; audited.

    Raises ResetClosed.
    """
    with transaction.atomic():
        person, issuer = _opened(secret)
        locked = User.objects.select_for_update().get(pk=person.pk)
        if locked.password != person.password:
            raise ResetClosed(CLOSED)
        locked.set_password(password)
        locked.save(update_fields=["password"])
        record_account_event(user_id=locked.pk, event=AccountEvent.PASSWORD_RESET_BY_LINK, by=None, now=now)
        if person.has_usable_password():  # else it is the first one: a new district's admin
            event, made_by = AccountEvent.PASSWORD_RESET_BY_LINK, issuer.get_full_name()
            leave_notice(user=locked, event=event, said_by=made_by, now=now)
            mail_password_reset(email=locked.email, made_by=made_by)
    return locked


def _opened(secret: str) -> tuple[User, User]:
    """Return the person a reset link is for and the admin who made it. Runs in a transaction."""
    try:
        *numbers, token = secret.split("-", 3)
        district_id, issuer_id, user_id = (base36_to_int(number) for number in numbers)
    except ValueError:
        raise ResetClosed(CLOSED) from None
    user = User.objects.filter(pk=user_id, is_active=True).first()
    issuer = _admin(user_id=issuer_id, district_id=district_id)
    if user is None or issuer is None:
        raise ResetClosed(CLOSED)
    if not _Tokens(district_id=district_id, issuer=issuer).check_token(user, token):
        raise ResetClosed(CLOSED)
    if district_ids_of(user_id=user_id) != {district_id}:
        raise ResetClosed(CLOSED)
    return user, issuer.user


def _admin(*, user_id: int, district_id: int) -> Membership | None:
    """Return the membership of somebody who manages a district, or None."""
    with user_scope(user_id):
        found: Membership | None = (
            Membership._base_manager.select_related("user")
            .filter(user_id=user_id, district_id=district_id, user__is_active=True)
            .first()
        )
    return found if found is not None and can(found.role, Permission.MANAGE_DISTRICT) else None


CLOSED = "This link cannot be used: it has expired, was used before, or was withdrawn. Ask an admin of your district for a new one."
