"""What a rule would do before it is saved: dollars caught, counted elsewhere, and whose costs change.

Must not write: nothing here is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid4

from investments.calc.coding import Coding, code_ledger
from investments.calc.ledger_cost import overlaps, rule_totals
from investments.calc.sharing import from_micro
from investments.models import CodingRule
from investments.recompute import list_current_filings, load_ledger, rule_of
from investments.services.coding_rules import RuleInput, draft_rule, placed, rule_in
from strategy.models import Initiative


@dataclass(frozen=True, kw_only=True)
class PreviewRow:
    """Dollars a rule would catch and count in one fiscal year and kind."""

    fiscal_year: int
    kind: str
    caught: Decimal
    counted: Decimal

    @property
    def elsewhere(self) -> Decimal:
        """Caught, but an earlier rule counts them."""
        return self.caught - self.counted


@dataclass(frozen=True, kw_only=True)
class PreviewElsewhere:
    """Dollars a rule would catch that an earlier rule counts."""

    rule_name: str
    fiscal_year: int
    kind: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class CostChange:
    """An initiative's (or band's) counted dollars in one fiscal year and kind, before and after."""

    initiative_id: UUID | None
    name: str
    fiscal_year: int
    kind: str
    before: Decimal
    after: Decimal

    @property
    def change(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True, kw_only=True)
class RulePreview:
    """What saving would do. accounts: how many accounts with spending the rule matches."""

    rows: tuple[PreviewRow, ...]
    elsewhere: tuple[PreviewElsewhere, ...]
    changes: tuple[CostChange, ...]
    accounts: int

    @property
    def changed_years(self) -> tuple[int, ...]:
        """The fiscal years in which somebody's figure would change."""
        return tuple(sorted({change.fiscal_year for change in self.changes}))


def preview_rule(*, rule: RuleInput, rule_id: UUID | None = None) -> RulePreview:
    """Show what creating a rule, or changing the one named, would do to every year and kind.

    Raises CodingRefused when the input cannot be read, NotThere when the rule is not in force.
    """
    before = _in_force()
    after = _in_force()
    if rule_id is None:
        draft = draft_rule(rule=rule)
        draft.pk = uuid4()
    else:
        draft = draft_rule(rule=rule, onto=rule_in(rows=after, rule_id=rule_id))
    return _compare(before=before, after=placed(rows=after, row=draft, place=rule.place), about=draft)


def preview_move(*, rule_id: UUID, place: int) -> RulePreview:
    """Show what moving a rule to another place (from 1) would do; raises NotThere."""
    rows = _in_force()
    found = rule_in(rows=rows, rule_id=rule_id)
    return _compare(before=rows, after=placed(rows=rows, row=found, place=place), about=found)


def preview_archive(*, rule_id: UUID) -> RulePreview:
    """Show what archiving a rule would do to everybody's figures; raises NotThere."""
    rows = _in_force()
    found = rule_in(rows=rows, rule_id=rule_id)
    return _compare(before=rows, after=[row for row in rows if row is not found], about=found)


def _in_force() -> list[CodingRule]:
    return list(CodingRule.objects.filter(archived_at=None).order_by("position", "id"))


def _compare(*, before: Sequence[CodingRule], after: Sequence[CodingRule], about: CodingRule) -> RulePreview:
    old, new = [rule_of(row=row) for row in before], [rule_of(row=row) for row in after]
    named = {part.segment for rule in (*old, *new) for part in rule.pattern.segments}
    loaded = load_ledger(filings=list_current_filings(), segments=named | {"object"})
    was = code_ledger(rules=old, ledger=loaded.ledger, is_strict=False)
    will = code_ledger(rules=new, ledger=loaded.ledger, is_strict=False)
    key, names = str(about.pk), {str(row.pk): row.name for row in after}
    totals = [one for one in rule_totals(coding=will) if one.rule == key]
    shared = [one for one in overlaps(coding=will) if one.rule == key]
    return RulePreview(
        rows=tuple(
            PreviewRow(
                fiscal_year=one.fiscal_year,
                kind=one.kind,
                caught=from_micro(amount=one.caught),
                counted=from_micro(amount=one.counted),
            )
            for one in sorted(totals, key=lambda one: (one.fiscal_year, one.kind))
        ),
        elsewhere=tuple(
            PreviewElsewhere(
                rule_name=names[one.counted_by],
                fiscal_year=one.fiscal_year,
                kind=one.kind,
                amount=from_micro(amount=one.amount),
            )
            for one in shared
        ),
        changes=_changes(was=was, will=will),
        accounts=_accounts(coding=will, key=key),
    )


def _accounts(*, coding: Coding, key: str) -> int:
    numbers = [number for number, rule in enumerate(coding.rules) if rule.key == key]
    if not numbers:
        return 0
    cells = coding.cell[coding.rule == numbers[0]]
    return len(set(coding.ledger.account[cells].tolist()))


def _changes(*, was: Coding, will: Coding) -> tuple[CostChange, ...]:
    before, after = _by_owner(coding=was), _by_owner(coding=will)
    differing = [key for key in before | after if before.get(key, 0) != after.get(key, 0)]
    owners = {owner for owner, _, _, _ in differing if owner is not None}
    names = _names(owners=owners)
    return tuple(
        CostChange(
            initiative_id=None if owner is None else UUID(owner),
            name=names[owner] if owner is not None else str(CodingRule.Band(band).label),
            fiscal_year=fiscal_year,
            kind=kind,
            before=from_micro(amount=before.get((owner, band, fiscal_year, kind), 0)),
            after=from_micro(amount=after.get((owner, band, fiscal_year, kind), 0)),
        )
        for owner, band, fiscal_year, kind in sorted(
            differing, key=lambda key: (key[2], key[3], names.get(key[0] or "", key[1]))
        )
    )


def _by_owner(*, coding: Coding) -> dict[tuple[str | None, str, int, str], int]:
    rules = {rule.key: rule for rule in coding.rules}
    sums: dict[tuple[str | None, str, int, str], int] = {}
    for one in rule_totals(coding=coding):
        rule = rules[one.rule]
        key = (rule.owner, rule.band, one.fiscal_year, one.kind)
        sums[key] = sums.get(key, 0) + one.counted
    return sums


def _names(*, owners: set[str]) -> Mapping[str, str]:
    found = Initiative.objects.filter(pk__in=owners).values_list("pk", "name")
    return {str(pk): name for pk, name in found}
