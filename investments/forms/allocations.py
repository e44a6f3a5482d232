"""What a person types in the allocation grid and asks to see of it; whether it is kept is the service's to say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils import timezone

from districts import formatting
from investments.forms.ledger import words_match
from investments.selectors import AllocationGrid, AllocationRow, FilingName, SourceBalance
from strategy.forms.widgets import PlainForm, text_field

LARGEST: Final = 6
SHOWS: Final = (
    ("", "The largest six, and all with an allocation"),
    ("given", "All with an allocation"),
    ("over", "Given out more than there is"),
    ("all", "All in this budget"),
)
NOT_DOLLARS: Final = "Give an amount in dollars, such as 125000 or 125,000.50."


_DOLLARS: Final = re.compile(r"^-?(\d+|\d{1,3}(,\d{3})+)?(?<=\d)(\.\d*)?$|^-?\.\d+$", re.ASCII)


class DollarsField(forms.Field):
    """Dollars as people type them: commas between thousands, a dollar sign and blanks are no part of the amount.

    Powers of ten (`1e9`) are refused: a slip of the finger must not give a billion away.
    """

    def to_python(self, value: Any) -> Decimal | None:
        """Read the amount; raises ValidationError."""
        text = str(value or "").replace("$", "").replace(" ", "").replace("\u2212", "-")
        if not text:
            return None
        if not _DOLLARS.match(text) or len(text) > 20:
            raise forms.ValidationError(NOT_DOLLARS)
        amount = Decimal(text.replace(",", ""))
        if abs(amount) >= Decimal(10) ** 12:
            raise forms.ValidationError(NOT_DOLLARS)
        return amount


class AllocationForm(PlainForm):
    """One allocation: an initiative, a funding source, an amount."""

    filing = forms.UUIDField(widget=forms.HiddenInput)
    initiative = forms.UUIDField(
        label="Initiative",
        widget=forms.Select,
        error_messages={"required": "Choose an initiative.", "invalid": "Choose an initiative."},
    )
    source = forms.CharField(
        label="Funding source",
        widget=forms.Select,
        max_length=40,
        error_messages={"required": "Choose a funding source."},
    )
    amount = DollarsField(
        label="Amount in dollars",
        required=False,
        help_text="Empty takes the allocation away.",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "input-short", "autocomplete": "off"}),
    )
    note = text_field(label="Note", most=300)
    sure = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def is_sure(self) -> bool:
        """Say whether the amount was asked back, and is the one that was confirmed."""
        return bool(self.cleaned_data["sure"] == str(self.cleaned_data["amount"]))

    def ask(self, *, words: str) -> None:
        """Keep the form open with a question; sending it again unchanged is the answer yes."""
        self.data = {
            **{name: self.data[name] for name in self.data},
            "sure": str(self.cleaned_data["amount"]),
        }
        self.add_error("amount", f"{words} Save again to give it all the same.")

    def offer(self, *, grid: AllocationGrid) -> AllocationForm:
        """Offer the budget's sources and the initiatives to choose from."""
        initiatives = [
            ("", "Choose one"),
            *((str(row.initiative_id), row.name) for row in grid.rows if not row.is_archived),
        ]
        sources = [("", "Choose one"), *((one.source, source_words(one)) for one in grid.sources)]
        self.fields["initiative"].widget.choices = initiatives
        self.fields["source"].widget.choices = sources
        return self


class GridForm(PlainForm):
    """Which budget, which sources and which initiatives the grid shows."""

    filing = forms.ChoiceField(label="Budget", required=False)
    sources = forms.ChoiceField(label="Funding sources", required=False, choices=SHOWS)
    source = forms.CharField(label="Source code or title", required=False, max_length=200)
    initiative = forms.CharField(label="Initiative", required=False, max_length=200)

    def __init__(self, data: QueryDict, *, filings: Sequence[FilingName], chosen: FilingName | None) -> None:
        super().__init__(data.dict() | {"filing": str(chosen.id) if chosen else ""}, auto_id="show_%s")
        pairs = [(str(one.id), budget_words(one)) for one in sorted(filings, key=_newest_first)]
        self.fields["filing"].choices = pairs  # type: ignore[attr-defined]


@dataclass(frozen=True, kw_only=True)
class GridView:
    """The part of a grid that is shown."""

    sources: tuple[SourceBalance, ...]
    rows: tuple[AllocationRow, ...]


def budget_words(one: FilingName) -> str:
    """Name a budget filing: its year, and that it was replaced."""
    ledger = "" if one.ledger == "main" else f" {one.ledger}"
    replaced = (
        "" if one.is_current else f", filed {formatting.day(timezone.localtime(one.filed_at))} and replaced"
    )
    return f"{formatting.fiscal_year(one.fiscal_year)} budget{ledger}{replaced}"


def _newest_first(one: FilingName) -> tuple[int, bool, float]:
    return (-one.fiscal_year, not one.is_current, -one.filed_at.timestamp())


def source_words(one: SourceBalance) -> str:
    """Name a funding source: code and title."""
    return f"{one.source} {one.title}".strip() or "no code"


def choose(*, grid: AllocationGrid, show: str, source: str, initiative: str) -> GridView:
    """Cut the grid to the sources and initiatives asked for; words asked for win over the general choice."""
    kept = words_match(text=initiative, candidates=[(row.name,) for row in grid.rows])
    rows = tuple(row for row, is_kept in zip(grid.rows, kept, strict=True) if is_kept)
    sources = _named(grid.sources, source) if source.strip() else _sources(grid=grid, show=show, rows=rows)
    return GridView(sources=sources, rows=rows)


def _named(sources: Sequence[SourceBalance], text: str) -> tuple[SourceBalance, ...]:
    """Sources that any of the terms between commas names."""
    candidates = [(one.source, one.title) for one in sources]
    matches = [words_match(text=term, candidates=candidates) for term in text.split(",") if term.strip()]
    return tuple(one for one, *hits in zip(sources, *matches, strict=True) if any(hits))


def _sources(*, grid: AllocationGrid, show: str, rows: Sequence[AllocationRow]) -> tuple[SourceBalance, ...]:
    """Choose columns; by default the largest by budget and every source that a row shown has something from."""
    if show == "all":
        return grid.sources
    if show == "over":
        return tuple(one for one in grid.sources if one.remaining < 0)
    if show == "given":
        return tuple(one for one in grid.sources if one.allocated)
    by_size = sorted(grid.sources, key=lambda one: (-one.budget, one.source))
    held = {cell.source for row in rows for cell in row.cells if cell.amount is not None}
    wanted = {one.source for one in by_size[:LARGEST]} | held
    return tuple(one for one in grid.sources if one.source in wanted)


def read_uuid(text: str) -> UUID | None:
    """Read an id from an address; None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
