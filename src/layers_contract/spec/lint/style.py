"""What we ask of an OpenAPI document beyond what Redocly and openapi-spec-validator look at.

`check` gives every problem, one line each. A rule is a function in `RULES`: it takes the document
and yields problems. A generated client, the mock and the contract run rest on each of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import jsonschema_rs

from layers_contract.spec.nodes import Api, Call, Node, misshapen, place, same_name, to_pointer

Json = Any
Rule = Callable[[Api], Iterator[str]]

REQUEST_ID: Final = "X-Request-Id"
EVERYWHERE: Final = ("401", "429", "4XX")
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


def check(document: dict[str, Json]) -> list[str]:
    """What is wrong with *document*, one line a problem."""
    api = Api(document)
    if unreadable := list(misshapen(api.nodes)):
        return unreadable
    return [problem for rule in RULES for problem in rule(api)]


def operations_are_named(api: Api) -> Iterator[str]:
    """An operation has an operationId of its own, one tag, and its own security."""
    for call in api.calls:
        if api.by_id.get(call.id) is not call:
            yield f"{call.pointer}/operationId: missing, or another operation's"
        if len(call.value.get("tags", ())) != 1:
            yield f"{call.pointer}/tags: must be exactly one"
        if not call.value.get("security"):
            yield f"{call.pointer}/security: missing; generators do not read the document's"


def operations_document_refusals(api: Api) -> Iterator[str]:
    """An operation documents a missing key, too many calls, and any other refusal."""
    for call in api.calls:
        for status in EVERYWHERE:
            if status not in api.responses(call):
                yield f"{call.pointer}/responses: lacks {status}"


def answers_carry_request_ids(api: Api) -> Iterator[str]:
    """A successful answer documents the header that names the exchange."""
    for call in api.calls:
        for status, response in api.successes(call).items():
            if REQUEST_ID not in response.get("headers", {}):
                yield f"{call.pointer}/responses/{status}/headers: lacks {REQUEST_ID}"


def links_lead_to_operations(api: Api) -> Iterator[str]:
    """A link names an operation, and parameters that it takes."""
    for node, _ in _links(api):
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
    for node, call in _links(api):
        for name, value in node.value.get("parameters", {}).items():
            if str(value).startswith("$") and not _leads(api, call, node, str(value)):
                yield f"{node.pointer}/parameters/{name}: {value} leads to nothing documented"


def _links(api: Api) -> Iterator[tuple[Node, Call]]:
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


def makers_link_to_takers(api: Api) -> Iterator[str]:
    """What an operation has started is linked to every operation that takes its id."""
    for call in api.calls:
        made = _made(api, call)
        linked = {node.value.get("operationId") for node, owner in _links(api) if owner is call}
        for taker in api.calls:
            if made & _taken(api, taker) and _taken(api, taker) <= made and taker.id not in linked:
                yield f"{call.pointer}: makes an id, and has no link to {taker.id}, which takes it"


def _made(api: Api, call: Call) -> set[str]:
    """The types of what the operation makes: the job, and what it works on where that is new."""
    starts = call.value.get("x-starts")
    if starts is None:
        return set()
    jobs = [each for schema in api.answers(call) for each in api.follow(schema, starts["job"])]
    made = [part for job in jobs for part in api.parts(job)]
    if starts["container"] == "new":
        graphs = api.having("x-lifecycles")
        made += [n.value for n, found in graphs if any("mirrors" in g for g in found.values())]
    return {schema["x-resource"]["type"] for schema in made if "x-resource" in schema}


def _taken(api: Api, call: Call) -> set[str]:
    """The types of the ids in the operation's path."""
    return {p["x-resource"] for p in api.parameters(call) if "x-resource" in p}


def readers_are_linked(api: Api) -> Iterator[str]:
    """A reading operation that takes an id can be reached from somewhere."""
    targets = {node.value.get("operationId") for node, _ in _links(api)}
    for call in api.calls:
        if call.at[2] == "get" and _taken(api, call) and call.id not in targets:
            yield f"{call.pointer}: no link leads here"


def ranges_are_not_empty(api: Api) -> Iterator[str]:
    """No minimum is above its maximum."""
    for node in api.of_kind("schema"):
        for low, high in RANGES:
            if low in node.value and high in node.value and node.value[low] > node.value[high]:
                yield f"{node.pointer}: {low} is above {high}"


def arrays_have_items(api: Api) -> Iterator[str]:
    """An array says what is in it."""
    for node in api.of_kind("schema"):
        if "array" in _types(node.value) and "items" not in node.value:
            yield f"{node.pointer}: an array without items"


def schemas_are_objects(api: Api) -> Iterator[str]:
    """No schema is `true` or `false`; the client's generator refuses them."""
    for node in api.nodes:
        open_or_closed = node.at[-1:] == ("additionalProperties",)
        if node.kind == "schema" and not isinstance(node.value, dict) and not open_or_closed:
            yield f"{node.pointer}: not an object, but {node.value!r}"


def lists_are_exploded(api: Api) -> Iterator[str]:
    """No parameter sets `explode: false`; the client's generator does not heed it."""
    for node in api.of_kind("parameter"):
        if node.value.get("explode") is False:
            yield f"{node.pointer}/explode: must not be false"


def enums_are_not_nullable(api: Api) -> Iterator[str]:
    """A nullable enum is written `anyOf` a reference and null; inline, it becomes three classes."""
    for node in api.of_kind("schema"):
        enum = node.value.get("enum", ())
        if enum and (None in enum or "null" in _types(node.value)):
            yield f"{node.pointer}/enum: nullable; write anyOf [$ref, null]"


def answers_are_open(api: Api) -> Iterator[str]:
    """No schema of an answer closes its properties: servers may add fields."""
    at = _places(api)
    for schema in api.reached(_answer_schemas(api)):
        for keyword in ("additionalProperties", "unevaluatedProperties"):
            if schema.get(keyword) is False:
                yield f"{at[id(schema)]}/{keyword}: closes an answer"


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


def bodies_have_examples(api: Api) -> Iterator[str]:
    """Every request and every answer with a body shows an example."""
    for node in api.of_kind("media type"):
        if not node.value.get("examples") and "example" not in node.value:
            yield f"{node.pointer}: no example"


def answers_have_sources(api: Api) -> Iterator[str]:
    """Every property of an answer has a source, its own or one around it."""
    at = _places(api)
    for schema in api.reached(_answer_schemas(api)):
        for name, value in schema.get("properties", {}).items():
            field = (*place(at[id(schema)]), "properties", name)
            if not _has_source(api, field) and not _has_source(api, _target(value)):
                yield f"{to_pointer(field)}: no source, here or around it"


def _target(value: Json) -> tuple[str, ...]:
    reference = value.get("$ref", "") if isinstance(value, dict) else ""
    return place(reference)


def _has_source(api: Api, at: tuple[str, ...]) -> bool:
    around = (api.lookup(at[:length]) for length in range(len(at), -1, -1))
    return any(isinstance(each, dict) and "x-source" in each for each in around)


def parts_declare_sources(api: Api) -> Iterator[str]:
    """Every operation and every component says its source, so that none is had by accident."""
    named = {"schema", "parameter", "response", "header"}
    for node in api.nodes:
        component = node.kind in named and len(node.at) == 3 and node.at[0] == "components"
        if (component or node.kind == "operation") and "x-source" not in node.value:
            yield f"{node.pointer}: no x-source"


def _answer_schemas(api: Api) -> list[Json]:
    holders = [each for call in api.calls for each in api.responses(call).values()]
    return [schema for each in holders for schema in api.schemas(each)]


def _places(api: Api) -> dict[int, str]:
    """Where each schema object stands, by its identity; for an aliased one, the first place."""
    found: dict[int, str] = {}
    for node in api.of_kind("schema"):
        found.setdefault(id(node.value), node.pointer)
    return found


def _types(schema: dict[str, Json]) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else types


RULES: Final[tuple[Rule, ...]] = (
    operations_are_named,
    operations_document_refusals,
    answers_carry_request_ids,
    links_lead_to_operations,
    links_read_what_is_there,
    makers_link_to_takers,
    readers_are_linked,
    ranges_are_not_empty,
    arrays_have_items,
    schemas_are_objects,
    lists_are_exploded,
    enums_are_not_nullable,
    answers_are_open,
    required_names_are_properties,
    patterns_compile,
    defaults_fit,
    examples_fit,
    bodies_have_examples,
    answers_have_sources,
    parts_declare_sources,
)
