"""Trends and returns as pages and programs read them; must not compute, judge or write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from diagnostics.calc.on_track_words import Sign
from diagnostics.calc.pooling import YearValue
from diagnostics.calc.target import due_year, on_track_key, read_key
from diagnostics.calc.verdict import Decision, Reason, Verdict
from diagnostics.calc.verdict_words import LABELS, ReturnGate, open_gate
from diagnostics.models import Effect, InitiativeReturn, Trend
from diagnostics.past import read_points
from districts.pipeline.selectors import shown_at


@dataclass(frozen=True, kw_only=True)
class TargetReached:
    """Whether the exact level reaches a strategic goal's target."""

    direction: str
    target: Decimal
    is_reached: bool


@dataclass(frozen=True, kw_only=True)
class TargetChance:
    """The chance that a strategic goal's target is reached by its due school year."""

    direction: str
    target: Decimal
    due_year: int
    sign: Sign


@dataclass(frozen=True, kw_only=True)
class TrendRow:
    """How a metric moved for one school (None: the district), group and grade, in its unit; slope a year.

    slope is None under three points since the last break; a suppressed point has no value; one with a
    bound (`under`, `over`) is only known to lie beyond its value.
    """

    metric_id: UUID
    metric_slug: str
    metric_name: str
    unit: str
    direction: str
    school_id: UUID | None
    school_name: str
    group: str
    grade: str
    points: tuple[YearValue, ...]
    level: float | None
    level_bound: str
    level_year: int | None
    change: float | None
    slope: float | None
    slope_low: float | None
    slope_high: float | None
    points_used: int
    note: str
    reached: tuple[TargetReached, ...]
    on_track: tuple[TargetChance, ...]
    shown_from: datetime


@dataclass(frozen=True, kw_only=True)
class ReturnRow:
    """What can be said of an initiative's return; the gate says whether a ratio may be shown.

    is_of_one_school: its estimate has a single school in an arm, whose result its numbers tell.
    """

    initiative_id: UUID
    verdict: str
    label: str
    sentence: str
    reason: str
    known: tuple[str, ...]
    next_step: str
    gate: ReturnGate
    shown_from: datetime
    is_of_one_school: bool


def list_trends(
    *, metric: str = "", group: str = "", grade: str = "all", district_only: bool = False
) -> tuple[TrendRow, ...]:
    """List trends as shown now by metric (a slug), group and grade, the district's own first. One query.

    An empty metric, group or grade means every one; grade `all` is all grades together.

    district_only leaves every school out, for readers who see no school.
    """
    rows = Trend.objects.filter(shown_at(None)).select_related("metric", "school")
    rows = rows.filter(metric__slug=metric) if metric else rows
    rows = rows.filter(group=group) if group else rows
    rows = rows.filter(grade=grade) if grade else rows
    rows = rows.filter(school=None) if district_only else rows
    return read_trends(rows)


def read_trends(rows: Iterable[Trend]) -> tuple[TrendRow, ...]:
    """Return trends (with metric and school) as pages read them, the district's own first. No query."""
    return tuple(sorted((_trend_row(row=row) for row in rows), key=_order))


def list_returns() -> dict[UUID, ReturnRow]:
    """Return what can be said of each initiative now. One query."""
    rows = InitiativeReturn.objects.filter(shown_at(None)).annotate(one_school=of_one_school())
    return {row.initiative_id: _return_row(row=row) for row in rows}


def get_return(*, initiative_id: UUID) -> ReturnRow | None:
    """Return what can be said of one initiative; None until it has been judged. One query."""
    rows = InitiativeReturn.objects.filter(shown_at(None), initiative_id=initiative_id)
    row = rows.annotate(one_school=of_one_school()).first()
    return None if row is None else _return_row(row=row)


def of_one_school(*, initiative: str = "initiative_id") -> Exists:
    """Return the expression that an estimate shown now has fewer than two schools in an arm."""
    few = Q(clusters_treated__lt=2) | Q(clusters_comparison__lt=2)
    return Exists(Effect.objects.filter(shown_at(None), few, initiative=OuterRef(initiative)))


def _order(row: TrendRow) -> tuple[object, ...]:
    return (
        row.metric_name,
        row.group != "all",
        row.group,
        row.grade != "all",
        row.grade,
        row.school_id is not None,
        row.school_name,
    )


def read_sign(
    *, on_track: Mapping[str, Mapping[str, Any]], direction: str, target: Decimal, due_on: date
) -> Sign | None:
    """Return the sign a trend keeps for a strategic goal; None where none was computed for it."""
    due = due_year(due_on=due_on)
    found = on_track.get(on_track_key(direction=direction, target=target, due=due))
    return None if found is None else Sign(**found)


def _chances(on_track: Mapping[str, Mapping[str, Any]]) -> Iterator[TargetChance]:
    for key, found in sorted(on_track.items()):
        named, _, due = key.rpartition(" ")
        direction, target = read_key(named)
        yield TargetChance(direction=direction, target=target, due_year=int(due), sign=Sign(**found))


def _trend_row(*, row: Trend) -> TrendRow:
    return TrendRow(
        metric_id=row.metric_id,
        metric_slug=row.metric.slug,
        metric_name=row.metric.name,
        unit=row.metric.unit,
        direction=row.metric.direction,
        school_id=row.school_id,
        school_name=row.school.name if row.school else "",
        group=row.group,
        grade=row.grade,
        points=read_points(row.points),
        level=row.level,
        level_bound=row.level_bound,
        level_year=row.level_year,
        change=row.change,
        slope=row.slope,
        slope_low=row.slope_low,
        slope_high=row.slope_high,
        points_used=row.points_used,
        note=row.note,
        reached=tuple(
            TargetReached(direction=direction, target=target, is_reached=row.reached[key])
            for key in sorted(row.reached)
            for direction, target in (read_key(key),)
        ),
        on_track=tuple(_chances(row.on_track)),
        shown_from=row.shown_from,
    )


def _return_row(*, row: Any) -> ReturnRow:
    verdict = Verdict(row.verdict)
    decision = Decision(
        verdict=verdict,
        reason=Reason.INTERVAL,
        rule=int(row.rule) if row.rule else None,
        is_capped=row.is_capped,
    )
    return ReturnRow(
        initiative_id=row.initiative_id,
        verdict=verdict.value,
        label=LABELS[verdict],
        sentence=row.sentence,
        reason=row.reason,
        known=tuple(row.known),
        next_step=row.next_step,
        gate=open_gate(decision=decision),
        shown_from=row.shown_from,
        is_of_one_school=row.one_school,
    )
