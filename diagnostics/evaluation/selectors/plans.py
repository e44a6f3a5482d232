"""Read side of the page of evaluation plans: the plan in force, the draft, older ones, what to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from diagnostics.evaluation.selectors.meaning import Arms, plan_notes
from diagnostics.models import EvaluationPlan, MetricResult, PlanSchool, Trend
from districts import formatting
from districts.models import School
from districts.parts import Notice
from strategy.models import Initiative, InitiativeSchool, Metric

UNDER_MINIMUM: Final = "too few to show"


@dataclass(frozen=True, kw_only=True)
class SchoolOption:
    """A school that can be served or compared with."""

    id: UUID
    name: str
    level: str
    level_label: str


@dataclass(frozen=True, kw_only=True)
class MetricOption:
    """A metric an initiative can be judged by."""

    id: UUID
    label: str
    has_student_sd: bool


@dataclass(frozen=True, kw_only=True)
class PlanView:
    """A plan as a page shows it: every answer in words, and what the choice means."""

    id: UUID
    metric: str
    facts: tuple[tuple[str, str], ...]
    served: tuple[SchoolOption, ...]
    comparison: tuple[SchoolOption, ...]
    notes: tuple[Notice, ...]
    note: str
    is_retrospective: bool
    locked_at: datetime | None
    locked_by: str
    replaced_at: datetime | None
    values: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class PlanPage:
    """Everything the page of an initiative's plan says and offers."""

    initiative_id: UUID
    name: str
    is_judged: bool
    kind_label: str
    is_archived: bool
    in_force: PlanView | None
    draft: PlanView | None
    older: tuple[PlanView, ...]
    metrics: tuple[MetricOption, ...]
    schools: tuple[SchoolOption, ...]
    recorded_ids: tuple[UUID, ...]
    metric_id: UUID
    groups: tuple[str, ...]
    grades: tuple[str, ...]


def get_plan_page(*, initiative_id: UUID, minimum: int | None = None) -> PlanPage | None:
    """Return the page of an initiative's plan, None where this district has no such initiative.

    minimum: fewer students assigned than that are not told; None tells all. Nine queries, one more with a draft.
    """
    found = Initiative.objects.filter(pk=initiative_id).select_related("goal").first()
    if found is None:
        return None
    schools = {
        one.pk: SchoolOption(id=one.pk, name=one.name, level=one.level, level_label=one.get_level_display())
        for one in School.objects.order_by("name", "pk")
    }
    plans = _plans(initiative_id, schools=schools, minimum=minimum)
    return PlanPage(
        initiative_id=initiative_id,
        name=found.name,
        is_judged=found.kind == Initiative.Kind.INITIATIVE,
        kind_label=found.get_kind_display(),
        is_archived=found.archived_at is not None,
        in_force=next((one for one in plans if one.locked_at and not one.replaced_at), None),
        draft=next((one for one in plans if not one.locked_at), None),
        older=tuple(one for one in plans if one.replaced_at),
        metrics=_metrics(),
        schools=tuple(schools.values()),
        recorded_ids=tuple(
            InitiativeSchool.objects.filter(initiative_id=initiative_id)
            .order_by("school__name")
            .values_list("school_id", flat=True)
        ),
        metric_id=found.goal.metric_id,
        groups=_known("group"),
        grades=_known("grade"),
    )


def _metrics() -> tuple[MetricOption, ...]:
    return tuple(
        MetricOption(
            id=one.pk,
            label=f"{one.name} ({one.get_unit_display().lower()}, {one.get_direction_display().lower()})",
            has_student_sd=one.student_sd is not None,
        )
        for one in Metric.objects.order_by("name")
    )


def _known(column: str) -> tuple[str, ...]:
    values = Trend.objects.filter(shown_until__isnull=True).values_list(column, flat=True).distinct()
    return tuple(sorted(values.order_by(column), key=lambda one: (one != "all", one)))


def _plans(
    initiative_id: UUID, *, schools: Mapping[UUID, SchoolOption], minimum: int | None
) -> tuple[PlanView, ...]:
    plans = list(
        EvaluationPlan.objects.filter(initiative_id=initiative_id)
        .select_related("metric", "locked_by")
        .order_by("-created_at")
    )
    arms: dict[tuple[UUID, str], list[SchoolOption]] = {}
    for plan_id, school, arm in PlanSchool.objects.filter(plan__in=plans).values_list(
        "plan_id", "school_id", "arm"
    ):
        arms.setdefault((plan_id, arm), []).append(schools[school])
    years = _years_landed(plans)
    return tuple(
        _view(
            one,
            served=_sorted(arms.get((one.pk, PlanSchool.Arm.SERVED), [])),
            comparison=_sorted(arms.get((one.pk, PlanSchool.Arm.COMPARISON), [])),
            years=years.get(one.metric_id, set()),
            was_seen=one.locked_at is None and _was_seen(one),
            minimum=minimum,
        )
        for one in plans
    )


def _was_seen(plan: EvaluationPlan) -> bool:
    """Say whether the outcome year was ever in a trend of the metric, undone since or not."""
    outcome = [{"year": plan.outcome_year}]
    return bool(Trend.objects.filter(metric_id=plan.metric_id, points__contains=outcome).exists())


def _years_landed(plans: Sequence[EvaluationPlan]) -> dict[UUID, set[int]]:
    """Return the school years with results that count, by metric."""
    years: dict[UUID, set[int]] = {}
    for metric, year in (
        MetricResult.objects.filter(metric_id__in={one.metric_id for one in plans}, filing__is_current=True)
        .values_list("metric_id", "school_year")
        .distinct()
    ):
        years.setdefault(metric, set()).add(year)
    return years


def _sorted(schools: list[SchoolOption]) -> tuple[SchoolOption, ...]:
    return tuple(sorted(schools, key=lambda one: (one.name, str(one.id))))


def _view(
    plan: EvaluationPlan,
    *,
    served: tuple[SchoolOption, ...],
    comparison: tuple[SchoolOption, ...],
    years: set[int],
    was_seen: bool,
    minimum: int | None,
) -> PlanView:
    arms = Arms(served=len(served), comparison=len(comparison), was_outcome_seen=was_seen)
    return PlanView(
        id=plan.pk,
        metric=plan.metric.name,
        facts=_facts(plan, served=len(served), comparison=len(comparison), minimum=minimum),
        served=served,
        comparison=comparison,
        notes=plan_notes(plan=plan, arms=arms, years=years),
        note=plan.note,
        is_retrospective=plan.is_retrospective,
        locked_at=plan.locked_at,
        locked_by=str(plan.locked_by) if plan.locked_by else "",
        replaced_at=plan.replaced_at,
        values=_values(plan)
        | {"served": [str(one.id) for one in served], "comparison": [str(one.id) for one in comparison]},
    )


def _values(plan: EvaluationPlan) -> dict[str, object]:
    names = (
        "group",
        "grade",
        "design",
        "assigned_by",
        "chosen_by",
        "chosen_by_note",
        "bar_unit",
        "baseline_year",
        "first_year",
        "outcome_year",
        "dosage_unit",
        "students_assigned",
        "note",
    )
    plain: dict[str, object] = {name: getattr(plan, name) for name in names}
    for name in ("bar", "planned_dosage", "least_dosage"):
        value = getattr(plan, name)
        plain[name] = None if value is None else plain_number(value)
    return plain | {"metric": str(plan.metric_id)}


def plain_number(value: object) -> str:
    """Write a decimal without zeros behind it: 2.5000 as 2.5."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _facts(
    plan: EvaluationPlan, *, served: int, comparison: int, minimum: int | None
) -> tuple[tuple[str, str], ...]:
    unit = plan.dosage_unit
    bar = plain_number(plan.bar)
    if plan.bar_unit == EvaluationPlan.BarUnit.STUDENT_SD:
        bar = f"{bar} student standard deviations"
    elif plan.metric.unit == Metric.Unit.COUNT:
        bar = f"{bar} better"
    else:
        bar = f"{bar} points better"
    chosen = plan.get_chosen_by_display() + (f": {plan.chosen_by_note}" if plan.chosen_by_note else "")
    first, last = formatting.school_year(plan.first_year), formatting.school_year(plan.outcome_year)
    return (
        ("Metric", f"{plan.metric.name}, {plan.metric.get_direction_display().lower()}"),
        ("Students", "All" if plan.group == "all" else plan.group),
        ("Grade", "All" if plan.grade == "all" else plan.grade),
        ("Bar", bar),
        ("Compared by", plan.get_design_display()),
        ("Assigned", plan.get_assigned_by_display()),
        ("Students chosen", chosen),
        ("Baseline year", formatting.school_year(plan.baseline_year)),
        ("Years with the initiative", first if first == last else f"{first} to {last}"),
        ("Outcome year", last),
        ("Planned dosage", _dosage(plan.planned_dosage, unit)),
        ("Least dosage that counts", _dosage(plan.least_dosage, unit)),
        ("Students assigned", _students(plan.students_assigned, minimum=minimum)),
        ("Schools served", f"{served}"),
        ("Comparison schools", f"{comparison}"),
    )


def _students(count: int | None, *, minimum: int | None) -> str:
    is_hidden = count is not None and minimum is not None and count < minimum
    return UNDER_MINIMUM if is_hidden else formatting.number(count)


def _dosage(value: object, unit: str) -> str:
    return formatting.NOTHING if value is None else f"{plain_number(value)} {unit}".strip()
