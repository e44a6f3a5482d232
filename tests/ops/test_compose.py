"""docker-compose.yml kept true: each service's command and environment runs, on the embedded servers."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest
import yaml

from srm import embedded
from srm.embedded.postgres import MAJOR_VERSION
from tests.data import ROOT
from tests.ops.test_demo import free_port, wait_for

pytestmark = pytest.mark.xdist_group("demo")

COMPOSE = cast("dict[str, Any]", yaml.safe_load((ROOT / "docker-compose.yml").read_text()))
SERVICES = COMPOSE["services"]
BIN = Path(sys.executable).parent


class Machine:
    """Stands in for the containers: the same commands and environment, other addresses and folders."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.servers = embedded.start(home=folder / "home")
        with psycopg.connect(self.servers.superuser_url, autocommit=True) as connection:
            connection.execute("DROP DATABASE srm")
            for role in ("srm_app", "srm_owner", "srm_backup"):
                connection.execute(f"DROP ROLE {role}")
        self.port = free_port()
        self.values = {
            "SRM_SECRET_KEY": secrets.token_urlsafe(40),
            "SRM_ALLOWED_HOSTS": "srm.district.example",
            "SRM_POSTGRES_PASSWORD": _password(self.servers.superuser_url),
            "SRM_OWNER_PASSWORD": secrets.token_urlsafe(20),
            "SRM_APP_PASSWORD": secrets.token_urlsafe(20),
            "SRM_BACKUP_PASSWORD": secrets.token_urlsafe(20),
            "SRM_VALKEY_PASSWORD": _password(self.servers.redis_url),
        }
        self.running: list[subprocess.Popen[bytes]] = []

    def environment(self, service: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SRM_")}
        for name in ("DATABASE_URL", "REDIS_URL"):
            kept.pop(name, None)
        given = {name: self._filled(value) for name, value in SERVICES[service]["environment"].items()}
        image = {"SRM_HOME": str(self.folder / "files"), "SRM_STATIC_ROOT": str(self.folder / "static")}
        return kept | image | given | {"PATH": f"{BIN}:{kept['PATH']}"}

    def command(self, service: str, words: list[str] | None = None) -> list[str]:
        return [self._filled(word) for word in words or SERVICES[service]["command"]]

    def run(self, service: str, words: list[str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(service, words),
            cwd=ROOT,
            env=self.environment(service),
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self, service: str) -> Path:
        log = self.folder / f"{service}.log"
        with log.open("wb") as output:
            self.running.append(
                subprocess.Popen(
                    self.command(service),
                    cwd=ROOT,
                    env=self.environment(service),
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            )
        return log

    def stop(self) -> None:
        for process in self.running:
            process.terminate()
        for process in self.running:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        embedded.stop(home=self.folder / "home")

    def _filled(self, text: str) -> str:
        def value(found: re.Match[str]) -> str:
            return self.values.get(found[1], "")

        text = re.sub(r"\$\{(\w+)(?::[?-][^}]*)?\}", value, text)
        host = self.servers.superuser_url.rpartition("=")[2]
        text = re.sub(r"@postgres:5432/(\w+)", rf"@/\1?host={host}", text)
        text = text.replace("valkey:6379", self.servers.redis_url.partition("@")[2].partition("/")[0])
        text = text.replace(":8000", f":{self.port}")
        return text.replace("/var/lib/srm", str(self.folder / "files"))


def _password(url: str) -> str:
    return url.partition("//")[2].partition("@")[0].partition(":")[2]


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    made = Machine(Path(tempfile.mkdtemp(prefix="srm-compose-", dir="/tmp")))
    (made.folder / "files").mkdir()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(made.folder)


def test_every_service_runs_as_compose_says(machine: Machine) -> None:
    for service in ("roles", "migrate"):
        done = machine.run(service)
        assert done.returncode == 0, done.stdout + done.stderr

    logs = {service: machine.start(service) for service in ("web", "worker", "beat")}

    def said() -> str:
        return "\n".join(f"--- {name}\n{path.read_text()}" for name, path in logs.items())

    health = SERVICES["web"]["healthcheck"]["test"]
    assert health[0] == "CMD"
    deadline = time.monotonic() + 60
    while (checked := machine.run("web", health[1:])).returncode:
        assert time.monotonic() < deadline, f"{checked.stderr}\n{said()}"
        time.sleep(0.5)

    ping = ["celery", "-A", "srm", "inspect", "ping", "--timeout", "5"]
    deadline = time.monotonic() + 60
    while "pong" not in (pinged := machine.run("worker", ping)).stdout:
        assert time.monotonic() < deadline, f"{pinged.stdout}{pinged.stderr}\n{said()}"

    def swept() -> bool:
        with psycopg.connect(machine.servers.url(role="postgres", database="srm")) as connection:
            return connection.execute("SELECT count(*) FROM districts_heartbeat").fetchone() != (0,)

    wait_for(swept)  # beat told the worker to sweep, and the worker wrote that it lives
    assert [process.poll() for process in machine.running] == [None, None, None]


def test_services_stand_on_the_versions_we_test() -> None:
    assert SERVICES["postgres"]["image"] == f"postgres:{MAJOR_VERSION}"
    assert SERVICES["valkey"]["image"] == "valkey/valkey:9"
    assert set(SERVICES) == {"postgres", "valkey", "roles", "migrate", "web", "worker", "beat"}


def test_only_setup_services_know_more_than_srm_app() -> None:
    for name in ("web", "worker", "beat"):
        text = str(SERVICES[name])
        assert "srm_owner" not in text
        assert "srm_backup" not in text
        assert "postgres:5432/postgres" not in text


def test_example_environment_names_every_value_that_compose_needs() -> None:
    needed = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    given = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
    assert given == needed


def test_image_copies_only_what_is_there_and_starts_what_compose_names() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, flags=re.MULTILINE):
        for source in sources.split():
            assert (ROOT / source).exists(), source
    for name in ("roles", "migrate", "web", "worker", "beat"):
        assert (BIN / SERVICES[name]["command"][0]).exists()
