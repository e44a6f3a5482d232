"""What initiatives cost, from the stored results; must not compute a share or write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Max, Sum

from districts.pipeline.selectors import shown_at
from investments.calc.noise import is_spending, relative_change
from investments.calc.object_classes import OBJECT_CLASSES
from investments.models import AmountKind, CodingMeter, LedgerCost
from investments.selectors.codes import find_code_titles
from investments.selectors.ledger import exact

FORECASTS = (AmountKind.ESTIMATED_ACTUAL, AmountKind.BUDGET)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Ledger cost of one initiative in one fiscal year and kind; counted = direct + indirect."""

    fiscal_year: int
    kind: str
    counted: Decimal
    caught: Decimal
    indirect: Decimal
    through_on: date | None = None
    """The last day covered, where the year is not closed yet."""

    @property
    def direct(self) -> Decimal:
        return self.counted - self.indirect

    @property
    def elsewhere(self) -> Decimal:
        """Dollars its rules catch that an earlier rule counts."""
        return self.caught - self.counted

    @property
    def is_forecast(self) -> bool:
        return self.kind in FORECASTS

    @property
    def is_spending(self) -> bool:
        """False under $100: pages say "no spending"."""
        return is_spending(amount=self.counted)


@dataclass(frozen=True, kw_only=True)
class InitiativeCosts:
    """Every year and kind of one initiative, oldest first."""

    initiative_id: UUID
    costs: tuple[Cost, ...]

    @property
    def latest_actual(self) -> Cost | None:
        """The last closed fiscal year of actuals in which it has any cost at all."""
        return next((cost for cost in reversed(self.costs) if cost.kind == AmountKind.ACTUAL), None)


@dataclass(frozen=True, kw_only=True)
class SourceCost:
    """Counted dollars of one initiative from one funding source, or of one class of objects."""

    fiscal_year: int
    kind: str
    code: str
    title: str
    counted: Decimal


@dataclass(frozen=True, kw_only=True)
class ForecastError:
    """How far a forecast was from what was spent: (forecast - actual) / actual, as a share.

    fund: the fund whose whole spending it is of; empty where it is of one initiative.
    """

    fiscal_year: int
    kind: str
    fund: str = ""
    forecast: Decimal
    actual: Decimal
    error: Decimal | None


@dataclass(frozen=True, kw_only=True)
class InitiativeCostDetail:
    """What one initiative costs, by year, source and class, with the past errors of its forecasts.

    own_errors: of this initiative's forecasts; district_errors: of all spending of the largest fund it is
    paid from (in San Francisco, June's estimate of FY2024 was 10.2% over in the general fund).
    """

    initiative_id: UUID
    costs: tuple[Cost, ...]
    sources: tuple[SourceCost, ...]
    classes: tuple[SourceCost, ...]
    own_errors: tuple[ForecastError, ...]
    district_errors: tuple[ForecastError, ...]


def list_initiative_costs(*, as_of: datetime | None = None) -> dict[UUID, InitiativeCosts]:
    """Return each initiative's cost by year and kind, now or as shown at a past moment. One query."""
    rows = (
        LedgerCost.objects.filter(shown_at(as_of), initiative__isnull=False)
        .values_list("initiative_id", "fiscal_year", "kind", "is_indirect")
        .annotate(counted=Sum("counted"), caught=Sum("caught"), through=Max("through_on"))
        .order_by("initiative_id", "fiscal_year", "kind")
    )
    through: dict[tuple[int, str], date | None] = {}
    found: dict[UUID, dict[tuple[int, str], list[Decimal]]] = defaultdict(dict)
    for initiative_id, fiscal_year, kind, is_indirect, counted, caught, last_day in rows:
        through[(fiscal_year, kind)] = last_day
        sums = found[initiative_id].setdefault((fiscal_year, kind), [Decimal(0)] * 3)
        sums[0] += counted
        sums[1] += caught
        sums[2] += counted if is_indirect else 0
    return {
        initiative_id: InitiativeCosts(initiative_id=initiative_id, costs=_costs(sums=sums, through=through))
        for initiative_id, sums in found.items()
    }


def get_initiative_cost(*, initiative_id: UUID, as_of: datetime | None = None) -> InitiativeCostDetail:
    """Return one initiative's cost, now or as shown at a past moment. Four queries."""
    rows = list(
        LedgerCost.objects.filter(shown_at(as_of), initiative_id=initiative_id)
        .values_list("fiscal_year", "kind", "fund", "source", "object_class", "is_indirect")
        .annotate(counted=Sum("counted"), caught=Sum("caught"), through=Max("through_on"))
        .order_by("fiscal_year", "kind", "fund", "source", "object_class")
    )
    through: dict[tuple[int, str], date | None] = {}
    sums: dict[tuple[int, str], list[Decimal]] = {}
    by_source: dict[tuple[int, str, str], Decimal] = defaultdict(Decimal)
    by_class: dict[tuple[int, str, str], Decimal] = defaultdict(Decimal)
    for fiscal_year, kind, _, source, object_class, is_indirect, counted, caught, last_day in rows:
        through[(fiscal_year, kind)] = last_day
        total = sums.setdefault((fiscal_year, kind), [Decimal(0)] * 3)
        total[0] += counted
        total[1] += caught
        total[2] += counted if is_indirect else 0
        by_source[(fiscal_year, kind, source)] += counted
        by_class[(fiscal_year, kind, object_class)] += counted
    titles = find_code_titles(codes={source for _, _, source in by_source})
    costs = _costs(sums=sums, through=through)
    return InitiativeCostDetail(
        initiative_id=initiative_id,
        costs=costs,
        sources=_by_code(sums=by_source, titles=titles),
        classes=_by_code(sums=by_class, titles=OBJECT_CLASSES),
        own_errors=_errors({(cost.fiscal_year, cost.kind): cost.counted for cost in costs}),
        district_errors=list_forecast_errors(as_of=as_of, funds={fund for _, _, fund, *_ in rows}),
    )


def list_forecast_errors(
    *, as_of: datetime | None = None, funds: Collection[str] = ()
) -> tuple[ForecastError, ...]:
    """Return how far each past budget and estimate was from actual, in the largest fund that has both. One query.

    The largest by actual, of `funds` where they are given: a fund that was never forecast is no error of
    the forecast. Encumbrances are no forecast. A year without actuals has no error yet and is left out.
    """
    meter = CodingMeter.objects.filter(shown_at(as_of))
    if funds:
        meter = meter.filter(fund__in=list(funds))
    rows = meter.values_list("fund", "fiscal_year", "kind").annotate(spent=Sum("total"))
    spent = {(fund, fiscal_year, kind): amount for fund, fiscal_year, kind, amount in rows}
    chosen = largest_forecast_funds(spent)
    return tuple(
        replace(error, fund=fund)
        for (fiscal_year, kind), fund in sorted(chosen.items())
        for error in _errors(
            {
                (fiscal_year, kind): spent[(fund, fiscal_year, kind)],
                (fiscal_year, str(AmountKind.ACTUAL)): spent[(fund, fiscal_year, AmountKind.ACTUAL)],
            }
        )
    )


def largest_forecast_funds(spent: Mapping[tuple[str, int, str], Decimal]) -> dict[tuple[int, str], str]:
    """Return, for each fiscal year and kind of forecast, the largest fund that has it and actuals.

    spent: fund, fiscal year and kind -> dollars. Without such a fund the forecast is left out.
    """
    found: dict[tuple[int, str], tuple[Decimal, str]] = {}
    for (fund, fiscal_year, kind), forecast in sorted(spent.items()):
        actual = spent.get((fund, fiscal_year, AmountKind.ACTUAL), Decimal(0))
        if kind not in FORECASTS or not is_spending(amount=forecast) or not is_spending(amount=actual):
            continue
        key = (fiscal_year, str(kind))
        if key not in found or actual > found[key][0]:
            found[key] = (actual, fund)
    return {key: fund for key, (_, fund) in found.items()}


def _costs(
    *, sums: Mapping[tuple[int, str], list[Decimal]], through: Mapping[tuple[int, str], date | None]
) -> tuple[Cost, ...]:
    return tuple(
        Cost(
            fiscal_year=fiscal_year,
            kind=kind,
            counted=exact(counted),
            caught=exact(caught),
            indirect=exact(indirect),
            through_on=through[(fiscal_year, kind)],
        )
        for (fiscal_year, kind), (counted, caught, indirect) in sorted(sums.items())
    )


def _by_code(
    *, sums: Mapping[tuple[int, str, str], Decimal], titles: Mapping[str, str]
) -> tuple[SourceCost, ...]:
    return tuple(
        SourceCost(
            fiscal_year=fiscal_year,
            kind=kind,
            code=code,
            title=titles.get(code, ""),
            counted=exact(counted),
        )
        for (fiscal_year, kind, code), counted in sorted(sums.items())
        if counted
    )


def _errors(spent: Mapping[tuple[int, str], Decimal]) -> tuple[ForecastError, ...]:
    return tuple(_each_error(spent))


def _each_error(spent: Mapping[tuple[int, str], Decimal]) -> Iterable[ForecastError]:
    for (fiscal_year, kind), forecast in sorted(spent.items()):
        actual = spent.get((fiscal_year, AmountKind.ACTUAL))
        if kind in FORECASTS and actual is not None:
            yield ForecastError(
                fiscal_year=fiscal_year,
                kind=kind,
                forecast=exact(forecast),
                actual=exact(actual),
                error=relative_change(before=actual, after=forecast),
            )
