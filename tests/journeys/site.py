"""The product as people meet it: web, worker and beat as processes, on a database and a home of their own.

Nothing here runs inside the test process, so no test can see what a browser or a program could not.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from districts.access.permissions import Role
from tests.cast import PASSWORD
from tests.data import ROOT
from tests.servers import Slot

QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")


@dataclass(frozen=True)
class Place:
    """A district of the site: how to come in, and the rows that addresses name."""

    slug: str
    district_id: int
    keys: dict[str, str]
    objects: dict[str, list[str]]
    """The names in addresses (`upload_id`), each with the keys of rows to visit."""

    def email(self, role: Role) -> str:
        return f"{role.value}@{self.slug}.example"

    @property
    def password(self) -> str:
        return PASSWORD


class Site:
    """One installation of SRM on this machine, until `stop`."""

    def __init__(self) -> None:
        self._slot = Slot()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        self._environment = os.environ | self._slot.environment() | {"PYTHONUNBUFFERED": "1"}

    def start(self) -> None:
        """Bring up an empty installation: migrated, static files in place, every process running."""
        self._slot.clone()
        self._run("manage.py", "collectstatic", "--noinput", "--verbosity=0")
        if not (self._slot.home / "static" / "css" / "srm.css").exists():
            raise RuntimeError("the style sheet is not built: run `make assets` first")
        celery = ["-m", "celery", "-A", "srm"]
        schedule = str(self._slot.home / "beat-schedule")
        bind = f"--bind={self.url.removeprefix('http://')}"
        threads = ("--workers=1", "--threads=8", "--worker-class=gthread", "--no-control-socket")
        self._start("web", "-m", "gunicorn", "srm.wsgi", bind, *threads)
        self._start("worker", *celery, "worker", "--concurrency=2", "--loglevel=INFO", *QUIET)
        self._start("beat", *celery, "beat", "--loglevel=WARNING", f"--schedule={schedule}", "--pidfile=")
        wait_for(self._answers, what="the web to answer", hint=lambda: self.log("web"))

    def place(self, name: str) -> Place:
        """Make a district (see `places.py`) and return it once no work is left."""
        made = json.loads(self._run("-m", "tests.journeys.places", name).splitlines()[-1])
        return Place(**made)

    def stop(self) -> None:
        """End every process and give the servers back."""
        self.resume_worker()
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._processes.clear()
        self._slot.release()

    def pause_worker(self) -> None:
        """Stop the worker where it is, as if it had much else to do; `resume_worker` lets it go on."""
        os.killpg(self._processes["worker"].pid, signal.SIGSTOP)

    def resume_worker(self) -> None:
        if "worker" in self._processes:
            os.killpg(self._processes["worker"].pid, signal.SIGCONT)

    def wait_until_quiet(self, place: Place) -> None:
        """Return once the workers have nothing left to do for a district."""
        wait_for(
            lambda: self.count("districts_mark", place) == 0,
            what="the worker to finish",
            seconds=180,
            hint=lambda: self.log("worker"),
        )

    def count(self, table: str, place: Place) -> int:
        """Count a district's rows of a table, past every policy."""
        with psycopg.connect(self._slot.superuser_url) as superuser:
            row = superuser.execute(
                f"SELECT count(*) FROM {table} WHERE district_id = %s",
                [place.district_id],
            ).fetchone()
        return int(row[0]) if row else 0

    def log(self, name: str) -> str:
        """Return the last of what a process wrote."""
        path = self._slot.home / f"{name}.log"
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""

    def _answers(self) -> bool:
        if self._processes["web"].poll() is not None:
            raise RuntimeError(f"the web ended:\n{self.log('web')}")
        try:
            with urllib.request.urlopen(f"{self.url}/health/", timeout=5):
                return True
        except urllib.error.HTTPError as answer:
            answer.close()
            return False
        except OSError:
            return False

    def _start(self, name: str, *arguments: str) -> None:
        with (self._slot.home / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self._environment | {"SRM_PROCESS": "web" if name == "web" else "worker"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self._environment | {"SRM_PROCESS": "command"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout


def wait_for(
    is_so: Callable[[], Any], *, what: str, seconds: float = 60, hint: Callable[[], str] = lambda: ""
) -> None:
    """Wait until something is so; the failure says what was waited for, and shows the hint."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s for {what}\n{hint()}")
        time.sleep(0.1)
