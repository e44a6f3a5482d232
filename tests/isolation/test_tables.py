"""Every tenant table x select, insert, update, delete, upsert x both directions, in raw SQL and by the ORM.

Rows are committed; each test first proves through a superuser that the other district's row exists, and
afterwards that it is as it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection, models
from django.db.utils import IntegrityError, ProgrammingError
from psycopg import sql

from districts.tenancy import district_scope
from districts.tenancy.catalog import list_tenant_tables
from districts.tenancy.catalog.exceptions import APPEND_ONLY_TABLES
from districts.tenancy.catalog.reading import ForeignKey
from tests.isolation.conftest import TENANT_MODELS, Pair
from tests.isolation.rows import Rows, insert, scope, values_for

POLICY = 'new row violates row-level security policy.* for table "{}"'


def row_of(pair: Pair, table: str, owner: Rows) -> dict[str, Any]:
    """Return the row past all policies; proves that it exists and whose it is."""
    query = sql.SQL("SELECT to_jsonb(t) FROM {} t WHERE id = %s").format(sql.Identifier(table))
    found = pair.superuser.execute(query, [owner.ids[table]]).fetchone()
    assert found is not None, f"{owner.name} has no row in {table}: nothing would be proved"
    assert found[0]["district_id"] == owner.district_id
    return dict(found[0])


def count_of(pair: Pair, table: str, owner: Rows) -> int:
    query = sql.SQL("SELECT count(*) FROM {} WHERE district_id = %s").format(sql.Identifier(table))
    found = pair.superuser.execute(query, [owner.district_id]).fetchone()
    assert found is not None
    return int(found[0])


@contextmanager
def untouched(pair: Pair, table: str, owner: Rows) -> Iterator[None]:
    """Prove that the owner's row exists, and that afterwards it is as it was and has no new neighbour."""
    before, count = row_of(pair, table, owner), count_of(pair, table, owner)
    yield
    assert row_of(pair, table, owner) == before
    assert count_of(pair, table, owner) == count


@contextmanager
def acting_as(pair: Pair, who: Rows | None) -> Iterator[psycopg.Connection]:
    """Open a transaction as srm_app in a district, and commit it."""
    with pair.app.transaction():
        scope(pair.app, who.district_id if who else None)
        yield pair.app


def run(opened: psycopg.Connection, query: str, table: str, *parameters: object) -> psycopg.Cursor:
    return opened.execute(sql.SQL(query).format(sql.Identifier(table)), parameters)


def test_the_tables_tried_are_those_of_the_catalog(pair: Pair) -> None:
    assert sorted(list_tenant_tables(pair.app.cursor())) == sorted(TENANT_MODELS)


def test_sql_select(pair: Pair, table: str, direction: str) -> None:
    who, other = pair.sides(direction)
    with untouched(pair, table, other), acting_as(pair, who) as app:
        assert run(app, "SELECT count(*) FROM {} WHERE id = %s", table, who.ids[table]).fetchone() == (1,)
        assert run(app, "SELECT count(*) FROM {} WHERE id = %s", table, other.ids[table]).fetchone() == (0,)
        shown = run(app, "SELECT DISTINCT district_id FROM {}", table).fetchall()
        assert shown == [(who.district_id,)]
        text = run(app, "SELECT coalesce(string_agg(t::text, ''), '') FROM {} t", table).fetchone()
        assert other.canary not in str(text)


def test_sql_outside_a_scope(pair: Pair, table: str) -> None:
    with untouched(pair, table, pair.bay), acting_as(pair, None) as app:
        assert run(app, "SELECT count(*) FROM {}", table).fetchone() == (0,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), acting_as(pair, None) as app:
        insert(app, pair.relations[table], values_for(pair.relations[table], pair.bay, 3))
    if table not in APPEND_ONLY_TABLES:
        with untouched(pair, table, pair.bay), acting_as(pair, None) as app:
            assert run(app, "UPDATE {} SET id = id", table).rowcount == 0
            assert run(app, "DELETE FROM {}", table).rowcount == 0


def test_sql_insert(pair: Pair, table: str, direction: str) -> None:
    who, other = pair.sides(direction)
    values = values_for(pair.relations[table], other, 3)
    assert values["district_id"] == other.district_id
    with (
        untouched(pair, table, other),
        pytest.raises(psycopg.errors.InsufficientPrivilege, match=POLICY.format(table)),
        acting_as(pair, who) as app,
    ):
        insert(app, pair.relations[table], values, returning="")


def test_sql_update(pair: Pair, table: str, direction: str) -> None:
    who, other = pair.sides(direction)
    with untouched(pair, table, other):
        if table in APPEND_ONLY_TABLES:
            with pytest.raises(psycopg.errors.InsufficientPrivilege), acting_as(pair, who) as app:
                run(app, "UPDATE {} SET id = id WHERE id = %s", table, other.ids[table])
            return
        with acting_as(pair, who) as app:
            own = run(app, "UPDATE {} SET id = id WHERE id = %s", table, who.ids[table])
            assert own.rowcount == 1
            theirs = run(app, "UPDATE {} SET id = id WHERE id = %s", table, other.ids[table])
            assert theirs.rowcount == 0
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege, match=POLICY.format(table)),
            acting_as(pair, who) as app,
        ):
            # No WHERE and no RETURNING: with them the rule for reading would refuse it, too.
            run(app, "UPDATE {} SET district_id = %s", table, other.district_id)


def test_sql_delete(pair: Pair, table: str, direction: str) -> None:
    who, other = pair.sides(direction)
    with untouched(pair, table, other):
        if table in APPEND_ONLY_TABLES:
            with pytest.raises(psycopg.errors.InsufficientPrivilege), acting_as(pair, who) as app:
                run(app, "DELETE FROM {} WHERE id = %s", table, other.ids[table])
            return
        with acting_as(pair, who) as app:
            assert run(app, "DELETE FROM {} WHERE id = %s", table, other.ids[table]).rowcount == 0


@pytest.mark.parametrize("named", ["own district", "the other's district"])
def test_sql_upsert(pair: Pair, table: str, direction: str, named: str) -> None:
    """Naming the other's row by its key neither changes nor takes it, whatever district is written."""
    who, other = pair.sides(direction)
    owner = who if named == "own district" else other
    values = values_for(pair.relations[table], owner, 3) | {"id": other.ids[table]}
    names = sql.SQL(", ").join(map(sql.Identifier, values))
    query = sql.SQL(
        "INSERT INTO {} ({}) VALUES ({}) ON CONFLICT (id) DO UPDATE SET district_id = excluded.district_id"
    ).format(sql.Identifier(table), names, sql.SQL(", ").join(sql.Placeholder() * len(values)))
    with (
        untouched(pair, table, other),
        pytest.raises(
            psycopg.Error, match=f"{POLICY.format(table)}|violates unique|permission denied"
        ) as refused,
        acting_as(pair, who) as app,
    ):
        app.execute(query, list(values.values()))
    assert refused.value.sqlstate in ("42501", "23505")


def test_orm_reads_and_writes_touch_own_rows_only(
    pair: Pair, table: str, direction: str, django_db_blocker: Any
) -> None:
    who, other = pair.sides(direction)
    model = TENANT_MODELS[table]
    everything: models.QuerySet[Any] = model._base_manager.all()
    theirs = everything.filter(pk=other.ids[table])
    with untouched(pair, table, other), django_db_blocker.unblock():
        with district_scope(who.district_id):
            assert set(everything.values_list("district_id", flat=True)) == {who.district_id}
            assert everything.filter(pk=who.ids[table]).count() == 1
            assert theirs.count() == 0
            assert list(theirs.select_for_update()) == [] if table not in APPEND_ONLY_TABLES else True
        _orm_writes(model, theirs, who=who, other=other)
        connection.close()


def _orm_writes(model: Any, theirs: Any, *, who: Rows, other: Rows) -> None:
    with district_scope(other.district_id):
        stolen = theirs.get()
    if model._meta.db_table not in APPEND_ONLY_TABLES:
        with district_scope(who.district_id):
            assert theirs.update(district_id=who.district_id) == 0
            assert theirs._raw_delete(theirs.db) == 0
    with pytest.raises((ProgrammingError, IntegrityError)), district_scope(who.district_id):
        model._base_manager.bulk_create([stolen])
    if model._meta.db_table not in APPEND_ONLY_TABLES:
        refusal = POLICY.format(model._meta.db_table)
        with pytest.raises(ProgrammingError, match=refusal), district_scope(who.district_id):
            model._base_manager.bulk_create(
                [stolen], update_conflicts=True, unique_fields=["id"], update_fields=["district"]
            )


def _keys_between_tenants(pair: Pair) -> list[tuple[str, ForeignKey]]:
    return [
        (table, key)
        for table in sorted(TENANT_MODELS)
        for key in pair.relations[table].foreign_keys
        if key.parent in TENANT_MODELS
    ]


def test_a_parent_of_the_other_district_cannot_be_named(pair: Pair, direction: str) -> None:
    who, other = pair.sides(direction)
    keys = _keys_between_tenants(pair)
    assert len(keys) >= 20
    for table, key in keys:
        (child,) = [c for c in key.columns if c != "district_id"]
        row_of(pair, key.parent, other)
        refusals = (psycopg.errors.ForeignKeyViolation, psycopg.errors.InsufficientPrivilege)
        with pytest.raises(refusals, match=key.name):
            _name_parent(pair, who, table=table, child=child, parent_id=other.ids[key.parent])


def _name_parent(pair: Pair, who: Rows, *, table: str, child: str, parent_id: object) -> None:
    """Give one's own row another parent, and commit."""
    query = sql.SQL("UPDATE {} SET {} = %s WHERE id = %s").format(
        sql.Identifier(table), sql.Identifier(child)
    )
    with acting_as(pair, who) as app:
        assert app.execute(query, [parent_id, who.ids[table]]).rowcount == 1


def test_a_parent_that_bulk_facts_name_cannot_be_deleted(pair: Pair, direction: str) -> None:
    who, other = pair.sides(direction)
    for _, key, _ in _bulk_keys(pair):
        query = sql.SQL("DELETE FROM {} WHERE id = %s").format(sql.Identifier(key.parent))
        with (
            pytest.raises(psycopg.errors.ForeignKeyViolation, match=key.name),
            untouched(pair, key.parent, who),
            untouched(pair, key.parent, other),
            acting_as(pair, who) as app,
        ):
            app.execute(query, [who.ids[key.parent]])


def _bulk_keys(pair: Pair) -> list[tuple[str, ForeignKey, str]]:
    """Return every bulk key: the table, the key and its own column."""
    found = [
        (table, key, next(c for c in key.columns if c != "district_id"))
        for table, key in _keys_between_tenants(pair)
        if key.name.endswith("_bulk_fk")
    ]
    assert found
    return found


def test_the_key_of_a_parent_that_bulk_facts_name_never_changes(pair: Pair, direction: str) -> None:
    who, _ = pair.sides(direction)
    for _, key, _ in _bulk_keys(pair):
        query = sql.SQL("UPDATE {} SET id = uuidv7() WHERE id = %s").format(sql.Identifier(key.parent))
        with (
            pytest.raises(psycopg.errors.ForeignKeyViolation, match="never changes"),
            untouched(pair, key.parent, who),
            acting_as(pair, who) as app,
        ):
            app.execute(query, [who.ids[key.parent]])


def test_bulk_facts_cannot_come_while_their_parent_goes(pair: Pair, direction: str) -> None:
    """Whoever is first holds the other off: the parent's deletion waits, the facts are refused."""
    who, _ = pair.sides(direction)
    for table, key, column in _bulk_keys(pair):
        delete = sql.SQL("DELETE FROM {} WHERE id = %s").format(sql.Identifier(key.parent))
        touch = sql.SQL("UPDATE {table} SET {column} = {column} WHERE id = %s").format(
            table=sql.Identifier(table), column=sql.Identifier(column)
        )
        remove = sql.SQL("DELETE FROM {} WHERE id = %s").format(sql.Identifier(table))
        with psycopg.connect(pair.app.info.dsn, password=pair.app.info.password) as second:
            scope(second, who.district_id)
            second.execute("SET LOCAL lock_timeout = '300ms'")
            with acting_as(pair, who) as app:
                app.execute(touch, [who.ids[table]])
                with pytest.raises(psycopg.errors.LockNotAvailable):
                    second.execute(delete, [who.ids[key.parent]])
            second.rollback()
            scope(second, who.district_id)
            second.execute(remove, [who.ids[table]])
            second.execute(delete, [who.ids[key.parent]])
            with pytest.raises(psycopg.errors.LockNotAvailable), acting_as(pair, who) as app:
                app.execute(touch, [who.ids[table]])
            second.rollback()


def test_a_unique_key_does_not_tell_that_the_other_has_the_value(
    pair: Pair, table: str, direction: str
) -> None:
    """The other's row, copied with its very values into one's own district, is no conflict."""
    who, other = pair.sides(direction)
    relation = pair.relations[table]
    theirs = row_of(pair, table, other)
    values = values_for(relation, who, 3)
    parents = {column for key in relation.foreign_keys for column in key.columns}
    hashes = {"token_hash", "key_hash"}  # random: listed in UNIQUE_WITHOUT_DISTRICT
    copied = {
        name: json.dumps(theirs[name]) if isinstance(theirs[name], dict | list) else theirs[name]
        for name in values
        if name not in parents | hashes | {"district_id"}
    }
    uniques = [i for i in relation.indexes if i.is_unique and not i.is_primary]
    if any(set(index.columns) & set(copied) for index in uniques):
        with acting_as(pair, who) as app:
            insert(app, relation, values | copied)
            raise psycopg.Rollback
