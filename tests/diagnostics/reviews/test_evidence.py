"""The evidence a review gathers: estimate, gates, return and check-ins, as they are stored, and none of too few."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from diagnostics.models import CheckIn, Effect, EvaluationPlan, InitiativeReturn
from diagnostics.reviews.evidence import EvidenceUnreadable, Part, from_json, hash_of, stamp_of, to_json
from diagnostics.reviews.selectors import gather_evidence
from districts.models import CalculationRun, School
from strategy.models import Metric
from tests.cast import Cast
from tests.diagnostics.scene import Scene, make_scene


@pytest.fixture
def scene(in_bay: Cast) -> Scene:
    return make_scene(in_bay)


def part(scene: Scene, key: str) -> Part:
    evidence = gather_evidence(initiative_id=scene.tutoring, now=timezone.now())
    assert evidence
    return next(one for one in evidence.parts if one.key == key)


def values(found: Part) -> dict[str, tuple[str, str]]:
    return {fact.label: (fact.value, fact.note) for fact in found.facts}


def make_effect(scene: Scene, **changes: Any) -> None:
    plan = EvaluationPlan.objects.create(
        initiative_id=scene.tutoring,
        metric=Metric.objects.get(),
        design="difference_in_differences",
        bar=2,
        baseline_year=2022,
        first_year=2023,
        outcome_year=2024,
        locked_at=timezone.now(),
    )
    given = {
        "design": plan.design,
        "method": "CR2",
        "unit": "percentage_points",
        "outcome_year": 2024,
        "estimate": 1.25,
        "low": -0.5,
        "high": 3.0,
        "bar": 2.0,
        "students_treated": 412,
        "students_comparison": 9,
        "clusters_treated": 6,
        "clusters_comparison": 12,
        "gates": [
            {"label": "Design", "is_passed": True, "number": "change beside comparison schools", "fix": ""},
            {"label": "Delivery", "is_passed": False, "number": "no check-ins", "fix": "Collect check-ins."},
        ],
    }
    Effect.objects.create(
        run=CalculationRun.objects.first(),
        row_key="k",
        row_hash="h",
        shown_from=timezone.now(),
        initiative_id=scene.tutoring,
        plan=plan,
        **(given | changes),
    )


def test_estimate_is_shown_with_interval_bar_and_gates(scene: Scene) -> None:
    assert part(scene, "estimate").facts == ()
    make_effect(scene)
    found = part(scene, "estimate")
    said = values(found)
    assert said["Estimate"] == ("+1.3 percentage points", "95% interval −0.5 to +3.0")
    assert said["The bar agreed beforehand"] == ("+2.0 percentage points", "")
    assert said["Compared with whom"] == ("Change beside comparison schools", "CR2")
    assert said["Schools"] == ("6 served, 12 compared", "")
    assert [row for grid in found.grids for row in grid.rows] == [
        ("Design", "Yes", "change beside comparison schools"),
        ("Delivery", "No", "no check-ins. Collect check-ins."),
    ]


def test_students_of_an_arm_under_the_minimum_are_not_told(scene: Scene) -> None:
    make_effect(scene)
    assert "Students" not in values(part(scene, "estimate"))


def test_students_over_the_minimum_are_told(scene: Scene) -> None:
    make_effect(scene, students_comparison=10)
    assert values(part(scene, "estimate"))["Students"] == ("412 served, 10 compared", "")


def test_design_without_an_estimate_says_so(scene: Scene) -> None:
    make_effect(scene, estimate=None, low=None, high=None, is_early_look=True)
    found = part(scene, "estimate")
    assert found.words[0] == "The design gives no estimate."
    assert "This is an early look" in found.words[1]
    assert "Estimate" not in values(found)


def test_return_says_why_there_is_none(scene: Scene) -> None:
    row = InitiativeReturn.objects.get(shown_until=None, initiative_id=scene.tutoring)
    ratio = {"cost_per_student": 1450.4, "students": 412, "who": "students assigned", "fiscal_years": [2024]}
    row.ratio = ratio | {"why_words": "Not passed: Delivery.", "fix": "Collect check-ins."}
    row.save()
    said = values(part(scene, "cost"))
    assert said["Cost per student of the effect"] == ("$1,450", "412 students assigned, FY2024.")
    assert said["Return"] == (
        "None is shown. Not passed: Delivery.",
        "Cheapest way there: Collect check-ins.",
    )


def test_check_ins_are_told_in_shares(scene: Scene) -> None:
    for month, delivered in ((date(2024, 9, 1), 8), (date(2024, 10, 1), 4)):
        CheckIn.objects.create(
            initiative_id=scene.tutoring,
            school=School.objects.get(name="Alamo"),
            month=month,
            planned_dosage=10,
            delivered_dosage=delivered,
        )
    said = values(part(scene, "delivery"))
    assert said["Delivered of what was planned"][0] == "60%"
    assert said["Check-ins"] == ("2", "By school and month, at 1 school, Sep 2024 to Oct 2024.")


def test_evidence_comes_back_as_it_was_kept_and_its_stamp_does_not_go_by_the_clock(scene: Scene) -> None:
    make_effect(scene)
    one, later = (gather_evidence(initiative_id=scene.tutoring, now=timezone.now()) for _ in range(2))
    assert one
    assert later
    kept = to_json(one)
    assert from_json(kept) == one
    assert hash_of(kept) == hash_of(dict(reversed(kept.items())))
    assert hash_of(to_json(later)) != hash_of(kept)
    assert stamp_of(one) == stamp_of(later)
    with pytest.raises(EvidenceUnreadable):
        from_json(kept | {"format": 2})
