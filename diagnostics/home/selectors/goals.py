"""Strategic goals with where their metric stands; must not write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, F, OuterRef, When
from django.db.models.functions import JSONObject

from diagnostics.calc.on_track_words import Sign
from diagnostics.calc.target import target_key
from diagnostics.models import Trend
from diagnostics.selectors import read_sign
from districts import formatting
from districts.pipeline.selectors import shown_at
from strategy.models import Goal, Metric
from strategy.selectors import name_groups
from strategy.selectors.goals import measured

EVERYBODY = "all"


@dataclass(frozen=True, kw_only=True)
class GoalStanding:
    """A strategic goal in use: where it began, where the district stands, where it should be."""

    id: UUID
    name: str
    metric: str
    metric_id: UUID
    unit: str
    is_leading: bool
    direction: str
    population: str
    baseline_value: Decimal
    baseline_year: int
    target_value: Decimal
    due_on: date
    level: float | None
    level_bound: str
    level_year: int | None
    change: float | None
    group: str = EVERYBODY
    measured_groups: tuple[str, ...] = ()
    """The groups that results of the metric name; none where no results have arrived."""
    is_hidden: bool = False
    is_reached: bool | None = None
    """By the exact rate; None where that is hidden, or not computed for this target yet."""
    sign: Sign | None = None
    """Whether it is on track; None where no value is shown, or nothing was computed for it yet."""

    @property
    def aim(self) -> str:
        """Say the aim: the metric, from where to where, by when."""
        word = "up" if self.direction == Metric.Direction.UP else "down"
        return (
            f"{self.metric}, {word} from {measured(self.baseline_value, self.unit)}"
            f" ({formatting.school_year(self.baseline_year)}) to {measured(self.target_value, self.unit)} by"
            f" {formatting.day(self.due_on)}."
        )

    @property
    def standing(self) -> str:
        """Say where the metric stands, or that nothing has arrived."""
        if self.level is None:
            return self.why_no_level
        now = f"Now {self.level_words} in {formatting.school_year(self.level_year)}"
        gap = self.level - float(self.target_value)
        short = gap if self.direction == Metric.Direction.DOWN else -gap
        if self.is_reached:
            return f"{now}: the target is reached."
        if self.level_bound and self.is_reached is None:
            return f"{now}; the exact rate is not shown, so whether the target is reached is not either."
        if self.level_bound:
            return f"{now}: the target is not reached."
        if not is_written(short, self.unit):
            is_decided = self.is_reached is False
            why = (
                ": just short of the target"
                if is_decided
                else "; whether the target is reached is not decided"
            )
            return f"{now}{why}."
        return f"{now}: {measured_gap(short, self.unit)} short of the target."

    @property
    def track(self) -> str:
        """Say whether it is on track; empty where the level alone says it all, or nothing is known."""
        if self.sign is None or self.level is None or (self.is_reached and not self.sign.is_known):
            return ""
        return self.sign.words[:1].upper() + self.sign.words[1:] + "."

    @property
    def why_no_level(self) -> str:
        """Say why no level is known: no results, none of the group, or none that may be shown."""
        if not self.measured_groups:
            return "No results of this metric have arrived yet."
        if self.is_hidden:
            return "The results of this group are not shown: they are hidden, or of too few students."
        named = name_groups(self.measured_groups)
        return f"Results of this metric have arrived, but none name the group “{self.group}”. {named}"

    @property
    def level_words(self) -> str:
        """Say the level; a rate beyond a cut as under or over it."""
        if self.level_bound:
            return f"{self.level_bound} {self.level:g}%"
        return measured(self.level, self.unit)


def list_goal_standings() -> tuple[GoalStanding, ...]:
    """Return strategic goals in use, by due date, with the district's level of their metric. One query."""
    shown = Trend.objects.filter(
        shown_at(None),
        metric=OuterRef("metric"),
        group=OuterRef("group"),
        grade=EVERYBODY,
        school__isnull=True,
    )
    names = ("level", "level_bound", "level_year", "change", "reached", "on_track")
    stands = JSONObject(**dict(zip(names, names, strict=True)))
    rows = (
        Goal.objects.filter(archived_at__isnull=True)
        .order_by("due_on", "name")
        .values(
            "id",
            "name",
            "metric_id",
            "direction",
            "population",
            "baseline_value",
            "baseline_year",
            "target_value",
            "due_on",
            "group",
            groups=measured_groups(metric="metric", as_of=None),
            metric_name=F("metric__name"),
            unit=F("metric__unit"),
            is_leading=F("metric__is_leading"),
            stands=ArraySubquery(shown.values(cell=stands)),
        )
    )
    return tuple(_goal(dict(row)) for row in rows)


def measured_gap(gap: float, unit: str) -> str:
    """Write a distance between two values of a metric: 3.4 points, 12."""
    digits = 0 if unit == Metric.Unit.COUNT else 1
    noun = "" if unit == Metric.Unit.COUNT else " points"
    return f"{formatting.number(gap, digits)}{noun}"


def measured_groups(*, metric: str, as_of: datetime | None) -> ArraySubquery:
    """Return the groups that results of the outer query's metric name, every student first."""
    rows = Trend.objects.filter(
        shown_at(as_of), metric=OuterRef(metric), grade=EVERYBODY, school__isnull=True
    )
    first = Case(When(group=EVERYBODY, then=0), default=1)
    return ArraySubquery(rows.order_by(first, "group").values("group"))


def is_written(gap: float, unit: str) -> bool:
    """Say whether a distance is more than nothing as it is written."""
    return round(gap, 0 if unit == Metric.Unit.COUNT else 1) > 0


def _goal(row: dict[str, Any]) -> GoalStanding:
    stands = row.pop("stands")
    nothing: dict[str, Any] = {
        "level": None,
        "level_bound": "",
        "level_year": None,
        "change": None,
        "reached": {},
        "on_track": {},
    }
    found = stands[0] if stands else nothing
    reached, on_track = found.pop("reached"), found.pop("on_track")
    key = target_key(direction=row["direction"], target=row["target_value"])
    return GoalStanding(
        metric=row.pop("metric_name"),
        is_hidden=bool(stands) and found["level"] is None,
        is_reached=reached.get(key),
        sign=read_sign(
            on_track=on_track,
            direction=row["direction"],
            target=row["target_value"],
            due_on=row["due_on"],
        ),
        measured_groups=tuple(row.pop("groups")),
        **row,
        **found,
    )
