"""What becomes of a resource: followed to its end, and moved in each state where it can be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from layers_contract.history.exchanges import Exchange
from layers_contract.run.driver import NO_BODY
from layers_contract.run.workload.actor import GaveUp
from layers_contract.run.workload.generic.maker import Maker
from layers_contract.run.workload.generic.things import Thing, fits_path
from layers_contract.spec.contract import Contract, Lifecycle

__all__ = ["Way", "call_on", "failed", "followed", "moved", "movers", "used", "way_to"]


@dataclass(frozen=True, slots=True)
class Way:
    """How to bring a resource into a state: one step after another, by the server or a call."""

    steps: tuple[tuple[str, str | None], ...]


def movers(contract: Contract, cycle: Lifecycle) -> list[str]:
    """The operations that move a resource along *cycle*, or are refused in some of its states."""
    named = {o for step in cycle.transitions if step.origins for o in step.by}
    named |= {each.operation for each in cycle.refusals}
    return [name for name in contract.operations if name in named]


def way_to(cycle: Lifecycle, state: str, usable: Sequence[str]) -> Way | None:
    """The shortest way to *state* by the server and the *usable* operations, if there is one."""
    waiting: list[tuple[str, tuple[tuple[str, str | None], ...]]] = [
        (first, ()) for first in cycle.initial[:1]
    ]
    seen = set(cycle.initial[:1])
    while waiting:
        now, steps = waiting.pop(0)
        if now == state:
            return Way(steps)
        for target, by in _next(cycle, now, usable):
            if target not in seen:
                seen.add(target)
                waiting.append((target, (*steps, (target, by))))
    return None


def _next(cycle: Lifecycle, state: str, usable: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    for step in cycle.transitions:
        if state not in step.origins or step.after is not None:
            continue
        if not step.by:
            yield from ((target, None) for target in step.targets)
        elif operation := next((name for name in usable if name in step.by), None):
            yield step.targets[0], operation


async def call_on(maker: Maker, operation: str, thing: Thing, key: str | None = None) -> Exchange:
    """Call an operation on *thing* with a valid body, looking at it before and after.

    What it starts goes on as *thing* from then on.
    """
    ids = await maker.ids(operation, thing.ids)
    spec = maker.contract.operations[operation]
    body = maker.body(operation) if spec.body is not None else NO_BODY
    key = key or maker.key_for(operation)
    await maker.look(thing)
    answer = await maker.call(operation, ids, body, key)
    thing.learn(maker.contract, answer)
    if operation in maker.contract.starts:
        again = maker.keep(answer, ids, body, key)
        if again is not None and _same_home(thing, again):
            thing.ids |= again.ids
    await maker.look(thing, around=True)
    return answer


def _same_home(thing: Thing, again: Thing) -> bool:
    """Whether what was started anew belongs to the same resource, as a new job does."""
    return any(thing.ids.get(name) == again.ids.get(name) for name in thing.made)


async def followed(maker: Maker, operation: str, number: int, ending: Sequence[str]) -> None:
    """Made, looked at at once and to its end; then all is tried that an ending may refuse."""
    thing = await maker.create(operation, number=number)
    await maker.unchanged(thing)
    await maker.look(thing, around=True)
    await maker.follow(thing, closely=number == 0)
    await maker.unchanged(thing)
    for each in ending:
        if fits_path(maker.contract.operations[each], thing.ids):
            await call_on(maker, each, thing)
    await maker.follow(thing)


async def failed(maker: Maker, operation: str, ending: Sequence[str]) -> None:
    """Made with the text that makes it fail, as the target file says; then tried like any ending.

    Raises:
        GaveUp: The document has no text for the run to write into.
    """
    text = maker.actor.target.samples.failing_hook or ""
    body = maker.world.bodies.valid(operation, 0, text)
    if text not in json.dumps(body, default=str, ensure_ascii=False):
        raise GaveUp(f"{operation} has no text that [samples] failing_hook could stand in")
    thing = await maker.create(operation, body=body)
    await maker.follow(thing)
    for each in ending:
        if fits_path(maker.contract.operations[each], thing.ids):
            await call_on(maker, each, thing)


async def moved(
    maker: Maker, creator: str, cycle: Lifecycle, way: Way, calls: Sequence[str]
) -> None:
    """Brought into a state, and moved from there by each of *calls*; followed to its end."""
    thing = await maker.create(creator)
    for state, operation in way.steps:
        if operation is None:
            if not await maker.reach(thing, cycle, state):
                break
        else:
            await call_on(maker, operation, thing)
    for each in calls:
        await call_on(maker, each, thing)
    with suppress(GaveUp):
        await maker.follow(thing)
    for each in calls:
        await call_on(maker, each, thing)
    await maker.follow(thing)


async def used(maker: Maker, creator: str, operation: str) -> None:
    """An operation that moves no lifecycle, twice on what was made for it."""
    thing = await maker.create(creator)
    await maker.follow(thing)
    for _ in range(2):
        await call_on(maker, operation, thing)
