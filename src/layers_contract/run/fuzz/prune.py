"""Bodies without members their schema does not name: whether a server takes those is not promised.

The schema cannot be closed instead, for then Schemathesis would send such members as violations.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemathesis.core.jsonschema import BUNDLE_STORAGE_KEY

__all__ = ["prune"]


def prune(value: Any, schema: Any) -> Any:
    """*value* without members that no part of *schema* names, at any depth."""
    bundle = schema.get(BUNDLE_STORAGE_KEY, {}) if isinstance(schema, dict) else {}
    return _prune(value, list(_parts(schema, bundle, frozenset())), bundle)


def _prune(value: Any, parts: list[dict[str, Any]], bundle: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        known = _members(parts)
        if not known or any("patternProperties" in part for part in parts):
            return value
        return {n: _under(v, known[n], bundle) for n, v in value.items() if n in known}
    if isinstance(value, list):
        items = [part["items"] for part in parts if "items" in part]
        return [_under(item, items, bundle) for item in value]
    return value


def _under(value: Any, schemas: list[Any], bundle: dict[str, Any]) -> Any:
    parts = [part for schema in schemas for part in _parts(schema, bundle, frozenset())]
    return _prune(value, parts, bundle)


def _members(parts: list[dict[str, Any]]) -> dict[str, list[Any]]:
    known: dict[str, list[Any]] = {}
    for part in parts:
        for name, schema in part.get("properties", {}).items():
            known.setdefault(name, []).append(schema)
    return known


def _parts(schema: Any, bundle: dict[str, Any], seen: frozenset[str]) -> Iterator[dict[str, Any]]:
    """*schema* and the schemas it applies to the same value."""
    if not isinstance(schema, dict):
        return
    yield schema
    reference = schema.get("$ref", "")
    if reference and reference not in seen:
        target = bundle.get(reference.rpartition("/")[2])
        yield from _parts(target, bundle, seen | {reference})
    for keyword in ("allOf", "anyOf", "oneOf"):
        for branch in schema.get(keyword, ()):
            yield from _parts(branch, bundle, seen)
    for keyword in ("if", "then", "else"):
        yield from _parts(schema.get(keyword), bundle, seen)
