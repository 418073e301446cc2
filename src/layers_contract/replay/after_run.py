"""All violations of a run, each cut down within the time and what the run's budget has left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from layers_contract.judge.outcome import Outcome
from layers_contract.judge.verdicts import Judged
from layers_contract.replay.patience import NoPatience, Patience
from layers_contract.replay.reproduce import Reproduction, reproduce
from layers_contract.replay.script import script
from layers_contract.replay.send import over_http
from layers_contract.run import expectations
from layers_contract.run.budget import Purse
from layers_contract.target import Budget, Target

__all__ = ["Attempt", "reproduce_all"]

TRIES: Final = 2
NOT_AGAIN: Final = "it did not show again"
NO_TIME: Final = "there was no time; --repro-seconds gives more"
NO_BUDGET: Final = "[budget] has nothing left to send it with"
GRACE: Final = 60.0
"""Seconds: it is patience that ends, and not the budget."""
INTERRUPTED: Final = "interrupted"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of the attempt to show a violation again: the requests, or `why_not`."""

    judged: Judged
    found: Reproduction | None
    why_not: str = ""


def reproduce_all(
    outcome: Outcome,
    target: Target,
    patience: Patience,
    tell: Callable[[str], None] = lambda _: None,
    sent: Callable[[int, int], None] = lambda *_: None,
) -> Iterator[Attempt]:
    """Each violated promise with the fewest requests that break it, as they are found.

    Each has an equal part of what is left of *patience*. *tell* hears before each try which promise
    it is and how far, *sent* how many requests and renders that took.
    """
    violated = [each for each in outcome.judged if each.verdict == "violated"]
    steps = script(outcome.contract, (each for each in outcome.history if not each.intent))
    purse = Purse(_left(outcome, target.budget, patience))
    for number, judged in enumerate(violated):
        refused = purse.refused
        name = f"{number + 1} of {len(violated)}: {judged.promise.id}"

        def report(doing: str, name: str = name) -> None:
            tell(f"{name}, {doing} · {patience.left:.0f} s left")
            sent(purse.requests, purse.generations)

        found, why_not = None, NOT_AGAIN
        try:
            found = reproduce(
                outcome.contract,
                judged,
                outcome.history,
                expectations(target, outcome.marker),
                over_http(outcome.contract, target, purse),
                strict=outcome.strict,
                tries=TRIES,
                patience=patience.part(1 / (len(violated) - number)),
                steps=steps,
                tell=report,
            )
        except NoPatience:
            why_not = INTERRUPTED if patience.interrupted else NO_TIME
        if found is None and purse.refused > refused:
            why_not = NO_BUDGET
        yield Attempt(judged, found, "" if found else why_not)


def _left(outcome: Outcome, budget: Budget, patience: Patience) -> Budget:
    return replace(
        budget,
        generations=max(budget.generations - outcome.generations, 0),
        requests=max(budget.requests - len(outcome.history), 0),
        seconds=patience.left + GRACE,
    )
