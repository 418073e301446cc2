"""Answers of one operation with one status, beside what is documented for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from layers_contract.history.exchanges import NOT_JSON, Exchange
from layers_contract.judge.facts import Facts, indexed
from layers_contract.judge.invariants._base import HELD, Occasion, broken, grouped
from layers_contract.judge.invariants._requests import plain
from layers_contract.spec.document import Operation, Problem, Response


@dataclass(frozen=True, slots=True)
class Alike:
    """Whole answers of one operation with one status, and what is documented for them."""

    operation: Operation
    status: int
    response: Response | None
    exchanges: Sequence[Exchange]


def _own_refusal(exchange: Exchange) -> bool:
    """Whether an error is certainly the server's own word, and not that of a router before it."""
    return exchange.status is not None and exchange.status >= 400 and plain(exchange)


@indexed
def answered(facts: Facts) -> list[Alike]:
    """All whole answers, the alike together."""
    found = []
    for name, exchanges in facts.answers.items():
        whole = (each for each in exchanges if each.status is not None and each.failure is None)
        for status, alike in grouped(whole, attrgetter("status")).items():
            response = facts.response(alike[0])
            found.append(Alike(facts.contract.operations[name], status, response, alike))
    return found


@indexed
def own_words(facts: Facts) -> list[Alike]:
    """The answers that are certainly the server's own: successes, and refusals but for some."""
    found = []
    for alike in answered(facts):
        if alike.exchanges[0].succeeded:
            found.append(alike)
        elif own := [each for each in alike.exchanges if _own_refusal(each)]:
            found.append(replace(alike, exchanges=own))
    return found


def fit(facts: Facts, alike: Alike) -> Iterator[Occasion]:
    """Each answer against its schema; equal bodies fit or do not fit once."""
    response, fitting = alike.response, _fitting(facts)
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


@indexed
def _fitting(_: Facts) -> dict[bytes, Response]:
    """What was found to fit which specification; equal bodies are one value."""
    return {}
