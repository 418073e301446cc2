"""What Redocly says nothing of: the net below it.

The documents are cut into parts: an operation, a component, what else stands at the root. A part
that differs in itself, and of which no change is told, is told here. What its references lead to
are parts of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from layers_contract.diff import phrases
from layers_contract.diff.model import NOTHING, Change
from layers_contract.diff.places import Atlas
from layers_contract.spec.nodes import METHODS, Path, place, to_pointer

Json = Any


def changes(old: Atlas, new: Atlas, told: Sequence[Change]) -> Iterator[Change]:
    """One change for each part of both documents that differs, and that *told* does not name."""
    places = [place(each.where) for each in told]
    before = dict(_parts(old.raw))
    for at, part in _parts(new.raw):
        if at in before and not any(_within(where, at) for where in places):
            yield from _change(old, new, at, before[at], part)


def _parts(raw: dict[str, Json]) -> Iterator[tuple[Path, Json]]:
    for key, value in raw.items():
        deeper = {"paths": _parts_of_path, "components": _named}.get(key)
        if deeper and isinstance(value, dict):
            for name, each in value.items():
                yield from deeper((key, str(name)), each)
        else:
            yield (key,), value


def _parts_of_path(at: Path, item: Json) -> Iterator[tuple[Path, Json]]:
    yield from _named(at, {key: each for key, each in item.items() if key in METHODS})
    yield at, {key: each for key, each in item.items() if key not in METHODS}


def _named(at: Path, members: Json) -> Iterator[tuple[Path, Json]]:
    yield from (((*at, str(name)), each) for name, each in members.items())


def _within(where: Path, at: Path) -> bool:
    """Whether *where* is in the part *at*, or is something around it that was told as a whole."""
    shared = min(len(where), len(at))
    return bool(shared) and where[:shared] == at[:shared]


def _change(old: Atlas, new: Atlas, at: Path, before: Json, after: Json) -> Iterator[Change]:
    if _own(before) == _own(after):
        return
    if _spelt_out(old, before, ()) == _spelt_out(new, after, ()):
        what = "The document is put together in another way, and says the same."
        yield Change("wording", (), to_pointer(at), what, NOTHING, "rearranged")
        return
    differs = _first_difference(before, after, at)
    yield Change(
        "breaking",
        new.reached(at),
        to_pointer(differs),
        f"{phrases.first(phrases.called(new, differs))} has changed in a way that nothing rates.",
        "Compare your use of it with the document.",
        "unrated",
    )


def _own(part: Json) -> Json:
    """What a part says itself: every reference is like any other."""
    if isinstance(part, dict):
        return {key: "" if key == "$ref" else _own(each) for key, each in part.items()}
    return [_own(each) for each in part] if isinstance(part, list) else part


def _spelt_out(atlas: Atlas, value: Json, inside: tuple[str, ...]) -> Json:
    """*value* with what its references lead to in their place."""
    if isinstance(value, list):
        return [_spelt_out(atlas, each, inside) for each in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref")
    if isinstance(reference, str) and reference not in inside:
        beside = {key: each for key, each in value.items() if key != "$ref"}
        value, inside = {**atlas.api.resolve({"$ref": reference}), **beside}, (*inside, reference)
    return {key: _spelt_out(atlas, each, inside) for key, each in value.items()}


def _first_difference(old: Json, new: Json, at: Path) -> Path:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**new, **old}:
            if old.get(key) != new.get(key):
                return _first_difference(old.get(key), new.get(key), (*at, str(key)))
    return at
