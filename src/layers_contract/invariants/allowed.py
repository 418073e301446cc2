"""Calls that have to be taken, and what they start."""

from __future__ import annotations

from collections.abc import Iterator

from layers_contract.contract import Transition
from layers_contract.document import pointer
from layers_contract.facts import Container, Facts
from layers_contract.history import Exchange
from layers_contract.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.invariants._keys import is_used_before, last_use_over
from layers_contract.invariants._requests import (
    NAMES_A_RESOURCE,
    error_code_of,
    may_be_archived,
    valid,
)
from layers_contract.invariants.approval import review_around

REFUSED = frozenset({404, 405, 409, 410})
"""How a call is refused that its resource does not allow; other refusals have other reasons."""


@invariant("job.kind", needs="a render that was started")
def kind(facts: Facts) -> Iterator[Occasion]:
    """The envelope's kind is the one documented for the operation."""
    for started in facts.starts:
        shown, render = started.envelope.get("kind"), facts.jobs[started.job].render
        if isinstance(shown, str) and render is not None and render.first is started:
            message = f"{started.operation} started a job of kind {shown}"
            right = shown == started.starts.kind
            source = started.starts.kind_source
            yield HELD if right else broken(message, started.exchange, source=source)


@invariant("lifecycle.allowed", needs="a new render asked for once the last one has ended")
def allowed(facts: Facts) -> Iterator[Occasion]:
    """A new render is not refused in a state that allows it."""
    for name, starts in facts.contract.starts.items():
        if starts.new_container or starts.when:
            continue
        for exchange in facts.answers[name]:
            container = facts.container_of(exchange)
            if container is None or not _asks_soundly(facts, container, exchange):
                continue
            state = _state_before(facts, container, exchange)
            if state is None or not _may_start(facts, name, state):
                continue
            if exchange.succeeded:
                yield HELD
            elif exchange.status in REFUSED:
                message = f"{name} of a container that is {state}: {exchange.status}"
                yield broken(message, exchange)


def _asks_soundly(facts: Facts, container: Container, exchange: Exchange) -> bool:
    """Whether nothing but the container's state could be the reason to refuse a call."""
    if container.created is None or exchange.credential != "own":
        return False
    if is_used_before(facts, exchange):
        return False
    patch = pointer(exchange.request_json, "/patch")
    if isinstance(patch, dict) and NAMES_A_RESOURCE & patch.keys():
        return False
    conflict = error_code_of(exchange) == facts.contract.idempotency.conflict_code
    archived = may_be_archived(facts, pointer(container.created.envelope, "/projectId"), exchange)
    return not conflict and not archived and valid(facts, exchange)


def _state_before(facts: Facts, container: Container, exchange: Exchange) -> str | None:
    """The ending that a container was in when *exchange* came, if nothing else was under way."""
    last = container.last_read_before(exchange)
    if last is None or last.state not in facts.contract.render.endings:
        return None
    quiet = container.untouched(last.sent, exchange.received_at, but=exchange)
    return last.state if quiet and container.render_of(last) is not None else None


def _may_start(facts: Facts, operation: str, state: str) -> bool:
    return any(operation in t.by and state in t.origins for t in facts.contract.render.transitions)


@invariant("approval.taken", needs="a decision on a pending review")
def taken(facts: Facts) -> Iterator[Occasion]:
    """A decision is not refused where the review is pending, and stays so."""
    review = facts.contract.review
    for step in review.transitions:
        for name in step.by if step.origins else ():
            for exchange in facts.answers[name]:
                container = facts.container_of(exchange)
                if container is None or not _asks_soundly(facts, container, exchange):
                    continue
                if review_around(facts, container, exchange) not in step.origins:
                    continue
                if exchange.succeeded:
                    yield HELD
                elif exchange.status in REFUSED and _is_still(facts, container, exchange, step):
                    message = f"{name} of a container whose review is pending: {exchange.status}"
                    yield broken(message, exchange)


def _is_still(facts: Facts, container: Container, exchange: Exchange, step: Transition) -> bool:
    """Whether the next read shows that nobody else, nor the server by itself, has decided."""
    around = container.around(exchange)
    state = pointer(around[1].data, facts.contract.review.field) if around else None
    return state in step.origins


@invariant("idempotency.window-ends", needs="time beyond the window of a key, as in simulation")
def window_ends(facts: Facts) -> Iterator[Occasion]:
    """A call with a key whose last use lies further back than its window starts a job anew."""
    code = facts.contract.idempotency.conflict_code
    for call in facts.keyed.values():
        jobs = {s.exchange.number: s for s in call.started}
        old: dict[str, Exchange] = {}
        for again in call.exchanges:
            now, first = jobs.get(again.number), next(iter(old.values()), None)
            if first and _window_is_over(facts, again):
                if now:
                    message = (
                        f"a key was still known after its window: {call.operation.id} replayed"
                    )
                    yield broken(message, first, again) if now.job in old else HELD
                elif error_code_of(again) == code:
                    message = "a key was still known after its window, and another body a conflict"
                    yield broken(message, first, again)
            if now:
                old.setdefault(now.job, again)


def _window_is_over(facts: Facts, again: Exchange) -> bool:
    """Whether every other use of a call's key was over a whole window before it was sent."""
    window = min(facts.contract.idempotency.window, facts.expect.window)
    return again.sent - last_use_over(facts, again) > window + facts.expect.clock_skew
