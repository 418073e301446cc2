"""The style of this repository's document: what we ask of it that not every document must keep.

A rule is a function in `RULES`: it takes the document and yields problems, one line each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from layers_contract.spec.lint.soundness import links
from layers_contract.spec.nodes import Api, Call, place, to_pointer

Json = Any
Rule = Callable[[Api], Iterator[str]]

REQUEST_ID: Final = "X-Request-Id"
EVERYWHERE: Final = ("401", "429", "4XX")


def operations_are_tagged(api: Api) -> Iterator[str]:
    """An operation has one tag, and its own security."""
    for call in api.calls:
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


def makers_link_to_takers(api: Api) -> Iterator[str]:
    """What an operation has started is linked to every operation that takes its id."""
    for call in api.calls:
        made = _made(api, call)
        linked = {node.value.get("operationId") for node, owner in links(api) if owner is call}
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
    targets = {node.value.get("operationId") for node, _ in links(api)}
    for call in api.calls:
        if call.at[2] == "get" and _taken(api, call) and call.id not in targets:
            yield f"{call.pointer}: no link leads here"


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
    operations_are_tagged,
    operations_document_refusals,
    answers_carry_request_ids,
    makers_link_to_takers,
    readers_are_linked,
    arrays_have_items,
    schemas_are_objects,
    lists_are_exploded,
    enums_are_not_nullable,
    answers_are_open,
    bodies_have_examples,
    answers_have_sources,
    parts_declare_sources,
)
