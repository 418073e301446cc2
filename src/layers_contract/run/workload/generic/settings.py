"""Settings that decide in which state a resource begins: each value, and what it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layers_contract.run.workload.actor import GaveUp, said
from layers_contract.run.workload.generic.lives import call_on, movers
from layers_contract.run.workload.generic.maker import Maker
from layers_contract.run.workload.schemas import flat
from layers_contract.spec.contract import Gate
from layers_contract.spec.document import pointer

__all__ = ["begun_by", "changed"]

Json = Any


async def begun_by(maker: Maker, gate: Gate, creator: str, known: Mapping[str, str]) -> None:
    """Something made between two looks at its setting, and moved on from where that has put it."""
    ids = await maker.ids(gate.operation, known)
    await maker.call(gate.operation, ids)
    thing = await maker.create(creator, known=ids)
    await maker.follow(thing)
    await maker.call(gate.operation, ids)
    for cycle in maker.cycles(thing).values():
        state = thing.states.get(cycle.name)
        for operation in movers(maker.contract, cycle) if cycle.gate == gate else ():
            if any(state in step.origins and operation in step.by for step in cycle.transitions):
                await call_on(maker, operation, thing)


async def changed(
    maker: Maker, gate: Gate, change: str, creator: str, known: Mapping[str, str]
) -> None:
    """The setting changed to each value, read back, and something made under it; then set back."""
    ids = await maker.ids(gate.operation, known)
    before = await maker.call(gate.operation, ids)
    if not before.succeeded:
        raise GaveUp(f"{gate.operation} {said(maker.contract, before)}")
    for value in gate.values:
        body = _setting(maker, change, gate.field, value)
        if body is None or not (await maker.call(change, ids, body)).succeeded:
            continue
        await begun_by(maker, gate, creator, ids)
    for body in maker.world.bodies.invalid(change, maker.actor.mark())[:2]:
        await maker.call(change, ids, body)
        await maker.call(gate.operation, ids)
    back = _setting(maker, change, gate.field, pointer(before.json, gate.field))
    if back is not None:
        await maker.call(change, ids, back)
    await maker.call(gate.operation, ids)


def _setting(maker: Maker, change: str, field: str, value: Json) -> Json:
    """A valid body that sets *field* to *value*, by itself or with what else that needs."""
    bodies, name = maker.world.bodies, field.rpartition("/")[2]
    alone = {name: value}
    if bodies.is_valid(change, alone):
        return alone
    schema = flat(maker.contract.document, maker.contract.operations[change].body)
    made = [bodies.valid(change, n, maker.actor.mark()) for n in range(12)]
    fitting = [each for each in made if isinstance(each, dict) and each.get(name) == value]
    changed_ = [{**each, name: value} for each in made if isinstance(each, dict)]
    found = [each for each in (*fitting, *changed_) if bodies.is_valid(change, each)]
    return found[0] if found and schema else None
