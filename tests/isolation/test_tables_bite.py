"""The guards of test_tables report a database that has lost a rule: each is run on a mutant of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.architecture.mutations import OPEN
from tests.isolation import test_tables as guards
from tests.isolation.conftest import Pair, open_pair
from tests.servers import Slot

TABLE = "districts_department"
BULK = "investments_ledgerentry"
POLICY = f"DROP POLICY department_district ON {TABLE}; CREATE POLICY department_district ON {TABLE} "
IS_NULL = "current_setting('srm.district_id', true) = ''"
MUTANTS: list[tuple[str, str, Callable[..., None], dict[str, Any]]] = [
    ("security disabled", f"ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY", guards.test_sql_select, {}),
    ("no with check", f"{POLICY} USING ({OPEN}) WITH CHECK (true)", guards.test_sql_insert, {}),
    (
        "no with check on update",
        f"{POLICY} USING ({OPEN}) WITH CHECK (true)",
        guards.test_sql_update,
        {},
    ),
    ("policy lets updates through", f"{POLICY} USING (true) WITH CHECK (true)", guards.test_sql_update, {}),
    ("policy lets deletes through", f"{POLICY} USING (true) WITH CHECK ({OPEN})", guards.test_sql_delete, {}),
    (
        "policy lets upserts through",
        f"{POLICY} USING (true) WITH CHECK (true)",
        guards.test_sql_upsert,
        {"named": "own district"},
    ),
    ("open outside a scope", f"{POLICY} USING ({OPEN} OR {IS_NULL})", guards.test_sql_outside_a_scope, {}),
    (
        "unique over all districts",
        f"CREATE UNIQUE INDEX ON {TABLE} (name)",
        guards.test_a_unique_key_does_not_tell_that_the_other_has_the_value,
        {},
    ),
    (
        "plain foreign key",
        (
            "ALTER TABLE strategy_goal DROP CONSTRAINT goal_metric_fk;"
            "ALTER TABLE strategy_goal ADD CONSTRAINT goal_metric_fk FOREIGN KEY (metric_id)"
            " REFERENCES strategy_metric (id)"
        ),
        guards.test_a_parent_of_the_other_district_cannot_be_named,
        {},
    ),
    (
        "bulk key that lets every parent in",
        f"ALTER POLICY ledgerentry_filing_bulk_fk_update ON {BULK} WITH CHECK (true)",
        guards.test_a_parent_of_the_other_district_cannot_be_named,
        {},
    ),
    (
        "bulk key that lets its parent go",
        "ALTER TABLE districts_filing DISABLE TRIGGER ledgerentry_filing_bulk_fk",
        guards.test_a_parent_that_bulk_facts_name_cannot_be_deleted,
        {},
    ),
    (
        "bulk key whose parent's key may change",
        "ALTER TABLE districts_filing DISABLE TRIGGER ledgerentry_filing_bulk_fk_kept",
        guards.test_the_key_of_a_parent_that_bulk_facts_name_never_changes,
        {},
    ),
    (
        "bulk key that holds nobody off",
        f"ALTER TABLE {BULK} DISABLE TRIGGER ledgerentry_filing_bulk_fk",
        guards.test_bulk_facts_cannot_come_while_their_parent_goes,
        {},
    ),
]


@pytest.mark.parametrize(("sql", "guard", "more"), [m[1:] for m in MUTANTS], ids=[m[0] for m in MUTANTS])
def test_guard_reports_the_mutant(
    slot: Slot, django_db_setup: None, sql: str, guard: Callable[..., None], more: dict[str, Any]
) -> None:
    with open_pair(slot) as pair:
        _guard(guard, pair, more)
        with psycopg.connect(slot.owner_database_url) as owner:
            owner.execute("SELECT set_config('search_path', 'public', true)")
            owner.execute(sql)
        with pytest.raises((AssertionError, pytest.fail.Exception, psycopg.Error)):
            _guard(guard, pair, more)


def _guard(guard: Callable[..., None], pair: Pair, more: dict[str, Any]) -> None:
    wanted = guard.__code__.co_varnames[: guard.__code__.co_argcount]
    offered = {"pair": pair, "table": TABLE, "direction": "bay to valley", **more}
    guard(**{name: offered[name] for name in wanted})
