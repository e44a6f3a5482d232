"""The coding meter as pages read it: how much of spending is somebody's; must not compute or write."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from districts.pipeline.selectors import shown_at
from investments.models import AmountKind, CodingMeter
from investments.selectors.ledger import exact

_PARTS = ("coded", "core", "not_split", "not_yet_coded")


@dataclass(frozen=True, kw_only=True)
class Meter:
    """Spending of one fiscal year and kind in bands that add up to the total exactly."""

    fiscal_year: int
    kind: str
    total: Decimal
    coded: Decimal
    core: Decimal
    not_split: Decimal
    not_yet_coded: Decimal
    through_on: date | None = None
    """The last day covered, where the year is not closed yet."""

    @property
    def is_forecast(self) -> bool:
        return self.kind in (AmountKind.BUDGET, AmountKind.ESTIMATED_ACTUAL)

    def share(self, band: str) -> Decimal | None:
        """A band's share 0-1 of the total; None where there is no spending."""
        part: Decimal = getattr(self, band)
        return part / self.total if self.total > 0 else None


def list_meters(
    *, as_of: datetime | None = None, fund: str = "", fiscal_year: int | None = None, kind: str = ""
) -> tuple[Meter, ...]:
    """List the meter of each fiscal year and kind, all funds or one. One query."""
    rows = CodingMeter.objects.filter(shown_at(as_of))
    if fund:
        rows = rows.filter(fund=fund)
    if fiscal_year is not None:
        rows = rows.filter(fiscal_year=fiscal_year)
    if kind:
        rows = rows.filter(kind=kind)
    sums: dict[tuple[int, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * len(_PARTS))
    through: dict[tuple[int, str], date | None] = {}
    for year, name, last_day, *parts in rows.values_list("fiscal_year", "kind", "through_on", *_PARTS):
        through[(year, name)] = last_day
        sums[(year, name)] = [old + new for old, new in zip(sums[(year, name)], parts, strict=True)]
    return tuple(
        Meter(
            fiscal_year=year,
            kind=name,
            total=exact(sum(parts, Decimal(0))),
            through_on=through[(year, name)],
            **{part: exact(amount) for part, amount in zip(_PARTS, parts, strict=True)},
        )
        for (year, name), parts in sorted(sums.items())
    )
