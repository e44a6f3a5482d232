"""What an effect is computed from: plans, their schools, results that may be told. Must not estimate or write.

A result that pages hide enters no estimate, since the estimate and the other schools would tell it. Those that
pages show as under or over a cut enter exactly where the rounding of their arm and year covers them, as in a
pool of schools (`disclosure.uncovered`); else none of them does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from diagnostics.calc.disclosure import uncovered
from diagnostics.calc.effects.difference_in_differences import SchoolValue, SchoolYears
from diagnostics.calc.pooling import YearValue
from diagnostics.models import EvaluationPlan, MetricResult, PlanSchool, Trend
from strategy.models import Initiative

RESULTS_FAMILY = "results"

Subject = tuple[UUID, str, str]
"""What is measured: metric, group, grade."""
Cells = dict[tuple[UUID, int], SchoolValue]
Shown = dict[UUID, dict[int, YearValue]]


@dataclass(frozen=True)
class Measured:
    """Results of one metric, group and grade by school and year: exact ones, and all as pages show them."""

    exact: Cells
    shown: Shown


@dataclass(frozen=True)
class PlanInputs:
    """A plan with its schools by arm and the results of what it measures, comparable years only."""

    plan: EvaluationPlan
    served: frozenset[UUID]
    comparison: frozenset[UUID]
    measured: Measured
    first_comparable: int

    @property
    def subject(self) -> Subject:
        return (self.plan.metric_id, self.plan.group, self.plan.grade)

    def panel(self, *, schools: Iterable[UUID] | None = None) -> list[SchoolYears]:
        """Return the years of the plan's schools (or of others) that an estimate may use, in a fixed order."""
        wanted = self.served | self.comparison if schools is None else frozenset(schools)
        cells = self._usable(schools=wanted)
        years: dict[UUID, dict[int, SchoolValue]] = defaultdict(dict)
        for (school, year), value in cells.items():
            if self.first_comparable <= year <= self.plan.outcome_year:
                years[school][year] = value
        return [
            SchoolYears(school=str(one), is_served=one in self.served, years=years.get(one, {}))
            for one in sorted(wanted, key=str)
        ]

    def hidden_schools(self, *, years: Sequence[int]) -> int:
        """Count the plan's schools with a value of one of these years that pages hide, or that would be told."""
        wanted = self.served | self.comparison
        used = self._usable(schools=wanted)
        return sum(
            any(
                value.is_suppressed or (bool(value.bound) and (one, year) not in used)
                for year, value in self.measured.shown.get(one, {}).items()
                if year in years
            )
            for one in wanted
        )

    def _usable(self, *, schools: frozenset[UUID]) -> Cells:
        return {
            key: value
            for arm in (schools & self.served, schools - self.served)
            for key, value in usable(measured=self.measured, schools=arm).items()
        }


def usable(*, measured: Measured, schools: frozenset[UUID]) -> Cells:
    """Return the exact values of the schools of one arm that an estimate may use (see the module)."""
    shown: dict[int, dict[UUID, YearValue]] = defaultdict(dict)
    for school, year in measured.exact:
        found = measured.shown.get(school, {}).get(year)
        if school in schools and found and not found.is_suppressed and found.value is not None:
            shown[year][school] = found
    return {
        (school, year): measured.exact[(school, year)]
        for year, parts in sorted(shown.items())
        for school in sorted(parts.keys() - uncovered(parts), key=str)
    }


def load_plans() -> list[EvaluationPlan]:
    """Return the plan of each initiative: the locked one in force, else the draft. One query."""
    plans = (
        EvaluationPlan.objects.filter(
            replaced_at=None,
            initiative__archived_at=None,
            initiative__kind=Initiative.Kind.INITIATIVE,
        )
        .select_related("initiative", "metric")
        .order_by("initiative_id", "id")
    )
    found: dict[UUID, EvaluationPlan] = {}
    for plan in plans:
        before = found.get(plan.initiative_id)
        if before is None or (before.locked_at is None and plan.locked_at is not None):
            found[plan.initiative_id] = plan
    return list(found.values())


def load_inputs(*, plans: Sequence[EvaluationPlan]) -> list[PlanInputs]:
    """Return each plan with its schools and results. Three queries, however many plans."""
    arms: dict[tuple[UUID, str], set[UUID]] = defaultdict(set)
    chosen = PlanSchool.objects.filter(plan__in=plans)
    for plan_id, school_id, arm in chosen.values_list("plan_id", "school_id", "arm"):
        arms[(plan_id, arm)].add(school_id)
    measured = _load_measured(subjects={(one.metric_id, one.group, one.grade) for one in plans})
    return [
        PlanInputs(
            plan=plan,
            served=frozenset(arms[(plan.pk, PlanSchool.Arm.SERVED)]),
            comparison=frozenset(arms[(plan.pk, PlanSchool.Arm.COMPARISON)]),
            measured=measured[(plan.metric_id, plan.group, plan.grade)],
            first_comparable=max(
                (year for year in plan.metric.break_years if year <= plan.outcome_year), default=0
            ),
        )
        for plan in plans
    ]


def _load_measured(*, subjects: set[Subject]) -> Mapping[Subject, Measured]:
    measured = {subject: Measured(exact={}, shown={}) for subject in subjects}
    wanted = Q(pk__in=[])
    for metric_id, group, grade in sorted(subjects, key=str):
        wanted |= Q(metric_id=metric_id, group=group, grade=grade)
    rows = MetricResult.objects.filter(
        wanted,
        filing__family=RESULTS_FAMILY,
        filing__is_current=True,
        school__isnull=False,
        is_suppressed=False,
        value__isnull=False,
    ).order_by("id")
    for metric_id, group, grade, school_id, year, value, students in rows.values_list(
        "metric_id", "group", "grade", "school_id", "school_year", "value", "denominator"
    ):
        measured[(metric_id, group, grade)].exact[(school_id, year)] = SchoolValue(
            value=float(value), students=None if students is None else float(students)
        )
    trends = Trend.objects.filter(wanted, shown_until=None, school__isnull=False)
    for metric_id, group, grade, school_id, points in trends.values_list(
        "metric_id", "group", "grade", "school_id", "points"
    ):
        values = [YearValue(**point) for point in points]
        measured[(metric_id, group, grade)].shown[school_id] = {one.year: one for one in values}
    return measured
