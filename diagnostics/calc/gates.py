"""The gates of an estimate as a checklist, each with the number behind it. Must not decide: `verdict` does.

A gate fails exactly where a row of the rules stops or caps a verdict; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from diagnostics.calc import verdict
from diagnostics.calc.verdict import Design, Evidence
from districts import formatting


class GateName(StrEnum):
    """What is checked before a ratio or an uncapped verdict."""

    WINDOW = "window"
    PLAN = "plan"
    DESIGN = "design"
    BEFORE = "before"
    EQUIVALENCE = "equivalence"
    SAMPLE = "sample"
    CLUSTERS = "clusters"
    DELIVERY = "delivery"


LABELS: dict[GateName, str] = {
    GateName.WINDOW: "The window agreed beforehand is reached",
    GateName.PLAN: "The plan was locked before its outcome had landed",
    GateName.DESIGN: "There is a fair comparison",
    GateName.BEFORE: "Both groups moved alike before it began",
    GateName.EQUIVALENCE: "Both groups were alike at the start",
    GateName.SAMPLE: "Enough students with an outcome in each group",
    GateName.CLUSTERS: "Enough schools in each group",
    GateName.DELIVERY: "It was delivered as planned",
}

_FIXES: dict[GateName, str] = {
    GateName.WINDOW: "Wait for the review.",
    GateName.PLAN: "Lock a plan for the next outcome before it lands.",
    GateName.DESIGN: "Name comparison schools, or draw places by lot.",
    GateName.BEFORE: "Load results of more years before it began.",
    GateName.EQUIVALENCE: "Choose comparison schools nearer to those served, or give the student SD.",
    GateName.SAMPLE: "Wait for another year of students.",
    GateName.CLUSTERS: "Serve or compare more schools: at least five in each group.",
    GateName.DELIVERY: "Get a check-in from every school and month.",
}

COUNT_STUDENTS = "Load the results again with the number of students behind each, by school."

_DESIGNS: dict[Design, str] = {
    Design.RANDOMISED: "drawn by lot",
    Design.REGRESSION_DISCONTINUITY: "a cutoff",
    Design.STUDENT_ANCOVA: "students alike before",
    Design.DIFFERENCE_IN_DIFFERENCES: "change beside comparison schools",
    Design.COMPARATIVE_SERIES: "years beside comparison schools",
    Design.SINGLE_SERIES: "years of one group",
    Design.BEFORE_AFTER: "before and after",
}


@dataclass(frozen=True)
class Gate:
    """One gate. number: what it was decided by, in words; fix: the cheapest way to pass, empty when passed."""

    name: GateName
    label: str
    is_passed: bool
    number: str
    fix: str


def list_gates(*, evidence: Evidence) -> tuple[Gate, ...]:
    """Check every gate in the order of the rules; those that the design does not ask for are not listed.

    Without an estimate, gates that need one are not listed either. Counts and shares of under 30 students are never told.
    """
    found = [_window(evidence), _plan(evidence), _design(evidence), _before(evidence)]
    found += [_equivalence(evidence), _sample(evidence), _clusters(evidence), _delivery(evidence)]
    return tuple(
        Gate(
            name=name,
            label=LABELS[name],
            is_passed=is_passed,
            number=number,
            fix="" if is_passed else _fix(name=name, evidence=evidence),
        )
        for gate in found
        if gate is not None
        for name, is_passed, number in [gate]
    )


def _fix(*, name: GateName, evidence: Evidence) -> str:
    if name is GateName.SAMPLE and evidence.students is None:
        return COUNT_STUDENTS
    return _FIXES[name]


_Found = tuple[GateName, bool, str]


def _window(evidence: Evidence) -> _Found:
    is_reached = evidence.as_of >= evidence.review_on
    return GateName.WINDOW, is_reached, f"review on {formatting.day(evidence.review_on)}"


def _plan(evidence: Evidence) -> _Found | None:
    estimate = evidence.estimate
    if estimate is None:
        return None
    if estimate.is_plan_locked_before_outcome:
        return GateName.PLAN, True, "locked before"
    return GateName.PLAN, False, "the plan was locked after its outcome had landed (retrospective)"


def _design(evidence: Evidence) -> _Found:
    weak = (Design.BEFORE_AFTER, Design.SINGLE_SERIES, Design.COMPARATIVE_SERIES)
    return GateName.DESIGN, evidence.design not in weak, _DESIGNS[evidence.design]


def _before(evidence: Evidence) -> _Found | None:
    if evidence.design is not Design.DIFFERENCE_IN_DIFFERENCES:
        return None
    estimate = evidence.estimate
    if estimate is None or not estimate.pre_periods:
        return GateName.BEFORE, False, "no year before"
    if estimate.pre_periods == 1 or estimate.worst_pre_period is None:
        return GateName.BEFORE, False, "one year before: at least two are needed"
    worst = estimate.worst_pre_period
    does_it_matter = verdict.is_moved_by_years_before(estimate=estimate)
    number = f"{estimate.pre_periods} years before; they differed by up to {worst:.2f}"
    return GateName.BEFORE, not does_it_matter, number


def _equivalence(evidence: Evidence) -> _Found | None:
    estimate = evidence.estimate
    if estimate is None:
        return None
    if verdict.is_baseline_unknown(design=evidence.design, estimate=estimate):
        return GateName.EQUIVALENCE, False, "not known: no student standard deviation or no baseline"
    is_alike = not verdict.is_unlike(design=evidence.design, estimate=estimate)
    is_whole = not estimate.is_attrition_beyond_boundary or estimate.is_equivalence_shown
    if not is_whole:
        return GateName.EQUIVALENCE, False, "too many left, more of one group"
    if estimate.baseline_difference is None:
        return GateName.EQUIVALENCE, is_alike, "by lot"
    gap = abs(estimate.baseline_difference)
    is_taken_out = verdict.is_adjusted(design=evidence.design, estimate=estimate)
    limit = verdict.BASELINE_LIMIT if is_taken_out else verdict.BASELINE_ALIKE
    return GateName.EQUIVALENCE, is_alike, f"{gap:.2f} student SD apart; at most {limit:.2f} may be"


def _sample(evidence: Evidence) -> _Found:
    least = verdict.MINIMUM_STUDENTS
    if evidence.students is None:
        return GateName.SAMPLE, False, f"not counted; at least {least} are needed"
    if evidence.students < least:
        return GateName.SAMPLE, False, f"under {least} students in the smaller group"
    return GateName.SAMPLE, True, f"{evidence.students:,} students in the smaller group; {least} are needed"


def _clusters(evidence: Evidence) -> _Found | None:
    estimate = evidence.estimate
    schools = verdict.count_schools(evidence)
    if schools is None:
        return None
    served, others = evidence.schools_in_arms or (0, 0)
    if estimate is not None:
        served, others = estimate.clusters_treated or 0, estimate.clusters_comparison or 0
    number = f"{served} served, {others} beside them"
    return GateName.CLUSTERS, schools >= verdict.MINIMUM_CLUSTERS, number


def _delivery(evidence: Evidence) -> _Found:
    delivery = evidence.delivery
    if delivery is None:
        return GateName.DELIVERY, False, "no check-ins"
    covered = f"check-ins cover {delivery.covered:.0%} of school-months"
    if delivery.covered < verdict.COVERED_CHECK_INS:
        return GateName.DELIVERY, False, f"{covered}; at least {verdict.COVERED_CHECK_INS:.0%} are needed"
    parts = [covered]
    if delivery.dosage is not None:
        parts.append(f"{delivery.dosage:.0%} of the dosage planned")
    if delivery.reached_minimum is not None and delivery.students >= verdict.MINIMUM_STUDENTS:
        parts.append(f"{delivery.reached_minimum:.0%} of students at the least dosage")
    return GateName.DELIVERY, not verdict.is_undelivered(delivery=delivery), "; ".join(parts)
