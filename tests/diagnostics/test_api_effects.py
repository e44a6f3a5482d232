"""The API of one initiative tells the estimate, gates, verdict and return as its page does."""

from __future__ import annotations

from typing import Any

import pytest

from diagnostics.api_effects import ONE_SCHOOL
from diagnostics.calc.verdict_words import CAPPED
from diagnostics.models import InitiativeReturn
from districts.access.permissions import Role
from districts.models import Mark
from districts.tenancy import district_scope
from tests.cast import Cast
from tests.diagnostics.judged import World, compute_all, effect_of, make_judged
from tests.diagnostics.scene import make_scene

SMALL = World(served=8, compared=10)


def shown(cast: Cast, pk: object, role: Role = Role.CABINET) -> dict[str, Any]:
    answer = cast.client(role).get(f"/api/v1/d/bay/initiatives/{pk}/")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("role", [Role.CABINET, Role.BOARD_MEMBER])
def test_one_initiative_tells_estimate_gates_verdict_and_return(bay: Cast, role: Role) -> None:
    with district_scope(bay.district.pk, cause="test"):
        initiative = make_judged(SMALL)
        compute_all()
        Mark.objects.all().delete()
        kept = effect_of(initiative)
    found = shown(bay, initiative.pk, role)
    evidence = found["evidence"]
    assert found["verdict"]["verdict"] == "works"
    assert kept.estimate is not None
    assert evidence["estimate"]["estimate"] == round(kept.estimate, 1)
    assert (evidence["estimate"]["unit"], evidence["estimate"]["bar"]) == ("percentage_points", 3.0)
    assert {one["name"] for one in evidence["gates"]} >= {
        "window",
        "design",
        "sample",
        "clusters",
        "delivery",
    }
    assert (evidence["returns"]["cost_per_student"], evidence["returns"]["students"]) == (300.0, 1600)
    assert (evidence["issue"], evidence["is_early_look"], evidence["is_capped"]) == (1, False, False)
    assert evidence["plan"]["outcome_year"] == 2025


def test_an_initiative_without_a_plan_has_no_evidence(bay: Cast) -> None:
    with district_scope(bay.district.pk, cause="test"):
        scene = make_scene(bay)
    evidence = shown(bay, scene.tutoring)["evidence"]
    assert (evidence["plan"], evidence["estimate"], evidence["gates"], evidence["returns"]) == (
        None,
        None,
        [],
        None,
    )


NUMBERS = (
    "estimate",
    "low",
    "high",
    "students_treated",
    "students_comparison",
    "clusters_treated",
    "clusters_comparison",
    "p_cr2",
    "p_bootstrap",
    "p_permutation",
    "pre_periods",
    "baseline_difference",
    "expected_regression",
    "students_needed",
)


@pytest.mark.parametrize(
    ("world", "plan"),
    [
        (World(served=1, compared=8), {}),
        (World(served=8, compared=1), {}),
        (World(served=1, compared=14), {"design": "before_after", "chosen_by": "same_score"}),
    ],
    ids=["one served", "one compared", "before and after"],
)
def test_a_board_member_gets_no_numbers_of_one_school(bay: Cast, world: World, plan: dict[str, Any]) -> None:
    with district_scope(bay.district.pk, cause="test"):
        initiative = make_judged(world, **plan)
        compute_all()
        Mark.objects.all().delete()
    evidence = shown(bay, initiative.pk, Role.BOARD_MEMBER)["evidence"]
    assert {name: evidence["estimate"][name] for name in NUMBERS} == dict.fromkeys(NUMBERS)
    assert (evidence["estimate"]["note"], evidence["estimate"]["fingerprint"]) == (ONE_SCHOOL, "")
    assert {one["number"] for one in evidence["gates"]} == {ONE_SCHOOL}
    returns = evidence["returns"]
    assert (returns["cost_per_student"], returns["students"], returns["per_1000"]) == (None, None, None)
    assert returns["why_words"] == ONE_SCHOOL
    told = shown(bay, initiative.pk)["evidence"]["estimate"]
    assert told["expected_regression" if plan else "estimate"] is not None, "the cabinet sees it"


def test_a_board_member_reads_no_counts_of_one_school_in_the_reason(bay: Cast) -> None:
    reason = f"{CAPPED}: at the start the groups were 0.18 student SD apart."
    with district_scope(bay.district.pk, cause="test"):
        initiative = make_judged(World(served=1, compared=8))
        compute_all()
        Mark.objects.all().delete()
        InitiativeReturn.objects.update(reason=reason)
    assert shown(bay, initiative.pk)["verdict"]["reason"] == reason
    assert shown(bay, initiative.pk, Role.BOARD_MEMBER)["verdict"]["reason"] == f"{CAPPED}."
    board = bay.client(Role.BOARD_MEMBER)
    (listed,) = board.get("/api/v1/d/bay/initiatives/").json()
    assert listed["verdict"]["reason"] == f"{CAPPED}."
    page = board.get("/d/bay/board/").content.decode()
    assert CAPPED in page
    assert "0.18" not in page
