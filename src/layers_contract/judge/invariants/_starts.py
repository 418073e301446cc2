"""What calls started, and whether their jobs are new."""

from __future__ import annotations

from collections.abc import Iterator

from layers_contract.judge.facts import Facts, Started, indexed, moment
from layers_contract.judge.invariants._base import HELD, Occasion, broken, grouped
from layers_contract.judge.invariants._keys import is_used_elsewhere

SECOND = 1.0


def renewed(facts: Facts) -> Iterator[Started]:
    """What was started on a container that was there already."""
    return (
        started
        for started in facts.starts
        if not started.starts.new_container and not is_used_elsewhere(facts, started.exchange)
    )


def is_replay(facts: Facts, made: Started) -> bool:
    """Whether an answer is of a call before this history, whose key was used again."""
    begun = moment(made.envelope.get("startedAt"))
    known = made.key is not None and begun is not None
    return known and made.exchange.sent - (begun or 0) > facts.expect.clock_skew + SECOND


@indexed
def _calls_by_job(facts: Facts) -> dict[str, list[Started]]:
    """The first answer to each call that named a job, by the job; a replay is the same call."""
    firsts: dict[object, Started] = {}
    for started in facts.starts:
        call = started.exchange.number if started.key is None else (started.operation, started.key)
        firsts.setdefault((started.job, call), started)
    return grouped(firsts.values(), lambda started: started.job)


def job_is_new(facts: Facts, started: Started) -> Occasion:
    others = (
        s
        for s in _calls_by_job(facts)[started.job]
        if s is not started
        and not _same_call(s, started)
        and s.exchange.received_at <= started.exchange.sent
    )
    other = next(others, None)
    if other is None:
        return HELD
    message = f"{started.operation} answered job {started.job}, which another call had started"
    return broken(message, other.exchange, started.exchange)


def _same_call(one: Started, other: Started) -> bool:
    return one.key is not None and (one.operation, one.key) == (other.operation, other.key)
