"""What else a key was used for, by any operation: some servers remember keys for all at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from math import inf

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Facts, by_received_at, by_sent, indexed, remembered
from layers_contract.judge.timeline import Work

Scope = Callable[[Exchange], Hashable]
Key = tuple[str, str]


def is_used_before(facts: Facts, exchange: Exchange) -> bool:
    """Whether another call with the key of *exchange* was sent before it was answered."""
    key = _key(facts, exchange)
    uses = _by_key(facts)[key] if key else []
    return any(e is not exchange and e.sent < exchange.received_at for e in uses[:2])


def is_used_elsewhere(facts: Facts, exchange: Exchange) -> bool:
    """Whether another path or operation has seen a call's key; its answer is not promised then."""
    return _is_used_otherwise(facts, exchange, _place)


def is_used_for_another(facts: Facts, exchange: Exchange) -> bool:
    """Whether another call has used a call's key: elsewhere, or with another body."""
    return _is_used_otherwise(facts, exchange, _call)


def last_use_over(facts: Facts, exchange: Exchange) -> float:
    """When the last of the other uses of a call's key was over, of those sent before its answer.

    Infinity where there is none, as for one that was not answered.
    """
    key = _key(facts, exchange)
    over = _work(facts)[key].last_over(exchange.received_at, exchange) if key else None
    return inf if over is None else over


def _place(exchange: Exchange) -> Hashable:
    return exchange.operation, exchange.path


def _call(exchange: Exchange) -> Hashable:
    return exchange.operation, exchange.path, exchange.request_body


def _is_used_otherwise(facts: Facts, exchange: Exchange, scope: Scope) -> bool:
    key, mine = _key(facts, exchange), scope(exchange)
    firsts = _first_uses(facts, scope)[key] if key else {}
    others = (sent for each, sent in firsts.items() if each != mine)
    return next(others, inf) < exchange.received_at


@remembered
def _first_uses(facts: Facts, scope: Scope) -> dict[Key, dict[Hashable, float]]:
    """When each key was first used for each scope, the earliest first."""
    found = defaultdict[Key, dict[Hashable, float]](dict)
    for key, uses in _by_key(facts).items():
        for each in uses:
            found[key].setdefault(scope(each), each.sent)
    return found


@indexed
def _work(facts: Facts) -> dict[Key, Work[Exchange]]:
    return {key: Work(uses, by_received_at) for key, uses in _by_key(facts).items()}


def _key(facts: Facts, exchange: Exchange) -> Key | None:
    key = exchange.request_headers.get(facts.key_header)
    return None if key is None else (exchange.credential, key)


@indexed
def _by_key(facts: Facts) -> dict[Key, list[Exchange]]:
    """The uses of each key, in the order of sending."""
    found = defaultdict(list)
    for exchange in sorted(facts.history, key=by_sent):
        if key := _key(facts, exchange):
            found[key].append(exchange)
    return found
