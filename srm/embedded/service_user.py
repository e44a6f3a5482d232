"""The system user that runs embedded servers when SRM is started by root; PostgreSQL refuses root."""

from __future__ import annotations

import functools
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

NAME = "srm"
FALLBACK = "nobody"


@dataclass(frozen=True)
class ServiceUser:
    """A user without a password, a shell or a home."""

    uid: int
    gid: int

    def can_enter(self, folder: Path) -> bool:
        """Say whether this user can pass through every parent of `folder` and into it."""
        return self._try("/bin/sh", "-c", 'cd "$1"', "sh", str(folder))

    def can_run(self, program: Path) -> bool:
        """Say whether this user can start `program`, its libraries included."""
        return self._try(str(program), "--version")

    def _try(self, *arguments: str) -> bool:
        try:
            done = subprocess.run(
                arguments,
                cwd="/",
                user=self.uid,
                group=self.gid,
                extra_groups=[],
                capture_output=True,
                check=False,
            )
        except OSError:
            return False
        return done.returncode == 0


@functools.cache
def find_service_user() -> ServiceUser | None:
    """Return the user for servers: None (oneself) unless root, else `srm`, made where it can be."""
    if os.getuid() != 0:
        return None
    return _named(NAME) or _create() or _named(FALLBACK)


def _named(name: str) -> ServiceUser | None:
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        return None
    return ServiceUser(uid=found.pw_uid, gid=found.pw_gid)


def _create() -> ServiceUser | None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return None
    subprocess.run(
        [useradd, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME],
        capture_output=True,
        check=False,
    )
    return _named(NAME)
