"""Write side of coding rules: create, change, move, archive, restore; must not delete, nor compute costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from districts.pipeline.marks import mark
from investments.calc.coding import Rule, find_share_overlap
from investments.calc.patterns import AccountPattern, PatternError, parse_patterns, parse_segment
from investments.calc.sharing import FULL_SHARE, ShareError, to_share
from investments.models import Account, CodingRule
from investments.recompute import list_current_filings, load_ledger, rule_of
from investments.segments import SEGMENTS
from investments.services.refused import InvestmentRefused, NotThere
from strategy.models import Initiative

STEP = 1000
EARLIEST_YEAR, LATEST_YEAR = 1990, 2100


class CodingRefused(InvestmentRefused):
    """A coding rule that is incomplete, unreadable, or takes more than the whole of an account."""


@dataclass(frozen=True, kw_only=True)
class RuleInput:
    """A coding rule as a person gives it.

    initiative_id: None for a rule of a band (`core`, `not_split`). patterns: segment -> pattern,
    blank ones left out. share: 0-1. place: counted from 1 among the rules in force; None puts a
    new coded rule before the bands, and leaves a changed rule where it is.
    """

    name: str = ""
    initiative_id: UUID | None = None
    band: str = CodingRule.Band.CODED
    patterns: Mapping[str, str]
    share: Decimal = Decimal(1)
    first_fiscal_year: int | None = None
    last_fiscal_year: int | None = None
    place: int | None = None


@transaction.atomic
def create_rule(*, rule: RuleInput) -> UUID:
    """Keep a new rule and return its id. Raises CodingRefused naming every field that is wrong."""
    in_force = lock_rules()
    draft = draft_rule(rule=rule)
    _refuse_overlap(rows=placed(rows=in_force, row=draft, place=rule.place), row=draft)
    draft.position = _make_room(rows=in_force, row=draft, place=rule.place)
    draft.save(force_insert=True)
    mark(name="coding_rules")
    return draft.pk


@transaction.atomic
def update_rule(*, rule_id: UUID, rule: RuleInput) -> None:
    """Change a rule that is in force; raises NotThere and CodingRefused."""
    in_force = lock_rules()
    found = rule_in(rows=in_force, rule_id=rule_id)
    changed = draft_rule(rule=rule, onto=found)
    _refuse_overlap(rows=placed(rows=in_force, row=changed, place=rule.place), row=changed)
    if rule.place is not None:
        changed.position = _make_room(rows=in_force, row=changed, place=rule.place)
    changed.save()
    mark(name="coding_rules")


@transaction.atomic
def move_rule(*, rule_id: UUID, place: int) -> None:
    """Put a rule at another place (from 1) in the order they apply; raises NotThere. Idempotent."""
    in_force = lock_rules()
    found = rule_in(rows=in_force, rule_id=rule_id)
    if in_force == placed(rows=in_force, row=found, place=place):
        return
    found.position = _make_room(rows=in_force, row=found, place=place)
    found.save(update_fields=["position"])
    mark(name="coding_rules")


@transaction.atomic
def archive_rule(*, rule_id: UUID, now: datetime) -> None:
    """Take a rule out of force, keeping it and its history; raises NotThere. Idempotent."""
    if CodingRule.objects.filter(pk=rule_id, archived_at__isnull=False).exists():
        return
    found = rule_in(rows=lock_rules(), rule_id=rule_id)
    found.archived_at = now
    found.save(update_fields=["archived_at"])
    mark(name="coding_rules")


@transaction.atomic
def restore_rule(*, rule_id: UUID) -> None:
    """Put an archived rule back at its place; raises NotThere and CodingRefused. Idempotent."""
    in_force = lock_rules()
    found: CodingRule | None = CodingRule.objects.filter(pk=rule_id).first()
    if found is None:
        raise NotThere("This coding rule does not exist.")
    if found.archived_at is None:
        return
    rows = sorted([*in_force, found], key=lambda row: (row.position, str(row.pk)))
    _refuse_overlap(rows=rows, row=found)
    found.archived_at = None
    found.save(update_fields=["archived_at"])
    mark(name="coding_rules")


def lock_rules() -> list[CodingRule]:
    """Lock and list the rules in force, in order, so that two people cannot both fill one account."""
    rules = CodingRule.objects.select_for_update().filter(archived_at=None)
    return list(rules.order_by("position", "id"))


def rule_in(*, rows: Sequence[CodingRule], rule_id: UUID) -> CodingRule:
    """Find one of the rules in force; raises NotThere."""
    for row in rows:
        if row.pk == rule_id:
            return row
    raise NotThere("This coding rule does not exist, or is archived.")


def draft_rule(*, rule: RuleInput, onto: CodingRule | None = None) -> CodingRule:
    """Check an input and write it onto a rule that is not saved; raises CodingRefused."""
    pattern, errors = _check(rule=rule)
    if errors or pattern is None:
        raise CodingRefused(errors)
    row = CodingRule() if onto is None else onto
    row.name = rule.name.strip()
    row.initiative_id = rule.initiative_id
    row.band = rule.band
    row.patterns = pattern.as_dict()
    row.share = rule.share
    row.first_fiscal_year = rule.first_fiscal_year
    row.last_fiscal_year = rule.last_fiscal_year
    return row


def placed(*, rows: Sequence[CodingRule], row: CodingRule, place: int | None) -> list[CodingRule]:
    """The order of the rules once one of them stands at a place (from 1), without saving it."""
    others = [one for one in rows if one.pk != row.pk]
    is_new = len(others) == len(rows)
    if place is None and not is_new:
        at = next(number for number, one in enumerate(rows) if one.pk == row.pk)
    elif place is None and row.band == CodingRule.Band.CODED:
        bands = (number for number, one in enumerate(others) if one.band != CodingRule.Band.CODED)
        at = next(bands, len(others))
    else:
        at = len(others) if place is None else min(max(place - 1, 0), len(others))
    return [*others[:at], row, *others[at:]]


def _make_room(*, rows: Sequence[CodingRule], row: CodingRule, place: int | None) -> int:
    """Find a position for a row at a place; spreads the others out when there is no room between."""
    order = placed(rows=rows, row=row, place=place)
    at = order.index(row)
    low = order[at - 1].position if at else 0
    high = order[at + 1].position if at + 1 < len(order) else low + 2 * STEP
    if high - low > 1:
        return (low + high) // 2
    for number, one in enumerate(order, start=1):
        one.position = number * STEP
        if one is not row:
            one.save(update_fields=["position"])
    return (at + 1) * STEP


def _check(*, rule: RuleInput) -> tuple[AccountPattern | None, dict[str, str]]:
    errors: dict[str, str] = {}
    if not rule.name.strip():
        errors["name"] = "Give the rule a name."
    is_coded = rule.band == CodingRule.Band.CODED
    if rule.band not in CodingRule.Band.values:
        errors["band"] = "Choose an initiative, core, or cannot be split."
    elif is_coded and not _is_initiative(initiative_id=rule.initiative_id):
        errors["initiative"] = "Choose an initiative of this district that is not archived."
    elif not is_coded and rule.initiative_id is not None:
        errors["initiative"] = "A rule of this band has no initiative."
    try:
        to_share(share=rule.share)
    except ShareError:
        errors["share"] = "Give a share above 0% and up to 100%."
    errors |= _check_years(rule=rule)
    for segment in SEGMENTS:
        try:
            parse_segment(segment=segment, text=rule.patterns.get(segment, ""))
        except PatternError as error:
            errors[segment] = str(error)
    if errors:
        return None, errors
    try:
        return parse_patterns(patterns=rule.patterns), errors
    except PatternError as error:
        return None, {"patterns": str(error)}


def _is_initiative(*, initiative_id: UUID | None) -> bool:
    return bool(Initiative.objects.filter(pk=initiative_id, archived_at=None).exists())


def _check_years(*, rule: RuleInput) -> dict[str, str]:
    first, last = rule.first_fiscal_year, rule.last_fiscal_year
    for name, year in (("first_fiscal_year", first), ("last_fiscal_year", last)):
        if year is not None and not EARLIEST_YEAR <= year <= LATEST_YEAR:
            return {name: "Give a fiscal year by the year it ends, such as 2024."}
    if first is not None and last is not None and last < first:
        return {"last_fiscal_year": "The last fiscal year must not come before the first."}
    return {}


def _refuse_overlap(*, rows: Sequence[CodingRule], row: CodingRule) -> None:
    """Raise CodingRefused when the row's share and others' pass the whole of an account."""
    partial = [one for one in rows if one is row or one.share < 1]
    if row.share == 1 or len(partial) < 2:
        return
    rules: list[Rule] = [rule_of(row=one) for one in partial]
    named = {part.segment for rule in rules for part in rule.pattern.segments}
    loaded = load_ledger(filings=list_current_filings(), segments=named | {"object"})
    found = find_share_overlap(rules=rules, ledger=loaded.ledger, rule=partial.index(row))
    if found is None:
        return
    account = Account.objects.get(pk=int(loaded.account_ids[found.account]))
    words = " and ".join(
        f"“{partial[number].name}” ({rules[number].share * 100 / FULL_SHARE:g}%)" for number in found.rules
    )
    raise CodingRefused(
        {
            "share": f"The shares of {words} add up to {found.share * 100 / FULL_SHARE:g}% of account"
            f" {account_words(account=account)} in FY{found.fiscal_year}. Lower one of them."
        }
    )


def account_words(*, account: Account) -> str:
    """Write an account as its codes, joined by dashes; absent segments are left out."""
    codes = (getattr(account, segment) for segment in SEGMENTS)
    return "-".join(code for code in codes if code)
