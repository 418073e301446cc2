"""What any answer looks like, whatever it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from layers_contract.document import Operation, Response, surest
from layers_contract.facts import Facts, busy, refused, succeeded
from layers_contract.history import NOT_JSON, Exchange
from layers_contract.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.invariants._requests import (
    away,
    error_code_of,
    plain,
    request_problems,
    well_formed,
)

JSON = "application/json"
SERVER_ERROR = 500
FEW, TENTH = 5, 10
UNGREETED = frozenset({401, 403})
GATEWAY = frozenset({408, 413, 414, 431})
"""Refusals that a proxy in front of the server may give in its own words."""


@invariant("schema.status", needs="a success")
def status(facts: Facts) -> Iterator[Occasion]:
    """Every success has a documented status."""
    operations = facts.contract.operations.values()
    success = {each.id: frozenset(s for s in each.success if s < 300) for each in operations}
    for operation, exchange in _answered(facts):
        if exchange.status in success[operation.id]:
            yield HELD
        elif not refused(exchange) and (exchange.status or 0) < SERVER_ERROR:
            wanted = " or ".join(map(str, sorted(operation.success)))
            message = f"{operation.id} answered {exchange.status}, documented is {wanted}"
            yield broken(message, exchange, source=operation.source)


@invariant("schema.content-type", needs="an answer with a body")
def content_type(facts: Facts) -> Iterator[Occasion]:
    """Every answer with a body is of the documented media type."""
    for operation, exchange in _answered(facts):
        response = facts.response(exchange)
        if response is None or response.schema is None:
            continue
        if not succeeded(exchange) and not _own_refusal(facts, exchange):
            continue
        said = exchange.headers.get("content-type", "")
        media = said if said == JSON else said.split(";")[0].strip().lower()
        if media == JSON or media.endswith("+json"):
            yield HELD
        else:
            said = media or "no Content-Type"
            yield broken(f"{operation.id} answered {said}, documented is JSON", exchange)


@invariant("schema.body", needs="a success with a body")
def body(facts: Facts) -> Iterator[Occasion]:
    """Every success fits its schema; the source is that of the constraint that is broken."""
    for operation, exchange in _answered(facts):
        if succeeded(exchange):
            yield from _fits(facts, operation, exchange)
    for exchange in facts.history:
        called = facts.operation(exchange)
        if called and exchange.failure and succeeded(exchange):
            message = f"{called.id} answered {exchange.status}, and {exchange.failure}"
            yield broken(message, exchange, source="derived")


@invariant("schema.headers", needs="an answer with a documented header")
def headers(facts: Facts) -> Iterator[Occasion]:
    """Required headers are there, and none that is there is shorter than documented."""
    for operation, exchange in _answered(facts):
        if not succeeded(exchange) and not _own_refusal(facts, exchange):
            continue
        response = facts.response(exchange)
        for name, header in response.headers.items() if response else ():
            value = exchange.headers.get(name)
            if value is not None and len(value) >= header["schema"].get("minLength", 0):
                yield HELD
            elif value is not None or header.get("required"):
                yield _lacks_header(operation, exchange, name, header)


@invariant("schema.rejects-invalid", needs="a request that breaks a documented constraint")
def rejects_invalid(facts: Facts) -> Iterator[Occasion]:
    """What breaks a constraint is refused; the source is that of the surest one broken."""
    for operation, exchange in _answered(facts):
        if busy(exchange) or exchange.status in UNGREETED:
            continue
        problems = request_problems(facts, operation, exchange)
        if not problems:
            continue
        if not succeeded(exchange):
            yield HELD
            continue
        source = surest([problem.source for problem in problems])
        worst = next(problem for problem in problems if problem.source == source)
        message = f"{operation.id} took a request whose {worst.at}: {worst.message}"
        yield broken(message, exchange, source=source)


@invariant("errors.shape", needs="a refusal")
def error_shape(facts: Facts) -> Iterator[Occasion]:
    """Every refusal is the error object."""
    for operation, exchange in _answered(facts):
        if _own_refusal(facts, exchange):
            yield from _fits(facts, operation, exchange)


@invariant("errors.code", needs="a refusal with a documented code")
def error_code(facts: Facts) -> Iterator[Occasion]:
    """A documented code comes with its status."""
    for operation, exchange in _answered(facts):
        if exchange.status is None or exchange.status < 400:
            continue
        code = error_code_of(exchange)
        wanted = facts.contract.error_codes.get(code or "")
        if wanted is None:
            continue
        if exchange.status == wanted:
            yield HELD
        elif not _lenient(code, exchange.status, facts):
            message = f"{operation.id} answered {code} with {exchange.status}, not {wanted}"
            yield broken(message, exchange)


@invariant("errors.no-server-error", needs="an answer")
def no_server_error(facts: Facts) -> Iterator[Occasion]:
    """Nothing is answered with a server error, but for the documented ones.

    What stands in front of a server may lose it for a moment, and says so without JSON. That is no
    server error, unless it says so of every tenth valid request.
    """
    often = _is_often_away(facts)
    for exchange in facts.history:
        if exchange.status is None:
            continue
        if exchange.status < SERVER_ERROR or _documented(facts, exchange):
            yield HELD
        elif exchange.status == 503 and exchange.headers.get("retry-after"):
            continue
        elif often or not away(facts, exchange):
            message = f"{exchange.method} {exchange.path} answered {exchange.status}"
            yield broken(message, exchange)


def _documented(facts: Facts, exchange: Exchange) -> bool:
    """Whether an error has the status that is documented for its code."""
    code = error_code_of(exchange)
    return facts.contract.error_codes.get(code or "") == exchange.status


def _is_often_away(facts: Facts) -> bool:
    """Whether more than a tenth of the valid requests, and five at least, found nobody there."""
    lost = sum(1 for each in facts.history if away(facts, each))
    if lost < FEW:
        return False
    sound = (e for e in facts.history if e.answered and well_formed(facts, e))
    return lost * TENTH > sum(1 for _ in sound)


def _lacks_header(
    operation: Operation, exchange: Exchange, name: str, header: Mapping[str, Any]
) -> Occasion:
    how = "without" if exchange.headers.get(name) is None else "with an empty"
    message = f"{operation.id} answered {exchange.status} {how} {name}"
    return broken(message, exchange, source=header.get("x-source"))


def _own_refusal(facts: Facts, exchange: Exchange) -> bool:
    """Whether an error is the server's own word, and not that of a router or proxy before it."""
    if exchange.status is None or exchange.status < 400 or exchange.status in GATEWAY:
        return False
    return plain(exchange) and not away(facts, exchange)


def _lenient(code: str | None, status: int, facts: Facts) -> bool:
    """400 in place of the documented status of a malformed request is nobody's promise."""
    return status == 400 and facts.contract.error_codes.get(code or "") == 422


def _answered(facts: Facts) -> Iterator[tuple[Operation, Exchange]]:
    for name, exchanges in facts.answers.items():
        operation = facts.contract.operations[name]
        for exchange in exchanges:
            if exchange.status is not None and exchange.failure is None:
                yield operation, exchange


def _fits(facts: Facts, operation: Operation, exchange: Exchange) -> Iterator[Occasion]:
    response = facts.response(exchange)
    if response is None or response.schema is None:
        return
    if exchange.json is NOT_JSON:
        message = f"{operation.id} answered {exchange.status} with a body that is not JSON"
        yield broken(message, exchange, source=response.source)
        return
    fitting, value = facts.index(_fitting), id(exchange.json)
    if fitting.get(value) is response:
        yield HELD
        return
    problems = facts.contract.document.problems(response.base, exchange.json)
    if not problems:
        fitting[value] = response
        yield HELD
    for source in dict.fromkeys(problem.source for problem in problems):
        first, *others = (problem for problem in problems if problem.source == source)
        more = f" (and {len(others)} more)" if others else ""
        where = first.at or "the body"
        message = f"{operation.id} {exchange.status}: {where}: {first.message}{more}"
        yield broken(message, exchange, source=source)


def _fitting(_: Facts) -> dict[int, Response]:
    """What was found to fit which specification; equal bodies are one value."""
    return {}
