"""Recompute returns: gather what is known of each initiative, judge it, save what changed.

Must not hold rules or words (`calc` does) nor write anything but its result table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum

from diagnostics.calc.disclosure import Pool, pool_shown
from diagnostics.calc.pooling import YearValue
from diagnostics.calc.verdict import Evidence, Kind, Missing, Reason, decide_verdict
from diagnostics.calc.verdict_words import Known, Subject, list_known, word_verdict, write_change, write_value
from diagnostics.evaluation.selectors import list_counting, read_delivery
from diagnostics.models import Effect, InitiativeReturn, PlanSchool, Trend
from diagnostics.recompute.return_ratios import Spending
from diagnostics.recompute.returns_planned import Planned, planned_columns
from diagnostics.recompute.trends import describe_years
from districts.models import District
from districts.pipeline.results import digest, save_results
from districts.pipeline.spec import Outcome, Recompute
from investments.models import AmountKind, LedgerCost
from strategy.models import Initiative, InitiativeSchool, Metric

VERSION = "9"
SCHOOL_YEAR_STARTS = 7


@dataclass(frozen=True)
class _Spent:
    fiscal_year: int
    dollars: Decimal


@dataclass(frozen=True)
class _Money:
    """Actual dollars by initiative and fiscal year. years: those the district has any of."""

    dollars: Mapping[UUID | None, Mapping[int, Decimal]]
    years: frozenset[int]

    def of(self, initiative_id: UUID) -> Mapping[int, Decimal]:
        """Return an initiative's dollars by fiscal year."""
        return self.dollars.get(initiative_id, {})

    def latest(self, initiative_id: UUID) -> _Spent | None:
        """Return its dollars in the last fiscal year of actuals; None where nothing is coded to it."""
        last = max(self.years, default=None)
        found = self.of(initiative_id)
        return _Spent(fiscal_year=last, dollars=found[last]) if last in found and last else None


@dataclass(frozen=True)
class _Outcomes:
    """A goal's metric and group: each school's years, the district's, and whether other groups have any."""

    schools: Mapping[UUID, Sequence[YearValue]]
    district: Sequence[YearValue]
    has_other_groups: bool


@dataclass(frozen=True)
class _Surroundings:
    """What every initiative is seen against."""

    served: Mapping[UUID, frozenset[UUID]]
    outcomes: Mapping[tuple[UUID, str], _Outcomes]
    money: _Money
    checked_in: frozenset[UUID]
    today: date


PLAN_FIRST = "Write an evaluation plan and lock it before results arrive."
LOCK_FIRST = "Lock the evaluation plan: until then nothing is estimated."
_PLAN_HELPS = (Reason.TOO_EARLY, Reason.NO_FAIR_COMPARISON)


def initiative_return(context: Recompute) -> Outcome:
    """Judge every initiative that is not archived, as of the run's day in the district.

    Idempotent within a day. By its locked plan and effect where it has one; else only rules that need no
    estimate can decide. Reads the results of ledger cost, trend and effect. Seven queries to read, eight
    more where a plan is locked.
    """
    district = District.objects.only("time_zone", "minimum_group").get(pk=context.district_id)
    today = context.now.astimezone(ZoneInfo(district.time_zone)).date()
    initiatives = list(
        Initiative.objects.filter(archived_at=None).select_related("goal__metric").order_by("id")
    )
    surroundings = _Surroundings(
        served=_load_served(),
        outcomes=_load_outcomes(goals={(one.goal.metric_id, one.goal.group) for one in initiatives}),
        money=_load_money(),
        checked_in=frozenset(
            one.initiative_id for one in list_counting(initiative_ids=[one.pk for one in initiatives])
        ),
        today=today,
    )
    effects = {one.initiative_id: one for one in _load_effects()}
    planned = _load_planned(effects=effects, surroundings=surroundings, minimum=district.minimum_group)
    rows = [
        _return_row(
            initiative=one,
            surroundings=surroundings,
            planned=planned.get(one.pk),
            has_draft=one.pk in effects and one.pk not in planned,
        )
        for one in initiatives
    ]
    changed = save_results(context=context, model=InitiativeReturn, keys=("initiative_id",), rows=rows)
    return Outcome(changed_rows=changed, fingerprint=digest([VERSION, rows]))


def _load_effects() -> list[Effect]:
    return list(
        Effect.objects.filter(shown_until=None, initiative__kind=Initiative.Kind.INITIATIVE).select_related(
            "plan__metric", "plan__initiative"
        )
    )


def _load_planned(
    *, effects: Mapping[UUID, Effect], surroundings: _Surroundings, minimum: int
) -> dict[UUID, Planned]:
    """Return what a return by a locked plan rests on, by initiative; a draft judges nothing.

    Nor does an effect that was computed while its plan was one: it has no estimate yet, and would be issued.
    """
    locked = {
        one.plan_id: one
        for one in effects.values()
        if one.plan.locked_at is not None and one.plan.replaced_at is None and one.facts["is_locked"]
    }
    if not locked:
        return {}
    delivered = read_delivery(
        initiative_ids=tuple(one.initiative_id for one in locked.values()), as_of=surroundings.today
    )
    schools: dict[UUID, set[UUID]] = defaultdict(set)
    chosen = PlanSchool.objects.filter(plan__in=locked, arm=PlanSchool.Arm.SERVED)
    for plan_id, school_id in chosen.values_list("plan_id", "school_id"):
        schools[plan_id].add(school_id)
    issued = {
        one.plan_id: one
        for one in InitiativeReturn.objects.filter(plan__in=locked, issue__gte=1).order_by(
            "issue", "shown_from", "id"
        )
    }
    money = surroundings.money
    found = {}
    for one in locked.values():
        delivery = delivered.get(one.initiative_id)
        found[one.initiative_id] = Planned(
            effect=one,
            delivery=delivery.evidence if delivery else None,
            schools=surroundings.served.get(one.initiative_id, frozenset()),
            planned_schools=schools[one.plan_id],
            spending=Spending(by_year=money.of(one.initiative_id), known_years=money.years),
            issued=issued.get(one.plan_id),
            minimum=minimum,
            today=surroundings.today,
        )
    return found


def _load_served() -> dict[UUID, frozenset[UUID]]:
    served: dict[UUID, set[UUID]] = defaultdict(set)
    for initiative_id, school_id in InitiativeSchool.objects.values_list("initiative_id", "school_id"):
        served[initiative_id].add(school_id)
    return {initiative_id: frozenset(schools) for initiative_id, schools in served.items()}


def _load_outcomes(*, goals: set[tuple[UUID, str]]) -> dict[tuple[UUID, str], _Outcomes]:
    schools: dict[tuple[UUID, str], dict[UUID, list[YearValue]]] = {goal: {} for goal in goals}
    district: dict[tuple[UUID, str], list[YearValue]] = {goal: [] for goal in goals}
    shown = Trend.objects.filter(
        Q(group__in={group for _, group in goals}) | Q(school=None),
        shown_until=None,
        grade="all",
        metric_id__in={metric_id for metric_id, _ in goals},
    )
    measured: set[UUID] = set()
    for metric_id, school_id, group, points in shown.values_list("metric_id", "school_id", "group", "points"):
        goal = (metric_id, group)
        measured.add(metric_id)
        if goal not in goals:
            continue
        values = [YearValue(**point) for point in points]
        if school_id is None:
            district[goal] = values
        else:
            schools[goal][school_id] = values
    return {
        goal: _Outcomes(schools=schools[goal], district=district[goal], has_other_groups=goal[0] in measured)
        for goal in goals
    }


def _load_money() -> _Money:
    """Counted actual dollars by initiative and fiscal year, and the fiscal years that have any."""
    sums = (
        LedgerCost.objects.filter(shown_until=None, kind=AmountKind.ACTUAL)
        .values_list("initiative_id", "fiscal_year")
        .annotate(dollars=Sum("counted"))
        .order_by("initiative_id", "fiscal_year")
    )
    dollars: dict[UUID | None, dict[int, Decimal]] = defaultdict(dict)
    for initiative_id, year, counted in sums:
        dollars[initiative_id][year] = counted
    return _Money(dollars=dollars, years=frozenset(year for found in dollars.values() for year in found))


def _return_row(
    *, initiative: Initiative, surroundings: _Surroundings, planned: Planned | None, has_draft: bool
) -> dict[str, Any]:
    goal, metric = initiative.goal, initiative.goal.metric
    schools = surroundings.served.get(initiative.pk, frozenset())
    outcomes = surroundings.outcomes[(goal.metric_id, goal.group)]
    pool = pool_shown(series={one: outcomes.schools.get(one, ()) for one in schools}, unit=metric.unit)
    subject, evidence = _unplanned(
        initiative=initiative, schools=schools, outcomes=outcomes, pool=pool, today=surroundings.today
    )
    known = _known(
        spent=surroundings.money.latest(initiative.pk),
        schools=schools,
        pool=pool,
        outcomes=outcomes,
        metric=metric,
    )
    known = replace(known, has_check_ins=initiative.pk in surroundings.checked_in)
    said = (
        planned_columns(planned)
        if planned is not None
        else _unplanned_columns(evidence=evidence, subject=subject, has_draft=has_draft)
    )
    return {
        "initiative_id": initiative.pk,
        "known": list(list_known(known=known, subject=subject)),
        **said,
    }


def _unplanned_columns(*, evidence: Evidence, subject: Subject, has_draft: bool) -> dict[str, Any]:
    """Return what a row says without a locked plan: the plan is the next step, once schools are named."""
    decision = decide_verdict(evidence=evidence)
    words = word_verdict(decision=decision, evidence=evidence, subject=subject)
    next_step = words.next_step
    if has_draft:
        next_step = f"{LOCK_FIRST} {next_step}".strip()
    elif evidence.schools_served and decision.reason in _PLAN_HELPS:
        next_step = f"{PLAN_FIRST} {next_step}"
    return {
        "verdict": decision.verdict.value,
        "sentence": words.sentence,
        "reason": words.reason,
        "next_step": next_step,
        "rule": "" if decision.rule is None else str(decision.rule),
        "plan_id": None,
        "is_early_look": False,
        "is_capped": decision.is_capped,
        "issue": 0,
        "issued_for": "",
        "ratio": {},
    }


def _unplanned(
    *,
    initiative: Initiative,
    schools: frozenset[UUID],
    outcomes: _Outcomes,
    pool: Pool,
    today: date,
) -> tuple[Subject, Evidence]:
    """Return what is spoken of and what is known of it without a plan, by its strategic goal's metric."""
    goal = initiative.goal
    treated = [one for one in pool.values if one.value is not None]
    changed_in = _changed_in(initiative=initiative, breaks=goal.metric.break_years)
    looked_at = treated if schools else [one for one in outcomes.district if one.value is not None]
    evidence = Evidence(
        kind=Kind(initiative.kind),
        as_of=today,
        review_on=initiative.review_on,
        has_outcome=_has_outcome(initiative=initiative, values=looked_at),
        schools_served=len(schools),
        students=_students(values=treated) if pool.schools == len(schools) else None,
        changed_in=changed_in,
        years_since=sum(changed_in is not None and one.year >= changed_in for one in looked_at),
        missing=_missing(schools=schools, outcomes=outcomes, has_value=bool(looked_at)),
    )
    subject = Subject(
        name=initiative.name,
        metric=goal.metric.name,
        is_up=goal.direction == "up",
        review_on=initiative.review_on,
        review_rule=initiative.review_rule,
        group=goal.group,
        began=_school_year(day=initiative.serves_from) if initiative.serves_from else None,
        last_result=max((one.year for one in looked_at), default=None),
    )
    return subject, evidence


def _students(*, values: Sequence[YearValue]) -> int | None:
    """The students behind the latest pooled value at the schools served."""
    if not values or values[-1].students is None:
        return None
    return round(values[-1].students)


def _has_outcome(*, initiative: Initiative, values: Iterable[YearValue]) -> bool:
    """Say whether a value is known of a school year that the initiative was at work in."""
    start = initiative.serves_from
    return any(start is None or value.year >= _school_year(day=start) for value in values)


def _school_year(*, day: date) -> int:
    """Name the school year a day falls in by the year it ends: it starts in July at the earliest."""
    return day.year + (1 if day.month >= SCHOOL_YEAR_STARTS else 0)


def _changed_in(*, initiative: Initiative, breaks: Sequence[int]) -> int | None:
    """The last school year in which the measure changed after the initiative began and by its review."""
    began = initiative.serves_from
    if began is None:
        return None
    first, last = _school_year(day=began), initiative.review_on.year
    return max((year for year in breaks if first <= year <= last), default=None)


def _missing(*, schools: frozenset[UUID], outcomes: _Outcomes, has_value: bool) -> Missing:
    """Say why no value of a school year that the initiative was at work in is known, if none is."""
    if has_value:
        return Missing.SINCE_IT_BEGAN
    if not outcomes.district and not outcomes.schools:
        return Missing.GROUP if outcomes.has_other_groups else Missing.RESULTS
    mine = [outcomes.schools.get(school, ()) for school in schools] if schools else [outcomes.district]
    is_hidden = any(one.is_suppressed for values in mine for one in values)
    return Missing.HIDDEN if is_hidden or not schools else Missing.OF_ITS_SCHOOLS


def _known(
    *,
    spent: _Spent | None,
    schools: frozenset[UUID],
    pool: Pool,
    outcomes: _Outcomes,
    metric: Metric,
) -> Known:
    """Say what is known; a pool of a single school is not told, for readers who may see no school."""
    treated = [one for one in pool.values if one.value is not None and pool.schools > 1]
    latest = treated[-1] if treated else None
    everybody = {one.year: one for one in outcomes.district if one.value is not None}
    year = latest.year if latest else max(everybody, default=None)
    figures = describe_years(values=treated, breaks=metric.break_years)
    district = describe_years(values=outcomes.district, breaks=metric.break_years)
    is_same_time = not treated or (district.change_from_year, district.level_year) == (
        figures.change_from_year,
        year,
    )
    return Known(
        fiscal_year=spent.fiscal_year if spent else None,
        spent=float(spent.dollars) if spent else None,
        schools_served=len(schools),
        schools_shown=pool.schools,
        outcome_year=year,
        treated=write_value(value=latest.value, unit=metric.unit, bound=latest.bound) if latest else "",
        treated_change=write_change(value=figures.change, unit=metric.unit),
        changed_from=figures.change_from_year if treated else district.change_from_year,
        everybody=write_value(value=everybody[year].value, unit=metric.unit, bound=everybody[year].bound)
        if year in everybody
        else "",
        everybody_change=write_change(value=district.change, unit=metric.unit) if is_same_time else "",
    )
