"""Plans, check-ins and decisions in every state a person can meet, for a district that has figures.

Made through the product's own services; imported once Django is set up.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from django.utils import timezone

from diagnostics.evaluation.services import CheckInInput, PlanInput, save_check_ins, save_plan
from diagnostics.models import EvaluationPlan, PlanSchool
from diagnostics.reviews.evidence import stamp_of
from diagnostics.reviews.selectors import gather_evidence
from diagnostics.reviews.services import (
    BoardInput,
    MoveInput,
    RecommendationInput,
    record_board_action,
    record_recommendation,
    withdraw_recommendation,
)
from districts.models import School, Upload
from investments.models import Allocation
from strategy.models import Initiative, Metric

LOCKED, PLANNED, OPEN, GONE = (
    "Title I schools",
    "Expanded Learning Opportunities",
    "After-school programs (ASES, 21st Century)",
    "Learning Recovery",
)
UNPLANNED, NOT_JUDGED = "Educator Effectiveness", "Special education"
NAMES_ASKED = (
    "School;School Year;Absent;Enrolled\nAlamo Elementary;2023-24;40;400\nFar Away Academy;2023-24;9;90\n"
)
NAMES_MAP = {
    "school": "School",
    "year": "School Year",
    "numerator": "Absent",
    "denominator": "Enrolled",
    "metric": "chronic-absenteeism",
}


def draft_a_plan(*, by: int) -> None:
    """Write a plan and lock nothing."""
    schools = list(School.objects.filter(level=School.Level.ELEMENTARY).order_by("name")[:9])
    save_plan(
        initiative_id=_key(PLANNED),
        plan=PlanInput(
            metric_id=Metric.objects.get(slug="chronic-absenteeism").pk,
            design=EvaluationPlan.Design.DIFFERENCE_IN_DIFFERENCES,
            chosen_by=EvaluationPlan.ChosenBy.NEED,
            bar=Decimal(2),
            baseline_year=2022,
            first_year=2023,
            outcome_year=2024,
            served_ids=tuple(one.pk for one in schools[:4]),
            comparison_ids=tuple(one.pk for one in schools[4:]),
        ),
        by=by,
    )


def check_in(*, by: int) -> None:
    """Report one month of the locked plan at three of its schools."""
    served = PlanSchool.objects.filter(plan__initiative=_key(LOCKED), arm=PlanSchool.Arm.SERVED)
    rows = [
        CheckInInput(
            school_id=one, planned=Decimal(12), delivered=Decimal(9), assigned=120, reached=80, note="Late"
        )
        for one in served.order_by("school__name").values_list("school_id", flat=True)[:3]
    ]
    save_check_ins(
        initiative_id=_key(LOCKED), month=date(2023, 10, 1), rows=rows, by=by, as_of=timezone.localdate()
    )


def decide(*, by: int) -> dict[str, list[str]]:
    """Record a recommendation that waits, one adopted with dollars moved, one withdrawn; their keys by route."""
    now = timezone.now()
    adopted = _recommend(LOCKED, by=by, moves=True)
    on = timezone.localdate(now)
    record_board_action(
        decision_id=adopted,
        given=BoardInput(action="adopted", on=on, item="8.2", note="Unanimous."),
        by=by,
        now=now,
    )
    withdrawn = _recommend(GONE, by=by)
    withdraw_recommendation(decision_id=withdrawn, now=now)
    waiting = _recommend(OPEN, by=by)
    return {
        "decision_id": [str(waiting)],
        "diagnostics:decision-show.decision_id": [str(one) for one in (waiting, adopted, withdrawn)],
        "diagnostics:decision-withdraw.decision_id": [str(waiting)],
        "diagnostics:decision-board.decision_id": [str(waiting), str(adopted)],
        "diagnostics:review-show.initiative_id": [
            str(_key(name)) for name in (LOCKED, OPEN, UNPLANNED, NOT_JUDGED)
        ],
        "diagnostics:plan-show.initiative_id": [
            str(_key(name)) for name in (LOCKED, PLANNED, UNPLANNED, NOT_JUDGED)
        ],
        "diagnostics:plan-lock.initiative_id": [str(_key(PLANNED))],
        "diagnostics:plan-replace.initiative_id": [str(_key(LOCKED))],
        "diagnostics:check-in-show.initiative_id": [
            str(_key(name)) for name in (LOCKED, UNPLANNED, NOT_JUDGED)
        ],
        "diagnostics:initiative-show.initiative_id": [
            str(_key(name)) for name in (LOCKED, PLANNED, NOT_JUDGED)
        ],
        "diagnostics:outcome-school.school_id": [
            str(School.objects.get(name=name).pk)
            for name in ("Alamo ES", "Lee (Edwin and Anita) Newcomer ES")
        ],
        "diagnostics:outcome-metric.metric_id": [
            str(Metric.objects.get(slug=slug).pk)
            for slug in ("chronic-absenteeism", "maths-distance-from-standard")
        ],
    }


def asked_for_names() -> dict[str, list[str]]:
    """Return the upload that asks what its names of schools mean."""
    found = Upload.objects.filter(filename="names.csv").order_by("-uploaded_at").first()
    return {"landing:upload-names.upload_id": [str(found.pk)] if found else []}


def _recommend(name: str, *, by: int, moves: bool = False) -> UUID:
    initiative, now = _key(name), timezone.now()
    evidence = gather_evidence(initiative_id=initiative, now=now)
    assert evidence is not None
    given = Allocation.objects.filter(initiative=initiative).order_by("-amount").first() if moves else None
    lines = (
        (
            MoveInput(
                source=given.funding_source.code, amount=Decimal(1000), from_id=initiative, to_id=_key(OPEN)
            ),
        )
        if given
        else ()
    )
    return record_recommendation(
        initiative_id=initiative,
        given=RecommendationInput(
            recommendation="adjust",
            reason="It reached fewer schools than it could.",
            stamp=stamp_of(evidence),
            key=str(uuid4()),
            finance_view="Some of it can be freed.",
            academics_view="Keep the teams.",
            next_review_on=timezone.localdate(now) + timedelta(days=300),
            filing_id=given.filing_id if given else None,
            moves=lines,
        ),
        by=by,
        now=now,
    )


def _key(name: str) -> UUID:
    return UUID(str(Initiative.objects.get(name=name).pk))
