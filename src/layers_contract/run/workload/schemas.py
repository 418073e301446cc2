"""Schemas as the workload reads them: references followed, parts merged, marks found."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from layers_contract.spec.document import Document

__all__ = ["choices", "fits_text", "flat", "members", "needed"]

Json = Any
DEEPEST: Final = 6
"""How deep a value may be nested before what is optional is left out."""
MARKS: Final = ("x-marker", "x-sample")


def flat(document: Document, node: Json, depth: int = 0) -> dict[str, Json]:
    """A schema with its `$ref` and `allOf` merged in; what stands beside them counts more."""
    if not isinstance(node, Mapping):
        return {}
    parts: list[dict[str, Json]] = []
    if "$ref" in node and depth < DEEPEST * 2:
        parts.append(flat(document, document.resolve(node), depth + 1))
    parts += [flat(document, each, depth + 1) for each in node.get("allOf", ())]
    own = {name: value for name, value in node.items() if name not in ("$ref", "allOf")}
    merged: dict[str, Json] = {}
    for part in (*parts, own):
        merged = _merged(merged, part)
    return merged


def _merged(one: dict[str, Json], other: Mapping[str, Json]) -> dict[str, Json]:
    found = {**one, **other}
    if "properties" in one and "properties" in other:
        found["properties"] = {**one["properties"], **other["properties"]}
    if "required" in one and "required" in other:
        found["required"] = [*dict.fromkeys([*one["required"], *other["required"]])]
    if "enum" in one and "enum" in other:
        found["enum"] = [each for each in one["enum"] if each in other["enum"]]
    return found


def choices(document: Document, schema: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    """What a schema may be: itself with each of its alternatives, null last."""
    for word in ("oneOf", "anyOf"):
        if word in schema:
            rest = {name: value for name, value in schema.items() if name != word}
            branches = [_merged(rest, flat(document, each)) for each in schema[word]]
            yield from sorted(branches, key=lambda each: each.get("type") == "null")
            return
    yield dict(schema)


def members(document: Document, schema: Mapping[str, Json]) -> dict[str, dict[str, Json]]:
    """The members of an object that a client may send, each flat."""
    found = {name: flat(document, each) for name, each in schema.get("properties", {}).items()}
    return {name: each for name, each in found.items() if not each.get("readOnly")}


def needed(document: Document, schema: Mapping[str, Json]) -> frozenset[str]:
    """The members that a run sends always: those that are required, and those that take its mark.

    A member that holds such a one counts as well.
    """
    found = members(document, schema)
    marked = {name for name, each in found.items() if _takes_mark(document, each, 0)}
    return frozenset({*schema.get("required", ())} & set(found) | marked)


def _takes_mark(document: Document, schema: Mapping[str, Json], depth: int) -> bool:
    if schema.get("x-marker"):
        return True
    inside = members(document, schema) if depth < DEEPEST else {}
    return any(_takes_mark(document, each, depth + 1) for each in inside.values())


def fits_text(schema: Mapping[str, Json], text: str) -> bool:
    """Whether a string is one that a parameter's schema allows, as far as its keywords say."""
    if "enum" in schema:
        return text in schema["enum"]
    if not schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text)):
        return False
    if schema.get("format") == "uuid" and not _is_uuid(text):
        return False
    return "pattern" not in schema or _matches(schema["pattern"], text)


def _is_uuid(text: str) -> bool:
    with suppress(ValueError):
        return str(uuid.UUID(text)) == text.lower()
    return False


def _matches(pattern: str, text: str) -> bool:
    with suppress(re.error):
        return re.search(pattern, text) is not None
    return True
