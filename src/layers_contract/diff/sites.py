"""Where a difference stands: the shared component, or the place that refers to another one now.

Redocly follows references and reports each shared component once, with the first way that leads
there. This walks that way again, in both documents, and stops where they part: what differs behind
two different references is one change, of the place that refers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from layers_contract.diff.places import Atlas, shape
from layers_contract.diff.redocly import Difference
from layers_contract.spec.nodes import Path, place

Json = Any

REFERENCE: Final = "$ref"


@dataclass(frozen=True, slots=True)
class Site:
    """A place, and the components that it referred to and refers to, where these are not one.

    The name of one is empty where the place says on its own what it is.
    """

    at: Path
    swapped: tuple[str, str] | None = None


@dataclass(slots=True)
class _Step:
    atlas: Atlas
    value: Json
    at: Path = ()

    @property
    def reference(self) -> str:
        found = self.value.get(REFERENCE) if isinstance(self.value, dict) else None
        return found if isinstance(found, str) else ""

    def leads(self, token: str) -> str:
        """The reference that must be followed to come to *token*; empty where none must."""
        return self.reference if token == REFERENCE or token not in (self.value or ()) else ""

    def follow(self, reference: str) -> None:
        if reference:
            self.at = place(reference)
            self.value = self.atlas.api.lookup(self.at)

    def enter(self, token: str, name: tuple[Json, Json] | None) -> None:
        token = self._own(token, name)
        self.at = (*self.at, token)
        if isinstance(self.value, dict):
            self.value = self.value.get(token)
        elif isinstance(self.value, list) and token.isdecimal():
            self.value = self.value[int(token)] if int(token) < len(self.value) else None
        else:
            self.value = None

    def _own(self, token: str, name: tuple[Json, Json] | None) -> str:
        """What this document calls what the other one calls *token*."""
        if isinstance(self.value, list) and name:
            named = [_parameter(self.atlas, each) for each in self.value]
            return str(named.index(name)) if name in named else token
        if self.at == ("paths",) and isinstance(self.value, dict) and token not in self.value:
            return next((p for p in self.value if shape(p) == shape(token)), token)
        return token


def site(found: Difference, old: Atlas, new: Atlas) -> Site:
    """Where *found* stands, in the document that has it."""
    mine, other = _Step(new, new.raw), _Step(old, old.raw)
    if found.kind == "removed":
        mine, other = other, mine
    for token in found.way:
        here = mine.at
        if parted := _follow(mine, other, token):
            return Site(here, parted if found.kind != "removed" else (parted[1], parted[0]))
        if token != REFERENCE:
            name = _name(mine, token)
            mine.enter(token, None)
            other.enter(token, name)
    here = mine.at
    names = (found.property in (step.value or ()) for step in (mine, other))
    beside = found.property == "key" or any(names)
    if found.kind == "modified" and not beside:
        parted = _follow(mine, other, found.property)
        return Site(here, parted) if parted else Site(mine.at)
    return Site(mine.at)


def _follow(mine: _Step, other: _Step, token: str) -> tuple[str, str] | None:
    """Follow references that stand in the way of *token*; the two where they part.

    Where one refers to a component and the other says it on its own, that one's name is empty.
    """
    while (now := mine.leads(token)) or other.leads(token):
        before = other.leads(token)
        if isinstance(other.value, dict) and not _same(before, now, other.atlas, mine.atlas):
            return before.rsplit("/", 1)[-1], now.rsplit("/", 1)[-1]
        mine.follow(now)
        other.follow(before)
        if token == REFERENCE:
            break
    return None


def _same(before: str, now: str, other: Atlas, mine: Atlas) -> bool:
    """Whether two references are one: equal, or to a component that was only renamed."""
    if before == now or not (before and now):
        return before == now
    gone = mine.api.lookup(place(before)) is None
    fresh = other.api.lookup(place(now)) is None
    return gone and fresh


def _name(step: _Step, token: str) -> tuple[Json, Json] | None:
    """What names the parameter *token* of a list."""
    listed = step.at[-1:] == ("parameters",) and isinstance(step.value, list)
    if not listed or not token.isdecimal() or int(token) >= len(step.value):
        return None
    return _parameter(step.atlas, step.value[int(token)])


def _parameter(atlas: Atlas, value: Json) -> tuple[Json, Json]:
    found = atlas.api.resolve(value)
    return found.get("in"), found.get("name")
