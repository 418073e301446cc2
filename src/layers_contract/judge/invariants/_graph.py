"""What may follow what in a lifecycle, and what has to lie between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from heapq import heappop, heappush
from math import inf

from layers_contract.history.exchanges import Exchange
from layers_contract.spec.contract import Lifecycle, Starts, Transition

Closure = Mapping[str, frozenset[str]]


class Graph:
    """A lifecycle, closed under its steps. Each state is among those that follow it."""

    def __init__(self, cycle: Lifecycle, starts: Mapping[str, Starts]) -> None:
        self.cycle = cycle
        self._starts = starts

    @cached_property
    def by_server(self) -> Closure:
        """What may follow a state without any call."""
        return self._closed(lambda step: not step.by)

    def by_server_within(self, seconds: float) -> Closure:
        """What may follow a state without any call, where no more time than that has passed."""
        if not any(step.after for step in self.cycle.transitions):
            return self.by_server
        return self._closed(lambda step: not step.by and (step.after or 0.0) <= seconds)

    @cached_property
    def anyhow(self) -> Closure:
        """What may follow a state, whoever calls."""
        return self._closed(lambda _: True)

    @cached_property
    def renewing(self) -> tuple[Transition, ...]:
        """The steps by which an operation begins another run."""
        endings = self.cycle.endings
        return tuple(
            step
            for step in self.cycle.transitions
            if step.by and step.origins & endings.keys() and set(step.targets) - endings.keys()
        )

    @cached_property
    def moving(self) -> tuple[Transition, ...]:
        """The steps that operations cause, but for creations."""
        return tuple(step for step in self.cycle.transitions if step.by and step.origins)

    def moves(self, exchange: Exchange) -> list[Transition]:
        """The steps that a call may cause."""
        return [step for step in self.moving if self.may_cause(exchange, step)]

    def may_cause(self, exchange: Exchange, step: Transition) -> bool:
        """Whether a call may cause *step*: some begin a run only where they are asked to."""
        name = exchange.operation or ""
        if name not in step.by:
            return False
        starts = self._starts.get(name)
        return starts is None or step not in self.renewing or starts.asked(exchange.request_json)

    def mentions(self, operation: str) -> bool:
        """Whether the lifecycle says anything of an operation, but that it creates."""
        refused = any(each.operation == operation for each in self.cycle.refusals)
        return refused or any(operation in step.by for step in self.moving)

    def between(self, first: str, last: str | None, closure: Closure) -> AbstractSet[str]:
        """The states that may hold at a time after *first*, and before *last* was seen."""
        return {state for state in closure[first] if last is None or last in closure[state]}

    @cached_property
    def waits(self) -> Mapping[str, Mapping[str, float]]:
        """For each state, the seconds that the server lets pass at least before each other one.

        The time before the first step is not counted: it may have passed already.
        """
        return {state: self._waits(state, first=0.0) for state in self.cycle.states}

    def waits_from_creation(self, state: str) -> float:
        """The seconds from a creation to *state*, at least; never, where nothing leads there."""
        return min((self._waits(s).get(state, inf) for s in self.cycle.initial), default=0.0)

    def _waits(self, start: str, first: float | None = None) -> Mapping[str, float]:
        found: dict[str, float] = {}
        waiting = [(0.0, start)]
        while waiting:
            after, state = heappop(waiting)
            if state in found:
                continue
            found[state] = after
            free = first is not None and state == start
            for step in self.cycle.transitions:
                for target in step.targets if state in step.origins else ():
                    heappush(waiting, (after + (0.0 if free else step.after or 0.0), target))
        return found

    def _closed(self, counts: Callable[[Transition], bool]) -> Closure:
        steps: dict[str, set[str]] = defaultdict(set)
        for step in self.cycle.transitions:
            for origin in step.origins if counts(step) else ():
                steps[origin] |= set(step.targets)
        return {state: frozenset(_reached(state, steps)) for state in self.cycle.states}


def _reached(state: str, steps: Mapping[str, set[str]]) -> set[str]:
    seen, waiting = {state}, [state]
    while waiting:
        fresh = steps.get(waiting.pop(), set()) - seen
        seen |= fresh
        waiting += fresh
    return seen
