"""Events of accounts in plain words, for the audit; must not query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from districts.services.account_events import AccountEvent

_ANYBODY = "somebody not signed in"


@dataclass(frozen=True, kw_only=True)
class AccountWords:
    """How an event is said: "Ann changed the password of ann@x", and by whom where nobody was signed in."""

    action: str
    thing: str = "account"
    nobody: str = _ANYBODY


WORDS: dict[AccountEvent, AccountWords] = {
    AccountEvent.SIGNED_IN: AccountWords(action="signed in to"),
    AccountEvent.SIGN_IN_FAILED: AccountWords(action="failed to sign in to"),
    AccountEvent.CODE_REFUSED: AccountWords(
        action="gave a wrong code for", thing="second step", nobody="somebody who knew the password"
    ),
    AccountEvent.CONFIRMATION_FAILED: AccountWords(action="gave a wrong password or code while signed in to"),
    AccountEvent.PASSWORD_SET: AccountWords(action="set", thing="password"),
    AccountEvent.PASSWORD_CHANGED: AccountWords(action="changed", thing="password"),
    AccountEvent.PASSWORD_RESET_BY_MAIL: AccountWords(
        action="reset", thing="password", nobody="somebody with the mailed link"
    ),
    AccountEvent.PASSWORD_RESET_BY_LINK: AccountWords(
        action="reset", thing="password", nobody="somebody with a reset link"
    ),
    AccountEvent.RESET_LINK_MADE: AccountWords(
        action="made a reset link for", thing="password", nobody="the operator of SRM"
    ),
    AccountEvent.SECOND_STEP_ON: AccountWords(action="turned on", thing="two-step sign-in"),
    AccountEvent.SECOND_STEP_OFF: AccountWords(action="turned off", thing="two-step sign-in"),
    AccountEvent.SECOND_STEP_ENDED: AccountWords(
        action="reset", thing="second step", nobody="the operator of SRM"
    ),
    AccountEvent.RECOVERY_CODES_MADE: AccountWords(action="made", thing="recovery codes"),
    AccountEvent.RECOVERY_CODE_USED: AccountWords(action="used", thing="recovery code"),
    AccountEvent.EMAIL_CHANGED: AccountWords(action="changed", thing="email"),
    AccountEvent.SESSIONS_ENDED: AccountWords(action="ended", thing="other sessions"),
}


def words_of(row: Mapping[str, Any] | None) -> AccountWords | None:
    """Return how the event of a row is said, or None where the row is of no such event."""
    try:
        return WORDS[AccountEvent((row or {}).get("event", ""))]
    except ValueError:
        return None


def events_said_as(*, text: str) -> list[str]:
    """Return the events whose words hold a text, whatever its case."""
    wanted = text.casefold()
    return [
        event.value
        for event, words in WORDS.items()
        if wanted in f"{words.action} {words.thing}".casefold() or wanted in words.nobody.casefold()
    ]
