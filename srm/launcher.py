"""`make demo`: everything on this machine, under one supervisor, until Ctrl-C.

Starts the embedded servers, migrates when the code is newer, starts web, worker and beat, has the demo
district made through the product's own uploads, and prints where to sign in.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from srm import embedded
from srm.supervisor import Service, Supervisor, end_leftovers

ROOT = Path(__file__).resolve().parent.parent
_APPS = ("districts", "strategy", "investments", "diagnostics")


class DemoError(RuntimeError):
    """The demo cannot go on; the message says why and what to do."""


def main() -> int:
    """Run the demo and return its exit code."""
    home = Path(os.environ.get("SRM_HOME") or ROOT / ".srm").resolve()
    port = int(os.environ.get("PORT") or 8000)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say(f"SRM already runs on {home}. Another one needs its own: SRM_HOME=... PORT=... make demo")
            return 1
        try:
            return _run(home=home, port=port)
        except (DemoError, embedded.EmbeddedError) as error:
            _say(str(error))
            return 1


def _run(*, home: Path, port: int) -> int:
    end_leftovers(folder=home, say=_say)
    _refuse_taken_port(port)
    try:
        _say("Starting PostgreSQL and Valkey ...")
        servers = embedded.start(home=home)
        environment = _environment(home=home, servers=servers)
        _prepare(home=home, environment=environment, owner_url=servers.owner_database_url)
        supervisor = Supervisor(
            services=_services(home=home, port=port, environment=environment),
            folder=home,
            say=_say,
            keep=_Reviver(home),
        )
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: supervisor.stop())
        try:
            supervisor.start()
            _make_district(home=home, port=port, environment=environment, supervisor=supervisor)
            if not supervisor.is_stopping():
                _announce(home=home, port=port)
            supervisor.run()
        finally:
            _say("Stopping ...")
            supervisor.end()
    finally:
        _ignore_further_interrupts()
        embedded.stop(home=home)
    _say("Stopped.")
    return 0


class _Reviver:
    """Start an embedded server again when it is gone, looking once a second."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._next = 0.0

    def __call__(self) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + 1
        if len(embedded.process_ids(home=self._home)) < 2:
            for name in embedded.ensure_running(home=self._home):
                _say(f"{name} had ended; started it again")


def _environment(*, home: Path, servers: embedded.Servers) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "SRM_HOME": str(home),
        "SRM_ENV": os.environ.get("SRM_ENV", "demo"),
        "SRM_SECRET_KEY": _secret_key(home),
        "SRM_ALLOWED_HOSTS": os.environ.get("SRM_ALLOWED_HOSTS", "localhost,127.0.0.1"),
        "DJANGO_SETTINGS_MODULE": "srm.settings",
        "PYTHONUNBUFFERED": "1",
    }


def _secret_key(home: Path) -> str:
    path = home / "secret-key"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(secrets.token_urlsafe(50))
    return path.read_text()


def _services(*, home: Path, port: int, environment: Mapping[str, str]) -> list[Service]:
    programs = Path(sys.executable).parent
    celery = [str(programs / "celery"), "-A", "srm"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [
        Service(
            name="web",
            command=[
                str(programs / "gunicorn"),
                "srm.wsgi",
                f"--bind=127.0.0.1:{port}",
                *("--workers=2", "--threads=4", "--worker-class=gthread", "--preload"),
                *("--no-control-socket", "--logger-class=srm.access_log.QuietLogger"),
            ],
            environment={**environment, "SRM_PROCESS": "web"},
        ),
        Service(
            name="worker",
            command=[*celery, "worker", "--concurrency=2", "--loglevel=INFO", *quiet],
            environment={**environment, "SRM_PROCESS": "worker"},
        ),
        Service(
            name="beat",
            command=[
                *celery,
                "beat",
                "--loglevel=WARNING",
                f"--schedule={home / 'beat-schedule'}",
                "--pidfile=",
            ],
            environment={**environment, "SRM_PROCESS": "worker"},
        ),
    ]


# --- steps of a start ----------------------------------------------------------------------------


def _prepare(*, home: Path, environment: Mapping[str, str], owner_url: str) -> None:
    """Migrate and collect static files, unless this home has seen exactly this code."""
    done_path = home / "prepared"
    version = _version()
    if done_path.exists() and done_path.read_text() == version:
        return
    _say("Bringing the database up to date ...")
    _manage(
        *("migrate", "--noinput", "--verbosity=0", "--skip-checks"),
        environment={**environment, "DATABASE_URL": owner_url},
    )
    _manage("collectstatic", "--noinput", "--verbosity=0", "--clear", environment=environment)
    done_path.write_text(version)


def _version() -> str:
    """Return a digest of what a home is prepared for: migrations, installed packages, static files."""
    paths = [path for app in _APPS for path in (ROOT / app / "migrations").glob("*.py")]
    paths += [ROOT / "requirements" / "base.txt", *(ROOT / "static" / "build").rglob("*")]
    digest = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file():
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _manage(*arguments: str, environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=dict(environment), check=False
    )
    if done.returncode:
        raise DemoError(f"manage.py {arguments[0]} failed, see above.")


def _make_district(*, home: Path, port: int, environment: Mapping[str, str], supervisor: Supervisor) -> None:
    """Wait for the web, then make the demo district unless this home has one."""
    _wait_for_web(port=port, supervisor=supervisor, log=home / "logs" / "web.log")
    if (home / "demo.json").exists() or supervisor.is_stopping():
        return
    if os.environ.get("SRM_DEMO_DISTRICT") == "none":
        return
    _say("Loading the demo district through the product's own uploads ...")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo"],
        cwd=ROOT,
        env={**environment, "SRM_URL": _url(port)},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    while process.poll() is None:
        if supervisor.is_stopping():
            process.terminate()
            process.wait()
            return
        supervisor.watch()
        time.sleep(0.2)
    if process.returncode:
        raise DemoError("The demo district could not be made, see above.")


def _wait_for_web(*, port: int, supervisor: Supervisor, log: Path) -> None:
    deadline = time.monotonic() + 60
    while not supervisor.is_stopping():
        try:
            with urllib.request.urlopen(f"{_url(port)}/health/", timeout=5):  # noqa: S310
                return
        except urllib.error.HTTPError as answer:
            if answer.code < 500:
                return
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise DemoError(f"The web did not start within a minute; its log is {log}")
        supervisor.watch()
        time.sleep(0.1)


def _announce(*, home: Path, port: int) -> None:
    path = home / "demo.json"
    accounts = []
    if path.exists():
        demo = json.loads(path.read_text())
        if demo.get("url") != _url(port):
            demo["url"] = _url(port)
            path.write_text(json.dumps(demo, indent=2))
        accounts = demo["accounts"]
    _say(f"\nSRM is at {_url(port)}\n")
    width = max((len(account["email"]) for account in accounts), default=0)
    for account in accounts:
        _say(
            f"  {account['email']:<{width}}  {account['password']}  {account['role']}, {account['district']}"
        )
    _say(f"\nSign-ins and API keys are in {path}. Logs are in {home / 'logs'}. Ctrl-C stops everything.")


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise DemoError(f"Port {port} is taken. Choose another: PORT={port + 1} make demo") from error


def _ignore_further_interrupts() -> None:
    def ignore(_number: int, _frame: FrameType | None) -> None:
        return None

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ignore)


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
