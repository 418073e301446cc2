"""Things that took time, and quick ways to those around a moment.

Each question costs a bisection, however much there is to look through. All times are seconds.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from math import inf
from typing import Generic, Protocol, TypeVar

__all__ = ["Timeline", "Work"]


class Sent(Protocol):
    """What begins at a time."""

    @property
    def sent(self) -> float:
        """When it began."""


T = TypeVar("T", bound=Sent)


class Timeline(Generic[T]):
    """*things* in the order of their beginning; *over* tells when each of them was over."""

    __slots__ = ("_last", "_over", "_sent", "_things", "_when_over")

    def __init__(self, things: Sequence[T], over: Callable[[T], float]) -> None:
        self._things, self._when_over = things, over
        self._sent = [each.sent for each in things]
        ends = [over(each) for each in things]
        order = sorted(range(len(ends)), key=ends.__getitem__)
        self._over = [ends[place] for place in order]
        self._last = list(accumulate(order, max))

    def before(self, moment: float) -> T | None:
        """What stands last among all that was over by *moment*."""
        count = bisect_right(self._over, moment)
        return self._things[self._last[count - 1]] if count else None

    def newest(self, moment: float) -> T | None:
        """What began last among all that was over by *moment*; the first of several at one time."""
        last = self.before(moment)
        if last is None:
            return None
        places = range(bisect_left(self._sent, last.sent), len(self._things))
        same = (self._things[place] for place in places)
        return next(each for each in same if self._when_over(each) <= moment)

    def after(self, moment: float) -> T | None:
        """What stands first among all that began at *moment* or later."""
        place = bisect_left(self._sent, moment)
        return self._things[place] if place < len(self._things) else None

    def since(self, moment: float) -> Iterator[T]:
        """All that began at *moment* or later."""
        places = range(bisect_left(self._sent, moment), len(self._things))
        return (self._things[place] for place in places)


class Work(Generic[T]):
    """Which of *things* may have been at work in a time; they need no order."""

    __slots__ = ("_begun", "_longest", "_sent")

    def __init__(self, things: Iterable[T], over: Callable[[T], float]) -> None:
        self._begun = sorted(things, key=lambda each: each.sent)
        self._sent = [each.sent for each in self._begun]
        ends = ([(over(each), place)] for place, each in enumerate(self._begun))
        self._longest = list(accumulate(ends, _two_longest))

    def at(self, start: float, end: float, but: T | None = None) -> bool:
        """Whether anything, *but* one, began before *end* and was not over by *start*."""
        count = bisect_left(self._sent, end)
        for over, place in self._longest[count - 1] if count else ():
            if over > start and self._begun[place] is not but:
                return True
        return False

    def first(self, moment: float, but: T | None = None) -> T | None:
        """What began first among all, *but* one, that was not over by *moment*."""
        for rank in (0, 1):
            place = bisect_right(self._longest, moment, key=lambda two: _end(two, rank))
            if place < len(self._begun) and self._begun[place] is not but:
                return self._begun[place]
        return None


def _two_longest(
    known: list[tuple[float, int]], fresh: list[tuple[float, int]]
) -> list[tuple[float, int]]:
    """The two that are over last; the same list where a *fresh* one is not among them."""
    if len(known) > 1 and fresh[0][0] <= known[1][0]:
        return known
    return sorted(known + fresh, reverse=True)[:2]


def _end(longest: list[tuple[float, int]], rank: int) -> float:
    return longest[rank][0] if rank < len(longest) else -inf
