"""What any answer looks like, whatever it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from operator import attrgetter
from typing import Any

from layers_contract.document import Operation, Problem, Response, surest
from layers_contract.facts import Facts
from layers_contract.history import NOT_JSON, Exchange
from layers_contract.invariants._base import HELD, Occasion, broken, grouped, invariant
from layers_contract.invariants._requests import error_code_of, plain, request_problems

JSON = "application/json"
SERVER_ERROR, UNAVAILABLE = 500, 503
UNGREETED = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class Alike:
    """Whole answers of one operation with one status, and what is documented for them."""

    operation: Operation
    status: int
    response: Response | None
    exchanges: Sequence[Exchange]


@invariant("schema.status", needs="a success")
def status(facts: Facts) -> Iterator[Occasion]:
    """Every success has a documented status."""
    for alike in facts.index(_answered):
        success, operation = alike.operation.success, alike.operation
        if alike.status < 300 and alike.status in success:
            yield from repeat(HELD, len(alike.exchanges))
        elif alike.status < 300:
            wanted = " or ".join(map(str, sorted(success)))
            message = f"{operation.id} answered {alike.status}, documented is {wanted}"
            yield from (broken(message, e, source=operation.source) for e in alike.exchanges)


@invariant("schema.content-type", needs="an answer with a body")
def content_type(facts: Facts) -> Iterator[Occasion]:
    """Every answer with a body is of the documented media type."""
    for alike in facts.index(_own_words):
        if alike.response is None or alike.response.schema is None:
            continue
        for exchange in alike.exchanges:
            said = exchange.headers.get("content-type", "")
            media = said if said == JSON else said.split(";")[0].strip().lower()
            if media == JSON or media.endswith("+json"):
                yield HELD
            else:
                message = f"{alike.operation.id} answered {media or 'no Content-Type'}"
                yield broken(f"{message}, documented is JSON", exchange)


@invariant("schema.body", needs="a success with a body")
def body(facts: Facts) -> Iterator[Occasion]:
    """Every success fits its schema; the source is that of the constraint that is broken."""
    for alike in facts.index(_own_words):
        if alike.exchanges[0].succeeded:
            yield from _fit(facts, alike)
    for exchange in facts.history:
        if exchange.failure and exchange.succeeded and (called := facts.operation(exchange)):
            message = f"{called.id} answered {exchange.status}, and {exchange.failure}"
            yield broken(message, exchange, source="derived")


@invariant("schema.headers", needs="an answer with a documented header")
def headers(facts: Facts) -> Iterator[Occasion]:
    """Required headers are there, and none that is there is shorter than documented."""
    for alike in facts.index(_own_words):
        documented = alike.response.headers if alike.response else {}
        least = {n: each["schema"].get("minLength", 0) for n, each in documented.items()}
        for exchange in alike.exchanges:
            for name, shortest in least.items():
                value = exchange.headers.get(name)
                if value is not None and len(value) >= shortest:
                    yield HELD
                elif value is not None or documented[name].get("required"):
                    yield _lacks_header(alike.operation, exchange, name, documented[name])


@invariant("schema.rejects-invalid", needs="a request that breaks a documented constraint")
def rejects_invalid(facts: Facts) -> Iterator[Occasion]:
    """What breaks a constraint is refused; the source is that of the surest one broken."""
    for alike in facts.index(_answered):
        if alike.exchanges[0].inconclusive or alike.status in UNGREETED:
            continue
        operation = alike.operation
        for exchange in alike.exchanges:
            problems = request_problems(facts, operation, exchange)
            if problems and exchange.succeeded:
                source = surest([problem.source for problem in problems])
                worst = next(problem for problem in problems if problem.source == source)
                message = f"{operation.id} took a request whose {worst.at}: {worst.message}"
                yield broken(message, exchange, source=source)
            elif problems:
                yield HELD


@invariant("errors.shape", needs="a refusal")
def error_shape(facts: Facts) -> Iterator[Occasion]:
    """Every refusal is the error object."""
    for alike in facts.index(_own_words):
        if not alike.exchanges[0].succeeded:
            yield from _fit(facts, alike)


@invariant("errors.code", needs="a refusal with a documented code")
def error_code(facts: Facts) -> Iterator[Occasion]:
    """A documented code comes with its status."""
    for alike in facts.index(_answered):
        for exchange in alike.exchanges if alike.status >= 400 else ():
            code = error_code_of(exchange)
            wanted = facts.contract.error_codes.get(code or "")
            if wanted is None:
                continue
            if alike.status in wanted:
                yield HELD
            elif not _lenient(code, alike.status, facts):
                usual = " or ".join(map(str, wanted))
                message = f"{alike.operation.id} answered {code} with {alike.status}, not {usual}"
                yield broken(message, exchange)


@invariant("errors.no-server-error", needs="an answer")
def no_server_error(facts: Facts) -> Iterator[Occasion]:
    """Nothing on a documented path is answered with a server error, but for the documented ones."""
    for exchange in facts.history:
        if exchange.status is None:
            continue
        if exchange.status < SERVER_ERROR or _documented(facts, exchange):
            yield HELD
        elif exchange.status == UNAVAILABLE and exchange.headers.get("retry-after"):
            continue
        elif _is_path_of(facts, exchange):
            message = f"{exchange.method} {exchange.path} answered {exchange.status}"
            yield broken(message, exchange)


def _is_path_of(facts: Facts, exchange: Exchange) -> bool:
    """Whether the document has the path of *exchange*, with whatever method."""
    operations = facts.contract.operations
    return exchange.operation in operations or any(
        each.pattern.fullmatch(exchange.path) for each in operations.values()
    )


def _documented(facts: Facts, exchange: Exchange) -> bool:
    """Whether an error has the status that is documented for its code."""
    code = error_code_of(exchange)
    return exchange.status in facts.contract.error_codes.get(code or "", ())


def _lacks_header(
    operation: Operation, exchange: Exchange, name: str, header: Mapping[str, Any]
) -> Occasion:
    how = "without" if exchange.headers.get(name) is None else "with an empty"
    message = f"{operation.id} answered {exchange.status} {how} {name}"
    return broken(message, exchange, source=header.get("x-source"))


def _own_refusal(exchange: Exchange) -> bool:
    """Whether an error is certainly the server's own word, and not that of a router before it."""
    return exchange.status is not None and exchange.status >= 400 and plain(exchange)


def _lenient(code: str | None, status: int, facts: Facts) -> bool:
    """400 in place of the documented status of a malformed request is nobody's promise."""
    return status == 400 and 422 in facts.contract.error_codes.get(code or "", ())


def _answered(facts: Facts) -> list[Alike]:
    """All whole answers, the alike together."""
    found = []
    for name, exchanges in facts.answers.items():
        whole = (each for each in exchanges if each.status is not None and each.failure is None)
        for status, alike in grouped(whole, attrgetter("status")).items():
            response = facts.response(alike[0])
            found.append(Alike(facts.contract.operations[name], status, response, alike))
    return found


def _own_words(facts: Facts) -> list[Alike]:
    """The answers that are certainly the server's own: successes, and refusals but for some."""
    found = []
    for alike in facts.index(_answered):
        if alike.exchanges[0].succeeded:
            found.append(alike)
        elif own := [each for each in alike.exchanges if _own_refusal(each)]:
            found.append(replace(alike, exchanges=own))
    return found


def _fit(facts: Facts, alike: Alike) -> Iterator[Occasion]:
    """Each answer against its schema; equal bodies fit or do not fit once."""
    response, fitting = alike.response, facts.index(_fitting)
    if response is None or response.schema is None:
        return
    for exchange in alike.exchanges:
        value = exchange.json
        if fitting.get(exchange.body) is response:
            yield HELD
        elif value is NOT_JSON:
            message = (
                f"{alike.operation.id} answered {exchange.status} with a body that is not JSON"
            )
            yield broken(message, exchange, source=response.source)
        elif problems := facts.contract.document.problems(response.base, value):
            yield from _misfits(alike.operation, exchange, problems)
        else:
            fitting[exchange.body] = response
            yield HELD


def _misfits(
    operation: Operation, exchange: Exchange, problems: Sequence[Problem]
) -> Iterator[Occasion]:
    """One violation for each source among the constraints that are broken."""
    for source in dict.fromkeys(problem.source for problem in problems):
        first, *others = (problem for problem in problems if problem.source == source)
        more = f" (and {len(others)} more)" if others else ""
        where = first.at or "the body"
        message = f"{operation.id} {exchange.status}: {where}: {first.message}{more}"
        yield broken(message, exchange, source=source)


def _fitting(_: Facts) -> dict[bytes, Response]:
    """What was found to fit which specification; equal bodies are one value."""
    return {}
