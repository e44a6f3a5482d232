"""`make demo` as a person meets it: it comes up, mends itself, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from srm import embedded
from tests.data import ROOT

pytestmark = pytest.mark.xdist_group("demo")


def wait_for(what: Callable[[], object], *, seconds: float = 60) -> object:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"nothing within {seconds} s")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    """One start of the demo on a home of its own."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home, port
        self.output = home.parent / f"output-{time.monotonic_ns()}.txt"
        unwanted = ("DATABASE_URL", "REDIS_URL", "SRM_ENV", "SRM_SECRET_KEY", "SRM_ALLOWED_HOSTS")
        environment = {name: value for name, value in os.environ.items() if name not in unwanted}
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "srm.launcher"],
                cwd=ROOT,
                env={**environment, "SRM_HOME": str(home), "PORT": str(port), "SRM_DEMO_DISTRICT": "none"},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def is_announced(self) -> bool:
        assert self.process.poll() is None, self.output.read_text()
        return f"SRM is at http://127.0.0.1:{self.port}" in self.output.read_text()

    def health(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/", timeout=10) as answer:
            return answer.read().decode()

    def processes(self) -> dict[int, psutil.Process]:
        """Every live process that works on this home, the servers included."""
        found = {}
        for process in psutil.process_iter():
            try:
                if process.status() == psutil.STATUS_ZOMBIE:
                    continue
                words = [*process.cmdline(), process.environ().get("SRM_HOME", "")]
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
            if any(str(self.home) in word for word in words):
                found[process.pid] = process
        return found | {pid: psutil.Process(pid) for pid in embedded.process_ids(home=self.home).values()}

    def interrupt(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """One home for every test here: the first start makes it, the others find it."""
    folder = Path(tempfile.mkdtemp(prefix="srm-demo-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder / "home"
    shutil.rmtree(folder)


@pytest.fixture
def demo(home: Path) -> Iterator[Demo]:
    running = Demo(home, free_port())
    try:
        wait_for(running.is_announced, seconds=120)
        yield running
    finally:
        running.interrupt()
        for process in running.processes().values():
            process.kill()


def test_demo_serves_and_leaves_no_process_behind(demo: Demo) -> None:
    assert demo.health() == "ok"
    names = {process.name() for process in demo.processes().values()}
    assert {"gunicorn", "celery", "postgres", "valkey-server"} <= {name.split(":")[0] for name in names}

    assert demo.interrupt() == 0

    assert demo.processes() == {}
    assert "Stopped." in demo.output.read_text()


def test_demo_starts_dead_processes_again(demo: Demo) -> None:
    recorded = json.loads((demo.home / "processes.json").read_text())
    for pid in recorded:
        os.kill(int(pid), signal.SIGKILL)
    for pid in embedded.process_ids(home=demo.home).values():
        os.kill(pid, signal.SIGKILL)

    def all_back() -> bool:
        again = json.loads((demo.home / "processes.json").read_text())
        servers = embedded.process_ids(home=demo.home)
        return len(again) == len(recorded) and not set(again) & set(recorded) and len(servers) == 2

    wait_for(all_back)

    def serves() -> bool:
        try:
            return demo.health() == "ok"
        except OSError:
            return False

    wait_for(serves)
    assert demo.interrupt() == 0
    assert demo.processes() == {}


def test_second_start_keeps_secrets_and_ends_what_a_killed_one_left(demo: Demo) -> None:
    secret = (demo.home / "secret-key").read_text()
    left = [int(pid) for pid in json.loads((demo.home / "processes.json").read_text())]
    demo.process.kill()
    demo.process.wait()

    wait_for(lambda: not psutil.pid_exists(demo.process.pid))
    for pid in left:  # the web still holds the port
        assert psutil.pid_exists(pid)
    prepared = (demo.home / "prepared").read_text()
    (demo.home / "prepared").write_text("an older version")
    again = Demo(demo.home, demo.port)
    wait_for(again.is_announced)
    try:
        assert again.health() == "ok"
        assert (demo.home / "secret-key").read_text() == secret
        assert (demo.home / "secret-key").stat().st_mode & 0o077 == 0
        assert (demo.home / "servers.json").stat().st_mode & 0o077 == 0
        assert not [pid for pid in left if pid in again.processes()]
        assert "Ending 3 processes of an earlier start ..." in again.output.read_text()
        assert "Bringing the database up to date ..." in again.output.read_text()
        assert (demo.home / "prepared").read_text() == prepared
    finally:
        assert again.interrupt() == 0
    assert again.processes() == {}


def test_a_home_prepared_by_this_code_is_left_alone(demo: Demo) -> None:
    assert demo.interrupt() == 0
    again = Demo(demo.home, demo.port)
    wait_for(again.is_announced)
    assert again.interrupt() == 0
    assert "Bringing the database up to date ..." not in again.output.read_text()


def test_a_second_demo_on_the_same_home_is_refused(demo: Demo) -> None:
    refused = Demo(demo.home, free_port())
    assert refused.process.wait(timeout=60) == 1
    assert f"SRM already runs on {demo.home}." in refused.output.read_text()
    assert demo.health() == "ok"


def test_taken_port_gets_a_plain_message(short_folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = Demo(short_folder / "home", port)
        assert refused.process.wait(timeout=60) == 1
    assert refused.output.read_text() == f"Port {port} is taken. Choose another: PORT={port + 1} make demo\n"
    assert refused.processes() == {}
