"""An OpenAPI 3.1 document as typed nodes, for what lints it.

`walk` tells schemas from parameters from examples, so that a rule about schemas never reads a
sample payload. `Api` answers what several rules ask: which operations there are, what a `$ref`
leads to, what a JSON Pointer into a payload leads to in that payload's schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from layers_contract.spec.contract import statuses

Json = Any
Path = tuple[str, ...]

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_ONE, _MANY, _NAMED = "one", "many", "named"
_SHAPES = {_MANY: "list", _NAMED: "map"}
_SERVERS = {"servers": (_MANY, "server")}
_CONTENT = {"content": (_NAMED, "media type")}
_VALUE = {"schema": (_ONE, "schema"), "examples": (_NAMED, "example"), **_CONTENT}
_ANY_NAME = "*"
"""Stands for every key that is not an extension."""

_PARTS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "document": {
        "info": (_ONE, "info"),
        "tags": (_MANY, "tag"),
        "paths": (_ONE, "paths"),
        "components": (_ONE, "components"),
        "webhooks": (_NAMED, "path item"),
        **_SERVERS,
    },
    "info": {"contact": (_ONE, "contact"), "license": (_ONE, "license")},
    "components": {
        "schemas": (_NAMED, "schema"),
        "responses": (_NAMED, "response"),
        "parameters": (_NAMED, "parameter"),
        "examples": (_NAMED, "example"),
        "requestBodies": (_NAMED, "request body"),
        "headers": (_NAMED, "header"),
        "securitySchemes": (_NAMED, "security scheme"),
        "links": (_NAMED, "link"),
        "callbacks": (_NAMED, "callback"),
        "pathItems": (_NAMED, "path item"),
    },
    "paths": {_ANY_NAME: (_ONE, "path item")},
    "callback": {_ANY_NAME: (_ONE, "path item")},
    "path item": {
        "parameters": (_MANY, "parameter"),
        **dict.fromkeys(METHODS, (_ONE, "operation")),
        **_SERVERS,
    },
    "operation": {
        "parameters": (_MANY, "parameter"),
        "requestBody": (_ONE, "request body"),
        "responses": (_ONE, "responses"),
        "callbacks": (_NAMED, "callback"),
        **_SERVERS,
    },
    "responses": {_ANY_NAME: (_ONE, "response")},
    "parameter": _VALUE,
    "header": _VALUE,
    "request body": _CONTENT,
    "response": {"headers": (_NAMED, "header"), "links": (_NAMED, "link"), **_CONTENT},
    "media type": {**_VALUE, "encoding": (_NAMED, "encoding")},
    "encoding": {"headers": (_NAMED, "header")},
    "schema": {
        **dict.fromkeys(
            (
                *("additionalProperties", "unevaluatedProperties", "propertyNames", "contains"),
                *("items", "unevaluatedItems", "not", "if", "then", "else"),
            ),
            (_ONE, "schema"),
        ),
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), (_MANY, "schema")),
        **dict.fromkeys(
            ("properties", "patternProperties", "dependentSchemas", "$defs"), (_NAMED, "schema")
        ),
    },
}


@dataclass(frozen=True, slots=True)
class Node:
    """One place of the document: where it is, what it is, what stands there."""

    at: Path
    kind: str
    value: Json

    @property
    def pointer(self) -> str:
        """The place as a URI fragment with a JSON Pointer: `#/paths/~1v1~1jobs`."""
        return to_pointer(self.at)


@dataclass(frozen=True)
class Call:
    """An operation, and the path that it stands under."""

    at: Path
    id: str
    path: str
    item: dict[str, Json]
    value: dict[str, Json]

    @property
    def pointer(self) -> str:
        """Where the operation stands."""
        return to_pointer(self.at)


def to_pointer(at: Path) -> str:
    """The JSON Pointer of *at*, as a URI fragment."""
    return "#" + "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in at)


def numbered(at: Path, document: Json) -> tuple[str | int, ...]:
    """The place *at* with numbers where it goes through a list, as `Document.source` takes it."""
    way: list[str | int] = []
    for part in at:
        way.append(int(part) if isinstance(document, list) else part)
        document = document[way[-1]]
    return tuple(way)


def tokens(pointer: str) -> list[str]:
    """The parts of a JSON Pointer; none for the empty one."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def place(reference: str) -> Path:
    """The place that a `$ref`, or a pointer with its `#`, names in its own document."""
    return tuple(tokens(reference.removeprefix("#")))


def walk(document: dict[str, Json]) -> Iterator[Node]:
    """Every typed place of *document*, parents first. What is inside an example is data."""
    yield from _walk(Node((), "document", document))


def _walk(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node.value, dict):
        for child in _children(node):
            yield from _walk(child)


def _children(node: Node) -> Iterator[Node]:
    parts = _PARTS.get(node.kind, {})
    for key, value in node.value.items():
        name = str(key)
        part = parts.get(name) or (None if name.startswith("x-") else parts.get(_ANY_NAME))
        if part is None:
            continue
        shape, kind = part
        if shape == _ONE:
            yield Node((*node.at, name), kind, value)
        elif shape == _MANY and isinstance(value, list):
            yield from (Node((*node.at, name, str(n)), kind, v) for n, v in enumerate(value))
        elif shape == _NAMED and isinstance(value, dict):
            yield from (Node((*node.at, name, str(n)), kind, v) for n, v in value.items())
        else:
            yield Node((*node.at, name), f"{_SHAPES[shape]} of {kind}s", value)


def misshapen(nodes: list[Node]) -> Iterator[str]:
    """The places that hold no object, and lists and maps that are none: rules cannot read them."""
    for node in nodes:
        if not isinstance(node.value, dict) and node.kind != "schema":
            yield f"{node.pointer}: is no {node.kind}"


class Api:
    """What rules ask of a document."""

    def __init__(self, document: dict[str, Json]) -> None:
        self.document = document

    @cached_property
    def nodes(self) -> list[Node]:
        """Every typed place."""
        return list(walk(self.document))

    def of_kind(self, kind: str) -> Iterator[Node]:
        """The places of one kind that hold an object."""
        return (n for n in self.nodes if n.kind == kind and isinstance(n.value, dict))

    def having(self, name: str) -> Iterator[tuple[Node, Json]]:
        """The places that hold the keyword *name*, each with its value."""
        for node in self.nodes:
            if isinstance(node.value, dict) and name in node.value:
                yield node, node.value[name]

    @cached_property
    def calls(self) -> list[Call]:
        """Every operation below `paths`."""
        return [
            Call(node.at, str(node.value.get("operationId", "")), node.at[1], item, node.value)
            for node in self.of_kind("operation")
            if node.at[0] == "paths" and isinstance(item := self.lookup(node.at[:2]), dict)
        ]

    @cached_property
    def by_id(self) -> dict[str, Call]:
        """Every operation, by its operationId."""
        return {call.id: call for call in self.calls if call.id}

    def lookup(self, at: Path) -> Json:
        """What stands at *at*, or None."""
        found: Json = self.document
        for part in at:
            if isinstance(found, dict):
                found = found.get(part, found.get(int(part)) if part.isdecimal() else None)
            elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
                found = found[int(part)]
            else:
                return None
        return found

    def resolve(self, value: Json) -> dict[str, Json]:
        """The object *value*, or what its `$ref` leads to; empty where that is no object."""
        seen: set[str] = set()
        while isinstance(value, dict) and isinstance(reference := value.get("$ref"), str):
            if reference in seen:
                return {}
            seen.add(reference)
            value = self.lookup(place(reference))
        return value if isinstance(value, dict) else {}

    def parameters(self, call: Call) -> list[dict[str, Json]]:
        """The parameters of an operation and of its path, resolved."""
        listed = (*call.item.get("parameters", ()), *call.value.get("parameters", ()))
        return [self.resolve(each) for each in listed]

    def parameter(self, call: Call, name: str, place: str) -> dict[str, Json] | None:
        """The parameter of that name; header names are equal whatever their case."""
        for each in self.parameters(call):
            if each.get("in") == place and same_name(each.get("name"), name, place):
                return each
        return None

    def responses(self, call: Call) -> dict[str, dict[str, Json]]:
        """The documented answers by status, resolved."""
        found = call.value.get("responses", {})
        return {str(status): self.resolve(each) for status, each in found.items()}

    def successes(self, call: Call) -> dict[str, dict[str, Json]]:
        """The documented answers below 400."""
        return {s: each for s, each in self.responses(call).items() if s[0] in "123"}

    def answers(self, call: Call) -> list[Json]:
        """The schemas of the successful answers that have a body."""
        return [s for each in self.successes(call).values() for s in self.schemas(each)]

    def request(self, call: Call) -> list[Json]:
        """The schemas of the request body; none where there is no body."""
        return self.schemas(self.resolve(call.value.get("requestBody", {})))

    @staticmethod
    def schemas(holder: dict[str, Json]) -> list[Json]:
        """The schemas of a response or request body, one for each media type."""
        return [
            media["schema"] for media in holder.get("content", {}).values() if "schema" in media
        ]

    def parts(self, schema: Json) -> Iterator[dict[str, Json]]:
        """*schema* and what it is composed of, references resolved."""
        resolved = self.resolve(schema)
        yield resolved
        for keyword in ("allOf", "anyOf", "oneOf"):
            for each in resolved.get(keyword, ()):
                yield from self.parts(each)

    def follow(self, schema: Json, pointer: str) -> list[Json]:
        """The schemas of what *pointer* leads to in a value of *schema*; none if nothing."""
        found = [schema]
        for token in tokens(pointer):
            parts = [part for each in found for part in self.parts(each)]
            found = [child for part in parts for child in _steps(part, token)]
        return found

    @cached_property
    def error_codes(self) -> dict[str, tuple[int, ...]]:
        """Every error code of `x-error-codes`, and the statuses that it comes with."""
        found = (codes for _, codes in self.having("x-error-codes"))
        return {code: statuses(each["status"]) for codes in found for code, each in codes.items()}

    def types(self, schemas: list[Json]) -> set[str]:
        """The JSON types that *schemas* name."""
        named = [part.get("type", []) for each in schemas for part in self.parts(each)]
        return {t for each in named for t in ([each] if isinstance(each, str) else each)}

    def reached(self, schemas: list[Json]) -> Iterator[dict[str, Json]]:
        """Every schema that a value of *schemas* is judged by, each once."""
        seen: set[int] = set()
        pending = list(schemas)
        while pending:
            schema = self.resolve(pending.pop())
            if id(schema) not in seen:
                seen.add(id(schema))
                yield schema
                pending += [n.value for n in _children(Node((), "schema", schema))]


def same_name(one: Json, other: str, place: str) -> bool:
    """Whether two parameter names are the same one."""
    return str(one).lower() == other.lower() if place == "header" else one == other


EACH: Final = "*"
"""In a pointer: every item of a list."""


def _steps(schema: dict[str, Json], token: str) -> Iterator[Json]:
    if token in schema.get("properties", {}):
        yield schema["properties"][token]
    if "items" in schema and (token.isdecimal() or token == EACH):
        yield schema["items"]
