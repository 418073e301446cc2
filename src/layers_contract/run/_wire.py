"""An application in this process, reached as if over a wire: it takes time, and one may hang up."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

import httpx
import trio

__all__ = ["Wire"]

Message = MutableMapping[str, Any]
Application = Callable[..., Awaitable[None]]
SLOWEST = 0.02


class Wire(httpx.AsyncBaseTransport):
    """Calls an ASGI application; a request with a `trace` is one whose caller hangs up.

    As on a real wire the application goes on with it, and can learn that nobody listens. Each way
    takes up to `SLOWEST` seconds, so that requests overtake each other; without a *seed*, half of
    that. Like a server it adds a Date; *epoch* is when trio's clock shows 0.
    """

    def __init__(self, app: Application, epoch: float, seed: int | None = None) -> None:
        self._app = app
        self._epoch = epoch
        self._rng = None if seed is None else random.Random(seed)  # noqa: S311 - not for secrets

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry *request* out."""
        trace = request.extensions.get("trace")
        if trace is None:
            await self._travel()
            call = _Call(request)
            await call.answered_by(self._app)
            response = call.response(_date(int(trio.current_time() + self._epoch)))
            await self._travel()
            return response
        trio.lowlevel.spawn_system_task(self._carry_on, request)
        await trace("send_request_body.complete", {})
        raise httpx.ReadError("nobody listens", request=request)

    async def _travel(self) -> None:
        await trio.sleep(self._rng.uniform(0, SLOWEST) if self._rng else SLOWEST / 2)

    async def _carry_on(self, request: httpx.Request) -> None:
        await self._travel()
        with contextlib.suppress(Exception):
            await _Call(request, heard=False).answered_by(self._app)


@lru_cache(maxsize=256)
def _date(moment: int) -> bytes:
    """Seconds since the epoch as an HTTP date."""
    return format_datetime(datetime.fromtimestamp(moment, UTC)).encode()


@dataclass(slots=True)
class _Call:
    """One request on its way through an ASGI application; the caller may be gone by then."""

    request: httpx.Request
    heard: bool = True
    read: bool = False
    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    answered: trio.Event = field(default_factory=trio.Event)

    async def answered_by(self, app: Application) -> None:
        """Let *app* answer."""
        await app(self._scope(), self._receive, self._send)
        if not self.answered.is_set():
            raise httpx.RemoteProtocolError("no whole answer", request=self.request)

    def response(self, date: bytes) -> httpx.Response:
        """The answer, with a Date if it has none."""
        dated = any(name.lower() == b"date" for name, _ in self.headers)
        headers = self.headers if dated else [*self.headers, (b"date", date)]
        return httpx.Response(self.status, headers=headers, stream=httpx.ByteStream(self.body))

    def _scope(self) -> Message:
        url = self.request.url
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self.request.method,
            "headers": [(name.lower(), value) for name, value in self.request.headers.raw],
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.partition(b"?")[0],
            "query_string": url.query,
            "server": (url.host, url.port),
            "client": ("127.0.0.1", 123),
            "root_path": "",
        }

    async def _receive(self) -> Message:
        if not self.read:
            self.read = True
            return {"type": "http.request", "body": self.request.read(), "more_body": False}
        if self.heard:
            await self.answered.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], message.get("headers", [])
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            if not message.get("more_body", False):
                self.answered.set()
