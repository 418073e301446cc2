"""What all actors of a run have in common: bodies, and one of each resource to work in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import trio

from layers_contract.run.workload.actor import GaveUp
from layers_contract.run.workload.generic.things import Thing
from layers_contract.run.workload.requests import Bodies
from layers_contract.run.workload.roles import Roles
from layers_contract.run.workload.schemas import flat
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Operation, Parameter
from layers_contract.target import Target

__all__ = ["World", "example"]

Json = Any
Makes = Callable[[str, frozenset[str]], Awaitable[Thing]]
"""Makes a thing by a creator, and follows it."""


@dataclass
class World:
    """What all actors of a run have in common: bodies, and one of each resource to work in."""

    contract: Contract
    target: Target
    roles: Roles
    bodies: Bodies
    _homes: dict[str, Thing | GaveUp] = field(default_factory=dict)
    _locks: dict[str, trio.Lock] = field(default_factory=dict)

    def creator(self, type_: str) -> str | None:
        """The operation that makes a resource of that type out of what there is already."""
        resource = self.contract.resources.get(type_)
        for name in resource.creators if resource else ():
            operation = self.contract.operations[name]
            if not any(p.resource == type_ for p in operation.path_parameters):
                return name
        return None

    def creates(self, operation: str) -> bool:
        """Whether an operation makes something that was not there."""
        return any(operation in each.creators for each in self.contract.resources.values())

    def lacks(self, operation: Operation, seen: frozenset[str] = frozenset()) -> str | None:
        """Why the ids in the operation's path cannot be had, if they cannot."""
        for each in operation.path_parameters:
            name = each.resource or each.name
            if self.given(each) is not None:
                continue
            maker = self.creator(name)
            if maker and name not in seen and self.target.allow.generate:
                if why := self.lacks(self.contract.operations[maker], seen | {name}):
                    return why
                if why := self.bodies.lacks(maker):
                    return why
            elif example(self.contract, each) is None:
                return f"the target file gives no [samples] {each.sample or name}"
        return None

    def given(self, parameter: Parameter) -> str | None:
        """The id that the target file has for a path parameter."""
        found = self.target.samples.get(parameter.sample) if parameter.sample else None
        return str(found) if found is not None else self.target.known(parameter.resource or "")

    async def home(self, make: Makes, parameter: Parameter, seen: frozenset[str]) -> str:
        """The id for a path: what the target file names, else a resource of the run's own.

        The parameter's example is the last resort.

        Raises:
            GaveUp: There is none.
        """
        name = parameter.resource or parameter.name
        if (given := self.given(parameter)) is not None:
            return given
        creator = self.creator(name)
        if creator and name not in seen and self.target.allow.generate:
            async with self._locks.setdefault(name, trio.Lock()):
                if name not in self._homes:
                    self._homes[name] = await self._make(make, creator, seen | {name})
            if isinstance(made := self._homes[name], GaveUp):
                raise GaveUp(str(made))
            if name not in made.ids:
                raise GaveUp(f"the response of {creator} names no {name}")
            return made.ids[name]
        found = example(self.contract, parameter)
        if found is None:
            raise GaveUp(f"nothing is known of a {name} to work with")
        return str(found)

    async def _make(self, make: Makes, creator: str, seen: frozenset[str]) -> Thing | GaveUp:
        """What *creator* makes, or why it does not: that is not tried twice."""
        try:
            return await make(creator, seen)
        except GaveUp as error:
            return error


def example(contract: Contract, parameter: Parameter) -> Json:
    """A value that the document shows for a parameter, or None."""
    if parameter.example is not None:
        return parameter.example
    return next(iter(flat(contract.document, parameter.schema).get("examples", ())), None)
