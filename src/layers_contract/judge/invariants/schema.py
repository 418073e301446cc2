"""What any answer looks like, whatever it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import repeat
from typing import Any

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Facts
from layers_contract.judge.invariants._answers import answered, fit, own_words
from layers_contract.judge.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.judge.invariants._requests import request_problems
from layers_contract.spec.document import Operation, surest

JSON = "application/json"
UNGREETED = frozenset({401, 403})


@invariant("schema.status", needs="a success")
def status(facts: Facts) -> Iterator[Occasion]:
    """Every success has a documented status."""
    for alike in answered(facts):
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
    for alike in own_words(facts):
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
    for alike in own_words(facts):
        if alike.exchanges[0].succeeded:
            yield from fit(facts, alike)
    for exchange in facts.history:
        if exchange.failure and exchange.succeeded and (called := facts.operation(exchange)):
            message = f"{called.id} answered {exchange.status}, and {exchange.failure}"
            yield broken(message, exchange, source="derived")


@invariant("schema.headers", needs="an answer with a documented header")
def headers(facts: Facts) -> Iterator[Occasion]:
    """Required headers are there, and none that is there is shorter than documented."""
    for alike in own_words(facts):
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
    for alike in answered(facts):
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


def _lacks_header(
    operation: Operation, exchange: Exchange, name: str, header: Mapping[str, Any]
) -> Occasion:
    how = "without" if exchange.headers.get(name) is None else "with an empty"
    message = f"{operation.id} answered {exchange.status} {how} {name}"
    return broken(message, exchange, source=header.get("x-source"))
