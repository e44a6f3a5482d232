"""Migrations on a database with rows: the owner is bound too, and a new foreign key looks at what is there.

Row-level security is forced, so an UPDATE without a district touches nothing, silently, and so does the query
by which PostgreSQL validates a foreign key. Both are proved on a seeded database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from districts.tenancy import DistrictForeignKey
from tests.architecture.source import PACKAGES
from tests.data import ROOT
from tests.isolation.conftest import Pair, open_pair
from tests.isolation.rows import scope
from tests.servers import Slot

KEY = DistrictForeignKey(name="goal_metric_fk", field="metric", to="strategy.Metric")
TABLES = ("strategy_goal", "strategy_metric")


@pytest.fixture
def seeded(slot: Slot, django_db_setup: None) -> Iterator[Pair]:
    """Both districts with rows, for this test alone: it changes the schema."""
    with open_pair(slot) as pair:
        yield pair


@pytest.fixture
def owner(slot: Slot, seeded: Pair) -> Iterator[psycopg.Connection]:
    """The role that migrates."""
    with psycopg.connect(slot.owner_database_url, autocommit=True) as connection:
        yield connection


def is_forced(connection: psycopg.Connection) -> list[bool]:
    query = "SELECT relforcerowsecurity AND relrowsecurity FROM pg_class WHERE relname = ANY(%s)"
    return [row[0] for row in connection.execute(query, [list(TABLES)])]


def plant_a_stray(pair: Pair, owner: psycopg.Connection) -> None:
    """Take the key away and give bay's goal a metric of valley, as an old fault might have."""
    owner.execute("ALTER TABLE strategy_goal DROP CONSTRAINT goal_metric_fk")
    changed = pair.superuser.execute(
        "UPDATE strategy_goal SET metric_id = %s WHERE id = %s",
        [pair.valley.ids["strategy_metric"], pair.bay.ids["strategy_goal"]],
    )
    assert changed.rowcount == 1


def add_key(owner: psycopg.Connection) -> None:
    """Add the key as a migration does: all its statements in one transaction."""
    with owner.transaction():
        for statement in KEY.statements('"strategy_goal"'):
            owner.execute(statement)


def test_a_data_migration_without_a_scope_touches_nothing(seeded: Pair, owner: psycopg.Connection) -> None:
    assert seeded.superuser.execute("SELECT count(*) FROM districts_department").fetchone() == (2,)
    assert owner.execute("UPDATE districts_department SET name = 'renamed'").rowcount == 0
    assert owner.execute("DELETE FROM investments_allocation").rowcount == 0


def test_a_data_migration_opens_each_district_in_turn(seeded: Pair, owner: psycopg.Connection) -> None:
    for rows in (seeded.bay, seeded.valley):
        with owner.transaction():
            scope(owner, rows.district_id)
            assert owner.execute("UPDATE districts_department SET name = 'renamed'").rowcount == 1
    names = seeded.superuser.execute("SELECT DISTINCT name FROM districts_department").fetchall()
    assert names == [("renamed",)]


def test_a_new_foreign_key_refuses_rows_that_break_it(seeded: Pair, owner: psycopg.Connection) -> None:
    plant_a_stray(seeded, owner)
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="goal_metric_fk"):
        add_key(owner)
    assert is_forced(owner) == [True, True]


def test_a_new_foreign_key_stands_where_rows_keep_it(seeded: Pair, owner: psycopg.Connection) -> None:
    owner.execute("ALTER TABLE strategy_goal DROP CONSTRAINT goal_metric_fk")
    add_key(owner)
    assert is_forced(owner) == [True, True]


def test_without_lifting_force_nothing_is_validated(seeded: Pair, owner: psycopg.Connection) -> None:
    """The mutant: the same key, added plainly, is accepted although a row breaks it."""
    plant_a_stray(seeded, owner)
    with owner.transaction():
        owner.execute(next(s for s in KEY.statements('"strategy_goal"') if "ADD CONSTRAINT" in s))
    valid = owner.execute(
        "SELECT convalidated FROM pg_constraint WHERE conname = 'goal_metric_fk'"
    ).fetchone()
    assert valid == (True,)


def scope_breaches(path: Path, text: str) -> list[str]:
    """A migration that writes rows of tenant tables says whose: RunPython within a scope, no bare UPDATE.

    Models of the sign-in library belong to no district.
    """
    problems = []
    apps = set(re.findall(r"get_model\(\s*[\"'](\w+)", text))
    is_of_library = bool(apps) and apps <= {"account", "mfa", "usersessions"}
    has_scope = "district_scope" in text or "srm.district_id" in text
    if "RunPython" in text and not has_scope and not is_of_library:
        problems.append(f"{path}: RunPython without a district's scope touches no row")
    bare = re.findall(r"RunSQL\(\s*[\"'](UPDATE|DELETE|INSERT)\b", text, re.IGNORECASE)
    problems += [f"{path}: {statement} without a district's scope touches no row" for statement in bare]
    return problems


def test_data_migrations_open_scopes() -> None:
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("migrations/*.py")]
    assert [words for path in paths for words in scope_breaches(path, path.read_text())] == []


@pytest.mark.parametrize(
    "text",
    [
        "migrations.RunPython(rename)",
        'RunPython(rename); get_model("mfa", "Authenticator"); get_model("strategy", "Goal")',
        'migrations.RunSQL("UPDATE strategy_goal SET x = 1")',
    ],
)
def test_the_guard_catches_a_data_migration_without_a_scope(text: str) -> None:
    assert len(scope_breaches(Path("x.py"), text)) == 1
