"""How far a key reaches: no key, another one, one of somebody else, one that failed first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Facts, Started
from layers_contract.judge.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.judge.invariants._bodies import json_alike
from layers_contract.judge.invariants._keys import is_used_elsewhere, last_use_over
from layers_contract.judge.invariants._replays import repetitions, same_answer
from layers_contract.judge.invariants._requests import error_code_of, request_problems, valid
from layers_contract.spec.document import pointer


@invariant("idempotency.no-key", needs="two calls without a key")
def no_key(facts: Facts) -> Iterator[Occasion]:
    """A call without a key is a job of its own."""
    yield from _own_jobs(started for started in facts.starts if started.key is None)


@invariant("idempotency.other-key", needs="two calls with different keys")
def other_key(facts: Facts) -> Iterator[Occasion]:
    """A call with another key is a job of its own."""
    keyed = [s for s in facts.starts if s.key is not None]
    firsts: dict[tuple[str, str | None, str], Started] = {}
    for started in keyed:
        scope = (started.exchange.credential, started.key, started.job)
        firsts.setdefault(scope, started)
    yield from _own_jobs(firsts.values())


@invariant("idempotency.invalid-keeps-key", needs="a key used first on an invalid request")
def invalid_keeps_key(facts: Facts) -> Iterator[Occasion]:
    """After a request that failed validation its key still starts a job."""
    for call in facts.keyed.values():
        bad = [e for e in call.exchanges if e.status == 422 and _is_invalid(facts, e)]
        for first in bad[:1]:
            later = [e for e in call.exchanges if e.sent >= first.received_at and valid(facts, e)]
            used = [e for e in call.exchanges if not e.refused][:2]
            clean = [
                e for e in later if not any(u.sent < e.received_at and u is not e for u in used)
            ]
            for again in clean[:1]:
                message = f"a key whose first request was refused as invalid: {again.status}"
                taken = (
                    error_code_of(again, facts.contract) == facts.contract.idempotency.conflict_code
                )
                yield broken(message, first, again) if taken else HELD


@invariant("idempotency.equal-json", needs="a call repeated with its members in another order")
def equal_json(facts: Facts) -> Iterator[Occasion]:
    """A body that is the same JSON is the same body."""
    for first, again in repetitions(facts, json_alike):
        yield same_answer(facts, first, again)


@invariant(
    "idempotency.credential-scope",
    needs="other_api_key, and a key used with both",
    reads=("job/jobId",),
)
def credential_scope(facts: Facts) -> Iterator[Occasion]:
    """The key of one API key is not the key of another."""
    jobs = {s.job: s for s in reversed(facts.starts)}
    by_key = defaultdict(list)
    for started in facts.starts:
        if started.exchange.credential != "own":
            continue
        by_key[(started.operation, started.key)].append(started)
    for call in facts.keyed.values():
        theirs = [e for e in call.exchanges if not e.refused][:2]
        for exchange in call.exchanges:
            if exchange.credential != "other" or exchange.inconclusive:
                continue
            if is_used_elsewhere(facts, exchange):
                continue
            mine = _first_answered(by_key[(call.operation.id, call.key)], exchange)
            if mine is None or any(
                e.sent < exchange.received_at for e in theirs if e is not exchange
            ):
                continue
            named = pointer(exchange.json, "/jobId")
            leaked = named in jobs and jobs[named].exchange.credential == "own"
            code = error_code_of(exchange, facts.contract)
            taken = facts.expect.alone and code == facts.contract.idempotency.conflict_code
            message = f"another API key met the idempotency key of this one: {exchange.status}"
            if leaked or taken:
                yield broken(message, mine.exchange, exchange)
            elif not exchange.refused:
                yield HELD


def _first_answered(started: Iterable[Started], exchange: Exchange) -> Started | None:
    """The first of several starts that was answered before *exchange* was sent."""
    for each in started:
        if each.exchange.sent > exchange.sent:
            return None
        if each.exchange.received_at <= exchange.sent:
            return each
    return None


def _own_jobs(started: Iterable[Started]) -> Iterator[Occasion]:
    """No two of the calls share a job."""
    seen: dict[str, Started] = {}
    for each in started:
        if each.job in seen:
            message = f"two calls of {each.operation} were answered with one job, {each.job}"
            yield broken(message, seen[each.job].exchange, each.exchange)
        elif seen:
            yield HELD
        seen.setdefault(each.job, each)


def _is_invalid(facts: Facts, exchange: Exchange) -> bool:
    operation = facts.operation(exchange)
    return operation is not None and bool(request_problems(facts, operation, exchange))


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
                elif error_code_of(again, facts.contract) == code:
                    message = "a key was still known after its window, and another body a conflict"
                    yield broken(message, first, again)
            if now:
                old.setdefault(now.job, again)


def _window_is_over(facts: Facts, again: Exchange) -> bool:
    """Whether every other use of a call's key was over a whole window before it was sent."""
    window = min(facts.contract.idempotency.window, facts.expect.window)
    over = again.sent - last_use_over(facts, again) > window + facts.expect.clock_skew
    return over and facts.expect.alone
