"""The plain words of a verdict: its sentence, its reason, the cheapest next step, the return gate.

Must not decide: `verdict` does. A sentence is one that a dentist on a school board understands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from diagnostics.calc.estimate_words import word_lottery
from diagnostics.calc.gates import COUNT_STUDENTS, list_gates
from diagnostics.calc.verdict import (
    COMPARABLE_YEARS,
    MINIMUM_STUDENTS,
    Decision,
    Evidence,
    Kind,
    Missing,
    Reason,
    Verdict,
    Warned,
)
from districts import formatting

LABELS: dict[Verdict, str] = {
    Verdict.WORKS: "Works",
    Verdict.PROMISING: "Promising",
    Verdict.BELOW_THE_BAR: "Too small to reach the bar",
    Verdict.HARMFUL: "Harmful",
    Verdict.NOT_DELIVERED: "Not delivered",
    Verdict.CANNOT_TELL: "Cannot tell",
    Verdict.CANNOT_TELL_YET: "Cannot tell yet",
    Verdict.NOT_JUDGED: "Not judged as an initiative",
}

EARLY_LOOK = "Early look, no verdict"

CAPPED = "The comparison is not strong enough to say more than this"
TOO_FEW = "There are too few"

_WARNINGS: dict[Warned, str] = {
    Warned.MAY_BE_HARMFUL: "Warning: the estimate points to harm, and the comparison cannot rule it out.",
    Warned.MAY_BE_TOO_SMALL: "Warning: the estimate points to an effect too small to reach the bar.",
}

_KINDS: dict[Kind, str] = {
    Kind.ENTITLEMENT: "an entitlement: the law says that these students are served",
    Kind.GENERAL_SUPPORT: "general support: it pays for many things at once, not for one effort",
    Kind.PASS_THROUGH: "a pass-through: the district hands the money on",
}


NO_CAUSE = "This describes; it does not show a cause."


@dataclass(frozen=True)
class Subject:
    """What a sentence speaks of. metric: its name; is_up: whether the goal is more of it.

    group: of students, as the strategic goal names it. began, last_result: school years, None where
    not known.
    """

    name: str
    metric: str
    is_up: bool
    review_on: date
    review_rule: str = ""
    group: str = "all"
    began: int | None = None
    last_result: int | None = None


@dataclass(frozen=True)
class Wording:
    """The verdict in words; next_step is empty only where nothing is to be judged."""

    label: str
    sentence: str
    reason: str
    next_step: str


@dataclass(frozen=True)
class ReturnGate:
    """Whether a ratio of effect and cost may be shown, and why not."""

    is_open: bool
    sentence: str


@dataclass(frozen=True)
class Known:
    """What is known whatever the verdict.

    spent: dollars of the last year of actuals. students: served in it. treated, everybody: the
    metric's latest value at the schools served and in the district, in its own unit, already
    written for reading. treated_change, everybody_change: since the school year `changed_from`.
    """

    fiscal_year: int | None = None
    spent: float | None = None
    students: int | None = None
    schools_served: int | None = None
    schools_shown: int | None = None
    outcome_year: int | None = None
    treated: str = ""
    treated_change: str = ""
    changed_from: int | None = None
    everybody: str = ""
    everybody_change: str = ""
    has_check_ins: bool = False


def word_verdict(*, decision: Decision, evidence: Evidence, subject: Subject) -> Wording:
    """Say a decision in one plain sentence, with its reason and the cheapest next step."""
    return Wording(
        label=label_of(decision=decision),
        sentence=_sentence(decision=decision, evidence=evidence, subject=subject),
        reason=_warned(
            decision=decision, reason=_reason(decision=decision, evidence=evidence, subject=subject)
        ),
        next_step=_next_step(decision=decision, evidence=evidence, subject=subject),
    )


def label_of(*, decision: Decision) -> str:
    """Name a decision in a tag: its verdict, or that an early look gives none."""
    return EARLY_LOOK if decision.is_early_look else LABELS[decision.verdict]


def _warned(*, decision: Decision, reason: str) -> str:
    """Add the warning that the rules ask for beside a verdict."""
    return reason if decision.warned is None else f"{reason} {_WARNINGS[decision.warned]}"


def open_gate(*, decision: Decision) -> ReturnGate:
    """Say whether a return may be shown as a ratio: only past rows 0-3, uncapped, with a gain.

    Until then cost and what is known stand apart, and no dollars per gain are computed at all.
    """
    if decision.verdict in (Verdict.WORKS, Verdict.PROMISING) and not decision.is_capped:
        return ReturnGate(is_open=True, sentence="")
    why = {
        Verdict.NOT_JUDGED: "because it is not judged as an initiative: its cost and trend are shown",
        Verdict.NOT_DELIVERED: "because it was not delivered as planned",
        Verdict.HARMFUL: "because there is no gain",
        Verdict.BELOW_THE_BAR: "because the gain is too small to reach the bar",
    }.get(decision.verdict, "because we do not know if there is a gain")
    return ReturnGate(is_open=False, sentence=f"We cannot say what a gain costs, {why}.")


def list_known(*, known: Known, subject: Subject) -> tuple[str, ...]:
    """List what is known anyway: cost, whom it serves, how the outcome stands; facts, no causes."""
    facts: list[str] = []
    if known.fiscal_year is not None and known.spent is not None:
        cost = f"{formatting.dollars_short(known.spent)} in FY{known.fiscal_year} (ledger cost)"
        if known.students and known.spent >= 100:
            each = formatting.dollars_short(known.spent / known.students)
            facts.append(f"{each} a student, {cost} for {known.students:,} students.")
        else:
            facts.append(f"{cost}." if abs(known.spent) >= 100 else f"No spending in FY{known.fiscal_year}.")
    else:
        facts.append("No actual cost is coded to it.")
    if known.treated and known.outcome_year is not None:
        where = f"the {known.schools_served} schools it serves" if known.schools_served != 1 else "its school"
        if known.schools_shown is not None and known.schools_shown != known.schools_served:
            where = f"{known.schools_shown} of {where}, the same in every year"
        change = f", {known.treated_change} since {_since(known)}" if known.treated_change else ""
        facts.append(
            f"{subject.metric} at {where}: {known.treated} in"
            f" {formatting.school_year(known.outcome_year)}{change};"
            f" {_everybody(known)}. {NO_CAUSE}"
        )
    elif known.everybody and known.outcome_year is not None:
        facts.append(
            f"{subject.metric} in the district: {known.everybody} in"
            f" {formatting.school_year(known.outcome_year)}"
            + (f", {known.everybody_change} since {_since(known)}." if known.everybody_change else ".")
        )
    if not known.has_check_ins:
        facts.append("Nobody has reported yet how well it is delivered.")
    return tuple(facts)


def _everybody(known: Known) -> str:
    """Say where the whole district stands and how it moved, and that the schools served are part of it."""
    among = "this one" if known.schools_served == 1 else "these"
    if not known.everybody:
        return "all schools of the district: not shown"
    change = ""
    if known.everybody_change:
        change = f", {known.everybody_change} over the same time"
    elif known.treated_change:
        change = ", its change not known"
    return f"all schools of the district, {among} included: {known.everybody}{change}"


def _since(known: Known) -> str:
    """Name where a change began: the year before, or the school year where years are missing between."""
    if known.changed_from is None or known.outcome_year is None:
        return "the value before"
    if known.outcome_year - known.changed_from == 1:
        return "the year before"
    return f"{formatting.school_year(known.changed_from)} (no value between)"


def is_about_outcome(*, fact: str) -> bool:
    """Say whether one of `list_known` tells values of the metric, whatever its name was then."""
    return fact.endswith(NO_CAUSE) or " in the district: " in fact


def without_counts(*, reason: str) -> str:
    """Return a verdict's reason without the numbers of students, schools and gates behind it, for readers who may
    see no school's result where only one school is in an arm."""
    for start in (CAPPED, TOO_FEW):
        if reason.startswith(start):
            warnings = [one for one in _WARNINGS.values() if reason.endswith(one)]
            return " ".join([f"{start}.", *warnings])
    return reason


def _claim(*, subject: Subject) -> str:
    verb = "raised" if subject.is_up else "lowered"
    return f"{subject.name} {verb} {_lower_first(subject.metric)}"


def _lower_first(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _sentence(*, decision: Decision, evidence: Evidence, subject: Subject) -> str:
    claim = _claim(subject=subject)
    metric = _lower_first(subject.metric)
    better = "raise" if subject.is_up else "lower"
    if decision.is_early_look:
        return f"{EARLY_LOOK}: we cannot tell yet if {claim}."
    sentences = {
        Verdict.WORKS: f"{claim}, by enough to reach the bar.",
        Verdict.PROMISING: f"It looks as if {claim}, but it is not certain.",
        Verdict.BELOW_THE_BAR: f"{subject.name} did not change {metric} enough to reach the bar.",
        Verdict.HARMFUL: f"{subject.name} did not {better} {metric}: it got worse than without it.",
        Verdict.NOT_DELIVERED: f"{subject.name} was not delivered as planned: no effect to judge.",
        Verdict.CANNOT_TELL: f"We cannot tell if {claim}.",
        Verdict.CANNOT_TELL_YET: f"We cannot tell yet if {claim}.",
        Verdict.NOT_JUDGED: f"{subject.name} is {_KINDS.get(evidence.kind, 'not an initiative')}.",
    }
    return sentences[decision.verdict]


def _reason(*, decision: Decision, evidence: Evidence, subject: Subject) -> str:
    review = formatting.day(subject.review_on)
    reasons = {
        Reason.TOO_EARLY: f"It is too early: the review agreed beforehand is on {review}.",
        Reason.MEASURE_MISSING: _missing(evidence=evidence, subject=subject),
        Reason.MEASURE_CHANGED: _changed(evidence=evidence, subject=subject),
        Reason.TOO_FEW: _too_few(decision=decision, evidence=evidence),
        Reason.NOT_DELIVERED: "Check-ins show that less than half of what was planned reached students.",
        Reason.NO_RECORD_OF_SCHOOLS: (
            "There is no fair comparison: no record says which schools or students it serves."
        ),
        Reason.NO_FAIR_COMPARISON: _no_fair_comparison(evidence=evidence, subject=subject),
        Reason.UNLIKE_AT_START: "There is no fair comparison: the two groups were unlike at the start.",
        Reason.TOO_MANY_LEFT: "There is no fair comparison: too many students left, more of one group.",
        Reason.CAPPED: _capped(evidence=evidence),
        Reason.INTERVAL: "This is what the estimate and its interval support, by the rule agreed beforehand.",
        Reason.KIND: "Its cost and trend are shown; it is not judged as an initiative.",
    }
    return reasons[decision.reason]


def _missing(*, evidence: Evidence, subject: Subject) -> str:
    """Say which results are missing: all, of the group, since it began, or of its schools."""
    metric = _lower_first(subject.metric)
    last = f"; the last are of {formatting.school_year(subject.last_result)}" if subject.last_result else ""
    reasons = {
        Missing.RESULTS: f"no results of {metric} have arrived.",
        Missing.GROUP: (
            f"the results of {metric} that have arrived name no group “{subject.group}”, as the strategic"
            " goal does."
        ),
        Missing.SINCE_IT_BEGAN: (
            f"no results of {metric} from {formatting.school_year(subject.began)} on, when it began, have"
            f" arrived{last}."
        ),
        Missing.OF_ITS_SCHOOLS: f"no results of {metric} have arrived for the schools it serves.",
        Missing.HIDDEN: (f"its results of {metric} are hidden: they are of too few students."),
    }
    said = f"The measure is missing: {reasons[evidence.missing]}"
    if evidence.schools_served or evidence.missing in (Missing.RESULTS, Missing.GROUP):
        return said
    return f"No schools are named: no record says which schools or students it serves. {said}"


def _changed(*, evidence: Evidence, subject: Subject) -> str:
    """Say from which year the measure is another one, and how many years of it there are."""
    metric = _lower_first(subject.metric)
    if evidence.changed_in is None:
        return f"The measure changed: {metric} cannot be compared with the years before."
    year = formatting.school_year(evidence.changed_in)
    many = "only one year of it has arrived" if evidence.years_since else "no year of it has arrived yet"
    return (
        f"The measure changed: {metric} from {year} on cannot be compared with the years before, and {many}."
    )


def _no_fair_comparison(*, evidence: Evidence, subject: Subject) -> str:
    """Say why before and after do not tell; where the measure changed, that there is no before."""
    if evidence.changed_in is None:
        return (
            "There is no fair comparison: we know the schools it serves before and after, and much"
            " else changed in the same years."
        )
    year = formatting.school_year(evidence.changed_in)
    return (
        f"There is no fair comparison: {_lower_first(subject.metric)} can be compared from {year} on only, so"
        " no year before it began can be set against the years since, and much else changed in the same years."
    )


def _capped(*, evidence: Evidence) -> str:
    """Say what is too weak to carry more: the gates that fail, each by its number."""
    weak = [gate.number for gate in list_gates(evidence=evidence) if not gate.is_passed]
    return f"{CAPPED}: {'; '.join(weak)}." if weak else f"{CAPPED}."


def _too_few(*, decision: Decision, evidence: Evidence) -> str:
    if decision.rule == 0 and evidence.students is None:
        return (
            "There are too few: how many students have a result is not known, and at least"
            f" {MINIMUM_STUDENTS} are needed in each group."
        )
    if decision.rule == 0:
        return (
            f"{TOO_FEW}: {evidence.students} students with a result, and at least"
            f" {MINIMUM_STUDENTS} are needed."
        )
    if decision.rule == 3:
        return f"{TOO_FEW}: at least 5 schools are needed on each side of the comparison."
    if evidence.estimate is None:
        return (
            "There are too few: all schools of a group moved alike, so nobody can say how far chance reaches: the"
            " truth could be a gain, nothing, or a loss."
        )
    return f"{TOO_FEW}: {_has_and_needs(evidence=evidence)}the truth could be a gain, nothing, or a loss."


def _has_and_needs(*, evidence: Evidence) -> str:
    """Say how many there are and how many an answer needs, schools first where schools were assigned."""
    estimate = evidence.estimate
    if estimate is None:
        return ""
    schools = (estimate.clusters_treated or 0) + (estimate.clusters_comparison or 0)
    if schools and estimate.schools_needed is not None and estimate.schools_needed > schools:
        return f"{schools:,} schools, and about {estimate.schools_needed:,} like them are needed; "
    students = evidence.students if estimate.students is None else estimate.students
    if students is not None and estimate.students_needed is not None:
        return f"{students:,} students, and about {estimate.students_needed:,} are needed; "
    return ""


def _next_step(*, decision: Decision, evidence: Evidence, subject: Subject) -> str:
    metric = _lower_first(subject.metric)
    has_schools = bool(evidence.schools_served)
    record = "Record which schools it serves: a list of names is enough."
    compare = _next_compare(evidence=evidence)
    steps = {
        Reason.TOO_EARLY: (
            f"Before the review, agree on comparison schools and load each year's {metric}."
            if has_schools
            else f"{record} Without it there will be no comparison at the review."
        ),
        Reason.MEASURE_MISSING: _next_missing(evidence=evidence, subject=subject, record=record),
        Reason.MEASURE_CHANGED: _next_changed(evidence=evidence, subject=subject),
        Reason.TOO_FEW: _next_too_few(decision=decision, evidence=evidence),
        Reason.NOT_DELIVERED: "Find out what stopped it, fix delivery, and set a date to look again.",
        Reason.NO_RECORD_OF_SCHOOLS: record,
        Reason.NO_FAIR_COMPARISON: compare,
        Reason.UNLIKE_AT_START: compare,
        Reason.TOO_MANY_LEFT: "Follow the students who left, then look again.",
        Reason.CAPPED: "Repeat with places drawn by lot, and lock the plan before results arrive.",
        Reason.INTERVAL: "Decide at the review, by the rule agreed beforehand.",
        Reason.KIND: "",
    }
    return steps[decision.reason]


def _next_too_few(*, decision: Decision, evidence: Evidence) -> str:
    """Say to count the students, or how large a lottery would tell; else to wait or serve more."""
    if decision.rule == 0 and evidence.students is None:
        return COUNT_STUDENTS
    lottery = evidence.estimate.students_by_lot if evidence.estimate and decision.rule == 9 else None
    return (
        word_lottery(students=lottery) or "Wait for another year of students, or serve more schools by lot."
    )


def _next_missing(*, evidence: Evidence, subject: Subject, record: str) -> str:
    metric = _lower_first(subject.metric)
    if evidence.missing is Missing.GROUP:
        return "Give the strategic goal a group that the results name, or upload results that name this one."
    if evidence.missing is Missing.RESULTS:
        return f"Upload the results of {metric}, by school and year."
    if not evidence.schools_served:
        return record
    if evidence.missing is Missing.SINCE_IT_BEGAN:
        return f"Upload the results of {metric} from {formatting.school_year(subject.began)} on, by school."
    if evidence.missing is Missing.HIDDEN:
        return "Name all the schools it serves, or choose a strategic goal for a larger group of students."
    return f"Upload the results of {metric} of the schools it serves, or correct which schools they are."


def _next_changed(*, evidence: Evidence, subject: Subject) -> str:
    metric = _lower_first(subject.metric)
    wanted = COMPARABLE_YEARS - min(evidence.years_since, COMPARABLE_YEARS)
    many = "one more year" if wanted <= 1 else "two years"
    since = f", from {formatting.school_year(evidence.changed_in)} on" if evidence.changed_in else ""
    return f"Load {many} of {metric} under the new measure{since}."


def _next_compare(*, evidence: Evidence) -> str:
    lot = "where places are scarce, draw them by lot"
    if evidence.changed_in is None:
        return (
            "Choose comparison schools like those it serves, with at least two years of results before"
            f" it began; {lot}."
        )
    year = formatting.school_year(evidence.changed_in)
    return (
        f"Choose comparison schools that were like those it serves in {year}, and compare how both move from"
        f" then on; {lot}."
    )


def write_value(*, value: float | None, unit: str, bound: str = "") -> str:
    """Write a metric's value in its unit for reading, `under 5%` beyond a cut; empty for None."""
    if value is None:
        return ""
    if bound:
        return f"{bound} {value:g}%"
    if unit == "percent":
        return formatting.percent(value)
    return formatting.number(value, 1 if unit == "points" else 0)


def write_change(*, value: float | None, unit: str) -> str:
    """Write a change in points, or in numbers for a count; empty for None."""
    if value is None:
        return ""
    return formatting.number(value, 0, plus=True) if unit == "count" else formatting.points(value)
