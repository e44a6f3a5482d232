"""The servers tests run against: one pair for every run on this machine, a slot for every test process.

A slot is a database cloned from a migrated template, a Valkey database and a home folder. The template is
kept between runs and made anew when a migration, a model or the isolation code changes. Test bodies connect
as `srm_app`; only this module connects as anyone else.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from districts.database import roles
from srm import embedded
from tests.data import ROOT

HOME = Path(os.environ.get("SRM_TEST_HOME", ROOT / ".srm-test"))
SLOTS = 15
TEMPLATES_KEPT = 4
_APPS = ("districts", "strategy", "investments", "diagnostics")


class Slot:
    """The part of the servers that belongs to this process until it ends."""

    def __init__(self, *, durable: bool = False) -> None:
        HOME.mkdir(parents=True, exist_ok=True)
        self._using = (HOME / "in-use.lock").open("w")
        fcntl.flock(self._using, fcntl.LOCK_SH)
        self.servers = embedded.start(home=HOME, durable=durable, cloning=True)
        self.number, self._lock = _free_slot()
        self.database = f"srm_test_{self.number}"
        self.home = HOME / f"slot-{self.number}"
        self._template = ""

    @property
    def database_url(self) -> str:
        return self.servers.url(role=roles.APP, database=self.database)

    @property
    def owner_database_url(self) -> str:
        return self.servers.url(role=roles.OWNER, database=self.database)

    @property
    def superuser_url(self) -> str:
        return self.servers.url(role=embedded.SUPERUSER, database=self.database)

    @property
    def redis_url(self) -> str:
        return f"{self.servers.redis_url.rpartition('/')[0]}/{self.number}"

    def environment(self) -> dict[str, str]:
        """Return what a process needs to be the product on this slot: web, worker or command."""
        return {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SRM_ENV": "test",
            "SRM_HOME": str(self.home),
            "SRM_SECRET_KEY": secrets.token_urlsafe(48),
            "SRM_ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        }

    def clone(self) -> None:
        """Give this slot a fresh database and an empty home, whatever was in them."""
        if not self._template:
            self._template = _template(self.servers)
        _clone(self.servers, template=self._template, database=self.database)
        shutil.rmtree(self.home, ignore_errors=True)
        (self.home / "static").mkdir(parents=True)

    def release(self) -> None:
        """Give the slot back, and stop the servers when no test process is left that uses them."""
        self._lock.close()
        try:
            fcntl.flock(self._using, fcntl.LOCK_EX | fcntl.LOCK_NB)
            embedded.stop(home=HOME)
        except BlockingIOError:
            pass  # the last one to leave stops them
        finally:
            self._using.close()


def _free_slot() -> tuple[int, IO[str]]:
    for number in range(1, SLOTS + 1):
        handle = (HOME / f"slot-{number}.lock").open("w")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
        else:
            return number, handle
    raise RuntimeError(f"all {SLOTS} test slots are taken: too many test runs at once")


def _template(servers: embedded.Servers) -> str:
    """Return the name of the database migrated to this code, making it if no run has yet."""
    name = f"template_{_fingerprint()}"
    with (HOME / "template.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with psycopg.connect(servers.superuser_url, autocommit=True) as connection:
            names = [
                row[0]
                for row in connection.execute(
                    "SELECT datname FROM pg_database WHERE datname ~ '^template_.{8}' ORDER BY oid"
                )
            ]
            if name in names:
                return name
            for old in names[: -TEMPLATES_KEPT + 1]:
                _drop(connection, old)
            _make_template(servers, connection, name)
    return name


def _make_template(servers: embedded.Servers, connection: psycopg.Connection, name: str) -> None:
    partial = f"new_{name}"
    _drop(connection, partial)
    roles.create_database(connection=connection, database=partial)
    with psycopg.connect(servers.superuser_url, dbname=partial, autocommit=True) as inside:
        roles.grant_rights(connection=inside)
    owner_url = servers.url(role=roles.OWNER, database=partial)
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks", "--noinput"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        timeout=600,
        env=os.environ | {"DATABASE_URL": owner_url, "OWNER_DATABASE_URL": owner_url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        _drop(connection, partial)
        raise RuntimeError(f"the test database could not be migrated:\n{done.stdout}{done.stderr}")
    connection.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(partial), sql.Identifier(name))
    )


def _clone(servers: embedded.Servers, *, template: str, database: str) -> None:
    # Autovacuum may be at work in the old database, and only a superuser may end that.
    with psycopg.connect(servers.superuser_url, autocommit=True) as connection:
        _drop(connection, database)
    owner_url = servers.url(role=roles.OWNER, database="postgres")
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(database), sql.Identifier(template)
            )
        )


def _drop(connection: psycopg.Connection, database: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def _fingerprint() -> str:
    """Return a digest of everything a migrated database depends on."""
    folders = [path for app in _APPS for path in (ROOT / app / "migrations", ROOT / app / "models")]
    folders += [ROOT / "districts" / "tenancy", ROOT / "districts" / "database"]
    files = [path for folder in folders for path in folder.rglob("*.py")]
    files += [ROOT / app / "models.py" for app in _APPS]
    files += [ROOT / "srm" / "settings.py", ROOT / "requirements" / "base.txt"]
    digest = hashlib.sha256()
    for path in sorted(files):
        if path.exists():
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
