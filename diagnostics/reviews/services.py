"""Write side of reviews: recommend, withdraw, record what the board did. Atomic, audited; dollars move along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from diagnostics.models import Decision, Reallocation
from diagnostics.reviews.evidence import Evidence, hash_of, stamp_of, to_json
from diagnostics.reviews.selectors import gather_evidence
from diagnostics.reviews.selectors.obstacles import find_obstacle
from districts import formatting
from districts.errors import DomainError
from districts.models import Filing
from districts.tenancy import current_district_id
from investments.models import AmountKind
from investments.recompute import LEDGER_FAMILY
from investments.services import AllocationRefused, NotThere
from investments.services.allocation_moves import Move, holds_enough, move_allocations
from investments.services.allocations import lock_budget
from strategy.models import Initiative
from strategy.services.reviews import set_review_day

_NAMESPACE = UUID("6f0f3b0e-8a52-4b37-9c53-1f6a4a2d9e10")


class ReviewRefused(DomainError):
    """A recommendation or board's action that cannot be kept as given; `errors` names each field and what to do.

    Errors of moves have names such as `move-0`, by their place.
    """

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


@dataclass(frozen=True, kw_only=True)
class MoveInput:
    """Dollars to move, as a person gives them; None is money nobody is given."""

    source: str
    amount: Decimal
    from_id: UUID | None = None
    to_id: UUID | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class RecommendationInput:
    """A recommendation as a person gives it. stamp: of the evidence they saw; key: of the form they sent."""

    recommendation: str
    reason: str
    stamp: str
    key: str
    finance_view: str = ""
    academics_view: str = ""
    next_review_on: date | None = None
    filing_id: UUID | None = None
    moves: Sequence[MoveInput] = ()


@dataclass(frozen=True, kw_only=True)
class BoardInput:
    """What the board did, on which day, under which item of its agenda."""

    action: str
    on: date | None
    item: str = ""
    note: str = ""


@transaction.atomic
def record_recommendation(
    *, initiative_id: UUID, given: RecommendationInput, by: int | None, now: datetime
) -> UUID:
    """Keep cabinet's recommendation with its evidence frozen, and move its dollars; return its id.

    The same form sent twice has one effect. Raises NotThere, and ReviewRefused where something is missing,
    the initiative is of a kind that is not decided on, another recommendation waits for the board, the
    evidence is not what the person saw, or an initiative does not hold what is to be moved.
    """
    # Not its key: whoever enters an allocation of it holds the budget and reads the key; we wait for the budget.
    initiative = Initiative.objects.select_for_update(no_key=True).filter(pk=initiative_id).first()
    if initiative is None:
        raise NotThere("This initiative does not exist.")
    pk = uuid5(_NAMESPACE, f"{current_district_id()}/{initiative_id}/{given.key}")
    if Decision.objects.filter(pk=pk).exists():
        return pk
    if given.filing_id and given.moves:
        lock_budget(filing_id=given.filing_id)
    evidence = gather_evidence(initiative_id=initiative_id, now=now)
    errors = list_errors(initiative=initiative, given=given, evidence=evidence, today=timezone.localdate(now))
    if errors or evidence is None:
        raise ReviewRefused(errors)
    kept = to_json(evidence)
    decision = Decision.objects.create(
        pk=pk,
        initiative_id=initiative_id,
        recommendation=given.recommendation,
        reason=given.reason.strip(),
        finance_view=given.finance_view.strip(),
        academics_view=given.academics_view.strip(),
        next_review_on=given.next_review_on,
        evidence=kept,
        evidence_hash=hash_of(kept),
        recorded_by_id=by,
        recorded_at=now,
    )
    if given.moves and given.filing_id:
        _move(decision=decision, filing_id=given.filing_id, moves=given.moves)
    return pk


@transaction.atomic
def withdraw_recommendation(*, decision_id: UUID, now: datetime) -> str:
    """Take a recommendation back before the board acts, and its dollars; return where they went, in words.

    Idempotent. Raises NotThere, and ReviewRefused once the board has acted or the dollars are gone.
    """
    decision = _lock(decision_id)
    if decision.withdrawn_at is not None:
        return ""
    if decision.board_action:
        raise ReviewRefused({"": "The board has acted on it. Only a new recommendation can change that."})
    words = _move_back(decision)
    decision.withdrawn_at = now
    decision.save(update_fields=["withdrawn_at"])
    return words


@transaction.atomic
def record_board_action(*, decision_id: UUID, given: BoardInput, by: int | None, now: datetime) -> str:
    """Keep what the board did. Rejected: the dollars go back, in the same step. Adopted: the next review is set.

    The same action sent twice has one effect. Returns where dollars went back to, in words. Raises
    NotThere, and ReviewRefused for a missing day, one to come or before the recommendation, a withdrawn
    recommendation, or an action recorded already.
    """
    decision = _lock(decision_id)
    if decision.board_action:
        if (decision.board_action, decision.board_on) == (given.action, given.on):
            return ""
        raise ReviewRefused(
            {"": "The board’s action is recorded already. Only a new recommendation can change it."}
        )
    errors = _board_errors(decision=decision, given=given, today=timezone.localdate(now))
    if errors:
        raise ReviewRefused(errors)
    words = ""
    if given.action == Decision.BoardAction.REJECTED:
        words = _move_back(decision)
    elif decision.next_review_on:
        set_review_day(initiative_id=decision.initiative_id, review_on=decision.next_review_on)
    decision.board_action, decision.board_on = given.action, given.on
    decision.board_item, decision.board_note = given.item.strip(), given.note.strip()
    decision.board_recorded_by_id, decision.board_recorded_at = by, now
    decision.save()
    return words


def list_errors(
    *, initiative: Initiative, given: RecommendationInput, evidence: Evidence | None, today: date
) -> dict[str, str]:
    """Return every reason not to keep a recommendation, by field; `""` is of no field."""
    if obstacle := find_obstacle(initiative_id=initiative.pk).words:
        return {"": obstacle}
    errors: dict[str, str] = {}
    if evidence is None or given.stamp != stamp_of(evidence):
        errors[""] = (
            "The evidence has changed since you opened this page. It is shown anew above: read it, then"
            " record the recommendation again."
        )
    if given.recommendation not in Decision.Recommendation.values:
        errors["recommendation"] = "Choose what to recommend."
    if not given.reason.strip():
        errors["reason"] = "Give the reason."
    errors |= _review_day_errors(given=given, today=today)
    if given.moves and not given.filing_id:
        errors["move-0"] = "There is no budget to move dollars in."
    return errors


def _review_day_errors(*, given: RecommendationInput, today: date) -> dict[str, str]:
    if given.next_review_on is None:
        if given.recommendation == Decision.Recommendation.STOP:
            return {}
        return {"next_review_on": "Give the next review day: what goes on is reviewed again."}
    if given.next_review_on <= today:
        return {"next_review_on": "Give a day that is still to come."}
    return {}


def _board_errors(*, decision: Decision, given: BoardInput, today: date) -> dict[str, str]:
    if decision.withdrawn_at:
        return {"": "This recommendation was withdrawn, so the board has nothing to act on."}
    errors: dict[str, str] = {}
    if given.action not in Decision.BoardAction.values:
        errors["action"] = "Say whether the board adopted or rejected it."
    if given.on is None:
        errors["on"] = "Give the day on which the board acted."
    elif given.on > today:
        errors["on"] = "This day is still to come."
    elif given.on < timezone.localdate(decision.recorded_at):
        errors["on"] = "This day is before the recommendation was recorded."
    return errors


def _lock(decision_id: UUID) -> Decision:
    found: Decision | None = Decision.objects.select_for_update().filter(pk=decision_id).first()
    if found is None:
        raise NotThere("This decision does not exist.")
    return found


def _move(*, decision: Decision, filing_id: UUID, moves: Sequence[MoveInput]) -> None:
    wanted = [
        Move(source=one.source, amount=one.amount, from_id=one.from_id, to_id=one.to_id) for one in moves
    ]
    try:
        sources = move_allocations(filing_id=filing_id, moves=wanted)
    except AllocationRefused as error:
        raise ReviewRefused(
            {f"move-{name}" if name.isdecimal() else "": message for name, message in error.errors.items()}
        ) from error
    filing = Filing.objects.get(pk=filing_id)
    Reallocation.objects.bulk_create(
        Reallocation(
            decision=decision,
            filing=filing,
            fiscal_year=filing.fiscal_year,
            ledger=filing.ledger,
            funding_source=sources[one.source],
            from_initiative_id=one.from_id,
            to_initiative_id=one.to_id,
            amount=one.amount,
            why=one.why.strip()[:300],
        )
        for one in moves
    )


def _move_back(decision: Decision) -> str:
    """Take a decision's moves back where the dollars stand now; return which budget that was, in words."""
    rows = list(
        Reallocation.objects.filter(decision=decision).select_related("funding_source").order_by("id")
    )
    if not rows:
        return ""
    moves = [
        Move(
            source=one.funding_source.code,
            amount=one.amount,
            from_id=one.from_initiative_id,
            to_id=one.to_initiative_id,
        ).reversed()
        for one in rows
    ]
    filing = _where_they_stand(rows[0], moves=moves)
    if filing is None:
        raise ReviewRefused({"": "The budget these dollars were moved in is not here any more."})
    try:
        move_allocations(filing_id=filing.pk, moves=moves, is_return=True)
    except AllocationRefused as error:
        why = " ".join(error.errors.values())
        raise ReviewRefused(
            {"": f"The dollars cannot be moved back. {why} Correct the allocations, then try again."}
        ) from error
    total = formatting.dollars_exact(sum((one.amount for one in rows), Decimal(0)))
    return f"{total} moved back in the {formatting.fiscal_year(filing.fiscal_year)} budget."


def _where_they_stand(row: Reallocation, *, moves: Sequence[Move]) -> Filing | None:
    """Return the filing to move back in: the one that counts now where it holds the dollars, else the old one."""
    budgets = Filing.objects.filter(family=LEDGER_FAMILY, subject=AmountKind.BUDGET)
    counts: Filing | None = budgets.filter(
        is_current=True, fiscal_year=row.fiscal_year, ledger=row.ledger
    ).first()
    if row.filing is None or (counts is not None and counts.pk == row.filing_id):
        return counts
    if counts is not None and holds_enough(filing_id=counts.pk, moves=moves):
        return counts
    old: Filing = row.filing
    return old
