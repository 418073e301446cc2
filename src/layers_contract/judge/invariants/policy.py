"""The review policy of a project."""

from __future__ import annotations

from collections.abc import Iterator

from layers_contract.judge.facts import Facts
from layers_contract.judge.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.judge.invariants._policy import (
    lost_setting,
    policy_changes,
    policy_reads_after,
    settings_before,
)

SUCCESS = 200


@invariant("policy.stored", needs="[allow] policy, and a project whose policy may change")
def stored(facts: Facts) -> Iterator[Occasion]:
    """A change is in its answer and in the next read, and changes nothing else."""
    for change in policy_changes(facts):
        if change.status != SUCCESS or not isinstance(change.request_json, dict):
            continue
        wanted = {**settings_before(facts, change), **change.request_json}
        for seen in (change, *policy_reads_after(facts, change)):
            wrong = [n for n, v in wanted.items() if lost_setting(n, v, seen)]
            message = f"{change.operation}: {', '.join(wrong)} is not as it was set"
            yield broken(message, change, seen) if wrong else HELD
