"""A server on loopback that follows a script, answer by answer, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any, Final

__all__ = ["HANG_UP", "Fake", "Reply", "Request", "fake_server", "reply"]

Json = Any


@dataclass(frozen=True)
class Reply:
    """An answer, sent after *wait* seconds and without the last *cut* bytes of its body."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    cut: int = 0
    wait: float = 0.0


HANG_UP: Final = Reply(0)
"""No answer: the connection is closed."""


@dataclass(frozen=True)
class Request:
    """A request, with the second at which it came."""

    path: str
    headers: Mapping[str, str]
    at: float = field(default_factory=time.monotonic)


def reply(
    status: int, body: Json = None, *, cut: int = 0, wait: float = 0.0, **headers: str
) -> Reply:
    """An answer in JSON, or in HTML where *body* is a text; `_` in a header's name is a hyphen."""
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    kind = "text/html" if isinstance(body, str) else "application/json"
    named = ((name.replace("_", "-"), value) for name, value in headers.items())
    return Reply(status, (("Content-Type", kind), *named), content, cut, wait)


class Fake:
    """What a fake server is told to answer, and what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[Request] = []
        self._script: list[Reply] = []
        self._lock = threading.Lock()

    def script(self, *steps: Reply) -> None:
        """Begin anew with these answers; the last one is given for ever."""
        self._script, self.requests = list(steps), []

    def next(self, request: Request) -> Reply:
        """The answer to *request*."""
        with self._lock:
            self.requests.append(request)
            return self._script.pop(0) if len(self._script) > 1 else self._script[0]

    def sent(self, header: str) -> list[str | None]:
        """What the requests had in a header."""
        return [each.headers.get(header.lower()) for each in self.requests]

    @property
    def gaps(self) -> list[float]:
        """The seconds between the requests."""
        times = [each.at for each in self.requests]
        return [after - before for before, after in pairwise(times)]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    fake: Fake

    def handle_error(self, *_: object) -> None:
        """A client that has gone is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _answer(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        # What is left of a body would be taken for the next request.
        self.rfile.read(int(headers.get("content-length", 0)))
        told = self.server.fake.next(Request(self.path, headers))
        self.close_connection = told is HANG_UP or told.cut > 0
        time.sleep(told.wait)
        if told is not HANG_UP:
            self._send(told)

    def _send(self, told: Reply) -> None:
        self.send_response_only(told.status)
        for name, value in told.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(told.body)))
        self.end_headers()
        self.wfile.write(told.body[: len(told.body) - told.cut])

    do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 - http.server looks for these


@contextmanager
def fake_server() -> Iterator[Fake]:
    """A fake server that is up."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.fake = fake = Fake()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
