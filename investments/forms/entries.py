"""What a person asks of the ledger's rows: which filing or year, and which codes. Unreadable parts are ignored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms

from investments.forms.ledger import SCOPES, read_filters
from investments.selectors.codes import Segment
from investments.selectors.entries import FilingRow
from strategy.forms.widgets import PlainForm

EVERY_OBJECT = ("all", "Every object")


@dataclass(frozen=True, kw_only=True)
class EntriesAsked:
    """Rows of one filing, or of a year's current filings of a kind; every current one where neither is said."""

    filings: tuple[FilingRow, ...]
    filing_id: UUID | None
    scope: str
    filters: Mapping[str, str]


def read_entries(*, query: Mapping[str, str], filings: Sequence[FilingRow]) -> EntriesAsked:
    """Read the question; an unknown filing gives none."""
    scopes = dict((*SCOPES, EVERY_OBJECT))
    shown: tuple[FilingRow, ...]
    asked_filing, chosen = query.get("filing", ""), None
    if asked_filing:
        chosen = next((one for one in filings if str(one.id) == asked_filing), None)
        shown = (chosen,) if chosen else ()
    else:
        shown = tuple(
            one
            for one in filings
            if one.is_current
            and query.get("year", "") in ("", "all", str(one.fiscal_year))
            and query.get("kind", "") in ("", one.kind)
        )
    return EntriesAsked(
        filings=shown,
        filing_id=chosen.id if chosen else None,
        scope=query["show"] if query.get("show", "") in scopes else "spending",
        filters=read_filters(query=query),
    )


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
        values = {"filing": str(one.id) if one else "", "show": asked.scope, **asked.filters}
        super().__init__(*args, data=values, **kwargs)
        every = [("", "All current files"), *((str(row.id), names[row.id]) for row in filings)]
        self.fields["filing"].choices = every  # type: ignore[attr-defined]
        for segment in segments:
            self.fields[segment.name] = forms.CharField(label=segment.label, required=False, max_length=200)
