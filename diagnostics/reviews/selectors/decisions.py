"""Decisions with the dollars they move, as lists, the board and programs read them; must not write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, JSONObject

from diagnostics.models import Decision, Reallocation
from districts import formatting

NOBODY = "Not allocated"
_SAID = {name: KeyTextTransform(name, "evidence") for name in ("verdict", "sentence", "review_on")}


@dataclass(frozen=True, kw_only=True)
class MoveRow:
    """Dollars a decision moves, in words."""

    from_name: str
    to_name: str
    source: str
    source_title: str
    fiscal_year: int
    ledger: str
    amount: Decimal
    why: str

    @property
    def budget(self) -> str:
        ledger = "" if self.ledger == "main" else f" {self.ledger}"
        return f"{formatting.fiscal_year(self.fiscal_year)} budget{ledger}"


@dataclass(frozen=True, kw_only=True)
class DecisionRow:
    """One recommendation and what the board did, without its evidence.

    verdict, sentence, reviewed_on: what its frozen evidence said.
    """

    id: UUID
    initiative_id: UUID
    initiative: str
    goal: str
    recommendation: str
    reason: str
    finance_view: str
    academics_view: str
    next_review_on: date | None
    recorded_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None
    board_action: str
    board_on: date | None
    board_item: str
    board_note: str
    evidence_hash: str
    verdict: str
    sentence: str
    reviewed_on: str
    moves: tuple[MoveRow, ...]

    @property
    def recommendation_label(self) -> str:
        return Decision.Recommendation(self.recommendation).label

    @property
    def moved(self) -> Decimal:
        return sum((one.amount for one in self.moves), Decimal(0))

    @property
    def is_open(self) -> bool:
        """Say whether the board has yet to act."""
        return not self.board_action and self.withdrawn_at is None

    @property
    def state(self) -> str:
        if self.withdrawn_at:
            return "withdrawn"
        return self.board_action or "recommended"

    @property
    def state_words(self) -> str:
        """Say where it stands: a recommendation until the board acts."""
        if self.withdrawn_at:
            return "Recommendation withdrawn"
        if self.is_open:
            return "Recommendation, waits for the board"
        item = f", item {self.board_item}" if self.board_item else ""
        return f"{Decision.BoardAction(self.board_action).label} by the board on {formatting.day(self.board_on)}{item}"


def list_decisions(*, initiative_id: UUID | None = None) -> tuple[DecisionRow, ...]:
    """Return recommendations, the newest first; of one initiative where it is named. One query."""
    rows = Decision.objects.order_by("-recorded_at", "-id")
    if initiative_id:
        rows = rows.filter(initiative_id=initiative_id)
    return tuple(_row(one) for one in rows.values(*_PLAIN, **_columns()))


def get_decision(*, decision_id: UUID) -> DecisionRow | None:
    """Return one decision, or None. One query."""
    one = Decision.objects.filter(pk=decision_id).values(*_PLAIN, **_columns()).first()
    return _row(one) if one else None


def get_kept_evidence(*, decision_id: UUID) -> object:
    """Return the evidence that was kept with a decision, as it was kept. One query."""
    return Decision.objects.values_list("evidence", flat=True).get(pk=decision_id)


_PLAIN = (
    "id",
    "initiative_id",
    "recommendation",
    "reason",
    "finance_view",
    "academics_view",
    "next_review_on",
    "recorded_at",
    "withdrawn_at",
    "board_action",
    "board_on",
    "board_item",
    "board_note",
    "evidence_hash",
)


def _columns() -> dict[str, Any]:
    moves = Reallocation.objects.filter(decision=OuterRef("pk")).order_by("id")
    cell = JSONObject(
        from_name="from_initiative__name",
        to_name="to_initiative__name",
        source="funding_source__code",
        source_title="funding_source__title",
        fiscal_year="fiscal_year",
        ledger="ledger",
        amount=Cast("amount", TextField()),
        why="why",
    )
    return {
        "initiative_name": F("initiative__name"),
        "goal_name": F("initiative__goal__name"),
        "by_name": F("recorded_by__name"),
        "by_email": F("recorded_by__email"),
        "move_cells": ArraySubquery(moves.values(cell=cell)),
        **{f"said_{name}": column for name, column in _SAID.items()},
    }


def _row(one: Mapping[str, Any]) -> DecisionRow:
    return DecisionRow(
        **{name: one[name] for name in _PLAIN},
        initiative=one["initiative_name"],
        goal=one["goal_name"],
        recorded_by=one["by_name"] or one["by_email"] or "",
        verdict=one["said_verdict"] or "",
        sentence=one["said_sentence"] or "",
        reviewed_on=one["said_review_on"] or "",
        moves=tuple(_move(cell) for cell in one["move_cells"]),
    )


def _move(cell: Mapping[str, Any]) -> MoveRow:
    return MoveRow(
        **{name: cell[name] for name in ("source", "source_title", "fiscal_year", "ledger", "why")},
        from_name=cell["from_name"] or NOBODY,
        to_name=cell["to_name"] or NOBODY,
        amount=Decimal(cell["amount"]),
    )
