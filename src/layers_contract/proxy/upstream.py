"""Connections to the server behind the proxy: HTTP/1.1, kept open, streamed both ways.

    UpstreamError
    ├── NotSent            nothing of the request was taken: it may be sent again
    └── (itself)           no connection, or none any more

Bodies are handed on as they come. Where the reader is slower than the server, the connection is
read no further; where the server is slower than the client, `write` waits.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Final, cast
from urllib.parse import SplitResult

import httptools

__all__ = ["BRIEF", "IDLE", "Connection", "Head", "NotSent", "Pool", "UpstreamError"]

HIGH: Final = 256 * 1024
"""Bytes of an answer that may wait for their reader."""
IDLE: Final = 4.0
"""Seconds for which an unused connection is kept: most servers close theirs after five."""
BRIEF: Final = 1.5
"""The same for a request that cannot be sent again: some close theirs after two."""
CONNECTING: Final = 10.0
INTERIM, LAST = 200, 599
SILENCE: Final = 600.0
"""Seconds without a sign from the server after which it is given up."""


class UpstreamError(Exception):
    """The server behind the proxy is not there, or has gone."""


class NotSent(UpstreamError):  # noqa: N818 - said of a request
    """The connection was closed before the server answered anything at all."""


@dataclass(slots=True)
class Head:
    """What an answer begins with; header names are as they came."""

    status: int
    headers: list[tuple[bytes, bytes]]


@dataclass(slots=True)
class _Answer:
    """An answer under way."""

    bodiless: bool
    head: Head | None = None
    chunks: deque[bytes] = field(default_factory=deque)
    size: int = 0
    complete: bool = False


class Connection(asyncio.Protocol):
    """One connection. `exchange` begins a request; then `head` and `chunk` give its answer."""

    def __init__(self) -> None:
        self.idle_since = 0.0
        self.used = False
        self._transport: asyncio.Transport | None = None
        self._answer = _Answer(bodiless=False)
        self._headers: list[tuple[bytes, bytes]] = []
        self._parser = httptools.HttpResponseParser(self)
        self._wake: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._lost: str | None = None
        self._framed = self._silent = True
        self._paused = False

    # The request.

    def begin(self, head: bytes, *, bodiless: bool) -> None:
        """Send a request's head; its answer has no body, whatever it says, where *bodiless*."""
        self._answer = _Answer(bodiless)
        self._silent = True
        self._sender.write(head)

    async def write(self, data: bytes) -> None:
        """Send a part of a request's body.

        Raises:
            UpstreamError: The connection is closed.
        """
        if self._lost is not None:
            raise self._error()
        self._sender.write(data)
        await self._writable.wait()

    @property
    def _sender(self) -> asyncio.Transport:
        if self._transport is None:
            raise UpstreamError("not connected")
        return self._transport

    # The answer.

    async def head(self) -> Head:
        """The beginning of the answer.

        Raises:
            UpstreamError: There will be none.
        """
        while self._answer.head is None:
            await self._news()
        return self._answer.head

    async def chunk(self) -> tuple[bytes, bool]:
        """What has come of the body since, and whether that was all.

        Raises:
            UpstreamError: The connection has been closed in the middle.
        """
        answer = self._answer
        while not answer.chunks and not answer.complete:
            await self._news()
        data = b"".join(answer.chunks)
        answer.chunks.clear()
        answer.size = 0
        if self._paused:
            self._paused = False
            self._sender.resume_reading()
        return data, answer.complete

    async def _news(self) -> None:
        if self._lost is not None:
            raise self._error()
        loop = asyncio.get_running_loop()
        self._wake = loop.create_future()
        timer = loop.call_later(SILENCE, self.abort, f"silent for {SILENCE:g} s")
        try:
            await self._wake
        finally:
            timer.cancel()
            self._wake = None

    def abort(self, why: str) -> None:
        """Close the connection; whoever waits for it is told *why*."""
        self._lost = self._lost or why
        self._silent = False
        if self._transport:
            self._transport.abort()
        self._tell()

    @property
    def idle_for(self) -> float:
        """Seconds since it was given back."""
        return time.monotonic() - self.idle_since

    @property
    def reusable(self) -> bool:
        """Whether another request may be sent."""
        alive = self._transport is not None and not self._transport.is_closing()
        return alive and self._lost is None and self._answer.complete

    def _error(self) -> UpstreamError:
        kind = NotSent if self.used and self._silent else UpstreamError
        return kind(self._lost or "closed")

    def _tell(self) -> None:
        if self._wake and not self._wake.done():
            self._wake.set_result(None)

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Parse what came."""
        self._silent = False
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.abort("it does not speak HTTP/1.1")

    def connection_lost(self, error: Exception | None) -> None:
        """End the answer, or break it off."""
        if self._answer.head and not self._framed and error is None:
            self._answer.complete = True
        self._lost = self._lost or ("it closed the connection" if error is None else _reason(error))
        self._writable.set()
        self._tell()

    def pause_writing(self) -> None:
        """Let writers wait."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let writers go on."""
        self._writable.set()

    # What the parser calls.

    def on_message_begin(self) -> None:
        """Forget the headers before."""
        self._headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header."""
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is there, unless it is that of an interim answer."""
        status = self._parser.get_status_code()
        if status < INTERIM:
            return
        if status > LAST:
            self.abort(f"it answered with status {status}")
            return
        names = {name.lower(): value for name, value in self._headers}
        self._framed = b"content-length" in names or b"transfer-encoding" in names
        self._answer.head = Head(status, self._headers)
        if self._answer.bodiless or status in (204, 304):
            self._complete()
            self._parser = httptools.HttpResponseParser(self)
        self._tell()

    def on_body(self, data: bytes) -> None:
        """Keep a part of the body until it is asked for."""
        answer = self._answer
        answer.chunks.append(data)
        answer.size += len(data)
        if answer.size > HIGH and self._transport and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._tell()

    def on_message_complete(self) -> None:
        """The answer is whole, unless it is an interim one."""
        if self._answer.head:
            self._complete()

    def _complete(self) -> None:
        self._answer.complete = True
        if not self._parser.should_keep_alive():
            self._lost = self._lost or "it closes the connection"
        self._tell()


def _reason(error: BaseException) -> str:
    """What went wrong, in the system's words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    return str(getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()


class Pool:
    """The connections to one server; as many as there are requests at one moment."""

    def __init__(self, url: SplitResult) -> None:
        self._host = url.hostname or ""
        secure = url.scheme == "https"
        self._port = url.port or (443 if secure else 80)
        self._tls = ssl.create_default_context() if secure else None
        self._idle: deque[Connection] = deque()

    async def take(self, idle: float) -> Connection:
        """A connection for one request, that has not been *idle* for longer than so many seconds.

        Raises:
            UpstreamError: The server cannot be reached.
        """
        while self._idle and self._idle[-1].idle_for < idle:
            connection = self._idle.pop()
            if connection.reusable:
                connection.used = True
                return connection
        loop = asyncio.get_running_loop()
        name = self._host if self._tls else None
        opening = loop.create_connection(
            Connection, self._host, self._port, ssl=self._tls, server_hostname=name
        )
        try:
            async with asyncio.timeout(CONNECTING):
                _, connection = await opening
        except TimeoutError as error:
            raise UpstreamError(f"no connection within {CONNECTING:g} s") from error
        except OSError as error:
            raise UpstreamError(_reason(error)) from error
        return connection

    def give_back(self, connection: Connection) -> None:
        """Keep a connection for the next request, if it can be used again."""
        while self._idle and self._idle[0].idle_for > IDLE:
            self._idle.popleft().abort("idle for too long")
        if connection.reusable:
            connection.idle_since = time.monotonic()
            self._idle.append(connection)
        else:
            connection.abort("done")

    def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop().abort("done")
