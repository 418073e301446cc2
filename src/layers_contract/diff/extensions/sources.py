"""How sure each place is: `x-source`, with what is inherited.

A word that is added, or gone, where the nearest one around it says the same, changes nothing but
words. What counts is the word that holds at a place, before and after.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from layers_contract.diff.extensions.pair import Pair, Spot, quoted
from layers_contract.diff.model import Change
from layers_contract.diff.places import Atlas
from layers_contract.spec.nodes import Path

Json = Any

NAME: Final = "x-source"
_UNSAID: Final = "derived"
"""What holds where no word is said, as `Document.source` has it."""


def sources(pair: Pair) -> Iterator[Change]:
    """Where a promise has become surer, or less sure, by the words around it."""
    for spot in pair.shaped(NAME):
        if spot.old != spot.new:
            yield from _differs(pair, spot)


def _differs(pair: Pair, spot: Spot) -> Iterator[Change]:
    around = _nearest(pair.old, spot.was[:-1]), _nearest(pair.new, spot.at[:-1])
    subject = _subject(spot)
    for keyword in dict.fromkeys((*_map(spot.old), *_map(spot.new))):
        old, new = (_word(each, keyword, near) for each, near in _said(spot, around))
        yield from spot.trust(f"{quoted([keyword])} of {subject}", old, new)
    old, new = (each if isinstance(each, str) else near for each, near in _said(spot, around))
    yield from spot.trust(f"What is said of {subject}", old, new)


def _said(spot: Spot, around: tuple[str, str]) -> Iterator[tuple[Json, str]]:
    """What each document says at a place, and the word around it."""
    return zip((spot.old, spot.new), around, strict=True)


def _map(said: Json) -> dict[str, str]:
    return said if isinstance(said, dict) else {}


def _word(said: Json, keyword: str, near: str) -> str:
    return str(said.get(keyword, near)) if isinstance(said, dict) else str(said or near)


def _nearest(atlas: Atlas, at: Path) -> str:
    """The word that holds around *at*."""
    for length in range(len(at), -1, -1):
        found = atlas.api.lookup(at[:length])
        if isinstance(found, dict) and isinstance(word := found.get(NAME), str):
            return word
    return _UNSAID


def _subject(spot: Spot) -> str:
    if spot.kind == "operation" and spot.operations:
        return spot.operations[0]
    return f"`{spot.at[-1]}`" if spot.at else "the document"
