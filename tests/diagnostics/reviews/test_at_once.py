"""Two people at once: a recommendation that moves dollars, and an allocation of the same initiative being entered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Event
from time import sleep
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from diagnostics.models import Decision
from diagnostics.reviews.evidence import stamp_of
from diagnostics.reviews.selectors import gather_evidence
from diagnostics.reviews.services import (
    MoveInput,
    RecommendationInput,
    ReviewRefused,
    record_recommendation,
)
from districts.tenancy import district_scope
from investments.models import Allocation
from investments.services import save_allocation
from investments.services.allocations import lock_budget
from tests.cast import make_cast
from tests.diagnostics.reviews.scene import Reviewed, make_reviewed


def test_a_recommendation_waits_for_an_allocation_and_neither_fails(committed_db: None) -> None:
    bay = make_cast(name="Bay Unified", slug="bay", state_code="3868478")
    reviewed = make_reviewed(bay)
    district = bay.district.pk
    with district_scope(district):
        Allocation.objects.filter(initiative_id=reviewed.scene.clubs).delete()
        evidence = gather_evidence(initiative_id=reviewed.scene.clubs, now=timezone.now())
        assert evidence is not None
    stamp, has_budget = stamp_of(evidence), Event()

    def enter() -> str:
        try:
            with district_scope(district), transaction.atomic():
                lock_budget(filing_id=reviewed.budget)
                has_budget.set()
                sleep(1)
                save_allocation(
                    filing_id=reviewed.budget,
                    initiative_id=reviewed.scene.clubs,
                    source="3010",
                    amount=Decimal("40.10"),
                )
            return "entered"
        finally:
            connection.close()

    def recommend() -> str:
        try:
            has_budget.wait(timeout=20)
            with district_scope(district):
                record_recommendation(
                    initiative_id=reviewed.scene.clubs,
                    given=_given(reviewed, stamp),
                    by=None,
                    now=timezone.now(),
                )
            return "recorded"
        except ReviewRefused as error:
            return str(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        entered, recorded = pool.submit(enter), pool.submit(recommend)
        assert entered.result(timeout=30) == "entered"
        assert recorded.result(timeout=30).startswith("The evidence has changed")
    with district_scope(district):
        assert not Decision.objects.exists()
        assert Allocation.objects.get(initiative_id=reviewed.scene.clubs).amount == Decimal("40.10")


def _given(reviewed: Reviewed, stamp: str) -> RecommendationInput:
    moves = (
        MoveInput(
            source="3010", amount=Decimal(10), from_id=reviewed.scene.tutoring, to_id=reviewed.scene.clubs
        ),
    )
    return RecommendationInput(
        recommendation=Decision.Recommendation.STOP,
        reason="It did not reach its students.",
        stamp=stamp,
        key=str(uuid4()),
        filing_id=reviewed.budget,
        moves=moves,
    )
