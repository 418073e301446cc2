"""A wire between a client and a server that loses, delays, cuts and replaces what it carries.

It is a proxy of its own, on a real socket, in a thread. What it does to the n-th attempt at a call
follows from the seed, the call and n alone, whatever else is under way.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Final, NamedTuple, Self
from urllib.parse import urlsplit

__all__ = ["FAULTS", "Wire"]

RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER with no time to linger: closing resets the connection."""
PAGES: Final = (500, 502, 503)
STOPPED: Final = (ConnectionError, asyncio.IncompleteReadError)


class Message(NamedTuple):
    """A request or an answer, as bytes."""

    head: bytes
    body: bytes

    @property
    def name(self) -> str:
        """What tells one call from others: its hook, or else its first line."""
        with suppress(ValueError, KeyError, TypeError):
            return str(json.loads(self.body)["brief"]["hook"])
        return self.head.split(b"\r\n", 1)[0].decode()


async def read_message(reader: asyncio.StreamReader) -> Message:
    """The next message; both sides say how long their bodies are."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return Message(head, await reader.readexactly(length))


class Line:
    """One connection of a client, and the one to the server that belongs to it."""

    def __init__(
        self, writer: asyncio.StreamWriter, server: tuple[str, int], dice: random.Random
    ) -> None:
        self._writer = writer
        self._server = server
        self._upstream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.dice = dice

    async def ask(self, request: Message) -> Message:
        """What the server answers."""
        await self.forward(request)
        return await self.answer()

    async def forward(self, request: Message) -> None:
        """Hand *request* to the server."""
        if self._upstream is None:
            self._upstream = await asyncio.open_connection(*self._server)
        self._upstream[1].write(request.head + request.body)

    async def answer(self) -> Message:
        """What the server says to what was forwarded."""
        if self._upstream is None:
            raise ConnectionError("nothing was forwarded")
        return await read_message(self._upstream[0])

    def send(self, *parts: bytes) -> None:
        """Hand bytes to the client."""
        self._writer.write(b"".join(parts))

    def reset(self) -> None:
        """Break the client's connection without a farewell."""
        held = self._writer.get_extra_info("socket")
        with suppress(OSError):
            held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self._writer.transport.abort()

    def close(self) -> None:
        """Close both connections."""
        self._writer.close()
        if self._upstream is not None:
            self._upstream[1].close()


Fault = Callable[[Line, Message, float], Awaitable[bool]]
"""Carries one request in a bad way; whether the connection can be used again."""
FAULTS: Final[dict[str, Fault]] = {}


def fault(name: str) -> Callable[[Fault], Fault]:
    """Put a fault into the catalogue."""

    def keep(function: Fault) -> Fault:
        FAULTS[name] = function
        return function

    return keep


@fault("request lost")
async def _(line: Line, _: Message, __: float) -> bool:
    """The server never sees it."""
    line.reset()
    return False


@fault("answer lost")
async def _(line: Line, request: Message, _: float) -> bool:
    """The server has carried it out; the client is not told."""
    await line.ask(request)
    line.reset()
    return False


@fault("hung up")
async def _(line: Line, request: Message, _: float) -> bool:
    """The connection breaks while the server is at it."""
    await line.forward(request)
    line.reset()
    await line.answer()
    return False


@fault("request late")
async def _(line: Line, request: Message, patience: float) -> bool:
    """It reaches the server when the client has given it up, and maybe sent it again."""
    await asyncio.sleep(patience)
    await line.ask(request)
    return False


@fault("answer late")
async def _(line: Line, request: Message, patience: float) -> bool:
    """It comes when the client has given it up."""
    answer = await line.ask(request)
    await asyncio.sleep(patience)
    line.send(*answer)
    return False


@fault("answer cut in its head")
async def _(line: Line, request: Message, _: float) -> bool:
    """The connection is closed before the answer's body has begun."""
    answer = await line.ask(request)
    line.send(answer.head[: len(answer.head) // 2])
    return False


@fault("answer cut in its body")
async def _(line: Line, request: Message, _: float) -> bool:
    """Half of the bytes that were promised."""
    answer = await line.ask(request)
    line.send(answer.head, answer.body[: len(answer.body) // 2])
    return False


@fault("answer cut, unnoticed")
async def _(line: Line, request: Message, _: float) -> bool:
    """Half of the body, with no length by which to tell."""
    answer = await line.ask(request)
    lines = answer.head.split(b"\r\n")
    kept = [each for each in lines if not each.lower().startswith(b"content-length")]
    line.send(b"\r\n".join(kept), answer.body[: len(answer.body) // 2])
    return False


@fault("page of a gateway, not carried out")
async def _(line: Line, _: Message, __: float) -> bool:
    """500, 502 or 503 in HTML; the server never saw the request."""
    line.send(_page(line.dice.choice(PAGES)))
    return True


@fault("page of a gateway, carried out")
async def _(line: Line, request: Message, _: float) -> bool:
    """The same, in place of the server's answer."""
    await line.ask(request)
    line.send(_page(line.dice.choice(PAGES)))
    return True


@fault("gateway gave up")
async def _(line: Line, request: Message, _: float) -> bool:
    """504 while the server is at it."""
    await line.forward(request)
    line.send(_page(504))
    await line.answer()
    return True


@fault("429, at once again")
async def _(line: Line, _: Message, __: float) -> bool:
    """Too many requests, with `Retry-After: 0`; not carried out."""
    line.send(b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n")
    return True


def _page(status: int) -> bytes:
    phrase = HTTPStatus(status).phrase
    body = f"<html><h1>{status} {phrase}</h1></html>"
    kind = f"Content-Type: text/html\r\nContent-Length: {len(body)}"
    return f"HTTP/1.1 {status} {phrase}\r\n{kind}\r\n\r\n{body}".encode()


class Wire:
    """A proxy in front of *server*; a context manager, with the address to call in `url`.

    *share* of the requests meet a fault, each kind as often as the others. *patience* is how many
    seconds something must be late for the client to have given it up.
    """

    def __init__(self, server: str, *, seed: int, share: float, patience: float) -> None:
        parts = urlsplit(server)
        self._server = (str(parts.hostname), int(parts.port or 80))
        self._seed = seed
        self._share = share
        self._patience = patience
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._lines: set[asyncio.Task[None]] = set()
        self.attempts: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        listening = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._listener = asyncio.run_coroutine_threadsafe(listening, self._loop).result()
        host, port = self._listener.sockets[0].getsockname()
        self.url = f"http://{host}:{port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def drain(self) -> None:
        """Wait until whatever is still on its way has arrived; the clients must be closed."""
        asyncio.run_coroutine_threadsafe(self._drained(), self._loop).result()

    async def _drained(self) -> None:
        while self._lines:
            await asyncio.wait(self._lines)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._lines.add(task)
            task.add_done_callback(self._lines.discard)
        line = Line(writer, self._server, random.Random())  # noqa: S311 - chooses faults
        with suppress(*STOPPED):
            while await self._carry(line, await read_message(reader)):
                pass
        line.close()

    async def _carry(self, line: Line, request: Message) -> bool:
        name = request.name
        self.attempts[name] += 1
        line.dice.seed(f"{self._seed} {name} {self.attempts[name]}")
        if line.dice.random() >= self._share:
            line.send(*await line.ask(request))
            return True
        chosen = line.dice.choice(sorted(FAULTS))
        self.faults[chosen] += 1
        return await FAULTS[chosen](line, request, self._patience)
