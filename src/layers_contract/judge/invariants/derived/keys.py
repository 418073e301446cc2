"""An idempotency key that is used again, by any operation that heeds keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from layers_contract.history.exchanges import NOT_JSON, Exchange
from layers_contract.judge.facts import Facts, KeyedCall, by_received_at
from layers_contract.judge.invariants._base import HELD, Occasion, broken
from layers_contract.judge.invariants._bodies import differs, json_alike, to_the_byte
from layers_contract.judge.invariants._keys import is_used_elsewhere
from layers_contract.judge.invariants._requests import (
    error_code_of,
    is_json,
    request_problems,
    valid,
)
from layers_contract.judge.invariants._things import things, window
from layers_contract.judge.invariants.derived._base import operation_of, rule_check
from layers_contract.judge.timeline import overlapping
from layers_contract.spec.document import Operation, weakest
from layers_contract.spec.rules import Rule

UNREAD = frozenset({401, 403, 408, 413, 415, 429})
"""Refusals that say nothing of the request's key."""


@rule_check("replay", needs="a successful {what} repeated with its key")
def replay(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """A repeated call is answered with the first one's status and documented fields."""
    operation = operation_of(rule)
    for call in _calls(facts, operation):
        first = _first(facts, call)
        for again in _others(facts, call, first) if first else ():
            if first and _is_repetition(facts, first, again):
                yield _same(facts, operation, first, again, _source_of_replay(facts, first, again))


@rule_check("conflict", needs="the key of a successful {what} used with another body")
def conflict(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """Another body under the key is refused with the documented status and code."""
    operation, said = operation_of(rule), facts.contract.idempotency
    for call in _calls(facts, operation):
        first = _first(facts, call)
        for other in _others(facts, call, first) if first else ():
            if first is None or not _is_another(facts, first, other):
                continue
            code = error_code_of(other, facts.contract)
            right = other.status == said.conflict_status and code in (said.conflict_code, None)
            if right:
                yield HELD
            elif other.succeeded or valid(facts, other):
                answer = f"{other.status} {code or ''}".rstrip()
                message = f"another body under the key of a {operation.id}: {answer}"
                yield broken(message, first, other, source=_source(facts, "conflict"))


@rule_check("in-flight", needs="two calls of {what} with one key at one moment")
def in_flight(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """Of calls that overlap one has an effect; the others are its replays, or refused so."""
    operation = operation_of(rule)
    for call in _calls(facts, operation):
        known = [e for e in _remembered(facts, call) if not e.inconclusive]
        for one, other in overlapping(known, by_received_at):
            if one.succeeded and other.succeeded:
                yield _one_effect(facts, operation, one, other)
            elif one.succeeded or other.succeeded:
                refusal = other if one.succeeded else one
                yield from _refused_in_flight(facts, operation, one, other, refusal)


def _one_effect(facts: Facts, operation: Operation, one: Exchange, other: Exchange) -> Occasion:
    if differs(facts, one, other):
        made, also = (_made(facts, each) for each in (one, other))
        message = f"one key and two bodies at one moment: two {operation.id} had an effect"
        return HELD if made == also != frozenset() else broken(message, one, other)
    return _same(facts, operation, one, other)


def _made(facts: Facts, exchange: Exchange) -> frozenset[tuple[str, str]]:
    """What a response names as new."""
    return things(facts).named_as_new(exchange)


def _refused_in_flight(
    facts: Facts, operation: Operation, one: Exchange, other: Exchange, refusal: Exchange
) -> Iterator[Occasion]:
    said = facts.contract.idempotency
    code = error_code_of(refusal, facts.contract)
    documented = (
        {(said.conflict_status, said.conflict_code)} if differs(facts, one, other) else set()
    )
    if said.in_flight_status is not None:
        documented.add((said.in_flight_status, said.in_flight_code or code or ""))
    if refusal.status in UNREAD or not documented or not valid(facts, refusal):
        return
    if any(refusal.status == status and code in (each, None) for status, each in documented):
        yield HELD
    else:
        answer = f"{refusal.status} {code or ''}".rstrip()
        message = f"two {operation.id} with one key at one moment, and one is refused: {answer}"
        yield broken(message, one, other)


@rule_check("keeps-key", needs="a key used for an invalid {what}, then for a valid one")
def keeps_key(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """After an invalid request its key can be used."""
    operation, code = operation_of(rule), facts.contract.idempotency.conflict_code
    for call in _calls(facts, operation):
        bad = [e for e in call.exchanges if _was_invalid(facts, operation, e)]
        used = [e for e in call.exchanges if not e.refused][:2]
        for first in bad[:1]:
            later = [e for e in call.exchanges if e.sent >= first.received_at and valid(facts, e)]
            fresh = [
                e for e in later if not any(u.sent < e.received_at and u is not e for u in used)
            ]
            for again in fresh[:1]:
                taken = error_code_of(again, facts.contract) == code
                message = f"a key whose first {operation.id} was invalid: {again.status}"
                if taken or again.succeeded:
                    source = _source(facts, "invalid-request-keeps-key")
                    yield broken(message, first, again, source=source) if taken else HELD


def _was_invalid(facts: Facts, operation: Operation, exchange: Exchange) -> bool:
    refused = exchange.refused and exchange.status not in UNREAD
    return refused and bool(request_problems(facts, operation, exchange))


def _calls(facts: Facts, operation: Operation) -> list[KeyedCall]:
    """The uses of each key by an operation, where nothing else has seen that key."""
    return [
        call
        for call in facts.keyed.values()
        if call.operation.id == operation.id
        and len(call.exchanges) > 1
        and not any(is_used_elsewhere(facts, each) for each in call.exchanges)
    ]


def _first(facts: Facts, call: KeyedCall) -> Exchange | None:
    """The first success under a key, where no other body may have come before it."""
    done = [e for e in call.exchanges if e.succeeded]
    first = min(done, key=by_received_at, default=None)
    if first is None:
        return None
    before = (e for e in call.exchanges if not e.refused and e.sent < first.received_at)
    return None if any(_is_other_body(facts, first, e) for e in before) else first


def _others(facts: Facts, call: KeyedCall, first: Exchange | None) -> Iterator[Exchange]:
    """The other uses of a key that were over before it may be forgotten."""
    for exchange in _remembered(facts, call):
        if exchange is not first and not exchange.inconclusive and exchange.status not in UNREAD:
            yield exchange


def _remembered(facts: Facts, call: KeyedCall) -> list[Exchange]:
    end = call.begun + window(facts)
    return [e for e in call.exchanges if (e.received_at if e.answered else e.sent) < end]


def _is_repetition(facts: Facts, first: Exchange, again: Exchange) -> bool:
    """Whether *again* came after *first*, and is the same to the document."""
    if again.sent < first.received_at:
        return False
    return to_the_byte(first, again) or (_equality(facts) == "json" and json_alike(first, again))


def _is_another(facts: Facts, first: Exchange, other: Exchange) -> bool:
    """Whether *other* came after *first*, with a body that is another one to the document."""
    after = other.sent >= first.received_at and is_json(other)
    return after and _is_other_body(facts, first, other)


def _is_other_body(facts: Facts, one: Exchange, other: Exchange) -> bool:
    if _equality(facts) == "bytes":
        return not to_the_byte(one, other)
    return differs(facts, one, other)


def _source(facts: Facts, part: str) -> str:
    """How sure a part of the document's `x-idempotency` is."""
    said = facts.contract.document.raw["x-idempotency"].get(part, {})
    return str(said.get("source", "derived"))


def _source_of_replay(facts: Facts, first: Exchange, again: Exchange) -> str:
    """How sure a replay is: no surer than the rule by which the two bodies are equal."""
    replayed = _source(facts, "replay")
    if to_the_byte(first, again):
        return replayed
    return weakest([replayed, _source(facts, "equal-bodies")])


def _equality(facts: Facts) -> str | None:
    """What makes two bodies equal: `json`, `bytes`, or None where the document does not say."""
    said = facts.contract.document.raw["x-idempotency"].get("equal-bodies", {})
    value = said.get("value")
    return value if isinstance(value, str) else None


def _same(
    facts: Facts, operation: Operation, first: Exchange, again: Exchange, source: str | None = None
) -> Occasion:
    """A replay has the status of the original, and all that is documented of its body."""
    if again.status != first.status:
        message = f"a repeated {operation.id} answered {again.status}, first {first.status}"
        return broken(message, first, again, source=source)
    response = facts.response(first)
    if response is None or response.schema is None or NOT_JSON in (first.json, again.json):
        return HELD
    changed = list(_changes(facts, response.schema, first.json, again.json, ""))
    if not changed:
        return HELD
    message = f"a repeated {operation.id} shows another {', '.join(sorted(set(changed)))}"
    return broken(message, first, again, source=source)


def _changes(facts: Facts, schema: Any, was: Any, now: Any, at: str) -> Iterator[str]:
    """Where two values differ in what *schema* documents."""
    if was == now:
        return
    properties = _properties(facts, schema)
    if isinstance(was, dict) and isinstance(now, dict) and properties:
        for name in properties.keys() & was.keys():
            yield from _changes(facts, properties[name], was[name], now.get(name), f"{at}/{name}")
    else:
        yield at or "body"


def _properties(facts: Facts, schema: Any) -> Mapping[str, Any]:
    """The documented members of an object, in all that a schema is composed of."""
    resolved = facts.contract.document.resolve(schema)
    if not isinstance(resolved, dict):
        return {}
    found = dict(resolved.get("properties", {}))
    for word in ("allOf", "anyOf", "oneOf"):
        for part in resolved.get(word, ()):
            found |= _properties(facts, part)
    return found
