"""One row for every tenant table of a district, made from the catalog alone.

A new table is covered as soon as it is migrated. Where a check constraint wants particular values, the
failure names the table: add them to `WANTED`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from districts.tenancy.catalog import list_tenant_tables
from districts.tenancy.catalog.reading import Column, Relation, read_relations

# Values that check constraints ask for, by table; those that must differ are made of the row's number.
WANTED: dict[str, dict[str, Any]] = {
    "districts_schoolalias": {"instead": ""},
    "strategy_goal": {"direction": "up", "baseline_value": 10, "target_value": 20},
    "investments_codingrule": {"band": "coded", "share": "0.5"},
    "diagnostics_metricresult": {"is_suppressed": False},
    "diagnostics_decision": {"board_action": "", "board_on": None},
    "diagnostics_evaluationplan": {"bar": 1, "baseline_year": 2022, "first_year": 2023, "outcome_year": 2024},
    "diagnostics_checkin": {"month": lambda number: f"{2020 + number}-09-01"},
}


class NoRowMade(AssertionError):
    """A tenant table of which no row could be made; says what to add and where."""


@dataclass
class Rows:
    """A district, a person of its own, and one row of each tenant table by table name."""

    name: str
    district_id: int
    user_id: int
    ids: dict[str, Any] = field(default_factory=dict)

    @property
    def canary(self) -> str:
        """Text that only this district's rows hold."""
        return f"canary-{self.name}"


def scope(connection: psycopg.Connection, district_id: int | None) -> None:
    """Open a district for the rest of the transaction, as the product does."""
    connection.execute("SELECT set_config('srm.district_id', %s, true)", [str(district_id or "")])


def make_rows(*, app: psycopg.Connection, name: str, number: int) -> Rows:
    """Make a district with one row in every tenant table, connected as srm_app; commit."""
    with app.transaction():
        relations = read_relations(app.cursor())
        made = Rows(
            name=name,
            district_id=_platform_row(app, relations["districts_district"], name, number),
            user_id=_platform_row(app, relations["districts_user"], name, number),
        )
        scope(app, made.district_id)
        for table in list_tenant_tables(app.cursor()):
            made.ids[table] = insert(app, relations[table], values_for(relations[table], made, number))
    return made


def values_for(relation: Relation, rows: Rows, number: int) -> dict[str, Any]:
    """Return a value for every column that wants one; text and numbers differ between districts."""
    values: dict[str, Any] = {}
    for column in relation.columns.values():
        if column.name == "id":
            continue
        if column.is_required:
            values[column.name] = _value(column, rows.canary, number)
    if "district_id" in values:  # bulk facts have no foreign key to the district itself
        values["district_id"] = rows.district_id
    for key in relation.foreign_keys:
        child = next((c for c in key.columns if c != "district_id"), "district_id")
        if key.parent == "districts_district":
            values["district_id"] = rows.district_id
        elif key.parent == "districts_user":
            values[child] = rows.user_id
        else:
            values[child] = rows.ids[key.parent]
    wanted = WANTED.get(relation.name, {})
    return values | {name: one(number) if callable(one) else one for name, one in wanted.items()}


def insert(
    connection: psycopg.Connection,
    relation: Relation,
    values: dict[str, Any],
    returning: LiteralString = "RETURNING id",
) -> Any:
    """Insert one row and return its id. RETURNING makes PostgreSQL apply the rule for reading as well."""
    query = sql.SQL("INSERT INTO {} ({}) VALUES ({}) " + returning).format(
        sql.Identifier(relation.name),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(sql.Placeholder() * len(values)),
    )
    try:
        done = connection.execute(query, list(values.values()))
    except psycopg.errors.IntegrityError as error:
        raise NoRowMade(
            f"no row of {relation.name} can be made: {error}. Add the values it wants to WANTED in"
            " tests/isolation/rows.py."
        ) from error
    row = done.fetchone() if returning else None
    return row[0] if row else None


def _platform_row(app: psycopg.Connection, relation: Relation, name: str, number: int) -> Any:
    values = {
        column.name: _value(column, f"canary-{name}", number)
        for column in relation.columns.values()
        if column.name != "id" and column.is_required
    }
    if "slug" in values:
        values["slug"] = f"canary-{name}"
    if "email" in values:
        values["email"] = f"canary@{name}.example"
    return insert(app, relation, values)


def _value(column: Column, canary: str, number: int) -> Any:
    kind = column.type
    if kind in ("character varying", "text"):
        return canary[-column.length :] if column.length else canary
    if kind in ("integer", "smallint", "bigint", "numeric", "double precision", "real"):
        return number
    if kind == "boolean":
        return True
    if kind == "jsonb":
        return Jsonb({"canary": canary})
    if kind == "timestamp with time zone":
        return f"2024-01-{number:02d}T00:00:00Z"
    if kind == "date":
        return f"2024-01-{number:02d}"
    if kind == "uuid":
        return uuid4()
    raise NoRowMade(f"no value is known for a column of type {kind}: add one to tests/isolation/rows.py")
