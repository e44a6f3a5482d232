"""Whose way back an admin may open: the rule of reset links and second steps alike; must not write.

Who opens the way into an account can act as that person. So an admin does it only for somebody

- who is somebody else, and belongs to the admin's district and to no other;
- who is no district admin, and was none in the last days: else one admin could take another's account, in one
  step or by taking away the role first, and the audit would name the wrong one.

For everybody else there are their own mail and the operator of SRM.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from districts.access.permissions import Role
from districts.models import AuditEvent, Membership, User
from districts.services.account_events import district_ids_of
from districts.tenancy import current_district_id

DAYS_AFTER_ADMIN = 30


def why_not_to_open(*, by: int, user: User, now: datetime) -> str:
    """Say why an admin of the open district may not open the way into an account; empty when they may."""
    name = user.get_full_name()
    if by == user.pk:
        return "This is your own account."
    if district_ids_of(user_id=user.pk) != {current_district_id()}:
        return "This account is not managed by your district alone."
    if Membership.objects.filter(user=user, role=Role.DISTRICT_ADMIN).exists():
        return f"{name} is a district admin. No admin opens the account of another."
    if _was_admin(user_id=user.pk, now=now):
        return (
            f"{name} was a district admin less than {DAYS_AFTER_ADMIN} days ago."
            " No admin opens the account of another."
        )
    return ""


def _was_admin(*, user_id: int, now: datetime) -> bool:
    """Answer from the audit of the open district, which nobody at run time can change."""
    lost = AuditEvent.objects.filter(
        table_name=Membership._meta.db_table,
        at__gt=now - timedelta(days=DAYS_AFTER_ADMIN),
        before__user_id=user_id,
        before__role=Role.DISTRICT_ADMIN.value,
    )
    return bool(lost.exists())
