"""The words of a verdict, and the gate before any ratio."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from diagnostics.calc.gates import GateName, list_gates
from diagnostics.calc.verdict import (
    Decision,
    Estimate,
    Evidence,
    Kind,
    Missing,
    Reason,
    Verdict,
    decide_verdict,
)
from diagnostics.calc.verdict_words import (
    Known,
    Subject,
    Wording,
    is_about_outcome,
    list_known,
    open_gate,
    word_verdict,
    write_value,
)
from tests.diagnostics.calc.evidence import JUDGED

NOW = Evidence(
    kind=Kind.INITIATIVE,
    as_of=date(2026, 11, 23),
    review_on=date(2026, 6, 30),
    has_outcome=True,
    schools_served=48,
    students=20_000,
)
SUBJECT = Subject(name="Title I", metric="Chronic absence", is_up=False, review_on=date(2026, 6, 30))


def word(evidence: Evidence) -> Wording:
    return word_verdict(decision=decide_verdict(evidence=evidence), evidence=evidence, subject=SUBJECT)


def test_no_fair_comparison_drops_the_yet_and_says_what_to_do() -> None:
    assert word(NOW) == Wording(
        label="Cannot tell",
        sentence="We cannot tell if Title I lowered chronic absence.",
        reason="There is no fair comparison: we know the schools it serves before and after, and much"
        " else changed in the same years.",
        next_step="Choose comparison schools like those it serves, with at least two years of results"
        " before it began; where places are scarce, draw them by lot.",
    )


def test_too_early_names_the_review() -> None:
    found = word(replace(NOW, as_of=date(2026, 6, 29)))
    assert found.sentence == "We cannot tell yet if Title I lowered chronic absence."
    assert found.reason == "It is too early: the review agreed beforehand is on Jun 30, 2026."


def test_without_a_record_of_schools_the_next_step_is_the_record() -> None:
    found = word(replace(NOW, schools_served=0))
    assert found.next_step == "Record which schools it serves: a list of names is enough."


def test_an_entitlement_is_not_judged() -> None:
    evidence = replace(NOW, kind=Kind.ENTITLEMENT)
    subject = replace(SUBJECT, name="Special education")
    found = word_verdict(decision=decide_verdict(evidence=evidence), evidence=evidence, subject=subject)
    assert found == Wording(
        label="Not judged as an initiative",
        sentence="Special education is an entitlement: the law says that these students are served.",
        reason="Its cost and trend are shown; it is not judged as an initiative.",
        next_step="",
    )


@pytest.mark.parametrize(
    ("years_since", "reason", "next_step"),
    [
        (
            0,
            (
                "The measure changed: chronic absence from 2021–22 on cannot be compared with the years before,"
                " and no year of it has arrived yet."
            ),
            "Load two years of chronic absence under the new measure, from 2021–22 on.",
        ),
        (
            1,
            (
                "The measure changed: chronic absence from 2021–22 on cannot be compared with the years before,"
                " and only one year of it has arrived."
            ),
            "Load one more year of chronic absence under the new measure, from 2021–22 on.",
        ),
        (
            2,
            (
                "There is no fair comparison: chronic absence can be compared from 2021–22 on only, so no year"
                " before it began can be set against the years since, and much else changed in the same years."
            ),
            (
                "Choose comparison schools that were like those it serves in 2021–22, and compare how both move"
                " from then on; where places are scarce, draw them by lot."
            ),
        ),
    ],
)
def test_a_changed_measure_asks_for_years_until_two_can_be_compared(
    years_since: int, reason: str, next_step: str
) -> None:
    found = word(replace(NOW, changed_in=2022, years_since=years_since))
    assert (found.reason, found.next_step) == (reason, next_step)


@pytest.mark.parametrize(
    ("missing", "schools_served", "start", "step"),
    [
        (Missing.RESULTS, 48, "The measure is missing: no results of", "Upload the results of"),
        (
            Missing.GROUP,
            48,
            "The measure is missing: the results of chronic",
            "Give the strategic goal a group",
        ),
        (Missing.SINCE_IT_BEGAN, 0, "No schools are named: no record says", "Record which schools it serves"),
        (Missing.SINCE_IT_BEGAN, 48, "The measure is missing: no results of", "Upload the results of"),
        (Missing.OF_ITS_SCHOOLS, 48, "The measure is missing: no results of", "Upload the results of"),
        (Missing.HIDDEN, 48, "The measure is missing: its results of", "Name all the schools it serves"),
    ],
)
def test_a_missing_measure_says_which_results_are_missing(
    missing: Missing, schools_served: int, start: str, step: str
) -> None:
    found = word(replace(NOW, has_outcome=False, missing=missing, schools_served=schools_served))
    assert found.reason.startswith(start)
    assert found.next_step.startswith(step)


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_words(verdict: Verdict, reason: Reason) -> None:
    decision = Decision(verdict=verdict, reason=reason, rule=0)
    found = word_verdict(decision=decision, evidence=NOW, subject=SUBJECT)
    assert all((found.label, found.sentence, found.reason))
    assert found.next_step or reason is Reason.KIND


@pytest.mark.parametrize("verdict", list(Verdict))
def test_the_gate_opens_for_a_gain_only(verdict: Verdict) -> None:
    gate = open_gate(decision=Decision(verdict=verdict, reason=Reason.INTERVAL, rule=6))
    assert gate.is_open is (verdict in (Verdict.WORKS, Verdict.PROMISING))
    assert gate.is_open or gate.sentence.startswith("We cannot say what a gain costs, because ")


def test_a_capped_verdict_keeps_the_gate_shut() -> None:
    decision = Decision(verdict=Verdict.PROMISING, reason=Reason.CAPPED, rule=6, is_capped=True)
    assert open_gate(decision=decision).is_open is False


def test_what_is_known_is_listed_as_fact() -> None:
    known = Known(
        fiscal_year=2024,
        spent=597_400.0,
        students=412,
        schools_served=6,
        outcome_year=2024,
        treated="31.2%",
        treated_change="−2.1 points",
        changed_from=2023,
        everybody="27.0%",
        everybody_change="−1.0 points",
    )
    assert list_known(known=known, subject=SUBJECT) == (
        "$1,450 a student, $597K in FY2024 (ledger cost) for 412 students.",
        (
            "Chronic absence at the 6 schools it serves: 31.2% in 2023–24, −2.1 points since the year"
            " before; all schools of the district, these included: 27.0%, −1.0 points over the same time."
            " This describes; it does not show a cause."
        ),
        "Nobody has reported yet how well it is delivered.",
    )


@pytest.mark.parametrize(
    ("changed_from", "words"),
    [
        (2023, "since the year before"),
        (2021, "since 2020–21 (no value between)"),
        (None, "since the value before"),
    ],
)
def test_a_change_names_the_years_it_runs_over(changed_from: int | None, words: str) -> None:
    known = Known(
        schools_served=6,
        outcome_year=2024,
        treated="31.2%",
        treated_change="−2.1 points",
        changed_from=changed_from,
    )
    assert (
        f"in 2023–24, −2.1 points {words}; all schools of the district: not shown."
        in list_known(known=known, subject=SUBJECT)[1]
    )


def test_a_rate_beyond_a_cut_is_said_so() -> None:
    assert write_value(value=5.0, unit="percent", bound="under") == "under 5%"
    assert write_value(value=99.5, unit="percent", bound="over") == "over 99.5%"


def test_facts_about_the_outcome_are_told_from_others() -> None:
    known = Known(schools_served=2, outcome_year=2024, treated="31.2%", everybody="27.0%")
    alone = Known(outcome_year=2024, everybody="27.0%")
    facts = [*list_known(known=known, subject=SUBJECT), *list_known(known=alone, subject=SUBJECT)]
    about = [fact for fact in facts if is_about_outcome(fact=fact)]
    assert about == [facts[1], facts[4]]


def test_too_few_names_how_many_are_needed() -> None:
    estimate = Estimate(low=-0.2, high=0.3, low80=-0.1, bar=0.05, students_needed=870)
    evidence = replace(NOW, students=212, estimate=estimate)
    decision = Decision(verdict=Verdict.CANNOT_TELL_YET, reason=Reason.TOO_FEW, rule=9)
    found = word_verdict(decision=decision, evidence=evidence, subject=SUBJECT)
    assert found.reason.startswith("There are too few: 212 students, and about 870 are needed;")


def test_a_placeholder_is_no_spending() -> None:
    known = Known(fiscal_year=2024, spent=0.01, students=10, has_check_ins=True)
    assert list_known(known=known, subject=SUBJECT) == ("No spending in FY2024.",)
    assert list_known(known=Known(has_check_ins=True), subject=SUBJECT) == ("No actual cost is coded to it.",)


def test_too_few_of_students_nobody_counted_says_what_to_load() -> None:
    evidence = replace(JUDGED, students=None)
    words = word_verdict(decision=decide_verdict(evidence=evidence), evidence=evidence, subject=SUBJECT)
    assert (words.label, words.reason, words.next_step) == (
        "Cannot tell yet",
        "There are too few: how many students have a result is not known, and at least 30 are needed in each group.",
        "Load the results again with the number of students behind each, by school.",
    )
    sample = next(one for one in list_gates(evidence=evidence) if one.name is GateName.SAMPLE)
    assert (sample.is_passed, sample.fix) == (False, words.next_step)
