"""An application in this process, reached as if over a wire: it takes time, and one may hang up."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any, Self

import httpx
import trio

from layers_contract.run._clock import sleep
from layers_contract.run.network import Address, Answer, HungUp, Request

__all__ = ["Wire"]

Message = MutableMapping[str, Any]
Application = Callable[..., Awaitable[None]]
SLOWEST = 0.02


class Wire:
    """Calls an ASGI application.

    As on a real wire the application goes on with a request whose caller hangs up, and can learn
    that nobody listens. Each way takes up to `SLOWEST` seconds, so that requests overtake each
    other; without a *seed*, half of that. Like a server it adds a Date; *epoch* is when trio's
    clock shows 0.
    """

    def __init__(self, app: Application, epoch: float, seed: int | None = None) -> None:
        self._app = app
        self._epoch = epoch
        self._rng = None if seed is None else random.Random(seed)  # noqa: S311 - not for secrets

    async def __aenter__(self) -> Self:
        """Nothing to open."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing to close."""

    async def send(self, request: Request) -> Answer:
        """Carry *request* out."""
        call = _Call(request)
        if request.hang_up:
            trio.lowlevel.spawn_system_task(self._carry_on, call)
            raise HungUp
        await self._travel()
        await call.answered_by(self._app)
        call.headers.setdefault("date", _date(int(trio.current_time() + self._epoch)))
        await self._travel()
        return Answer(call.status, call.headers, _Once(call.body), _closed)

    async def _travel(self) -> None:
        await sleep(self._rng.uniform(0, SLOWEST) if self._rng else SLOWEST / 2)

    async def _carry_on(self, call: _Call) -> None:
        await self._travel()
        with contextlib.suppress(Exception):
            await call.answered_by(self._app)


class _Once:
    """A body in one piece. Trio would keep account of an asynchronous generator."""

    def __init__(self, body: bytes) -> None:
        self._left = [body]

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop()


async def _closed() -> None:
    """Nothing to close."""


@lru_cache(maxsize=256)
def _date(moment: int) -> str:
    """Seconds since the epoch as an HTTP date."""
    return format_datetime(datetime.fromtimestamp(moment, UTC))


@lru_cache(maxsize=8192)
def _place(address: Address) -> Mapping[str, Any]:
    """What the scopes of all requests to one address have in common."""
    url = address.url
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": url.scheme,
        "path": url.path,
        "raw_path": url.raw_path.partition(b"?")[0],
        "query_string": url.query,
        "server": (url.host, url.port),
        "client": ("127.0.0.1", 123),
        "root_path": "",
    }


@dataclass(slots=True)
class _Call:
    """One request on its way through an ASGI application."""

    request: Request
    read: bool = False
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    answered: bool = False
    listener: trio.Event | None = None

    async def answered_by(self, app: Application) -> None:
        """Let *app* answer."""
        await app(self._scope(), self._receive, self._send)
        if not self.answered:
            raise httpx.RemoteProtocolError("no whole answer")

    def _scope(self) -> Message:
        return {
            **_place(self.request.address),
            "method": self.request.method,
            "headers": [(name.lower(), value) for name, value in self.request.headers],
        }

    async def _receive(self) -> Message:
        if not self.read:
            self.read = True
            return {"type": "http.request", "body": self.request.content, "more_body": False}
        if not self.request.hang_up and not self.answered:
            if self.listener is None:
                self.listener = trio.Event()
            await self.listener.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            for name, value in message.get("headers", ()):
                self._add(name.decode("latin-1").lower(), value.decode("latin-1"))
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            if not message.get("more_body", False):
                self.answered = True
                if self.listener is not None:
                    self.listener.set()

    def _add(self, name: str, value: str) -> None:
        self.headers[name] = f"{self.headers[name]}, {value}" if name in self.headers else value
