"""The items on a list's page."""

from __future__ import annotations

from layers_contract.document import pointer
from layers_contract.facts import Facts
from layers_contract.history import Exchange


def items(facts: Facts, exchange: Exchange) -> list[dict[str, object]]:
    """The objects on a list's page."""
    pagination = facts.contract.lists.get(exchange.operation or "")
    found = pointer(exchange.json, pagination.items) if pagination and exchange.succeeded else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
