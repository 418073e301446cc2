"""Calls that overlap, and calls whose answer nobody heard: some serial order must explain them."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from layers_contract.document import pointer
from layers_contract.facts import (
    Container,
    Facts,
    KeyedCall,
    Seen,
    by_received_at,
)
from layers_contract.history import Exchange
from layers_contract.invariants._base import HELD, Occasion, broken, grouped, invariant
from layers_contract.invariants._bodies import differs
from layers_contract.invariants._hooks import hook_of, looks_at, may_be_clone
from layers_contract.invariants._repeats import window_end
from layers_contract.invariants._requests import error_code_of, valid
from layers_contract.timeline import Work, overlapping

IN_FLIGHT = 30.0
"""Seconds after which a call that nobody waits for is no longer in flight."""


@invariant("idempotency.race", needs="one key sent with several bodies at one moment")
def bodies_race(facts: Facts) -> Iterator[Occasion]:
    """Of calls that overlap, with one key and different bodies, at most one starts a job."""
    for call in facts.keyed.values():
        jobs = {started.exchange.number: started.job for started in call.started}
        answered = [each for each in _remembered(facts, call) if not each.inconclusive]
        for one, other in overlapping(answered, by_received_at):
            if not differs(facts, one, other) or not (one.succeeded or other.succeeded):
                continue
            both = one.succeeded and other.succeeded
            named = {jobs.get(each.number) for each in (one, other)}
            if not both or (len(named) == 1 and None not in named):
                yield HELD
            elif None not in named:
                message = f"one key and two bodies at one moment: two {call.operation.id} jobs"
                yield broken(message, one, other)


def _remembered(facts: Facts, call: KeyedCall) -> list[Exchange]:
    """The uses of a key that were over, or cut off, before its window may have ended."""
    end = window_end(facts, call)
    return [e for e in call.exchanges if _over(e) < end]


def _over(exchange: Exchange) -> float:
    """When a call was answered, or cut off."""
    return exchange.received_at if exchange.answered else exchange.sent


@invariant("idempotency.lost-answer", needs="a call that was not answered, and its retry")
def lost_answer(facts: Facts) -> Iterator[Occasion]:
    """The retry names the one job, and no second container has the call's hook."""
    for call in facts.keyed.values():
        calls = _remembered(facts, call)
        lost = next((e for e in calls if not e.answered), None)
        if lost is None or any(e.request_body != lost.request_body for e in calls):
            continue
        yield from _retries(facts, calls, lost)
        yield from _one_container(facts, call, lost)


def _retries(facts: Facts, calls: list[Exchange], lost: Exchange) -> Iterator[Occasion]:
    """No retry is a conflict with the call that it repeats."""
    rule = facts.contract.idempotency
    open_calls = Work((each for each in calls if not each.refused), _over)
    taken = min((each.sent for each in calls if each.succeeded), default=inf)
    for again in calls:
        if again is lost or again.sent < lost.sent:
            continue
        if again.succeeded:
            yield HELD
        elif (again.status, error_code_of(again)) == (rule.in_flight_status, rule.conflict_code):
            message = f"{IN_FLIGHT:g} s after a call was cut off, its retry is still refused"
            in_flight = open_calls.at(again.sent - IN_FLIGHT, again.received_at, but=again)
            if not in_flight and taken >= again.received_at:
                yield broken(message, lost, again)


def _one_container(facts: Facts, call: KeyedCall, lost: Exchange) -> Iterator[Occasion]:
    """Judged where the hook is of this run, and somebody has looked for it within the window."""
    hook, marker, end = hook_of(lost), facts.expect.marker, window_end(facts, call)
    known = [s for s in call.started if s.exchange.received_at < end]
    if not known or hook is None or marker is None or marker not in hook:
        return
    named = {started.container for started in known}
    for seen in looks_at(facts, hook, lost.sent):
        if seen.received >= end:
            continue
        if seen.id in named:
            listed = seen.exchange.operation in facts.contract.lists
            yield from [HELD] * (listed and seen.sent >= known[0].exchange.received_at)
        elif not _is_explained(facts, call, seen, hook):
            message = f"a call whose answer was lost made {seen.id}, its retry another one"
            yield broken(message, lost, known[0].exchange, seen)


def _is_explained(facts: Facts, call: KeyedCall, seen: Seen, hook: str) -> bool:
    """Whether another call may have made a container that has the hook of *call*."""
    if facts.containers[seen.id].created or may_be_clone(facts, seen):
        return True
    mine = {each.number for each in call.exchanges}
    doubtful = facts.index(_doubtful).get(hook, ())
    return any(each.answered or each.number not in mine for each in doubtful)


def _doubtful(facts: Facts) -> dict[str | None, list[Exchange]]:
    """The calls to start something of which nobody knows what became, by their hook."""
    calls = (each for name in facts.contract.starts for each in facts.answers[name])
    return grouped((each for each in calls if not (each.succeeded or each.refused)), hook_of)


@invariant("approval.race", needs="two decisions on one container at one moment")
def decisions_race(facts: Facts) -> Iterator[Occasion]:
    """Of decisions that overlap at most one is taken, and the other one refused."""
    deciders = {name for step in facts.contract.review.transitions for name in step.by}
    for container in facts.own:
        plain, others = list[Exchange](), list[Exchange]()
        for each in container.writes:
            decides = each.operation in deciders and not facts.starts_render(each)
            (plain if decides else others).append(each)
        at_work = Work(others, by_received_at)
        decisions = [e for e in plain if e.credential == "own" and valid(facts, e)]
        for one, other in overlapping(decisions, by_received_at):
            if not (one.succeeded or other.succeeded):
                continue
            start, end = min(one.sent, other.sent), max(one.received_at, other.received_at)
            if not at_work.at(start, end):  # a new render is undecided
                message = f"{one.operation} and {other.operation} of {container.id} were both taken"
                both = one.succeeded and other.succeeded
                yield broken(message, one, other) if both else HELD


@invariant("regenerate.race", needs="two new renders of one container asked for at one moment")
def renders_race(facts: Facts) -> Iterator[Occasion]:
    """Of calls for a new render that overlap at most one is accepted.

    Two that are accepted are broken only where both jobs were seen running afterwards: a render
    may be over in no time.
    """
    for container in facts.own:
        for one, other in overlapping(_calls(facts, container), by_received_at):
            if not (one.succeeded or other.succeeded):
                continue
            jobs = {job for e in (one, other) if (job := _job_of(facts, e))}
            if not (one.succeeded and other.succeeded):
                yield HELD
            elif running := _running_after(facts, jobs, max(one.received_at, other.received_at)):
                message = f"container {container.id} is rendered twice at one time"
                yield broken(message, one, other, *running)


def _job_of(facts: Facts, exchange: Exchange) -> str | None:
    """The job that an answer names."""
    starts = facts.contract.starts[exchange.operation or ""]
    named = pointer(exchange.json, f"{starts.job}/jobId") if exchange.succeeded else None
    return named if isinstance(named, str) else None


def _calls(facts: Facts, container: Container) -> list[Exchange]:
    """The calls for a new render of *container* that have keys of their own."""
    renewing = {n for n, s in facts.contract.starts.items() if not s.new_container and not s.when}
    return [
        e
        for e in container.writes
        if e.operation in renewing
        and e.credential == "own"
        and valid(facts, e)
        and not facts.repeats(e)
    ]


def _running_after(facts: Facts, jobs: set[str], moment: float) -> list[Seen]:
    """A look at each of two *jobs* that shows it running after *moment*; nothing unless both do."""
    lifecycle = facts.contract.job
    running = set(lifecycle.states) - lifecycle.endings.keys()
    found = [
        next((v for v in facts.jobs[name].line.since(moment) if v.state in running), None)
        for name in jobs
    ]
    seen = [view for view in found if view is not None]
    return seen if len(seen) == len(jobs) > 1 else []
