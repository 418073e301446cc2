"""What the stories of a document are made of: its operations by what they do, and how they fit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Final

from layers_contract.run.workload.actor import Actor
from layers_contract.run.workload.generic import lives
from layers_contract.run.workload.generic.maker import Maker
from layers_contract.run.workload.generic.world import World
from layers_contract.run.workload.stories import STORIES, Story
from layers_contract.spec.contract import Contract, Gate
from layers_contract.spec.document import Operation
from layers_contract.spec.rules import dashed

__all__ = ["Planner", "last"]

SOFT: Final = ("progress", "sign", "list", "policy")
"""Parts that our stories play wherever there is an operation for them."""


@dataclass
class Planner:
    """A document with the operations that no story of ours plays; subclasses make stories of it."""

    world: World

    @property
    def contract(self) -> Contract:
        """The document's contract."""
        return self.world.contract

    @cached_property
    def left(self) -> list[str]:
        """The operations that no story of ours plays."""
        roles = self.world.roles
        told = [each for each in STORIES if roles.lacks(*each.parts) is None]
        parts = {part for each in told for part in each.parts} | {*SOFT} if roles.renders else set()
        return [name for name in self.contract.operations if name not in roles.some(*parts)]

    @cached_property
    def creators(self) -> frozenset[str]:
        """The operations that make something that was not there, beside what they are called on."""
        found = {name for each in self.contract.resources.values() for name in each.creators}
        starts = self.contract.starts
        made = {n for n in found if n not in starts or starts[n].container != "same"}
        return frozenset(made - (self.movers - set(starts)))

    @cached_property
    def movers(self) -> frozenset[str]:
        """The operations that move a lifecycle, or are refused in some of its states."""
        cycles = self.contract.lifecycles.values()
        return frozenset(name for each in cycles for name in lives.movers(self.contract, each))

    @cached_property
    def changers(self) -> dict[str, Gate]:
        """The operations that change a setting behind a gate."""
        operations = self.contract.operations
        return {
            each.id: gate
            for cycle in self.contract.lifecycles.values()
            if (gate := cycle.gate)
            for each in operations.values()
            if each.path == operations[gate.operation].path and each.method != "GET"
        }

    def story(  # noqa: PLR0913 - as of a story
        self,
        name: str,
        play: Callable[[Maker], Awaitable[None]],
        about: Sequence[str],
        *,
        makes: Sequence[str | None] = (),
        profile: str = "standard",
        needs: tuple[str, ...] = (),
        repeatable: bool = True,
    ) -> Story:
        """A story *about* operations; *makes* are the operations that it starts things by."""
        lacks = (self.lack(each) for each in (*about, *makes) if each)
        renders = sum(each in self.contract.starts for each in makes)
        return Story(
            name=name,
            play=partial(_played, self.world, play),
            renders=renders,
            promises=(*(f"{dashed(each)}." for each in about), *self._cycles(about)),
            needs=needs,
            profile=profile,
            repeatable=repeatable,
            changes=any(self.contract.operations[e].method != "GET" for e in (*makes, *about) if e),
            lack=next(filter(None, lacks), None),
            is_derived=True,
        )

    def _cycles(self, about: Sequence[str]) -> Iterator[str]:
        for cycle in self.contract.lifecycles.values():
            named = {o for step in cycle.transitions for o in step.by}
            if named & set(about):
                yield f"{dashed(cycle.name)}."

    def lack(self, operation: str) -> str | None:
        """Why an operation cannot be called with what there is, if it cannot."""
        spec = self.contract.operations[operation]
        return self.world.lacks(spec) or self.world.bodies.lacks(operation)

    def source(self, operation: str) -> str | None:
        """What makes the resource that an operation works on; None where it needs none anew."""
        last = self.contract.operations[operation].path_parameters[-1:]
        if operation in self.creators or not last:
            return None
        return self.world.creator(last[0].resource or last[0].name)

    def homes_of(self, operations: Sequence[str]) -> list[str]:
        """What makes the resources that the paths of *operations* name, where nothing else does."""
        found: dict[str, None] = {}
        for name in operations if self.world.target.allow.generate else ():
            for each in self.contract.operations[name].path_parameters:
                creator = self.world.creator(each.resource or each.name)
                if creator and self.world.given(each) is None and self.lack(creator) is None:
                    found[creator] = None
        return list(found)

    def reading(self, names: Sequence[str]) -> list[str]:
        """Those of *names* that only read."""
        return [name for name in names if self.contract.operations[name].method == "GET"]


def last(spec: Operation) -> str | None:
    """The type of the resource that the last id in an operation's path names."""
    named = spec.path_parameters[-1:]
    return (named[0].resource or named[0].name) if named else None


async def _played(world: World, play: Callable[[Maker], Awaitable[None]], actor: Actor) -> None:
    await play(Maker(actor, world))
