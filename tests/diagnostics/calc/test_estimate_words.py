"""The sentences of an estimate, of regression to the mean, of a return, and of a look that gives no verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from diagnostics.calc.estimate_words import (
    LARGE_WHEN_SHOWN,
    Guess,
    word_cost,
    word_estimate,
    word_lottery,
    word_regression,
    word_return,
    word_unfair,
)
from diagnostics.calc.gates import list_gates
from diagnostics.calc.ratio import ReturnRatio, return_ratio
from diagnostics.calc.regression_to_mean import (
    ExpectedGain,
    expected_gain_by_same_score,
    expected_gain_unknown,
)
from diagnostics.calc.verdict import Delivery, Evidence, decide_verdict
from diagnostics.calc.verdict_words import Subject, Wording, word_verdict
from tests.diagnostics.calc.evidence import ESTIMATE, JUDGED

SUBJECT = Subject(name="Tutoring", metric="Reading", is_up=True, review_on=date(2026, 6, 30))


def word(evidence: Evidence) -> Wording:
    return word_verdict(decision=decide_verdict(evidence=evidence), evidence=evidence, subject=SUBJECT)


def of_estimate(**changes: Any) -> Evidence:
    return replace(JUDGED, estimate=replace(ESTIMATE, **changes))


@pytest.mark.parametrize(
    ("guess", "sentence"),
    [
        (
            Guess(point=0.13, low=-0.18, high=0.41, unit="student_sd", schools=12),
            (
                "Best guess: a student in the middle moves from 50th to about 55th of 100; with 12 schools the truth"
                " could be anywhere from 43rd to 66th."
            ),
        ),
        (
            Guess(point=2.13, low=-1.0, high=5.2, unit="percent", schools=40),
            (
                "Best guess: 2.1 percentage points better than without it; with 40 schools the truth could be"
                " anywhere from 1.0 percentage point worse to 5.2 percentage points better."
            ),
        ),
        (
            Guess(point=-3, low=-8, high=2, unit="points", students=870),
            (
                "Best guess: 3.0 points worse than without it; with 870 students the truth could be anywhere from"
                " 8.0 points worse to 2.0 points better."
            ),
        ),
        (
            Guess(point=0.01, low=-3.4, high=3.4, unit="count"),
            "Best guess: the same as without it; the truth could be anywhere from 3 worse to 3 better.",
        ),
        (
            Guess(point=4, low=None, high=None, unit="points"),
            "Best guess: 4.0 points better than without it; nothing says how far the truth may lie from that.",
        ),
        (
            Guess(point=9, low=-9, high=9, unit="student_sd"),
            (
                "Best guess: a student in the middle moves from 50th to about 99th of 100; the truth could be"
                " anywhere from 1st to 99th."
            ),
        ),
    ],
)
def test_the_best_guess_and_how_far_the_truth_may_lie(guess: Guess, sentence: str) -> None:
    assert word_estimate(guess=guess) == sentence


NO_EFFECT = "These are no fair comparison: it is not what the initiative did."


@pytest.mark.parametrize(
    ("guess", "came"),
    [
        (Guess(point=7.8, low=4.1, high=11.5, unit="percent"), "7.8 percentage points better than"),
        (
            Guess(point=-0.126, low=-1, high=1, unit="student_sd"),
            "0.13 student standard deviations worse than",
        ),
        (Guess(point=0.01, low=-1, high=1, unit="points"), "no differently from"),
    ],
)
def test_groups_that_are_no_fair_comparison_only_differ(guess: Guess, came: str) -> None:
    assert word_unfair(guess=guess) == f"Its schools came out {came} the others. {NO_EFFECT}"


PICKED = "These students were picked on a low score; most do better next time, treated or not."


@pytest.mark.parametrize(
    ("seen", "expected", "sentence"),
    [
        (0.4, 0.28, f"Scores rose, but most of the rise would have come anyway. {PICKED}"),
        (0.2, 0.28, f"Scores rose, but as much would have come anyway. {PICKED}"),
        (1.4, 0.28, f"Scores rose, and 20% of the rise would have come anyway. {PICKED}"),
        (-0.1, 0.28, ""),
        (0.4, 0.0, ""),
    ],
)
def test_most_of_the_rise_would_have_come_anyway(seen: float, expected: float, sentence: str) -> None:
    gain = ExpectedGain(low=expected, high=expected, is_known=True)
    assert word_regression(seen=seen, expected=gain, metric="Scores") == sentence


def test_a_referral_says_that_nobody_knows() -> None:
    said = word_regression(seen=0.84, expected=expected_gain_unknown(share=0.2), metric="Scores")
    assert said == (
        "Scores rose, and up to 50% of the rise may have come anyway: nobody knows what these students were"
        " chosen by."
    )
    known = expected_gain_by_same_score(correlation=0.8, share=0.2)
    assert word_regression(seen=0.4, expected=known, metric="Scores").startswith("Scores rose, but most")


def ratio(**changes: Any) -> ReturnRatio:
    values = {
        "cost_per_student": 1_450.0,
        "estimate": 0.2,
        "standard_error": 0.05,
        "low": 0.1,
        "high": 0.3,
        "has_student_sd": True,
        "gates": list_gates(evidence=JUDGED),
        **changes,
    }
    return return_ratio(**values)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"low": -0.1}, "We cannot say what a gain costs, because the gain may be zero."),
        ({"estimate": -0.1}, "We cannot say what a gain costs, because there is no gain."),
        (
            {"has_student_sd": False},
            (
                "We cannot say what a gain costs, because the spread of students' scores is not known: the change in"
                " points stands beside the cost."
            ),
        ),
        (
            {"gates": list_gates(evidence=replace(JUDGED, students=12))},
            (
                "We cannot say what a gain costs, because the comparison is not strong enough: under 30"
                " students in the smaller group. Cheapest way to know: wait for another year of students."
            ),
        ),
        (
            {},
            "A gain of one student standard deviation costs $7,250 ($4,833 to $14,500). " + LARGE_WHEN_SHOWN,
        ),
    ],
)
def test_what_a_gain_costs_or_why_nobody_can_say(changes: dict[str, Any], sentence: str) -> None:
    assert word_return(ratio=ratio(**changes)) == sentence


def test_the_cost_stands_by_itself() -> None:
    said = word_cost(each=1_450, total=597_400, students=412)
    assert said == "$1,450 a student, about $597K a year for 412 students."
    assert word_cost(each=None, total=None, students=412) == ""
    named = word_cost(each=1_450, total=597_400, students=412, who="students assigned")
    assert named == "$1,450 a student, about $597K a year for 412 students assigned."


def test_the_next_step_is_a_lottery_of_about_so_many() -> None:
    assert word_lottery(students=873) == "Draw places by lot among about 870 students."
    assert word_lottery(students=None) == ""


def test_an_early_look_says_so_and_gives_no_verdict() -> None:
    found = word(replace(JUDGED, review_on=date(2027, 6, 30)))
    assert found.label == "Early look, no verdict"
    assert found.sentence == "Early look, no verdict: we cannot tell yet if Tutoring raised Reading.".replace(
        "Reading", "reading"
    )


def test_row_9_says_what_it_has_and_what_it_needs() -> None:
    unsure = {"low": -0.2, "low80": -0.1}
    by_student = word(of_estimate(**unsure, students=412, students_needed=1_511, students_by_lot=873))
    assert by_student.reason == (
        "There are too few: 412 students, and about 1,511 are needed; the truth could be a gain, nothing, or a"
        " loss."
    )
    assert by_student.next_step == "Draw places by lot among about 870 students."
    schools = {"clusters_treated": 20, "clusters_comparison": 22, "schools_needed": 60}
    assert word(of_estimate(**unsure, **schools)).reason == (
        "There are too few: 42 schools, and about 60 like them are needed; the truth could be a gain, nothing,"
        " or a loss."
    )


def test_a_cap_says_what_is_too_weak_and_warns() -> None:
    loss = {"low": -0.3, "high": -0.1, "low80": -0.2}
    found = word(of_estimate(**loss, is_plan_locked_before_outcome=False))
    assert found.reason == (
        "The comparison is not strong enough to say more than this: the plan was locked after its"
        " outcome had landed (retrospective). Warning: the estimate points to harm, and the comparison cannot rule it out."
    )


def test_not_delivered_warns_of_a_loss() -> None:
    loss = replace(
        of_estimate(low=-0.3, high=-0.1, low80=-0.2),
        delivery=Delivery(covered=0.9, dosage=0.1, reached_minimum=None),
    )
    assert word(loss).reason == (
        "Check-ins show that less than half of what was planned reached students. Warning: the estimate points"
        " to harm, and the comparison cannot rule it out."
    )


def test_a_cost_of_several_years_says_of_how_many_it_is() -> None:
    said = word_cost(each=2_900, total=597_400, students=412, years=2)
    assert said == "$2,900 a student over 2 years, about $597K a year for 412 students."
