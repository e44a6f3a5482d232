"""What a person asks of budget against actual. What cannot be read is ignored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from districts import formatting
from investments.forms.ledger import SCOPES, read_filters
from investments.models import AmountKind
from investments.selectors import FilingName
from investments.selectors.codes import Segment
from strategy.forms.widgets import PlainForm


@dataclass(frozen=True, kw_only=True)
class VarianceAsked:
    """One fiscal year by one segment; `fiscal_year` 0 where the district has no ledger at all."""

    fiscal_year: int
    by: str
    scope: str
    filters: Mapping[str, str]
    text: str


def read_variance(
    *,
    query: Mapping[str, str],
    filings: Sequence[FilingName],
    segments: Sequence[Segment],
    funding_segment: str,
) -> VarianceAsked:
    """Read the question; by default the newest year that has both a budget and actuals."""
    year = query.get("year", "")
    names = {segment.name for segment in segments}
    return VarianceAsked(
        fiscal_year=int(year)
        if year.isascii() and year.isdigit() and len(year) == 4
        else _newest_comparable(filings),
        by=query["by"] if query.get("by", "") in names else funding_segment,
        scope=query["show"] if query.get("show", "") in ("spending", "revenue") else "spending",
        filters=read_filters(query=query),
        text=query.get("q", "").strip()[:200],
    )


def _newest_comparable(filings: Sequence[FilingName]) -> int:
    held = {(one.fiscal_year, one.kind) for one in filings}
    both = [y for y, kind in held if kind == AmountKind.ACTUAL and (y, AmountKind.BUDGET) in held]
    return max(both, default=max((year for year, _ in held), default=0))


class VarianceForm(PlainForm):
    """The pickers above budget against actual."""

    year = forms.ChoiceField(label="Fiscal year", required=False)
    show = forms.ChoiceField(label="Show", required=False, choices=SCOPES[:2])
    by = forms.ChoiceField(label="By", required=False)
    fund = forms.CharField(label="Fund", required=False, max_length=40)
    q = forms.CharField(label="Code or title", required=False, max_length=200)

    def __init__(
        self,
        *args: Any,
        asked: VarianceAsked,
        filings: Sequence[FilingName],
        segments: Sequence[Segment],
        **kwargs: Any,
    ) -> None:
        values = {"year": str(asked.fiscal_year), "show": asked.scope, "by": asked.by, "q": asked.text}
        super().__init__(*args, data=values | dict(asked.filters), **kwargs)
        years = sorted({one.fiscal_year for one in filings}, reverse=True)
        pairs = [(str(year), formatting.fiscal_year(year)) for year in years]
        self.fields["year"].choices = pairs  # type: ignore[attr-defined]
        self.fields["by"].choices = [(one.name, one.label) for one in segments]  # type: ignore[attr-defined]
        for name in asked.filters:
            if name != "fund":
                self.fields[name] = forms.CharField(widget=forms.HiddenInput, required=False)
