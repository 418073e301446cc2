"""Everything that two versions of the document say differently."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from layers_contract.diff import extensions, openapi
from layers_contract.diff.model import RATINGS, Change
from layers_contract.diff.places import Atlas
from layers_contract.spec.document import DocumentError, load
from layers_contract.spec.problems import RefusedError

Json = Any


def between(old: Path, new: Path) -> tuple[Change, ...]:
    """The changes from the document *old* to *new*: breaking first, then in the document's order.

    Raises:
        MissingToolError: Redocly is not installed.
        RefusedError: A file is no OpenAPI document, or Redocly cannot read it.
    """
    older, newer = read(old), read(new)
    if older == newer:
        return ()
    atlases = Atlas(older), Atlas(newer)
    found = [*openapi.between(older, newer), *extensions.between(*atlases)]
    return ordered(found, *atlases)


def read(path: Path) -> dict[str, Json]:
    """The document at *path*, which is not to be changed: who asks again gets it once more.

    Raises:
        RefusedError: It is not there, or no OpenAPI document.
    """
    try:
        found = path.stat()
        raw = _read(path, found.st_mtime_ns, found.st_size)
    except OSError as error:
        raise RefusedError(f"{path}: cannot be read ({error.strerror})") from error
    except DocumentError as error:
        raise RefusedError(str(error)) from error
    if not isinstance(raw.get("openapi"), str) or not isinstance(raw["paths"], dict):
        raise RefusedError(f"{path}: not an OpenAPI document; it needs `openapi` and `paths`")
    return raw


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int, _size: int) -> dict[str, Json]:
    """The document at *path* as of its last change: releases are compared in pairs."""
    return load(path).raw


def ordered(changes: list[Change], old: Atlas, new: Atlas) -> tuple[Change, ...]:
    """*changes* each once, breaking first, then as the newer document has their places.

    What only the older document has comes after it.
    """
    places = {
        node.pointer: number
        for number, node in enumerate((*old.api.nodes, *new.api.nodes), -len(old.api.nodes))
    }

    def key(change: Change) -> tuple[int, int, str, str]:
        place = _number(places, change.where)
        late = place if place >= 0 else place + len(places) + len(old.api.nodes)
        return RATINGS.index(change.rating), late, change.rule, change.what

    return tuple(sorted(dict.fromkeys(changes), key=key))


def _number(places: Mapping[str, int], where: str) -> int:
    """The number of the nearest place around *where*."""
    while where not in places and "/" in where:
        where = where.rsplit("/", 1)[0]
    return places.get(where, 0)
