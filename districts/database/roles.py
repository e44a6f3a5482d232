"""The three database roles SRM needs, made on any PostgreSQL 18. Knows no table and no district.

- `srm_owner` owns the database and migrates it; it is bound by row-level security like everyone.
- `srm_app` runs web and workers: reads and writes rows, owns nothing, cannot truncate.
- `srm_backup` reads everything, past row-level security, and writes nothing.

Rights on tables come from default privileges, so a migration that takes one back (the audit trail is
append-only) stays in force however often the roles are made again.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

OWNER = "srm_owner"
APP = "srm_app"
BACKUP = "srm_backup"

_PLAIN = "LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION INHERIT"
_ATTRIBUTES = {
    OWNER: f"{_PLAIN} NOBYPASSRLS",
    APP: f"{_PLAIN} NOCREATEDB NOBYPASSRLS",
    BACKUP: f"{_PLAIN} NOCREATEDB BYPASSRLS",
}
_NEW_TABLES = "ALTER DEFAULT PRIVILEGES FOR ROLE srm_owner IN SCHEMA public GRANT"
_RIGHTS = (
    "ALTER SCHEMA public OWNER TO srm_owner",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO srm_app, srm_backup",
    f"{_NEW_TABLES} SELECT, INSERT, UPDATE, DELETE ON TABLES TO srm_app",
    f"{_NEW_TABLES} USAGE, SELECT ON SEQUENCES TO srm_app",
    f"{_NEW_TABLES} SELECT ON TABLES TO srm_backup",
    f"{_NEW_TABLES} SELECT ON SEQUENCES TO srm_backup",
)
MINIMUM_VERSION = 180000


class WrongServerVersion(RuntimeError):
    """The server is not PostgreSQL 18 or newer."""


@dataclass(frozen=True)
class RolePasswords:
    """One password for each role; None leaves the password of a role as it is."""

    owner: str | None
    app: str | None
    backup: str | None


def bootstrap(
    *,
    superuser_url: str,
    database: str,
    passwords: RolePasswords,
    owner_creates_databases: bool = False,
) -> None:
    """Make the roles, the database and their rights; change nothing that is already so.

    Raises WrongServerVersion. Idempotent. `owner_creates_databases` is for test runs, which clone.
    """
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        if connection.info.server_version < MINIMUM_VERSION:
            raise WrongServerVersion(
                f"SRM needs PostgreSQL 18; this server is {connection.info.server_version // 10000}."
            )
        create_roles(
            connection=connection,
            passwords=passwords,
            owner_creates_databases=owner_creates_databases,
        )
        create_database(connection=connection, database=database)
    with psycopg.connect(superuser_url, dbname=database, autocommit=True) as connection:
        grant_rights(connection=connection)


def create_roles(
    *,
    connection: psycopg.Connection[tuple[object, ...]],
    passwords: RolePasswords,
    owner_creates_databases: bool = False,
) -> None:
    """Make each role, or bring an existing one back to its attributes and password."""
    given = {OWNER: passwords.owner, APP: passwords.app, BACKUP: passwords.backup}
    attributes = _ATTRIBUTES | {
        OWNER: f"{_ATTRIBUTES[OWNER]} {'CREATEDB' if owner_creates_databases else 'NOCREATEDB'}"
    }
    for role in attributes:
        row = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        verb = "ALTER" if row else "CREATE"
        name = sql.Identifier(role)
        connection.execute(sql.SQL("{} ROLE {} {}").format(sql.SQL(verb), name, sql.SQL(attributes[role])))
        password = given[role]
        if password is not None:
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(password)))


def create_database(*, connection: psycopg.Connection[tuple[object, ...]], database: str) -> None:
    """Make the database, owned by `srm_owner` and closed to everyone but the three roles."""
    name, owner = sql.Identifier(database), sql.Identifier(OWNER)
    row = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
    if row is None:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(name, owner)
        )
    connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, owner))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    for role, rights in ((APP, "CONNECT, TEMPORARY"), (BACKUP, "CONNECT")):
        connection.execute(
            sql.SQL("GRANT {} ON DATABASE {} TO {}").format(sql.SQL(rights), name, sql.Identifier(role))
        )


def grant_rights(*, connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Say, in the database connected to, what the roles may do with tables made from now on."""
    for statement in _RIGHTS:
        connection.execute(statement)
