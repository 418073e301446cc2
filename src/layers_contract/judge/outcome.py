"""What a run found: the verdicts, the history they rest on, and how much was covered."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from layers_contract.history.exchanges import History
from layers_contract.history.losses import Losses
from layers_contract.judge.causes import Cause, causes
from layers_contract.judge.facts import Facts, earlier
from layers_contract.judge.invariants import seen_states
from layers_contract.judge.verdicts import Judged, overall
from layers_contract.spec.contract import Contract

__all__ = ["PROXY_USER", "Outcome"]

PROXY_USER: Final = "LAYERS_PROXY_USER"
"""The variable that holds a proxy's user and password, for scripts."""


@dataclass(frozen=True)
class Outcome:
    """A finished run.

    `secret_header` is the name of the header that carried the key; the key itself is nowhere.
    `notes` are sentences for people: what was left out, and what was left behind on the server.
    `marker` stands in every hook that the run has sent. `ended_early` says why a run could not go
    on, if so. Such a run, or an `interrupted` one, has judged what came before, and is never green.
    `headers` are those that every request had beside the key, each with the environment variable
    that holds its value; `curl` what else curl has to be told to reach the server, as shell words.
    `required` are the ids of the invariants that fail the run where they are not judged.
    """

    contract: Contract
    target: str
    profile: str
    seed: int
    strict: bool
    judged: Sequence[Judged]
    history: History
    seconds: float
    generations: int = 0
    notes: Sequence[str] = ()
    interrupted: bool = False
    marker: str | None = None
    ended_early: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    curl: Sequence[str] = ("--max-time 30",)
    required: frozenset[str] = frozenset()

    @property
    def verdict(self) -> str:
        """`violated`, `held` or `unjudged`."""
        found = overall(self.judged)
        cut_short = self.ended_early or self.interrupted
        return "unjudged" if cut_short and found == "held" else found

    @property
    def missing(self) -> list[Judged]:
        """The invariants that must be judged, and were not."""
        left = (each for each in self.judged if each.verdict == "not_judged")
        return [each for each in left if each.promise.id in self.required]

    @property
    def secret_header(self) -> str:
        """The header that carries the key."""
        return self.contract.document.security_header

    @cached_property
    def causes(self) -> list[Cause]:
        """The violated promises, each once, by what they have in common; the worst cause first."""
        return causes(self.contract, self.history, self.judged)

    @cached_property
    def infrastructure(self) -> Losses:
        """What was lost on the way to the API."""
        return Losses.of(self.history)

    @property
    def began(self) -> float:
        """When the first request was sent, in seconds since the epoch; now, if none was."""
        return min((exchange.sent for exchange in self.history), default=time.time())

    @cached_property
    def coverage(self) -> dict[str, Any]:
        """What of the document the history came by.

        `operations` maps each operationId to how often it was called, `statuses` to the statuses
        it answered. `states` and `transitions` map each lifecycle to what was seen of it, a
        transition being written `from -> to`.
        """
        contract, facts = self.contract, Facts(self.contract, self.history)
        return {
            "operations": {name: len(facts.answers[name]) for name in contract.operations},
            "statuses": {
                name: sorted({e.status for e in facts.answers[name] if e.status is not None})
                for name in contract.operations
            },
            **_walked(facts),
        }


def _walked(facts: Facts) -> dict[str, Any]:
    """The states and transitions of each lifecycle that were seen."""
    contract = facts.contract
    if not contract.renders:
        return seen_states(facts)
    return {
        "states": {
            contract.render.name: sorted({s.state for c in facts.own for s in c.reads}),
            contract.job.name: sorted({s.state for j in facts.jobs.values() for s in j.views}),
        },
        "transitions": {contract.render.name: _transitions(facts)},
    }


def _transitions(facts: Facts) -> list[str]:
    seen = set()
    for container in facts.own:
        for after, before in earlier(container.reads, lambda view: view.state):
            if before:
                last = max(before, key=lambda view: view.received)
                if last.state != after.state:
                    seen.add(f"{last.state} -> {after.state}")
    return sorted(seen)
