"""A key that is used again: the same call is replayed, another body is a conflict."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Facts, Started, indexed
from layers_contract.judge.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.judge.invariants._bodies import differs
from layers_contract.judge.invariants._cancels import may_be_canceled
from layers_contract.judge.invariants._hooks import nothing_new
from layers_contract.judge.invariants._replays import (
    conflicts,
    other_uses,
    replays,
    same_answer,
    together,
)
from layers_contract.judge.invariants._requests import error_code_of, valid
from layers_contract.judge.invariants._side_effects import has_picked

STABLE = ("status", "assets", "captions", "brief", "createdAt", "updatedAt", "format")


@invariant("idempotency.replay", needs="a call repeated with its key while its render goes on")
def replay(facts: Facts) -> Iterator[Occasion]:
    """A repeated call is answered with the original answer."""
    for first, again in replays(facts):
        if not together(first, again) and not _moved_on(facts, first, again):
            yield same_answer(facts, first, again)


@invariant("idempotency.replay-later", needs="a call repeated with its key after its render ended")
def replay_later(facts: Facts) -> Iterator[Occasion]:
    """A repeated call is answered with the original answer, whatever has happened since."""
    for first, again in replays(facts):
        if _moved_on(facts, first, again):
            yield same_answer(facts, first, again)


@invariant("idempotency.simultaneous", needs="calls with one key at one time")
def simultaneous(facts: Facts) -> Iterator[Occasion]:
    """Calls that overlap name one job, or are told that the first is in flight."""
    in_flight = facts.contract.idempotency.in_flight_status
    for first, again in other_uses(facts):
        if _overlap(first, again) and not differs(facts, first.exchange, again):
            refused_in_flight = again.status == in_flight
            yield HELD if refused_in_flight else same_answer(facts, first, again)


@invariant(
    "idempotency.replay-starts-nothing",
    needs="a container read before and after a replay",
    reads=("container/createdAt",),
)
def replay_starts_nothing(facts: Facts) -> Iterator[Occasion]:
    """A replay makes no container and does not touch its own."""
    for first, again in replays(facts):
        yield from nothing_new(facts, again)
        yield from _untouched(facts, first, again)


@invariant("idempotency.conflict", needs="a key used again with another body")
def conflict(facts: Facts) -> Iterator[Occasion]:
    """Another body under the same key is a conflict."""
    rule = facts.contract.idempotency
    for first, other in conflicts(facts):
        right = other.status == rule.conflict_status and (
            error_code_of(other, facts.contract) == rule.conflict_code
        )
        if right or (other.refused and not valid(facts, other)):
            yield HELD
        else:
            code = error_code_of(other, facts.contract) or "no error code"
            message = f"another body under the key of {first.operation}: {other.status} with {code}"
            yield broken(message, first.exchange, other)


@invariant("idempotency.conflict-starts-nothing", needs="a conflict, and a look at what followed")
def conflict_starts_nothing(facts: Facts) -> Iterator[Occasion]:
    """A conflict makes no container and does not touch the first one."""
    for first, other in conflicts(facts):
        if other.refused:
            yield from nothing_new(facts, other)
            yield from _untouched(facts, first, other)
            yield from _not_canceled(facts, first, other)


def _overlap(first: Started, again: Exchange) -> bool:
    return together(first, again) and again.received_at > first.exchange.sent


def _moved_on(facts: Facts, first: Started, again: Exchange) -> bool:
    """Whether the job was seen ended before *again* was sent."""
    return _ended(facts).get(first.job, inf) <= again.sent


@indexed
def _ended(facts: Facts) -> dict[str, float]:
    """When each job was first known to have ended."""
    endings = facts.contract.job.endings
    found: dict[str, float] = {}
    for job in facts.jobs.values():
        for seen in job.views:
            if seen.state in endings:
                found[job.id] = min(found.get(job.id, inf), seen.received)
    return found


def _untouched(facts: Facts, first: Started, again: Exchange) -> Iterator[Occasion]:
    """The container shows the same after the call as before it."""
    container = facts.containers[first.container]
    endings = facts.contract.render.endings
    around = container.around(again)
    if around is None or around[0].state not in endings:
        return
    last, following = around
    if has_picked(facts, last, following):
        return
    changed = [n for n in STABLE if last.data.get(n) != following.data.get(n)]
    message = (
        f"container {container.id}: {', '.join(changed)} changed by a call that starts nothing"
    )
    yield broken(message, last, again, following) if changed else HELD


def _not_canceled(facts: Facts, first: Started, other: Exchange) -> Iterator[Occasion]:
    """The first job is not canceled by anything but a cancel."""
    ending = facts.contract.job.ending("cancel")
    job = facts.jobs[first.job]
    since = list(job.line.since(other.received_at)) if facts.expect.alone else []
    ended = next((view for view in since if view.state == ending), None)
    container = facts.containers[first.container]
    if ended and not may_be_canceled(facts, container, ended):
        yield broken(f"job {job.id} is {ending} after a conflict", first.exchange, other, ended)
    elif since and not ended:
        yield HELD
