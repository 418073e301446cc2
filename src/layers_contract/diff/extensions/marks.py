"""Marks on a schema: an open enum, and what a contract run writes or takes from elsewhere.

- An enum that opens is breaking: a client meets values that it does not know. One that closes is an
  addition.
- A marker and a sample are for whoever judges a server; what a partner sends and gets is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from layers_contract.diff.extensions.pair import Pair
from layers_contract.diff.model import Change


def open_enums(pair: Pair) -> Iterator[Change]:
    """How `x-open-enum` differs."""
    for spot in pair.shaped("x-open-enum"):
        name = spot.at[-1]
        if spot.new and not spot.old:
            what = f"{name} may now hold values that are not listed."
            yield spot.change("breaking", "enum-opened", what, "Survive a value you do not know.")
        elif spot.old and not spot.new:
            what = f"{name} holds no other values than those listed."
            yield spot.change("addition", "enum-closed", what)


def unseen(name: str) -> Callable[[Pair], Iterator[Change]]:
    """How an extension differs that no partner sees."""

    def between(pair: Pair) -> Iterator[Change]:
        for spot in pair.shaped(name):
            if spot.old == spot.new:
                continue
            what = f"A contract run fills in {spot.at[-1]} in another way."
            yield spot.change("wording", "run-value-changed", what)

    return between
