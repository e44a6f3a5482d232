"""Funding sources and their conditions: those the ledger names, and those the district keeps; must not write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from investments.models import Account, AmountKind, FundingSource
from investments.selectors.allocations import list_source_budgets
from investments.selectors.codes import find_code_titles, get_funding_segment
from investments.selectors.ledger import list_filings


@dataclass(frozen=True, kw_only=True)
class FundingSourceRow:
    """A funding source and its conditions; None where nobody has said. own_title: the district's name for it.

    budget: what the newest fiscal year's budgets, of every ledger, spend from it, None where they do not.
    """

    code: str
    title: str
    own_title: str
    is_restricted: bool | None
    is_recurring: bool | None
    expires_on: date | None
    budget: Decimal | None

    @property
    def is_said(self) -> bool:
        """Whether both conditions are known."""
        return self.is_restricted is not None and self.is_recurring is not None


@dataclass(frozen=True, kw_only=True)
class FundingSources:
    """Every funding source by code. fiscal_year: of the budgets the dollars are of; None without a budget."""

    rows: tuple[FundingSourceRow, ...]
    fiscal_year: int | None


def list_funding_sources() -> FundingSources:
    """List the sources that accounts name or the district keeps, by code. Eight queries at most."""
    segment = get_funding_segment()
    kept = {row.code: row for row in FundingSource.objects.all()}
    named = Account.objects.exclude(**{segment: ""}).values_list(segment, flat=True).distinct()
    codes = sorted({*named, *kept})
    titles = find_code_titles(codes=codes, segment=segment)
    budgets = list_filings(kinds=[AmountKind.BUDGET])
    year = max((one.fiscal_year for one in budgets), default=None)
    of_year = [one.id for one in budgets if one.fiscal_year == year]
    dollars = list_source_budgets(filing_ids=of_year) if of_year else {}
    return FundingSources(
        rows=tuple(
            _row(code=code, kept=kept.get(code), title=titles.get(code, ""), budget=dollars.get(code))
            for code in codes
        ),
        fiscal_year=year,
    )


def get_funding_source(*, code: str) -> FundingSourceRow | None:
    """Return one source by its code, or None where neither an account nor the district names it."""
    return next((row for row in list_funding_sources().rows if row.code == code), None)


def _row(*, code: str, kept: FundingSource | None, title: str, budget: Decimal | None) -> FundingSourceRow:
    return FundingSourceRow(
        code=code,
        title=(kept.title if kept else "") or title,
        own_title=kept.title if kept and kept.title != title else "",
        is_restricted=kept.is_restricted if kept else None,
        is_recurring=kept.is_recurring if kept else None,
        expires_on=kept.expires_on if kept else None,
        budget=budget,
    )
