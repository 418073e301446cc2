"""How a run behaves while the API is out of reach: few probes, further and further apart.

Lost requests come in two kinds. Some are lost everywhere at once: an outage, during which one
request at a time goes out as a probe. Others are lost at one operation only, while the rest of the
API answers: that operation is *dead*, which slows nobody down.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Final

__all__ = ["Outage"]

FIRST, SLOWER, LONGEST = 0.05, 2.0, 2.0
"""Seconds between two probes to begin with, how that grows, and to what."""
FEWEST: Final = 20
"""Requests that are lost at least before a share of them ends a run."""
FEWEST_IN_ALL: Final = 10
"""The same for a run that is over."""
DEAD: Final = 4
"""Requests that an operation has lost, and answered none, to be taken for dead."""
VITAL: Final = 10
"""The same for the operation without which nothing can be judged."""
IN_A_ROW: Final = 5
"""Requests in a row that an edge refuses before that is an outage."""


@dataclass(slots=True)
class _Tally:
    lost: int = 0
    heard: int = 0
    first: float = inf


@dataclass
class Outage:
    """Whether the API answers, as far as the run knows; `now` is any clock in seconds.

    `over` says why the run must end: more than a *share* of its requests were lost, or all of
    *seconds* in one piece, or every call of the *vital* operation.
    """

    now: Callable[[], float]
    share: float = 0.1
    seconds: float = 30.0
    vital: str | None = None
    over: str | None = None
    _since: float | None = None
    _next: float = 0.0
    _rounds: int = 0
    _round_began: float = -inf
    _blocked: int = 0
    _lost: int = 0
    _heard: int = 0
    _last_heard: float = -inf
    _tallies: dict[str, _Tally] = field(default_factory=dict)
    _rng: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311 - jitter
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def lasts(self) -> bool:
        """Whether nothing has been heard of the API since a request was lost."""
        return self._since is not None

    def gate(self) -> float:
        """Seconds to wait before a request; what need not wait during an outage is its probe."""
        with self._lock:
            now = self.now()
            if self._since is None:
                return 0.0
            if now < self._next:
                return self._next - now
            self._next = now + self._pause()
            return 0.0

    def heard(self, operation: str | None, asked: float) -> None:
        """The API has answered a request that was sent at *asked*."""
        with self._lock:
            self._heard += 1
            self._tally(operation).heard += 1
            self._last_heard = max(self._last_heard, asked)
            self._blocked = 0
            if self._since is not None and asked >= self._since:
                self._since, self._rounds, self._round_began = None, 0, -inf

    def lost(self, operation: str | None, asked: float) -> None:
        """A request that was sent at *asked* was not answered by the API."""
        with self._lock:
            tally = self._tally(operation)
            tally.lost += 1
            tally.first = min(tally.first, asked)
            if self._is_dead(tally):
                self._end_for(operation, tally)
            else:
                self._lose(asked)

    def blocked(self, operation: str | None, asked: float) -> None:
        """An edge has refused a request: this one alone, unless it refuses all that come."""
        self._blocked += 1
        if self._blocked > IN_A_ROW:
            self.lost(operation, asked)

    def is_dead(self, operation: str | None) -> bool:
        """Whether an operation is never answered by the API, while others are."""
        return self._is_dead(self._tally(operation))

    @property
    def was_heard(self) -> bool:
        """Whether the API has answered anything at all."""
        return self._heard > 0

    def heard_since(self, asked: float) -> bool:
        """Whether the API has answered anything that was sent at *asked* or later."""
        return self._last_heard >= asked

    def close(self) -> None:
        """The run is over: say whether too many of its requests were lost."""
        if self._lost >= FEWEST_IN_ALL:
            self._end_by_share()

    def _tally(self, operation: str | None) -> _Tally:
        return self._tallies.setdefault(operation or "", _Tally())

    def _is_dead(self, tally: _Tally) -> bool:
        return tally.lost >= DEAD and not tally.heard and self._last_heard > tally.first

    def _lose(self, asked: float) -> None:
        now = self.now()
        self._lost += 1
        if self._since is None:
            self._since = now
        if asked >= self._round_began:
            self._rounds, self._round_began = self._rounds + 1, now
            self._next = now + self._pause() * (0.5 + self._rng.random())
        if now - self._since >= self.seconds:
            self.over = self.over or f"it has not answered for {now - self._since:.0f} s"
        if self._lost >= FEWEST:
            self._end_by_share()

    def _pause(self) -> float:
        return min(FIRST * SLOWER ** min(self._rounds - 1, 16), LONGEST)

    def _end_by_share(self) -> None:
        total = self._lost + self._heard
        if self._lost > self.share * total:
            self.over = (
                self.over or f"{self._lost:,} of {total:,} requests got no answer of the API"
            )

    def _end_for(self, operation: str | None, tally: _Tally) -> None:
        if operation == self.vital and tally.lost >= VITAL:
            self.over = self.over or f"{operation} was never answered by the API"
