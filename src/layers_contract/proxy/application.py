"""The proxy itself: each request goes on as it comes, and its answer comes back as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final
from urllib.parse import SplitResult

from layers_contract.proxy import headers
from layers_contract.proxy.recorder import Recorder, Taken
from layers_contract.proxy.upstream import (
    BRIEF,
    IDLE,
    Connection,
    Head,
    NotSent,
    Pool,
    UpstreamError,
)

__all__ = ["Application"]

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that may be sent again: they change nothing."""
GONE: Final = "the client hung up"


class BrokenOffError(Exception):
    """The answer broke off after it had begun: so does the connection to the client."""


class Application:
    """An ASGI application that hands everything on to one server."""

    def __init__(self, to: SplitResult, recorder: Recorder) -> None:
        self._to, self._recorder = to, recorder
        self._prefix = to.path.rstrip("/").encode()
        self._pool = Pool(to)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        if headers.wants_websocket(scope["headers"]) or scope["method"] == "CONNECT":
            await _say(send, 501, "it passes plain HTTP on, and neither WebSockets nor tunnels")
            return
        taken = self._recorder.begin(scope)
        try:
            await self._exchange(taken, receive, send)
        finally:
            self._recorder.end(taken, "the proxy was stopped")

    def close(self) -> None:
        """Close what is open."""
        self._pool.close()

    async def _exchange(self, taken: Taken, receive: Receive, send: Send) -> None:
        has_body = _has_body(taken.scope["headers"])
        try:
            connection, head = await self._ask(taken, receive, has_body=has_body)
        except UpstreamError as error:
            self._recorder.end(taken, str(error))
            if str(error) != GONE:
                where = f"{self._to.scheme}://{self._to.netloc}"
                await _say(send, 502, f"no answer from {where}: {error}")
            return
        self._recorder.answers(taken, head.status, head.headers)
        try:
            await self._hand_back(taken, connection, head, send)
        except UpstreamError as error:
            why = f"the answer broke off after {taken.response_size:,} bytes: {error}"
            self._recorder.end(taken, GONE if str(error) == GONE else why)
            raise BrokenOffError from error
        finally:
            if taken.helper:
                taken.helper.cancel()

    async def _ask(
        self, taken: Taken, receive: Receive, *, has_body: bool
    ) -> tuple[Connection, Head]:
        """Send a request; once more over a new connection where the old one was just closed."""
        again = taken.scope["method"] in SAFE and not has_body
        try:
            return await self._try(taken, receive, IDLE if again else BRIEF, has_body=has_body)
        except NotSent:
            if not again:
                raise
        return await self._try(taken, receive, 0.0, has_body=has_body)

    async def _try(
        self, taken: Taken, receive: Receive, idle: float, *, has_body: bool
    ) -> tuple[Connection, Head]:
        connection = await self._pool.take(idle)
        connection.begin(self._head(taken, has_body=has_body), bodiless=_is_head(taken))
        helper = asyncio.create_task(self._upload(taken, connection, receive, has_body=has_body))
        taken.helper = helper
        try:
            return connection, await connection.head()
        except BaseException:
            helper.cancel()
            connection.abort("given up")
            raise

    def _head(self, taken: Taken, *, has_body: bool) -> bytes:
        scope = taken.scope
        query = scope["query_string"]
        target = self._prefix + scope["raw_path"] + (b"?" + query if query else b"")
        lines = headers.forwarded(scope, self._to, has_body=has_body)
        first = scope["method"].encode() + b" " + target + b" HTTP/1.1"
        return b"\r\n".join([first, *(n + b": " + v for n, v in lines), b"", b""])

    async def _upload(
        self, taken: Taken, connection: Connection, receive: Receive, *, has_body: bool
    ) -> None:
        """Hand the body on; then hang up on the server if the client hangs up on us."""
        chunked = has_body and not _value(taken.scope["headers"], b"content-length")
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                connection.abort(GONE)
                return
            if data := message.get("body", b""):
                self._recorder.sends(taken, data)
                with suppress(UpstreamError):
                    await connection.write(_framed(data) if chunked else data)
            if not message.get("more_body") and not taken.uploaded:
                taken.uploaded = True
                if chunked:
                    with suppress(UpstreamError):
                        await connection.write(b"0\r\n\r\n")

    async def _hand_back(
        self, taken: Taken, connection: Connection, head: Head, send: Send
    ) -> None:
        lines = headers.returned(head.headers)
        if headers.wants_upgrade(taken.scope["headers"]):
            lines.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": head.status, "headers": lines})
        last = False
        while not last:
            data, last = await connection.chunk()
            self._recorder.receives(taken, data)
            if last:
                self._close(taken, connection)
                self._recorder.end(taken)
            await send({"type": "http.response.body", "body": data, "more_body": not last})

    def _close(self, taken: Taken, connection: Connection) -> None:
        """The answer is whole: what is left of the request is of no use to anybody."""
        if taken.helper:
            taken.helper.cancel()
        if taken.uploaded:
            self._pool.give_back(connection)
        else:
            connection.abort("answered before the request was whole")


def _has_body(lines: headers.Lines) -> bool:
    return bool(_value(lines, b"transfer-encoding")) or _value(lines, b"content-length") not in (
        None,
        b"0",
    )


def _is_head(taken: Taken) -> bool:
    return bool(taken.scope["method"] == "HEAD")


def _value(lines: headers.Lines, wanted: bytes) -> bytes | None:
    return next((value for name, value in lines if name == wanted), None)


def _framed(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


async def _say(send: Send, status: int, text: str) -> None:
    """An answer of the proxy's own."""
    body = f"layers-contract proxy: {text}\n".encode()
    lines = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body, "more_body": False})
