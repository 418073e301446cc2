"""What a check reads by name, held against the document."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from layers_contract.judge.invariants._base import Invariant
from layers_contract.spec.contract import Contract

Json = Any

REQUEST, RESPONSE = "request", "response"


def lack(contract: Contract, check: Invariant) -> str | None:
    """What *check* reads and the document does not have, as a sentence; None where all is there."""
    for each in check.reads:
        if said := _lack(contract, each):
            return f"{check.id} reads {said}"
    return None


@lru_cache(maxsize=512)
def _lack(contract: Contract, read: str) -> str | None:
    if ">" in read:
        kind, _, other = read.partition(">")
        known = contract.resources.get(kind)
        lacking = known is None or other not in known.parents
        return f"the {other} of a {kind}, which no schema of a {kind} names" if lacking else None
    kind, slash, rest = read.partition("/")
    if kind not in (REQUEST, RESPONSE) and kind not in contract.resources:
        return f"a {kind}, and the document has no such resource"
    if not slash or any(
        _leads(contract, schema, rest.split("/")) for schema in _of(contract, kind)
    ):
        return None
    holder = f"no {kind}" if kind in (REQUEST, RESPONSE) else f"no schema of a {kind}"
    return f"/{rest}, which {holder} has"


def _of(contract: Contract, kind: str) -> Iterator[Json]:
    """The schemas of a resource, or of all request bodies, or of all successful responses."""
    operations = contract.operations.values()
    if kind == REQUEST:
        yield from (each.body for each in operations if each.body)
    elif kind == RESPONSE:
        for each in operations:
            for status in each.success:
                response = each.response(status)
                if response and response.schema:
                    yield response.schema
    else:
        for schema in contract.document.raw.get("components", {}).get("schemas", {}).values():
            resource = schema.get("x-resource")
            if isinstance(resource, dict) and resource.get("type") == kind:
                yield schema


def _leads(contract: Contract, schema: Json, way: list[str]) -> bool:
    """Whether a schema documents what a pointer leads to; `*` is any item of a list."""
    schema = contract.document.resolve(schema)
    if not isinstance(schema, dict):
        return False
    if not way:
        return True
    first, *rest = way
    child = schema.get("items") if first == "*" else schema.get("properties", {}).get(first)
    if child is not None and _leads(contract, child, rest):
        return True
    parts = (part for word in ("allOf", "anyOf", "oneOf") for part in schema.get(word, ()))
    return any(_leads(contract, part, way) for part in parts)
