"""Reading dollars by fiscal year and kind out of result tables; must not sum across kinds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet, Sum, TextField
from django.db.models.functions import Cast, JSONObject

from districts.pipeline.selectors import shown_at
from investments.models import AmountKind, CodingMeter, LedgerCost

NO_SPENDING = Decimal(100)
"""Below this there is no spending to speak of: placeholders of a cent, roundings."""
Dollars = Mapping[tuple[int, str], Decimal]
METER_PARTS = ("total", "coded", "core", "not_split", "not_yet_coded")


@dataclass(frozen=True, kw_only=True)
class YearMeter:
    """Spending of one fiscal year and kind by band, all funds together."""

    fiscal_year: int
    kind: str
    total: Decimal
    coded: Decimal
    core: Decimal
    not_split: Decimal
    not_yet_coded: Decimal


def cost_column() -> ArraySubquery:
    """Return the counted dollars of the outer query's initiative by fiscal year and kind, as JSON."""
    cells = (
        LedgerCost.objects.filter(shown_at(None), initiative=OuterRef("pk"))
        .order_by("fiscal_year", "kind")
        .values("fiscal_year", "kind")
        .annotate(counted_sum=Sum("counted"))
    )
    return _array(cells, fiscal_year="fiscal_year", kind="kind", counted="counted_sum")


def meter_column() -> ArraySubquery:
    """Return the district's meter by fiscal year and kind, as JSON."""
    cells = (
        CodingMeter.objects.filter(shown_at(None))
        .order_by("fiscal_year", "kind")
        .values("fiscal_year", "kind")
        .annotate(**{f"{part}_sum": Sum(part) for part in METER_PARTS})
    )
    return _array(
        cells, fiscal_year="fiscal_year", kind="kind", **{part: f"{part}_sum" for part in METER_PARTS}
    )


def read_dollars(cells: Iterable[Mapping[str, Any]]) -> Dollars:
    """Return dollars by (fiscal year, kind)."""
    return {(int(cell["fiscal_year"]), cell["kind"]): Decimal(cell["counted"]) for cell in cells}


def read_meter(cells: Iterable[Mapping[str, Any]]) -> tuple[YearMeter, ...]:
    """Return the meters by fiscal year and kind."""
    return tuple(
        YearMeter(
            fiscal_year=int(cell["fiscal_year"]),
            kind=cell["kind"],
            **{part: Decimal(cell[part]) for part in METER_PARTS},
        )
        for cell in cells
    )


def latest_actual(meter: Iterable[YearMeter]) -> YearMeter | None:
    """Return the meter of the last fiscal year of actuals, or None."""
    actual = [one for one in meter if one.kind == AmountKind.ACTUAL]
    return max(actual, key=lambda one: one.fiscal_year, default=None)


def latest_budget(meter: Iterable[YearMeter], *, after: int) -> YearMeter | None:
    """Return the meter of the last budget of a fiscal year later than `after`, or None."""
    ahead = [one for one in meter if one.kind == AmountKind.BUDGET and one.fiscal_year > after]
    return max(ahead, key=lambda one: one.fiscal_year, default=None)


def _array(cells: QuerySet[Any, Any], **columns: str) -> ArraySubquery:
    """Return rows as JSON, decimals as text so that no cent is lost."""
    plain = {"fiscal_year", "kind"}
    written = {
        name: F(source) if name in plain else Cast(source, TextField()) for name, source in columns.items()
    }
    return ArraySubquery(cells.annotate(cell=JSONObject(**written)).values("cell"))
