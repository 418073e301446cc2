"""Calls that overlap, or whose answer nobody heard: some serial order must explain them."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Facts, KeyedCall, Seen, by_received_at, indexed
from layers_contract.judge.invariants._base import HELD, Occasion, broken, grouped, invariant
from layers_contract.judge.invariants._bodies import differs
from layers_contract.judge.invariants._hooks import hook_of, looks_at, may_be_clone
from layers_contract.judge.invariants._replays import window_end
from layers_contract.judge.invariants._requests import error_code_of
from layers_contract.judge.timeline import Work, overlapping

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
        elif (again.status, error_code_of(again, facts.contract)) == (
            rule.in_flight_status,
            rule.conflict_code,
        ):
            message = f"{IN_FLIGHT:g} s after a call was cut off, its retry is still refused"
            in_flight = open_calls.at(again.sent - IN_FLIGHT, again.received_at, but=again)
            if not in_flight and taken >= again.received_at:
                yield broken(message, lost, again)


def _one_container(facts: Facts, call: KeyedCall, lost: Exchange) -> Iterator[Occasion]:
    """Judged where the hook is of this run, and somebody has looked for it within the window."""
    hook, marker, end = hook_of(lost), facts.expect.marker, window_end(facts, call)
    known = [s for s in call.started if s.exchange.received_at < end]
    if not known or hook is None or marker is None or marker not in hook or not facts.expect.alone:
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
    doubtful = _doubtful(facts).get(hook, ())
    return any(each.answered or each.number not in mine for each in doubtful)


@indexed
def _doubtful(facts: Facts) -> dict[str | None, list[Exchange]]:
    """The calls to start something of which nobody knows what became, by their hook."""
    calls = (each for name in facts.contract.starts for each in facts.answers[name])
    return grouped((each for each in calls if not (each.succeeded or each.refused)), hook_of)
