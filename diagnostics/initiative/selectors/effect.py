"""The estimate of an initiative as its page needs it: plan, effect, return, files. Must not write or judge.

Every number here may be shown: the effect was computed from what pages show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject
from django.utils import timezone

from diagnostics.calc.pooling import YearValue
from diagnostics.models import Effect, EvaluationPlan, InitiativeReturn, PlanSchool, Trend
from diagnostics.past import HIDDEN_SINCE, LESS_EXACT, list_past_trends, read_points
from districts.models import Filing
from districts.pipeline.selectors import shown_at
from strategy.models import Initiative

PLAIN = (
    "design",
    "method",
    "unit",
    "outcome_year",
    "is_early_look",
    "estimate",
    "low",
    "high",
    "bar",
    "students_treated",
    "students_comparison",
    "clusters_treated",
    "clusters_comparison",
    "p_cr2",
    "p_bootstrap",
    "p_permutation",
    "placebo_rank",
    "placebos",
    "pre_periods",
    "worst_pre_period",
    "baseline_difference",
    "expected_regression",
    "students_needed",
    "gates",
    "series",
    "note",
    "facts",
    "fingerprint",
)


@dataclass(frozen=True, kw_only=True)
class PlanOf:
    """The plan an initiative is judged by: the locked one, else the draft."""

    id: UUID
    metric: str
    unit: str
    direction: str
    group: str
    grade: str
    design: str
    chosen_by: str
    baseline_year: int
    first_year: int
    outcome_year: int
    break_years: tuple[int, ...]
    is_retrospective: bool
    locked_on: date | None
    locked_by: str

    @property
    def chosen_words(self) -> str:
        """Say what the students were chosen by."""
        return EvaluationPlan.ChosenBy(self.chosen_by).label


@dataclass(frozen=True, kw_only=True)
class EffectOf:
    """An effect as kept, with the version of the method that made it and when."""

    design: str
    method: str
    unit: str
    outcome_year: int | None
    is_early_look: bool
    estimate: float | None
    low: float | None
    high: float | None
    bar: float | None
    students_treated: int | None
    students_comparison: int | None
    clusters_treated: int | None
    clusters_comparison: int | None
    p_cr2: float | None
    p_bootstrap: float | None
    p_permutation: float | None
    placebo_rank: int | None
    placebos: int | None
    pre_periods: int | None
    worst_pre_period: float | None
    baseline_difference: float | None
    expected_regression: float | None
    students_needed: int | None
    gates: Sequence[Mapping[str, Any]]
    series: Sequence[Mapping[str, Any]]
    note: str
    facts: Mapping[str, Any]
    fingerprint: str
    version: str
    shown_from: datetime

    @property
    def schools(self) -> int | None:
        """Return the schools of both groups that the estimate stands on."""
        if self.clusters_treated is None or self.clusters_comparison is None:
            return None
        return self.clusters_treated + self.clusters_comparison

    def values(self, arm: str) -> tuple[YearValue, ...]:
        """Return an arm's values by year, as pages may show them."""
        return next((read_points(one["points"]) for one in self.series if one["arm"] == arm), ())


@dataclass(frozen=True, kw_only=True)
class ResultFile:
    """A file that results of the plan's metric came from."""

    school_year: int
    filename: str
    upload_id: UUID
    filed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Everything the page says of the effect; plan None: there is none, effect None: not computed yet.

    metrics: what effect and return were computed from, by the plan of their time. is_hidden_since: of a past
    day, where a result of these metrics is hidden since; effect and ratio are left out then.
    """

    plan: PlanOf | None
    effect: EffectOf | None
    issue: int
    is_early_look: bool
    is_capped: bool
    ratio: Mapping[str, Any]
    files: tuple[ResultFile, ...]
    metrics: frozenset[UUID] = frozenset()
    is_hidden_since: bool = False


@dataclass(frozen=True, kw_only=True)
class PlanSchoolLine:
    """A school of the plan with its values before and after, as pages show them."""

    id: UUID
    name: str
    arm: str
    before: YearValue | None
    after: YearValue | None


def effect_columns(*, as_of: datetime | None) -> dict[str, ArraySubquery]:
    """Return the expressions a query of initiatives reads the effect with; plan and files are today's."""
    mine = {"initiative": OuterRef("pk")}
    effects = Effect.objects.filter(shown_at(as_of), **mine)
    plans = EvaluationPlan.objects.filter(replaced_at=None, **mine).order_by(
        F("locked_at").asc(nulls_last=True)
    )
    outer = EvaluationPlan.objects.filter(replaced_at=None, initiative=OuterRef(OuterRef("pk")))
    files = Filing.objects.filter(
        family="results", is_current=True, subject__in=outer.values("metric__slug")
    ).order_by("fiscal_year", "id")
    said = InitiativeReturn.objects.filter(shown_at(as_of), **mine)
    names = {name: name for name in PLAIN}
    return {
        "effect": _rows(
            effects, version="run__version", shown_from="shown_from", metric_id="plan__metric_id", **names
        ),
        "plans": _rows(
            plans,
            id="pk",
            metric="metric__name",
            unit="metric__unit",
            direction="metric__direction",
            break_years="metric__break_years",
            locked_at="locked_at",
            locked_name="locked_by__name",
            locked_email="locked_by__email",
            **{name: name for name in _OF_PLAN},
        ),
        "result_files": _rows(
            files,
            school_year="fiscal_year",
            filename="upload__filename",
            upload_id="upload_id",
            filed_at="filed_at",
        ),
        "judged": _rows(
            said,
            issue="issue",
            is_early_look="is_early_look",
            is_capped="is_capped",
            ratio="ratio",
            metric_id="plan__metric_id",
        ),
    }


def read_judged(row: Mapping[str, Any]) -> Judged:
    """Return what a row with `effect_columns` holds."""
    effect = dict(row["effect"][0]) if row["effect"] else None
    plan = row["plans"][0] if row["plans"] else None
    judged = row["judged"][0] if row["judged"] else {}
    metrics = [effect.pop("metric_id") if effect else None, judged.get("metric_id")]
    return Judged(
        plan=None if plan is None else _plan(plan),
        effect=None
        if effect is None
        else EffectOf(**(effect | {"shown_from": datetime.fromisoformat(effect["shown_from"])})),
        issue=judged.get("issue", 0),
        is_early_look=judged.get("is_early_look", False),
        is_capped=judged.get("is_capped", False),
        ratio=judged.get("ratio", {}),
        files=tuple(
            ResultFile(
                school_year=one["school_year"],
                filename=one["filename"],
                upload_id=UUID(one["upload_id"]),
                filed_at=datetime.fromisoformat(one["filed_at"]),
            )
            for one in row["result_files"]
        ),
        metrics=frozenset(UUID(one) for one in metrics if one),
    )


def without_hidden(judged: Judged, *, as_of: datetime) -> Judged:
    """Return what a past day says of an effect; without its numbers where a result behind them is hidden since.

    Numbers of schools hidden or shown less exactly today would follow from the estimate, counts and gates of
    that day. Three queries for each metric, none where nothing was computed then.
    """
    rows = (row for one in judged.metrics for row in list_past_trends(as_of=as_of, metric_id=one))
    if not any(row.note.endswith((HIDDEN_SINCE, LESS_EXACT)) for row in rows):
        return judged
    return replace(judged, effect=None, ratio={}, is_capped=False, is_hidden_since=True)


def get_judged(*, initiative_id: UUID) -> Judged:
    """Return what is said of one initiative's effect now; nothing where it does not exist. One query."""
    row = Initiative.objects.filter(pk=initiative_id).values(**effect_columns(as_of=None)).first()
    return read_judged(row or {"effect": (), "plans": (), "judged": (), "result_files": ()})


def list_plan_schools(*, plan_id: UUID) -> tuple[PlanSchoolLine, ...]:
    """Return a plan's schools with their values in the baseline and outcome year as shown now. One query."""
    shown = Trend.objects.filter(
        shown_at(None),
        school=OuterRef("school"),
        metric=OuterRef("plan__metric"),
        group=OuterRef("plan__group"),
        grade=OuterRef("plan__grade"),
    )
    rows = (
        PlanSchool.objects.filter(plan=plan_id)
        .order_by("-arm", "school__name", "pk")
        .values(
            "school_id",
            "arm",
            name=F("school__name"),
            baseline_year=F("plan__baseline_year"),
            outcome_year=F("plan__outcome_year"),
            points=ArraySubquery(shown.values("points")),
        )
    )
    return tuple(_school(row) for row in rows)


_OF_PLAN = (
    "group",
    "grade",
    "design",
    "chosen_by",
    "baseline_year",
    "first_year",
    "outcome_year",
    "is_retrospective",
)


def _plan(one: Mapping[str, Any]) -> PlanOf:
    locked = one["locked_at"]
    return PlanOf(
        id=UUID(one["id"]),
        metric=one["metric"],
        unit=one["unit"],
        direction=one["direction"],
        break_years=tuple(one["break_years"]),
        locked_on=timezone.localtime(datetime.fromisoformat(locked)).date() if locked else None,
        locked_by=one["locked_name"] or one["locked_email"] or "",
        **{name: one[name] for name in _OF_PLAN},
    )


def _school(row: Mapping[str, Any]) -> PlanSchoolLine:
    values = {one.year: one for one in read_points(row["points"][0])} if row["points"] else {}
    return PlanSchoolLine(
        id=row["school_id"],
        name=row["name"],
        arm=row["arm"],
        before=values.get(row["baseline_year"]),
        after=values.get(row["outcome_year"]),
    )


def _rows(rows: Any, **columns: Any) -> ArraySubquery:
    return ArraySubquery(rows.values(cell=JSONObject(**columns)))
