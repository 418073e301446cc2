"""What a key must be allowed to do: the scopes that operations ask for.

A scope more is breaking, for a key without it is refused now; a scope less is an addition. That
another scheme is asked for is told elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from layers_contract.diff.extensions.pair import Pair, quoted
from layers_contract.diff.model import NOTHING, Change
from layers_contract.diff.places import Atlas
from layers_contract.spec.nodes import Call, to_pointer

Json = Any


def changes(pair: Pair) -> Iterator[Change]:
    """Which scopes the operations that both documents have ask for, and did not, or no longer."""
    before = {pair.operation(name): call for name, call in pair.old.calls.items()}
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for name, call in pair.new.calls.items():
        if name in before:
            old, new = _scopes(pair.old, before[name]), _scopes(pair.new, call)
            for rule, scopes in (("scope-added", new - old), ("scope-removed", old - new)):
                if scopes:
                    found.setdefault((rule, tuple(sorted(scopes))), []).append(name)
    for (rule, listed), names in found.items():
        yield _change(pair.new, rule, listed, tuple(names))


def _change(atlas: Atlas, rule: str, scopes: tuple[str, ...], names: tuple[str, ...]) -> Change:
    where = to_pointer((*atlas.calls[names[0]].at, "security"))
    said = f"the scope{'s' if len(scopes) > 1 else ''} {quoted(scopes)}"
    if rule == "scope-removed":
        what = f"A key no longer needs {said} here."
        return Change("addition", names, where, what, NOTHING, rule)
    what = f"A key now needs {said} here; without it a call is refused."
    return Change("breaking", names, where, what, f"Use a key with {said}.", rule)


def _scopes(atlas: Atlas, call: Call) -> set[str]:
    """The scopes of every way to authenticate."""
    return {
        str(scope)
        for way in call.value.get("security", atlas.raw.get("security")) or ()
        if isinstance(way, Mapping)
        for asked in way.values()
        for scope in asked or ()
    }


def without(raw: dict[str, Json]) -> None:
    """Take the scopes out of *raw*: they are compared here."""
    for holder in (raw, *(c.value for c in Atlas(raw).calls.values())):
        for way in holder.get("security") or ():
            if isinstance(way, dict):
                way.update({name: [] for name in way})
