"""Whether two requests ask for the same."""

from __future__ import annotations

import json
from typing import Any

from layers_contract.history.exchanges import NOT_JSON, Exchange
from layers_contract.judge.facts import Facts, indexed


def to_the_byte(one: Exchange, other: Exchange) -> bool:
    """Whether two bodies are the same bytes."""
    return one.request_body == other.request_body


def json_alike(one: Exchange, other: Exchange) -> bool:
    """Whether two bodies are the same JSON, written otherwise."""
    if to_the_byte(one, other) or one.request_json is NOT_JSON:
        return False
    return _canonical(one) == _canonical(other)


def _canonical(exchange: Exchange) -> str:
    return json.dumps(exchange.request_json, sort_keys=True, default=repr)


def differs(facts: Facts, one: Exchange, other: Exchange) -> bool:
    """Whether two bodies ask for different things, defaults filled in."""
    if one.request_body == other.request_body:
        return False
    if NOT_JSON in (one.request_json, other.request_json):
        return one.request_json is not other.request_json
    return _meant(facts, one.operation, one) != _meant(facts, one.operation, other)


def _meant(facts: Facts, name: str | None, exchange: Exchange) -> str:
    """What a body asks an operation for, as text."""
    known, key = _meanings(facts), (name, exchange.request_body)
    if key not in known:
        operation = facts.contract.operations.get(name or "")
        filled = _filled(facts, operation.body if operation else None, exchange.request_json)
        known[key] = json.dumps(filled, sort_keys=True)
    return known[key]


@indexed
def _meanings(_: Facts) -> dict[tuple[str | None, bytes], str]:
    """What each body was found to ask for."""
    return {}


def _filled(facts: Facts, schema: Any, value: Any) -> Any:
    """*value* with the defaults of its schema, so that leaving one out is no difference."""
    schema = facts.contract.document.resolve(schema)
    if not isinstance(schema, dict) or not isinstance(value, dict):
        return value
    properties = schema.get("properties", {})
    given = {k: _filled(facts, properties.get(k), v) for k, v in value.items()}
    given = {k: v for k, v in given.items() if v not in (None, [], {})}
    defaults = {k: p["default"] for k, p in properties.items() if "default" in p}
    return defaults | given
