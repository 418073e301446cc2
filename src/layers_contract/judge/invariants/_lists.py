"""The items on a list's page."""

from __future__ import annotations

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Facts
from layers_contract.spec.document import pointer


def items(facts: Facts, exchange: Exchange) -> list[dict[str, object]]:
    """The objects on a list's page."""
    pagination = facts.contract.lists.get(exchange.operation or "")
    found = pointer(exchange.json, pagination.items) if pagination and exchange.succeeded else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
