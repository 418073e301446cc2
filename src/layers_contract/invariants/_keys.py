"""What else a key was used for, by any operation: some servers remember keys for all at once."""

from __future__ import annotations

from collections import defaultdict

from layers_contract.facts import Facts
from layers_contract.history import Exchange


def others(facts: Facts, exchange: Exchange) -> list[Exchange]:
    """The other calls with the key of *exchange*, sent before it was answered."""
    key = exchange.request_headers.get(facts.key_header)
    used = facts.index(_by_key)[exchange.credential, key] if key is not None else []
    return [e for e in used if e is not exchange and e.sent < exchange.received_at]


def is_used_elsewhere(facts: Facts, exchange: Exchange) -> bool:
    """Whether another path or operation has seen a call's key; its answer is not promised then."""
    mine = exchange.operation, exchange.path
    return any((each.operation, each.path) != mine for each in others(facts, exchange))


def _by_key(facts: Facts) -> dict[tuple[str, str], list[Exchange]]:
    found = defaultdict(list)
    for exchange in facts.history:
        key = exchange.request_headers.get(facts.key_header)
        if key is not None:
            found[exchange.credential, key].append(exchange)
    return found
