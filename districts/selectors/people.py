"""Read side of people: who belongs to the district, who is invited, which districts a person has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from django.db.models import Q
from django.utils import timezone

from districts.access.credentials import hash_secret
from districts.access.permissions import Role
from districts.errors import Obstacle
from districts.models import ApiKey, Invitation, Membership, User
from districts.services.people import is_open
from districts.services.recovery import require_resettable
from districts.services.second_step import require_endable
from districts.tenancy import credential_scope, user_scope


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person of the open district."""

    membership_id: UUID
    user_id: int
    name: str
    email: str
    role: str
    role_label: str
    since: datetime
    is_only_admin: bool
    has_second_step: bool
    joined_by: str


@dataclass(frozen=True, kw_only=True)
class Invited:
    """An invitation, and what has become of it in words."""

    invitation_id: UUID
    email: str
    role_label: str
    invited_by: str
    created_at: datetime
    expires_at: datetime
    link: str
    accepted: str
    state: str
    is_open: bool
    is_accepted: bool


@dataclass(frozen=True, kw_only=True)
class OpenInvitation:
    """What the holder of an invitation's link may know of it."""

    email: str
    role_label: str
    district_name: str
    invited_by: str
    inviter_email: str
    invited_on: date
    works_until: date
    link: str
    has_account: bool


@dataclass(frozen=True, kw_only=True)
class OwnDistrict:
    """A district a person belongs to."""

    name: str
    slug: str
    role: str
    role_label: str


@dataclass(frozen=True, kw_only=True)
class SecretsMade:
    """What stops working when a person leaves."""

    keys: tuple[str, ...]
    invitations: tuple[str, ...]


def list_people(*, text: str = "", role: str = "") -> tuple[Person, ...]:
    """Return the people of the open district by name, those who match. Four queries."""
    rows = Membership.objects.select_related("user")
    if text:
        rows = rows.filter(Q(user__name__icontains=text) | Q(user__email__icontains=text))
    if role:
        rows = rows.filter(role=role)
    admins = Membership.objects.filter(role=Role.DISTRICT_ADMIN).count()
    steps = _with_second_step(rows)
    joined = _accepted_invitations(rows)
    people = [_person(row, admins=admins, steps=steps, joined=joined) for row in rows]
    return tuple(sorted(people, key=lambda p: (p.name.casefold(), p.email)))


def get_person(*, membership_id: UUID) -> Person | None:
    """Return one person of the open district, or None."""
    row = Membership.objects.select_related("user").filter(pk=membership_id).first()
    if row is None:
        return None
    admins = Membership.objects.filter(role=Role.DISTRICT_ADMIN).count()
    return _person(row, admins=admins, steps=_with_second_step([row]), joined=_accepted_invitations([row]))


def reset_obstacle(*, by: int, person: Person, now: datetime) -> tuple[str, str]:
    """Say why an admin may not make a reset link for a person, and the way left; empty when nothing is in the way."""
    try:
        require_resettable(by=by, user=User.objects.get(pk=person.user_id), now=now)
    except Obstacle as error:
        return error.why, error.way
    return "", ""


def second_step_obstacle(*, by: int, person: Person, now: datetime) -> tuple[str, str]:
    """Say why an admin may not end a person's second step, and the way left; empty when nothing is in the way."""
    if not person.has_second_step:
        return f"{person.name} signs in without a second step. There is none to end.", ""
    try:
        require_endable(by=by, user=User.objects.get(pk=person.user_id), now=now)
    except Obstacle as error:
        return error.why, error.way
    return "", ""


def get_secrets_made(*, user_id: int, now: datetime) -> SecretsMade:
    """Return the working keys and open invitations that a person made in the open district."""
    keys = ApiKey.objects.filter(created_by_id=user_id, revoked_at__isnull=True)
    invitations = Invitation.objects.filter(
        invited_by_id=user_id, accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now
    )
    return SecretsMade(
        keys=tuple(keys.order_by("name").values_list("name", flat=True)),
        invitations=tuple(invitations.order_by("email").values_list("email", flat=True)),
    )


def list_invitations(*, now: datetime) -> tuple[Invited, ...]:
    """Return every invitation of the open district, newest first. One query."""
    rows = Invitation.objects.select_related("invited_by", "accepted_by").order_by("-created_at")
    return tuple(
        Invited(
            invitation_id=row.pk,
            email=row.email,
            role_label=Role(row.role).label,
            invited_by=row.invited_by.get_full_name(),
            created_at=timezone.localtime(row.created_at),
            expires_at=timezone.localtime(row.expires_at),
            link=row.link,
            accepted=_accepted(row),
            state=_state(row, now=now),
            is_open=is_open(row, now=now),
            is_accepted=row.accepted_at is not None,
        )
        for row in rows
    )


def get_invitation(*, invitation_id: UUID, now: datetime) -> Invited | None:
    """Return one invitation of the open district, or None."""
    return next((i for i in list_invitations(now=now) if i.invitation_id == invitation_id), None)


def get_open_invitation(*, secret: str, now: datetime) -> OpenInvitation | None:
    """Return the invitation a link's secret opens, or None when it is not open. Needs no scope."""
    token_hash = hash_secret(secret)
    with credential_scope(token_hash):
        row = (
            Invitation._base_manager.select_related("district", "invited_by")
            .filter(token_hash=token_hash)
            .first()
        )
    if row is None or not is_open(row, now=now):
        return None
    zone = ZoneInfo(row.district.time_zone)
    return OpenInvitation(
        email=row.email,
        role_label=Role(row.role).label,
        district_name=row.district.name,
        invited_by=row.invited_by.get_full_name(),
        inviter_email=row.invited_by.email,
        invited_on=timezone.localtime(row.created_at, zone).date(),
        works_until=timezone.localtime(row.expires_at, zone).date(),
        link=row.link,
        has_account=User.objects.filter(email=row.email).exists(),
    )


def list_own_districts(*, user_id: int) -> tuple[OwnDistrict, ...]:
    """Return the districts a person belongs to, by name. Needs no scope; one query."""
    with user_scope(user_id):
        rows = list(
            Membership._base_manager.filter(user_id=user_id)
            .select_related("district")
            .order_by("district__name")
        )
    return tuple(
        OwnDistrict(
            name=row.district.name,
            slug=row.district.slug,
            role=row.role,
            role_label=Role(row.role).label,
        )
        for row in rows
    )


def _with_second_step(rows: Iterable[Membership]) -> set[int]:
    """Return the ids of those who have a second step."""
    ids = [row.user_id for row in rows]
    found = Authenticator.objects.filter(user_id__in=ids, type=Authenticator.Type.TOTP)
    return set(found.values_list("user_id", flat=True))


def _accepted_invitations(rows: Iterable[Membership]) -> dict[int, Invitation]:
    """Return the newest invitation that each person accepted in the open district.

    Who accepted is kept since a later release; before, only the person of the invitation's address could.
    """
    ids = {row.user.email.lower(): row.user_id for row in rows}
    found = Invitation.objects.select_related("invited_by").filter(
        Q(accepted_by_id__in=ids.values()) | Q(accepted_by=None, accepted_at__isnull=False, email__in=ids)
    )
    return {row.accepted_by_id or ids[row.email]: row for row in found.order_by("accepted_at")}


def _joined_by(row: Invitation | None) -> str:
    if row is None or row.accepted_at is None:
        return "no invitation recorded"
    accepted = timezone.localtime(row.accepted_at)
    return f"invited by {row.invited_by.get_full_name()}, accepted {accepted:%Y-%m-%d %H:%M} with link {row.link}"


def _person(row: Membership, *, admins: int, steps: set[int], joined: dict[int, Invitation]) -> Person:
    user = row.user
    return Person(
        membership_id=row.pk,
        user_id=user.pk,
        name=user.get_full_name(),
        email=user.email,
        role=row.role,
        role_label=Role(row.role).label,
        since=timezone.localtime(row.created_at),
        is_only_admin=row.role == Role.DISTRICT_ADMIN and admins == 1,
        has_second_step=user.pk in steps,
        joined_by=_joined_by(joined.get(user.pk)),
    )


def _accepted(row: Invitation) -> str:
    if row.accepted_at is None:
        return ""
    by = f" by {row.accepted_by.get_full_name()}" if row.accepted_by else ""
    return f"{timezone.localtime(row.accepted_at):%Y-%m-%d %H:%M}{by}"


def _state(row: Invitation, *, now: datetime) -> str:
    if row.accepted_at is not None:
        return "accepted"
    if row.revoked_at is not None:
        return "revoked"
    return "open" if row.expires_at > now else "expired"
