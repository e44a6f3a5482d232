"""A crowd of browsers: persistent connections that ask for one page again and again. One thread, little work."""

from __future__ import annotations

import selectors
import socket
import time

CONNECTIONS = 8


def throughput(*, port: int, path: str, cookie: str = "", requests: int) -> float:
    """Return requests a second over a bounded number of requests. Raises RuntimeError on any answer but 200."""
    ask = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html\r\nCookie: {cookie}\r\n\r\n".encode()
    waiting = selectors.DefaultSelector()
    buffers: dict[socket.socket, bytearray] = {}
    sent = done = 0
    started = time.perf_counter()
    for _ in range(min(CONNECTIONS, requests)):
        one = socket.create_connection(("127.0.0.1", port), timeout=60)
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        waiting.register(one, selectors.EVENT_READ)
        buffers[one] = bytearray()
        one.sendall(ask)
        sent += 1
    try:
        while done < requests:
            ready = waiting.select(timeout=60)
            if not ready:
                raise RuntimeError("the web server does not answer")
            for key, _ in ready:
                one = key.fileobj
                assert isinstance(one, socket.socket)
                if not _read(one, buffers[one]):
                    continue
                done += 1
                buffers[one].clear()
                if sent < requests:
                    one.sendall(ask)
                    sent += 1
    finally:
        for one in buffers:
            one.close()
        waiting.close()
    return requests / (time.perf_counter() - started)


def _read(one: socket.socket, buffer: bytearray) -> bool:
    """Read what is there; True when the answer is whole."""
    piece = one.recv(1 << 18)
    if not piece:
        raise RuntimeError("the web server closed a connection")
    buffer += piece
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = bytes(buffer[:end]).lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(f"not a page: {head[:300]!r}")
    if b"connection: close" in head:
        raise RuntimeError("the web server does not keep connections open")
    length = head.split(b"content-length:")[1].split(b"\r\n")[0]
    return len(buffer) - end - 4 >= int(length)
