"""What is wrong with an evaluation plan, field by field, and what to do about it. Must not write."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from diagnostics.models import EvaluationPlan
from districts.models import School
from strategy.models import Metric

if TYPE_CHECKING:
    from diagnostics.evaluation.services.plans import PlanInput

MISSING: Final = {
    "metric": "Choose the one metric the initiative is judged by.",
    "design": "Say how the served students are compared with others.",
    "bar": "Say how large the gain must be for the initiative to be worth it.",
    "baseline_year": "Give the school year before it began.",
    "first_year": "Give the first school year with the initiative.",
    "outcome_year": "Give the school year whose results decide.",
}
CHOICES: Final = (
    ("design", EvaluationPlan.Design, "design"),
    ("assigned_by", EvaluationPlan.AssignedBy, "who was assigned: students or whole schools"),
    ("chosen_by", EvaluationPlan.ChosenBy, "what the students were chosen by"),
    ("bar_unit", EvaluationPlan.BarUnit, "unit of the bar"),
)
FIRST_YEAR, LAST_YEAR = 1990, 2100
MOST: Final = Decimal(100_000)
LONGEST: Final = {"group": 60, "grade": 20, "chosen_by_note": 300, "dosage_unit": 60, "note": 4000}


def list_plan_errors(*, plan: PlanInput, replaces: bool) -> dict[str, str]:
    """Return what must be put right before a draft can be kept; empty where it can."""
    metric = Metric.objects.filter(pk=plan.metric_id).first() if plan.metric_id else None
    values = {
        "metric": metric,
        "design": plan.design,
        "bar": plan.bar,
        "baseline_year": plan.baseline_year,
        "first_year": plan.first_year,
        "outcome_year": plan.outcome_year,
    }
    errors = {name: MISSING[name] for name, value in values.items() if value in (None, "")}
    for name, choices, words in CHOICES:
        if name not in errors and getattr(plan, name) not in choices.values:
            errors[name] = f"Choose the {words} from the list."
    for name, most in LONGEST.items():
        if len(getattr(plan, name)) > most:
            errors[name] = f"Shorten this to {most} characters."
    if not plan.group.strip():
        errors["group"] = "Name the group as results files do; “all” for every student."
    if not plan.grade.strip():
        errors["grade"] = "Name the grade as results files do; “all” for every grade."
    if replaces and not plan.note.strip():
        errors["note"] = "Say why the locked plan is replaced; everybody can read it."
    checks = (_bar(plan, metric), _years(plan), _dosage(plan), _design(plan), _schools(plan))
    for found in checks:
        errors = found | errors
    return errors


def list_lock_errors(*, plan: PlanInput, replaces: bool) -> dict[str, str]:
    """Return what stands in the way of judging by a plan; empty where it can be locked."""
    errors = list_plan_errors(plan=plan, replaces=replaces)
    if not plan.served_ids:
        errors.setdefault("served", "Tick the schools it serves: without them nobody can be compared.")
    needs_others = plan.design == EvaluationPlan.Design.DIFFERENCE_IN_DIFFERENCES or (
        plan.design == EvaluationPlan.Design.RANDOMISED
        and plan.assigned_by == EvaluationPlan.AssignedBy.SCHOOL
    )
    if needs_others and not plan.comparison_ids:
        errors.setdefault("comparison", "Tick comparison schools, or choose “before and after”.")
    return errors


def _bar(plan: PlanInput, metric: Metric | None) -> dict[str, str]:
    if plan.bar is None:
        return {}
    if not plan.bar.is_finite() or plan.bar <= 0:
        return {
            "bar": "Write the bar as a gain over zero; for a metric that should fall, the points it falls."
        }
    in_sd = plan.bar_unit == EvaluationPlan.BarUnit.STUDENT_SD
    if metric and in_sd and metric.student_sd is None:
        return {
            "bar_unit": "This metric has no student standard deviation. Give the bar in the metric’s own unit,"
            " or add the published deviation with its source to the metric."
        }
    if in_sd and plan.bar > 3:
        return {
            "bar": "No program moves students by more than 3 standard deviations. Write for example 0.10."
        }
    if metric and not in_sd and metric.unit == Metric.Unit.PERCENT and plan.bar > 100:
        return {"bar": "A percentage cannot change by more than 100 points. Write for example 2."}
    if plan.bar >= MOST:
        return {"bar": "This bar is too large. Give it in the metric’s own unit."}
    return {}


def _years(plan: PlanInput) -> dict[str, str]:
    errors: dict[str, str] = {}
    for name in ("baseline_year", "first_year", "outcome_year"):
        year = getattr(plan, name)
        if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
            errors[name] = "Write a school year such as 2022-23, or 2023 for the year in which it ended."
    if errors or plan.first_year is None:
        return errors
    if plan.baseline_year is not None and plan.baseline_year >= plan.first_year:
        errors["first_year"] = "The first year with the initiative must come after the baseline year."
    elif plan.outcome_year is not None and plan.outcome_year < plan.first_year:
        errors["outcome_year"] = "The outcome cannot come before the initiative’s first year."
    return errors


def _dosage(plan: PlanInput) -> dict[str, str]:
    errors: dict[str, str] = {}
    for name in ("planned_dosage", "least_dosage"):
        value = getattr(plan, name)
        if value is not None and not (value.is_finite() and 0 < value < MOST):
            errors[name] = "Write a number over zero, for example 12, or leave it empty."
    if errors:
        return errors
    if plan.planned_dosage and plan.least_dosage and plan.least_dosage > plan.planned_dosage:
        errors["least_dosage"] = "The least dosage that counts cannot be more than what is planned."
    if (plan.planned_dosage or plan.least_dosage) and not plan.dosage_unit.strip():
        errors["dosage_unit"] = "Say what is counted, for example “sessions a month”."
    if plan.students_assigned is not None and not 0 < plan.students_assigned < 10**7:
        errors["students_assigned"] = "Write how many students, for example 412, or leave it empty."
    return errors


def _design(plan: PlanInput) -> dict[str, str]:
    lots = EvaluationPlan.Design.RANDOMISED, EvaluationPlan.ChosenBy.LOTTERY
    if plan.design == lots[0] and plan.chosen_by != lots[1]:
        return {
            "chosen_by": "“Drawn by lot” asks that they were chosen by lot. Choose “By lot”, or another design."
        }
    return {}


def _schools(plan: PlanInput) -> dict[str, str]:
    served, others = set(plan.served_ids), set(plan.comparison_ids)
    wanted = served | others
    if wanted and School.objects.filter(pk__in=wanted).count() != len(wanted):
        return {"served": "Choose schools of this district."}
    if both := served & others:
        names = School.objects.filter(pk__in=both).order_by("name").values_list("name", flat=True)[:3]
        more = " and others" if len(both) > 3 else ""
        return {
            "comparison": f"{', '.join(names)}{more} cannot be served and compared with. Take the tick out of one."
        }
    return {}
