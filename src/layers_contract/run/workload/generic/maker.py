"""Somebody who uses any API of this kind: makes what can be made, and follows it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import trio

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import nobodys
from layers_contract.run.driver import NO_BODY
from layers_contract.run.workload.actor import SLOWER, Actor, GaveUp, said
from layers_contract.run.workload.generic.things import Thing, fits_path, made_by, sides
from layers_contract.run.workload.generic.world import World, example
from layers_contract.run.workload.schemas import flat
from layers_contract.spec.contract import Contract, Lifecycle
from layers_contract.spec.document import Operation, Parameter

__all__ = ["Maker"]

Json = Any
FRESH: Final = "a fresh one"
"""In place of a key: make one."""


@dataclass
class Maker:
    """An actor with the means to call any operation of the document."""

    actor: Actor
    world: World
    things: list[Thing] = field(default_factory=list)
    _tags: dict[tuple[str, ...], list[str]] = field(default_factory=dict)

    @property
    def contract(self) -> Contract:
        """The document's contract."""
        return self.world.contract

    async def ids(
        self,
        operation: str,
        known: Mapping[str, str] | None = None,
        seen: frozenset[str] = frozenset(),
    ) -> dict[str, str]:
        """Ids for the operation's path, by type: *known* ones, else what there is to work in."""
        found = dict(known or {})
        for each in self.contract.operations[operation].path_parameters:
            name = each.resource or each.name
            if name not in found:
                found[name] = await self.world.home(self._settled, each, seen)
        return found

    async def _settled(self, creator: str, seen: frozenset[str]) -> Thing:
        """Something that *creator* has made, and that has ended where it ends."""
        thing = await self.create(creator, seen=seen)
        with suppress(GaveUp):
            await self.follow(thing)
        return thing

    def body(self, operation: str, number: int | None = None) -> Json:
        """A valid body with a mark of its own; `NO_BODY` where the operation takes none.

        Raises:
            GaveUp: None can be made.
        """
        if why := self.world.bodies.lacks(operation):
            raise GaveUp(why)
        turn = self.actor.turn() if number is None else number
        return self.world.bodies.valid(operation, turn, self.actor.mark())

    def key_for(self, operation: str) -> str | None:
        """A fresh key, where the operation heeds one."""
        return self.actor.key() if operation in self.contract.idempotent else None

    async def call(
        self,
        operation: str,
        ids: Mapping[str, str],
        body: Json = NO_BODY,
        key: str | None = None,
        **options: Any,
    ) -> Exchange:
        """Call an operation, with all the parameters that it requires."""
        spec = self.contract.operations[operation]
        query = tuple(options.pop("query", ()))
        given = {name for name, _ in query}
        required = [p for p in spec.parameters if p.required and p.name not in given]
        query += tuple((p.name, self._value(p)) for p in required if p.place == "query")
        own = {p.name: self._value(p) for p in required if p.place == "header"}
        own.pop(self.contract.key_header, None)
        headers = {**own, **options.pop("headers", {})}
        answer = await self.actor.call(
            operation, ids=ids, body=body, key=key, query=query, headers=headers, **options
        )
        self._keep_tag(spec, answer)
        return answer

    def _keep_tag(self, spec: Operation, answer: Exchange) -> None:
        rule = spec.raw.get("x-polling", {}).get("validator")
        tag = answer.headers.get(rule["response"].lower()) if rule else None
        if tag and answer.succeeded:
            self._tags.setdefault((spec.id, *answer.path_params.values()), []).append(tag)

    def _value(self, parameter: Parameter) -> str:
        found = example(self.contract, parameter)
        schema = flat(self.contract.document, parameter.schema)
        return str(
            found if found is not None else schema.get("default", schema.get("enum", [""])[0])
        )

    async def create(  # noqa: PLR0913 - a call has this many parts
        self,
        operation: str,
        *,
        known: Mapping[str, str] | None = None,
        number: int | None = None,
        body: Json = None,
        key: str | None = FRESH,
        seen: frozenset[str] = frozenset(),
    ) -> Thing:
        """Make something by a creator, with a key of its own unless told.

        Raises:
            GaveUp: It was refused, or the response names nothing that can be followed.
        """
        ids = await self.ids(operation, known, seen)
        body = self.body(operation, number) if body is None else body
        key = self.key_for(operation) if key == FRESH else key
        answer = await self.call(operation, ids, body, key)
        thing = self.keep(answer, ids, body, key)
        if thing is None:
            raise GaveUp(f"{operation} {said(self.contract, answer)}")
        return thing

    def keep(
        self, answer: Exchange, ids: Mapping[str, str], body: Json = None, key: str | None = None
    ) -> Thing | None:
        """What a creator's response names, remembered as made."""
        thing = made_by(self.contract, answer, ids, body, key)
        if thing is not None:
            self.things.append(thing)
            self.actor.remember([thing.ids[name] for name in thing.made], answer)
        return thing

    async def look(self, thing: Thing, *, around: bool = False) -> None:
        """Read each resource that was made; *around* also what shows a side of it."""
        for name in thing.made:
            reader = self.contract.resources[name].reader
            if reader and fits_path(reader, thing.ids):
                thing.learn(self.contract, await self.call(reader.id, thing.ids))
        for operation in sides(self.contract, thing) if around else ():
            thing.learn(self.contract, await self.call(operation.id, thing.ids))

    def cycles(self, thing: Thing) -> dict[str, Lifecycle]:
        """The lifecycles of what was made."""
        found = (c for name in thing.made for c in self.contract.resources[name].lifecycles)
        return {each.name: each for each in found}

    async def follow(self, thing: Thing, *, closely: bool = False) -> None:
        """Look until all has ended that ends; *closely* also asks what has changed since.

        Raises:
            GaveUp: It did not end within the time that the target allows.
        """
        cycles, clock = self.cycles(thing), self.actor.session.clock
        begun, pause, longest = clock(), self.actor.pace, self._longest(thing)
        limit = self.actor.target.expect.render_seconds
        turns = itertools.cycle((True, False))
        while True:
            await self.look(thing, around=next(turns))
            if closely:
                await self.unchanged(thing)
            if thing.is_over(cycles):
                return
            self.actor.doing(f"follows one ({thing.made[0]}), {clock() - begun:.0f} s")
            if clock() - begun > limit + longest:
                raise GaveUp(f"{thing.made[0]}: one did not end within {limit:g} s")
            await trio.sleep(pause)
            pause = min(pause * SLOWER, longest)

    def _longest(self, thing: Thing) -> float:
        """The longest pause between two looks that the document allows."""
        shown = [self.contract.resources[name].reader for name in thing.made]
        polls = [
            self.contract.polls[r.id].maximum for r in shown if r and r.id in self.contract.polls
        ]
        return min(polls, default=10.0)

    async def unchanged(self, thing: Thing) -> None:
        """Ask each poll with a validator for what has changed since its first and last answer."""
        for operation in self.validated(thing):
            rule = operation.raw["x-polling"]["validator"]
            names = (thing.ids[p.resource or p.name] for p in operation.path_parameters)
            tags = self._tags.get((operation.id, *names), [])
            for tag in dict.fromkeys([*tags[:1], *tags[-1:]]):
                await self.call(operation.id, thing.ids, headers={rule["request"]: tag})

    def validated(self, thing: Thing) -> list[Operation]:
        """The polls of *thing* that know what has not changed."""
        return [
            operation
            for name in self.contract.polls
            if (operation := self.contract.operations[name]).raw["x-polling"].get("validator")
            if any(p.resource in thing.made for p in operation.path_parameters)
            if fits_path(operation, thing.ids)
        ]

    async def reach(self, thing: Thing, cycle: Lifecycle, state: str) -> bool:
        """Look until *thing* is in *state*; False where it never comes to that."""
        clock = self.actor.session.clock
        begun, pause = clock(), self.actor.pace / 2
        limit = self.actor.target.expect.render_seconds
        while thing.states.get(cycle.name) != state:
            now = thing.states.get(cycle.name)
            if now is not None and state not in _ahead(cycle, now):
                return False
            if clock() - begun > limit:
                return False
            await trio.sleep(pause)
            pause = min(pause * SLOWER, self.actor.pace * 4)
            await self.look(thing)
        return True

    def partial(self, operation: str, ids: Mapping[str, str], body: Json, key: str | None) -> Any:
        """A call to be made later."""
        return partial(self.call, operation, ids, body, key)

    def nothing(self, ids: Mapping[str, str]) -> dict[str, str]:
        """Ids like these that stand for nothing."""
        return {name: nobodys(value) for name, value in ids.items()}

    def malformed(self, ids: Mapping[str, str]) -> dict[str, str]:
        """Ids that nobody can have issued."""
        return {name: f"{value}~{self.actor.marker}" for name, value in ids.items()}


def _ahead(cycle: Lifecycle, state: str) -> set[str]:
    """The states that the server may still lead to from *state* by itself."""
    found, waiting = set[str](), [state]
    while waiting:
        now = waiting.pop()
        for step in cycle.transitions:
            if now in step.origins and not step.by:
                waiting += set(step.targets) - found
                found |= set(step.targets)
    return found
