"""What is promised, what about, and how surely.

- A promise that is gone is breaking, a new one is an addition. One that was only assumed was never
  promised: to drop it is wording, and so is to assume something more.
- Other words for a promise are wording; whoever rewords it takes a new id where it means something
  else, for an id is never given to another promise.
- A promise that moves to a place that speaks of other operations is breaking for those it leaves.
- What `x-resource` says is how payloads are known to speak of one thing: a pointer that leads
  elsewhere or is gone is breaking, one more is an addition.

A promise that is gone together with the operation or schema that it stood on is told with that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from layers_contract.diff.extensions.pair import Pair, Spot
from layers_contract.diff.model import NOTHING, Change, Rating
from layers_contract.spec.nodes import Node

Json = Any


@dataclass(frozen=True, slots=True)
class _Told:
    node: Node
    raw: Mapping[str, Json]

    @property
    def promised(self) -> bool:
        return bool(self.raw["source"] != "assumed")


def promises(pair: Pair) -> Iterator[Change]:
    """How the promises differ; they go by their ids."""
    old, new = (
        {raw["id"]: _Told(n, raw) for n in nodes for raw in n.value["x-promises"]}
        for nodes in pair.everywhere("x-promises")
    )
    for name, told in new.items():
        spot = Spot(told.node.at, told.node.kind, None, None, pair.new.reached(told.node.at))
        if name in old:
            yield from _changed(pair, name, spot, old[name], told)
        else:
            rating: Rating = "addition" if told.promised else "wording"
            what = f"{'Promised' if told.promised else 'Assumed'}: {told.raw['statement']}"
            yield spot.change(rating, "promise-added", what)
    for name, told in old.items():
        if name not in new and pair.keeps(told.node.at):
            spot = Spot(told.node.at, told.node.kind, None, None, pair.old.reached(told.node.at))
            rating, todo = (
                ("breaking", "Do not rely on it.") if told.promised else ("wording", NOTHING)
            )
            what = (
                f"No longer {'promised' if told.promised else 'assumed'}: {told.raw['statement']}"
            )
            yield spot.change(rating, "promise-removed", what, todo)


def _changed(pair: Pair, name: str, spot: Spot, old: _Told, new: _Told) -> Iterator[Change]:
    if old.raw["statement"] != new.raw["statement"]:
        what = f"The promise `{name}` reads: {new.raw['statement']}"
        yield spot.change("wording", "promise-reworded", what, "Read it again.")
    if old.raw.get("not-observable") != new.raw.get("not-observable"):
        what = f"The promise `{name}` says otherwise whether it can be observed."
        yield spot.change("wording", "promise-observable-changed", what)
    if old.raw.get("rules") != new.raw.get("rules"):
        what = f"The promise `{name}` names other rules that it states."
        yield spot.change("wording", "promise-rules-changed", what)
    yield from spot.trust(f"The promise `{name}`", old.raw["source"], new.raw["source"])
    if old.node.kind == new.node.kind == "operation" or old.node.kind != new.node.kind:
        yield from _moved(pair, name, spot, old, new)


def _moved(pair: Pair, name: str, spot: Spot, old: _Told, new: _Told) -> Iterator[Change]:
    before = {pair.operation(each) for each in pair.old.reached(old.node.at)}
    now = set(spot.operations)
    if not now or before == now:
        return
    left = before - now if before else set(pair.new.calls) - now
    if left and new.promised:
        what = f"The promise `{name}` no longer speaks of these operations."
        operations = pair.new.listed(left)
        yield spot.change("breaking", "promise-moved", what, "Do not rely on it.", operations)
    elif not left:
        what = f"The promise `{name}` now also speaks of these operations."
        operations = pair.new.listed(now - before)
        yield spot.change("addition", "promise-moved", what, operations=operations)


def resources(pair: Pair) -> Iterator[Change]:
    """How `x-resource` differs."""
    for spot in pair.shaped("x-resource"):
        where = f"{spot.at[-1]}"
        if spot.new is None:
            what = f"{where} no longer says what resource it is about."
            yield spot.change("breaking", "resource-removed", what, "Do not rely on it.")
        elif spot.old is None:
            what = f"{where} now says what resource it is about."
            yield spot.change("addition", "resource-added", what)
        elif isinstance(spot.new, str) or isinstance(spot.old, str):
            if spot.old != spot.new:
                what = f"{where} is now about a {spot.new}, not a {spot.old}."
                yield spot.change("breaking", "resource-changed", what, "Send such an id.")
        else:
            yield from _pointers(spot, where)


def _pointers(spot: Spot, where: str) -> Iterator[Change]:
    for key, value in spot.new.items():
        if key not in spot.old:
            what = f"{where} now says that `{value}` is the id of its {key}."
            yield spot.change("addition", "resource-pointer-added", what)
        elif value != spot.old[key]:
            what = f"{where} now has `{value}` as its {key}, not `{spot.old[key]}`."
            yield spot.change("breaking", "resource-changed", what, "Read it from there.")
    for key in spot.old:
        if key not in spot.new:
            what = f"{where} no longer says where the id of its {key} is."
            yield spot.change("breaking", "resource-pointer-removed", what, "Do not rely on it.")
