"""How much of what is planned is done, and about how long the rest will take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

__all__ = ["Plan"]

EARLIEST: Final = 2.0
"""Seconds before which nothing is said of the time that is left."""
LEAST: Final = 0.04
"""The part that must be done before anything is said of it."""
STEP: Final = 5
"""Seconds that an estimate is rounded up to."""

Clock = Callable[[], float]


@dataclass(slots=True)
class _Part:
    """One part of a run: `done` of `total` since *begun*; a total of 0 is not known yet."""

    total: float
    done: float = 0.0
    begun: float | None = None

    @property
    def share(self) -> float:
        return min(self.done / self.total, 1.0) if self.total else 0.0

    def left(self, now: float) -> float | None:
        """Seconds, going on as up to now; None where that cannot be told."""
        if self.share >= 1:
            return 0.0
        if self.begun is None or self.share < LEAST or now - self.begun < EARLIEST:
            return None
        return (now - self.begun) * (1 - self.share) / self.share


@dataclass(slots=True)
class Plan:
    """The parts of a run by name. Those that overlap in time take as long as the longest."""

    clock: Clock
    parts: dict[str, _Part] = field(default_factory=dict)
    _shown: float = 0.0
    _begun: float = 0.0

    def __post_init__(self) -> None:
        self._begun = self.clock()

    def expect(self, part: str, total: float) -> None:
        """*part* is planned, and so much is to be done in it: 1 for all, 0 if nobody knows."""
        known = self.parts.setdefault(part, _Part(total))
        known.total = total

    def advance(self, part: str, done: float) -> None:
        """So much of *part* is done; its time begins with the first call."""
        known = self.parts.setdefault(part, _Part(0))
        known.begun = self.clock() if known.begun is None else known.begun
        known.done = max(known.done, done)

    def left(self) -> float | None:
        """About how many seconds the rest of all known parts takes; None if that is not known."""
        now = self.clock()
        return max(
            (left for each in self.parts.values() if (left := each.left(now)) is not None),
            default=None,
        )

    def share(self) -> float:
        """The part of the time that is over, by the estimate; it never goes back."""
        left, spent = self.left(), self.clock() - self._begun
        if left is not None and spent + left > 0:
            self._shown = max(self._shown, spent / (spent + left))
        return self._shown

    def words(self) -> list[str]:
        """`stories 12 of 31`, one for each part that has begun, and the time left."""
        told = [_words(name, each) for name, each in self.parts.items() if each.begun is not None]
        left = self.left()
        return [*told, f"about {_rounded(left)} left"] if left else told


def _words(name: str, part: _Part) -> str:
    if not part.total:
        return name
    if part.total == 1:
        return f"{name} {part.share:.0%}"
    return f"{name} {part.done:.0f} of {part.total:.0f}"


def _rounded(seconds: float) -> str:
    whole = (int(seconds) // STEP + 1) * STEP
    return f"{whole} s" if whole < 100 else f"{round(whole / 60)} min"
