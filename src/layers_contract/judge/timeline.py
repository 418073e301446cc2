"""Things that took time, and quick ways to those around a moment.

Each question costs a bisection, however much there is to look through. All times are seconds.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, islice
from math import inf
from typing import Final, Generic, Protocol, TypeVar

__all__ = ["Spans", "Timeline", "Work", "overlapping"]


class Sent(Protocol):
    """What begins at a time."""

    @property
    def sent(self) -> float:
        """When it began."""


K = TypeVar("K")
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

    def last_over(self, end: float, but: T) -> float | None:
        """When the last of all that began before *end*, *but* one, was over; None for none."""
        count = bisect_left(self._sent, end)
        for over, place in self._longest[count - 1] if count else ():
            if self._begun[place] is not but:
                return over
        return None

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


class Spans(Generic[K]):
    """Things between two numbers each, *begin* and *end*, and which of them enclose two others."""

    __slots__ = ("_begins", "_order", "_size", "_things", "_tree")

    def __init__(self, spans: Iterable[tuple[K, float, float]]) -> None:
        known = list(spans)
        self._things = [thing for thing, _, _ in known]
        self._order = sorted(range(len(known)), key=lambda place: known[place][1])
        self._begins = [known[place][1] for place in self._order]
        self._size = 1 << max(len(known) - 1, 0).bit_length()
        ends = [known[place][2] for place in self._order]
        self._tree = [-inf] * self._size + ends + [-inf] * (self._size - len(ends))
        for node in range(self._size - 1, 0, -1):
            self._tree[node] = max(self._tree[2 * node], self._tree[2 * node + 1])

    def around(self, start: float, end: float, most: int | None = None) -> list[K]:
        """All that begin at *start* or before and end at *end* or later, in the given order.

        Costs a few steps for each that is found, however many there are; finds no more than *most*.
        """
        found = self._found(bisect_right(self._begins, start), end)
        return [self._things[place] for place in sorted(islice(found, most))]

    def _found(self, count: int, end: float) -> Iterator[int]:
        nodes = [(1, 0, self._size)]
        while nodes:
            node, first, width = nodes.pop()
            if first >= count or self._tree[node] < end:
                continue
            if width == 1:
                yield self._order[first]
            else:
                half = width // 2
                nodes += [(2 * node, first, half), (2 * node + 1, first + half, half)]


MOST: Final = 20
"""With how many others one call is held against, of those that overlap it."""


def overlapping(things: Sequence[T], over: Callable[[T], float]) -> Iterator[tuple[T, T]]:
    """Pairs of *things*, which stand in the order of their beginning, that overlap in time.

    Each with the first of those that began later, so that a crowd at one moment stays cheap.
    """
    for place, one in enumerate(things):
        end = over(one)
        for other in things[place + 1 : place + 1 + MOST]:
            if other.sent >= end:
                break
            if one.sent < over(other):
                yield one, other
