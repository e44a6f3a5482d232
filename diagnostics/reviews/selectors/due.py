"""Which initiatives are due for review, and which have been decided; must not write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from diagnostics.home.selectors.initiatives import InitiativeLine, list_initiative_lines
from diagnostics.models import Decision
from diagnostics.reviews.selectors.decisions import DecisionRow, list_decisions

DUE_WITHIN = timedelta(days=90)
DUE, UPCOMING, DECIDED = "Due", "Upcoming", "Decided"


@dataclass(frozen=True, kw_only=True)
class ReviewRow:
    """One initiative's next review. decision: the last recommendation that stands, made for this very review."""

    line: InitiativeLine
    state: str
    is_overdue: bool
    decision: DecisionRow | None


def list_reviews(*, today: date) -> tuple[ReviewRow, ...]:
    """Return the reviews of initiatives in use that can be decided, by day. Two queries."""
    return sort_reviews(lines=list_initiative_lines(), decisions=list_decisions(), today=today)


def sort_reviews(
    *, lines: Sequence[InitiativeLine], decisions: Sequence[DecisionRow], today: date
) -> tuple[ReviewRow, ...]:
    """Say of each initiative whether its review is due (90 days ahead or past), upcoming or decided.

    decisions: the newest first. Decided is a review for which a recommendation stands that the board has
    not rejected; once the board adopts one with a next review, that review is the one that counts.
    """
    stands = find_standing(decisions)
    rows = []
    for line in lines:
        if not line.is_judged:
            continue
        decision = stands.get((line.id, "")) or stands.get((line.id, line.review_on.isoformat()))
        is_due = line.review_on <= today + DUE_WITHIN
        state = DECIDED if decision else DUE if is_due else UPCOMING
        rows.append(
            ReviewRow(
                line=line,
                state=state,
                is_overdue=state == DUE and line.review_on < today,
                decision=decision,
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.line.review_on, row.line.name)))


def find_standing(decisions: Sequence[DecisionRow]) -> Mapping[tuple[UUID, str], DecisionRow]:
    """Return what stands by initiative and the review day it was made for; what waits for the board under no day."""
    stands: dict[tuple[UUID, str], DecisionRow] = {}
    for one in decisions:
        if one.is_open or one.board_action == Decision.BoardAction.ADOPTED:
            stands.setdefault((one.initiative_id, "" if one.is_open else one.reviewed_on), one)
    return stands
