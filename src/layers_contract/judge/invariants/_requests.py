"""What can be said of a request, and of a refusal's code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from math import inf
from typing import Any

from layers_contract.history.exchanges import NOT_JSON, Exchange
from layers_contract.judge.facts import Container, Facts, indexed
from layers_contract.judge.invariants._cancels import may_be_archived
from layers_contract.judge.invariants._keys import is_used_before
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Operation, Problem, pointer

REFUSED = frozenset({404, 405, 409, 410})
"""How a call is refused that its resource does not allow; other refusals have other reasons."""
NAMES_A_RESOURCE = frozenset({"influencerId", "referenceMediaIds"})
"""The fields of a brief that name what might not be there."""
PLAIN_SEGMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._~-]{0,127}")
PLAIN_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")


def asks_soundly(facts: Facts, container: Container, exchange: Exchange) -> bool:
    """Whether nothing but the container's state could be the reason to refuse a call."""
    if container.created is None or exchange.credential != "own":
        return False
    if is_used_before(facts, exchange):
        return False
    patch = pointer(exchange.request_json, "/patch")
    if isinstance(patch, dict) and NAMES_A_RESOURCE & patch.keys():
        return False
    conflict = error_code_of(exchange, facts.contract) == facts.contract.idempotency.conflict_code
    archived = may_be_archived(facts, container.project, exchange)
    return not conflict and not archived and valid(facts, exchange)


def error_code_of(exchange: Exchange, contract: Contract) -> str | None:
    """The code in an error answer, or None; *contract* says where it is."""
    found = (pointer(exchange.json, place) for place in contract.error_code_places)
    return next((code for code in found if isinstance(code, str)), None)


def plain(exchange: Exchange) -> bool:
    """Whether a request is so ordinary that no proxy or router answers it in the server's place."""
    return all(map(_is_plain_segment, exchange.path_params.values())) and all(
        map(_is_plain_value, exchange.request_headers.values())
    )


@lru_cache(maxsize=1 << 16)
def _is_plain_segment(value: str) -> bool:
    return PLAIN_SEGMENT.fullmatch(value) is not None


@lru_cache(maxsize=4096)
def _is_plain_value(value: str) -> bool:
    return PLAIN_VALUE.fullmatch(value) is not None


def request_problems(facts: Facts, operation: Operation, exchange: Exchange) -> list[Problem]:
    """The documented constraints that a request breaks.

    Only what cannot be read in two ways: the JSON body, and query parameters given once.
    """
    body = _body_problems(facts, operation, exchange) if operation.takes_body else []
    return [*body, *_query_problems(operation, exchange)] if exchange.query else body


def _body_problems(facts: Facts, operation: Operation, exchange: Exchange) -> list[Problem]:
    if operation.body_required and not exchange.request_body:
        return [Problem("body", "is missing", "assumed")]
    if operation.body is None or not is_json(exchange):
        return []
    value = exchange.request_json
    if value is NOT_JSON:
        return [Problem("body", "is not JSON", "assumed")] if exchange.request_body else []
    known, key = _known_problems(facts), (operation.id, exchange.request_body)
    if key not in known:
        base = operation.body_base
        found = facts.contract.document.problems(base, value)
        known[key] = [Problem(f"body{each.at}", each.message, each.source) for each in found]
    return known[key]


@indexed
def _known_problems(_: Facts) -> dict[tuple[str, bytes], list[Problem]]:
    """What is wrong with which body."""
    return {}


def _query_problems(operation: Operation, exchange: Exchange) -> list[Problem]:
    names = [name for name, _ in exchange.query]
    found = []
    for name, value in exchange.query:
        parameter = operation.parameter(name)
        if parameter and parameter.schema.get("type") == "integer" and names.count(name) == 1:
            problem = _integer_problem(value, parameter.schema)
            found += [Problem(name, problem, parameter.source)] if problem else []
    return found


def _integer_problem(value: str, schema: Mapping[str, Any]) -> str | None:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", value):
        return f"{value!r} is not a whole number" if value.isascii() and value.isalpha() else None
    number = int(value)
    if number < schema.get("minimum", number):
        return f"{number} is less than {schema['minimum']}"
    if number > schema.get("maximum", number):
        return f"{number} is more than {schema['maximum']}"
    return None


def valid(facts: Facts, exchange: Exchange) -> bool:
    """Whether a request is ordinary, breaks no documented constraint, and was got to."""
    return not exchange.inconclusive and well_formed(facts, exchange)


def well_formed(facts: Facts, exchange: Exchange) -> bool:
    """Whether a request is ordinary and breaks no documented constraint."""
    operation = facts.operation(exchange)
    if operation is None or not plain(exchange):
        return False
    return _headers_fit(operation, exchange) and not request_problems(facts, operation, exchange)


def _headers_fit(operation: Operation, exchange: Exchange) -> bool:
    """Whether the documented headers of a request, such as its key, are as long as they may be."""
    return all(
        parameter.schema.get("minLength", 0) <= len(value) <= parameter.schema.get("maxLength", inf)
        for parameter in operation.parameters
        if parameter.place == "header"
        and (value := exchange.request_headers.get(parameter.name.lower())) is not None
    )


def is_json(exchange: Exchange) -> bool:
    """Whether a request says that its body is JSON."""
    return exchange.request_headers.get("content-type", "").startswith("application/json")
