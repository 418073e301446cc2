"""One key, one call, for any operation that heeds a key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import trio

from layers_contract.history.exchanges import Exchange
from layers_contract.run.driver import NO_BODY
from layers_contract.run.workload.actor import FIRST_PAUSE, GaveUp, said
from layers_contract.run.workload.bodies import turned
from layers_contract.run.workload.generic.maker import Maker
from layers_contract.run.workload.generic.things import Thing

__all__ = ["against", "fresh", "invalid_first", "keyless", "lost", "replayed", "together"]

Json = Any
RACERS: Final = 4


@dataclass
class _Call:
    """A call that can be sent again and again: operation, ids, body, key."""

    maker: Maker
    operation: str
    ids: Mapping[str, str]
    body: Json
    key: str | None
    thing: Thing | None

    async def send(self, body: Json = None, **options: Any) -> Exchange:
        """Send it, with another body if one is given."""
        sent = self.body if body is None else body
        return await self.maker.call(self.operation, self.ids, sent, self.key, **options)

    async def look(self, *answers: Exchange) -> None:
        """Look at what it works on, and at what the answers name."""
        for answer in answers:
            known = {tuple(t.ids.get(n) for n in t.made) for t in self.maker.things}
            thing = self.maker.keep(answer, self.ids, self.body, self.key)
            if thing and tuple(thing.ids.get(n) for n in thing.made) in known:
                self.maker.things.remove(thing)
        for each in (self.thing, *self.maker.things[-1:]):
            if each is not None:
                await self.maker.look(each)

    async def follow(self) -> None:
        """Follow the last that it has made, or what it works on, to its end."""
        thing = self.maker.things[-1] if self.maker.things else self.thing
        if thing is not None:
            await self.maker.follow(thing)


async def fresh(maker: Maker, operation: str, source: str | None) -> _Call:
    """A call with a fresh key: in what there is to work in, or on what *source* makes for it.

    Raises:
        GaveUp: It cannot be made.
    """
    thing = None
    if source is not None:
        thing = await maker.create(source)
        await maker.follow(thing)
    ids = await maker.ids(operation, thing.ids if thing else None)
    spec = maker.contract.operations[operation]
    body = maker.body(operation) if spec.body is not None else NO_BODY
    return _Call(maker, operation, ids, body, maker.actor.key(), thing)


async def replayed(maker: Maker, operation: str, source: str | None) -> None:
    """Repeated at once, with other bodies, and again when what it has started is over."""
    call = await fresh(maker, operation, source)
    first = await call.send()
    if not first.succeeded:
        raise GaveUp(f"{operation} {said(maker.contract, first)}")
    await call.look(first)
    bodies = maker.world.bodies
    again = [] if call.body is NO_BODY else [turned(call.body)]
    for body in (None, None, *again):
        await trio.sleep(FIRST_PAUSE)
        await call.look(await call.send(body))
    other = [] if call.body is NO_BODY else [maker.body(operation)]
    for body in (*bodies.others(operation, call.body), *other):
        if body != call.body:
            await call.look(await call.send(body))
    for body in bodies.invalid(operation, maker.actor.mark())[:1]:
        await call.look(await call.send(body))
    await call.follow()
    await call.look(await call.send())
    for body in other:
        await call.look(await call.send(body))
    await call.look(await call.send())


async def together(maker: Maker, operation: str, source: str | None) -> None:
    """Several callers with one key at one moment."""
    call = await fresh(maker, operation, source)
    answers = await maker.actor.together(*[call.send] * RACERS)
    await call.look(*answers)
    await call.look(await call.send())
    await call.follow()


async def against(maker: Maker, operation: str, source: str | None) -> None:
    """One key with two bodies at one moment."""
    call = await fresh(maker, operation, source)
    other = next(iter(maker.world.bodies.others(operation, call.body)), None)
    if other is None:
        raise GaveUp(f"{operation} takes no two bodies")
    partial = maker.partial
    answers = await maker.actor.together(
        call.send, partial(operation, call.ids, other, call.key), call.send
    )
    await call.look(*answers)
    await call.follow()


async def invalid_first(maker: Maker, operation: str, source: str | None) -> None:
    """A key used on invalid requests, and then on a valid one."""
    call = await fresh(maker, operation, source)
    for body in maker.world.bodies.invalid(operation, maker.actor.mark())[:2]:
        await call.send(body)
    await call.look(await call.send())
    await call.look(await call.send())
    await call.follow()


async def keyless(maker: Maker, operation: str, source: str | None) -> None:
    """One body without a key, twice."""
    call = await fresh(maker, operation, source)
    call.key = None
    await call.look(await call.send())
    if source is None:
        await call.look(await call.send())
    for each in list(maker.things):
        await maker.follow(each)


async def lost(maker: Maker, operation: str, source: str | None) -> None:
    """The answer is not waited for; the same call is sent again."""
    call = await fresh(maker, operation, source)
    await call.send(hang_up=True)
    await trio.sleep(FIRST_PAUSE)
    await call.look(await call.send())
    await call.follow()
