"""A small district whose numbers a person can check by hand, for the pages made of several apps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from diagnostics.recompute import initiative_return, trend
from districts.access.permissions import Role
from districts.models import Mark, School
from districts.tenancy import current_district_id
from investments.recompute import ledger_cost
from strategy.models import Initiative, Metric
from tests.cast import Cast
from tests.diagnostics.facts import make_results
from tests.investments.facts import make_filing, make_rule, recompute
from tests.strategy.decided import a_goal, a_metric, an_initiative

OCTOBER = datetime(2026, 10, 1, 19, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 23, 19, tzinfo=UTC)
ACTUAL_2024 = [
    ("01", "3010", "1110", "1100", "600000.25"),
    ("01", "3010", "1110", "7310", "50000"),
    ("01", "6500", "5760", "1100", "300000"),
    ("01", "0000", "1110", "1100", "1000000"),
]


@dataclass(frozen=True)
class Scene:
    """Two initiatives of one strategic goal, one of which nobody owns and no rule names."""

    goal: UUID
    tutoring: UUID
    clubs: UUID


def make_scene(cast: Cast) -> Scene:
    """Make goals, initiatives, a ledger, results and what is computed of them; the scope must be open."""
    metric = Metric.objects.get(pk=a_metric(slug="chronic-absence", break_years=(2021,)))
    schools = [School.objects.create(name=name) for name in ("Alamo", "Bryant")]
    School.objects.create(name="Clarendon")
    goal = a_goal(metric_id=metric.pk)
    tutoring = an_initiative(
        goal_id=goal,
        name="Tutoring",
        owner_id=cast.people[Role.INITIATIVE_LEAD].pk,
        school_ids=[school.pk for school in schools],
        schools_source="List of March",
        serves_from=date(2022, 7, 1),
    )
    clubs = an_initiative(goal_id=goal, name="Clubs", grades="TK-5")
    make_rule(_initiative(tutoring), resource="3010", name="Title I")
    make_filing(ACTUAL_2024, fiscal_year=2024, name="actual_2024.dat")
    make_filing([("01", "3010", "1110", "1100", "780000.30")], fiscal_year=2024, kind="estimated_actual")
    make_filing([("01", "3010", "1110", "1100", "700000")], fiscal_year=2025, kind="budget")
    make_results(
        metric,
        [
            ("Alamo", "all", 2022, 40, 100),
            ("Alamo", "all", 2023, 30, 100),
            ("Alamo", "all", 2024, 20, 100),
            ("Bryant", "all", 2024, 40, 100),
            ("Clarendon", "all", 2024, 30, 300),
        ],
    )
    compute(OCTOBER)
    return Scene(goal=goal, tutoring=tutoring, clubs=clubs)


def compute(now: datetime) -> None:
    """Compute everything the pages show, as of a moment."""
    recompute(ledger_cost, now=now)
    recompute(trend, now=now)
    recompute(initiative_return, now=now)
    Mark.objects.filter(district_id=current_district_id()).delete()


def _initiative(pk: UUID) -> Initiative:
    found: Initiative = Initiative.objects.get(pk=pk)
    return found


def own_queries(client: Client, path: str) -> list[str]:
    """Return the queries of a page beyond session, user, membership, scope and savepoints."""
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
    assert response.status_code == 200
    given = ("django_session", "set_config", "SAVEPOINT", "usersessions")
    sql = [query["sql"] for query in captured.captured_queries]
    sql = [one for one in sql if not any(word in one for word in given)]
    is_user = 'FROM "districts_user" WHERE "districts_user"."id"'
    return [
        one for one in sql if is_user not in one and not one.startswith('SELECT "districts_membership"."id"')
    ]
