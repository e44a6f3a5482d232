"""Ledger cost: coded ledger dollars of each initiative, added up into result cells.

Must not share out dollars itself (`coding` does) nor mix in any other cost: resource cost and
avoidable cost are other figures. Direct and indirect (in SACS objects 73xx) stay apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from investments.calc.coding import Coding, Ints, Ledger, mark_objects
from investments.calc.object_classes import object_class
from investments.calc.sharing import FULL_SHARE, part_of


class CostCell(NamedTuple):
    """Dollars of one initiative, or of one band without one, in one cell.

    owner: the initiative's key, None for a band. source: the code that names the funding source.
    object_class: as `object_class` names it. Amounts in micro-dollars; caught = counted + elsewhere.
    """

    owner: str | None
    band: str
    fiscal_year: int
    kind: str
    fund: str
    source: str
    object_class: str
    is_indirect: bool
    caught: int
    counted: int

    @property
    def elsewhere(self) -> int:
        """Dollars caught that another initiative or band already counts."""
        return self.caught - self.counted


@dataclass(frozen=True)
class RuleTotal:
    """What one rule catches and gets in one fiscal year and kind, micro-dollars."""

    rule: str
    fiscal_year: int
    kind: str
    caught: int
    counted: int


@dataclass(frozen=True)
class Overlap:
    """Dollars that a rule catches and an earlier rule counts, in one fiscal year and kind."""

    rule: str
    counted_by: str
    fiscal_year: int
    kind: str
    amount: int


@dataclass(frozen=True)
class _Buckets:
    """Accounts by what a cost cell tells apart: one bucket number an account, its labels a bucket."""

    number: Ints
    labels: tuple[tuple[str, str, str, bool], ...]


@dataclass(frozen=True)
class _Periods:
    """Cells by fiscal year and kind."""

    number: Ints
    labels: tuple[tuple[int, str], ...]


def ledger_cost(*, coding: Coding, source_segment: str = "resource") -> list[CostCell]:
    """Add up the counted and caught dollars of each initiative, and of each other band, by cell.

    source_segment: the segment that names the funding source in this district's ledger.
    An initiative's caught dollars are the union over its own rules: two of its rules on one
    account catch its dollars once. A band without an initiative shows only what it counts.
    Cells in which both sums are zero are left out. Nothing coded: an empty list.
    """
    buckets = _bucket_accounts(ledger=coding.ledger, source_segment=source_segment)
    periods = periods_of(ledger=coding.ledger)
    cell_key = periods.number * len(buckets.labels) + buckets.number[coding.ledger.account]
    size = len(periods.labels) * len(buckets.labels)
    found: list[CostCell] = []
    for (owner, band), cell, counted, caught in _by_owner(coding=coding):
        counted_sum = np.zeros(size, dtype=np.int64)
        caught_sum = np.zeros(size, dtype=np.int64)
        np.add.at(counted_sum, cell_key[cell], counted)
        np.add.at(caught_sum, cell_key[cell], caught)
        present = np.flatnonzero((counted_sum != 0) | (caught_sum != 0))
        sums = (present.tolist(), caught_sum[present].tolist(), counted_sum[present].tolist())
        for key, caught_here, counted_here in zip(*sums, strict=True):
            period, bucket = divmod(key, len(buckets.labels))
            place = *periods.labels[period], *buckets.labels[bucket]
            found.append(CostCell(owner, band, *place, caught_here, counted_here))
    return found


def _by_owner(*, coding: Coding) -> Iterator[tuple[tuple[str | None, str], Ints, Ints, Ints]]:
    """Each initiative or band with its cells once, what it counts and catches there."""
    rules_of: dict[tuple[str | None, str], list[int]] = {}
    for number, rule in enumerate(coding.rules):
        rules_of.setdefault((rule.owner, rule.band), []).append(number)
    order = np.argsort(coding.rule, kind="stable")
    bounds = np.searchsorted(coding.rule[order], np.arange(len(coding.rules) + 1))
    rows_of_rule = [order[bounds[rule] : bounds[rule + 1]] for rule in range(len(coding.rules))]
    for owner, numbers in rules_of.items():
        rows = np.concatenate([rows_of_rule[number] for number in numbers])
        counted = coding.counted[rows]
        if owner[0] is None:
            yield owner, coding.cell[rows], counted, counted
        elif len(numbers) == 1:
            yield owner, coding.cell[rows], counted, counted + coding.elsewhere[rows]
        else:
            yield owner, *_union(coding=coding, rows=rows)


def _union(*, coding: Coding, rows: Ints) -> tuple[Ints, Ints, Ints]:
    cells, place = np.unique(coding.cell[rows], return_inverse=True)
    counted = np.zeros(cells.size, dtype=np.int64)
    claimed = np.zeros(cells.size, dtype=np.int64)
    got = np.zeros(cells.size, dtype=np.int64)
    np.add.at(counted, place, coding.counted[rows])
    np.add.at(claimed, place, coding.claimed[rows])
    np.add.at(got, place, coding.got[rows])
    amount = coding.ledger.amount[cells]
    claimed = np.minimum(claimed, FULL_SHARE)
    blocked = part_of(amounts=amount, shares=claimed - got)
    caught = np.where(claimed == FULL_SHARE, amount, counted + blocked)
    return cells, counted, caught


def rule_totals(*, coding: Coding) -> list[RuleTotal]:
    """Add up what each rule catches and counts by fiscal year and kind; every rule that matches."""
    periods = periods_of(ledger=coding.ledger)
    key = coding.rule * len(periods.labels) + periods.number[coding.cell]
    present, place = np.unique(key, return_inverse=True)
    counted = np.zeros(present.size, dtype=np.int64)
    elsewhere = np.zeros(present.size, dtype=np.int64)
    np.add.at(counted, place, coding.counted)
    np.add.at(elsewhere, place, coding.elsewhere)
    totals: list[RuleTotal] = []
    for row, number in enumerate(present.tolist()):
        rule, period = divmod(number, len(periods.labels))
        fiscal_year, kind = periods.labels[period]
        totals.append(
            RuleTotal(
                rule=coding.rules[rule].key,
                fiscal_year=fiscal_year,
                kind=kind,
                caught=int(counted[row] + elsewhere[row]),
                counted=int(counted[row]),
            )
        )
    return totals


def overlaps(*, coding: Coding) -> list[Overlap]:
    """Say by which earlier rule the dollars a rule catches are counted.

    For each rule, the amounts over the rules named add up to its elsewhere exactly: a full-share
    rule's elsewhere is what the others got there; a blocked partial share's is named after the
    rule that took all that was left, or else the first on that account.
    """
    blocked = np.flatnonzero(coding.elsewhere != 0)
    is_wanted = np.zeros(coding.ledger.amount.size, dtype=np.bool_)
    is_wanted[coding.cell[blocked]] = True
    takers = np.flatnonzero((coding.got > 0) & is_wanted[coding.cell])
    takers = takers[np.argsort(coding.cell[takers], kind="stable")]
    first = np.searchsorted(coding.cell[takers], coding.cell[blocked], side="left")
    many = np.searchsorted(coding.cell[takers], coding.cell[blocked], side="right") - first
    loser = np.repeat(blocked, many)
    taker = takers[np.repeat(first, many) + np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)]
    loser, taker = loser[loser != taker], taker[loser != taker]
    is_full = coding.claimed[loser] == FULL_SHARE
    best = np.lexsort((coding.rule[taker], coding.claimed[taker] != FULL_SHARE, loser))
    is_best = np.zeros(loser.size, dtype=np.bool_)
    is_best[best] = np.r_[True, loser[best][1:] != loser[best][:-1]] if loser.size else False
    amount = np.where(is_full, coding.counted[taker], np.where(is_best, coding.elsewhere[loser], 0))
    return _summed_overlaps(coding=coding, loser=loser, taker=taker, amount=amount)


def _summed_overlaps(*, coding: Coding, loser: Ints, taker: Ints, amount: Ints) -> list[Overlap]:
    periods = periods_of(ledger=coding.ledger)
    size = max(len(periods.labels), 1)
    pair = coding.rule[loser] * len(coding.rules) + coding.rule[taker]
    present, place = np.unique(pair * size + periods.number[coding.cell[loser]], return_inverse=True)
    sums = np.zeros(present.size, dtype=np.int64)
    np.add.at(sums, place, amount)
    found: list[Overlap] = []
    for key, total in zip(present.tolist(), sums.tolist(), strict=True):
        if total:
            rest, period = divmod(key, size)
            rule, counted_by = divmod(rest, len(coding.rules))
            found.append(
                Overlap(
                    rule=coding.rules[rule].key,
                    counted_by=coding.rules[counted_by].key,
                    fiscal_year=periods.labels[period][0],
                    kind=periods.labels[period][1],
                    amount=total,
                )
            )
    return found


def periods_of(*, ledger: Ledger) -> _Periods:
    """Number the ledger's cells by fiscal year and kind."""
    key = ledger.fiscal_year.astype(np.int64) * max(len(ledger.kinds), 1) + ledger.kind
    present, number = np.unique(key, return_inverse=True)
    labels = tuple(
        (int(value // len(ledger.kinds)), ledger.kinds[int(value % len(ledger.kinds))]) for value in present
    )
    return _Periods(number=number.astype(np.int64), labels=labels)


def _bucket_accounts(*, ledger: Ledger, source_segment: str) -> _Buckets:
    is_indirect = mark_objects(
        column=ledger.columns.get("object"), pattern=ledger.objects.indirect, size=ledger.accounts
    )
    fund, funds = codes_of(ledger=ledger, segment="fund")
    source, sources = codes_of(ledger=ledger, segment=source_segment)
    klass, classes = _object_classes(ledger=ledger)
    key = ((fund * len(sources) + source) * len(classes) + klass) * 2 + is_indirect
    present, number = np.unique(key, return_inverse=True)
    labels = []
    for value in present.tolist():
        rest, indirect = divmod(value, 2)
        rest, class_at = divmod(rest, len(classes))
        fund_at, source_at = divmod(rest, len(sources))
        labels.append((funds[fund_at], sources[source_at], classes[class_at], bool(indirect)))
    return _Buckets(number=number.astype(np.int64), labels=tuple(labels))


def codes_of(*, ledger: Ledger, segment: str) -> tuple[Ints, tuple[str, ...]]:
    """A segment's code number for each account and the codes; one blank code where the file has none."""
    column = ledger.columns.get(segment)
    if column is None or not column.codes:
        return np.zeros(ledger.accounts, dtype=np.int64), ("",)
    return column.index.astype(np.int64), column.codes


def _object_classes(*, ledger: Ledger) -> tuple[Ints, tuple[str, ...]]:
    """The class number of each account's object, and the classes."""
    number, codes = codes_of(ledger=ledger, segment="object")
    named = [object_class(code=code, chart=ledger.objects.chart) for code in codes]
    classes = tuple(dict.fromkeys(named))
    place = {name: at for at, name in enumerate(classes)}
    by_code: NDArray[np.int64] = np.array([place[name] for name in named], dtype=np.int64)
    return by_code[number], classes
