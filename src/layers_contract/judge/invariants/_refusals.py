"""Calls of an operation in a state of the container that refuses it."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Container, Facts, indexed
from layers_contract.judge.invariants._base import HELD, Occasion, broken
from layers_contract.judge.invariants._requests import valid
from layers_contract.spec.contract import Refusal


def refusals(facts: Facts, refusal: Refusal) -> Iterator[Occasion]:
    """Calls of an operation while the container was certainly in a state that refuses it."""
    for exchange in facts.answers[refusal.operation]:
        container = facts.container_of(exchange)
        if container is None or exchange.credential != "own" or not valid(facts, exchange):
            continue
        if facts.repeats(exchange):
            continue
        state = _state_around(facts, container, exchange)
        if state not in refusal.states:
            continue
        message = f"{refusal.operation} of a container that is {state} answered {exchange.status}"
        right = exchange.status == refusal.status
        yield HELD if right else broken(message, exchange, source=refusal.source)


def _state_around(facts: Facts, container: Container, exchange: Exchange) -> str | None:
    """The state that held for certain while *exchange* was carried out, or None.

    An ending stays. A render went on for certain where its job was seen running afterwards.
    """
    last = container.last_read_before(exchange)
    if last is None:
        return None
    render = container.render_of(last)
    if render is None or not container.untouched(last.sent, exchange.received_at, but=exchange):
        return None
    if last.state in facts.contract.render.endings:
        return last.state
    running_last = _running_last(facts).get(render.job, -inf)
    return last.state if running_last >= exchange.received_at else None


@indexed
def _running_last(facts: Facts) -> dict[str, float]:
    """When each job was asked for last and seen running."""
    endings = facts.contract.job.endings
    return {
        job.id: poll.sent
        for job in facts.jobs.values()
        for poll in job.polls
        if poll.state not in endings
    }
