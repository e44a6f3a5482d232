"""Read side of home: everything the page says, in four queries. Must not write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from diagnostics.home.selectors.changes import Change, list_changes
from diagnostics.home.selectors.dollars import NO_SPENDING, YearMeter, latest_actual, latest_budget
from diagnostics.home.selectors.goals import GoalStanding, list_goal_standings
from diagnostics.home.selectors.initiatives import ORDER, InitiativeLine, list_initiative_lines
from diagnostics.home.selectors.needs import Need, list_needs, needy_ids
from diagnostics.home.selectors.state import State, get_state
from districts import formatting

__all__ = [
    "ORDER",
    "Change",
    "GoalDollars",
    "GoalStanding",
    "Home",
    "HomeFilter",
    "InitiativeLine",
    "Need",
    "get_home",
    "pair_goals",
]


@dataclass(frozen=True, kw_only=True)
class HomeFilter:
    """What a person asked the table of initiatives for; empty means everything."""

    text: str = ""
    goal_id: str = ""
    kind: str = ""
    verdict: str = ""
    owner: str = ""


@dataclass(frozen=True, kw_only=True)
class GoalDollars:
    """A strategic goal with the dollars and initiatives behind it."""

    goal: GoalStanding
    dollars: Decimal
    initiative_count: int


@dataclass(frozen=True, kw_only=True)
class Home:
    """Everything home says."""

    state: State
    spending: YearMeter | None
    budget: YearMeter | None
    goals: tuple[GoalDollars, ...]
    initiatives: tuple[InitiativeLine, ...]
    needs: tuple[Need, ...]
    changes: tuple[Change, ...]

    @property
    def fiscal_year(self) -> int | None:
        return self.spending.fiscal_year if self.spending else None

    @property
    def tied(self) -> Decimal:
        return sum((one.dollars for one in self.goals), Decimal(0))

    @property
    def needy_count(self) -> int:
        return len(needy_ids(self.needs))

    @property
    def answer(self) -> str:
        """Say the one sentence the page is for."""
        many = len(self.initiatives)
        noun = "initiative" if many == 1 else "initiatives"
        if self.spending is None:
            return f"{many} {noun}, and no actual spending has been imported yet to set against them."
        head = (
            f"{formatting.dollars_short(self.tied)} of {formatting.dollars_short(self.spending.total)} spent in"
            f" {formatting.fiscal_year(self.fiscal_year)} is tied to strategic goals through {many} {noun}"
        )
        if not self.needy_count:
            return f"{head}."
        verb = "needs" if self.needy_count == 1 else "need"
        return f"{head}; {self.needy_count} of them {verb} someone."

    @property
    def detail(self) -> str:
        """Say what part of the tied dollars the district could choose otherwise."""
        by_kind: dict[str, Decimal] = {}
        for one in self.initiatives:
            by_kind[one.kind] = by_kind.get(one.kind, Decimal(0)) + (one.spent(self.fiscal_year) or 0)
        chosen = by_kind.pop("initiative", Decimal(0))
        rest = sum(by_kind.values(), Decimal(0))
        if not self.spending or self.tied < NO_SPENDING or rest < NO_SPENDING:
            return "All funds, actual spending. Only spending that a coding rule catches is counted."
        return (
            f"{formatting.dollars_short(chosen)} of it goes to initiatives the district chose;"
            f" {formatting.dollars_short(rest)} to entitlements, general support and pass-throughs. All funds, actual"
            " spending."
        )

    def list_filtered(self, wanted: HomeFilter) -> tuple[InitiativeLine, ...]:
        """Return the initiatives that pass a filter."""
        return tuple(one for one in self.initiatives if _passes(one, wanted))


def get_home(*, user_id: int | None, now: datetime, time_zone: str) -> Home:
    """Return what home says to one person. Four queries."""
    state = get_state(user_id=user_id, now=now)
    initiatives = list_initiative_lines()
    goals = list_goal_standings()
    names = {one.id: one.name for one in initiatives}
    spending = latest_actual(state.meter)
    return Home(
        state=state,
        spending=spending,
        budget=latest_budget(state.meter, after=spending.fiscal_year) if spending else None,
        goals=pair_goals(
            goals=goals, initiatives=initiatives, fiscal_year=spending.fiscal_year if spending else None
        ),
        initiatives=initiatives,
        needs=list_needs(
            initiatives=initiatives,
            uploads=state.uploads,
            meter=spending,
            failed=state.freshness.failed,
            today=now.astimezone(ZoneInfo(time_zone)).date(),
        ),
        changes=list_changes(since=state.since, names=names, runs=state.runs),
    )


def pair_goals(
    *, goals: Sequence[GoalStanding], initiatives: Sequence[InitiativeLine], fiscal_year: int | None
) -> tuple[GoalDollars, ...]:
    """Return each strategic goal with its initiatives' dollars of a year of actuals, by due date, then dollars."""
    dollars: dict[UUID, Decimal] = {}
    counts: dict[UUID, int] = {}
    for one in initiatives:
        counts[one.goal_id] = counts.get(one.goal_id, 0) + 1
        dollars[one.goal_id] = dollars.get(one.goal_id, Decimal(0)) + (one.spent(fiscal_year) or 0)
    paired = [
        GoalDollars(
            goal=goal, dollars=dollars.get(goal.id, Decimal(0)), initiative_count=counts.get(goal.id, 0)
        )
        for goal in goals
    ]
    return tuple(sorted(paired, key=lambda one: (one.goal.due_on, -one.dollars, one.goal.name)))


def _passes(one: InitiativeLine, wanted: HomeFilter) -> bool:
    text = wanted.text.strip().casefold()
    words = (
        f"{one.name} {one.goal} {one.owner} {one.department} {one.groups} {one.theory_of_action}".casefold()
    )
    return (
        text in words
        and wanted.goal_id in ("", str(one.goal_id))
        and wanted.kind in ("", one.kind)
        and wanted.verdict in ("", one.verdict)
        and wanted.owner in ("", str(one.owner_id or "none"))
    )
