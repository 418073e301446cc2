"""Polls that ask only for what has changed."""

from __future__ import annotations

from collections.abc import Iterator

from layers_contract.history.exchanges import NOT_JSON, Exchange
from layers_contract.judge.facts import Facts
from layers_contract.judge.invariants._base import HELD, Occasion, broken, grouped
from layers_contract.judge.invariants.derived._base import operation_of, rule_check
from layers_contract.spec.document import Operation, to_pointer
from layers_contract.spec.rules import Rule


@rule_check("unchanged", needs="a {what} with the validator of an earlier response")
def unchanged(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """What is said to be unchanged is so.

    HTTP lets a server send the same again, so that what is not said is a difference at most.
    """
    operation = operation_of(rule)
    said = operation.raw["x-polling"]["validator"]
    request, response = said["request"].lower(), said["response"].lower()
    asked = (e for e in facts.answers[operation.id] if e.answered and e.credential == "own")
    for polls in grouped(asked, lambda each: (each.path, each.query)).values():
        issued: dict[str, Exchange] = {}
        for exchange in polls:
            tag = exchange.request_headers.get(request)
            first = issued.get(tag or "")
            if first and first.received_at <= exchange.sent:
                if exchange.status == said["unchanged"]:
                    yield _still_true(facts, operation, polls, first, exchange)
                elif exchange.succeeded and exchange.headers.get(response) == tag:
                    message = f"{operation.id} with {said['request']} {tag} sends the same again"
                    yield broken(message, first, exchange, source="assumed")
                elif exchange.succeeded:
                    yield HELD
            given = exchange.headers.get(response)
            if exchange.succeeded and given and exchange.json is not NOT_JSON:
                issued.setdefault(given, exchange)


def _still_true(
    facts: Facts, operation: Operation, polls: list[Exchange], first: Exchange, again: Exchange
) -> Occasion:
    """No response between the two shows documented fields that differ from the first one's."""
    for each in polls:
        between = first.received_at <= each.sent and each.received_at <= again.sent
        if not between or not each.succeeded or each.json is NOT_JSON:
            continue
        if changed := _changed(facts, first, each):
            message = f"{operation.id} says unchanged, although {changed} has changed"
            return broken(message, first, each, again)
    return HELD


def _changed(facts: Facts, one: Exchange, other: Exchange) -> str:
    """A documented member of the response that two responses show differently, if any."""
    response = facts.response(one)
    schema = facts.contract.document.resolve(response.schema) if response else None
    members = schema.get("properties", {}) if isinstance(schema, dict) else {}
    was, now = one.json, other.json
    if not isinstance(was, dict) or not isinstance(now, dict):
        return ""
    names = [n for n in members if n in was and n in now and was[n] != now[n]]
    return to_pointer(names[:1])
