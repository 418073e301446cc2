"""What partners would take for a promise of the API, although it is only assumed.

Assumed promises and limits do not belong in the partners' document at all. What has to stay, such
as a name that nobody has confirmed, is told in its description with the words of `MARK`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from layers_contract.spec.document import Document
from layers_contract.spec.nodes import Api, Node, numbered

Json = Any

MARK: Final = "not confirmed"
ASSUMED: Final = "assumed"

LIMITS: Final = frozenset(
    {"required", "enum", "const", "pattern", "format", "default", "uniqueItems", "multipleOf"}
    | {"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "additionalProperties"}
)
"""Keywords of a schema that a reader takes for a rule. A `type` is what the samples show."""

_NAMED: Final = ("parameters", "properties", "headers", "schemas", "responses")


def presented_as_fact(raw: dict[str, Json]) -> list[str]:
    """What *raw*, a document for partners, tells as a fact and is assumed; one line each."""
    api, document = Api(raw), Document(raw)
    found: list[str] = []
    for node in api.nodes:
        if isinstance(node.value, dict):
            found += _assumed_words(node)
            found += _unmarked(node)
            if node.kind == "schema":
                found += _limits(node, document)
                found += _capped(node, api)
    return found + list(_filters(document))


def _assumed_words(node: Node) -> Iterator[str]:
    """What an extension says with `source: assumed`."""
    for name, value in node.value.items():
        if str(name).startswith("x-") and name != "x-source":
            for at in _with_source(value) if isinstance(value, dict | list) else ():
                yield f"{node.pointer}/{name}{at}: is assumed"


def _with_source(value: Json, at: str = "") -> Iterator[str]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    if isinstance(value, dict) and value.get("source") == ASSUMED:
        yield at
    for key, each in items:
        if isinstance(each, dict | list):
            yield from _with_source(each, f"{at}/{key}")


def _unmarked(node: Node) -> Iterator[str]:
    """Something with a name that is assumed as a whole, and whose description does not say so."""
    named = len(node.at) > 1 and node.at[-2] in _NAMED
    if named and node.value.get("x-source") == ASSUMED and not _marked(node):
        yield f"{node.pointer}/description: does not say that it is {MARK}"


def _limits(node: Node, document: Document) -> Iterator[str]:
    way = numbered(node.at, document.raw)
    for keyword in sorted(LIMITS & node.value.keys()):
        if document.source((*way, keyword)) == ASSUMED:
            yield f"{node.pointer}/{keyword}: is assumed"


def _capped(node: Node, api: Api) -> Iterator[str]:
    """A reference beside which the limits of what it names are said to be assumed."""
    if "$ref" not in node.value or _marked(node):
        return
    source = node.value.get("x-source")
    limits = LIMITS & api.resolve(node.value).keys()
    words = source if isinstance(source, dict) else dict.fromkeys(limits, source)
    for keyword in sorted(limits):
        if words.get(keyword) == ASSUMED:
            yield f"{node.pointer}: the {keyword} of what it refers to is assumed here"


def _filters(document: Document) -> Iterator[str]:
    """A filter of a list that takes a parameter which is assumed."""
    for operation in document.operations.values():
        for name in operation.raw.get("x-pagination", {}).get("filters", ()):
            parameter = operation.parameter(name)
            if parameter and parameter.source == ASSUMED:
                yield f"{operation.id}: the filter {name} of x-pagination is assumed"


def _marked(node: Node) -> bool:
    return MARK in " ".join(str(node.value.get("description", "")).lower().split())
