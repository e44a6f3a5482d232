"""PostgreSQL of one home: made by initdb, started and stopped by pg_ctl. Callers hold the home's lock."""

from __future__ import annotations

import os
import shutil
import signal
import time

import psycopg

from srm.embedded.home import SUPERUSER, EmbeddedError, Home, log_file, pid_of, tail, write_private

MAJOR_VERSION = "18"
TIMEOUT = 30.0
_DURABLE = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def create_cluster(home: Home) -> None:
    """Make an empty cluster; a half-made one is never left under the final name."""
    target = home.postgres_data
    partial = home.data / "postgres.new"
    shutil.rmtree(partial, ignore_errors=True)
    password_file = home.data / "password"
    write_private(password_file, home.passwords[SUPERUSER])
    if home.user is not None:
        os.chown(password_file, home.user.uid, home.user.gid)
    try:
        made = home.run(
            home.program("initdb"),
            f"--pgdata={partial}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-instructions",
            *([] if home.durable else ["--no-sync"]),
            capture_output=True,
        )
    finally:
        password_file.unlink()
    if made.returncode:
        raise EmbeddedError(f"initdb failed:\n{made.stdout}{made.stderr}")
    partial.rename(target)


def start(home: Home) -> None:
    """Start the server and return when it takes connections. Raises EmbeddedError."""
    if answers(home):
        return
    version = (home.postgres_data / "PG_VERSION").read_text().strip()
    if version != MAJOR_VERSION:
        raise EmbeddedError(
            f"{home.postgres_data} is of PostgreSQL {version}, this is {MAJOR_VERSION}: dump and restore it"
        )
    settings = {**_DURABLE, **({} if home.durable else _NOT_DURABLE)}
    settings["unix_socket_directories"] = str(home.socket_folder)
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    deadline = time.monotonic() + TIMEOUT
    while not _try_to_start(home, options):
        if time.monotonic() > deadline:
            raise EmbeddedError(f"PostgreSQL did not start:\n{tail(log_file(home, 'postgres'))}")
        time.sleep(0.5)


def _try_to_start(home: Home, options: str) -> bool:
    """Start once; it fails for a moment while processes of a killed server still hold its memory."""
    if process_id(home) is None:
        (home.postgres_data / "postmaster.pid").unlink(missing_ok=True)
    with log_file(home, "postgres").open("a") as log:
        started = home.run(
            home.program("pg_ctl"),
            *("start", "--silent", "--wait", f"--timeout={TIMEOUT:.0f}"),
            f"--pgdata={home.postgres_data}",
            f"--options={options}",
            stdout=log,
            stderr=log,
        )
    return started.returncode == 0


def stop(home: Home, mode: str) -> None:
    """Stop the server, a paused one too, and return when it is gone. Raises EmbeddedError."""
    pid = process_id(home)
    if pid is None:
        return
    os.kill(pid, signal.SIGCONT)
    home.run(
        home.program("pg_ctl"),
        *("stop", "--silent", "--wait", f"--mode={mode}", f"--timeout={TIMEOUT:.0f}"),
        f"--pgdata={home.postgres_data}",
        capture_output=True,
    )
    if process_id(home) is not None:
        raise EmbeddedError("PostgreSQL did not stop")


def process_id(home: Home) -> int | None:
    """Return the id of the running server's first process."""
    return pid_of(home.postgres_data / "postmaster.pid", "postgres")


def answers(home: Home) -> bool:
    """Say whether the server takes a connection."""
    if process_id(home) is None:
        return False
    try:
        psycopg.connect(home.servers().superuser_url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True
