"""Write side of people: invite, join, change a role, remove; must not render or read a request."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from districts.access.credentials import hash_secret, new_secret
from districts.access.permissions import Permission, Role, can
from districts.errors import DomainError
from districts.models import ApiKey, Invitation, Membership, User
from districts.ownership import get_ownership
from districts.tenancy import credential_scope, district_scope

INVITATION_DAYS = 14


class NotFound(DomainError):
    """The district has no such person or invitation."""

    status = 404


class AlreadyMember(DomainError):
    """The person invited already belongs to the district."""


class LastAdmin(DomainError):
    """The change would leave the district without an admin."""


class InvitationClosed(DomainError):
    """The invitation was used, revoked or has expired."""

    status = 410


class OtherPerson(DomainError):
    """Somebody else than the person invited is signed in."""

    status = 409


class AccountExists(DomainError):
    """The person invited has an account already and must sign in to it."""

    status = 409


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An invitation with its secret, which exists only in this moment."""

    invitation_id: UUID
    email: str
    role: str
    secret: str
    link: str
    expires_at: datetime


def invite_person(*, by: int, email: str, role: Role, now: datetime) -> Offer:
    """Offer a role to an email address; an open invitation of the same address is revoked.

    Raises AlreadyMember. Must run in the district's scope.
    """
    email = email.strip().lower()
    if Membership.objects.filter(user__email=email).exists():
        raise AlreadyMember(f"{email} already belongs to this district. Change the role on the page People.")
    secret = new_secret()
    with transaction.atomic():
        _open_invitations(now=now).filter(email=email).update(revoked_at=now)
        invitation = Invitation.objects.create(
            email=email,
            role=role,
            token_hash=hash_secret(secret),
            invited_by_id=by,
            expires_at=now + timedelta(days=INVITATION_DAYS),
        )
    return _offer(invitation, secret)


def renew_invitation(*, by: int, invitation_id: UUID, now: datetime) -> Offer:
    """Give an invitation that was not accepted a new link and new time; the old link stops working.

    Raises NotFound, InvitationClosed (accepted) and AlreadyMember.
    """
    with transaction.atomic():
        invitation = _locked_invitation(invitation_id)
        if invitation.accepted_at is not None:
            raise InvitationClosed("This invitation was accepted. There is nothing to renew.")
        if Membership.objects.filter(user__email=invitation.email).exists():
            raise AlreadyMember(f"{invitation.email} already belongs to this district.")
        secret = new_secret()
        invitation.token_hash = hash_secret(secret)
        invitation.invited_by_id = by
        invitation.revoked_at = None
        invitation.expires_at = now + timedelta(days=INVITATION_DAYS)
        invitation.save()
        invitation.refresh_from_db(fields=["link"])
    return _offer(invitation, secret)


def revoke_invitation(*, invitation_id: UUID, now: datetime) -> None:
    """Stop an invitation's link from working. Idempotent; raises NotFound and InvitationClosed."""
    with transaction.atomic():
        invitation = _locked_invitation(invitation_id)
        if invitation.accepted_at is not None:
            raise InvitationClosed("This invitation was accepted. Remove the person on the page People.")
        if invitation.revoked_at is None:
            invitation.revoked_at = now
            invitation.save(update_fields=["revoked_at"])


def accept_invitation(*, secret: str, user_id: int, now: datetime) -> str:
    """Make a person a member with the role they were offered; return the district's slug.

    Opens the invitation's district by its secret alone. Raises InvitationClosed and OtherPerson. A person who
    belongs to the district already keeps their role.
    """
    token_hash = hash_secret(secret)
    with credential_scope(token_hash):
        found: Any = Invitation._base_manager.filter(token_hash=token_hash).first()
        if found is None:
            raise InvitationClosed(CLOSED)
        cause = f"accepted the invitation of {found.invited_by.email} with link {found.link}"
        with district_scope(found.district_id, actor_id=user_id, cause=cause):
            invitation = Invitation.objects.select_for_update().get(pk=found.pk)
            if not is_open(invitation, now=now):
                raise InvitationClosed(CLOSED)
            user = User.objects.get(pk=user_id)
            if user.email.lower() != invitation.email.lower():
                raise OtherPerson(
                    f"This invitation is for {invitation.email}. Sign in as {invitation.email}."
                )
            Membership.objects.get_or_create(user=user, defaults={"role": invitation.role})
            invitation.accepted_at = now
            invitation.accepted_by = user
            invitation.save(update_fields=["accepted_at", "accepted_by"])
            slug: str = invitation.district.slug
    return slug


def create_account(*, secret: str, name: str, password: str, now: datetime) -> tuple[User, str]:
    """Make the account an invitation is for, and accept the invitation; return person and slug.

    Raises InvitationClosed and AccountExists. All or nothing; of two at once, one wins.
    """
    try:
        return _create_account(secret=secret, name=name, password=password, now=now)
    except IntegrityError:  # the account was made in the same moment
        raise InvitationClosed(CLOSED) from None


def _create_account(*, secret: str, name: str, password: str, now: datetime) -> tuple[User, str]:
    token_hash = hash_secret(secret)
    with credential_scope(token_hash):
        invitation = Invitation._base_manager.filter(token_hash=token_hash).first()
        if invitation is None or not is_open(invitation, now=now):
            raise InvitationClosed(CLOSED)
        if User.objects.filter(email=invitation.email).exists():
            raise AccountExists(f"{invitation.email} has an account. Sign in to accept the invitation.")
        user = User.objects.create_user(email=invitation.email, password=password, name=name)
        slug = accept_invitation(secret=secret, user_id=user.pk, now=now)
    return user, slug


def change_role(*, membership_id: UUID, role: Role, now: datetime) -> None:
    """Give a person another role. Raises NotFound and LastAdmin.

    Somebody who may no longer manage the district loses the API keys and open invitations they made: they
    have seen those secrets.
    """
    with transaction.atomic():
        membership = _locked_membership(membership_id)
        if membership.role == role:
            return
        _keep_an_admin(membership)
        loses_keys = can(membership.role, Permission.MANAGE_DISTRICT)
        membership.role = role
        membership.save(update_fields=["role"])
        if loses_keys and not can(role, Permission.MANAGE_DISTRICT):
            _withdraw_secrets(user_id=membership.user_id, now=now)


def remove_person(*, membership_id: UUID, now: datetime, new_owner_id: int | None = None) -> None:
    """Take a person out of the district, with the keys and invitations they made.

    What they own goes to `new_owner_id`, a person of this district, or to nobody yet. The account itself
    stays: it may belong to other districts. Raises NotFound and LastAdmin.
    """
    with transaction.atomic():
        membership = _locked_membership(membership_id)
        _keep_an_admin(membership)
        heirs = Membership.objects.exclude(pk=membership_id).filter(user_id=new_owner_id)
        if new_owner_id is not None and not heirs.exists():
            raise NotFound("The new owner does not belong to this district.")
        get_ownership().hand_over(user_id=membership.user_id, to=new_owner_id)
        _withdraw_secrets(user_id=membership.user_id, now=now)
        membership.delete()


CLOSED = (
    "This invitation cannot be used: it has expired, was revoked, or was used before."
    " Ask the person who invited you for a new link."
)


def is_open(invitation: Invitation, *, now: datetime) -> bool:
    """Answer whether an invitation can still be accepted."""
    return invitation.accepted_at is None and invitation.revoked_at is None and invitation.expires_at > now


def _offer(invitation: Invitation, secret: str) -> Offer:
    return Offer(
        invitation_id=invitation.pk,
        email=invitation.email,
        role=invitation.role,
        secret=secret,
        link=invitation.link,
        expires_at=invitation.expires_at,
    )


def _open_invitations(*, now: datetime) -> "QuerySet[Invitation]":
    found: QuerySet[Invitation] = Invitation.objects.filter(
        accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now
    )
    return found


def _locked_invitation(invitation_id: UUID) -> Invitation:
    invitation: Invitation | None = Invitation.objects.select_for_update().filter(pk=invitation_id).first()
    if invitation is None:
        raise NotFound("This district has no such invitation.")
    return invitation


def _locked_membership(membership_id: UUID) -> Membership:
    """Return a membership, with every admin's row locked in one order: two demotions wait for each other."""
    rows = {
        row.pk: row
        for row in Membership.objects.select_for_update().filter(role=Role.DISTRICT_ADMIN).order_by("pk")
    }
    membership: Membership | None = rows.get(membership_id)
    if membership is None:
        membership = Membership.objects.select_for_update().filter(pk=membership_id).first()
    if membership is None:
        raise NotFound("This district has no such person.")
    return membership


def _keep_an_admin(membership: Membership) -> None:
    if membership.role != Role.DISTRICT_ADMIN:
        return
    if not Membership.objects.filter(role=Role.DISTRICT_ADMIN).exclude(pk=membership.pk).exists():
        raise LastAdmin(
            "This is the only district admin. Make somebody else a district admin first, then try again."
        )


def _withdraw_secrets(*, user_id: int, now: datetime) -> None:
    ApiKey.objects.filter(created_by_id=user_id, revoked_at__isnull=True).update(revoked_at=now)
    _open_invitations(now=now).filter(invited_by_id=user_id).update(revoked_at=now)
