"""Resources of any type that a run has made: what is known of each, and what shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from layers_contract.history.exchanges import Exchange
from layers_contract.spec.contract import Contract, Lifecycle
from layers_contract.spec.document import Operation, id_text, pointer

__all__ = ["Shown", "Thing", "fits_path", "made_by", "shown_in", "sides"]

Json = Any
OWN: Final = ("type", "id")
"""The members of an `x-resource` that name no other type."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A resource in a response: its type, its data, and the ids that it gives, by type."""

    type: str
    data: Mapping[str, Json]
    ids: Mapping[str, str]


@dataclass
class Thing:
    """What one call of a creator has made: resources of the types *made*, each followed.

    `ids` are by type: those that the responses gave, and those in the path of the call. `states`
    has what each lifecycle was seen in last.
    """

    creator: str
    made: tuple[str, ...]
    ids: dict[str, str]
    answer: Exchange
    body: Json
    key: str | None
    states: dict[str, str] = field(default_factory=dict)

    def learn(self, contract: Contract, answer: Exchange) -> None:
        """Take in what a response says of it: states of its lifecycles, ids inside it."""
        for each in shown_in(contract, answer):
            if each.ids.get(each.type) == self.ids.get(each.type, each.ids.get(each.type)):
                self.ids = {**each.ids, **self.ids}
                self.states |= _states(contract, each)

    def is_over(self, cycles: Mapping[str, Lifecycle]) -> bool:
        """Whether each of its lifecycles has ended, or waits for a call, as far as it was seen."""
        own = [c for c in cycles.values() if c.endings and c.name in self.states]
        return all(each.rests(self.states[each.name]) for each in own)


def _states(contract: Contract, shown: Shown) -> dict[str, str]:
    cycles = contract.resources[shown.type].lifecycles if shown.type in contract.resources else ()
    found = {each.name: pointer(shown.data, each.field) for each in cycles}
    return {name: state for name, state in found.items() if isinstance(state, str)}


def shown_in(contract: Contract, answer: Exchange) -> Iterator[Shown]:
    """The resources in a successful response."""
    operation = contract.operations.get(answer.operation or "")
    response = operation.response(answer.status or 0) if operation else None
    for view in response.views if response and answer.succeeded else ():
        for data in view.find(answer.json):
            named = [
                (n if n not in OWN else view.resource["type"], at)
                for n, at in view.resource.items()
                if n != "type"
            ]
            ids = {name: _id(data, at) for name, at in named}
            yield Shown(view.resource["type"], data, {n: i for n, i in ids.items() if i})


def _id(data: Json, at: str) -> str | None:
    """The id at a pointer; of several (`/ids/*`) the first."""
    before, star, after = at.partition("/*")
    found = pointer(data, before)
    if star:
        found = pointer(found[0], after) if isinstance(found, list) and found else None
    return id_text(found)


def made_by(
    contract: Contract,
    answer: Exchange,
    ids: Mapping[str, str],
    body: Json = None,
    key: str | None = None,
) -> Thing | None:
    """What a creator's response says that it has made, if it names anything that can be followed.

    *ids* are those in the path of the call.
    """
    creator = answer.operation or ""
    types = [
        each.type
        for each in contract.resources.values()
        if creator in each.creators
        if each.reader or each.lifecycles or each.lists
    ]
    found: dict[str, str] = {}
    for shown in shown_in(contract, answer):
        found = {**shown.ids, **found}
    made = tuple(name for name in types if name in found)
    if not made:
        return None
    thing = Thing(creator, made, {**ids, **found}, answer, body, key)
    thing.learn(contract, answer)
    return thing


def fits_path(operation: Operation, ids: Mapping[str, str]) -> bool:
    """Whether *ids* has all that the operation's path takes."""
    return all((p.resource or p.name) in ids for p in operation.path_parameters)


def sides(contract: Contract, thing: Thing) -> Iterator[Operation]:
    """The reads that show a side of *thing*: all that its ids are enough for, but for lists."""
    readers = {e.reader.id for n in thing.made if (e := contract.resources[n]).reader}
    for operation in contract.operations.values():
        last = operation.path_parameters[-1:]
        about = any(p.resource in thing.made for p in operation.path_parameters)
        plain = operation.method == "GET" and operation.id not in (*contract.lists, *readers)
        if plain and last and about and fits_path(operation, thing.ids):
            yield operation
