"""The rules for everything around the tables: roles, rights, views, functions; must not read a row."""

from collections.abc import Iterator

from districts.database.roles import APP, BACKUP, OWNER
from districts.tenancy.catalog.exceptions import APPEND_ONLY_TABLES, EXTENSIONS
from districts.tenancy.catalog.finding import Finding
from districts.tenancy.catalog.reading import Cursor, Relation, rows
from districts.tenancy.catalog.tables import is_tenant

_RIGHTS = """
    SELECT CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname,
        coalesce(r.rolname, 'PUBLIC'), a.privilege_type
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute t ON t.attrelid = c.oid AND t.attacl IS NOT NULL
    CROSS JOIN LATERAL (
        SELECT * FROM aclexplode(c.relacl) UNION ALL SELECT * FROM aclexplode(t.attacl)
    ) a
    LEFT JOIN pg_roles r ON r.oid = a.grantee
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_toast|^pg_temp'
        AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.grantee <> c.relowner
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_FUNCTIONS = """
    SELECT n.nspname || '.' || p.proname, p.prosecdef, p.proleakproof
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND (p.prosecdef OR p.proleakproof)
"""
_ROLES = """
    SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolreplication,
        ARRAY(SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
            WHERE m.member = r.oid ORDER BY 1)
    FROM pg_roles r WHERE rolname IN (current_user, session_user, %s, %s) ORDER BY rolname
"""
_SETTINGS = """
    SELECT coalesce(r.rolname, 'every role'), setting
    FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole
    CROSS JOIN LATERAL unnest(s.setconfig) AS setting
    WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
        AND setting ~ '^(srm\\.|row_security|session_replication_role|role=)'
"""
ROWS_ONLY = {"SELECT", "INSERT", "UPDATE", "DELETE"}
MIGRATING = "Connect web and workers as srm_app, migrations alone as srm_owner."


def examine(cursor: Cursor, relations: dict[str, Relation]) -> Iterator[Finding]:
    """Yield what lies around the tables and could let a process past their policies."""
    yield from _views(relations)
    yield from _owners(relations)
    yield from _rights(cursor)
    yield from _functions(cursor)
    yield from _roles(cursor)
    yield from _running_role(cursor, relations)
    for role, setting in rows(cursor, _SETTINGS):
        yield Finding(
            f"role {role}",
            f"starts every session with {setting}",
            "ALTER ROLE/DATABASE ... RESET it: a scope is opened by each transaction.",
        )
    for (name,) in rows(cursor, "SELECT extname FROM pg_extension ORDER BY 1"):
        if name not in EXTENSIONS:
            yield Finding(
                f"extension {name}",
                "is installed and not listed",
                "Drop it, or list it in exceptions.py after reading what it can reach.",
            )


def _views(relations: dict[str, Relation]) -> Iterator[Finding]:
    for relation in relations.values():
        if relation.kind == "m":
            yield Finding(
                relation.name,
                "is a materialized view, which no policy can bind",
                "Use a result table filled by a calculation.",
            )
        elif relation.kind == "f":
            yield Finding(relation.name, "is a foreign table", "Import its rows as a file kind.")
        elif relation.kind == "v" and "security_invoker=true" not in relation.options:
            yield Finding(
                relation.name,
                "is a view that reads with its owner's rights",
                "CREATE VIEW ... WITH (security_invoker = true).",
            )


def _owners(relations: dict[str, Relation]) -> Iterator[Finding]:
    for relation in relations.values():
        if relation.owner != OWNER:
            yield Finding(
                relation.name,
                f"is owned by {relation.owner}",
                f"ALTER ... OWNER TO {OWNER}; make it in a migration.",
            )


def _rights(cursor: Cursor) -> Iterator[Finding]:
    allowed = {APP: ROWS_ONLY, BACKUP: {"SELECT"}}
    for table, role, right in rows(cursor, _RIGHTS):
        limit = allowed.get(role, set())
        if table in APPEND_ONLY_TABLES:
            limit = limit & {"SELECT", "INSERT"}
        if right not in limit:
            yield Finding(table, f"{role} may {right} on it", f"REVOKE {right} ON {table} FROM {role}.")
    made = rows(
        cursor,
        "SELECT nspname, has_schema_privilege(%s, oid, 'CREATE') FROM pg_namespace"
        " WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'",
        [APP],
    )
    for schema, may_create in made:
        if may_create:
            yield Finding(
                f"schema {schema}",
                f"{APP} may create tables and functions in it",
                f"REVOKE CREATE ON SCHEMA {schema} FROM {APP}, PUBLIC.",
            )


def _functions(cursor: Cursor) -> Iterator[Finding]:
    for name, is_definer, is_leakproof in rows(cursor, _FUNCTIONS):
        if is_definer:
            yield Finding(
                f"function {name}",
                "is SECURITY DEFINER: it runs with its owner's rights",
                "Make it SECURITY INVOKER.",
            )
        if is_leakproof:
            yield Finding(
                f"function {name}",
                "says it is LEAKPROOF: it sees rows before their policy",
                "Make it NOT LEAKPROOF.",
            )


def _roles(cursor: Cursor) -> Iterator[Finding]:
    for name, is_super, bypasses, creates_roles, replicates, groups in rows(cursor, _ROLES, [APP, OWNER]):
        powers = {
            "is a superuser": is_super,
            "passes row-level security (BYPASSRLS)": bypasses,
            "may create roles": creates_roles,
            "may replicate": replicates,
            f"is a member of {', '.join(groups)}": bool(groups),
        }
        for power, held in powers.items():
            if held:
                yield Finding(f"role {name}", power, f"Make the roles anew (districts/database). {MIGRATING}")


def _running_role(cursor: Cursor, relations: dict[str, Relation]) -> Iterator[Finding]:
    ((current, session, secured),) = rows(
        cursor, "SELECT current_user::text, session_user::text, current_setting('row_security')"
    )
    if {current, session} != {APP}:
        yield Finding(f"role {current}", f"this process is not connected as {APP}", MIGRATING)
    if secured != "on":
        yield Finding(f"role {current}", "row_security is off in this session", "Set it to on.")
    if not any(is_tenant(relation) for relation in relations.values()):
        yield Finding("database", "holds no table of a district", "Run migrate as srm_owner.")
