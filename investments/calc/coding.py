"""Whose dollars an account's dollars are: ordered rules shared out over the ledger.

Must not know a model, a database or today. `ledger_cost` and `coding_meter` add up what this
finds; between them every account's dollars are counted exactly once or left uncoded.

An account's dollars go to the first rule that matches. A rule with a full share takes what is
left; partial shares take their part of the whole, and together may not pass 100% of an account
in any year. *Caught* is what a rule matches (times its share), *counted* what it got,
*elsewhere* the difference: dollars that an earlier rule already counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from investments.calc.object_classes import SACS
from investments.calc.patterns import AccountPattern, SegmentColumn, match_accounts, parse_segment
from investments.calc.sharing import (
    FULL_SHARE,
    check_total,
    part_of,
    split_by_largest_remainder,
)

Ints = NDArray[np.int64]


class ShareOverlapError(ValueError):
    """Partial shares that add up to more than the whole of an account.

    rule: position, in the order given, of the rule that went over. account: the account's position.
    """

    def __init__(self, *, rule: int, account: int, fiscal_year: int, share: int) -> None:
        super().__init__(
            f"Partial shares add up to {share * 100 / FULL_SHARE:g}% of one account in FY{fiscal_year}."
        )
        self.rule = rule
        self.account = account
        self.fiscal_year = fiscal_year
        self.share = share


@dataclass(frozen=True)
class Rule:
    """One coding rule; the order of a sequence of rules is the order they apply in.

    owner: the initiative's key, or None for a band rule. band: "coded" (an initiative's), "core"
    (paid by rule, nobody's initiative) or "not_split" (no rule over this file can split it). share:
    hundred-millionths. Years are fiscal years, both ends included; None is open.
    """

    key: str
    owner: str | None
    band: str
    pattern: AccountPattern
    share: int = FULL_SHARE
    first_fiscal_year: int | None = None
    last_fiscal_year: int | None = None

    def is_active(self, *, fiscal_year: int) -> bool:
        """Say whether the rule holds in a fiscal year."""
        after = self.first_fiscal_year is None or self.first_fiscal_year <= fiscal_year
        return after and (self.last_fiscal_year is None or fiscal_year <= self.last_fiscal_year)


@dataclass(frozen=True)
class ObjectScopes:
    """What a district's objects are: patterns of spending and, within it, of indirect cost; whose classes."""

    spending: str = "1000-7499"
    indirect: str = "7300-7399"
    chart: str = SACS


@dataclass(frozen=True)
class Ledger:
    """Ledger sums by account, fiscal year and kind of amount.

    columns: segment name -> dictionary-coded column over `accounts` accounts. account, fiscal_year
    and kind: int arrays (cells,), kind a position in `kinds`. amount: micro-dollars int64 (cells,).
    objects: which objects are spending in this ledger.
    The same account, year and kind may come in several cells; they are shared out one by one.
    """

    columns: Mapping[str, SegmentColumn]
    accounts: int
    account: NDArray[np.int32]
    fiscal_year: NDArray[np.int32]
    kind: NDArray[np.int32]
    amount: Ints
    kinds: tuple[str, ...]
    objects: ObjectScopes = ObjectScopes()


@dataclass(frozen=True)
class Coding:
    """The ledger's spending with each dollar's claimants.

    Per claim, all (claims,), ordered by rule within a class of years: rule and cell positions,
    counted and elsewhere in micro-dollars, claimed and got in hundred-millionths of the cell. Per cell:
    uncoded, micro-dollars. Of every cell, the sum of counted plus uncoded is its amount.
    """

    rules: tuple[Rule, ...]
    ledger: Ledger
    rule: Ints
    cell: Ints
    claimed: Ints
    got: Ints
    counted: Ints
    elsewhere: Ints
    uncoded: Ints


@dataclass(frozen=True)
class _Claims:
    rule: Ints
    cell: Ints
    claimed: Ints
    got: Ints


def mark_objects(*, column: SegmentColumn | None, pattern: str, size: int) -> NDArray[np.bool_]:
    """Mark the accounts whose object code a pattern means, e.g. spending 1000-7499; blank means none.

    Codes are compared as text of a range's length: 979Z and PCRA are outside every range.
    """
    parsed = parse_segment(segment="object", text=pattern)
    if parsed is None:
        return np.zeros(size, dtype=np.bool_)
    columns = {} if column is None else {"object": column}
    return match_accounts(pattern=AccountPattern(segments=(parsed,)), columns=columns, size=size)


def spending_only(*, ledger: Ledger) -> Ledger:
    """Keep the cells whose object is spending, as the ledger's own objects say."""
    is_spending = mark_objects(
        column=ledger.columns.get("object"), pattern=ledger.objects.spending, size=ledger.accounts
    )
    keep = is_spending[ledger.account]
    return Ledger(
        columns=ledger.columns,
        accounts=ledger.accounts,
        account=ledger.account[keep],
        fiscal_year=ledger.fiscal_year[keep],
        kind=ledger.kind[keep],
        amount=ledger.amount[keep],
        kinds=ledger.kinds,
        objects=ledger.objects,
    )


def code_ledger(*, rules: Sequence[Rule], ledger: Ledger, is_strict: bool = True) -> Coding:
    """Share the ledger's spending out over the rules, in their order.

    Raises ShareOverlapError when partial shares pass 100% of an account in a year, unless
    is_strict is False: then the later rule gets what is left and the rest shows as elsewhere (a
    new ledger may bring an account on which old rules meet, and costs must still come out).
    Raises AmountTooLargeError when sums could overflow. No rules: everything is uncoded. No
    cells: empty arrays. Each rule is matched on the accounts once, not on the ledger's rows.

    Example: 100.00 on one account; rule A takes 40%, B all of it, C all of it: A counts 40.00,
    B 60.00 with 40.00 elsewhere, C nothing with 100.00 elsewhere, nothing is uncoded.
    """
    spending = spending_only(ledger=ledger)
    check_total(
        amounts=spending.amount,
        group=spending.fiscal_year.astype(np.int64) * max(len(spending.kinds), 1) + spending.kind,
    )
    matched = _match(rules=rules, ledger=spending)
    parts = [
        _claims_of_years(rules=rules, matched=matched, ledger=spending, years=years, is_strict=is_strict)
        for years in _year_classes(rules=rules, ledger=spending)
    ]
    claims = _Claims(
        rule=_joined([part.rule for part in parts]),
        cell=_joined([part.cell for part in parts]),
        claimed=_joined([part.claimed for part in parts]),
        got=_joined([part.got for part in parts]),
    )
    counted = _counted(claims=claims, amount=spending.amount)
    amount = spending.amount[claims.cell]
    elsewhere = np.where(claims.claimed == FULL_SHARE, amount - counted, 0)
    blocked = np.flatnonzero((claims.claimed < FULL_SHARE) & (claims.got < claims.claimed))
    missing = claims.claimed[blocked] - claims.got[blocked]
    elsewhere[blocked] = part_of(amounts=amount[blocked], shares=missing)
    uncoded = spending.amount.copy()
    np.subtract.at(uncoded, claims.cell, counted)
    return Coding(
        rules=tuple(rules),
        ledger=spending,
        rule=claims.rule,
        cell=claims.cell,
        claimed=claims.claimed,
        got=claims.got,
        counted=counted,
        elsewhere=elsewhere,
        uncoded=uncoded,
    )


@dataclass(frozen=True)
class ShareOverlap:
    """An account on which partial shares pass the whole in a fiscal year, and by which rules."""

    account: int
    fiscal_year: int
    share: int
    rules: tuple[int, ...]


def find_share_overlap(*, rules: Sequence[Rule], ledger: Ledger, rule: int) -> ShareOverlap | None:
    """Find where one partial rule and the others take more than the whole of an account.

    rule: position of the rule being saved; what other rules do among themselves is not its fault.
    None when its share is full, or there is room on each of its accounts in every fiscal year.
    """
    if rules[rule].share == FULL_SHARE:
        return None
    partial = [number for number, one in enumerate(rules) if one.share < FULL_SHARE]
    spending = spending_only(ledger=ledger)
    matched = dict(
        zip(partial, _match(rules=[rules[number] for number in partial], ledger=spending), strict=True)
    )
    for year in np.unique(spending.fiscal_year).tolist():
        held = [number for number in partial if rules[number].is_active(fiscal_year=year)]
        if rule not in held:
            continue
        in_year = np.zeros(spending.accounts, dtype=np.bool_)
        in_year[spending.account[spending.fiscal_year == year]] = True
        total = np.zeros(spending.accounts, dtype=np.int64)
        for number in held:
            total[matched[number]] += rules[number].share
        own = matched[rule]
        over = own[(total[own] > FULL_SHARE) & in_year[own]]
        if over.size:
            account = int(over[0])
            by = tuple(number for number in held if account in matched[number])
            return ShareOverlap(account=account, fiscal_year=year, share=int(total[account]), rules=by)
    return None


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _match(*, rules: Sequence[Rule], ledger: Ledger) -> list[Ints]:
    used = np.zeros(ledger.accounts, dtype=np.bool_)
    used[ledger.account] = True
    return [
        np.flatnonzero(
            used & match_accounts(pattern=rule.pattern, columns=ledger.columns, size=ledger.accounts)
        )
        for rule in rules
    ]


def _year_classes(*, rules: Sequence[Rule], ledger: Ledger) -> list[list[int]]:
    """Fiscal years in which the same rules hold, together."""
    classes: dict[tuple[bool, ...], list[int]] = {}
    for year in np.unique(ledger.fiscal_year).tolist():
        held = tuple(rule.is_active(fiscal_year=year) for rule in rules)
        classes.setdefault(held, []).append(year)
    return list(classes.values())


def _claims_of_years(
    *,
    rules: Sequence[Rule],
    matched: Sequence[Ints],
    ledger: Ledger,
    years: Sequence[int],
    is_strict: bool,
) -> _Claims:
    cells = np.flatnonzero(np.isin(ledger.fiscal_year, np.asarray(years)))
    cells = cells[np.argsort(ledger.account[cells], kind="stable")]
    sizes = np.bincount(ledger.account[cells], minlength=ledger.accounts).astype(np.int64)
    starts = np.cumsum(sizes) - sizes
    left = np.full(ledger.accounts, FULL_SHARE, dtype=np.int64)
    partial = np.zeros(ledger.accounts, dtype=np.int64)
    found: list[_Claims] = []
    for number, rule in enumerate(rules):
        if not rule.is_active(fiscal_year=years[0]):
            continue
        accounts = matched[number][sizes[matched[number]] > 0]
        got = left[accounts]
        if rule.share < FULL_SHARE:
            partial[accounts] += rule.share
            if is_strict:
                _refuse_overlap(rule=number, accounts=accounts, partial=partial, year=years[0])
            got = np.minimum(got, rule.share)
        left[accounts] -= got
        many = sizes[accounts]
        offset = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        cell = cells[np.repeat(starts[accounts], many) + offset]
        found.append(
            _Claims(
                rule=np.full(cell.size, number, dtype=np.int64),
                cell=cell,
                claimed=np.full(cell.size, rule.share, dtype=np.int64),
                got=np.repeat(got, many),
            )
        )
    return _Claims(
        rule=_joined([part.rule for part in found]),
        cell=_joined([part.cell for part in found]),
        claimed=_joined([part.claimed for part in found]),
        got=_joined([part.got for part in found]),
    )


def _refuse_overlap(*, rule: int, accounts: Ints, partial: Ints, year: int) -> None:
    over = accounts[partial[accounts] > FULL_SHARE]
    if over.size:
        account = int(over[0])
        raise ShareOverlapError(rule=rule, account=account, fiscal_year=year, share=int(partial[account]))


def _counted(*, claims: _Claims, amount: Ints) -> Ints:
    """What each claim gets of its cell; parts of one cell foot to it with what nobody claims."""
    counted = np.where(claims.got == FULL_SHARE, amount[claims.cell], 0)
    is_split = np.zeros(amount.size, dtype=np.bool_)
    is_split[claims.cell[(claims.got > 0) & (claims.got < FULL_SHARE)]] = True
    split = np.flatnonzero(is_split)
    if split.size == 0:
        return counted
    rows = np.flatnonzero(is_split[claims.cell] & (claims.got > 0))
    left = np.full(amount.size, FULL_SHARE, dtype=np.int64)
    np.subtract.at(left, claims.cell[rows], claims.got[rows])
    group = np.concatenate([claims.cell[rows], split])
    order = np.argsort(group, kind="stable")
    shares = np.concatenate([claims.got[rows], left[split]])[order]
    parts = np.empty(group.size, dtype=np.int64)
    parts[order] = split_by_largest_remainder(group=group[order], amounts=amount[group[order]], shares=shares)
    counted[rows] = parts[: rows.size]
    return counted
