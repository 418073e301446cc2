r"""A server that answers with any bytes at any time, alone or in front of the mock.

    async def drip(peer: Peer) -> None:
        await peer.drip(b"HTTP/1.1 200 OK\r\n\r\n")

    with serving(lambda asked: drip) as server:
        ...  # server.url, and what it was asked in server.asked

A rule says by what a request is answered: bytes as they are, a coroutine, or None for whatever
stands behind. A connection carries one request, unless the answer reads another one itself.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as it came: its first line in parts, its head and its body."""

    method: str
    path: str
    head: bytes
    body: bytes


@dataclass
class Peer:
    """The client's end of a connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, raw: bytes) -> None:
        self.writer.write(raw)
        await self.writer.drain()

    async def repeat(self, raw: bytes, pause: float = 0.0) -> None:
        """Say the same until nobody listens any more."""
        while True:
            await self.say(raw)
            await asyncio.sleep(pause)

    async def drip(self, raw: bytes, pause: float = 0.2) -> None:
        """Say it byte by byte."""
        for number in range(len(raw)):
            await self.say(raw[number : number + 1])
            await asyncio.sleep(pause)

    async def stay_silent(self) -> None:
        """Wait until the other side has gone."""
        await self.reader.read()

    def reset(self) -> None:
        """Break the connection off."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def read(self) -> Asked | None:
        """The next request, or None where there is none."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return None
        method, path, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
        body = await self.reader.readexactly(_length(head))
        return Asked(method, path, head, body)


@dataclass(frozen=True)
class Altered:
    """What stands behind answers, changed on its way."""

    change: Callable[[bytes], bytes]


Answer = bytes | Altered | Callable[[Peer], Awaitable[None]]
Rule = Callable[[Asked], Answer | None]


@dataclass
class Server:
    """A server under way."""

    rule: Rule
    upstream: str | None = None
    early: bool = False
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its beginning to its end."""
        self.connections += 1
        peer = Peer(reader, writer)
        with suppress(OSError, asyncio.IncompleteReadError):
            asked = Asked("", "", b"", b"") if self.early else await peer.read()
            if asked is not None:
                self.asked.append(asked)
                await self._answer(peer, asked)
        with suppress(OSError):
            writer.close()

    async def _answer(self, peer: Peer, asked: Asked) -> None:
        answer = self.rule(asked)
        if answer is None:
            await peer.say(await self._behind(asked))
        elif isinstance(answer, Altered):
            await peer.say(answer.change(await self._behind(asked)))
        elif isinstance(answer, bytes):
            await peer.say(answer)
        else:
            await answer(peer)

    async def _behind(self, asked: Asked) -> bytes:
        behind = urlsplit(self.upstream or "")
        reader, writer = await asyncio.open_connection(behind.hostname, behind.port)
        writer.write(_without_keep_alive(asked.head) + asked.body)
        raw = await reader.read()
        writer.close()
        return raw


def _end(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.call_soon(loop.stop)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":", 1)[1])
    return 0


def _without_keep_alive(head: bytes) -> bytes:
    lines = [e for e in head[:-4].split(b"\r\n") if not e.lower().startswith(b"connection:")]
    return b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n"


@contextmanager
def serving(
    rule: Rule,
    upstream: str | None = None,
    *,
    early: bool = False,
    context: ssl.SSLContext | None = None,
    host: str = "127.0.0.1",
) -> Iterator[Server]:
    """A server in a thread; *early* answers before anything is read, a *context* makes it TLS."""
    server = Server(rule, upstream, early)
    loop = asyncio.new_event_loop()
    begun: threading.Event = threading.Event()

    async def serve() -> None:
        listening = await asyncio.start_server(server.talk, host, 0, limit=2**22, ssl=context)
        port = listening.sockets[0].getsockname()[1]
        place = f"[{host}]" if ":" in host else host
        server.url = f"{'https' if context else 'http'}://{place}:{port}"
        begun.set()

    def work() -> None:
        loop.run_until_complete(serve())
        loop.run_forever()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    begun.wait(5)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(_end, loop)
        thread.join(5)


def http(
    body: bytes = b"",
    *headers: str,
    status: str = "200 OK",
    length: int | None = None,
    version: str = "HTTP/1.1",
) -> bytes:
    """An answer's bytes; JSON unless its headers say otherwise."""
    lines = [f"{version} {status}", "Connection: close"]
    lines += [f"Content-Length: {len(body) if length is None else length}"] * (length != -1)
    kinds = [each for each in headers if each.lower().startswith("content-type:")]
    lines += headers if kinds else ["Content-Type: application/json", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def shown(value: Any, *headers: str, status: str = "200 OK") -> bytes:
    """A JSON answer's bytes."""
    return http(json.dumps(value).encode(), *headers, status=status)
