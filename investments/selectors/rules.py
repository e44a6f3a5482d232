"""Coding rules as pages list them, with what each does in one fiscal year and kind; must not write.

Dollars are shared out live from that one year's filings, never from the whole ledger.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from investments.calc.ledger_cost import overlaps, rule_totals
from investments.calc.sharing import from_micro
from investments.models import CodingRule
from investments.segments import SEGMENTS
from investments.selectors.rows import code_slice


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """Dollars of a rule that an earlier rule counts."""

    rule_id: UUID
    rule_name: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class RuleRow:
    """A coding rule in its place in the order, and what it does in one fiscal year and kind."""

    id: UUID
    place: int
    name: str
    initiative_id: UUID | None
    initiative_name: str
    band: str
    patterns: tuple[tuple[str, str], ...]
    share: Decimal
    first_fiscal_year: int | None
    last_fiscal_year: int | None
    is_archived: bool
    caught: Decimal
    counted: Decimal
    elsewhere: tuple[Elsewhere, ...]


def list_rules(
    *,
    fiscal_year: int | None = None,
    kind: str = "",
    initiative_id: UUID | None = None,
    with_archived: bool = False,
) -> tuple[RuleRow, ...]:
    """List coding rules in the order they apply, with what each catches and counts in a year and kind.

    Without a year, or where no filing is there, dollars are zero. Archived rules come last, without
    a place. Six queries, whatever the number of rules.
    """
    rows = list(CodingRule.objects.select_related("initiative").order_by("position", "id"))
    in_force = [row for row in rows if row.archived_at is None]
    caught: dict[str, tuple[int, int]] = {}
    elsewhere: dict[str, list[tuple[str, int]]] = defaultdict(list)
    if fiscal_year is not None and in_force:
        _, coding = code_slice(fiscal_year=fiscal_year, kind=kind)
        caught = {one.rule: (one.caught, one.counted) for one in rule_totals(coding=coding)}
        for one in overlaps(coding=coding):
            elsewhere[one.rule].append((one.counted_by, one.amount))
    names = {str(row.pk): row.name for row in rows}
    places = {row.pk: place for place, row in enumerate(in_force, start=1)}
    archived = [row for row in rows if row.archived_at is not None] if with_archived else []
    return tuple(
        _rule_row(
            row=row,
            place=places.get(row.pk, 0),
            dollars=caught.get(str(row.pk), (0, 0)),
            elsewhere=tuple(
                Elsewhere(rule_id=UUID(key), rule_name=names[key], amount=from_micro(amount=amount))
                for key, amount in elsewhere[str(row.pk)]
            ),
        )
        for row in [*in_force, *archived]
        if initiative_id is None or row.initiative_id == initiative_id
    )


def _rule_row(
    *, row: CodingRule, place: int, dollars: tuple[int, int], elsewhere: tuple[Elsewhere, ...]
) -> RuleRow:
    caught, counted = dollars
    return RuleRow(
        id=row.pk,
        place=place,
        name=row.name,
        initiative_id=row.initiative_id,
        initiative_name=row.initiative.name if row.initiative else "",
        band=row.band,
        patterns=tuple((name, row.patterns[name]) for name in SEGMENTS if row.patterns.get(name)),
        share=row.share,
        first_fiscal_year=row.first_fiscal_year,
        last_fiscal_year=row.last_fiscal_year,
        is_archived=row.archived_at is not None,
        caught=from_micro(amount=caught),
        counted=from_micro(amount=counted),
        elsewhere=elsewhere,
    )
