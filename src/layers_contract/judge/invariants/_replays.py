"""What a key was first used for, and what it was used for again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Facts, KeyedCall, Started, indexed, remembered
from layers_contract.judge.invariants._base import HELD, Occasion, broken
from layers_contract.judge.invariants._bodies import differs, to_the_byte
from layers_contract.judge.invariants._requests import is_json
from layers_contract.spec.document import pointer


@indexed
def replays(facts: Facts) -> list[tuple[Started, Exchange]]:
    """The first answer to each key, with each repetition of the call that came after it."""
    return list(repetitions(facts, to_the_byte))


def repetitions(
    facts: Facts, alike: Callable[[Exchange, Exchange], bool]
) -> Iterator[tuple[Started, Exchange]]:
    """The first answer to each key, with each later call that is *alike*."""
    for first, again in other_uses(facts):
        if not alike(first.exchange, again) or not within_window(facts, first, again):
            continue
        if again.received_at <= first.exchange.sent:
            continue
        in_flight = together(first, again)
        if in_flight and again.status == facts.contract.idempotency.in_flight_status:
            continue
        yield first, again


@indexed
def conflicts(facts: Facts) -> list[tuple[Started, Exchange]]:
    """The first answer to each key, with each later use of the key with another body."""
    return list(_find_conflicts(facts))


def _find_conflicts(facts: Facts) -> Iterator[tuple[Started, Exchange]]:
    for first, other in other_uses(facts):
        if other.sent < first.exchange.received_at or not is_json(other):
            continue
        if within_window(facts, first, other) and differs(facts, first.exchange, other):
            yield first, other


def other_uses(facts: Facts) -> Iterator[tuple[Started, Exchange]]:
    """What each key was first used for, with each other call that the server got to."""
    for call in facts.keyed.values():
        if first := _first_use(facts, call):
            for exchange in call.exchanges:
                if exchange is not first.exchange and not exchange.inconclusive:
                    yield first, exchange


@remembered
def _first_use(facts: Facts, call: KeyedCall) -> Started | None:
    """What the key was first used for, or None where that is not certain."""
    if not call.started:
        return None
    first = min(call.started, key=lambda s: s.exchange.received_at)
    doubtful = [
        e
        for e in call.exchanges
        if not e.refused
        and e.sent < first.exchange.received_at
        and differs(facts, first.exchange, e)
    ]
    return None if doubtful else first


def within_window(facts: Facts, first: Started, again: Exchange) -> bool:
    """Whether a call was over before its key may have been forgotten."""
    one = first.exchange
    call = facts.keyed[(one.credential, first.operation, one.path, first.key or "")]
    return again.received_at < window_end(facts, call)


def window_end(facts: Facts, call: KeyedCall) -> float:
    """Until when a key is remembered for certain."""
    window = min(facts.contract.idempotency.window, facts.expect.window)
    return call.begun + window - facts.expect.clock_skew


def together(first: Started, again: Exchange) -> bool:
    """Whether a call was sent before the first one was answered."""
    return again.sent < first.exchange.received_at


def same_answer(facts: Facts, first: Started, again: Exchange) -> Occasion:
    """A repeated call is answered as the first one was, in all that the document names."""
    original = first.exchange
    if again.status != original.status:
        message = f"a replay of {first.operation} answered {again.status}, first {original.status}"
        return broken(message, original, again)
    envelope = pointer(again.json, first.starts.job)
    fields = facts.contract.document.schema(facts.contract.job.schema)["properties"]
    known = [name for name in fields if name in first.envelope]
    changed = [n for n in known if pointer(envelope, "/" + n) != first.envelope[n]]
    if not changed:
        return HELD
    message = f"a replay of {first.operation} shows another {', '.join(changed)}"
    return broken(message, original, again)
