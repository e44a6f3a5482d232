"""Whether a strategic goal's target is reached, on the exact rate; must not tell that rate.

Who may set targets could try many of them, and learn a rate to any decimal from the answers. So a
target counts by the published steps around it (one decimal of a rate): many targets tell on which side
of the published value the exact one lies, and nothing more. `disclosure` counts with that half.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from diagnostics.calc.disclosure import DECIMALS, OVER, UNDER, Table
from diagnostics.calc.pooling import YearValue, pool_years

TOLERANCE = 1e-9
YEAR_BEGINS = 9


def decide_target(
    *, shown: YearValue, exact: float | None, target: Decimal, is_up: bool, unit: str
) -> bool | None:
    """Say whether a value reaches a target; None where what may be shown does not decide it.

    shown: the value as published; exact: the value behind it, in the metric's unit. A hidden value is
    undecided; one beyond a cut is decided by the cut alone. A target between two published steps is
    reached beyond both, missed short of both, and undecided between them.

    Example: 20.04 is published as 20.0; a target of 20, down, is not reached; 19.96 reaches it.
    """
    if shown.value is None or shown.is_suppressed or exact is None:
        return None
    if shown.bound:
        return _by_cut(cut=shown.value, bound=shown.bound, target=float(target), is_up=is_up)
    step = Decimal(1) if unit == "count" else Decimal(1).scaleb(-DECIMALS)
    low = float((target / step).to_integral_value(ROUND_FLOOR) * step)
    high = float((target / step).to_integral_value(ROUND_CEILING) * step)
    near, far = (low, high) if is_up else (high, low)
    if _reaches(exact, far, is_up=is_up):
        return True
    return None if near != far and _reaches(exact, near, is_up=is_up) else False


def target_key(*, direction: str, target: Decimal) -> str:
    """Name a target among those of a metric and group: "down 20"."""
    return f"{direction} {target.normalize():f}"


def due_year(*, due_on: date) -> int:
    """Return the school year that a strategic goal's due date asks for, by the year it ends.

    The one the day falls in; a day of July or August belongs to the year just over. Example: 31 August 2027
    is of 2026-27, 1 September 2027 of 2027-28.
    """
    return due_on.year + (due_on.month >= YEAR_BEGINS)


def on_track_key(*, direction: str, target: Decimal, due: int) -> str:
    """Name a target with its due school year: "down 20 2027"."""
    return f"{target_key(direction=direction, target=target)} {due}"


def read_key(key: str) -> tuple[str, Decimal]:
    """Return the direction and target that `target_key` named."""
    direction, target = key.split(" ")
    return direction, Decimal(target)


def _reaches(value: float, target: float, *, is_up: bool) -> bool:
    return value >= target - TOLERANCE if is_up else value <= target + TOLERANCE


def _by_cut(*, cut: float, bound: str, target: float, is_up: bool) -> bool | None:
    """Decide by "under 5%" or "over 95%" alone."""
    if bound == UNDER and not is_up:
        return True if target >= cut else None
    if bound == UNDER:
        return False if target >= cut else None
    if bound == OVER and is_up:
        return True if target <= cut else None
    return False if target <= cut else None


def exact_district(*, cells: Table, unit: str) -> dict[str, float]:
    """Return the district's value of each group before any rounding, of one metric and year.

    A group without a value of the district is pooled from its schools, as `disclosure` does. A rate
    with its counts is students over students. Never to be shown. Empty in, empty out.

    Example: 10 of 40 and 30 of 60 make 40.0.
    """
    by_group: dict[str, list[YearValue]] = {}
    for (school, group), value in cells.items():
        if school is None or (None, group) not in cells:
            by_group.setdefault(group, []).append(value)
    found: dict[str, float] = {}
    for group, values in by_group.items():
        (one,) = pool_years(values=values, unit=unit)
        if one.value is None or one.is_suppressed:
            continue
        is_counted = unit == "percent" and one.numerator is not None
        found[group] = (
            100 * (one.numerator or 0.0) / one.students if is_counted and one.students else one.value
        )
    return found
