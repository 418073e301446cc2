"""The course that a lifecycle takes by itself: which states, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from layers_contract.mock.generic.rows import Track
from layers_contract.spec.contract import Lifecycle

__all__ = ["Pace", "course"]

Step = tuple[str, float | None]
"""A state, and how long the server waits before it where the document says so."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a run takes, in seconds: before its first step, and from there to its end."""

    queue: float
    run: float


def course(cycle: Lifecycle, state: str, begun: float, pace: Pace, outcome: str) -> Track:
    """The states from *state* on, with their moments, as far as the server alone takes it."""
    steps = _way(cycle, state, outcome)
    waits = iter(_waits(sum(wait is None for _, wait in steps), pace))
    track, moment = [(begun, state)], begun
    for name, wait in [*steps, *_aftermath(cycle, steps[-1][0] if steps else state)]:
        moment += next(waits) if wait is None else wait
        track.append((moment, name))
    return track


def _waits(count: int, pace: Pace) -> list[float]:
    """The time before each of *count* steps: the queue, then equal parts of the run."""
    if count == 1:
        return [pace.queue + pace.run]
    return [pace.queue, *(pace.run / (count - 1) for _ in range(count - 1))]


def _way(cycle: Lifecycle, state: str, outcome: str) -> list[Step]:
    """The longest way of the server to an ending; a shorter one, or none, where there is none."""
    if state in cycle.endings:
        return []
    if not cycle.endings:
        return _timed(cycle, state)
    for wanted in dict.fromkeys((outcome, "success")):
        ways = [w for w in _ways(cycle, state, (state,)) if cycle.endings.get(w[-1][0]) == wanted]
        if ways:
            return max(ways, key=lambda way: (sum(wait is None for _, wait in way), -len(way)))
    return _timed(cycle, state) or _onward(cycle, state)


def _timed(cycle: Lifecycle, state: str) -> list[Step]:
    """The step that the server takes after a time that the document names."""
    steps = [(name, wait) for name, wait in _steps(cycle, state) if wait is not None]
    return [min(steps, key=lambda step: step[1])] if steps else []


def _onward(cycle: Lifecycle, state: str) -> list[Step]:
    """The server's steps to where an operation has to go on."""
    for name, wait in _steps(cycle, state):
        if name not in cycle.endings and name != state:
            return [(name, wait)]
    return []


def _aftermath(cycle: Lifecycle, state: str) -> list[Step]:
    """The timed steps from one ending to another."""
    found: list[Step] = []
    while state in cycle.endings and (step := _timed(cycle, state)):
        state = step[0][0]
        if state in {name for name, _ in found}:
            break
        found += step
    return found


def _ways(cycle: Lifecycle, state: str, seen: tuple[str, ...]) -> Iterator[list[Step]]:
    """Every way from *state* to an ending that passes no state twice."""
    for name, wait in _steps(cycle, state):
        if name in cycle.endings:
            yield [(name, wait)]
        elif name not in seen:
            for rest in _ways(cycle, name, (*seen, name)):
                yield [(name, wait), *rest]


def _steps(cycle: Lifecycle, state: str) -> list[Step]:
    return [
        (name, step.after)
        for step in cycle.transitions
        if not step.by and state in step.origins
        for name in step.targets
    ]
