"""A case on each side of every threshold of the verdict rules, by the number of the row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from diagnostics.calc.gates import GateName, list_gates
from diagnostics.calc.verdict import (
    Decision,
    Delivery,
    Design,
    Evidence,
    Reason,
    Verdict,
    Warned,
    decide_verdict,
)
from tests.diagnostics.calc.evidence import DELIVERED, ESTIMATE, JUDGED, TODAY

WORKS, PROMISING = Verdict.WORKS, Verdict.PROMISING
CANNOT, YET = Verdict.CANNOT_TELL, Verdict.CANNOT_TELL_YET
HARMFUL, BELOW = Verdict.HARMFUL, Verdict.BELOW_THE_BAR

ON_EVIDENCE = set(Evidence.__dataclass_fields__)
LOSS = {"low": -0.3, "high": -0.1, "low80": -0.27}
SMALL = {"low": -0.1, "high": 0.02, "low80": -0.07}
DID = {"design": Design.DIFFERENCE_IN_DIFFERENCES, "pre_periods": 2, "worst_pre_period": 0.0}
ONE = {"clusters_treated": 1, "clusters_comparison": 20, "placebo_rank": 1, "placebos": 20}


def case(**changes: Any) -> Evidence:
    of_estimate = {name: value for name, value in changes.items() if name not in ON_EVIDENCE}
    rest = {name: value for name, value in changes.items() if name in ON_EVIDENCE}
    return replace(JUDGED, estimate=replace(ESTIMATE, **of_estimate), **rest)


def judge(**changes: Any) -> Decision:
    return decide_verdict(evidence=case(**changes))


def delivered(**changes: Any) -> dict[str, Delivery]:
    return {"delivery": replace(DELIVERED, **changes)}


def schools(served: int, others: int = 30, **changes: Any) -> dict[str, Any]:
    return {"clusters_treated": served, "clusters_comparison": others, **changes}


@pytest.mark.parametrize(
    ("changes", "rule", "verdict"),
    [
        # 0: window, outcome, measure, students
        ({"review_on": date(2026, 11, 24)}, 0, YET),
        ({"review_on": TODAY}, 6, WORKS),
        ({"has_outcome": False}, 0, YET),
        ({"changed_in": 2025, "years_since": 1}, 0, YET),
        ({"changed_in": 2025, "years_since": 2}, 6, WORKS),
        ({"students": 29}, 0, YET),
        ({"students": 30}, 6, WORKS),
        # 1: check-ins cover enough, dosage, least dosage
        (delivered(covered=0.70, dosage=0.499), 1, Verdict.NOT_DELIVERED),
        (delivered(covered=0.70, dosage=0.50), 6, WORKS),
        (delivered(covered=0.70, reached_minimum=0.499), 1, Verdict.NOT_DELIVERED),
        (delivered(covered=0.70, reached_minimum=0.50), 6, WORKS),
        (delivered(covered=0.699, dosage=0.1), 6, PROMISING),
        (delivered(dosage=None, reached_minimum=None), 6, WORKS),
        (delivered(dosage=None, reached_minimum=0.4), 1, Verdict.NOT_DELIVERED),
        # 2: design, baseline, attrition
        ({"design": Design.BEFORE_AFTER}, 2, CANNOT),
        ({"design": Design.SINGLE_SERIES}, 2, CANNOT),
        ({"design": Design.REGRESSION_DISCONTINUITY}, 6, WORKS),
        ({"baseline_difference": 0.05}, 6, WORKS),
        ({"baseline_difference": -0.0501}, 2, CANNOT),
        ({"baseline_difference": -0.0501, "is_adjusted": True}, 6, WORKS),
        ({**DID, "baseline_difference": 0.25}, 6, WORKS),
        ({**DID, "baseline_difference": -0.2501}, 2, CANNOT),
        ({"design": Design.STUDENT_ANCOVA, "baseline_difference": 0.25}, 6, WORKS),
        ({"is_attrition_beyond_boundary": True}, 2, CANNOT),
        ({"is_attrition_beyond_boundary": True, "is_equivalence_shown": True}, 6, WORKS),
        ({**DID, "pre_periods": 0, "worst_pre_period": None}, 2, CANNOT),
        # 3: schools in an arm, and the one that ranks first
        (schools(4), 3, YET),
        (schools(30, 4), 3, YET),
        (schools(5, do_methods_agree=True), 6, WORKS),
        (schools(30, 5, do_methods_agree=True), 6, WORKS),
        ({**ONE, "placebo_rank": 2}, 3, YET),
        ({**ONE, "placebos": 19}, 3, YET),
        (ONE, 6, PROMISING),
        ({**ONE, "clusters_treated": 2}, 3, YET),
        # 5: harmful
        ({**LOSS, "high": -0.0001}, 5, HARMFUL),
        ({**LOSS, "high": 0.0}, 7, BELOW),
        ({**LOSS, **schools(19, do_methods_agree=True)}, 5, HARMFUL),
        ({**LOSS, **schools(19, do_methods_agree=False)}, 9, YET),
        ({**LOSS, **schools(20, do_methods_agree=False)}, 5, HARMFUL),
        # 6: works
        ({"low": 0.0001}, 6, WORKS),
        ({"low": 0.0}, 8, PROMISING),
        ({"low": 0.01, "high": 0.05}, 6, WORKS),
        (schools(19, do_methods_agree=True), 6, WORKS),
        (schools(19, do_methods_agree=False), 8, PROMISING),
        (schools(20, do_methods_agree=False), 6, WORKS),
        # 7: below the bar
        ({"low": 0.01, "high": 0.0499}, 7, BELOW),
        ({"low": -0.1, "high": 0.0}, 7, BELOW),
        ({"low": -0.1, "high": 0.0499, "low80": -0.05}, 7, BELOW),
        # 8: promising
        ({"low": -0.01, "low80": 0.0001}, 8, PROMISING),
        ({"low": -0.01, "low80": 0.0001, "high": 0.05}, 8, PROMISING),
        # 9: otherwise
        ({"low": -0.01, "low80": 0.0}, 9, YET),
    ],
)
def test_each_side_of_a_threshold(changes: dict[str, Any], rule: int, verdict: Verdict) -> None:
    found = judge(**changes)
    assert (found.rule, found.verdict) == (rule, verdict)


NOT_CAPPED: list[dict[str, Any]] = [
    {},
    delivered(covered=0.70),
    {"is_rate": True, "has_student_sd": False},
    {"baseline_difference": None},
    {**DID, "worst_pre_period": 0.0999},
    {"worst_pre_period": 9.0},
]
CAPPED: list[dict[str, Any]] = [
    delivered(covered=0.699),
    {"delivery": None},
    {"is_plan_locked_before_outcome": False},
    {"has_student_sd": False},
    {"design": Design.COMPARATIVE_SERIES},
    {**DID, "pre_periods": 1, "worst_pre_period": None},
    {**DID, "pre_periods": 1},
    {**DID, "worst_pre_period": 0.1},
    {**DID, "worst_pre_period": None},
    {**DID, "baseline_difference": None},
    ONE,
]


@pytest.mark.parametrize("changes", NOT_CAPPED)
def test_row_4_leaves_what_the_design_carries(changes: dict[str, Any]) -> None:
    for estimate, verdict in (({}, WORKS), (LOSS, HARMFUL), ({**SMALL, "bar": 9.1}, BELOW)):
        found = judge(**changes, **estimate)
        assert (found.verdict, found.is_capped, found.warned) == (verdict, False, None)


@pytest.mark.parametrize("changes", CAPPED)
@pytest.mark.parametrize(
    ("estimate", "verdict", "warned"),
    [
        ({}, PROMISING, None),
        (LOSS, YET, Warned.MAY_BE_HARMFUL),
        ({**SMALL, "bar": 0.021}, YET, Warned.MAY_BE_TOO_SMALL),
    ],
)
def test_row_4_caps_all_three_and_warns_of_two(
    changes: dict[str, Any], estimate: dict[str, Any], verdict: Verdict, warned: Warned | None
) -> None:
    found = judge(**{**changes, **estimate})
    assert (found.verdict, found.reason, found.is_capped) == (verdict, Reason.CAPPED, True)
    assert found.warned is warned


@pytest.mark.parametrize("changes", CAPPED)
@pytest.mark.parametrize(
    ("estimate", "rule", "verdict"),
    [({"low": -0.01}, 8, PROMISING), ({"low": -0.3, "low80": -0.2}, 9, YET)],
)
def test_row_4_lowers_neither_promising_nor_cannot_tell(
    changes: dict[str, Any], estimate: dict[str, Any], rule: int, verdict: Verdict
) -> None:
    found = judge(**{**changes, **estimate})
    assert (found.rule, found.verdict, found.is_capped) == (rule, verdict, False)


@pytest.mark.parametrize(
    ("estimate", "worst", "is_capped"),
    [
        ({"low": 0.1}, 0.0999, False),
        ({"low": 0.1}, 0.1, True),
        (LOSS, 0.0999, False),
        (LOSS, 0.1, True),
        (SMALL, 0.0299, False),
        (SMALL, 0.03, True),
        ({"low": 0.01, "high": 0.02}, 0.0299, False),
        ({"low": 0.01, "high": 0.02}, 0.03, True),
    ],
)
def test_the_largest_coefficient_before_it_began_widens_the_interval(
    estimate: dict[str, Any], worst: float, is_capped: bool
) -> None:
    assert judge(**{**DID, "worst_pre_period": worst}, **estimate).is_capped is is_capped


@pytest.mark.parametrize(("high", "warned"), [(-0.01, Warned.MAY_BE_HARMFUL), (0.0, None)])
def test_not_delivered_warns_of_a_loss(high: float, warned: Warned | None) -> None:
    found = judge(**delivered(dosage=0.1), low=-0.3, high=high)
    assert (found.verdict, found.warned) == (Verdict.NOT_DELIVERED, warned)


def test_an_early_look_has_an_estimate_and_no_verdict() -> None:
    early = judge(review_on=date(2027, 6, 30))
    assert (early.verdict, early.reason, early.is_early_look) == (YET, Reason.TOO_EARLY, True)
    bare = decide_verdict(evidence=replace(JUDGED, review_on=date(2027, 6, 30), estimate=None))
    assert bare.is_early_look is False


def failed(**changes: Any) -> list[GateName]:
    return [gate.name for gate in list_gates(evidence=case(**changes)) if not gate.is_passed]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"review_on": date(2027, 1, 1)}, [GateName.WINDOW]),
        ({"is_plan_locked_before_outcome": False}, [GateName.PLAN]),
        ({"design": Design.BEFORE_AFTER}, [GateName.DESIGN]),
        ({**DID, "worst_pre_period": 0.0999}, []),
        ({**DID, "worst_pre_period": 0.1}, [GateName.BEFORE]),
        ({**DID, **SMALL, "worst_pre_period": 0.0299}, []),
        ({**DID, **SMALL, "worst_pre_period": 0.03}, [GateName.BEFORE]),
        ({**DID, "pre_periods": 1}, [GateName.BEFORE]),
        ({"baseline_difference": 0.06}, [GateName.EQUIVALENCE]),
        ({"has_student_sd": False}, [GateName.EQUIVALENCE]),
        ({"students": 29}, [GateName.SAMPLE]),
        ({"students": None}, [GateName.SAMPLE]),
        (schools(4), [GateName.CLUSTERS]),
        (schools(5), []),
        ({"delivery": None}, [GateName.DELIVERY]),
        (delivered(dosage=0.49), [GateName.DELIVERY]),
    ],
)
def test_a_gate_fails_where_a_row_stops_or_caps(changes: dict[str, Any], expected: list[GateName]) -> None:
    assert failed(**changes) == expected


@pytest.mark.parametrize("changes", [*NOT_CAPPED, *CAPPED])
def test_whatever_caps_works_fails_a_gate(changes: dict[str, Any]) -> None:
    assert bool(failed(**changes)) is judge(**changes).is_capped


def test_a_gate_has_the_number_behind_it_and_the_way_to_pass() -> None:
    gates = {gate.name: gate for gate in list_gates(evidence=case(**schools(4), students=412))}
    assert gates[GateName.CLUSTERS].number == "4 served, 30 beside them"
    assert gates[GateName.CLUSTERS].fix == "Serve or compare more schools: at least five in each group."
    assert gates[GateName.SAMPLE].number == "412 students in the smaller group; 30 are needed"
    assert gates[GateName.DELIVERY].number == (
        "check-ins cover 90% of school-months; 80% of the dosage planned; 80% of students at the least dosage"
    )
    assert gates[GateName.SAMPLE].fix == ""
