"""From a violation to the fewest requests that show it again."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Final

from layers_contract.history.exchanges import History
from layers_contract.judge.facts import Expectations
from layers_contract.judge.invariants import Violation
from layers_contract.judge.verdicts import Judged, judge
from layers_contract.replay.cut import cut
from layers_contract.replay.patience import NoPatience, Patience
from layers_contract.replay.play import Renewal
from layers_contract.replay.script import Step, closed, script
from layers_contract.spec.contract import Contract

__all__ = ["Reproduction", "Send", "reproduce"]

Send = Callable[[Sequence[Step], Renewal, Patience], History]
"""Sends a script again, and gives what came back; may raise NoPatience."""
Tell = Callable[[str], None]

TRIES: Final = 3
COMMON: Final = frozenset({"accept", "content-type"})
"""Headers that make no two requests akin."""
SHORT: Final = 0.02
"""Seconds that pauses are cut to, where a violation shows without them."""
LONGER: Final = 8
"""How many times longer they are tried next."""


@dataclass(frozen=True, slots=True)
class Reproduction:
    """The fewest steps found that break a promise: what they are, and what they gave last.

    It showed `shown` of `tried` times at the end. `marker` is the word in the steps' hooks that
    belongs to their run. It is `whole` unless patience ended before every step was found needed.
    """

    judged: Judged
    steps: tuple[Step, ...]
    violation: Violation
    history: History
    shown: int
    tried: int
    marker: str | None
    whole: bool = True


@dataclass(slots=True)
class _Shown:
    """Steps that have broken the promise, and what they gave."""

    steps: Sequence[Step]
    violation: Violation
    history: History


@dataclass
class _Trial:
    """Sends scripts and judges what comes back by one invariant, as long as *patience* lasts."""

    contract: Contract
    expectations: Expectations
    promise: str
    strict: bool
    send: Send
    patience: Patience
    tell: Tell
    found: _Shown | None = None
    count: int = 0

    def shows(self, steps: Sequence[Step], tries: int = 1) -> bool:
        """Whether *steps* break the promise in one of so many tries.

        Raises:
            NoPatience: There was no time to find out.
        """
        return any(self._once(steps) for _ in range(tries))

    def _once(self, steps: Sequence[Step]) -> bool:
        self.patience.check()
        self.count += 1
        self.tell(f"try {self.count}: {len(steps)} requests")
        fresh = f"lc-{uuid.uuid4().hex[:10]}"
        header = self.contract.key_header
        renewal = Renewal.of(header, self.expectations.marker, fresh)
        history = self.send(steps, renewal, self.patience)
        expected = replace(self.expectations, marker=fresh)
        judged = judge(self.contract, history, expected, strict=self.strict, only={self.promise})
        violations = judged[0].violations
        if violations:
            self.found = _Shown(steps, min(violations, key=lambda v: len(v.exchanges)), history)
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
    patience: Patience | None = None,
    steps: Sequence[Step] = (),
    tell: Tell = lambda _: None,
) -> Reproduction | None:
    """Cut *history* down to what still breaks the promise of *judged*; None where nothing does.

    On a server where nothing is certain a script may take several *tries* to show it. What was
    found when *patience* ends is kept. *steps* are those of the history, where they are known;
    *tell* hears before each try how far it is.

    Raises:
        NoPatience: It ended before anything had shown.
    """
    steps = steps or script(contract, (e for e in history if not e.intent))
    patience = patience or Patience.of(inf)
    trial = _Trial(contract, expectations, judged.promise.id, strict, send, patience, tell)
    shown: list[bool] = []
    try:
        _cut(trial, _candidates(steps, history, judged.violations), tries)
        while trial.found and len(shown) < TRIES:
            shown.append(trial.shows(trial.found.steps))
    except NoPatience:
        if trial.found is None:
            raise
    if trial.found is None:
        return None
    return Reproduction(
        judged,
        tuple(_paced(trial.found.steps, inf)),
        trial.found.violation,
        trial.found.history,
        shown=sum(shown) if shown else 1,
        tried=max(len(shown), 1),
        marker=expectations.marker,
        whole=bool(shown),
    )


def _cut(trial: _Trial, candidates: Iterable[Sequence[Step]], tries: int) -> None:
    """Make *trial* find the fewest steps, where any show at all.

    Raises:
        NoPatience: It ended, or is too short for what is left to be tried.
    """
    too_long = False
    for candidate in candidates:
        if _takes(candidate) > trial.patience.left:
            too_long = True
        elif trial.shows(candidate, tries):
            hasty = _hasty(trial, candidate, tries)  # pauses are what trying costs
            _hasty(trial, cut(hasty, lambda each: trial.shows(each, tries)), tries)
            return
    if too_long:
        raise NoPatience


def _hasty(trial: _Trial, steps: Sequence[Step], tries: int) -> Sequence[Step]:
    """The same steps with the shortest pauses that still show."""
    return next((each for each in _hastened(steps) if trial.shows(each, tries)), steps)


def _takes(steps: Sequence[Step]) -> float:
    """Seconds that the steps took, and will take again."""
    return max(step.answered or step.sent for step in steps) - steps[0].sent


def _candidates(
    steps: Sequence[Step], history: History, violations: Sequence[Violation]
) -> Iterator[list[Step]]:
    """Scripts to start from: the proof alone, what it has to do with, all of its actors, all."""
    sent = {step.number for step in steps}
    ordered = sorted(violations, key=lambda each: len(each.exchanges))
    seen: set[tuple[int, ...]] = set()
    for widen in (_proof, _related, _actors, _everything):
        for violation in itertools.islice(ordered, 2):
            proof = {exchange.number for exchange in violation.exchanges}
            candidate = closed(steps, sent & widen(steps, history, proof))
            name = tuple(step.number for step in candidate)
            if candidate and name not in seen:
                seen.add(name)
                yield candidate


def _proof(_steps: Sequence[Step], _history: History, proof: set[int]) -> set[int]:
    return proof


def _related(steps: Sequence[Step], _history: History, proof: set[int]) -> set[int]:
    """Whatever is about the same things: it takes from the same answers, or has the same key."""
    shown = [step for step in steps if step.number in proof]
    givers = proof | {ref.number for step in shown for ref in step.refs}
    tags = {each for step in shown for each in step.headers.items() if each[0] not in COMMON}
    return givers | {
        step.number
        for step in steps
        if any(ref.number in givers for ref in step.refs)
        or not tags.isdisjoint(step.headers.items())
    }


def _actors(_steps: Sequence[Step], history: History, proof: set[int]) -> set[int]:
    actors = {history[number].actor for number in proof}
    return {exchange.number for exchange in history if exchange.actor in actors}


def _everything(_steps: Sequence[Step], history: History, _proof: set[int]) -> set[int]:
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
