"""Forms of a recommendation, its moves of dollars, and the board's action; the rules are the services'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django import forms

from diagnostics.models import Decision
from diagnostics.reviews.selectors import NOBODY
from diagnostics.reviews.services import BoardInput, MoveInput, RecommendationInput
from investments.selectors.allocations import AllocationGrid
from strategy.forms.widgets import PlainForm, day_field, long_text_field

NOBODY_KEY = "none"
ROWS = 3
MOST_ROWS = 40
HINTS = {
    "scale": "do more of it",
    "sustain": "go on as it is",
    "adjust": "go on, differently",
    "extend": "go on for a limited time, to learn more",
    "stop": "end it",
}


class RecommendationForm(PlainForm):
    """What cabinet recommends, why, and when it is reviewed next."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    stamp = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    budget = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    recommendation = forms.ChoiceField(
        label="Recommendation",
        choices=[(value, f"{label}: {HINTS[value]}") for value, label in Decision.Recommendation.choices],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose what to recommend.",
            "invalid_choice": "Choose what to recommend.",
        },
    )
    reason = long_text_field(
        label="Reason",
        required="Give the reason.",
        help_text="The board reads this. Name no school and no person.",
    )
    finance_view = long_text_field(
        label="The view of finance", rows=3, help_text="What it costs, what could be freed, and when."
    )
    academics_view = long_text_field(
        label="The view of academics", rows=3, help_text="What students gain or lose."
    )
    next_review_on = day_field(
        label="Next review day",
        help_text="When the board adopts this, it becomes the initiative’s review day. Only what stops needs none.",
    )

    def show_anew(self, *, stamp: str) -> None:
        """Stand below the evidence of this stamp, which the page now shows."""
        self.data = {**{name: self.data.get(name, "") for name in self.fields}, "stamp": stamp}

    def to_input(self, moves: Sequence[MoveInput]) -> RecommendationInput:
        """Return what the service takes; of a field in error, nothing."""
        given = getattr(self, "cleaned_data", {})
        return RecommendationInput(
            recommendation=given.get("recommendation", ""),
            reason=given.get("reason", ""),
            stamp=given.get("stamp", ""),
            key=given.get("key", ""),
            finance_view=given.get("finance_view", ""),
            academics_view=given.get("academics_view", ""),
            next_review_on=given.get("next_review_on"),
            filing_id=read_uuid(given.get("budget", "")),
            moves=moves,
        )


class MoveForm(PlainForm):
    """One move of dollars."""

    use_required_attribute = False

    from_place = forms.ChoiceField(label="From", required=False)
    to_place = forms.ChoiceField(label="To", required=False)
    source = forms.ChoiceField(label="Funding source", required=False)
    amount = forms.CharField(
        label="Dollars", required=False, max_length=30, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    why = forms.CharField(label="Why", required=False, max_length=300)

    def __init__(self, *args: Any, grid: AllocationGrid, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = grid.rows
        from_pairs = [(str(one.initiative_id), one.name) for one in rows if one.total]
        to_pairs = [(str(one.initiative_id), one.name) for one in rows if not one.is_archived]
        nobody = (NOBODY_KEY, NOBODY)
        self.fields["from_place"].choices = [("", "Choose"), nobody, *from_pairs]  # type: ignore[attr-defined]
        self.fields["to_place"].choices = [("", "Choose"), nobody, *to_pairs]  # type: ignore[attr-defined]
        self.fields["source"].choices = [  # type: ignore[attr-defined]
            ("", "Choose"),
            *((one.source, f"{one.source} {one.title}".strip()) for one in grid.sources if one.source),
        ]

    @property
    def is_empty(self) -> bool:
        return not any((self[name].value() or "").strip() for name in self.fields)

    def clean(self) -> dict[str, Any]:
        """Ask for what is missing of a row in which anything is given."""
        given: dict[str, Any] = super().clean() or {}
        if self.is_empty:
            return given
        for name, words in (
            ("from_place", "Choose where the dollars come from."),
            ("to_place", "Choose where they go."),
            ("source", "Choose the funding source."),
        ):
            if name not in self.errors and not given.get(name):
                self.add_error(name, words)
        given["amount"] = self._amount(given.get("amount", ""))
        return given

    def _amount(self, text: str) -> Decimal:
        amount = read_amount(text)
        if amount is None:
            self.add_error("amount", "Give an amount over zero in dollars and cents, such as 125000.00.")
        return amount or Decimal(0)

    def to_move(self) -> MoveInput:
        """Return what the service takes of a row without errors."""
        given = self.cleaned_data
        return MoveInput(
            source=given["source"],
            amount=given["amount"],
            from_id=read_uuid(given["from_place"]),
            to_id=read_uuid(given["to_place"]),
            why=given["why"],
        )


class MoveForms:
    """The rows of moves of one recommendation: a few empty ones, more on request."""

    def __init__(self, data: Mapping[str, Any] | None, *, grid: AllocationGrid) -> None:
        count = _count(data.get("rows", "") if data else "")
        if data is not None and "more" in data:
            count = min(count + ROWS, MOST_ROWS)
        self.count = count
        self.rows = [MoveForm(data, grid=grid, prefix=f"move-{n}") for n in range(count)]

    @property
    def filled(self) -> list[tuple[int, MoveForm]]:
        return [(n, row) for n, row in enumerate(self.rows) if not row.is_empty]

    def is_valid(self) -> bool:
        """Say whether every row that is filled can be read; looks at all of them."""
        sound = [row.is_valid() for _, row in self.filled]
        return all(sound)

    def to_moves(self) -> tuple[MoveInput, ...]:
        """Return the rows that are filled and can be read."""
        return tuple(row.to_move() for _, row in self.filled if row.is_valid())

    def add_refusal(self, *, place: int, message: str) -> None:
        """Show a refusal at the move of that place among those filled."""
        self.filled[place][1].add_error("amount", message)


class BoardActionForm(PlainForm):
    """What the board did."""

    action = forms.ChoiceField(
        label="The board’s action",
        choices=Decision.BoardAction.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether the board adopted or rejected it."},
    )
    on = day_field(label="Day of the meeting", required="Give the day on which the board acted.")
    item = forms.CharField(
        label="Item of the agenda", required=False, max_length=120, help_text="For example 8.2."
    )
    note = long_text_field(
        label="Note", rows=3, help_text="The board reads this. Name no school and no person."
    )

    def to_input(self) -> BoardInput:
        """Return what the service takes."""
        given = self.cleaned_data
        return BoardInput(action=given["action"], on=given["on"], item=given["item"], note=given["note"])


class DecisionFilterForm(PlainForm):
    """Search and state of decisions."""

    q = forms.CharField(label="Search", required=False, max_length=200)
    state = forms.ChoiceField(
        label="Where it stands",
        required=False,
        choices=[
            ("", "All"),
            ("recommended", "Waits for the board"),
            ("adopted", "Adopted"),
            ("rejected", "Rejected"),
            ("withdrawn", "Withdrawn"),
        ],
    )

    def read(self) -> tuple[str, str]:
        """Return the words searched for and the state, empty where they cannot be read."""
        self.is_valid()
        return self.cleaned_data.get("q", "").casefold(), self.cleaned_data.get("state", "")


def first_values(*, stamp: str, budget: UUID | None, next_review_on: date | None = None) -> dict[str, Any]:
    """Return what a recommendation's form starts with; each form opened has a key of its own."""
    return {
        "key": str(uuid4()),
        "stamp": stamp,
        "budget": str(budget or ""),
        "next_review_on": next_review_on,
    }


def read_uuid(text: str) -> UUID | None:
    """Return the id that a text is, or None."""
    try:
        return UUID(text)
    except (ValueError, TypeError, AttributeError):
        return None


def read_amount(text: str) -> Decimal | None:
    """Read dollars such as `$1,250.50`; None where that is no amount over zero in cents."""
    plain = text.strip().removeprefix("$").replace(",", "").strip()
    if not plain.replace(".", "", 1).isdecimal() or not plain.isascii() or len(plain) > 16:
        return None
    amount = Decimal(plain)
    is_sound = amount > 0 and amount == amount.quantize(Decimal("0.01"))
    return amount if is_sound else None


def _count(text: str) -> int:
    return min(max(int(text), 1), MOST_ROWS) if text.isascii() and text.isdigit() and len(text) < 4 else ROWS
