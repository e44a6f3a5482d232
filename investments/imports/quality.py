"""The quality report of a state ledger: checks that inform and never reject. Pure: no database.

Every function takes sums by segment (columns fund, resource, function, object, amount: exact
decimals) and gives lines of the report.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from districts.landing.amounts import format_amount
from districts.landing.problems import CheckStatus, QualityCheck
from investments.imports.canonical import is_revenue, is_spending

CENT = Decimal("0.01")
DOLLAR = Decimal(1)
PLACEHOLDER = Decimal("0.10")
CUT = Decimal(-100_000)
JUMP = Decimal("0.25")
JUMP_FLOOR = Decimal(100_000)
JUMPS_NAMED = 15
BEGINNING = ("9791",)
RESTATED = ("9792", "9793", "9794", "9795")


def total(sums: pl.DataFrame, where: pl.Expr) -> Decimal:
    """Sum the amounts of the rows that match; zero when none does."""
    found = sums.filter(where)["amount"].sum()
    return Decimal(found or 0)


def spending(sums: pl.DataFrame, *, fund: str) -> Decimal:
    """Objects 1000-7499 of one fund."""
    return total(sums, (pl.col("fund") == fund) & is_spending(pl.col("object")))


def revenue(sums: pl.DataFrame, *, fund: str) -> Decimal:
    """Objects 8000-8799 of one fund."""
    return total(sums, (pl.col("fund") == fund) & is_revenue(pl.col("object")))


def check_form_totals(
    *, title: str, sums: pl.DataFrame, control_totals: dict[str, str]
) -> list[QualityCheck]:
    """Compare `NN.EXPENDITURES.TOTAL` of the state's form with the rows of the fund."""
    checks = []
    for name, value in sorted(control_totals.items()):
        if not name.endswith(".EXPENDITURES.TOTAL"):
            continue
        ours, form = spending(sums, fund=name[:2]), Decimal(value)
        checks.append(
            QualityCheck(
                name=f"{name} of {title}",
                status="ok" if ours == form else "warn",
                expected=format_amount(form),
                found=format_amount(ours),
                note="The state form's own total of objects 1000-7499 against the rows loaded.",
            )
        )
    return checks


def closing_balance(sums: pl.DataFrame, *, fund: str) -> Decimal:
    """What a fund should start the next year with.

    9791 + 9792..9795 + revenue - spending + 89xx - 76xx.
    """
    own = pl.col("fund") == fund
    code = pl.col("object")
    beginning = total(sums, own & code.is_in([*BEGINNING, *RESTATED]))
    received = total(sums, own & code.str.contains("^89[0-9]{2}$"))
    paid = total(sums, own & code.str.contains("^76[0-9]{2}$"))
    result = revenue(sums, fund=fund) - spending(sums, fund=fund)
    return beginning + result + received - paid


def check_roll_forward(*, title: str, sums: pl.DataFrame, following: pl.DataFrame) -> list[QualityCheck]:
    """Compare each fund's closing balance with the beginning balance (9791) of the next year."""
    funds = sorted(set(sums["fund"]) & set(following["fund"]))
    off: list[str] = []
    checks: list[QualityCheck] = []
    for fund in funds:
        begins = total(following, (pl.col("fund") == fund) & (pl.col("object") == "9791"))
        ends = closing_balance(sums, fund=fund)
        gap = abs(ends - begins)
        allowed = Decimal(0) if fund == "01" else CENT
        if fund == "01":
            checks.append(
                QualityCheck(
                    name=f"Fund balance roll-forward of {title}, fund 01",
                    status="ok" if gap <= allowed else "warn",
                    expected=format_amount(begins),
                    found=format_amount(ends),
                    note="Beginning balance, restatements, revenue, spending and transfers against "
                    "the next year's beginning balance.",
                )
            )
        elif gap > allowed:
            off.append(f"{fund} ({format_amount(ends - begins)})")
    others = len(funds) - (1 if "01" in funds else 0)
    if others:
        checks.append(
            QualityCheck(
                name=f"Fund balance roll-forward of {title}, other funds",
                status="warn" if off else "ok",
                expected=f"{others} funds within 0.01",
                found=f"{len(off)} off: {', '.join(off[:10])}" if off else f"{others} funds",
                note="The same roll-forward for every other fund.",
            )
        )
    return checks


def check_contributions(*, title: str, sums: pl.DataFrame) -> QualityCheck:
    """Contributions between resources (898x and 899x) sum to zero within one dollar."""
    found = total(sums, pl.col("object").str.contains("^89[89][0-9]$"))
    return QualityCheck(
        name=f"Contributions of {title}",
        status="ok" if abs(found) <= DOLLAR else "warn",
        expected="0.00",
        found=format_amount(found),
        note="Objects 8980-8999 move money between resources and should sum to zero within $1.",
    )


def check_placeholders(*, title: str, count: int, amount: Decimal) -> QualityCheck:
    """Report rows of ten cents or less: kept in totals, never a sign of activity."""
    return QualityCheck(
        name=f"Placeholders in {title}",
        status="info",
        found=f"{count:,} rows, {format_amount(amount)}",
        note="Rows of 10 cents or less hold a place: kept in totals, never a sign of activity.",
    )


def check_unassigned_cuts(*, title: str, cuts: Sequence[tuple[str, Decimal]]) -> QualityCheck:
    """Report budget lines below -100,000: cuts not yet assigned."""
    named = "; ".join(f"{account} {format_amount(amount)}" for account, amount in cuts[:5])
    amount = sum((amount for _, amount in cuts), Decimal(0))
    return QualityCheck(
        name=f"Unassigned cuts in {title}",
        status="warn" if cuts else "ok",
        found=f"{len(cuts):,} lines, {format_amount(amount)}" + (f": {named}" if named else ""),
        note="A budget line of spending under -100,000 is a cut nobody has assigned yet.",
    )


def check_jumps(
    *, title: str, sums: pl.DataFrame, before: pl.DataFrame, segments: Sequence[str]
) -> list[QualityCheck]:
    """Report codes whose spending changed by more than 25% against the year before."""
    checks = []
    for segment in segments:
        both = _by_code(sums, segment).join(
            _by_code(before, segment), on=segment, suffix="_before", how="inner"
        )
        jumps: list[tuple[Decimal, str]] = []
        for code, now, then in both.iter_rows():
            if max(abs(now), abs(then)) < JUMP_FLOOR or not then:
                continue
            if abs(now - then) > JUMP * abs(then):
                jumps.append((now - then, f"{code} {format_amount(then)} to {format_amount(now)}"))
        jumps.sort(key=lambda jump: (-abs(jump[0]), jump[1]))
        named = "; ".join(text for _, text in jumps[:JUMPS_NAMED])
        more = f"; and {len(jumps) - JUMPS_NAMED} more" if len(jumps) > JUMPS_NAMED else ""
        status: CheckStatus = "warn" if jumps else "ok"
        checks.append(
            QualityCheck(
                name=f"Jumps of {segment} codes in {title}",
                status=status,
                expected="within 25%",
                found=f"{len(jumps)} of {both.height} codes: {named}{more}" if jumps else "none",
                note=f"Spending by code against the year before, codes of {JUMP_FLOOR:,.0f} dollars "
                "or more: check the coding.",
            )
        )
    return checks


def _by_code(sums: pl.DataFrame, segment: str) -> pl.DataFrame:
    return (
        sums.filter(is_spending(pl.col("object"))).group_by(segment).agg(pl.col("amount").sum()).sort(segment)
    )
