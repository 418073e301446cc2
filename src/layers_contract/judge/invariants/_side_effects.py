"""What has changed on a container around a call, and what the server may change by itself."""

from __future__ import annotations

from typing import Any

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Container, Facts, Seen
from layers_contract.judge.invariants._policy import soft_policy
from layers_contract.spec.document import pointer

KEPT = ("assets", "captions", "brief", "format", "createdAt")
"""The fields that only a new render changes."""
NEAR = 30.0
"""Seconds beyond which a person may have had a hand in what changed."""


def has_picked(facts: Facts, before: Seen, after: Seen) -> bool:
    """Whether the server has named the format that it was free to choose."""
    was, now = (pointer(seen.data, "/format") for seen in (before, after))
    return bool(was == facts.contract.open_format != now)


def has_changed(facts: Facts, before: Any, after: Any, name: str) -> bool:
    """Whether a field that both show differs, and not because the server has picked a format."""
    if name == "format" and before.get(name) == facts.contract.open_format:
        return False
    return name in before and name in after and before[name] != after[name]


def quiet_around(facts: Facts, container: Container, exchange: Exchange) -> list[str] | None:
    """What a call that does nothing has changed on *container*, or None where nobody knows."""
    around = container.around(exchange)
    if around is None or around[0].state not in facts.contract.render.endings:
        return None
    fields = [*KEPT, "status"]
    if review_stays(facts, container, *around):
        fields.append(facts.contract.review.field[1:])
    last, following = (seen.data for seen in around)
    return [name for name in fields if has_changed(facts, last, following, name)]


def review_stays(facts: Facts, container: Container, last: Seen, following: Seen) -> bool:
    """Whether a review is decided, or cannot be by anybody else in so short a time."""
    gate = facts.contract.review.gate
    state = pointer(last.data, facts.contract.review.field)
    if gate is None or state not in (gate.open, gate.closed):
        return True
    return following.received - last.sent < NEAR and not soft_policy(facts, container)


def changes_by_itself(facts: Facts, container: Container, before: Seen, after: Seen) -> bool:
    """Whether a container shows something else because the server has picked or approved."""
    if has_picked(facts, before, after):
        return True
    field = facts.contract.review.field
    moved = pointer(before.data, field) != pointer(after.data, field)
    return moved and not review_stays(facts, container, before, after)
