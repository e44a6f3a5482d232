"""An initiative with an evaluation plan and made results of its schools; a district's scope must be open."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from diagnostics.models import CheckIn, Effect, EvaluationPlan, InitiativeReturn, PlanSchool
from diagnostics.recompute import effect, initiative_return, trend
from investments.recompute import ledger_cost
from strategy.models import Initiative, InitiativeSchool, Metric
from tests.diagnostics.facts import make_results, make_school
from tests.investments.facts import make_filing, make_initiative, make_rule, recompute

NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)
YEARS = (2022, 2023, 2024, 2025)
FIRST, LAST = 2025, 2025
MONTHS = [date(2024, month, 1) for month in (9, 10, 11, 12)] + [
    date(2025, month, 1) for month in (1, 2, 3, 4, 5)
]


@dataclass(frozen=True)
class World:
    """How the results are made: schools in each arm, students in each, percentage points fewer absent."""

    served: int = 24
    compared: int = 24
    students: int = 200
    gain: float = 6.0
    noise: float = 1.5
    years: Sequence[int] = YEARS


def school_names(world: World) -> tuple[list[str], list[str]]:
    return (
        [f"Served {n:02d}" for n in range(world.served)],
        [f"Other {n:02d}" for n in range(world.compared)],
    )


def make_world(world: World, *, metric: Metric, seed: int = 7, lift: float = 0.0) -> None:
    """Land results: every school near 30% absent; the served fall by `gain` from FIRST on. lift: of the others."""
    chance = random.Random(seed)
    mine, others = school_names(world)
    rows: list[tuple[str, str, int, int | None, int | None]] = []
    for name in (*mine, *others):
        level = chance.uniform(28, 32)
        for year in world.years:
            percent = level + chance.gauss(0, world.noise)
            if year >= FIRST:
                percent += -world.gain if name in mine else -lift
            rows.append((name, "all", year, round(percent * world.students / 100), world.students))
    make_results(metric, rows)


def make_plan(
    initiative: Initiative, *, world: World, is_locked: bool = True, **changes: Any
) -> EvaluationPlan:
    """Make the plan with its schools; locked before its results landed unless said otherwise."""
    values: dict[str, Any] = {
        "metric": initiative.goal.metric,
        "design": "difference_in_differences",
        "assigned_by": "school",
        "chosen_by": "need",
        "bar": Decimal(3),
        "baseline_year": 2024,
        "first_year": FIRST,
        "outcome_year": LAST,
        "planned_dosage": Decimal(10),
        "dosage_unit": "sessions a month",
        "locked_at": datetime(2024, 8, 1, tzinfo=UTC) if is_locked else None,
    }
    plan: EvaluationPlan = EvaluationPlan.objects.create(initiative=initiative, **(values | changes))
    mine, others = school_names(world)
    for arm, names in ((PlanSchool.Arm.SERVED, mine), (PlanSchool.Arm.COMPARISON, others)):
        PlanSchool.objects.bulk_create(
            PlanSchool(plan=plan, school=make_school(name), arm=arm) for name in names
        )
    return plan


def make_judged(world: World = World(), *, dosage: int = 9, **plan: Any) -> Initiative:
    """Make a whole initiative: results, plan, schools, check-ins of every month, dollars; nothing computed."""
    initiative = make_initiative("Tutoring", serves_from=date(2024, 8, 1), review_on=date(2025, 8, 1))
    make_world(world, metric=initiative.goal.metric)
    make_plan(initiative, world=world, **plan)
    mine, _ = school_names(world)
    schools = [make_school(name) for name in mine]
    InitiativeSchool.objects.bulk_create(
        InitiativeSchool(initiative=initiative, school=one, source="test") for one in schools
    )
    if dosage:
        CheckIn.objects.bulk_create(
            CheckIn(
                initiative=initiative,
                school=one,
                month=month,
                planned_dosage=10,
                delivered_dosage=dosage,
                students_assigned=20,
                students_reached=15,
            )
            for one in schools
            for month in MONTHS
        )
    make_rule(initiative, resource="3010", name="Title I")
    make_filing([("01", "3010", "1110", "1100", "480000")], fiscal_year=2025, name="actual_2025.dat")
    return initiative


def compute_all(now: datetime = NOW) -> None:
    """Compute everything that a return rests on, in the pipeline's order."""
    for one in (ledger_cost, trend, effect, initiative_return):
        recompute(one, now=now)


def effect_of(initiative: Initiative) -> Effect:
    found: Effect = Effect.objects.get(initiative=initiative, shown_until=None)
    return found


def return_of(initiative: Initiative) -> InitiativeReturn:
    found: InitiativeReturn = InitiativeReturn.objects.get(initiative=initiative, shown_until=None)
    return found
