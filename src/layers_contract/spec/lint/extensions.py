"""The `x-` extensions of an OpenAPI document: names, places, shapes, cross-references.

What an extension means stands in `openapi/extensions.md`; its places and its shape in
`openapi/extensions.schema.json`, which this reads, so that both are said once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

import jsonschema_rs

from layers_contract.spec.lint.references import RULES
from layers_contract.spec.nodes import Api, Node, misshapen, to_pointer
from layers_contract.spec.shipped import shipped

SCHEMA: Final = shipped("openapi/extensions.schema.json")

Json = Any


def check(document: dict[str, Json]) -> list[str]:
    """What is wrong with the extensions of *document*, one line a problem.

    Cross-references are looked at only once every extension has its shape: before that there is
    nothing sure to follow.
    """
    api = Api(document)
    if unreadable := list(misshapen(api.nodes)):
        return unreadable
    shapes = [problem for node in api.nodes for problem in _node_problems(node)]
    return shapes or [problem for rule in RULES for problem in rule(api)]


@cache
def places() -> dict[str, dict[str, Json]]:
    """The extensions that each kind of OpenAPI object may hold, with their schemas."""
    kinds = _schema()["properties"]
    return {kind: each["properties"] for kind, each in kinds.items()}


def names() -> set[str]:
    """Every extension that there is."""
    return {name for held in places().values() for name in held}


def _node_problems(node: Node) -> Iterator[str]:
    if not isinstance(node.value, dict):
        return
    for name in node.value:
        if str(name).lower().startswith("x-"):
            yield from _extension_problems(node, str(name))


def _extension_problems(node: Node, name: str) -> Iterator[str]:
    at = to_pointer((*node.at, name))
    if name not in names():
        yield f"{at}: unknown extension{_suggestion(name)}"
    elif name not in places().get(node.kind, {}):
        yield f"{at}: may stand in: {_homes(name)}; not in: {node.kind}"
    elif "$ref" in node.value and node.kind != "schema":
        yield f"{at}: stands beside a $ref, where OpenAPI ignores it; put it on what the $ref names"
    else:
        yield from _shape_problems(node, name)


def _suggestion(name: str) -> str:
    near = get_close_matches(name, names(), n=1)
    return f"; do you mean {near[0]}?" if near else ""


def _homes(name: str) -> str:
    return ", ".join(kind for kind, held in places().items() if name in held)


def _shape_problems(node: Node, name: str) -> Iterator[str]:
    errors = _validator().iter_errors({node.kind: {name: node.value[name]}})
    for error in errors:
        inside = tuple(str(part) for part in list(error.instance_path)[2:])
        yield f"{to_pointer((*node.at, name, *inside))}: {error.message}"


@cache
def _schema() -> dict[str, Json]:
    schema: dict[str, Json] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return schema


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(_schema())
