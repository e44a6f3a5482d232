"""Write side of funding sources: what a district says of where money comes from; must not touch dollars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from districts.pipeline.marks import mark
from investments.models import Account, FundingSource
from investments.selectors.codes import get_funding_segment
from investments.services.refused import InvestmentRefused

FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)


class FundingSourceRefused(InvestmentRefused):
    """A funding source that the ledger does not name, or a day that cannot be meant."""


@dataclass(frozen=True, kw_only=True)
class FundingConditions:
    """What is said of a source; None where nobody knows."""

    title: str
    is_restricted: bool | None
    is_recurring: bool | None
    expires_on: date | None


@transaction.atomic
def save_funding_source(*, code: str, conditions: FundingConditions) -> None:
    """Keep the conditions of a source; audited. Idempotent. Raises FundingSourceRefused."""
    name = code.strip()
    known = FundingSource.objects.select_for_update().filter(code=name).first()
    if known is None and not (name and Account.objects.filter(**{get_funding_segment(): name}).exists()):
        raise FundingSourceRefused({"code": f"No account of the ledger names the source “{name}”."})
    if conditions.expires_on and not FIRST <= conditions.expires_on <= LAST:
        raise FundingSourceRefused({"expires_on": "Give a day between 2000 and 2100."})
    source = known or FundingSource(code=name)
    before = (source.title, source.is_restricted, source.is_recurring, source.expires_on)
    after = (
        conditions.title.strip(),
        conditions.is_restricted,
        conditions.is_recurring,
        conditions.expires_on,
    )
    if known is not None and before == after:
        return
    source.title, source.is_restricted, source.is_recurring, source.expires_on = after
    source.save()
    mark(name="funding_sources")
