"""What a person asks of the ledger: year, kind, segments, codes, words. What cannot be read is ignored."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from django import forms

from districts import formatting
from investments.calc.patterns import PatternError, parse_segment
from investments.models import AmountKind
from investments.segments import SEGMENTS
from investments.selectors import FilingName
from investments.selectors.codes import Segment
from strategy.forms.widgets import PlainForm

OBJECT_CLASS: Final = "object_class"
ALL_YEARS: Final = "all"
SCOPES: Final = (
    ("spending", "Spending"),
    ("revenue", "Revenue"),
    ("transfers", "Transfers (SACS)"),
    ("balance", "Balance sheet (SACS)"),
    ("rest", "Neither spending nor revenue"),
)
_KIND_ORDER: Final = (
    AmountKind.ACTUAL,
    AmountKind.TO_DATE,
    AmountKind.ESTIMATED_ACTUAL,
    AmountKind.BUDGET,
    AmountKind.ENCUMBRANCE,
    AmountKind.EARMARK,
)
_DRILL: Final = ("resource", "object", "function", "goal", "fund")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of the ledger; `fiscal_year` None means every year there is of that kind."""

    fiscal_year: int | None
    kind: str
    by: tuple[str, ...]
    scope: str
    filters: Mapping[str, str]
    text: str

    @property
    def is_forecast(self) -> bool:
        return self.kind in (AmountKind.BUDGET, AmountKind.ESTIMATED_ACTUAL)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.filters or self.text)

    @property
    def segments(self) -> tuple[str, ...]:
        """The account segments to read: an object class is read as objects."""
        return tuple("object" if name == OBJECT_CLASS else name for name in self.by)

    def query(self, **changes: str) -> dict[str, str]:
        """Return the question as an address carries it, with some values changed (empty: left out)."""
        values = {
            "year": ALL_YEARS if self.fiscal_year is None else str(self.fiscal_year),
            "kind": self.kind,
            "by": self.by[0] if self.by else "",
            "then": self.by[1] if len(self.by) > 1 else "",
            "show": "" if self.scope == "spending" else self.scope,
            "q": self.text,
            **self.filters,
        }
        return {name: value for name, value in (values | changes).items() if value}

    def href(self, **changes: str) -> str:
        """Return the question as an address below the same page."""
        return "?" + urlencode(self.query(**changes))

    def drilled(self, codes: Sequence[str]) -> Asked:
        """Return the question one step down: only these codes, by the next segment that is still open."""
        filters = dict(self.filters)
        for name, code in zip(self.by, codes, strict=True):
            if name == OBJECT_CLASS:
                filters["object"] = f"{code[:1]}*"
            elif code:
                filters[name] = code
        by = OBJECT_CLASS in self.by and "object" not in self.by
        following = "object" if by else next((name for name in _DRILL if name not in filters), "object")
        return replace(self, filters=filters, by=(following,), text="")


def read_asked(
    *,
    query: Mapping[str, str],
    filings: Sequence[FilingName],
    segments: Sequence[Segment],
    funding_segment: str,
) -> Asked:
    """Read the question from an address; the newest actuals by funding source where it says nothing."""
    names = {segment.name for segment in segments} | {OBJECT_CLASS}
    first = query.get("by", "") if query.get("by", "") in names else funding_segment
    then = query.get("then", "")
    fiscal_year, kind = _read_slice(query=query, filings=filings)
    return Asked(
        fiscal_year=fiscal_year,
        kind=kind,
        by=(first, then) if then in names and then != first else (first,),
        scope=query["show"] if query.get("show", "") in dict(SCOPES) else "spending",
        filters=read_filters(query=query),
        text=query.get("q", "").strip()[:200],
    )


def read_filters(*, query: Mapping[str, str]) -> dict[str, str]:
    """Read the codes asked for by segment; what is no pattern is left out."""
    found: dict[str, str] = {}
    for segment in SEGMENTS:
        try:
            pattern = parse_segment(segment=segment, text=query.get(segment, "")[:200])
        except PatternError:
            continue
        if pattern is not None:
            found[segment] = pattern.text()
    return found


def _read_slice(*, query: Mapping[str, str], filings: Sequence[FilingName]) -> tuple[int | None, str]:
    asked_year, kind = query.get("year", ""), query.get("kind", "")
    kind = kind if kind in AmountKind.values else ""
    if asked_year == ALL_YEARS:
        return None, kind or AmountKind.ACTUAL
    if asked_year.isascii() and asked_year.isdigit() and len(asked_year) == 4:
        year = int(asked_year)
        held = [one.kind for one in filings if one.fiscal_year == year]
        return year, kind or next((name for name in _KIND_ORDER if name in held), AmountKind.ACTUAL)
    wanted = [kind] if kind else list(_KIND_ORDER)
    for name in wanted:
        years = [one.fiscal_year for one in filings if one.kind == name]
        if years:
            return max(years), name
    newest = max((one.fiscal_year for one in filings), default=0)
    return newest or None, kind or AmountKind.ACTUAL


def words_match(*, text: str, candidates: Sequence[Sequence[str]]) -> list[bool]:
    """Say which candidates (code, title, ...) hold every word of a search.

    A word matches a whole word first ("Title I" is not Title II); only where nothing holds them all
    as whole words does a part of a word count.
    """
    wanted = _words(text)
    if not wanted:
        return [True] * len(candidates)
    held = [set(_words(" ".join(parts))) for parts in candidates]
    whole = [all(word in words for word in wanted) for words in held]
    if any(whole):
        return whole
    joined = [" ".join(parts).casefold() for parts in candidates]
    return [all(word in line for word in wanted) for line in joined]


def _words(text: str) -> list[str]:
    return re.findall(r"[\w&]+", text.casefold())


class LedgerForm(PlainForm):
    """The pickers above the ledger; codes asked for in the address stay as they are."""

    q = forms.CharField(label="Code or title", required=False, max_length=200)
    year = forms.ChoiceField(label="Fiscal year", required=False)
    kind = forms.ChoiceField(label="Kind of amount", required=False)
    show = forms.ChoiceField(label="Show", required=False, choices=SCOPES)
    by = forms.ChoiceField(label="By", required=False)
    then = forms.ChoiceField(label="And by", required=False)

    def __init__(
        self,
        *args: Any,
        asked: Asked,
        filings: Sequence[FilingName],
        segments: Sequence[Segment],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, data=_full(asked), **kwargs)
        years = sorted({one.fiscal_year for one in filings}, reverse=True)
        self._offer("year", [*((str(y), formatting.fiscal_year(y)) for y in years), (ALL_YEARS, "All years")])
        held = {one.kind for one in filings}
        self._offer("kind", [(name, AmountKind(name).label) for name in _KIND_ORDER if name in held])
        pairs = segment_pairs(segments)
        self._offer("by", pairs)
        self._offer("then", [("", "Nothing else"), *pairs])
        for name, value in asked.filters.items():
            self.fields[name] = forms.CharField(widget=forms.HiddenInput, initial=value, required=False)

    def _offer(self, name: str, pairs: Sequence[tuple[str, str]]) -> None:
        self.fields[name].choices = list(pairs)  # type: ignore[attr-defined]


def segment_pairs(segments: Sequence[Segment]) -> list[tuple[str, str]]:
    """Return what a ledger can be laid out by: the district's segments, and objects by first digit."""
    pairs = [(segment.name, segment.label) for segment in segments]
    at = next((n for n, pair in enumerate(pairs) if pair[0] == "object"), None)
    if at is not None:
        pairs.insert(at, (OBJECT_CLASS, "Object class (first digit)"))
    return pairs


def _full(asked: Asked) -> dict[str, str]:
    return asked.query() | {"show": asked.scope, "then": asked.by[1] if len(asked.by) > 1 else ""}
