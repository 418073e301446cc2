"""How much a run may still cost. Shared by everything that sends, from any thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from layers_contract.target import Budget

__all__ = ["Purse"]


@dataclass
class Purse:
    """What is spent of a budget.

    `now` is any clock in seconds. Cheap requests keep a reserve: the last of the budget is for
    following what was started.
    """

    budget: Budget
    now: Callable[[], float] = time.monotonic
    requests: int = 0
    generations: int = 0
    refused: int = 0
    stopped: bool = False
    _begun: float | None = None
    _free_at: float = 0.0
    _held_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def begin(self) -> None:
        """Start the clock."""
        self._begun = self.now()

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return 0.0 if self._begun is None else self.now() - self._begun

    @property
    def over(self) -> bool:
        """Whether nothing more may be sent."""
        spent = self.requests >= self.budget.requests or self.elapsed >= self.budget.seconds
        return self.stopped or spent

    def stop(self) -> None:
        """Send nothing more."""
        self.stopped = True

    def take(self, *, starts: bool = False, share: float = 1.0) -> bool:
        """Pay for one request, which may start a render; False where there is no money left.

        *share* is the part of the budget that may be spent by now.
        """
        with self._lock:
            dear = starts and self.generations >= self.budget.generations * share
            if self.over or dear or self.requests >= self.budget.requests * share:
                self.refused += 1
                return False
            self.requests += 1
            self.generations += starts
            return True

    def give_back(self) -> None:
        """A request that was paid for as a render started none."""
        with self._lock:
            self.generations -= 1

    def hold(self, seconds: float) -> None:
        """Let nobody send anything for so long: the server has asked for it."""
        with self._lock:
            self._held_until = max(self._held_until, self.now() + seconds)

    def wait(self) -> float:
        """Seconds to wait before the next request: no minute holds too many, nor a held one any."""
        now, pace = self.now(), self.budget.requests_per_minute
        with self._lock:
            at = max(self._free_at, self._held_until, now)
            self._free_at = at + 60 / pace if pace else self._free_at
            return at - now
