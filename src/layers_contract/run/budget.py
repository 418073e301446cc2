"""How much a run may still cost. Shared by everything that sends, from any thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import inf

from layers_contract.run.outage import Outage
from layers_contract.target import Budget

__all__ = ["MOST_BYTES", "OutOfBudget", "Purse"]

PATIENCE = 60.0
"""Seconds after which no more renders are asked for where a server says of each: too many."""
TIGHT, TIGHTER, TIGHTEST = 0.25, 2.0, 10.0
"""Seconds between two renders where a server takes but few: at first, how that grows, to what."""

MOST_BYTES = 256 * 2**20
"""Of all answers together: they are kept in memory."""


class OutOfBudget(Exception):  # noqa: N818 - not an error: the run ends early, in order
    """Nothing more may be sent."""


@dataclass
class Purse:
    """What is spent of a budget.

    `now` is any clock in seconds. No request is sent once one of the limits is reached, but for
    the cancels that tidy up: they may exceed it by as many as jobs still run. During an `outage`
    requests are few and far between, and so are renders where the server has refused one as too
    many.
    """

    budget: Budget
    now: Callable[[], float] = time.monotonic
    requests: int = 0
    generations: int = 0
    refused: int = 0
    stopped: bool = False
    outage: Outage = field(init=False)
    _gap: float = 0.0
    _next_start: float = 0.0
    _refused_start: float = -inf
    _went_on: float = -inf
    _last_start: float = -inf
    _crowded_since: float = -inf
    _weight: int = 0
    _grace: int | None = None
    _begun: float | None = None
    _free_at: float = 0.0
    _held_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self.outage = Outage(self.now)

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
        return self.stopped or spent or self.heavy

    @property
    def heavy(self) -> bool:
        """Whether the answers are too many bytes to keep and judge more of them."""
        return self._weight > MOST_BYTES

    def weigh(self, size: int) -> None:
        """An answer of so many bytes is kept."""
        with self._lock:
            self._weight += size

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
                return self._take_grace(starts=starts)
            self.requests += 1
            self.generations += starts
            return True

    def _take_grace(self, *, starts: bool) -> bool:
        if starts or not self._grace:
            self.refused += 1
            return False
        self._grace -= 1
        self.requests += 1
        return True

    def tidy(self, requests: int) -> None:
        """Allow so many more requests that start nothing, whatever is spent: to end what runs."""
        self._grace = requests

    def turn(self, *, starts: bool = False, share: float = 1.0) -> Iterator[float]:
        """Pay for one request; each pause that must pass until it may be sent, in seconds.

        Raises:
            OutOfBudget: It may not be sent any more.
        """
        if not self.take(starts=starts, share=share):
            raise OutOfBudget
        pause = self.wait()
        while pause > 0 or (pause := self._gate(starts=starts)) > 0:
            if pause >= self.left or (self.stopped and self._grace is None):
                break
            yield pause
            pause = self.wait() if self.held else 0.0
        if pause > 0 or (self.stopped and self._grace is None):
            self._unsend(starts=starts)
            raise OutOfBudget

    def _gate(self, *, starts: bool) -> float:
        """Seconds to wait for an outage to end, or for the server to take another render."""
        if starts and (pause := self._turn_to_start()) > 0:
            return pause
        return self.outage.gate()

    def _turn_to_start(self) -> float:
        with self._lock:
            now = self.now()
            if now < self._next_start:
                return self._next_start - now
            self._next_start = now + self._gap
            return 0.0

    def crowded(self, pause: float) -> None:
        """The server has refused a render as too many, and asks for a *pause*; go slower.

        Everybody pauses, unless something else was answered since the last such refusal: the limit
        is then one of renders.
        """
        with self._lock:
            now = self.now()
            self._gap = min(max(self._gap * TIGHTER, TIGHT), TIGHTEST)
            self._next_start = max(self._next_start, now + max(pause, self._gap))
            if self._last_start >= self._crowded_since:
                self._crowded_since = now
            alone = self._went_on > self._refused_start > -inf
            self._refused_start = now
        if not alone:
            self.hold(pause)

    @property
    def patient(self) -> bool:
        """Whether it is worth while to ask for another render: one was taken not long ago."""
        return self.now() - max(self._last_start, self._crowded_since) < PATIENCE

    def went_on(self, *, started: bool) -> None:
        """Something was answered, or a render *started*: the next may come sooner."""
        with self._lock:
            if started:
                self._last_start = self.now()
                self._gap = self._gap / TIGHTER if self._gap > TIGHT else 0.0
            else:
                self._went_on = self.now()

    def _unsend(self, *, starts: bool) -> None:
        with self._lock:
            self.requests -= 1
            self.generations -= starts

    def give_back(self) -> None:
        """A request that was paid for as a render started none."""
        with self._lock:
            self.generations -= 1

    def charge(self) -> None:
        """A request that was not paid for as a render has started one."""
        with self._lock:
            self.generations += 1

    def hold(self, seconds: float) -> None:
        """Let nobody send anything for so long: the server has asked for it."""
        with self._lock:
            self._held_until = max(self._held_until, self.now() + seconds)

    @property
    def held(self) -> bool:
        """Whether the server has asked for silence."""
        return self.now() < self._held_until

    @property
    def left(self) -> float:
        """Seconds until nothing more may be sent."""
        return inf if self._grace is not None else self.budget.seconds - self.elapsed

    def wait(self) -> float:
        """Seconds to wait before the next request: no minute holds too many, nor a held one any.

        Whoever has waited must ask again where the purse is `held` by then.
        """
        now, pace = self.now(), self.budget.requests_per_minute
        with self._lock:
            at = max(self._free_at, self._held_until, now)
            self._free_at = at + 60 / pace if pace else self._free_at
            return at - now
