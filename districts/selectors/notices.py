"""Read side of what a person is told of their own way in; must not query."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from districts.models import User
from districts.services.account_events import AccountEvent

TOLD_AGAIN = timedelta(days=90)
_WORDS = {
    AccountEvent.SECOND_STEP_ENDED: "the second step of your sign-in was ended by {by}",
    AccountEvent.PASSWORD_RESET_BY_LINK: "your password was set with a link that {by} made",
}


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing that somebody else did, and whether somebody said that they know it."""

    at: datetime
    text: str
    is_acknowledged: bool


def has_open_notices(user: User) -> bool:
    """Answer whether a person was not told something yet, or did not say that they know it."""
    return len(user.notices) > user.notices_seen


def list_notices(user: User, *, now: datetime) -> tuple[Notice, ...]:
    """Return the open notices and those of the last 90 days, oldest first."""
    told = [
        Notice(
            at=datetime.fromisoformat(one["at"]),
            text=_WORDS[AccountEvent(one["event"])].format(by=one["by"]),
            is_acknowledged=number < user.notices_seen,
        )
        for number, one in enumerate(user.notices)
    ]
    return tuple(one for one in told if not one.is_acknowledged or now - one.at <= TOLD_AGAIN)
