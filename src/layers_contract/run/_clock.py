"""Simulated time: a clock that leaps to the next deadline whenever everybody waits."""

from __future__ import annotations

from math import inf

import trio

__all__ = ["LeapingClock"]


class LeapingClock(trio.abc.Clock):
    """Shows 0 at first, and moves only while no task can go on.

    Trio's own `MockClock` does the same in two rounds of its loop instead of one, and can do more.
    """

    def __init__(self) -> None:
        self._now = 0.0

    def start_clock(self) -> None:
        """Nothing: it stands still until somebody waits."""

    def current_time(self) -> float:
        """Seconds since the start."""
        return self._now

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """How long to sleep in truth until *deadline*: not at all."""
        if deadline == inf:
            return inf
        self._now = max(self._now, deadline)
        return 0.0
