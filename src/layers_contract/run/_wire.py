"""An application in this process, reached as if over a wire: it takes time, and one may hang up."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import httpx
import trio

__all__ = ["Wire"]

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Application = Callable[..., Awaitable[None]]
SLOWEST = 0.02


class Wire(httpx.ASGITransport):
    """Calls an ASGI application; a request with a `trace` is one whose caller hangs up.

    As on a real wire the application goes on with it, and can learn that nobody listens. Each way
    takes up to `SLOWEST` seconds, so that requests overtake each other; without a *seed*, half of
    that. Like a server it adds a Date; *epoch* is when trio's clock shows 0.
    """

    def __init__(self, app: Application, epoch: float, seed: int | None = None) -> None:
        super().__init__(app)
        self._epoch = epoch
        self._rng = None if seed is None else random.Random(seed)  # noqa: S311 - not for secrets

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry *request* out."""
        trace = request.extensions.get("trace")
        if trace is None:
            await self._travel()
            response = await super().handle_async_request(request)
            now = trio.current_time() + self._epoch
            response.headers.setdefault("date", format_datetime(datetime.fromtimestamp(now, UTC)))
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
            await httpx.ASGITransport(_unheard(self.app)).handle_async_request(request)


def _unheard(app: Application) -> Application:
    """*app* without anybody listening once the request is read."""

    async def call(scope: Any, receive: Receive, send: Any) -> None:
        read = False

        async def then_gone() -> MutableMapping[str, Any]:
            nonlocal read
            if read:
                return {"type": "http.disconnect"}
            message = await receive()
            read = not message.get("more_body", False)
            return message

        await app(scope, then_gone, send)

    return call
