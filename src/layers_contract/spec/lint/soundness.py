"""What must hold in any OpenAPI document, beyond what Redocly and openapi-spec-validator look at.

A rule is a function in `RULES`: it takes the document and yields problems, one line each. A
generated client, the mock and the contract run rest on each of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import jsonschema_rs

from layers_contract.spec.nodes import Api, Call, Node, place, same_name, to_pointer

Json = Any
Rule = Callable[[Api], Iterator[str]]

RANGES: Final = (
    ("minimum", "maximum"),
    ("exclusiveMinimum", "exclusiveMaximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
    ("minContains", "maxContains"),
)

_EXPRESSION: Final = re.compile(
    r"\$(?P<side>request|response)\.(?:body#(?P<pointer>.*)|(?P<place>header|path|query)\.(?P<name>.+))"
)
_DOCUMENT: Final = "urn:document"


def operations_have_names(api: Api) -> Iterator[str]:
    """An operation has an operationId of its own."""
    for call in api.calls:
        if api.by_id.get(call.id) is not call:
            yield f"{call.pointer}/operationId: missing, or another operation's"


def links_lead_to_operations(api: Api) -> Iterator[str]:
    """A link names an operation, and parameters that it takes."""
    for node, _ in links(api):
        target = api.by_id.get(node.value.get("operationId", ""))
        if target is None:
            yield f"{node.pointer}/operationId: there is no operation of that name"
            continue
        names = {str(each.get("name")) for each in api.parameters(target)}
        for name in node.value.get("parameters", {}):
            if name.rsplit(".", 1)[-1] not in names:
                yield f"{node.pointer}/parameters/{name}: {target.id} takes no '{name}'"


def links_read_what_is_there(api: Api) -> Iterator[str]:
    """A runtime expression leads to something that the exchange documents."""
    for node, call in links(api):
        for name, value in node.value.get("parameters", {}).items():
            if str(value).startswith("$") and not _leads(api, call, node, str(value)):
                yield f"{node.pointer}/parameters/{name}: {value} leads to nothing documented"


def links(api: Api) -> Iterator[tuple[Node, Call]]:
    """Every link of an operation's response, and the operation."""
    owners = {call.at: call for call in api.calls}
    for node in api.of_kind("link"):
        if (call := owners.get(node.at[:3])) is not None:
            yield node, call


def _leads(api: Api, call: Call, node: Node, expression: str) -> bool:
    found = _EXPRESSION.fullmatch(expression)
    if found is None:
        return expression in {"$url", "$method", "$statusCode"}
    answer = api.responses(call).get(node.at[4], {})
    if found["pointer"] is not None:
        schemas = api.request(call) if found["side"] == "request" else api.schemas(answer)
        return any(api.follow(schema, found["pointer"]) for schema in schemas)
    if found["side"] == "request":
        return api.parameter(call, found["name"], found["place"]) is not None
    return any(same_name(h, found["name"], "header") for h in answer.get("headers", {}))


def ranges_are_not_empty(api: Api) -> Iterator[str]:
    """No minimum is above its maximum."""
    for node in api.of_kind("schema"):
        for low, high in RANGES:
            if low in node.value and high in node.value and node.value[low] > node.value[high]:
                yield f"{node.pointer}: {low} is above {high}"


def required_names_are_properties(api: Api) -> Iterator[str]:
    """A required name is a property of the schema, or of what it is composed with."""
    for node in api.of_kind("schema"):
        known = _property_names(api, node)
        for name in node.value.get("required", ()):
            if name not in known:
                yield f"{node.pointer}/required: '{name}' is no property"


def _property_names(api: Api, node: Node) -> set[str]:
    names: set[str] = set()
    family = [node.at]
    while family[-1][-2:-1] and family[-1][-2] in {"allOf", "anyOf", "oneOf"}:
        family.append(family[-1][:-2])
    for at in family:
        for part in api.parts(api.lookup(at)):
            names |= set(part.get("properties", {}))
    return names


def patterns_compile(api: Api) -> Iterator[str]:
    """A pattern is a regular expression."""
    for node in api.of_kind("schema"):
        for pattern in (node.value.get("pattern"), *node.value.get("patternProperties", ())):
            try:
                re.compile(pattern or "")
            except re.error as failure:
                yield f"{node.pointer}: the pattern {pattern} does not compile ({failure})"


def defaults_fit(api: Api) -> Iterator[str]:
    """A default fits the schema that it stands in."""
    fits = _Fits(api)
    for node in api.of_kind("schema"):
        if "default" in node.value:
            yield from fits.problems((*node.at, "default"), node.at, node.value["default"])


def examples_fit(api: Api) -> Iterator[str]:
    """An example of a body, parameter, header or schema fits its schema."""
    fits = _Fits(api)
    for at, schema_at, value in _examples(api):
        yield from fits.problems(at, schema_at, value)


def _examples(api: Api) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], Json]]:
    """Every example: its place, the place of its schema, its value."""
    for node in api.nodes:
        if not isinstance(node.value, dict):
            continue
        if node.kind == "schema":
            for number, value in enumerate(node.value.get("examples", ())):
                yield (*node.at, "examples", str(number)), node.at, value
        elif "schema" in node.value:
            yield from _named_examples(api, node)


def _named_examples(
    api: Api, node: Node
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], Json]]:
    schema_at = (*node.at, "schema")
    if "example" in node.value:
        yield (*node.at, "example"), schema_at, node.value["example"]
    for name, example in node.value.get("examples", {}).items():
        resolved = api.resolve(example)
        if "value" in resolved:
            yield (*node.at, "examples", str(name), "value"), schema_at, resolved["value"]


class _Fits:
    """Judges values by schemas of the document, references and formats included."""

    def __init__(self, api: Api) -> None:
        self._registry = jsonschema_rs.Registry(
            [(_DOCUMENT, api.document)], draft=jsonschema_rs.Draft202012
        )

    def problems(self, at: tuple[str, ...], schema: tuple[str, ...], value: Json) -> Iterator[str]:
        try:
            errors = list(self._validator(schema).iter_errors(value))
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as failure:
            yield f"{to_pointer(schema)}: not a usable schema ({str(failure).splitlines()[0]})"
            return
        for error in errors:
            inside = tuple(str(part) for part in error.instance_path)
            yield f"{to_pointer((*at, *inside))}: {error.message}"

    def _validator(self, at: tuple[str, ...]) -> jsonschema_rs.Draft202012Validator:
        fragment = to_pointer(at).replace("{", "%7B").replace("}", "%7D")
        return jsonschema_rs.Draft202012Validator(
            {"$ref": _DOCUMENT + fragment}, registry=self._registry, validate_formats=True
        )


_REQUIRED: Final = {
    "document": ("info",),
    "info": ("title", "version"),
    "tag": ("name",),
    "server": ("url",),
    "operation": ("responses",),
    "parameter": ("name", "in", "schema"),
    "response": ("description",),
    "media type": ("schema",),
}
"""What the places of each kind must have, for whoever reads them."""


def parts_are_whole(api: Api) -> Iterator[str]:
    """A place has what is read of it."""
    for node in api.nodes:
        for name in _REQUIRED.get(node.kind, ()) if isinstance(node.value, dict) else ():
            if name not in node.value and "$ref" not in node.value:
                yield f"{node.pointer}: lacks `{name}`"


def references_lead_somewhere(api: Api) -> Iterator[str]:
    """A reference leads to a place of the document."""
    for node, reference in api.having("$ref"):
        if not str(reference).startswith("#"):
            yield f"{node.pointer}/$ref: {reference} is in another file; bundle the document first"
        elif api.lookup(place(str(reference))) is None:
            yield f"{node.pointer}/$ref: {reference} leads nowhere"


def operations_can_succeed(api: Api) -> Iterator[str]:
    """An operation documents a success, and each parameter that its path names."""
    for call in api.calls:
        if not any(status.isdecimal() for status in api.successes(call)):
            yield f"{call.pointer}/responses: lacks a success"
        for name in re.findall(r"{(.+?)}", call.path):
            if api.parameter(call, name, "path") is None:
                yield f"{call.pointer}: takes no path parameter '{name}'"


WHOLE: Final[tuple[Rule, ...]] = (
    operations_have_names,
    parts_are_whole,
    references_lead_somewhere,
    operations_can_succeed,
)
"""What the other rules rest on, and whoever reads the document."""

RULES: Final[tuple[Rule, ...]] = (
    links_lead_to_operations,
    links_read_what_is_there,
    ranges_are_not_empty,
    required_names_are_properties,
    patterns_compile,
    defaults_fit,
    examples_fit,
)
