"""Where benchmarks run: a fresh database, a folder, a size, and the product's own processes. Measures nothing."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
from django.core.cache import cache
from django.db import connections

from districts.pipeline.engine import run_unit
from districts.pipeline.sweep import list_waiting_units
from srm.launcher import _services
from srm.supervisor import Service
from tests.data import ROOT
from tests.servers import Slot

FULL_ROWS = 1_000_000


@dataclass(frozen=True)
class Bed:
    """The slot benchmarks run on, how many ledger rows a million is, and how many rounds."""

    slot: Slot
    rows: int = FULL_ROWS
    rounds: int = 3

    @property
    def is_smoke(self) -> bool:
        """Whether this run only shows that the benchmarks work."""
        return self.rows < 50_000

    @property
    def folder(self) -> Path:
        """A folder that a fresh start empties."""
        return self.slot.home

    def sized(self, full: int, *, least: int = 1) -> int:
        """Return a number in proportion to the size of the run."""
        return max(least, full * self.rows // FULL_ROWS)

    def fresh(self) -> None:
        """Start over with an empty, migrated database and an empty folder."""
        close_connections()
        cache.clear()
        self.slot.clone()

    def vacuum(self) -> None:
        """Leave the tables as autovacuum would have, so that no round pays for another's writes."""
        with psycopg.connect(self.slot.superuser_url, autocommit=True) as superuser:
            superuser.execute("VACUUM ANALYZE")
            superuser.execute("CHECKPOINT")

    def run(self, module: str, *arguments: str) -> str:
        """Run a module in a process of its own and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=self.environment() | {"SRM_PROCESS": "worker"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=1800,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{module} {' '.join(arguments)}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def environment(self) -> dict[str, str]:
        """Return the environment of a process of the product on this bed."""
        return {**os.environ, "PYTHONUNBUFFERED": "1"}

    def demo_service(self, name: str, *, port: int = 0) -> Service:
        """Return the demo's own web, worker or beat, as it would run on this bed."""
        environment = self.environment() | {"SRM_ENV": "demo"}
        services = _services(home=self.folder, port=port, environment=environment)
        return next(one for one in services if one.name == name)

    @contextmanager
    def service(self, name: str, *, port: int = 0) -> Iterator[psutil.Process]:
        """Run web, worker or beat with exactly the demo's command until the block ends."""
        found = self.demo_service(name, port=port)
        with self.process(name, list(found.command), dict(found.environment)) as process:
            yield process

    @contextmanager
    def process(self, name: str, command: list[str], environment: dict[str, str]) -> Iterator[psutil.Process]:
        """Run a command in a group of its own until the block ends; its log is in the folder."""
        path = self.folder / f"{name}.log"
        with path.open("ab") as log:
            started = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        try:
            yield psutil.Process(started.pid)
        finally:
            started.terminate()
            try:
                started.wait(timeout=20)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()
            if sys.exc_info()[0] is not None:
                sys.stderr.write(path.read_text(errors="replace")[-2000:])


def close_connections() -> None:
    """Let go of every connection to the database, pooled ones too."""
    connections.close_all()
    for one in connections.all(initialized_only=True):
        if one.vendor == "postgresql" and getattr(one, "pool", None):
            one.close_pool()


def settle() -> None:
    """Do all marked work here and now, as a worker would."""
    from datetime import timedelta

    while units := list_waiting_units(older_than=timedelta(0)):
        for unit in units:
            run_unit(unit=unit)


def wait_for(is_so: Callable[[], Any], *, what: str, patience: float = 120, pause: float = 0.05) -> None:
    """Wait until something is so; raises RuntimeError when it never is."""
    deadline = time.monotonic() + patience
    while not is_so():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited {patience:g} s for {what}")
        time.sleep(pause)


def free_port() -> int:
    """Return a port nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int, path: str) -> bool:
    """Whether a web server answers on this machine."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(asked):
        asked.request("GET", path)
        with asked.getresponse() as answer:
            return answer.status < 500
    return False


def resident(process: psutil.Process) -> list[float]:
    """Return the resident megabytes of a process and its children, the parent first."""
    family = [process, *process.children(recursive=True)]
    return [one.memory_info().rss / 1e6 for one in family]


def copy_assets(bed: Bed) -> None:
    """Collect static files where the product's pages look for them."""
    shutil.rmtree(bed.folder / "static", ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"],
        cwd=ROOT, env=bed.environment() | {"SRM_ENV": "demo"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr)
