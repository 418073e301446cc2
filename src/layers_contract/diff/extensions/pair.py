"""Two documents side by side, as the differs of our extensions see them.

A differ is given a `Pair` and yields changes. It meets values of the documented shape only: what
does not fit `openapi/extensions.schema.json` is told by `rated`, as are values that differ in a way
that no differ has words for.

Every source word is rated in one way. What is `assumed` is no promise, anything else is: to turn a
promise into an assumption takes it away, which is breaking, and the reverse is an addition. Where a
promise is said to come from does not matter to who relies on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import jsonschema_rs

from layers_contract.diff.model import NOTHING, Change, Rating
from layers_contract.diff.places import Atlas, shape
from layers_contract.spec.lint.extensions import SCHEMA, places
from layers_contract.spec.nodes import Node, Path, to_pointer

Json = Any


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of both documents and what an extension says there, before and after; or None.

    `was` is where the place stood in the older document, `at` where it stands in the newer one.
    """

    at: Path
    kind: str
    old: Json
    new: Json
    operations: tuple[str, ...]
    was: Path = ()

    def change(
        self,
        rating: Rating,
        rule: str,
        what: str,
        todo: str = NOTHING,
        operations: tuple[str, ...] | None = None,
    ) -> Change:
        """A change that stands at this place, for its own operations unless told."""
        reached = self.operations if operations is None else operations
        return Change(rating, reached, to_pointer(self.at), what, todo, rule)

    def trust(
        self, subject: str, old: str, new: str, operations: tuple[str, ...] | None = None
    ) -> Iterator[Change]:
        """How much surer *subject*, which begins a sentence, has become."""
        if old == new:
            return
        if new == "assumed":
            yield self.change(
                "breaking",
                "source-weakened",
                f"{subject} is no longer promised, only assumed.",
                "Do not rely on it.",
                operations,
            )
        elif old == "assumed":
            what = f"{subject} is now promised, and no longer assumed."
            yield self.change("addition", "source-strengthened", what, operations=operations)
        else:
            what = f"{subject} has another source: {new}, not {old}."
            yield self.change("wording", "source-changed", what, operations=operations)


class Pair:
    """An older and a newer document."""

    def __init__(self, old: Atlas, new: Atlas) -> None:
        self.old = old
        self.new = new

    @cached_property
    def renamed(self) -> Mapping[str, str]:
        """The operations that have another name now, by the old one."""
        moved = {at: self.new.operations.get(at) for at in self.old.operations}
        return {
            name: moved_to
            for at, name in self.old.operations.items()
            if name not in self.new.calls and (moved_to := moved[at])
        }

    def operation(self, name: str) -> str:
        """What the older document's operation *name* is called now."""
        return self.renamed.get(name, name)

    def renamed_in(self, value: Json) -> Json:
        """A value of the older document with the operations that it names called as now."""
        if isinstance(value, dict):
            return {key: self.renamed_in(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.renamed_in(each) for each in value]
        return self.operation(value) if isinstance(value, str) else value

    def spots(self, name: str) -> Iterator[Spot]:
        """The places that both documents have, where either says *name*; in the newer's order."""
        for earlier, node in self._saying.get(name, ()):
            old, new = earlier.value.get(name), node.value.get(name)
            if not (old is None and new is None):
                reached = self.new.reached(node.at)
                yield Spot(node.at, node.kind, old, new, reached, earlier.at)

    @cached_property
    def _saying(self) -> dict[str, list[tuple[Node, Node]]]:
        """For each member name the places of both documents where either has it."""
        found: dict[str, list[tuple[Node, Node]]] = {}
        before = {self._key(self.old, node): node for node in self.old.api.nodes}
        for node in self.new.api.nodes:
            earlier = before.get(self._key(self.new, node))
            if earlier and _comparable(earlier.value, node.value):
                for name in {**earlier.value, **node.value}:
                    found.setdefault(str(name), []).append((earlier, node))
        return found

    def shaped(self, name: str) -> Iterator[Spot]:
        """The spots of *name* whose values have the documented shape."""
        return (spot for spot in self.spots(name) if is_shaped(spot, name))

    def keeps(self, at: Path) -> bool:
        """Whether the newer document still has the older one's place *at*."""
        return self._key(self.old, Node(at, "", None)) in self._new_keys

    @cached_property
    def _new_keys(self) -> set[Path]:
        return {self._key(self.new, node) for node in self.new.api.nodes}

    def everywhere(self, name: str) -> tuple[list[Node], list[Node]]:
        """Where each document says *name* in the documented shape."""
        older, newer = (
            [
                node
                for node, value in atlas.api.having(name)
                if value is not None and is_shaped(Spot(node.at, node.kind, value, None, ()), name)
            ]
            for atlas in (self.old, self.new)
        )
        return older, newer

    def _key(self, atlas: Atlas, node: Node) -> Path:
        """What names a place in both documents: operations and parameters may have moved."""
        at = _by_name(atlas, node.at)
        if name := atlas.operations.get(at[:3]):
            at = ("operation", self.operation(name) if atlas is self.old else name, *at[3:])
        elif at[:1] == ("paths",) and len(at) > 1:
            at = ("paths", shape(at[1]), *at[2:])
        return at


def _by_name(atlas: Atlas, at: Path) -> Path:
    """*at*, with a parameter's place and name instead of its number in the list."""
    if at[:1] == ("paths",) and "parameters" in at[2:4]:
        number = at.index("parameters", 2) + 1
        if number < len(at):
            named = atlas.api.resolve(atlas.api.lookup(at[: number + 1]))
            return (*at[:number], f"{named.get('in')} {named.get('name')}", *at[number + 1 :])
    return at


def _comparable(old: Json, new: Json) -> bool:
    """Whether both are objects, and both a reference or none: behind one it is another place."""
    both = isinstance(old, dict) and isinstance(new, dict)
    return both and ("$ref" in old) == ("$ref" in new)


def is_shaped(spot: Spot, name: str) -> bool:
    """Whether the extension *name* may stand at *spot*, and its values have the right shape."""
    if name not in places().get(spot.kind, {}):
        return False
    values = [value for value in (spot.old, spot.new) if value is not None]
    return all(_validator().is_valid({spot.kind: {name: value}}) for value in values)


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def quoted(names: Iterable[str]) -> str:
    """`a`, `b` and `c`."""
    marked = [f"`{name}`" for name in names]
    return " and ".join(filter(None, [", ".join(marked[:-1]), *marked[-1:]]))


def span(duration: str) -> str:
    """An ISO 8601 duration in words: `24 hours`, `1.5 seconds`."""
    date, _, time = duration.removeprefix("P").partition("T")
    units = {"W": "week", "D": "day", "H": "hour", "M": "minute", "S": "second"}
    said, number = [], ""
    for sign in date + time:
        if sign in units:
            said.append(f"{number} {units[sign]}{'' if number == '1' else 's'}")
            number = ""
        else:
            number += sign
    return " ".join(said)
