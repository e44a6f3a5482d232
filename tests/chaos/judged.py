"""What the chaos test's people do about how initiatives are judged: plans locked and replaced, check-ins.

Called inside a district's scope. A plan's note on who was chosen, and a check-in's note, carry their version.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

MONTH, LATER = date(2023, 10, 1), date(2025, 9, 1)


def make_plan(*, initiative_id: UUID, number: int) -> None:
    """Write and lock the first plan of an initiative."""
    _lock(initiative_id=initiative_id, number=number, version=0, bar=Decimal(1), reason="")


def replace_plan(*, initiative_id: UUID, number: int, version: int, bar: Decimal) -> None:
    """Replace the plan in force by one with another bar, in one go."""
    from diagnostics.evaluation import services

    reason = "The bar was argued about"
    services.replace_plan(initiative_id=initiative_id, reason=reason, by=None)
    _lock(initiative_id=initiative_id, number=number, version=version, bar=bar, reason=reason)


def check_in(*, initiative_id: UUID, version: int, delivered: Decimal) -> None:
    """Say again what one school got in one month."""
    from diagnostics.evaluation.services import CheckInInput, save_check_ins
    from diagnostics.models import PlanSchool

    served = PlanSchool.objects.filter(
        plan__initiative=initiative_id, plan__locked_at__isnull=False, plan__replaced_at=None, arm="served"
    )
    row = CheckInInput(
        school_id=served.order_by("school__name").values_list("school_id", flat=True)[0],
        planned=Decimal(10),
        delivered=delivered,
        note=f"v{version}",
    )
    save_check_ins(initiative_id=initiative_id, month=MONTH, rows=[row], by=None, as_of=LATER)


def versions() -> dict[tuple[str, str], int]:
    """Return the version of every plan in force and of every check-in that is there, by initiative."""
    from diagnostics.models import CheckIn, EvaluationPlan

    plans = EvaluationPlan.objects.filter(locked_at__isnull=False, replaced_at=None)
    found = {
        ("plan", _number(name)): int(note.removeprefix("v"))
        for name, note in plans.values_list("initiative__name", "chosen_by_note")
    }
    rows = CheckIn.objects.values_list("initiative__name", "note")
    return found | {("check_in", _number(name)): int(note.removeprefix("v")) for name, note in rows}


def _lock(*, initiative_id: UUID, number: int, version: int, bar: Decimal, reason: str) -> None:
    from django.utils import timezone

    from diagnostics.evaluation.services import PlanInput, lock_plan, save_plan
    from diagnostics.evaluation.services.plans import stamp_of
    from districts.models import School
    from strategy.models import Metric

    schools: list[Any] = list(School.objects.order_by("district_code").values_list("pk", flat=True))
    served = schools[number : number + 2]
    plan = PlanInput(
        metric_id=Metric.objects.get(slug="chronic-absence").pk,
        design="difference_in_differences",
        chosen_by="need",
        chosen_by_note=f"v{version}",
        bar=bar,
        baseline_year=2023,
        first_year=2024,
        outcome_year=2024,
        dosage_unit="calls a month",
        planned_dosage=Decimal(10),
        note=reason,
        served_ids=served,
        comparison_ids=[one for one in schools if one not in served],
    )
    plan_id = save_plan(initiative_id=initiative_id, plan=plan, by=None)
    lock_plan(initiative_id=initiative_id, seen=stamp_of(plan_id=plan_id), by=None, now=timezone.now())


def _number(name: str) -> str:
    return name.split(" v", maxsplit=1)[0].removeprefix("initiative ")
