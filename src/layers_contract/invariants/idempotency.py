"""One key, one call."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from math import inf
from typing import Any

from layers_contract.document import pointer
from layers_contract.facts import (
    Facts,
    KeyedCall,
    Seen,
    Started,
    busy,
    received,
    refused,
    succeeded,
)
from layers_contract.history import NOT_JSON, Exchange
from layers_contract.invariants._base import HELD, Occasion, broken, grouped, invariant
from layers_contract.invariants._changes import has_picked
from layers_contract.invariants._keys import is_used_elsewhere
from layers_contract.invariants._requests import error_code_of, is_json, request_problems, valid
from layers_contract.invariants.lifecycle import may_be_canceled

STABLE = ("status", "assets", "captions", "brief", "createdAt", "updatedAt", "format")


@invariant("idempotency.replay", needs="a call repeated with its key while its render goes on")
def replay(facts: Facts) -> Iterator[Occasion]:
    """A repeated call is answered with the original answer."""
    for first, again in _replays(facts):
        if not _together(first, again) and not _moved_on(facts, first, again):
            yield _same_answer(facts, first, again)


@invariant("idempotency.replay-later", needs="a call repeated with its key after its render ended")
def replay_later(facts: Facts) -> Iterator[Occasion]:
    """A repeated call is answered with the original answer, whatever has happened since."""
    for first, again in _replays(facts):
        if _moved_on(facts, first, again):
            yield _same_answer(facts, first, again)


@invariant("idempotency.simultaneous", needs="calls with one key at one time")
def simultaneous(facts: Facts) -> Iterator[Occasion]:
    """Calls that overlap name one job, or are told that the first is in flight."""
    in_flight = facts.contract.idempotency.in_flight_status
    for call in facts.keyed.values():
        first = _first(facts, call)
        for again in call.exchanges if first else ():
            if first is None or again is first.exchange or busy(again):
                continue
            if _overlap(first, again) and not differs(facts, first.exchange, again):
                refused_in_flight = again.status == in_flight
                yield HELD if refused_in_flight else _same_answer(facts, first, again)


@invariant("idempotency.replay-starts-nothing", needs="a container read before and after a replay")
def replay_starts_nothing(facts: Facts) -> Iterator[Occasion]:
    """A replay makes no container and does not touch its own."""
    for first, again in _replays(facts):
        yield from _nothing_new(facts, again, [first, *_same_body_starts(facts, again)])
        yield from _untouched(facts, first, again)


@invariant("idempotency.conflict", needs="a key used again with another body")
def conflict(facts: Facts) -> Iterator[Occasion]:
    """Another body under the same key is a conflict."""
    rule = facts.contract.idempotency
    for first, other in _conflicts(facts):
        right = other.status == rule.conflict_status and (
            error_code_of(other) == rule.conflict_code
        )
        if right or (refused(other) and not valid(facts, other)):
            yield HELD
        else:
            code = error_code_of(other) or "no error code"
            message = f"another body under the key of {first.operation}: {other.status} with {code}"
            yield broken(message, first.exchange, other)


@invariant("idempotency.conflict-starts-nothing", needs="a conflict, and a look at what followed")
def conflict_starts_nothing(facts: Facts) -> Iterator[Occasion]:
    """A conflict makes no container and does not touch the first one."""
    for first, other in _conflicts(facts):
        if refused(other):
            yield from _nothing_new(facts, other, _same_body_starts(facts, other))
            yield from _untouched(facts, first, other)
            yield from _not_canceled(facts, first, other)


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
            later = [e for e in call.exchanges if e.sent >= received(first) and valid(facts, e)]
            used = [e for e in call.exchanges if not refused(e)][:2]
            clean = [e for e in later if not any(u.sent < received(e) and u is not e for u in used)]
            for again in clean[:1]:
                message = f"a key whose first request was refused as invalid: {again.status}"
                taken = error_code_of(again) == facts.contract.idempotency.conflict_code
                yield broken(message, first, again) if taken else HELD


@invariant("idempotency.equal-json", needs="a call repeated with its members in another order")
def equal_json(facts: Facts) -> Iterator[Occasion]:
    """A body that is the same JSON is the same body."""
    for first, again in _replays(facts, alike=_json_alike):
        yield _same_answer(facts, first, again)


@invariant("idempotency.credential-scope", needs="other_api_key, and a key used with both")
def credential_scope(facts: Facts) -> Iterator[Occasion]:
    """The key of one API key is not the key of another."""
    jobs = {s.job: s for s in reversed(facts.starts)}
    by_key = defaultdict(list)
    for started in facts.starts:
        by_key[(started.operation, started.key)].append(started)
    for call in facts.keyed.values():
        theirs = [e for e in call.exchanges if not refused(e)][:2]
        for exchange in call.exchanges:
            if exchange.credential != "other" or busy(exchange):
                continue
            if is_used_elsewhere(facts, exchange):
                continue
            mine = [s for s in by_key[(call.operation.id, call.key)] if s.exchange is not exchange]
            mine = [
                s
                for s in mine
                if s.exchange.credential == "own" and received(s.exchange) <= exchange.sent
            ]
            if not mine or any(e.sent < received(exchange) for e in theirs if e is not exchange):
                continue
            named = pointer(exchange.json, "/jobId")
            leaked = named in jobs and jobs[named].exchange.credential == "own"
            taken = error_code_of(exchange) == facts.contract.idempotency.conflict_code
            message = f"another API key met the idempotency key of this one: {exchange.status}"
            if leaked or taken:
                yield broken(message, mine[0].exchange, exchange)
            elif not refused(exchange):
                yield HELD


def _to_the_byte(one: Exchange, other: Exchange) -> bool:
    return one.request_body == other.request_body


def _replays(
    facts: Facts, alike: Callable[[Exchange, Exchange], bool] = _to_the_byte
) -> Iterator[tuple[Started, Exchange]]:
    """The first answer to each key, with each repetition of the call that came after it."""
    for call in facts.keyed.values():
        first = _first(facts, call)
        for again in call.exchanges if first else ():
            if first is None or again is first.exchange or busy(again):
                continue
            if not alike(first.exchange, again) or not _within_window(facts, first, again):
                continue
            if received(again) <= first.exchange.sent:
                continue
            in_flight = _together(first, again)
            if in_flight and again.status == facts.contract.idempotency.in_flight_status:
                continue
            yield first, again


def _conflicts(facts: Facts) -> Iterator[tuple[Started, Exchange]]:
    """The first answer to each key, with each later use of the key with another body."""
    for call in facts.keyed.values():
        first = _first(facts, call)
        for other in call.exchanges if first else ():
            if first is None or busy(other) or other.sent < received(first.exchange):
                continue
            if not is_json(other):
                continue
            if _within_window(facts, first, other) and differs(facts, first.exchange, other):
                yield first, other


def _first(facts: Facts, call: KeyedCall) -> Started | None:
    """What the key was first used for, or None where that is not certain."""
    known = facts.index(_firsts)
    if call not in known:
        known[call] = _find_first(facts, call)
    return known[call]


def _firsts(_: Facts) -> dict[KeyedCall, Started | None]:
    return {}


def _find_first(facts: Facts, call: KeyedCall) -> Started | None:
    if not call.started:
        return None
    first = min(call.started, key=lambda s: received(s.exchange))
    doubtful = [
        e
        for e in call.exchanges
        if not refused(e)
        and e.sent < received(first.exchange)
        and differs(facts, first.exchange, e)
    ]
    return None if doubtful else first


def _within_window(facts: Facts, first: Started, again: Exchange) -> bool:
    one = first.exchange
    call = facts.keyed[(one.credential, first.operation, one.path, first.key or "")]
    return received(again) < window_end(facts, call)


def window_end(facts: Facts, call: KeyedCall) -> float:
    """Until when a key is remembered for certain."""
    window = min(facts.contract.idempotency.window, facts.expect.window)
    return call.begun + window - facts.expect.clock_skew


def _json_alike(one: Exchange, other: Exchange) -> bool:
    same = one.request_json is not NOT_JSON and _canonical(one) == _canonical(other)
    return same and not _to_the_byte(one, other)


def _canonical(exchange: Exchange) -> str:
    return json.dumps(exchange.request_json, sort_keys=True, default=repr)


def differs(facts: Facts, one: Exchange, other: Exchange) -> bool:
    """Whether two bodies ask for different things, defaults filled in."""
    if one.request_body == other.request_body:
        return False
    if NOT_JSON in (one.request_json, other.request_json):
        return one.request_json is not other.request_json
    operation = facts.operation(one)
    filled = [
        _filled(facts, operation.body if operation else None, e.request_json) for e in (one, other)
    ]
    return json.dumps(filled[0], sort_keys=True) != json.dumps(filled[1], sort_keys=True)


def _filled(facts: Facts, schema: Any, value: Any) -> Any:
    """*value* with the defaults of its schema, so that leaving one out is no difference."""
    schema = facts.contract.document.resolve(schema)
    if not isinstance(schema, dict) or not isinstance(value, dict):
        return value
    properties = schema.get("properties", {})
    given = {k: _filled(facts, properties.get(k), v) for k, v in value.items()}
    given = {k: v for k, v in given.items() if v not in (None, [], {})}
    defaults = {k: p["default"] for k, p in properties.items() if "default" in p}
    return defaults | given


def _overlap(first: Started, again: Exchange) -> bool:
    return _together(first, again) and received(again) > first.exchange.sent


def _together(first: Started, again: Exchange) -> bool:
    return again.sent < received(first.exchange)


def _moved_on(facts: Facts, first: Started, again: Exchange) -> bool:
    """Whether the job was seen ended before *again* was sent."""
    return facts.index(_ended).get(first.job, inf) <= again.sent


def _ended(facts: Facts) -> dict[str, float]:
    """When each job was first known to have ended."""
    endings = facts.contract.job.endings
    found: dict[str, float] = {}
    for job in facts.jobs.values():
        for seen in job.views:
            if seen.state in endings:
                found[job.id] = min(found.get(job.id, inf), seen.received)
    return found


def _same_answer(facts: Facts, first: Started, again: Exchange) -> Occasion:
    original = first.exchange
    if again.status != original.status:
        message = f"a replay of {first.operation} answered {again.status}, first {original.status}"
        return broken(message, original, again)
    envelope = pointer(again.json, first.starts.job)
    fields = facts.contract.document.schema(facts.contract.job.schema)["properties"]
    known = [name for name in fields if name in first.envelope]
    changed = [n for n in known if pointer(envelope, "/" + n) != first.envelope[n]]
    if not changed:
        return HELD
    message = f"a replay of {first.operation} shows another {', '.join(changed)}"
    return broken(message, original, again)


def _nothing_new(facts: Facts, exchange: Exchange, known: list[Started]) -> Iterator[Occasion]:
    """No container carries this request's hook but those whose 202s were seen.

    Judged only where the hook carries the run's marker: other people write hooks too.
    """
    hook, marker = hook_of(exchange), facts.expect.marker
    if hook is None or marker is None or marker not in hook:
        return
    if hook in facts.index(_lost_hooks):
        return
    made = {started.container for started in known}
    for seen in facts.index(views_by_hook)[hook]:
        if seen.sent < received(exchange):
            continue
        if seen.id in made or may_be_clone(facts, seen):
            yield HELD
        else:
            message = f"container {seen.id} has appeared, and no 202 named it"
            yield broken(message, exchange, seen)


def _lost_hooks(facts: Facts) -> set[str | None]:
    """The hooks of requests that the server may not have got to."""
    return {hook_of(each) for each in facts.history if busy(each)}


def views_by_hook(facts: Facts) -> dict[str, list[Seen]]:
    """The views of containers, by the hook that they show."""
    found = defaultdict(list)
    for container in facts.containers.values():
        for seen in (*container.reads, *container.listed):
            hook = pointer(seen.data, "/brief/hook")
            if isinstance(hook, str):
                found[hook].append(seen)
    return found


def may_be_clone(facts: Facts, seen: Seen) -> bool:
    """Whether a call may have made it that takes its brief from elsewhere."""
    made = facts.containers[seen.id].created
    if made is not None:
        return facts.container_parameter in made.exchange.path_params
    return any(each.sent < seen.received for each in facts.index(_unheard_clones))


def _unheard_clones(facts: Facts) -> list[Exchange]:
    """The calls for another container of which nobody knows what became."""
    clones = (n for n, s in facts.contract.starts.items() if s.new_container)
    return [
        each
        for name in clones
        for each in facts.answers[name]
        if facts.container_parameter in each.path_params and not (succeeded(each) or refused(each))
    ]


def _same_body_starts(facts: Facts, exchange: Exchange) -> list[Started]:
    return facts.index(_starts_by_hook)[hook_of(exchange)]


def _starts_by_hook(facts: Facts) -> dict[str | None, list[Started]]:
    return grouped(facts.starts, lambda started: hook_of(started.exchange))


def hook_of(exchange: Exchange) -> str | None:
    """The hook that a request asks for."""
    found = [
        pointer(exchange.request_json, at)
        for at in ("/brief/hook", "/patch/hook", "/overrides/hook")
    ]
    return next((hook for hook in found if isinstance(hook, str)), None)


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
    since = job.line.since(received(other))
    ended = next((view for view in since if view.state == ending), None)
    container = facts.containers[first.container]
    if ended and not may_be_canceled(facts, container, ended):
        yield broken(f"job {job.id} is {ending} after a conflict", first.exchange, other, ended)


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
