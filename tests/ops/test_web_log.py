"""What the web server itself writes of a request: no secret link, by no way, in the commands that start it."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from srm import launcher

ROOT = Path(__file__).resolve().parents[2]
SECRET = "kX3-sEcReT_kX3"
APPLICATION = """
def application(environ, start_response):
    if environ["PATH_INFO"].endswith("/breaks/"):
        raise RuntimeError
    start_response("200 OK", [("Content-Length", "2"), ("Location", environ["PATH_INFO"])])
    return [b"ok"]
"""
PATHS = (
    f"/accounts/invitation/{SECRET}/",
    f"/accounts/reset/1-2-{SECRET}/",
    f"/accounts/password/reset/key/1-{SECRET}/",
    f"/accounts/login/?next=/accounts/invitation/{SECRET}/",
    f"/accounts/login/?next=%2Faccounts%2Finvitation%2F{SECRET}%2F",
    f"/accounts/invitation/{SECRET}/breaks/",
    "/d/bay/home/?q=Jane",
)


def compose_command() -> list[str]:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return [str(word) for word in services["web"]["command"]]


def demo_command() -> list[str]:
    services = launcher._services(home=Path("/nowhere"), port=1, environment={})
    return [*next(one.command for one in services if one.name == "web"), "--access-logfile=-"]


@pytest.mark.parametrize("command", [compose_command, demo_command])
@pytest.mark.parametrize(
    "form", ["", "--access-logformat=%(r)s %(U)s?%(q)s %(f)s %({referer}i)s %({raw_uri}e)s"]
)
def test_no_secret_is_in_the_log_of_the_web_server(tmp_path: Path, command: object, form: str) -> None:
    (tmp_path / "small.py").write_text(APPLICATION)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    _program, _application, *options = command()  # type: ignore[operator]
    options = [word for word in options if not word.startswith("--bind")]
    log = tmp_path / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "small:application", f"--bind=127.0.0.1:{port}", *options]
            + ([form] if form else []),
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(tmp_path)},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        for path in PATHS:
            _get(port, path, server)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
    said = log.read_text()
    assert "GET /accounts/invitation/.../ HTTP/1.1" in said
    assert "GET /d/bay/home/ HTTP/1.1" in said
    assert "Error handling request" in said
    assert SECRET not in said, re.findall(f".*{SECRET}.*", said)
    assert "Jane" not in said


def _get(port: int, path: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request(
                "GET", path, headers={"Referer": f"http://srm.example/accounts/reset/{SECRET}/"}
            )
            connection.getresponse().read()
        except ConnectionRefusedError:
            assert server.poll() is None, "the web server ended"
            assert time.monotonic() < until
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
