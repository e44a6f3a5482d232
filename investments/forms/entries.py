"""What a person asks of the ledger's rows: which filing or year, and which codes. Unreadable parts are ignored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms

from investments.forms.ledger import SCOPES, read_filters
from investments.models import AmountKind
from investments.selectors.codes import Segment
from investments.selectors.entries import FilingRow
from strategy.forms.widgets import PlainForm

EVERY_OBJECT = ("all", "Every object")
EVERY_FILE = "all"


@dataclass(frozen=True, kw_only=True)
class EntriesAsked:
    """Rows of some filings: one, a year's current ones of a kind, or all current ones."""

    filings: tuple[FilingRow, ...]
    filing_id: UUID | None
    scope: str
    filters: Mapping[str, str]

    @property
    def is_mixed(self) -> bool:
        """Whether actuals and forecasts stand side by side: then they have no common sum."""
        return len({one.kind for one in self.filings}) > 1


def read_entries(*, query: Mapping[str, str], filings: Sequence[FilingRow]) -> EntriesAsked:
    """Read the question; an unknown filing gives none, and no filing, year or kind the newest actuals."""
    scopes = dict((*SCOPES, EVERY_OBJECT))
    shown = _filings(query=query, filings=filings)
    return EntriesAsked(
        filings=shown,
        filing_id=shown[0].id if len(shown) == 1 else None,
        scope=query["show"] if query.get("show", "") in scopes else "spending",
        filters=read_filters(query=query),
    )


def _filings(*, query: Mapping[str, str], filings: Sequence[FilingRow]) -> tuple[FilingRow, ...]:
    asked, year, kind = query.get("filing", ""), query.get("year", ""), query.get("kind", "")
    current = [one for one in filings if one.is_current]
    if asked == EVERY_FILE:
        return tuple(current)
    if asked:
        return tuple(one for one in filings if str(one.id) == asked)
    if year or kind:
        return tuple(
            one
            for one in current
            if year in ("", "all", str(one.fiscal_year))
            and (kind == one.kind or (not kind and _adds_up(one)))
        )
    actual = [one for one in current if one.kind == AmountKind.ACTUAL] or list(filter(_adds_up, current))
    newest = max((one.fiscal_year for one in actual), default=0)
    return tuple(one for one in actual if one.fiscal_year == newest)


def _adds_up(one: FilingRow) -> bool:
    """An earmark is part of dollars that another filing has: it is looked at only where it is asked for."""
    return one.kind != AmountKind.EARMARK


class EntriesForm(PlainForm):
    """Filters of the ledger's rows: one field a segment, in the grammar of coding rules."""

    filing = forms.ChoiceField(label="File", required=False)
    show = forms.ChoiceField(label="Show", required=False, choices=(*SCOPES, EVERY_OBJECT))

    def __init__(
        self,
        *args: Any,
        asked: EntriesAsked,
        filings: Sequence[FilingRow],
        segments: Sequence[Segment],
        names: Mapping[UUID, str],
        **kwargs: Any,
    ) -> None:
        one = asked.filings[0] if len(asked.filings) == 1 else None
        values = {"filing": str(one.id) if one else EVERY_FILE, "show": asked.scope, **asked.filters}
        super().__init__(*args, data=values, **kwargs)
        every = [(EVERY_FILE, "All current files"), *((str(row.id), names[row.id]) for row in filings)]
        self.fields["filing"].choices = every  # type: ignore[attr-defined]
        for segment in segments:
            self.fields[segment.name] = forms.CharField(label=segment.label, required=False, max_length=200)
