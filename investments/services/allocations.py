"""Write side of allocations: dollars a budget filing gives an initiative from a funding source."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from districts import formatting
from districts.models import Filing
from districts.pipeline.marks import mark
from investments.models import Allocation, AmountKind, FundingSource
from investments.recompute import LEDGER_FAMILY
from investments.selectors.allocations import get_source_balance
from investments.selectors.codes import find_code_titles
from investments.services.refused import InvestmentRefused, NotThere
from strategy.models import Initiative

LARGEST = Decimal("999999999999.99")


class AllocationRefused(InvestmentRefused):
    """An allocation that is no amount, or of something this district does not have."""


@dataclass(frozen=True, kw_only=True)
class SavedAllocation:
    """A saved allocation and what is left of its source in that budget; warning empty when all is well."""

    amount: Decimal
    budget: Decimal
    allocated: Decimal
    remaining: Decimal
    warning: str


@transaction.atomic
def save_allocation(
    *,
    filing_id: UUID,
    initiative_id: UUID,
    source: str,
    amount: Decimal | None,
    note: str = "",
) -> SavedAllocation:
    """Set one allocation and return what is left of the source; None or zero takes it away.

    source: the funding source's code in the ledger. An archived initiative only loses an amount. More than the budget has is saved, with a
    warning. Raises NotThere for a budget or initiative of no such id, AllocationRefused for an
    amount with parts of cents, a negative one, or an unknown source. Idempotent.
    """
    filing = lock_budget(filing_id=filing_id)
    if not filing.is_current:
        raise AllocationRefused(
            {"amount": "This budget has been filed again. Enter the allocation in the newer filing."}
        )
    value = _checked(amount=amount)
    initiatives = Initiative.objects.filter(pk=initiative_id)
    if not (initiatives.filter(archived_at=None) if value else initiatives).exists():
        raise NotThere("This initiative does not exist, or is archived.")
    code = source.strip()
    balance = get_source_balance(filing_id=filing.pk, source=code)
    known = FundingSource.objects.filter(code=code).first()
    if known is None and not balance.is_in_budget:
        raise AllocationRefused({"source": f"No money in this budget comes from “{code}”."})
    if value:
        Allocation.objects.update_or_create(
            filing_id=filing.pk,
            initiative_id=initiative_id,
            funding_source=known or _make_source(code=code),
            defaults={"amount": value, "note": note.strip()[:300]},
        )
    elif known is not None:
        Allocation.objects.filter(
            filing_id=filing.pk, initiative_id=initiative_id, funding_source=known
        ).delete()
    mark(name="allocations")
    after = get_source_balance(filing_id=filing.pk, source=code)
    return SavedAllocation(
        amount=value,
        budget=after.budget,
        allocated=after.allocated,
        remaining=after.remaining,
        warning=_warning(code=code, remaining=after.remaining),
    )


def lock_budget(*, filing_id: UUID) -> Filing:
    """Lock the budget filing, so that two people's cells of one source add up."""
    budgets = Filing.objects.filter(family=LEDGER_FAMILY, subject=AmountKind.BUDGET)
    found: Filing | None = budgets.select_for_update().filter(pk=filing_id).first()
    if found is None:
        raise NotThere("This budget does not exist.")
    return found


def _checked(*, amount: Decimal | None) -> Decimal:
    if amount is None:
        return Decimal(0)
    if not amount.is_finite() or amount != amount.quantize(Decimal("0.01")) or abs(amount) > LARGEST:
        raise AllocationRefused({"amount": "Give an amount in dollars and cents, such as 125000.00."})
    if amount < 0:
        raise AllocationRefused({"amount": "An allocation cannot be negative. Lower another one instead."})
    return amount


def _make_source(*, code: str) -> FundingSource:
    title = find_code_titles(codes=[code]).get(code, "")
    source: FundingSource = FundingSource.objects.create(code=code, title=title)
    return source


def _warning(*, code: str, remaining: Decimal) -> str:
    if remaining >= 0:
        return ""
    short = formatting.dollars_exact(-remaining)
    return f"Saved. {short} more is given out of {code} than this budget has."
