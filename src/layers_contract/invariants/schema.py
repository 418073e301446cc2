"""What any answer looks like, whatever it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from layers_contract.document import Operation, surest
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

SERVER_ERROR = 500
FEW, TENTH = 5, 10
UNGREETED = frozenset({401, 403})
GATEWAY = frozenset({408, 413, 414, 431})
"""Refusals that a proxy in front of the server may give in its own words."""


@invariant("schema.status", needs="a success")
def status(facts: Facts) -> Iterator[Occasion]:
    """Every success has a documented status."""
    for operation, exchange in _answered(facts):
        if exchange.status is None or refused(exchange) or exchange.status >= SERVER_ERROR:
            continue
        if exchange.status in operation.success:
            yield HELD
        else:
            wanted = " or ".join(map(str, sorted(operation.success)))
            message = f"{operation.id} answered {exchange.status}, documented is {wanted}"
            yield broken(message, exchange, source=operation.source)


@invariant("schema.content-type", needs="an answer with a body")
def content_type(facts: Facts) -> Iterator[Occasion]:
    """Every answer with a body is of the documented media type."""
    for operation, exchange in _answered(facts):
        response = facts.response(exchange)
        if (
            response is None
            or response.schema is None
            or not (succeeded(exchange) or _own_refusal(facts, exchange))
        ):
            continue
        media = exchange.headers.get("content-type", "").split(";")[0].strip().lower()
        if media == "application/json" or media.endswith("+json"):
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
        response = facts.response(exchange)
        if succeeded(exchange) or _own_refusal(facts, exchange):
            for name, header in (response.headers if response else {}).items():
                yield from _header(operation, exchange, name, header)


@invariant("schema.rejects-invalid", needs="a request that breaks a documented constraint")
def rejects_invalid(facts: Facts) -> Iterator[Occasion]:
    """What breaks a constraint is refused; the source is that of the surest one broken."""
    for operation, exchange in _answered(facts):
        problems = request_problems(facts, operation, exchange)
        if not problems or busy(exchange) or exchange.status in UNGREETED:
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
        code = error_code_of(exchange)
        wanted = facts.contract.error_codes.get(code or "")
        if wanted is None or exchange.status is None or exchange.status < 400:
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
        code = error_code_of(exchange)
        if (
            exchange.status < SERVER_ERROR
            or facts.contract.error_codes.get(code or "") == exchange.status
        ):
            yield HELD
        elif exchange.status == 503 and exchange.headers.get("retry-after"):
            continue
        elif often or not away(facts, exchange):
            message = f"{exchange.method} {exchange.path} answered {exchange.status}"
            yield broken(message, exchange)


def _is_often_away(facts: Facts) -> bool:
    """Whether more than a tenth of the valid requests, and five at least, found nobody there."""
    lost = sum(1 for each in facts.history if away(facts, each))
    if lost < FEW:
        return False
    sound = (e for e in facts.history if e.answered and well_formed(facts, e))
    return lost * TENTH > sum(1 for _ in sound)


def _header(
    operation: Operation, exchange: Exchange, name: str, header: Mapping[str, Any]
) -> Iterator[Occasion]:
    value, source = exchange.headers.get(name), header.get("x-source")
    if value is None and header.get("required"):
        message = f"{operation.id} answered {exchange.status} without {name}"
        yield broken(message, exchange, source=source)
    elif value is not None:
        fits = len(value) >= header["schema"].get("minLength", 0)
        message = f"{operation.id} answered {exchange.status} with an empty {name}"
        yield HELD if fits else broken(message, exchange, source=source)


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
            if exchange.answered and exchange.failure is None:
                yield operation, exchange


def _fits(facts: Facts, operation: Operation, exchange: Exchange) -> Iterator[Occasion]:
    response = facts.response(exchange)
    if response is None or response.schema is None:
        return
    if exchange.json is NOT_JSON:
        message = f"{operation.id} answered {exchange.status} with a body that is not JSON"
        yield broken(message, exchange, source=response.source)
        return
    problems = facts.contract.document.problems(response.base, exchange.json)
    if not problems:
        yield HELD
    for source in dict.fromkeys(problem.source for problem in problems):
        first, *others = (problem for problem in problems if problem.source == source)
        more = f" (and {len(others)} more)" if others else ""
        where = first.at or "the body"
        message = f"{operation.id} {exchange.status}: {where}: {first.message}{more}"
        yield broken(message, exchange, source=source)
