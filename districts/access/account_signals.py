"""The sign-in library's signals, each tied to one event of the audit; must not write anything else.

The library tells of changes by signal only. This is the whole list; our own code sends and receives none.
"""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils import timezone

from districts.models import User
from districts.services.account_events import AccountEvent, record_account_event


def connect() -> None:
    """Tie every signal to its function, once."""
    for signal, receiver in (
        (account.user_logged_in, _signed_in),
        (account.password_set, _password_set),
        (account.password_changed, _password_changed),
        (account.password_reset, _password_reset),
        (account.email_changed, _email_changed),
        (mfa.authenticator_added, _authenticator_added),
        (mfa.authenticator_removed, _authenticator_removed),
        (mfa.authenticator_reset, _authenticator_reset),
        (mfa.authenticator_used, _authenticator_used),
        (mfa.authentication_failed, _code_refused),
    ):
        signal.connect(receiver, dispatch_uid=receiver.__name__)


def _signed_in(*, request: HttpRequest, user: User, **_: Any) -> None:
    methods = {record["method"] for record in get_authentication_records(request, user)}
    details = {"second_step": "given"} if "mfa" in methods else {}
    _own(user, AccountEvent.SIGNED_IN, **details)


def _password_set(*, user: User, **_: Any) -> None:
    _own(user, AccountEvent.PASSWORD_SET)


def _password_changed(*, user: User, **_: Any) -> None:
    _own(user, AccountEvent.PASSWORD_CHANGED)


def _password_reset(*, user: User, **_: Any) -> None:
    record_account_event(
        user_id=user.pk, event=AccountEvent.PASSWORD_RESET_BY_MAIL, by=None, now=timezone.now()
    )


def _email_changed(*, user: User, from_email_address: Any, to_email_address: Any, **_: Any) -> None:
    before = from_email_address.email if from_email_address else ""
    _own(user, AccountEvent.EMAIL_CHANGED, email_before=before, email=to_email_address.email)


def _authenticator_added(*, user: User, authenticator: Authenticator, **_: Any) -> None:
    _own(user, _MADE[authenticator.type])


def _authenticator_removed(*, user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:  # they go with the app, and need no line
        _own(user, AccountEvent.SECOND_STEP_OFF)


def _authenticator_reset(*, user: User, **_: Any) -> None:
    _own(user, AccountEvent.RECOVERY_CODES_MADE)


def _authenticator_used(*, user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        authenticator.refresh_from_db()
        left = len(authenticator.wrap().get_unused_codes())
        _own(user, AccountEvent.RECOVERY_CODE_USED, codes_left=left)


def _code_refused(*, user: User, reauthentication: bool = False, **_: Any) -> None:
    event = AccountEvent.CONFIRMATION_FAILED if reauthentication else AccountEvent.CODE_REFUSED
    by = user.pk if reauthentication else None
    record_account_event(user_id=user.pk, event=event, by=by, now=timezone.now())


_MADE = {
    Authenticator.Type.TOTP: AccountEvent.SECOND_STEP_ON,
    Authenticator.Type.RECOVERY_CODES: AccountEvent.RECOVERY_CODES_MADE,
}


def _own(user: User, event: AccountEvent, **details: str | int) -> None:
    record_account_event(user_id=user.pk, event=event, by=user.pk, now=timezone.now(), details=details)
