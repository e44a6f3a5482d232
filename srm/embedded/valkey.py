"""Valkey of one home, on loopback with a password. Callers hold the home's lock."""

from __future__ import annotations

import os
import signal
import socket
import time

import psutil

from srm.embedded.home import EmbeddedError, Home, pid_of, tail, write_private

TIMEOUT = 30.0


def start(home: Home) -> None:
    """Start the server and return when it answers. Raises EmbeddedError."""
    if answers(home):
        return
    home.valkey_data.mkdir(mode=0o700, exist_ok=True)
    configuration = home.valkey_data / "valkey.conf"
    write_private(
        configuration,
        "\n".join(
            (
                "bind 127.0.0.1",
                f"port {home.valkey_port}",
                f"requirepass {home.passwords['valkey']}",
                f'dir "{home.valkey_data}"',
                f'pidfile "{home.valkey_data / "valkey.pid"}"',
                f'logfile "{home.valkey_data / "valkey.log"}"',
                "daemonize yes",
                'save ""',
                f"appendonly {'yes' if home.durable else 'no'}",
                "maxmemory-policy noeviction",
            )
        ),
    )
    if home.user is not None:
        for path in (home.valkey_data, configuration):
            os.chown(path, home.user.uid, home.user.gid)
    started = home.run(home.valkey_server(), str(configuration), capture_output=True)
    deadline = time.monotonic() + TIMEOUT
    while not answers(home):
        if started.returncode or time.monotonic() > deadline:
            raise EmbeddedError(f"Valkey did not start:\n{tail(home.valkey_data / 'valkey.log')}")
        time.sleep(0.02)


def stop(home: Home, *, kill: bool) -> None:
    """Stop the server, a paused one too, and return when it is gone. Raises EmbeddedError."""
    pid = process_id(home)
    if pid is None:
        return
    process = psutil.Process(pid)
    process.resume()
    process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
    deadline = time.monotonic() + TIMEOUT
    while process_id(home) is not None:
        if time.monotonic() > deadline:
            raise EmbeddedError("Valkey did not stop")
        time.sleep(0.01)


def process_id(home: Home) -> int | None:
    """Return the id of the running server's process."""
    return pid_of(home.valkey_data / "valkey.pid", "valkey")


def answers(home: Home) -> bool:
    """Say whether the server on the port is ours: it takes our password and has loaded its data."""
    try:
        with socket.create_connection(("127.0.0.1", home.valkey_port), timeout=5) as connection:
            connection.sendall(f"AUTH {home.passwords['valkey']}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:
                received = connection.recv(256)
                if not received:
                    return False
                answer += received
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"
