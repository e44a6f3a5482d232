"""Read side of the initiative page: everything it says, in two queries, or three with a plan. Must not write."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from diagnostics.initiative.selectors.costs import Costs, YearCost, cost_columns, read_costs
from diagnostics.initiative.selectors.effect import (
    Judged,
    PlanSchoolLine,
    effect_columns,
    list_plan_schools,
    read_judged,
    without_hidden,
)
from diagnostics.initiative.selectors.outcome import Outcome, get_outcome
from diagnostics.initiative.selectors.per_student import Counted, PerStudent, cost_per_student
from diagnostics.initiative.selectors.record import (
    FIELDS,
    Record,
    read_record,
    record_columns,
    without_outcome,
    without_reason,
)
from districts.pipeline.selectors import Freshness, freshness_columns, read_freshness
from strategy.models import Initiative

__all__ = ["InitiativePage", "get_initiative_page"]


@dataclass(frozen=True, kw_only=True)
class InitiativePage:
    """Everything the page says, as it is now or was shown at a past moment."""

    record: Record
    costs: Costs
    outcome: Outcome
    per_student: PerStudent
    judged: Judged
    plan_schools: tuple[PlanSchoolLine, ...]
    freshness: Freshness
    as_of: datetime | None

    @property
    def latest(self) -> YearCost | None:
        """Return the cost of the district's last fiscal year of actuals."""
        return self.costs.year(self.costs.latest_year)

    @property
    def next_forecast(self) -> YearCost | None:
        """Return the forecast that lies furthest ahead."""
        return next((one for one in reversed(self.costs.shown) if one.is_forecast), None)


def get_initiative_page(
    *, initiative_id: UUID, as_of: datetime | None, funding_segment: str, minimum_group: int
) -> InitiativePage | None:
    """Return an initiative's page, or None where this district has no such initiative. Two queries,
    and one more for the schools of a plan.

    With `as_of` the figures are those shown at that moment under today's minimum number of students;
    words, schools and rules are today's. What was said of an outcome that is hidden since is left out, and
    so is the effect where anything of its plan's metric is: three queries more.
    """
    row = (
        Initiative.objects.filter(pk=initiative_id)
        .values(
            *FIELDS,
            **record_columns(as_of=as_of),
            **cost_columns(as_of=as_of, funding_segment=funding_segment),
            **effect_columns(as_of=as_of),
            **freshness_columns(),
        )
        .first()
    )
    if row is None:
        return None
    record = read_record(row, as_of=as_of)
    costs = read_costs(row)
    schools = {school.id: school.name for school in record.schools}
    outcome = get_outcome(
        metric_id=record.goal.metric_id,
        group=record.goal.group,
        unit=record.goal.unit,
        schools=schools,
        as_of=as_of,
    )
    if outcome.is_hidden_since:
        record = replace(record, said=without_outcome(record.said))
    latest = costs.year(costs.latest_year)
    judged = read_judged(row)
    if as_of is not None:
        judged = without_hidden(judged, as_of=as_of)
    if judged.is_hidden_since:
        record = replace(record, said=without_reason(record.said))
    return InitiativePage(
        record=record,
        costs=costs,
        outcome=outcome,
        per_student=cost_per_student(
            dollars=latest.counted if latest else None,
            fiscal_year=costs.latest_year,
            grades=record.grades,
            schools=schools,
            counted=Counted(
                enrollment=outcome.enrollment, metric=record.goal.metric, results=outcome.students
            ),
            minimum=minimum_group,
        ),
        judged=judged,
        plan_schools=list_plan_schools(plan_id=judged.plan.id) if judged.plan and as_of is None else (),
        freshness=read_freshness(row),
        as_of=as_of,
    )
