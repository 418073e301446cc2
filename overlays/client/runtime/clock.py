"""Time and chance, in one place so that a test can bring its own."""

from __future__ import annotations

import random
import sys
import time
from importlib import import_module
from typing import Any

__all__ = ["AsyncClock", "Clock", "asyncio_loop"]


class Clock:
    """The monotonic clock of this machine."""

    def now(self) -> float:
        """Seconds since some moment; never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let *seconds* pass."""
        time.sleep(seconds)

    def chance(self) -> float:
        """A number from 0 up to 1, drawn anew each time."""
        return random.random()  # noqa: S311 - spreads load, guards nothing


class AsyncClock:
    """The clock of the event loop that runs: asyncio's, or trio's."""

    def now(self) -> float:
        """Seconds since some moment; never goes back."""
        loop = asyncio_loop()
        return float(import_module("trio").current_time() if loop is None else loop.time())

    async def sleep(self, seconds: float) -> None:
        """Let *seconds* pass."""
        library = import_module("trio" if asyncio_loop() is None else "asyncio")
        await library.sleep(seconds)

    def chance(self) -> float:
        """A number from 0 up to 1, drawn anew each time."""
        return random.random()  # noqa: S311 - spreads load, guards nothing


def asyncio_loop() -> Any:
    """The running loop; None where it is not asyncio that runs. Nothing is imported to find out."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return None
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
