"""Servers, worker and beat of the chaos test's own, and the faults they are put through. Judges nothing."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psutil
import psycopg
import redis

from srm import embedded
from tests.data import ROOT
from tests.servers import HOME

SERVERS = HOME / "chaos"
FAULTS = ("worker", "child", "broker", "flush", "database", "pause")


class World:
    """A fresh database on servers of its own, with a worker and perhaps a beat."""

    def __init__(self, *, servers: embedded.Servers, folder: Path, mutant: str, beat: bool) -> None:
        self.servers, self.folder = servers, folder
        self.environment = os.environ | {
            "DATABASE_URL": servers.database_url,
            "REDIS_URL": servers.redis_url,
            "SRM_HOME": str(folder),
            "SRM_CHAOS_MUTANT": mutant,
            "DJANGO_SETTINGS_MODULE": "srm.settings",
        }
        app = "tests.chaos.mutants" if mutant else "srm"
        celery = [sys.executable, "-m", "celery", "-A", app]
        self.commands = {"worker": [*celery, "worker", "-c", "2", "--without-mingle", "--without-gossip"]}
        if beat:
            self.commands["beat"] = [*celery, "beat", "-s", str(folder / "schedule")]
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.others: list[subprocess.Popen[str]] = []

    def python(self, *arguments: str, role: str = "command") -> subprocess.Popen[str]:
        """Start a process of this world; its complaints go to a log, which never fills up as a pipe does."""
        with self.said.open("ab") as log:
            started = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.environment | {"SRM_PROCESS": role},
                text=True,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self.others.append(started)
        return started

    @property
    def said(self) -> Path:
        """The log of every process but the worker and the beat."""
        return self.folder / "said.log"

    def start(self, name: str) -> None:
        """Start the worker or the beat, with its children in a group of their own."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                self.commands[name],
                cwd=ROOT,
                env=self.environment | {"SRM_PROCESS": "worker"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def revive(self) -> None:
        """Start again what has died, as a supervisor does."""
        for name in self.commands:
            if name not in self.processes or self.processes[name].poll() is not None:
                self.start(name)

    def count(self, what: LiteralString) -> int:
        """Return how many rows of a table, or of a part of it, there are."""
        query: LiteralString = "SELECT count(*) FROM " + what
        with psycopg.connect(self.servers.superuser_url, dbname="srm") as superuser:
            row = superuser.execute(query).fetchone()
        return int(row[0]) if row else 0

    def runs(self) -> int:
        """Return how many recomputes have ever been committed."""
        return self.count("districts_calculationrun")

    def wait_for_progress(self, *, since: int) -> None:
        """Return once the worker has committed more work: a fault must hit one that works."""
        deadline = time.monotonic() + 90
        while self.runs() <= since:
            self.revive()
            if time.monotonic() > deadline:
                raise RuntimeError((self.folder / "worker.log").read_text()[-3000:])
            time.sleep(0.05)

    def workers(self) -> list[psutil.Process]:
        """Return the processes that run tasks."""
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self.processes["worker"].pid).children()
        return []

    def wait_for_worker(self) -> None:
        """Return when the worker has forked the processes that do its work."""
        deadline = time.monotonic() + 90
        while len(self.workers()) < 2 and time.monotonic() < deadline:
            self.revive()
            time.sleep(0.1)

    def end(self) -> None:
        """Kill everything that still runs."""
        for process in self.processes.values():
            kill_group(process)
        for other in self.others:
            other.kill()
            other.communicate()

    def freeze(self) -> None:
        """Stop the worker and its children where they are; a kill ends them."""
        os.killpg(self.processes["worker"].pid, signal.SIGSTOP)

    def fault(self, kind: str, chance: random.Random) -> None:
        """Do one harm."""
        harms: dict[str, Callable[[], None]] = {
            "worker": lambda: kill_group(self.processes["worker"]),
            "child": lambda: self._signal_child(chance, signal.SIGKILL),
            "broker": lambda: embedded.restart_valkey(home=SERVERS),
            "flush": self._flush,
            "database": lambda: embedded.restart_postgres(home=SERVERS, mode="immediate"),
            "pause": lambda: self._pause(chance),
        }
        harms[kind]()

    def _flush(self) -> None:
        with redis.Redis.from_url(self.servers.redis_url) as client:
            client.flushall()

    def _signal_child(self, chance: random.Random, number: int) -> None:
        workers = self.workers()
        if workers:
            with contextlib.suppress(psutil.NoSuchProcess):
                chance.choice(workers).send_signal(number)

    def _pause(self, chance: random.Random) -> None:
        """Hold a working process, then let it go on, as a frozen machine does."""
        for worker in self.workers()[:1]:
            with contextlib.suppress(psutil.NoSuchProcess):
                worker.suspend()
                time.sleep(chance.uniform(1, 3))
                worker.resume()


def kill_group(process: subprocess.Popen[Any]) -> None:
    """SIGKILL to a process and its children at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def open_servers(*, folder: Path) -> Iterator[embedded.Servers]:
    """Start servers that nobody else uses and leave a filled database to copy; stop them afterwards."""
    SERVERS.mkdir(parents=True, exist_ok=True)
    with (HOME / "chaos.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        servers = embedded.start(home=SERVERS)
        try:
            with psycopg.connect(servers.superuser_url, autocommit=True) as superuser:
                superuser.execute("DROP DATABASE IF EXISTS seeded WITH (FORCE)")
                superuser.execute("DROP DATABASE IF EXISTS srm WITH (FORCE)")
            servers = embedded.start(home=SERVERS)
            world = World(servers=servers, folder=folder / "seeded", mutant="", beat=False)
            world.folder.mkdir()
            owner = {
                "DATABASE_URL": servers.owner_database_url,
                "OWNER_DATABASE_URL": servers.owner_database_url,
            }
            _run(["manage.py", "migrate", "--verbosity", "0"], world.environment | owner)
            _run(["-m", "tests.chaos.edits", "setup"], world.environment)
            with psycopg.connect(servers.superuser_url, autocommit=True) as superuser:
                superuser.execute("ALTER DATABASE srm RENAME TO seeded")
            yield servers
        finally:
            embedded.stop(home=SERVERS, mode="immediate")


@contextmanager
def open_world(
    *, servers: embedded.Servers, folder: Path, name: str, mutant: str = "", beat: bool = True
) -> Iterator[World]:
    """Copy the filled database and its files; kill worker and beat afterwards."""
    with psycopg.connect(servers.superuser_url, autocommit=True) as superuser:
        superuser.execute("DROP DATABASE IF EXISTS srm WITH (FORCE)")
        # A copy by WAL_LOG, the default, lets sequences go backwards in a crash: keys would come twice.
        superuser.execute("CREATE DATABASE srm TEMPLATE seeded OWNER srm_owner STRATEGY FILE_COPY")
    world = World(servers=servers, folder=folder / name, mutant=mutant, beat=beat)
    shutil.copytree(folder / "seeded", world.folder)
    world.fault("flush", random.Random())
    try:
        yield world
    finally:
        world.end()


def _run(arguments: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{arguments}:\n{done.stdout}{done.stderr}")


def plan_faults(*, count: int, seed: int, kinds: tuple[str, ...] = FAULTS) -> list[str]:
    """Return an order of faults, each kind as often as the others; the same for the same seed."""
    faults = [kinds[number % len(kinds)] for number in range(count)]
    random.Random(seed).shuffle(faults)
    return faults


def run_chaos(world: World, *, faults: list[str], seed: int, patience: float) -> dict[str, Any]:
    """Write while the faults happen; at the end freeze the worker, write on, flush the hints, kill it.

    Returns what `verify` found.
    """
    chance = random.Random(seed)
    world.revive()
    before = world.runs()
    writer = world.python("-m", "tests.chaos.edits", "write", str(seed), role="web")
    _wait_for(world, world.folder / "writing", writer)
    world.wait_for_progress(since=before)
    for kind in faults:
        time.sleep(chance.uniform(0.2, 1.0))
        before = world.runs()
        world.fault(kind, chance)
        world.revive()
        world.wait_for_progress(since=before)
    time.sleep(0.5)
    world.freeze()
    time.sleep(1)
    (world.folder / "stop").touch()
    _finish(world, writer)
    world.fault("flush", chance)
    world.fault("worker", chance)
    return _verify(world, patience=patience)


def kill_once_marks_are_gone(world: World, *, patience: float) -> dict[str, Any]:
    """Make one last edit in each district and kill the worker as soon as no mark of its cost is left."""
    world.revive()
    world.wait_for_worker()
    (world.folder / "last").touch()
    _finish(world, world.python("-m", "tests.chaos.edits", "last", role="web"))
    deadline = time.monotonic() + 60
    while world.count("districts_mark WHERE target = 'ledger_cost'") and time.monotonic() < deadline:
        time.sleep(0.02)
    world.fault("worker", random.Random())
    (world.folder / "last").unlink()
    return _verify(world, patience=patience)


def _verify(world: World, *, patience: float) -> dict[str, Any]:
    world.revive()
    world.wait_for_worker()
    verifier = world.python("-m", "tests.chaos.edits", "verify", str(patience))
    while verifier.poll() is None:
        world.revive()
        time.sleep(0.2)
    return dict(json.loads(_finish(world, verifier)))


def _finish(world: World, process: subprocess.Popen[str]) -> str:
    said, _ = process.communicate(timeout=120)
    if process.returncode:
        raise RuntimeError(world.said.read_text()[-3000:])
    return said


def _wait_for(world: World, path: Path, process: subprocess.Popen[str]) -> None:
    while not path.exists():
        if process.poll() is not None:
            raise RuntimeError(world.said.read_text()[-3000:])
        time.sleep(0.05)
