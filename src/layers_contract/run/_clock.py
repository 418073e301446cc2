"""Simulated time: a clock that leaps to the next moment at which anything is to happen."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from math import inf

import trio
from trio.lowlevel import Abort, Task

__all__ = ["LeapingClock", "sleep"]


class LeapingClock(trio.abc.Clock):
    """Shows 0 at first, and moves only while no task can go on.

    Trio's own `MockClock` takes two rounds of trio's loop for a leap, and whoever sleeps by trio's
    means is canceled to wake up. Here the clock itself wakes those who sleep by it.
    """

    def __init__(self) -> None:
        self._now = 0.0
        self._alarms: list[tuple[float, int, list[Task]]] = []
        self._count = count()

    def start_clock(self) -> None:
        """Nothing: it stands still until somebody waits."""

    def current_time(self) -> float:
        """Seconds since the start."""
        return self._now

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """Leap to *deadline*, or to the first alarm before it; no time passes in truth.

        Trio asks when no task can go on.
        """
        if self._alarms and self._alarms[0][0] < deadline:
            deadline, _, sleepers = heappop(self._alarms)
            for each in sleepers:
                trio.lowlevel.reschedule(each)
        if deadline == inf:
            return inf
        self._now = max(self._now, deadline)
        return 0.0

    async def sleep(self, seconds: float) -> None:
        """Let *seconds* pass."""
        sleepers = [trio.lowlevel.current_task()]
        heappush(self._alarms, (self._now + seconds, next(self._count), sleepers))

        def leave(_: object) -> Abort:
            sleepers.clear()
            return Abort.SUCCEEDED

        await trio.lowlevel.wait_task_rescheduled(leave)


async def sleep(seconds: float) -> None:
    """Let *seconds* pass, by whatever clock there is."""
    clock = trio.lowlevel.current_clock()
    if isinstance(clock, LeapingClock):
        await clock.sleep(seconds)
    else:
        await trio.sleep(seconds)
