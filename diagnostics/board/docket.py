"""What the board has to decide, what is coming up, and what it decided, in words; must not query.

Initiative level only: no school, no view of a department, nothing that was withdrawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from diagnostics.reviews.selectors import DUE, NOBODY, DecisionRow, ReviewRow
from districts import formatting

TAKEN_WITHIN = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Docket:
    """Recommendations that wait for the board, reviews due soon or overdue, and decisions of the last year."""

    waiting: tuple[DecisionRow, ...]
    due: tuple[ReviewRow, ...]
    taken: tuple[DecisionRow, ...]

    @property
    def answer(self) -> str:
        """Say in one sentence what waits, what is due and what was decided."""
        waiting, due, taken = len(self.waiting), len(self.due), len(self.taken)
        parts = (
            f"{_count(waiting, 'recommendation')} {'waits' if waiting == 1 else 'wait'} for the board",
            f"{_count(due, 'review')} {'is' if due == 1 else 'are'} due within 90 days",
            f"{_count(taken, 'decision')} {'was' if taken == 1 else 'were'} taken in the last twelve months",
        )
        text = "; ".join(parts)
        return f"{text[:1].upper()}{text[1:]}."


def list_docket(*, decisions: Sequence[DecisionRow], reviews: Sequence[ReviewRow], today: date) -> Docket:
    """Return what concerns the board of decisions (the newest first) and reviews."""
    taken = [one for one in decisions if one.board_on and one.board_on >= today - TAKEN_WITHIN]
    return Docket(
        waiting=tuple(one for one in reversed(decisions) if one.is_open),
        due=tuple(one for one in reviews if one.state == DUE),
        taken=tuple(sorted(taken, key=lambda one: one.board_on or today, reverse=True)),
    )


def move_words(decision: DecisionRow) -> str:
    """Say which dollars a decision moves, each move in words."""
    if not decision.moves:
        return "It moves no dollars."
    moves = "; ".join(
        f"{formatting.dollars_exact(one.amount)} of {f'{one.source} {one.source_title}'.strip()}"
        f" from {_place(one.from_name)} to {_place(one.to_name)}"
        for one in decision.moves
    )
    verb = "It would have moved" if decision.board_action == "rejected" else "It moves"
    return f"{verb} {moves}, in the {decision.moves[0].budget}."


def _place(name: str) -> str:
    return "what is not allocated" if name == NOBODY else name


def _count(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"
