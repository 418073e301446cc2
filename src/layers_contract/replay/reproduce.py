"""From a violation to the fewest requests that show it again."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Final

from layers_contract.contract import Contract
from layers_contract.facts import Expectations
from layers_contract.history import History
from layers_contract.invariants import Violation
from layers_contract.judge import Judged, judge
from layers_contract.replay.cut import cut
from layers_contract.replay.play import Renewal
from layers_contract.replay.script import Step, closed, script

__all__ = ["Reproduction", "Send", "reproduce"]

Send = Callable[[Sequence[Step], Renewal], History]
"""Sends a script again, and gives what came back."""

TRIES: Final = 3
SHORT: Final = 0.02
"""Seconds that pauses are cut to, where a violation shows without them."""
LONGER: Final = 8
"""How many times longer they are tried next."""


@dataclass(frozen=True, slots=True)
class Reproduction:
    """The fewest steps found that break a promise: what they are, and what they gave last.

    It showed `shown` of `tried` times at the end. `marker` is the word in the steps' hooks that
    belongs to their run.
    """

    judged: Judged
    steps: tuple[Step, ...]
    violation: Violation
    history: History
    shown: int
    tried: int
    marker: str | None


@dataclass
class _Trial:
    """Sends scripts and judges what comes back by one invariant, until its *patience* is over."""

    contract: Contract
    expectations: Expectations
    promise: str
    strict: bool
    send: Send
    until: float
    found: tuple[Violation, History] | None = None

    def shows(self, steps: Sequence[Step], tries: int = 1) -> bool:
        """Whether *steps* break the promise in one of so many tries."""
        return any(self._once(steps) for _ in range(tries) if time.monotonic() < self.until)

    def _once(self, steps: Sequence[Step]) -> bool:
        fresh = f"lc-{uuid.uuid4().hex[:10]}"
        header = self.contract.idempotency.header
        renewal = Renewal.of(header, self.expectations.marker, fresh)
        history = self.send(steps, renewal)
        expected = replace(self.expectations, marker=fresh)
        judged = judge(self.contract, history, expected, strict=self.strict, only={self.promise})
        violations = judged[0].violations
        if violations:
            self.found = (min(violations, key=lambda v: len(v.exchanges)), history)
        return bool(violations)


def reproduce(  # noqa: PLR0913 - what, where, and how long
    contract: Contract,
    judged: Judged,
    history: History,
    expectations: Expectations,
    send: Send,
    *,
    strict: bool = False,
    tries: int = 1,
    patience: float = 60.0,
) -> Reproduction | None:
    """Cut *history* down to what still breaks the promise of *judged*; None where nothing does.

    On a server where nothing is certain a script may take several *tries* to show it. No new try
    begins after *patience* seconds.
    """
    until = time.monotonic() + patience
    trial = _Trial(contract, expectations, judged.promise.id, strict, send, until)
    steps = script(contract, (e for e in history if not e.intent))
    for candidate in _candidates(steps, history, judged.violations):
        if trial.shows(candidate, tries):
            shortest = cut(candidate, lambda each: trial.shows(each, tries))
            hasty = (each for each in _hastened(shortest) if trial.shows(each, tries))
            return _confirmed(judged, next(hasty, shortest), trial)
    return None


def _confirmed(judged: Judged, steps: Sequence[Step], trial: _Trial) -> Reproduction | None:
    trial.until = time.monotonic() + 1e6
    shown = sum(trial.shows(steps) for _ in range(TRIES))
    if trial.found is None:
        return None
    return Reproduction(
        judged,
        tuple(_paced(steps, inf)),
        *trial.found,
        shown=shown,
        tried=TRIES,
        marker=trial.expectations.marker,
    )


def _candidates(
    steps: Sequence[Step], history: History, violations: Sequence[Violation]
) -> Iterator[list[Step]]:
    """Scripts to start from: the proof alone, all that its actors did, everything."""
    sent = {step.number for step in steps}
    ordered = sorted(violations, key=lambda each: len(each.exchanges))
    seen: set[tuple[int, ...]] = set()
    for widen in (_proof, _actors, _everything):
        for violation in itertools.islice(ordered, 2):
            numbers = sent & widen(history, {e.number for e in violation.exchanges})
            candidate = closed(steps, numbers)
            name = tuple(step.number for step in candidate)
            if candidate and name not in seen:
                seen.add(name)
                yield candidate


def _proof(_history: History, numbers: set[int]) -> set[int]:
    return numbers


def _actors(history: History, numbers: set[int]) -> set[int]:
    actors = {history[number].actor for number in numbers}
    return {exchange.number for exchange in history if exchange.actor in actors}


def _everything(history: History, _numbers: set[int]) -> set[int]:
    return {exchange.number for exchange in history}


def _hastened(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """The same steps with ever longer pauses between them, as long as some pause is cut."""
    longest = SHORT
    while longest < max(_pauses(steps).values()):
        yield _paced(steps, longest)
        longest *= LONGER


def _paced(steps: Sequence[Step], longest: float) -> list[Step]:
    """The same steps from 0 on, with no pause that is longer than that."""
    pauses = _pauses(steps)
    short = itertools.accumulate(min(pause, longest) for pause in pauses.values())
    moved = {then: round(now, 6) for then, now in zip(pauses, short, strict=True)}
    return [
        replace(
            step,
            sent=moved[step.sent],
            answered=None if step.answered is None else moved[step.answered],
        )
        for step in steps
    ]


def _pauses(steps: Sequence[Step]) -> dict[float, float]:
    """Each moment at which something was sent or answered, and the time since the one before."""
    moments = sorted({m for s in steps for m in (s.sent, s.answered) if m is not None})
    return {after: after - before for before, after in itertools.pairwise([moments[0], *moments])}
