"""Write side of recovery without mail: a reset link an admin hands over; must not open a district's data.

The link is made of the person's password hash, last sign-in and memberships, so it works once, for a day, and
only while the person belongs to the issuing district and to no other: an admin can never open the way into
another district by resetting the password of somebody who also works there.
"""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.utils.http import base36_to_int, int_to_base36

from districts.errors import DomainError
from districts.models import Membership, User
from districts.services.account_events import AccountEvent, district_ids_of, record_account_event
from districts.services.people import NotFound
from districts.tenancy import current_district_id

LINK_HOURS = 24


class NotYoursToReset(DomainError):
    """The account is not this district's alone."""

    status = 409


class ResetClosed(DomainError):
    """The reset link was used before, has expired, or never was one."""

    status = 410


class _Tokens(PasswordResetTokenGenerator):
    key_salt = "districts.services.recovery"

    def __init__(self, district_id: int) -> None:
        super().__init__()
        self.district_id = district_id

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{self.district_id}:{super()._make_hash_value(user, timestamp)}"

    def check_token(self, user: User | None, token: str | None) -> bool:
        if not super().check_token(user, token) or not token:
            return False
        issued = base36_to_int(token.split("-")[0])
        return self._num_seconds(self._now()) - issued <= LINK_HOURS * 3600


def issue_reset_link(*, by: int, membership_id: UUID, now: datetime) -> str:
    """Return the secret part of a reset link for a person of the open district, and note it in the audit.

    Raises NotFound, and NotYoursToReset when the account belongs to another district too.
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
        record_account_event(user_id=membership.user_id, event=AccountEvent.RESET_LINK_MADE, by=by, now=now)
        token = _Tokens(district_id).make_token(membership.user)
    return f"{int_to_base36(district_id)}-{int_to_base36(membership.user_id)}-{token}"


def get_person_of_link(*, secret: str) -> User:
    """Return the person a reset link is for; raises ResetClosed."""
    try:
        district, person, token = secret.split("-", 2)
        district_id, user_id = base36_to_int(district), base36_to_int(person)
    except ValueError:
        raise ResetClosed(CLOSED) from None
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not _Tokens(district_id).check_token(user, token):
        raise ResetClosed(CLOSED)
    with transaction.atomic():
        if district_ids_of(user_id=user_id) != {district_id}:
            raise ResetClosed(CLOSED)
    return user


def reset_password(*, secret: str, password: str, now: datetime) -> User:
    """Set the password of the person a reset link is for. Ends their sessions; works once; audited.

    Raises ResetClosed.
    """
    with transaction.atomic():
        person = get_person_of_link(secret=secret)
        locked = User.objects.select_for_update().get(pk=person.pk)
        if locked.password != person.password:
            raise ResetClosed(CLOSED)
        locked.set_password(password)
        locked.save(update_fields=["password"])
        record_account_event(user_id=locked.pk, event=AccountEvent.PASSWORD_RESET_BY_LINK, by=None, now=now)
    return locked


CLOSED = "This link cannot be used: it has expired or was used before. Ask an admin of your district for a new one."
