"""Write side of the audit of accounts: what happened to a person's way in; must not hold a secret.

An account is the person's, not a district's, so what happens to it is written once in the audit of every
district the person belongs to at that moment, each time as if that district were the only one:

- No district, slug or id of another district, and no count of them.
- No address of the computer, no browser, nothing of where the person went. The network a person signs in from
  can give away another employer; the person sees their own sessions, with addresses, under "Where you are
  signed in".
- That a shared account was used or changed is told to each: whoever opens the account opens each of them.
- A person who belongs to no district leaves no event: nobody has a claim to read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from districts.models import AuditEvent, Membership, User
from districts.tenancy import district_scope, set_local


class AccountEvent(StrEnum):
    """What can happen to an account."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    CODE_REFUSED = "code_refused"
    CONFIRMATION_FAILED = "confirmation_failed"
    PASSWORD_SET = "password_set"  # noqa: S105
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    PASSWORD_RESET_BY_MAIL = "password_reset_by_mail"  # noqa: S105
    PASSWORD_RESET_BY_LINK = "password_reset_by_link"  # noqa: S105
    RESET_LINK_MADE = "reset_link_made"
    SECOND_STEP_ON = "second_step_on"
    SECOND_STEP_OFF = "second_step_off"
    SECOND_STEP_ENDED = "second_step_ended"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    EMAIL_CHANGED = "email_changed"
    SESSIONS_ENDED = "sessions_ended"


def record_account_event(
    *,
    user_id: int,
    event: AccountEvent,
    by: int | None,
    now: datetime,
    details: Mapping[str, str | int] | None = None,
) -> int:
    """Write an event into the audit of each district a person belongs to; return how many that are.

    `by` is None when nobody was signed in. Within a district's scope the person may belong to that district
    alone, else CrossDistrictScope is raised. All or nothing.
    """
    with transaction.atomic():
        email = User.objects.values_list("email", flat=True).get(pk=user_id)
        districts = district_ids_of(user_id=user_id)
        for district_id in sorted(districts):
            with district_scope(district_id, actor_id=by):
                AuditEvent.objects.create(
                    at=now,
                    actor_id=by,
                    table_name=User._meta.db_table,
                    row_id=str(user_id),
                    action=AuditEvent.Action.UPDATE,
                    before=None,
                    after={"event": event.value, "email": email, **(details or {})},
                )
    return len(districts)


def district_ids_of(*, user_id: int) -> set[int]:
    """Return the districts a person belongs to. Runs in a transaction, in a district's scope or in none."""
    set_local("user_id", str(user_id))
    found = set(Membership._base_manager.filter(user_id=user_id).values_list("district_id", flat=True))
    set_local("user_id", "")
    return found
