"""Who may see what, and what is not there: for any operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from layers_contract.run.driver import NO_BODY
from layers_contract.run.workload.actor import GaveUp
from layers_contract.run.workload.generic.maker import Maker
from layers_contract.run.workload.generic.things import Thing, fits_path
from layers_contract.spec.document import Operation

__all__ = ["limited", "nobody", "others", "unknown"]

Json = Any
ALMOST: Final = ("swapped", "longer", "shorter", "empty")
"""Credentials that are nearly the right one."""


async def nobody(maker: Maker, operations: Sequence[str], creators: Sequence[str]) -> None:
    """No key, and a wrong one, on each operation, for what exists and for what does not."""
    things = await _made(maker, creators)
    for name in operations:
        spec, ids = maker.contract.operations[name], await _ids(maker, name, things)
        if ids is None:
            continue
        nothing = maker.nothing(ids)
        for body in (_valid(maker, spec), *([] if spec.body is None else [[], b"{"])):
            for named in [ids, nothing] if ids and _is_ours(spec, things) else [nothing or ids]:
                for credential in ("none", "invalid"):
                    await maker.call(name, named, body, credential=credential)
    for thing in things:
        await maker.look(thing)
    read = next((n for n in operations if maker.contract.operations[n].method == "GET"), None)
    ids = await _ids(maker, read, things) if read else None
    for credential in ALMOST if read and ids is not None else ():
        await maker.call(read or "", ids or {}, credential=credential)


async def others(maker: Maker, operations: Sequence[str], creators: Sequence[str]) -> None:
    """Another organization's key on what this run has made, and on what does not exist."""
    things = await _made(maker, creators)
    for name in operations:
        spec, ids = maker.contract.operations[name], await _ids(maker, name, things)
        harmless = spec.method == "GET" or (spec.path_parameters and _is_ours(spec, things))
        if ids is None or not harmless:
            continue
        for named in [ids, maker.nothing(ids)] if ids else [ids]:
            await maker.call(name, named, _valid(maker, spec), credential="other")
        for thing in things:
            await maker.look(thing)


async def limited(maker: Maker, operations: Sequence[str]) -> None:
    """A key that lacks the scope on each operation; what a broken server would do to all is spared.

    That is what changes something that the target file names, and the run has not made.
    """
    for name in operations:
        spec, ids = maker.contract.operations[name], await _ids(maker, name, ())
        if ids is None:
            continue
        last = spec.path_parameters[-1:]
        given = bool(last) and maker.world.target.known(last[0].resource or "") is not None
        spared = given and spec.method != "GET" and not maker.world.creates(name)
        named = maker.nothing(ids) if spared else ids
        key = maker.key_for(name)
        await maker.call(name, named, _valid(maker, spec), key, credential="limited")


async def unknown(maker: Maker, operations: Sequence[str]) -> None:
    """Ids that stand for nothing, and ids that nobody can have issued, on each operation."""
    for name in operations:
        spec = maker.contract.operations[name]
        ids = await _ids(maker, name, ())
        if not ids:
            continue
        for each in (maker.nothing(ids), maker.malformed(ids)):
            await maker.call(name, each, _valid(maker, spec), maker.key_for(name))


async def _made(maker: Maker, creators: Sequence[str]) -> list[Thing]:
    things = []
    for each in creators:
        with suppress(GaveUp):
            things.append(await maker.create(each))
    return things


async def _ids(maker: Maker, operation: str, things: Sequence[Thing]) -> Mapping[str, str] | None:
    """Ids for the operation's path: those of something that was made, else of what there is."""
    known: dict[str, str] = {}
    for thing in things:
        known = {**thing.ids, **known}
    with suppress(GaveUp):
        spec = maker.contract.operations[operation]
        wanted = {p.resource or p.name for p in spec.path_parameters}
        ids = await maker.ids(operation, {n: i for n, i in known.items() if n in wanted})
        return {name: ids[name] for name in wanted}
    return None


def _is_ours(spec: Operation, things: Sequence[Thing]) -> bool:
    """Whether the operation changes nothing, or nothing but what this run has made."""
    last = spec.path_parameters[-1:]
    return (
        spec.method == "GET"
        or not last
        or any(fits_path(spec, t.ids) and last[0].resource in t.made for t in things)
    )


def _valid(maker: Maker, spec: Operation) -> Json:
    if spec.body is None or maker.world.bodies.lacks(spec.id):
        return NO_BODY
    return maker.body(spec.id)
