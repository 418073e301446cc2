"""The generic behaviour as a whole, and what it holds from the start."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final

from layers_contract.mock.clock import SIMULATED_EPOCH, Clock
from layers_contract.mock.forms import Forms
from layers_contract.mock.generic.kinds import Kinds
from layers_contract.mock.generic.operating import Operating
from layers_contract.mock.generic.rows import Row, RowStore
from layers_contract.mock.options import DISPOSABLE, OTHER, OWN, MockOptions
from layers_contract.mock.vocabulary import Vocabulary, example_of, members
from layers_contract.spec.contract import Contract

__all__ = ["Engine", "samples", "world"]

DAY: Final = 24 * 60 * 60
_NAMESPACE: Final = uuid.UUID("6c617965-7273-4000-8000-6d6f636b0000")
_OWNED: Final = ("open", "gated", *(f"disposable-{number}" for number in range(DISPOSABLE)))
_FOREIGN: Final = ("foreign", "foreign-disposable")


class Engine(Operating):
    """Keeps every promise that the extensions of a document make.

    A generic fault is a subclass that overrides one method.
    """

    def __init__(
        self, options: MockOptions, clock: Clock, store: RowStore, words: Vocabulary
    ) -> None:
        super().__init__(options, clock, store, words)
        with self.store.transaction():
            for row in self.settlers():
                if self.store.row(row.type, row.id) is None:
                    self.store.put(row)

    def settlers(self) -> Iterator[Row]:
        """What no operation makes and paths name: some for each organization."""
        ids = world(self.kinds)
        begun = SIMULATED_EPOCH - DAY
        seq = self.store.next_seq()
        for number, kind in enumerate(self.kinds.world):
            for place, row_id in ids[kind].items():
                org = OTHER.org if place in _FOREIGN else OWN.org
                parents = {
                    other: [ids[other][place]]
                    for other in self.kinds.world[:number]
                    if other in self.kinds.all[kind].relations
                }
                yield Row(kind, row_id, org, seq, begun, begun, parents=parents, place=place)
                seq += 1


def world(kinds: Kinds) -> Mapping[str, Mapping[str, str]]:
    """The ids of what is there from the start: by type, then by the part that it plays."""
    return {
        kind: {place: _id(kinds, kind, place) for place in (*_OWNED, *_FOREIGN)}
        for kind in kinds.world
    }


def _id(kinds: Kinds, kind: str, place: str) -> str:
    known = kinds.all[kind].ids
    if place == _OWNED[0] and known:
        return known[0]
    return kinds.id_maker(kind)(uuid.uuid5(_NAMESPACE, f"{kind} {place}").int)


def samples(contract: Contract) -> Mapping[str, Any]:
    """What the document's `x-sample`s stand for here: examples of theirs, else what fits."""
    found: dict[str, Any] = {}
    fitting: dict[str, Any] = {}
    forms = Forms(contract.document)
    for node in members(contract.document.raw):
        if not isinstance(node, dict):
            continue
        if isinstance(name := node.get("x-sample"), str):
            resolved = contract.document.resolve(node)
            _note(found, name, [example_of(node), *resolved.get("examples", ())])
            fitting[name] = forms.sample(node.get("schema", node))
        for member, each in _properties(node):
            if isinstance(name := each.get("x-sample"), str):
                shown = (e for e in node.get("examples", ()) if isinstance(e, dict))
                _note(found, name, [example.get(member) for example in shown])
    return {**fitting, **found}


def _properties(node: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    properties = node.get("properties")
    if isinstance(properties, dict):
        yield from ((name, each) for name, each in properties.items() if isinstance(each, dict))


def _note(found: dict[str, Any], name: str, values: list[Any]) -> None:
    """Keep the first of *values* that there is, unless one is known."""
    for value in values:
        if value is not None:
            found.setdefault(name, value)
            return
