"""What a place of a document reaches, and what a partner calls it.

A change of a shared component matters to every operation that refers to it, directly or through
other components, and in the way it is used: what a request may hold, or what an answer does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final, Literal

from layers_contract.spec.nodes import METHODS, Api, Call, Path, tokens

Json = Any
Way = Literal["request", "response"]
BOTH: Final[frozenset[Way]] = frozenset(("request", "response"))

_PARAMETER: Final = re.compile(r"\{[^}]*\}")
_REQUEST: Final = ("parameters", "requestBody")
_ONE_WAY: Final[dict[str, Way]] = {
    "parameters": "request",
    "requestBodies": "request",
    "requestBody": "request",
    "headers": "response",
    "responses": "response",
    "links": "response",
}


def shape(path: str) -> str:
    """What stays of a path whatever its parameters are called."""
    return _PARAMETER.sub("{}", path)


class Atlas:
    """One document: its operations, and what reaches what."""

    def __init__(self, raw: dict[str, Json]) -> None:
        self.raw = raw
        self.api = Api(raw)

    @cached_property
    def operations(self) -> dict[Path, str]:
        """The name of each operation by its place: its operationId, or else method and path."""
        return {call.at: _name(call) for call in self.api.calls}

    @cached_property
    def calls(self) -> dict[str, Call]:
        """Each operation by its name."""
        return {_name(call): call for call in self.api.calls}

    def reached(self, at: Path) -> tuple[str, ...]:
        """The operations that *at* reaches, in the document's order; none for the whole of it."""
        match at:
            case ("paths", path, method, *_) if method in METHODS:
                return self._listed({self.operations.get(("paths", path, method), "")})
            case ("paths", path, *_):
                return self._listed({n for at, n in self.operations.items() if at[1] == path})
            case ("components", section, name, *_):
                return self._listed(set(self._uses.get((section, name), {})))
        return ()

    def ways(self, at: Path) -> frozenset[Way]:
        """Whether *at* is part of requests, of answers, or of both."""
        match at:
            case ("paths", _, "parameters", *_):
                return frozenset({"request"})
            case ("paths", _, method, part, *_) if method in METHODS and part in _ONE_WAY:
                return frozenset({_ONE_WAY[part]})
            case ("components", section, *_) if section in _ONE_WAY:
                return frozenset({_ONE_WAY[section]})
            case ("components", section, name, *_):
                used = self._uses.get((section, name), {}).values()
                return frozenset[Way]().union(*used)
        return BOTH

    def listed(self, names: set[str]) -> tuple[str, ...]:
        """*names* in the document's order; what is no operation of it comes last."""
        known = self._listed(names)
        return (*known, *sorted(names - set(known)))

    def _listed(self, names: set[str]) -> tuple[str, ...]:
        return tuple(name for name in self.calls if name in names)

    @cached_property
    def _uses(self) -> dict[tuple[str, str], dict[str, set[Way]]]:
        """For each component the operations that reach it, each with the ways it does."""
        uses: dict[tuple[str, str], dict[str, set[Way]]] = {}
        for call in self.api.calls:
            for way, part in _parts(call):
                for component in self._closure(part):
                    uses.setdefault(component, {}).setdefault(_name(call), set()).add(way)
            for scheme in self._schemes(call):
                uses.setdefault(("securitySchemes", scheme), {})[_name(call)] = {"request"}
        return uses

    def _closure(self, part: Json) -> set[tuple[str, str]]:
        found: set[tuple[str, str]] = set()
        pending = set(_references(part))
        while pending:
            found |= pending
            pending = {r for each in pending for r in self._referred.get(each, ())} - found
        return found

    @cached_property
    def _referred(self) -> dict[tuple[str, str], frozenset[tuple[str, str]]]:
        """The components that each component names itself."""
        return {
            (section, name): frozenset(_references(value))
            for section, named in (self.raw.get("components") or {}).items()
            if isinstance(named, dict)
            for name, value in named.items()
        }

    def _schemes(self, call: Call) -> set[str]:
        required = call.value.get("security", self.raw.get("security")) or ()
        return {str(name) for each in required if isinstance(each, dict) for name in each}


def _name(call: Call) -> str:
    return call.id or f"{call.at[2].upper()} {call.path}"


def _parts(call: Call) -> Iterator[tuple[Way, Json]]:
    yield "request", call.item.get("parameters")
    for key, value in call.value.items():
        yield ("request" if key in _REQUEST else "response"), value


def _references(value: Json) -> Iterator[tuple[str, str]]:
    """The components that *value* names, at any depth."""
    if isinstance(value, dict):
        reference = value.get("$ref")
        if isinstance(reference, str) and reference.startswith("#/components/"):
            _, section, name, *_ = tokens(reference[1:])
            yield section, name
        for child in value.values():
            yield from _references(child)
    elif isinstance(value, list):
        for child in value:
            yield from _references(child)
