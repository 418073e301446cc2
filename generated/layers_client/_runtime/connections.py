"""The connections of a client: its own ones, or those of a client that the caller has made.

Own connections belong to one process and, where they are awaited, to one event loop. A process that
was forked, and a loop that was started later, get their own; a response can reach nobody else.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from importlib import import_module
from typing import Any, Final
from weakref import WeakKeyDictionary, WeakSet

import httpx

from .clock import asyncio_loop

__all__ = ["AsyncConnections", "Connections"]

LIMITS: Final = httpx.Limits(
    max_connections=100, max_keepalive_connections=100, keepalive_expiry=60.0
)
"""A connection outlives the longest pause between two polls; what finds none free waits for one."""


class Connections:
    """Connections of a client that blocks."""

    def __init__(self, given: httpx.Client | None) -> None:
        self._given = given
        self._own: httpx.Client | None = None
        _LIVE.add(self)

    @property
    def http(self) -> httpx.Client:
        """The client to send with."""
        if self._given is not None:
            return self._given
        if self._own is None:
            self._own = httpx.Client(limits=LIMITS)
        return self._own

    def close(self) -> None:
        """Close the connections, unless they came from outside."""
        if self._given is None:
            self.http.close()

    def forget(self) -> None:
        """Leave the connections to the process that they belong to."""
        self._own = None


class AsyncConnections:
    """Connections of a client that awaits, for each event loop its own."""

    def __init__(self, given: httpx.AsyncClient | None) -> None:
        self._given = given
        self._own: MutableMapping[Any, httpx.AsyncClient] = WeakKeyDictionary()
        _LIVE.add(self)

    @property
    def http(self) -> httpx.AsyncClient:
        """The client to send with, in the event loop that runs."""
        if self._given is not None:
            return self._given
        loop = asyncio_loop() or import_module("trio").lowlevel.current_trio_token()
        if loop not in self._own:
            self._own[loop] = httpx.AsyncClient(limits=LIMITS)
        return self._own[loop]

    async def aclose(self) -> None:
        """Close the connections of this event loop, unless they came from outside."""
        if self._given is None:
            await self.http.aclose()

    def forget(self) -> None:
        """Leave the connections to the process that they belong to."""
        self._own = WeakKeyDictionary()


_LIVE: Final[WeakSet[Connections | AsyncConnections]] = WeakSet()


def _forget_all() -> None:
    for each in tuple(_LIVE):
        each.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
