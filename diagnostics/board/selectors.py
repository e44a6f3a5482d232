"""Read side of the board's page: goals, initiatives and the district, never a school or a student. Must not write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models.functions import JSONObject

from diagnostics.board.docket import Docket, list_docket
from diagnostics.calc.verdict_words import without_counts
from diagnostics.home.selectors import GoalDollars, GoalStanding, InitiativeLine, pair_goals
from diagnostics.home.selectors.dollars import (
    NO_SPENDING,
    YearMeter,
    latest_actual,
    latest_budget,
    meter_column,
    read_meter,
)
from diagnostics.home.selectors.goals import list_goal_standings
from diagnostics.home.selectors.initiatives import list_initiative_lines
from diagnostics.initiative.selectors.outcome import Students, list_students
from diagnostics.initiative.selectors.per_student import PerStudent, cost_per_student
from diagnostics.reviews.selectors import list_decisions, sort_reviews
from districts import formatting
from districts.models import District, Filing
from districts.pipeline.selectors import Freshness, freshness_columns, read_freshness
from districts.tenancy import current_district_id


@dataclass(frozen=True, kw_only=True)
class BoardInitiative:
    """An initiative in words; dollars of the last year of actuals, and the next budget."""

    id: UUID
    name: str
    kind_label: str
    is_judged: bool
    goal_id: UUID
    whom: str
    theory_of_action: str
    dollars: Decimal | None
    budget: Decimal | None
    per_student: PerStudent
    verdict: str
    sentence: str
    reason: str
    next_step: str
    review_on: date
    review_rule: str


@dataclass(frozen=True, kw_only=True)
class BoardGoal:
    """A strategic goal with its dollars and initiatives, the costliest first."""

    goal: GoalStanding
    dollars: Decimal
    initiatives: tuple[BoardInitiative, ...]


@dataclass(frozen=True, kw_only=True)
class BoardFile:
    """A file the year's dollars come from."""

    filename: str
    filed_at: datetime


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What the figures of an initiative rest on; with the students that may be counted."""

    year: int | None
    budget: YearMeter | None
    students: Students
    minimum: int


@dataclass(frozen=True, kw_only=True)
class Board:
    """Everything the board's page says."""

    freshness: Freshness
    spending: YearMeter | None
    budget: YearMeter | None
    goals: tuple[BoardGoal, ...]
    files: tuple[BoardFile, ...]
    docket: Docket

    @property
    def fiscal_year(self) -> int | None:
        return self.spending.fiscal_year if self.spending else None

    @property
    def tied(self) -> Decimal:
        return sum((one.dollars for one in self.goals), Decimal(0))

    @property
    def initiative_count(self) -> int:
        return sum(len(one.initiatives) for one in self.goals)

    @property
    def answer(self) -> str:
        """Say the one sentence the page is for."""
        goals = f"{len(self.goals)} strategic goal{'' if len(self.goals) == 1 else 's'}"
        if self.spending is None:
            return (
                f"The district has set {goals}; no actual spending has been imported yet to set against them."
            )
        return (
            f"The district spent {formatting.dollars_short(self.spending.total)} in"
            f" {formatting.fiscal_year(self.fiscal_year)}; {formatting.dollars_short(self.tied)} of it is tied to its"
            f" {goals}."
        )

    @property
    def effect_words(self) -> str:
        """Say for how many initiatives anything can be said of their effect."""
        judged = [one for goal in self.goals for one in goal.initiatives if one.is_judged]
        unknown = sum(one.verdict.startswith("Cannot tell") for one in judged)
        if not judged or not unknown:
            return ""
        if unknown == len(judged):
            return "For none of its initiatives can we tell yet whether it moved its outcome; each says below what is missing."
        return f"For {unknown} of {len(judged)} initiatives we cannot tell whether they moved their outcome."


def get_board(*, today: date) -> Board:
    """Return what the board's page says, with small groups under the district's minimum. Five queries."""
    row = (
        District.objects.filter(pk=current_district_id())
        .values("minimum_group", **freshness_columns(), meter=meter_column(), files=_files())
        .get()
    )
    meter = read_meter(row["meter"])
    spending = latest_actual(meter)
    year = spending.fiscal_year if spending else None
    budget = latest_budget(meter, after=year) if year else None
    lines = list_initiative_lines()
    paired = pair_goals(goals=list_goal_standings(), initiatives=lines, fiscal_year=year)
    known = _Known(
        year=year,
        budget=budget,
        students=list_students(metrics={one.goal.metric_id for one in paired}),
        minimum=row["minimum_group"],
    )
    return Board(
        freshness=read_freshness(row),
        spending=spending,
        budget=budget,
        goals=tuple(_goal(one, lines=lines, known=known) for one in paired),
        files=tuple(
            BoardFile(filename=one["filename"], filed_at=datetime.fromisoformat(one["filed_at"]))
            for one in row["files"]
            if one["fiscal_year"] == year
        ),
        docket=_docket(lines, today=today),
    )


def _docket(lines: tuple[InitiativeLine, ...], *, today: date) -> Docket:
    decisions = list_decisions()
    reviews = sort_reviews(lines=lines, decisions=decisions, today=today)
    return list_docket(decisions=decisions, reviews=reviews, today=today)


def _files() -> ArraySubquery:
    filings = Filing.objects.filter(family="ledger", subject="actual", is_current=True).order_by("filed_at")
    columns: dict[str, Any] = {
        "filename": "upload__filename",
        "filed_at": "filed_at",
        "fiscal_year": "fiscal_year",
    }
    return ArraySubquery(filings.values(cell=JSONObject(**columns)))


def _goal(one: GoalDollars, *, lines: tuple[InitiativeLine, ...], known: _Known) -> BoardGoal:
    mine = [line for line in lines if line.goal_id == one.goal.id]
    mine.sort(key=lambda line: (-(line.spent(known.year) or 0), line.name))
    return BoardGoal(
        goal=one.goal,
        dollars=one.dollars,
        initiatives=tuple(_initiative(line, goal=one.goal, known=known) for line in mine),
    )


def _initiative(line: InitiativeLine, *, goal: GoalStanding, known: _Known) -> BoardInitiative:
    spent, budget = line.spent(known.year), known.budget
    ahead = line.spent(budget.fiscal_year, budget.kind) if budget else None
    whom = ", ".join(part for part in (line.groups, f"grades {line.grades}" if line.grades else "") if part)
    return BoardInitiative(
        id=line.id,
        name=line.name,
        kind_label=line.kind_label,
        is_judged=line.is_judged,
        goal_id=line.goal_id,
        whom=whom or "All students",
        theory_of_action=line.theory_of_action,
        dollars=spent if spent is not None and abs(spent) >= NO_SPENDING else None,
        budget=ahead if ahead is not None and abs(ahead) >= NO_SPENDING else None,
        per_student=cost_per_student(
            dollars=spent,
            fiscal_year=known.year,
            grades=line.grades,
            schools=line.schools,
            counted=known.students.counted(metric_id=goal.metric_id, metric=goal.metric),
            minimum=known.minimum,
        ),
        verdict=line.verdict,
        sentence=line.sentence or f"What can be said of {line.name} is not computed yet.",
        reason=without_counts(reason=line.reason) if line.is_of_one_school else line.reason,
        next_step=line.next_step,
        review_on=line.review_on,
        review_rule=line.review_rule,
    )
