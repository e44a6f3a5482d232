"""What an initiative costs, by year, kind, source and object class, and how forecasts did; must not sum across kinds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Sum, TextField
from django.db.models.functions import Cast, JSONObject

from districts.pipeline.selectors import shown_at
from investments.calc.object_classes import OBJECT_CLASSES
from investments.models import AmountKind, CodeTitle, CodingMeter, LedgerCost
from investments.selectors import largest_forecast_funds

NO_SPENDING = Decimal(100)
FORECASTS = (AmountKind.ESTIMATED_ACTUAL, AmountKind.BUDGET)


@dataclass(frozen=True, kw_only=True)
class CostCell:
    """Dollars of the initiative on one source and object class in one fiscal year and kind."""

    fiscal_year: int
    kind: str
    source: str
    object_class: str
    is_indirect: bool
    counted: Decimal
    caught: Decimal
    through_on: date | None = None
    fund: str = ""


@dataclass(frozen=True, kw_only=True)
class YearCost:
    """Dollars of the initiative in one fiscal year and kind; caught = counted + elsewhere.

    through_on: the last day covered, where the year is not closed yet.
    """

    fiscal_year: int
    kind: str
    direct: Decimal
    indirect: Decimal
    caught: Decimal
    through_on: date | None = None

    @property
    def counted(self) -> Decimal:
        return self.direct + self.indirect

    @property
    def elsewhere(self) -> Decimal:
        return self.caught - self.counted

    @property
    def is_forecast(self) -> bool:
        return self.kind in FORECASTS


@dataclass(frozen=True, kw_only=True)
class ForecastError:
    """How far a forecast of a past year was from what was spent, in percent of what was spent.

    fund: the fund whose whole spending it is of; empty where it is of the initiative.
    """

    fiscal_year: int
    kind: str
    percent: float
    fund: str = ""


@dataclass(frozen=True, kw_only=True)
class Costs:
    """The money of an initiative, and the district's record of forecasts."""

    cells: tuple[CostCell, ...]
    years: tuple[YearCost, ...]
    titles: Mapping[str, str]
    latest_year: int | None
    own_errors: tuple[ForecastError, ...]
    district_errors: tuple[ForecastError, ...]

    def year(self, fiscal_year: int | None, kind: str = AmountKind.ACTUAL) -> YearCost | None:
        """Return the cost of one fiscal year and kind, or None where nothing is coded."""
        found = (one for one in self.years if (one.fiscal_year, one.kind) == (fiscal_year, kind))
        return next(found, None)

    def funds(self, fiscal_year: int | None) -> dict[str, Decimal]:
        """Return the counted dollars of a year of actuals by fund, the largest first."""
        sums: dict[str, Decimal] = {}
        for cell in self.cells:
            if (cell.fiscal_year, cell.kind) == (fiscal_year, AmountKind.ACTUAL):
                sums[cell.fund] = sums.get(cell.fund, Decimal(0)) + cell.counted
        return dict(sorted(sums.items(), key=lambda pair: -pair[1]))

    @property
    def shown(self) -> tuple[YearCost, ...]:
        """Return actual years, years to date, then forecasts; an estimate or budget of a past year is its record."""
        actual = [one for one in self.years if one.kind in (AmountKind.ACTUAL, AmountKind.TO_DATE)]
        ahead = [
            one
            for one in self.years
            if one.is_forecast and (self.latest_year is None or one.fiscal_year > self.latest_year)
        ]
        return (*actual, *sorted(ahead, key=lambda one: (one.fiscal_year, one.kind)))

    def source_name(self, code: str) -> str:
        """Return a funding source's code with its title where a list gave one."""
        title = self.titles.get(code, "")
        return f"{code} {title}".strip() or "No source named"


def cost_columns(*, as_of: datetime | None, funding_segment: str) -> dict[str, ArraySubquery]:
    """Return the expressions a query of initiatives reads the money with."""
    cells = (
        LedgerCost.objects.filter(shown_at(as_of), initiative=OuterRef("pk"))
        .order_by("fiscal_year", "kind")
        .values("fiscal_year", "kind", "fund", "source", "object_class", "is_indirect", "through_on")
        .annotate(counted_sum=Sum("counted"), caught_sum=Sum("caught"))
    )
    totals = (
        CodingMeter.objects.filter(shown_at(as_of))
        .order_by("fiscal_year", "kind", "fund")
        .values("fiscal_year", "kind", "fund")
        .annotate(total_sum=Sum("total"))
    )
    sources = LedgerCost.objects.filter(shown_at(as_of), initiative=OuterRef(OuterRef("pk"))).values("source")
    titles = (
        CodeTitle.objects.filter(segment=funding_segment, code__in=sources)
        .order_by("code", "-fiscal_year", "-id")
        .distinct("code")
    )
    names = ("fiscal_year", "kind", "fund", "source", "object_class", "is_indirect", "through_on")
    return {
        "cost_cells": _array(cells, *names, counted="counted_sum", caught="caught_sum"),
        "cost_totals": _array(totals, "fiscal_year", "kind", "fund", total="total_sum"),
        "cost_titles": ArraySubquery(titles.values(cell=JSONObject(code="code", title="title"))),
    }


def read_costs(row: Mapping[str, Any]) -> Costs:
    """Return the money that a row with `cost_columns` holds."""
    cells = tuple(_cell(cell) for cell in row["cost_cells"])
    totals = {
        (one["fund"], one["fiscal_year"], one["kind"]): Decimal(one["total"]) for one in row["cost_totals"]
    }
    years = _years(cells)
    own = {(one.fiscal_year, one.kind): one.counted for one in years}
    return Costs(
        cells=cells,
        years=years,
        titles={one["code"]: one["title"] for one in row["cost_titles"]},
        latest_year=max((year for _, year, kind in totals if kind == AmountKind.ACTUAL), default=None),
        own_errors=forecast_errors(own),
        district_errors=district_errors(totals),
    )


def forecast_errors(dollars: Mapping[tuple[int, str], Decimal]) -> tuple[ForecastError, ...]:
    """Return how far each forecast of a year with actuals was off: 100 x (forecast - actual) / actual."""
    errors: list[ForecastError] = []
    for (year, kind), forecast in sorted(dollars.items()):
        actual = dollars.get((year, AmountKind.ACTUAL))
        if kind in FORECASTS and actual is not None and actual >= NO_SPENDING:
            percent = float((forecast - actual) / actual * 100)
            errors.append(ForecastError(fiscal_year=year, kind=kind, percent=percent))
    return tuple(errors)


def district_errors(dollars: Mapping[tuple[str, int, str], Decimal]) -> tuple[ForecastError, ...]:
    """Return how far each forecast was off over all spending of the largest fund that has it and actuals."""
    return tuple(
        replace(error, fund=fund)
        for (year, kind), fund in sorted(largest_forecast_funds(dollars).items())
        for error in forecast_errors(
            {
                (year, kind): dollars[(fund, year, kind)],
                (year, str(AmountKind.ACTUAL)): dollars[(fund, year, AmountKind.ACTUAL)],
            }
        )
    )


def object_class_name(code: str) -> str:
    """Return the words of an object class."""
    return OBJECT_CLASSES.get(code, f"Object {code}")


def _cell(cell: Mapping[str, Any]) -> CostCell:
    day = cell["through_on"]
    read = {
        "counted": Decimal(cell["counted"]),
        "caught": Decimal(cell["caught"]),
        "through_on": date.fromisoformat(day) if day else None,
    }
    return CostCell(**{**cell, **read})


def _years(cells: Sequence[CostCell]) -> tuple[YearCost, ...]:
    keys = sorted({(cell.fiscal_year, cell.kind) for cell in cells})
    return tuple(_year(key, [cell for cell in cells if (cell.fiscal_year, cell.kind) == key]) for key in keys)


def _year(key: tuple[int, str], cells: Iterable[CostCell]) -> YearCost:
    direct = indirect = caught = Decimal(0)
    through_on = None
    for cell in cells:
        through_on = cell.through_on
        caught += cell.caught
        if cell.is_indirect:
            indirect += cell.counted
        else:
            direct += cell.counted
    return YearCost(
        fiscal_year=key[0],
        kind=key[1],
        direct=direct,
        indirect=indirect,
        caught=caught,
        through_on=through_on,
    )


def _array(rows: Any, *plain: str, **decimals: str) -> ArraySubquery:
    written = {name: F(name) for name in plain} | {
        name: Cast(source, TextField()) for name, source in decimals.items()
    }
    return ArraySubquery(rows.annotate(cell=JSONObject(**written)).values("cell"))
