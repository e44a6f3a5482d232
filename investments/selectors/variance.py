"""Budget against actual of one year, over the funds that have both; must not write, nor read coding rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from investments.calc.noise import LEAST_SPENDING, is_jump, is_spending, relative_change
from investments.models import AmountKind
from investments.selectors.ledger import FilingName, Pivot, PivotRow, exact, get_pivot

KINDS = (AmountKind.BUDGET, AmountKind.ESTIMATED_ACTUAL, AmountKind.ACTUAL, AmountKind.TO_DATE)
Matches = Callable[[Sequence[tuple[str, str]]], Sequence[bool]]
"""Says of each (code, title) whether it is looked at."""


@dataclass(frozen=True, kw_only=True)
class VarianceRow:
    """Budget against actual of one code; a share is None where the budget is not spending."""

    code: str
    title: str
    budget: Decimal
    estimated_actual: Decimal | None
    actual: Decimal
    is_jump: bool

    @property
    def variance(self) -> Decimal:
        """Actual less budget: positive is more than was budgeted."""
        return self.actual - self.budget

    @property
    def variance_share(self) -> Decimal | None:
        return relative_change(before=self.budget, after=self.actual)

    @property
    def is_unbudgeted(self) -> bool:
        """Spent, with no budget for it."""
        return abs(self.budget) < LEAST_SPENDING and is_spending(amount=self.actual)


@dataclass(frozen=True, kw_only=True)
class Variance:
    """Budget against actual of one fiscal year by one segment.

    Where both are filed, `rows` and `total` hold only the funds that have both (`funds`, largest actual
    first); a fund with only one of the two is `apart`: its dollars are no variance. through_on: the year
    is not finished; `actual` is what was spent to that day, nothing is apart, and there is no variance.
    """

    fiscal_year: int
    segment: str
    rows: tuple[VarianceRow, ...]
    total: VarianceRow
    funds: tuple[VarianceRow, ...]
    apart: tuple[VarianceRow, ...]
    has_budget: bool
    has_actual: bool
    through_on: date | None
    filings: tuple[FilingName, ...]


def compare_budget(
    *,
    fiscal_year: int,
    segment: str = "object",
    filters: Mapping[str, str] | None = None,
    scope: str = "spending",
    matches: Matches | None = None,
) -> Variance:
    """Set one year's budget and estimate beside its actuals, by one segment. Five queries; four by fund.

    Other filters than the fund's cost four more: whether a fund has a budget is asked of the whole fund.
    `matches` keeps only some codes, of the rows, the total and the funds alike.
    """
    segments = [segment] if segment == "fund" else [segment, "fund"]
    pivot = _pivot(fiscal_year=fiscal_year, segments=segments, filters=filters or {}, scope=scope)
    kinds = [column.kind for column in pivot.columns]
    is_compared = AmountKind.BUDGET in kinds and AmountKind.ACTUAL in kinds
    names = dict(
        zip((row.codes[0] for row in pivot.rows), (row.titles[0] for row in pivot.rows), strict=True)
    )
    kept = dict(zip(names, matches(list(names.items())) if matches else [True] * len(names), strict=True))
    cells = [row for row in pivot.rows if kept[row.codes[0]]]
    by_fund = _fold(cells, kinds=kinds, at=-1)
    of_fund = {name: value for name, value in (filters or {}).items() if name == "fund"}
    whole = (
        _fold(
            _pivot(fiscal_year=fiscal_year, segments=["fund"], filters=of_fund, scope=scope).rows,
            kinds=kinds,
            at=0,
        )
        if of_fund != (filters or {})
        else _fold(pivot.rows, kinds=kinds, at=-1)
    )
    both = {row.code for row in whole if not is_compared or _has_both(row)}
    return Variance(
        fiscal_year=fiscal_year,
        segment=segment,
        rows=_fold((row for row in cells if row.codes[-1] in both), kinds=kinds, at=0),
        total=_row("", "Total", (row.amounts for row in cells if row.codes[-1] in both), kinds=kinds),
        funds=tuple(
            sorted((row for row in by_fund if row.code in both), key=lambda row: (-row.actual, row.code))
        ),
        apart=tuple(row for row in by_fund if row.code not in both and (row.budget or row.actual)),
        has_budget=AmountKind.BUDGET in kinds,
        has_actual=AmountKind.ACTUAL in kinds,
        through_on=next((one.through_on for one in pivot.columns if one.through_on), None),
        filings=pivot.filings,
    )


def _pivot(*, fiscal_year: int, segments: Sequence[str], filters: Mapping[str, str], scope: str) -> Pivot:
    return get_pivot(segments=segments, fiscal_years=[fiscal_year], kinds=KINDS, filters=filters, scope=scope)


def _has_both(row: VarianceRow) -> bool:
    return abs(row.budget) >= LEAST_SPENDING and abs(row.actual) >= LEAST_SPENDING


def _fold(rows: Iterable[PivotRow], *, kinds: Sequence[str], at: int) -> tuple[VarianceRow, ...]:
    """Add up the rows by one of their codes, in the order of the codes."""
    titles: dict[str, str] = {}
    amounts: dict[str, list[tuple[Decimal | None, ...]]] = {}
    for row in rows:
        titles[row.codes[at]] = row.titles[at]
        amounts.setdefault(row.codes[at], []).append(row.amounts)
    return tuple(_row(code, titles[code], amounts[code], kinds=kinds) for code in sorted(amounts))


def _row(
    code: str, title: str, cells: Iterable[Sequence[Decimal | None]], *, kinds: Sequence[str]
) -> VarianceRow:
    found: dict[str, Decimal] = {}
    for amounts in cells:
        for kind, amount in zip(kinds, amounts, strict=True):
            if amount is not None:
                found[kind] = found.get(kind, Decimal(0)) + amount
    budget = found.get(AmountKind.BUDGET, Decimal(0))
    actual = found.get(AmountKind.ACTUAL, found.get(AmountKind.TO_DATE, Decimal(0)))
    estimate = found.get(AmountKind.ESTIMATED_ACTUAL)
    return VarianceRow(
        code=code,
        title=title,
        budget=exact(budget),
        estimated_actual=None if estimate is None else exact(estimate),
        actual=exact(actual),
        is_jump=AmountKind.ACTUAL in kinds and is_jump(before=budget, after=actual),
    )
