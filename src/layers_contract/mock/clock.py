"""Where the mock's time comes from: the wall, or trio's clock, which a test can move.

The mock has no background task. What it shows is computed from its store and `Clock.now()`, so
the same code runs in real time under uvicorn and in simulated time under trio.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

import anyio
import trio

__all__ = ["SIMULATED_EPOCH", "Clock", "StillClock", "TrioClock", "WallClock"]

SIMULATED_EPOCH: Final = 1_776_513_851.0
"""Where simulated time starts: the moment of the document's own examples."""


class Clock(Protocol):
    """Seconds since the epoch, and a way to let them pass."""

    def now(self) -> float:
        """Seconds since the epoch; never goes back."""

    async def sleep(self, seconds: float) -> None:
        """Let *seconds* pass."""


class WallClock:
    """Real time. A correction of the machine's clock does not turn it back."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.monotonic() + self._offset

    async def sleep(self, seconds: float) -> None:
        """Let *seconds* pass."""
        await anyio.sleep(seconds)


class TrioClock:
    """The running trio clock, moved to *epoch*; inside `trio.run` only."""

    def __init__(self, epoch: float = SIMULATED_EPOCH) -> None:
        self._epoch = epoch

    def now(self) -> float:
        """Seconds since the epoch."""
        return trio.current_time() + self._epoch

    async def sleep(self, seconds: float) -> None:
        """Let *seconds* pass."""
        await anyio.sleep(seconds)


class StillClock:
    """Another clock that can be held: all that one call does happens at one moment.

    A machine that stalls in the middle of a call would otherwise answer it with a later state.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._moment: float | None = None

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._clock.now() if self._moment is None else self._moment

    async def sleep(self, seconds: float) -> None:
        """Let *seconds* pass."""
        await self._clock.sleep(seconds)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Stand still; nothing may be awaited meanwhile."""
        self._moment = self.now()
        try:
            yield
        finally:
            self._moment = None
