"""All violations of a run, each cut down within what its budget has left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from layers_contract.budget import Purse
from layers_contract.judge import Judged
from layers_contract.outcome import Outcome
from layers_contract.replay.reproduce import Reproduction, reproduce
from layers_contract.replay.send import over_http
from layers_contract.run import expectations
from layers_contract.target import Budget, Target

__all__ = ["reproduce_all"]

LONGEST: Final = 60.0
"""Seconds for one violation at most."""
TRIES: Final = 2


def reproduce_all(outcome: Outcome, target: Target) -> Iterator[tuple[Judged, Reproduction | None]]:
    """Each violated promise with the fewest requests that break it, as they are found.

    None where no try has shown it again, or the budget was over before.
    """
    violated = [each for each in outcome.judged if each.verdict == "violated"]
    left = _left(outcome, target.budget)
    purse = Purse(left)
    for each in violated:
        found = reproduce(
            outcome.contract,
            each,
            outcome.history,
            expectations(target, outcome.marker),
            over_http(outcome.contract, target, purse),
            strict=outcome.strict,
            tries=TRIES,
            patience=min(LONGEST, left.seconds / len(violated)),
        )
        yield each, found


def _left(outcome: Outcome, budget: Budget) -> Budget:
    return replace(
        budget,
        generations=max(budget.generations - outcome.generations, 0),
        requests=max(budget.requests - len(outcome.history), 0),
        seconds=max(budget.seconds - outcome.seconds, 0.0),
    )
