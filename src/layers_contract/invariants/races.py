"""Calls that overlap, and calls whose answer nobody heard: some serial order must explain them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from layers_contract.document import pointer
from layers_contract.facts import (
    Container,
    Facts,
    KeyedCall,
    Seen,
    busy,
    overlap,
    received,
    refused,
    succeeded,
)
from layers_contract.history import Exchange
from layers_contract.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.invariants._requests import error_code_of, valid
from layers_contract.invariants.idempotency import differs, hook_of, views_by_hook

IN_FLIGHT = 30.0
"""Seconds after which a call that nobody waits for is no longer in flight."""


@invariant("idempotency.race", needs="one key sent with several bodies at one moment")
def bodies_race(facts: Facts) -> Iterator[Occasion]:
    """Of calls that overlap, with one key and different bodies, at most one is accepted."""
    for call in facts.keyed.values():
        for one, other in combinations(call.exchanges, 2):
            if busy(one) or busy(other) or not overlap(one, other):
                continue
            if not differs(facts, one, other) or not (succeeded(one) or succeeded(other)):
                continue
            message = f"one key and two bodies at one moment: both {call.operation.id} calls began"
            both = succeeded(one) and succeeded(other)
            yield broken(message, one, other) if both else HELD


@invariant("idempotency.lost-answer", needs="a call that was not answered, and its retry")
def lost_answer(facts: Facts) -> Iterator[Occasion]:
    """The retry names the one job, and no second container has the call's hook."""
    for call in facts.keyed.values():
        lost = next((e for e in call.exchanges if not e.answered), None)
        if lost is None or any(differs(facts, lost, e) for e in call.exchanges):
            continue
        yield from _retries(facts, call, lost)
        yield from _one_container(facts, call, lost)


def _retries(facts: Facts, call: KeyedCall, lost: Exchange) -> Iterator[Occasion]:
    """No retry is a conflict with the call that it repeats."""
    rule = facts.contract.idempotency
    for again in call.exchanges:
        if again is lost or busy(again) or again.sent < lost.sent:
            continue
        if not refused(again):
            yield HELD
        elif again.status == rule.in_flight_status and error_code_of(again):
            late = again.sent - lost.sent > IN_FLIGHT
            taken = error_code_of(again) == rule.conflict_code and late
            message = f"{IN_FLIGHT:g} s after a call was cut off, its retry is still refused"
            if taken:
                yield broken(message, lost, again)


def _one_container(facts: Facts, call: KeyedCall, lost: Exchange) -> Iterator[Occasion]:
    """Judged where the hook is of this run, and somebody has looked at the list since."""
    hook, marker = hook_of(lost), facts.expect.marker
    if not call.started or hook is None or marker is None or marker not in hook:
        return
    named = {started.container for started in call.started}
    known = call.started[0].exchange
    for seen in facts.index(views_by_hook)[hook]:
        if seen.id not in named and not facts.containers[seen.id].created:
            message = f"a call whose answer was lost made {seen.id}, its retry another one"
            yield broken(message, lost, known, seen)
        elif seen.id in named and seen.sent >= received(known):
            yield from [HELD] * (seen.exchange.operation in facts.contract.lists)


@invariant("approval.race", needs="two decisions on one container at one moment")
def decisions_race(facts: Facts) -> Iterator[Occasion]:
    """Of decisions that overlap at most one is taken, and the other one refused."""
    deciders = {name for step in facts.contract.review.transitions for name in step.by}
    for container in facts.own:
        decisions = [e for e in container.writes if e.operation in deciders and _alone(facts, e)]
        for one, other in combinations(decisions, 2):
            if overlap(one, other) and (succeeded(one) or succeeded(other)):
                message = f"{one.operation} and {other.operation} of {container.id} were both taken"
                both = succeeded(one) and succeeded(other)
                yield broken(message, one, other) if both else HELD


def _alone(facts: Facts, exchange: Exchange) -> bool:
    """Whether a decision starts nothing."""
    starts = facts.contract.starts.get(exchange.operation or "")
    if starts is None:
        return True
    return starts.when is not None and pointer(exchange.request_json, starts.when) is not True


@invariant("regenerate.race", needs="two new renders of one container asked for at one moment")
def renders_race(facts: Facts) -> Iterator[Occasion]:
    """Of calls for a new render that overlap at most one is accepted.

    Two that are accepted are broken only where both jobs were seen running afterwards: a render
    may be over in no time.
    """
    for container in facts.own:
        for one, other in combinations(_calls(facts, container), 2):
            if not overlap(one, other) or not (succeeded(one) or succeeded(other)):
                continue
            jobs = {job for e in (one, other) if (job := _job_of(facts, e))}
            if len(jobs) < 2:
                yield HELD
            elif running := _running_after(facts, jobs, max(received(one), received(other))):
                message = f"container {container.id} is rendered twice at one time"
                yield broken(message, one, other, *running)


def _job_of(facts: Facts, exchange: Exchange) -> str | None:
    """The job that an answer names."""
    starts = facts.contract.starts[exchange.operation or ""]
    named = pointer(exchange.json, f"{starts.job}/jobId") if succeeded(exchange) else None
    return named if isinstance(named, str) else None


def _calls(facts: Facts, container: Container) -> list[Exchange]:
    """The calls for a new render of *container* that have keys of their own."""
    renewing = {n for n, s in facts.contract.starts.items() if not s.new_container and not s.when}
    return [
        e
        for e in container.writes
        if e.operation in renewing and not busy(e) and valid(facts, e) and not facts.repeats(e)
    ]


def _running_after(facts: Facts, jobs: set[str], moment: float) -> list[Seen]:
    """A look at each of *jobs* that shows it running after *moment*; nothing unless all do."""
    endings = facts.contract.job.endings
    found = [
        next(
            (v for v in facts.jobs[name].views if v.sent >= moment and v.state not in endings), None
        )
        for name in jobs
    ]
    seen = [view for view in found if view is not None]
    return seen if len(seen) == len(jobs) else []
