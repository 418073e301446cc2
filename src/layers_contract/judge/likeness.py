"""Whether a response is one of this API: of roughly the documented shape.

Roughly, because a server with faults is still the server to judge; another API's response, a
gateway's or a web page's is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from layers_contract.history.exchanges import NOT_JSON, Exchange
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document, Response

__all__ = ["resembles", "speaks"]

TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}


def speaks(contract: Contract, exchange: Exchange) -> bool:
    """Whether the response to a documented operation looks like this API's own."""
    operation = contract.operations.get(exchange.operation or "")
    if operation is None or exchange.status is None or exchange.json is NOT_JSON:
        return False
    documented = operation.response(exchange.status)
    if documented is None and not exchange.succeeded:
        refusals = (r for s, r in operation.responses.items() if s[0] in "45d")
        return any(_fits(contract, each, exchange.json) for each in refusals)
    return documented is not None and _fits(contract, documented, exchange.json)


def _fits(contract: Contract, response: Response, value: Any) -> bool:
    schema = response.schema
    return schema is not None and resembles(contract.document, schema, value)


def resembles(document: Document, schema: Any, value: Any) -> bool:
    """Whether *value* has at least half of the members that *schema* asks for, of their types."""
    parts = list(_parts(document, schema))
    if not all(_is_of_type(part, value) for part in parts):
        return False
    members = {name: each for part in parts for name, each in part.get("properties", {}).items()}
    wanted = {name for part in parts for name in part.get("required", ())} & set(members)
    if not wanted or not isinstance(value, dict):
        return True
    there = [
        name for name in wanted if name in value and resembles(document, members[name], value[name])
    ]
    return 2 * len(there) >= len(wanted)


def _parts(document: Document, schema: Any) -> Iterator[Mapping[str, Any]]:
    """*schema* with its references followed, and all that it is made of."""
    schema = document.resolve(schema)
    yield schema
    for part in schema.get("allOf", ()):
        yield from _parts(document, part)


def _is_of_type(schema: Mapping[str, Any], value: Any) -> bool:
    names = schema.get("type", ())
    names = (names,) if isinstance(names, str) else names
    if isinstance(value, bool):
        return not names or "boolean" in names
    return not names or isinstance(value, tuple(t for name in names for t in TYPES[name]))
