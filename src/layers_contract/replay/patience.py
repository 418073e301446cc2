"""How long sending again may go on: until its time is over, or somebody has seen enough."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Self

import trio

__all__ = ["NoPatience", "Patience"]

STEP = 0.1
"""Seconds after which what is under way notices at the latest that it has to end."""


class NoPatience(Exception):  # noqa: N818 - not an error: what was found by then is kept
    """The time is over, or somebody has pressed Ctrl-C."""


@dataclass(slots=True)
class _Interrupts:
    count: int = 0


@dataclass(slots=True)
class Patience:
    """Until when, by the monotonic clock; parts of one patience are interrupted together."""

    until: float
    _interrupts: _Interrupts = field(default_factory=_Interrupts)

    @classmethod
    def of(cls, seconds: float) -> Self:
        """A patience of *seconds* from now on."""
        return cls(time.monotonic() + seconds)

    def part(self, share: float) -> Patience:
        """A patience of that share of the seconds that are left."""
        return Patience(time.monotonic() + self.left * share, self._interrupts)

    @property
    def left(self) -> float:
        """Seconds, never less than none."""
        return 0.0 if self.interrupted else max(self.until - time.monotonic(), 0.0)

    @property
    def interrupted(self) -> bool:
        """Whether somebody has seen enough."""
        return self._interrupts.count > 0

    def check(self) -> None:
        """Go on only while there is some left.

        Raises:
            NoPatience: There is none.
        """
        if not self.left:
            raise NoPatience

    async def expire(self, scope: trio.CancelScope) -> None:
        """Cancel *scope* when there is none left."""
        while self.left:  # noqa: ASYNC110 - a signal's handler cannot set an event of trio's
            await trio.sleep(min(self.left, STEP))
        scope.cancel()

    @contextmanager
    def heeding_signals(self) -> Iterator[None]:
        """Let Ctrl-C and SIGTERM end this patience alone; a second one ends the process.

        Only the main thread may ask for it.
        """

        def heed(number: int, _frame: FrameType | None) -> None:
            self._interrupts.count += 1
            if self._interrupts.count > 1:
                signal.signal(number, before[number])
                signal.raise_signal(number)

        before: dict[int, Any] = {
            number: signal.signal(number, heed) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
