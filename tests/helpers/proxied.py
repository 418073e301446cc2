"""Servers to put behind the proxy: each connection is played by a function, or by a script."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.helpers.histories import contract

from layers_contract.history.exchanges import Exchange, History
from layers_contract.proxy import Options, background
from layers_contract.proxy.recorder import Recorder

Play = Callable[[socket.socket], None]
KEY = "canary-key-0123456789"


def request_of(connection: socket.socket) -> bytes:
    """One request as it arrives: its head, and its body as far as its length says."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := connection.recv(65_536)):
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lower = head.lower()
    if b"content-length:" in lower:
        length = int(lower.split(b"content-length:")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += connection.recv(65_536)
    elif b"transfer-encoding: chunked" in lower:
        while not body.endswith(b"0\r\n\r\n"):
            body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def answering(*answers: bytes) -> Play:
    """A server that gives these answers to the requests of each connection, then closes it."""

    def play(connection: socket.socket) -> None:
        for answer in answers:
            if not request_of(connection):
                return
            connection.sendall(answer)

    return play


def whole(body: bytes, *lines: bytes, status: bytes = b"200 OK") -> bytes:
    """An answer of known length."""
    head = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *lines, b"", b""]
    return b"\r\n".join(head) + body


@contextmanager
def server(play: Play, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of a server whose connections are played each in a thread."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)

    def one(plain: socket.socket) -> None:
        with plain, suppress(OSError, ValueError):
            play(context.wrap_socket(plain, server_side=True) if context else plain)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=one, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.close()


class Proxied:
    """A proxy before a server, and what it has recorded."""

    def __init__(self, url: str, out: Path, recorder: Recorder) -> None:
        self.port, self.out, self.recorder = int(url.rsplit(":", 1)[1]), out, recorder

    @property
    def exchanges(self) -> list[Exchange]:
        """What is in the file."""
        return list(History.read(self.out))

    def raw(self, request: bytes) -> bytes:
        """What comes back for the bytes of a request, until the connection is closed."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(request)
            found = b""
            with suppress(TimeoutError):
                while more := connection.recv(65_536):
                    found += more
            return found

    def get(self, path: str = "/v1/jobs/job_1", *lines: str, method: str = "GET") -> bytes:
        """The answer to a request without a body, over a connection of its own."""
        head = [f"{method} {path} HTTP/1.1", "Host: proxy", "Connection: close", *lines, "", ""]
        return self.raw("\r\n".join(head).encode())


@contextmanager
def proxied(play: Play, out: Path, **options: Any) -> Iterator[Proxied]:
    """A proxy before a server that is played."""
    with server(play) as port:
        chosen = Options(f"http://127.0.0.1:{port}", out, **options)
        with background(contract(), chosen) as (url, recorder):
            yield Proxied(url, out, recorder)
