"""The verdict: which sentence an initiative's evidence supports, by an ordered table of rules.

Must not estimate anything, read a table or a clock, nor word a sentence (`verdict_words` does).
Rows 0-3 and 5-9 of RULES are tried in order and the first that matches decides; row 4, and row
3's exception for one treated school, only cap what rows 5-9 give. A row whose evidence is not
there passes; without an estimate, rows 0 to 2 decide and nothing below them can.

Up is good throughout: the caller turns a metric round when less of it is better.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

MINIMUM_STUDENTS = 30
MINIMUM_CLUSTERS = 5
FEW_CLUSTERS = 19
MINIMUM_PLACEBOS = 20
COVERED_CHECK_INS = 0.70
DELIVERED_DOSAGE = 0.50
REACHED_MINIMUM = 0.50
BASELINE_ALIKE = 0.05
BASELINE_LIMIT = 0.25
COMPARABLE_YEARS = 2


class Verdict(StrEnum):
    """What can be said. Never green or red: words only."""

    WORKS = "works"
    PROMISING = "promising"
    BELOW_THE_BAR = "below_the_bar"
    HARMFUL = "harmful"
    NOT_DELIVERED = "not_delivered"
    CANNOT_TELL = "cannot_tell"
    CANNOT_TELL_YET = "cannot_tell_yet"
    NOT_JUDGED = "not_judged"


class Reason(StrEnum):
    """Why the verdict is what it is."""

    TOO_EARLY = "too_early"
    MEASURE_MISSING = "measure_missing"
    MEASURE_CHANGED = "measure_changed"
    TOO_FEW = "too_few"
    NOT_DELIVERED = "not_delivered"
    NO_RECORD_OF_SCHOOLS = "no_record_of_schools"
    NO_FAIR_COMPARISON = "no_fair_comparison"
    UNLIKE_AT_START = "unlike_at_start"
    TOO_MANY_LEFT = "too_many_left"
    CAPPED = "capped"
    INTERVAL = "interval"
    KIND = "kind"


class Warned(StrEnum):
    """What a verdict must not hide: the interval spoke, and the rules took the word away."""

    MAY_BE_HARMFUL = "may_be_harmful"
    MAY_BE_TOO_SMALL = "may_be_too_small"


class Missing(StrEnum):
    """Why there is no outcome to look at."""

    RESULTS = "results"
    GROUP = "group"
    SINCE_IT_BEGAN = "since_it_began"
    OF_ITS_SCHOOLS = "of_its_schools"
    HIDDEN = "hidden"


class Kind(StrEnum):
    """The kind of coding; only an initiative is judged."""

    INITIATIVE = "initiative"
    ENTITLEMENT = "entitlement"
    GENERAL_SUPPORT = "general_support"
    PASS_THROUGH = "pass_through"  # noqa: S105 - no password


class Design(StrEnum):
    """How the comparison was made, weakest last; the locked plan's design decides."""

    RANDOMISED = "randomised"
    REGRESSION_DISCONTINUITY = "regression_discontinuity"
    STUDENT_ANCOVA = "student_ancova"
    DIFFERENCE_IN_DIFFERENCES = "difference_in_differences"
    COMPARATIVE_SERIES = "comparative_series"
    SINGLE_SERIES = "single_series"
    BEFORE_AFTER = "before_after"


@dataclass(frozen=True)
class Delivery:
    """What check-ins say, as shares 0-1: school-months covered, dosage, students at the minimum.

    None where the check-ins do not say: nothing planned, or no least dosage. students: how many the last
    share is of, at most in one month; it is not told of fewer than MINIMUM_STUDENTS.
    """

    covered: float
    dosage: float | None
    reached_minimum: float | None
    students: int = 0


@dataclass(frozen=True)
class Estimate:
    """The primary estimate at the planned look.

    low, high: the raw 95% interval; low80: the lower end of the 80% interval; bar: B > 0 of the
    locked plan, all in one unit. clusters_treated, clusters_comparison: schools in each arm, None
    where students were assigned. do_methods_agree: CR2, wild bootstrap and permutation give one
    sign and p < .05 each; asked for with 5-19 clusters. placebo_rank: of the one treated school
    among `placebos` schools. pre_periods, worst_pre_period: of a difference in differences, how many
    there are and the largest absolute coefficient; None where not known. baseline_difference: before it began,
    in student SD (g, or the Cox index of a rate), None where not known; is_adjusted: the estimate takes it
    out, as a difference in differences does by itself. is_equivalence_shown: those who stayed were alike at
    the start. is_rate: a rate needs no student SD. students: in both arms;
    students_needed, schools_needed: in both arms, for an answer, of the kind observed; students_by_lot: for
    one with places drawn by lot. Raises ValueError when the bar is not over zero.
    """

    low: float
    high: float
    low80: float
    bar: float
    point: float | None = None
    clusters_treated: int | None = None
    clusters_comparison: int | None = None
    do_methods_agree: bool | None = None
    placebo_rank: int | None = None
    placebos: int = 0
    pre_periods: int | None = None
    worst_pre_period: float | None = None
    baseline_difference: float | None = 0.0
    is_adjusted: bool = False
    is_attrition_beyond_boundary: bool = False
    is_equivalence_shown: bool = False
    is_plan_locked_before_outcome: bool = True
    has_student_sd: bool = True
    is_rate: bool = False
    students: int | None = None
    students_needed: int | None = None
    schools_needed: int | None = None
    students_by_lot: int | None = None

    def __post_init__(self) -> None:
        if self.bar <= 0:
            raise ValueError("The bar of a plan is over zero: up is good.")


@dataclass(frozen=True)
class Evidence:
    """What is known of one initiative when it is looked at.

    changed_in: the school year from which the measure is another one, where that is after it began and by
    its review; years_since: school years with a value from then on. Two can be compared with each other:
    then the change of the measure is no longer what stands in the way.
    missing: why there is no outcome, where there is none.
    design: of the locked plan; without a plan it is BEFORE_AFTER. students: with an outcome, in the
    smaller arm; None where nobody counted. schools_in_arms: served and compared with, behind an estimate with
    or without an interval (`estimate` has one); None where nothing was estimated. schools_served: None or 0 where no record says which.
    """

    kind: Kind
    as_of: date
    review_on: date
    has_outcome: bool
    schools_served: int | None
    students: int | None
    changed_in: int | None = None
    years_since: int = 0
    missing: Missing = Missing.RESULTS
    design: Design = Design.BEFORE_AFTER
    delivery: Delivery | None = None
    estimate: Estimate | None = None
    schools_in_arms: tuple[int, int] | None = None


@dataclass(frozen=True)
class Decision:
    """A verdict, the row of RULES that gave it, why, and whether a cap lowered it.

    warned: said beside the verdict. is_early_look: there is an estimate and its window is not reached.
    """

    verdict: Verdict
    reason: Reason
    rule: int | None
    is_capped: bool = False
    warned: Warned | None = None
    is_early_look: bool = False


@dataclass(frozen=True)
class Rule:
    """One row of the table: `decide` gives a decision, or None when the row does not match."""

    number: int
    name: str
    decide: Callable[[Evidence], Decision | None]


def decide_verdict(*, evidence: Evidence) -> Decision:
    """Give the first matching row's verdict, capped by row 4 and by row 3's exception.

    An entitlement, general support or a pass-through is not judged. Always returns a decision: with
    no estimate and none of rows 0-3 matching, there is no comparison to look at, or no interval of it.

    Example: review on 30 June 2027, looked at in 2026: row 0, cannot tell yet, too early.
    """
    if evidence.kind is not Kind.INITIATIVE:
        return Decision(verdict=Verdict.NOT_JUDGED, reason=Reason.KIND, rule=None)
    for rule in RULES:
        found = rule.decide(evidence)
        if found is not None:
            return _capped(decision=found, evidence=evidence)
    if evidence.schools_in_arms is not None:
        return _yet(Reason.TOO_FEW, 9)
    return Decision(verdict=Verdict.CANNOT_TELL, reason=Reason.NO_FAIR_COMPARISON, rule=2)


def _yet(reason: Reason, rule: int) -> Decision:
    return Decision(verdict=Verdict.CANNOT_TELL_YET, reason=reason, rule=rule)


def _row_0(evidence: Evidence) -> Decision | None:
    """Window not reached, outcome missing or changed, or under 30 students in an arm: unknown is not enough."""
    if evidence.as_of < evidence.review_on:
        is_early = evidence.estimate is not None
        return replace(_yet(Reason.TOO_EARLY, 0), is_early_look=is_early)
    if not evidence.has_outcome:
        return _yet(Reason.MEASURE_MISSING, 0)
    if evidence.changed_in is not None and evidence.years_since < COMPARABLE_YEARS:
        return _yet(Reason.MEASURE_CHANGED, 0)
    has_estimate = evidence.estimate is not None or evidence.schools_in_arms is not None
    if evidence.students is None and has_estimate:
        return _yet(Reason.TOO_FEW, 0)
    if evidence.students is not None and evidence.students < MINIMUM_STUDENTS:
        return _yet(Reason.TOO_FEW, 0)
    return None


def _row_1(evidence: Evidence) -> Decision | None:
    """Check-ins cover enough to say that it was not delivered."""
    delivery = evidence.delivery
    if delivery is None or delivery.covered < COVERED_CHECK_INS:
        return None
    if not is_undelivered(delivery=delivery):
        return None
    is_loss = evidence.estimate is not None and evidence.estimate.high < 0
    warned = Warned.MAY_BE_HARMFUL if is_loss else None
    return Decision(verdict=Verdict.NOT_DELIVERED, reason=Reason.NOT_DELIVERED, rule=1, warned=warned)


def is_undelivered(*, delivery: Delivery) -> bool:
    """Say whether under half of the dosage came, or under half of the assigned got the least that counts."""
    is_little = delivery.dosage is not None and delivery.dosage < DELIVERED_DOSAGE
    are_few = delivery.reached_minimum is not None and delivery.reached_minimum < REACHED_MINIMUM
    return is_little or are_few


def _row_2(evidence: Evidence) -> Decision | None:
    """No fair comparison: before-after, single series, unlike arms, or too many left.

    A difference in differences without a period before is a before-after of two groups.
    """
    reason: Reason | None = None
    estimate = evidence.estimate
    if not evidence.schools_served and estimate is None:
        reason = Reason.NO_RECORD_OF_SCHOOLS
    elif evidence.design in (Design.BEFORE_AFTER, Design.SINGLE_SERIES) or _has_no_before(evidence):
        reason = Reason.NO_FAIR_COMPARISON
    elif estimate is not None and is_unlike(design=evidence.design, estimate=estimate):
        reason = Reason.UNLIKE_AT_START
    elif estimate is not None and estimate.is_attrition_beyond_boundary and not estimate.is_equivalence_shown:
        reason = Reason.TOO_MANY_LEFT
    return None if reason is None else Decision(verdict=Verdict.CANNOT_TELL, reason=reason, rule=2)


def is_unlike(*, design: Design, estimate: Estimate) -> bool:
    """Over 0.25 is unlike; over 0.05 too, unless the estimate takes the difference out."""
    if estimate.baseline_difference is None:
        return False
    gap = abs(estimate.baseline_difference)
    return gap > BASELINE_LIMIT or (
        gap > BASELINE_ALIKE and not is_adjusted(design=design, estimate=estimate)
    )


def is_adjusted(*, design: Design, estimate: Estimate) -> bool:
    """Say whether the estimate takes out how the arms differed before: some designs always do."""
    return estimate.is_adjusted or design in (
        Design.STUDENT_ANCOVA,
        Design.DIFFERENCE_IN_DIFFERENCES,
        Design.COMPARATIVE_SERIES,
        Design.REGRESSION_DISCONTINUITY,
    )


def _has_no_before(evidence: Evidence) -> bool:
    estimate = evidence.estimate
    is_did = evidence.design is Design.DIFFERENCE_IN_DIFFERENCES
    return is_did and estimate is not None and not estimate.pre_periods


def _row_3(evidence: Evidence) -> Decision | None:
    """Fewer than five schools in an arm where schools were assigned."""
    clusters = count_schools(evidence)
    if clusters is None or clusters >= MINIMUM_CLUSTERS or _ranks_first(evidence.estimate):
        return None
    return _yet(Reason.TOO_FEW, 3)


def _row_5(evidence: Evidence) -> Decision | None:
    estimate = evidence.estimate
    if estimate is None or estimate.high >= 0 or not _agree(estimate):
        return None
    return Decision(verdict=Verdict.HARMFUL, reason=Reason.INTERVAL, rule=5)


def _row_6(evidence: Evidence) -> Decision | None:
    estimate = evidence.estimate
    if estimate is None or estimate.low <= 0 or estimate.high < estimate.bar or not _agree(estimate):
        return None
    return Decision(verdict=Verdict.WORKS, reason=Reason.INTERVAL, rule=6)


def _row_7(evidence: Evidence) -> Decision | None:
    estimate = evidence.estimate
    if estimate is None or not 0 <= estimate.high < estimate.bar:
        return None
    return Decision(verdict=Verdict.BELOW_THE_BAR, reason=Reason.INTERVAL, rule=7)


def _row_8(evidence: Evidence) -> Decision | None:
    estimate = evidence.estimate
    if estimate is None or estimate.low80 <= 0 or estimate.high < estimate.bar:
        return None
    return Decision(verdict=Verdict.PROMISING, reason=Reason.INTERVAL, rule=8)


def _row_9(evidence: Evidence) -> Decision | None:
    return None if evidence.estimate is None else _yet(Reason.TOO_FEW, 9)


RULES: tuple[Rule, ...] = (
    Rule(0, "Too early, measure missing or changed, or too few students", _row_0),
    Rule(1, "Not delivered", _row_1),
    Rule(2, "No fair comparison", _row_2),
    Rule(3, "Too few schools", _row_3),
    Rule(5, "Harmful", _row_5),
    Rule(6, "Works", _row_6),
    Rule(7, "Below the bar", _row_7),
    Rule(8, "Promising", _row_8),
    Rule(9, "Too few to tell", _row_9),
)


def count_schools(evidence: Evidence) -> int | None:
    """The schools in the smaller arm, with or without an interval; None where students were assigned."""
    if evidence.estimate is None and evidence.schools_in_arms is not None:
        return min(evidence.schools_in_arms)
    return count_clusters(evidence.estimate)


def count_clusters(estimate: Estimate | None) -> int | None:
    """The schools in the smaller arm, an unknown number being none; None where students were assigned."""
    if estimate is None or (estimate.clusters_treated is None and estimate.clusters_comparison is None):
        return None
    return min(estimate.clusters_treated or 0, estimate.clusters_comparison or 0)


def _agree(estimate: Estimate) -> bool:
    """With 5-19 schools in an arm, the three methods must agree; else nothing is asked."""
    clusters = count_clusters(estimate)
    if clusters is None or clusters > FEW_CLUSTERS or _ranks_first(estimate):
        return True
    return estimate.do_methods_agree is True


def _ranks_first(estimate: Estimate | None) -> bool:
    return (
        estimate is not None
        and estimate.clusters_treated == 1
        and estimate.placebo_rank == 1
        and estimate.placebos >= MINIMUM_PLACEBOS
    )


def _capped(*, decision: Decision, evidence: Evidence) -> Decision:
    """Row 4: lower a verdict that the design cannot carry."""
    estimate = evidence.estimate
    if estimate is None or decision.verdict not in _CAPS:
        return decision
    if not _is_capped(verdict=decision.verdict, evidence=evidence, estimate=estimate):
        return decision
    return Decision(
        verdict=_CAPS[decision.verdict],
        reason=Reason.CAPPED,
        rule=decision.rule,
        is_capped=True,
        warned=_WARNINGS.get(decision.verdict),
    )


_CAPS: dict[Verdict, Verdict] = {
    Verdict.WORKS: Verdict.PROMISING,
    Verdict.HARMFUL: Verdict.CANNOT_TELL_YET,
    Verdict.BELOW_THE_BAR: Verdict.CANNOT_TELL_YET,
}


_WARNINGS: dict[Verdict, Warned] = {
    Verdict.HARMFUL: Warned.MAY_BE_HARMFUL,
    Verdict.BELOW_THE_BAR: Warned.MAY_BE_TOO_SMALL,
}


def _is_capped(*, verdict: Verdict, evidence: Evidence, estimate: Estimate) -> bool:
    if evidence.design is Design.COMPARATIVE_SERIES or _ranks_first(estimate):
        return True
    if not estimate.is_plan_locked_before_outcome or is_baseline_unknown(
        design=evidence.design, estimate=estimate
    ):
        return True
    if evidence.delivery is None or evidence.delivery.covered < COVERED_CHECK_INS:
        return True
    if evidence.design is not Design.DIFFERENCE_IN_DIFFERENCES:
        return False
    if estimate.pre_periods == 1 or estimate.worst_pre_period is None:
        return True
    return _is_moved(verdict=verdict, estimate=estimate, worst=estimate.worst_pre_period)


def is_moved_by_years_before(*, estimate: Estimate) -> bool:
    """Say whether the largest pre-period coefficient could undo what rows 5, 6 or 7 say of the interval."""
    worst = estimate.worst_pre_period
    if worst is None:
        return True
    if 0 <= estimate.high < estimate.bar:
        return _is_moved(verdict=Verdict.BELOW_THE_BAR, estimate=estimate, worst=worst)
    return _is_moved(verdict=Verdict.WORKS, estimate=estimate, worst=worst)


def _is_moved(*, verdict: Verdict, estimate: Estimate, worst: float) -> bool:
    if verdict is Verdict.BELOW_THE_BAR:
        return estimate.high + worst >= estimate.bar
    return estimate.low - worst <= 0 <= estimate.high + worst


def is_baseline_unknown(*, design: Design, estimate: Estimate) -> bool:
    """A mean without a student SD has no g before; nor has an arm nobody measured, unless drawn by lot."""
    if not estimate.has_student_sd and not estimate.is_rate:
        return True
    by_chance = (Design.RANDOMISED, Design.REGRESSION_DISCONTINUITY)
    return estimate.baseline_difference is None and design not in by_chance
