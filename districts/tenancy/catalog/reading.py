"""What the live database says of itself, read once; must not judge it, nor look at models."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Protocol


class Cursor(Protocol):
    """A cursor of Django or of psycopg."""

    def execute(self, query: Any, params: Any = ..., /) -> Any:
        """Run one statement."""

    def fetchall(self) -> list[Any]:
        """Return the rows of the last statement."""


@dataclass(frozen=True)
class Column:
    """One column: its name, type, longest text (0: no limit) and whether it must hold a value."""

    name: str
    type: str
    is_required: bool
    length: int


@dataclass(frozen=True)
class Policy:
    """One row-level security policy; `command` is PostgreSQL's letter, `*` for all."""

    command: str
    is_permissive: bool
    is_for_everyone: bool
    using: str | None
    check: str | None


@dataclass(frozen=True)
class ForeignKey:
    """One foreign key, or a policy in its place, and whether the database really holds it."""

    name: str
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]
    is_held: bool


@dataclass(frozen=True)
class Index:
    """One index; `columns` holds None for an expression."""

    name: str
    columns: tuple[str | None, ...]
    is_unique: bool
    is_primary: bool


@dataclass(frozen=True)
class Trigger:
    """One trigger of our own."""

    function: str
    kind: int
    is_unconditional: bool
    arguments: tuple[str, ...] = ()


@dataclass
class Relation:
    """A table, view or the like, with what hangs on it. Names outside `public` carry their schema."""

    name: str
    kind: str
    has_row_security: bool
    is_forced: bool
    owner: str
    options: tuple[str, ...]
    has_rules: bool
    columns: dict[str, Column] = field(default_factory=dict)
    policies: list[Policy] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    triggers: list[Trigger] = field(default_factory=list)


_NAME = "CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname"
_OURS = (
    "n.nspname NOT IN ('pg_catalog', 'information_schema')"
    " AND n.nspname !~ '^pg_(toast|temp)' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
)
_FROM = "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"

_RELATIONS = f"""
    SELECT c.oid, {_NAME}, c.relkind::text, c.relrowsecurity, c.relforcerowsecurity,
        pg_get_userbyid(c.relowner), coalesce(c.reloptions, '{{}}'), c.relhasrules
    FROM {_FROM} WHERE {_OURS} ORDER BY 2
"""  # noqa: S608 - constants of this module only
_COLUMNS = f"""
    SELECT c.oid, a.attname, format_type(a.atttypid, NULL), a.attnotnull,
        CASE WHEN a.atttypid = 'varchar'::regtype THEN greatest(a.atttypmod - 4, 0) ELSE 0 END
    FROM {_FROM} JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE {_OURS} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.oid, a.attnum
"""  # noqa: S608 - constants of this module only
_POLICIES = """
    SELECT polrelid, polcmd::text, polpermissive, polroles = '{0}',
        pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
    FROM pg_policy ORDER BY polrelid, polname
"""
_FOREIGN_KEYS = """
    SELECT k.conrelid, k.conname, k.confrelid,
        ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u(num, pos)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num ORDER BY u.pos),
        ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS u(num, pos)
            JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num ORDER BY u.pos),
        k.convalidated AND k.conenforced AND NOT EXISTS
            (SELECT 1 FROM pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgenabled <> 'O')
    FROM pg_constraint k WHERE k.contype = 'f' ORDER BY k.conrelid, k.conname
"""
_INDEXES = f"""
    SELECT i.indrelid, x.relname,
        ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u(num, pos)
            LEFT JOIN pg_attribute a
                ON a.attrelid = i.indrelid AND a.attnum = u.num AND u.num > 0
            ORDER BY u.pos),
        i.indisunique OR i.indisexclusion, i.indisprimary
    FROM {_FROM} JOIN pg_index i ON i.indrelid = c.oid JOIN pg_class x ON x.oid = i.indexrelid
    WHERE {_OURS} ORDER BY i.indrelid, x.relname
"""  # noqa: S608 - constants of this module only
# FOR EACH ROW 1, BEFORE 2, INSERT 4, DELETE 8, UPDATE 16.
BEFORE_EACH_WRITE, AFTER_EACH_DELETE, AFTER_ROW_UPDATED = 2 + 4 + 16, 8, 1 + 16
# PostgreSQL's own wording of constraints.BulkForeignKey.
_HAS_PARENT = re.compile(
    r"\(\((?P<column>\w+) IS NULL\) OR \((?P=column) IN \( SELECT (?P<parent>\w+)\.id\s+FROM (?P=parent)\)\)\)"
)
_TRIGGERS = """
    SELECT t.tgrelid, p.proname, t.tgtype, t.tgqual IS NULL AND t.tgenabled = 'O',
        string_to_array(trim(trailing ' ' FROM replace(encode(t.tgargs, 'escape'), '\\000', ' ')), ' ')
    FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal
"""


def rows(cursor: Cursor, query: str, parameters: list[Any] | None = None) -> list[Any]:
    """Return the rows of a catalog query."""
    cursor.execute(query, parameters)
    return cursor.fetchall()


def read_relations(cursor: Cursor) -> dict[str, Relation]:
    """Return every table, view, materialized view and foreign table outside PostgreSQL's own.

    Seven queries. Reads the catalog only, so it sees what no model knows of.
    """
    by_oid = {
        oid: Relation(name, kind, secured, forced, owner, tuple(options), has_rules)
        for oid, name, kind, secured, forced, owner, options, has_rules in rows(cursor, _RELATIONS)
    }
    for oid, *column in rows(cursor, _COLUMNS):
        by_oid[oid].columns[column[0]] = Column(*column)
    for oid, *policy in rows(cursor, _POLICIES):
        by_oid[oid].policies.append(Policy(*policy))
    for oid, name, parent, columns, parent_columns, is_held in rows(cursor, _FOREIGN_KEYS):
        key = ForeignKey(name, tuple(columns), by_oid[parent].name, tuple(parent_columns), is_held)
        by_oid[oid].foreign_keys.append(key)
    for oid, name, columns, is_unique, is_primary in rows(cursor, _INDEXES):
        by_oid[oid].indexes.append(Index(name, tuple(columns), is_unique, is_primary))
    triggers = defaultdict(list)
    for oid, function, kind, is_unconditional, arguments in rows(cursor, _TRIGGERS):
        given = tuple(one for one in arguments if one)
        triggers[oid].append(Trigger(function, kind, is_unconditional, given))
    for oid, relation in by_oid.items():
        relation.triggers = triggers[oid]
    relations = {relation.name: relation for relation in by_oid.values()}
    for relation in by_oid.values():
        _take_keys_of_policies(relation, relations)
    return relations


def _take_keys_of_policies(relation: Relation, relations: dict[str, Relation]) -> None:
    """Turn each pair of policies that BulkForeignKey makes into the key it stands for.

    What differs by a word stays a policy, which the rules then refuse.
    """
    for on_insert in [one for one in relation.policies if one.command == "a" and not one.is_permissive]:
        found = _HAS_PARENT.fullmatch(on_insert.check or "")
        on_update = Policy("w", False, True, "true", on_insert.check)
        if (
            not found
            or on_insert.using
            or not on_insert.is_for_everyone
            or on_update not in relation.policies
        ):
            continue
        column, parent = found["column"], found["parent"]
        holds = Trigger("srm_hold_parents", BEFORE_EACH_WRITE, True)
        refuses = Trigger("srm_refuse_orphans", AFTER_EACH_DELETE, True, (relation.name, column))
        keeps = Trigger("srm_keep_key", AFTER_ROW_UPDATED, True)
        key = ForeignKey(
            f"{relation.name.partition('_')[2]}_{column.removesuffix('_id')}_bulk_fk",
            ("district_id", column),
            parent,
            ("district_id", "id"),
            holds in relation.triggers and {refuses, keeps} <= set(relations[parent].triggers),
        )
        relation.foreign_keys.append(key)
        relation.policies = [one for one in relation.policies if one not in (on_insert, on_update)]
