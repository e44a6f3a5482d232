"""The verdict table: which row decides, in which order, and what caps it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.calc.gates import GateName, list_gates
from diagnostics.calc.verdict import (
    RULES,
    Decision,
    Delivery,
    Design,
    Estimate,
    Evidence,
    Kind,
    Reason,
    Verdict,
    decide_verdict,
)

TODAY = date(2026, 11, 23)
DELIVERED = Delivery(covered=0.9, dosage=0.8, reached_minimum=0.8, students=200)

# What this product knows today: schools and results, no plan, no check-ins, no estimate.
NOW = Evidence(
    kind=Kind.INITIATIVE,
    as_of=TODAY,
    review_on=date(2026, 6, 30),
    has_outcome=True,
    schools_served=48,
    students=20_000,
)
ESTIMATE = Estimate(low=0.1, high=0.3, low80=0.13, bar=0.05)
JUDGED = replace(NOW, design=Design.RANDOMISED, delivery=DELIVERED, estimate=ESTIMATE)


def decide(evidence: Evidence, **changes: object) -> tuple[Verdict, Reason, int | None]:
    found = decide_verdict(evidence=replace(evidence, **changes))  # type: ignore[arg-type]
    return found.verdict, found.reason, found.rule


def judge(**changes: object) -> Decision:
    estimate = {name: value for name, value in changes.items() if name not in ("design", "delivery")}
    rest = {name: value for name, value in changes.items() if name in ("design", "delivery")}
    evidence = replace(JUDGED, estimate=replace(ESTIMATE, **estimate), **rest)  # type: ignore[arg-type]
    return decide_verdict(evidence=evidence)


def test_the_table_is_in_the_order_of_the_rules() -> None:
    assert [rule.number for rule in RULES] == [0, 1, 2, 3, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"review_on": date(2026, 11, 24)}, (Verdict.CANNOT_TELL_YET, Reason.TOO_EARLY, 0)),
        ({"review_on": TODAY}, (Verdict.CANNOT_TELL, Reason.NO_FAIR_COMPARISON, 2)),
        ({"has_outcome": False}, (Verdict.CANNOT_TELL_YET, Reason.MEASURE_MISSING, 0)),
        ({"changed_in": 2022, "years_since": 2}, (Verdict.CANNOT_TELL, Reason.NO_FAIR_COMPARISON, 2)),
        ({"changed_in": 2022, "years_since": 1}, (Verdict.CANNOT_TELL_YET, Reason.MEASURE_CHANGED, 0)),
        ({"students": 29}, (Verdict.CANNOT_TELL_YET, Reason.TOO_FEW, 0)),
        ({"students": 30}, (Verdict.CANNOT_TELL, Reason.NO_FAIR_COMPARISON, 2)),
        ({"students": None}, (Verdict.CANNOT_TELL, Reason.NO_FAIR_COMPARISON, 2)),
        ({"schools_served": 0}, (Verdict.CANNOT_TELL, Reason.NO_RECORD_OF_SCHOOLS, 2)),
        ({"schools_served": None, "students": None}, (Verdict.CANNOT_TELL, Reason.NO_RECORD_OF_SCHOOLS, 2)),
        ({"design": Design.SINGLE_SERIES}, (Verdict.CANNOT_TELL, Reason.NO_FAIR_COMPARISON, 2)),
        ({"kind": Kind.ENTITLEMENT}, (Verdict.NOT_JUDGED, Reason.KIND, None)),
        ({"kind": Kind.GENERAL_SUPPORT}, (Verdict.NOT_JUDGED, Reason.KIND, None)),
        ({"kind": Kind.PASS_THROUGH}, (Verdict.NOT_JUDGED, Reason.KIND, None)),
    ],
)
def test_what_can_be_said_without_an_estimate(changes: dict[str, object], expected: object) -> None:
    assert decide(NOW, **changes) == expected


@given(
    review_on=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    has_outcome=st.booleans(),
    changed_in=st.none() | st.integers(2020, 2026),
    years_since=st.integers(0, 4),
    schools_served=st.none() | st.integers(0, 100),
    students=st.none() | st.integers(0, 100),
    design=st.sampled_from(Design),
)
def test_no_effect_is_ever_claimed_without_an_estimate(**fields: object) -> None:
    found = decide_verdict(evidence=replace(NOW, **fields))  # type: ignore[arg-type]
    assert found.verdict in (Verdict.CANNOT_TELL, Verdict.CANNOT_TELL_YET)


@pytest.mark.parametrize(
    ("delivery", "expected"),
    [
        (Delivery(covered=0.7, dosage=0.49, reached_minimum=1), Verdict.NOT_DELIVERED),
        (Delivery(covered=0.7, dosage=0.5, reached_minimum=0.49), Verdict.NOT_DELIVERED),
        (Delivery(covered=0.7, dosage=0.5, reached_minimum=0.5), Verdict.WORKS),
        (Delivery(covered=0.69, dosage=0.1, reached_minimum=0.1), Verdict.PROMISING),
    ],
)
def test_row_1_needs_check_ins_that_cover_enough(delivery: Delivery, expected: Verdict) -> None:
    assert judge(delivery=delivery).verdict is expected


@pytest.mark.parametrize(
    ("changes", "verdict", "rule"),
    [
        ({"low": -0.3, "high": -0.01, "low80": -0.2}, Verdict.HARMFUL, 5),
        ({}, Verdict.WORKS, 6),
        ({"low": 0.0}, Verdict.PROMISING, 8),
        ({"low": -0.02, "high": 0.04, "low80": 0.01}, Verdict.BELOW_THE_BAR, 7),
        ({"low": 0.01, "high": 0.04}, Verdict.BELOW_THE_BAR, 7),
        ({"low": -0.02, "high": 0.3, "low80": 0.01}, Verdict.PROMISING, 8),
        ({"low": -0.2, "high": 0.3, "low80": -0.1}, Verdict.CANNOT_TELL_YET, 9),
        ({"baseline_difference": -0.26}, Verdict.CANNOT_TELL, 2),
        ({"baseline_difference": 0.25, "is_adjusted": True}, Verdict.WORKS, 6),
        ({"baseline_difference": -0.26, "is_adjusted": True}, Verdict.CANNOT_TELL, 2),
        ({"baseline_difference": 0.25}, Verdict.CANNOT_TELL, 2),
        ({"baseline_difference": -0.051}, Verdict.CANNOT_TELL, 2),
        ({"baseline_difference": -0.05}, Verdict.WORKS, 6),
        ({"is_attrition_beyond_boundary": True}, Verdict.CANNOT_TELL, 2),
        ({"clusters_treated": 4, "clusters_comparison": 30}, Verdict.CANNOT_TELL_YET, 3),
        ({"clusters_treated": 20, "clusters_comparison": 20}, Verdict.WORKS, 6),
        ({"clusters_treated": 19, "clusters_comparison": 30, "do_methods_agree": True}, Verdict.WORKS, 6),
        (
            {"clusters_treated": 19, "clusters_comparison": 30, "do_methods_agree": False},
            Verdict.PROMISING,
            8,
        ),
    ],
)
def test_rows_2_to_9(changes: dict[str, object], verdict: Verdict, rule: int) -> None:
    found = judge(**changes)
    assert (found.verdict, found.rule, found.is_capped) == (verdict, rule, False)


def test_one_treated_school_that_ranks_first_is_at_most_promising() -> None:
    one = {"clusters_treated": 1, "clusters_comparison": 20, "placebo_rank": 1}
    assert judge(**one, placebos=20) == Decision(
        verdict=Verdict.PROMISING, reason=Reason.CAPPED, rule=6, is_capped=True
    )
    assert judge(**one, placebos=19).rule == 3


DID = {"design": Design.DIFFERENCE_IN_DIFFERENCES, "pre_periods": 2}


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({**DID, "worst_pre_period": 0.09}, Verdict.WORKS),
        ({**DID, "worst_pre_period": 0.1}, Verdict.PROMISING),
        ({**DID, "pre_periods": 1}, Verdict.PROMISING),
        ({**DID, "pre_periods": 1, "low": -0.3, "high": -0.1}, Verdict.CANNOT_TELL_YET),
        ({**DID, "pre_periods": 2, "worst_pre_period": None}, Verdict.PROMISING),
        ({**DID, "worst_pre_period": None, "low": -0.3, "high": -0.1}, Verdict.CANNOT_TELL_YET),
        ({**DID, "low": -0.3, "high": -0.1, "worst_pre_period": 0.1}, Verdict.CANNOT_TELL_YET),
        ({**DID, "low": -0.3, "high": -0.1, "worst_pre_period": 0.05}, Verdict.HARMFUL),
        ({**DID, "low": -0.1, "high": 0.02, "worst_pre_period": 0.03}, Verdict.CANNOT_TELL_YET),
        ({**DID, "low": -0.1, "high": 0.02, "worst_pre_period": 0.02}, Verdict.BELOW_THE_BAR),
        ({"design": Design.COMPARATIVE_SERIES}, Verdict.PROMISING),
        ({"is_plan_locked_before_outcome": False}, Verdict.PROMISING),
        ({"has_student_sd": False}, Verdict.PROMISING),
        ({"delivery": None}, Verdict.PROMISING),
        ({"delivery": None, "low": -0.3, "high": -0.1}, Verdict.CANNOT_TELL_YET),
    ],
)
def test_row_4_caps_what_the_design_cannot_carry(changes: dict[str, object], verdict: Verdict) -> None:
    found = judge(**changes)
    assert found.verdict is verdict
    assert found.is_capped is (verdict in (Verdict.PROMISING, Verdict.CANNOT_TELL_YET))


def test_an_effect_of_nothing_is_called_something_as_often_as_the_rules_say() -> None:
    """Zero effect: works 2.5%, harmful 2.5%, promising 7.5% (domain rules), the bar close to zero."""
    z95, z80 = NormalDist().inv_cdf(0.975), NormalDist().inv_cdf(0.9)
    guesses = np.random.default_rng(5).normal(0, 1, 20_000)
    verdicts = [
        judge(low=guess - z95, high=guess + z95, low80=guess - z80, bar=1e-9).verdict for guess in guesses
    ]
    shares = {verdict: verdicts.count(verdict) / len(verdicts) for verdict in Verdict}
    assert shares[Verdict.WORKS] == pytest.approx(0.025, abs=0.004)
    assert shares[Verdict.HARMFUL] == pytest.approx(0.025, abs=0.004)
    assert shares[Verdict.PROMISING] == pytest.approx(0.075, abs=0.006)


@pytest.mark.parametrize("pre_periods", [None, 0])
def test_a_difference_in_differences_without_a_period_before_is_no_fair_comparison(
    pre_periods: int | None,
) -> None:
    found = judge(design=Design.DIFFERENCE_IN_DIFFERENCES, pre_periods=pre_periods)
    assert (found.verdict, found.reason, found.rule) == (Verdict.CANNOT_TELL, Reason.NO_FAIR_COMPARISON, 2)


def test_a_count_of_students_in_an_arm_is_asked_for_when_there_is_an_estimate() -> None:
    few = replace(JUDGED, schools_served=0, students=29)
    assert decide_verdict(evidence=few).rule == 0


def test_an_estimate_of_students_nobody_counted_is_too_few() -> None:
    uncounted = replace(JUDGED, students=None)
    found = decide_verdict(evidence=uncounted)
    assert (found.verdict, found.reason, found.rule) == (Verdict.CANNOT_TELL_YET, Reason.TOO_FEW, 0)


def test_under_30_students_with_outcome_is_too_few_without_a_record_of_schools_too() -> None:
    assert decide(NOW, schools_served=0, students=29) == (Verdict.CANNOT_TELL_YET, Reason.TOO_FEW, 0)


def test_five_to_nineteen_schools_without_the_three_methods_are_neither_harmful_nor_works() -> None:
    some = {"clusters_treated": 10, "clusters_comparison": 10, "do_methods_agree": None}
    assert judge(**some).verdict is Verdict.PROMISING
    assert judge(**some, low=-0.3, high=-0.1, low80=-0.27).verdict is Verdict.CANNOT_TELL_YET


def test_an_unknown_number_of_schools_in_one_arm_is_not_enough_to_tell() -> None:
    assert judge(clusters_treated=10, clusters_comparison=None).rule == 3


@pytest.mark.parametrize(("arms", "rule"), [((1, 10), 3), ((4, 10), 3), ((10, 10), 9)])
def test_schools_without_an_interval_are_too_few_and_not_an_unfair_comparison(
    arms: tuple[int, int], rule: int
) -> None:
    evidence = replace(
        JUDGED, design=Design.DIFFERENCE_IN_DIFFERENCES, estimate=None, schools_in_arms=arms, students=400
    )
    found = decide_verdict(evidence=evidence)
    assert (found.verdict, found.reason, found.rule) == (Verdict.CANNOT_TELL_YET, Reason.TOO_FEW, rule)
    uncounted = decide_verdict(evidence=replace(evidence, students=None))
    assert (uncounted.reason, uncounted.rule) == (Reason.TOO_FEW, 0)
    schools = [one for one in list_gates(evidence=evidence) if one.name is GateName.CLUSTERS]
    assert [one.is_passed for one in schools] == [rule == 9]


def test_a_harmful_that_three_methods_do_not_share_never_reads_as_below_the_bar() -> None:
    """U < 0 is not 0 <= U < B: row 7 must not catch what row 5 let go."""
    found = judge(clusters_treated=10, clusters_comparison=10, do_methods_agree=False, low=-0.3, high=-0.1)
    assert found.verdict is Verdict.CANNOT_TELL_YET


def test_the_three_students_rows_come_before_delivery() -> None:
    not_delivered = Delivery(covered=0.9, dosage=0.1, reached_minimum=0.1)
    assert judge(delivery=not_delivered).rule == 1
    assert decide_verdict(evidence=replace(JUDGED, delivery=not_delivered, students=29)).rule == 0


def test_attrition_counts_only_where_those_who_stayed_were_not_shown_to_be_alike() -> None:
    assert judge(is_attrition_beyond_boundary=True).rule == 2
    assert judge(is_attrition_beyond_boundary=True, is_equivalence_shown=True).rule == 6


def test_a_bar_is_over_zero() -> None:
    with pytest.raises(ValueError, match="over zero"):
        replace(ESTIMATE, bar=0.0)
