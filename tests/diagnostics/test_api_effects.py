"""The API of one initiative tells the estimate, gates, verdict and return as its page does."""

from __future__ import annotations

from typing import Any

import pytest

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
