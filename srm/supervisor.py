"""Keep a few processes alive until told to stop, then leave none behind. Knows nothing of what they do."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY_AFTER = 30.0
GRACE = 15.0
RECORD = "processes.json"
LOG_LIMIT = 10 * 1024 * 1024


@dataclass(frozen=True)
class Service:
    """One process to keep alive: its name, its command and its environment."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)


@dataclass
class _Running:
    service: Service
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE
    start_at: float = 0.0


class Supervisor:
    """Starts services, starts a dead one again with growing pauses, and stops them all together."""

    def __init__(
        self,
        *,
        services: Sequence[Service],
        folder: Path,
        say: Callable[[str], None],
        keep: Callable[[], None],
    ) -> None:
        self._running = [_Running(service) for service in services]
        self._logs = folder / "logs"
        self._record = folder / RECORD
        self._say = say
        self._keep = keep
        self._stopping = False  # a plain flag: an event's lock is not safe in a signal handler
        self._logs.mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        """Start every service."""
        for running in self._running:
            self._start(running)

    def run(self) -> None:
        """Watch until `stop` is called from a signal handler, then end every service."""
        while not self._stopping:
            self.watch()
            time.sleep(0.2)
        self.end()

    def watch(self) -> None:
        """Look at each service once and start again those that are down and due."""
        self._keep()
        for running in self._running:
            self._look_at(running)

    def stop(self) -> None:
        """Ask `run` to end; safe in a signal handler."""
        self._stopping = True

    def is_stopping(self) -> bool:
        """Whether someone asked for the end."""
        return self._stopping

    def end(self) -> None:
        """End every service and its children: asked first, killed after a grace of 15 seconds."""
        _end([running.process.pid for running in self._running if running.process])
        for running in self._running:
            if running.process:
                running.process.wait()
                running.process = None
        self._record.unlink(missing_ok=True)

    def _look_at(self, running: _Running) -> None:
        now = time.monotonic()
        if running.process is None:
            if now >= running.start_at:
                self._start(running)
            return
        code = running.process.poll()
        if code is None:
            if now - running.started_at > STEADY_AFTER:
                running.pause = FIRST_PAUSE
            return
        self._say(f"{running.service.name} ended ({code}); starting it again in {running.pause:g} s")
        _end([running.process.pid])
        running.process = None
        running.start_at = now + running.pause
        running.pause = min(running.pause * 2, LONGEST_PAUSE)

    def _start(self, running: _Running) -> None:
        path = self._logs / f"{running.service.name}.log"
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
        with path.open("ab") as log:
            running.process = subprocess.Popen(
                list(running.service.command),
                env=dict(running.service.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, which ends them in order
            )
        running.started_at = time.monotonic()
        self._write_record()

    def _write_record(self) -> None:
        known = {}
        for running in self._running:
            if running.process:
                with contextlib.suppress(psutil.NoSuchProcess):
                    known[running.process.pid] = psutil.Process(running.process.pid).create_time()
        written = self._record.with_suffix(".new")
        written.write_text(json.dumps(known))
        written.replace(self._record)  # whoever reads meanwhile sees the old or the new, never half


def end_leftovers(*, folder: Path, say: Callable[[str], None]) -> None:
    """End what a supervisor of this folder that was itself killed has left running."""
    record = folder / RECORD
    if not record.exists():
        return
    left = []
    for pid, created in json.loads(record.read_text() or "{}").items():
        with contextlib.suppress(psutil.NoSuchProcess):
            if abs(psutil.Process(int(pid)).create_time() - created) < 1:
                left.append(int(pid))
    if left:
        say(f"Ending {len(left)} processes of an earlier start ...")
        _end(left)


def _end(leaders: Sequence[int]) -> None:
    """End the sessions of `leaders`: ask the leaders, wait for everyone, kill whoever is left."""
    members = _members(leaders)
    for pid in leaders:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
            os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    while (alive := [m for m in members | _members(leaders) if _is_alive(m)]) and time.monotonic() < deadline:
        if not any(member.pid in leaders for member in alive):
            break  # children of a dead leader were never asked and will not end by themselves
        time.sleep(0.05)
    for member in members | _members(leaders):
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()


def _members(leaders: Sequence[int]) -> set[psutil.Process]:
    """Return every process in the sessions of `leaders`."""
    found = set()
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, PermissionError, psutil.NoSuchProcess):
            if os.getsid(process.pid) in leaders:
                found.add(process)
    return found


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
