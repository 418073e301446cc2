"""What was asked for is what there is: briefs, kinds, new renders, decisions, keys of yesterday."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from math import inf
from typing import Any
from urllib.parse import unquote

from layers_contract.contract import Transition
from layers_contract.document import pointer
from layers_contract.facts import (
    Container,
    Facts,
    Seen,
    Started,
    earlier,
    http_date,
    moment,
    precision,
    received,
    succeeded,
)
from layers_contract.history import Exchange
from layers_contract.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.invariants._keys import others
from layers_contract.invariants._requests import error_code_of, is_json, valid
from layers_contract.invariants.approval import review_around

LENIENT = 90.0
"""Seconds by which a server's own clocks may differ."""
REFUSED = frozenset({404, 405, 409, 410})
"""How a call is refused that its resource does not allow; other refusals have other reasons."""
INVALID = 422
NOT_FOR_THIS_KEY = frozenset({401, 403})
SECOND = 1.0
BRIEF = "/brief"
NAMES_A_RESOURCE = frozenset({"influencerId", "referenceMediaIds"})
ODD = re.compile("[\\x00-\\x1f\\x7f\\u202a-\\u202e\\ufeff\\ud800-\\udfff]")
"""Characters that a server may well refuse: control, direction, byte order, half of a pair."""
CUT = ("...", "…")
"""What an abbreviation ends with; the seed page's own sample is one."""


@invariant("generate.brief", needs="a container that this run generated, and its brief")
def brief(facts: Facts) -> Iterator[Occasion]:
    """What the first render shows of its brief is what was asked for."""
    for container in facts.own:
        made = container.created
        render = facts.jobs[made.job].render if made else None
        asked = _asked_for(facts, made) if made else {}
        if made is None or render is None or not asked:
            continue
        last, wrong = None, list[str]()
        for seen in container.reads_of(render):
            shown = pointer(seen.data, BRIEF)
            if not isinstance(shown, dict):
                continue
            if shown != last:
                wrong = [n for n, v in asked.items() if n in shown and not _alike(v, shown[n])]
                last = shown
            message = f"container {container.id} shows another {', '.join(wrong)} than asked for"
            yield broken(message, made.exchange, seen) if wrong else HELD


def _asked_for(facts: Facts, made: Started) -> dict[str, Any]:
    """The documented fields that a sound call gave a value, if it began what its answer names."""
    asked = pointer(made.exchange.request_json, BRIEF)
    if made.operation not in facts.index(_generating) or not isinstance(asked, dict):
        return {}
    if not valid(facts, made.exchange) or _is_replay(facts, made):
        return {}
    known = facts.index(_brief_fields)
    return {n: v for n, v in asked.items() if n in known and v not in (None, [], "")}


def _is_replay(facts: Facts, made: Started) -> bool:
    """Whether an answer is of a call before this history, whose key was used again."""
    begun = moment(made.envelope.get("startedAt"))
    known = made.key is not None and begun is not None
    return known and made.exchange.sent - (begun or 0) > facts.expect.clock_skew + SECOND


def _generating(facts: Facts) -> set[str]:
    """The operations that make a container in a project, from a brief."""
    return {
        name
        for name, starts in facts.contract.starts.items()
        if starts.new_container and facts.project_parameter in _parameters(facts, name)
    }


def _parameters(facts: Facts, operation: str) -> set[str]:
    return {p.name for p in facts.contract.operations[operation].path_parameters}


def _brief_fields(facts: Facts) -> frozenset[str]:
    container = facts.contract.document.schema(facts.contract.render.schema)
    found = facts.contract.document.resolve(container["properties"][BRIEF[1:]])
    return frozenset(found["properties"])


def _alike(asked: Any, shown: Any) -> bool:
    """Whether two values say the same: white space, case of words and repetitions aside."""
    if isinstance(asked, str) and isinstance(shown, str):
        one, other = _plain(asked), _plain(shown)
        cut = next((other.removesuffix(end) for end in CUT if other.endswith(end)), None)
        return one == other or (cut is not None and one.startswith(cut.strip()))
    if isinstance(asked, list) and isinstance(shown, list):
        return {_plain(str(each)) for each in asked} == {_plain(str(each)) for each in shown}
    return bool(asked == shown or not shown)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


@invariant("generate.accepts", needs="a generate call that breaks no documented limit")
def accepts(facts: Facts) -> Iterator[Occasion]:
    """A brief that keeps to the limits, and names nothing that might not be there, is accepted."""
    for name in facts.index(_generating):
        for exchange in facts.answers[name]:
            if not _may_expect(facts, exchange):
                continue
            if succeeded(exchange):
                yield HELD
            elif exchange.status == INVALID:
                yield broken(f"{name} refused what the document allows", exchange)


def _may_expect(facts: Facts, exchange: Exchange) -> bool:
    """Whether nothing but its brief could be the reason to refuse a call as invalid."""
    asked = pointer(exchange.request_json, BRIEF)
    if not isinstance(asked, dict) or not _of_this_run(facts, asked):
        return False
    if not asked.keys() <= facts.index(_brief_fields) - NAMES_A_RESOURCE:
        return False
    project = exchange.path_params.get(facts.project_parameter, "")
    there = exchange.credential == "own" and project.lower() in facts.index(_open_to_us)
    known = any(_asks_otherwise(exchange, each) for each in others(facts, exchange))
    open_ = there and not known and not _archived(facts, project, exchange)
    return open_ and is_json(exchange) and valid(facts, exchange)


def _asks_otherwise(one: Exchange, other: Exchange) -> bool:
    """Whether a call is another one than that whose key it bears."""
    return (one.operation, one.path, one.request_body) != (
        other.operation,
        other.path,
        other.request_body,
    )


def _of_this_run(facts: Facts, asked: dict[str, Any]) -> bool:
    """Whether the run wrote a brief itself, in characters that people write with."""
    marker, hook = facts.expect.marker, str(asked.get("hook"))
    return marker is not None and marker in hook and not ODD.search(hook)


def _open_to_us(facts: Facts) -> set[str]:
    """The projects in which something was answered to this run's own key."""
    return {
        each.path_params[facts.project_parameter].lower()
        for each in facts.history
        if succeeded(each) and each.credential == "own"
        if facts.project_parameter in each.path_params
    }


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
            if succeeded(exchange):
                yield HELD
            elif exchange.status in REFUSED:
                message = f"{name} of a container that is {state}: {exchange.status}"
                yield broken(message, exchange)


def _asks_soundly(facts: Facts, container: Container, exchange: Exchange) -> bool:
    """Whether nothing but the container's state could be the reason to refuse a call."""
    if container.created is None or exchange.credential != "own" or others(facts, exchange):
        return False
    patch = pointer(exchange.request_json, "/patch")
    if isinstance(patch, dict) and NAMES_A_RESOURCE & patch.keys():
        return False
    conflict = error_code_of(exchange) == facts.contract.idempotency.conflict_code
    archived = _archived(facts, pointer(container.created.envelope, "/projectId"), exchange)
    return not conflict and not archived and valid(facts, exchange)


def _archived(facts: Facts, project: Any, exchange: Exchange) -> bool:
    """Whether a project, any where it is not known, may have been archived by then."""
    render = facts.contract.render
    ending = render.causes(render.ending("cancel"))
    return any(
        each.sent < received(exchange)
        for name in ending - facts.cancelers
        for each in facts.answers[name]
        if not isinstance(project, str) or project.lower() in each.path.lower()
    )


def _state_before(facts: Facts, container: Container, exchange: Exchange) -> str | None:
    """The ending that a container was in when *exchange* came, if nothing else was under way."""
    last = container.last_read_before(exchange)
    if last is None or last.state not in facts.contract.render.endings:
        return None
    quiet = container.untouched(last.sent, received(exchange), but=exchange)
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
                if succeeded(exchange):
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
        for again in call.exchanges:
            if not _window_is_over(facts, again):
                continue
            before = [e for e in call.exchanges if e.sent < again.sent]
            old = [jobs[e.number] for e in before if e.number in jobs]
            now = jobs.get(again.number)
            if old and now:
                message = f"a key was still known after its window: {call.operation.id} replayed"
                fresh = now.job not in {s.job for s in old}
                yield HELD if fresh else broken(message, old[0].exchange, again)
            elif old and error_code_of(again) == code:
                message = "a key was still known after its window, and another body a conflict"
                yield broken(message, old[0].exchange, again)


def _window_is_over(facts: Facts, again: Exchange) -> bool:
    """Whether every other use of a call's key was over a whole window before it was sent."""
    window = min(facts.contract.idempotency.window, facts.expect.window)
    last = max((received(e) for e in others(facts, again)), default=inf)
    return again.sent - last > window + facts.expect.clock_skew


@invariant("container.updated-moves", needs="a container read before and after its status changed")
def updated_moves(facts: Facts) -> Iterator[Occasion]:
    """Where the status has changed since a read, and time passed, updatedAt has moved on."""
    for container in facts.own:
        for after, before in earlier(container.reads, lambda seen: seen.state):
            for each in before:
                one, other = each.data.get("updatedAt"), after.data.get("updatedAt")
                was, now = moment(one), moment(other)
                if was is None or now is None or each.state == after.state:
                    continue
                tick = max(precision(one, other), SECOND)
                if each.sent - was <= tick + _behind(facts, container, each):
                    continue
                message = f"container {container.id} went to {after.state}, updatedAt still {other}"
                yield HELD if now > was else broken(message, each, after)


def _behind(facts: Facts, container: Container, seen: Seen) -> float:
    """Seconds by which the server's clock may be behind: as agreed, or as its createdAt shows."""
    begun = moment(seen.data.get("createdAt"))
    made = container.created
    shown = 0.0 if made is None or begun is None else received(made.exchange) - begun
    return max(facts.expect.clock_skew, shown)


@invariant("cancel.reason", needs="a cancel of a job that had completed")
def reason(facts: Facts) -> Iterator[Occasion]:
    """The reason of a cancel that came too late is the documented one."""
    completed = facts.contract.job.ending("success")
    for job in facts.jobs.values():
        for exchange in job.cancels:
            shown = pointer(exchange.json, "/reason") if succeeded(exchange) else None
            before = [v for v in job.views if v.received <= exchange.sent and v.state == completed]
            known = _late_reasons(facts, exchange)
            if isinstance(shown, str) and before and known:
                message = f"cancelling job {job.id}, which had completed: reason {shown}"
                yield HELD if shown in known else broken(message, before[-1], exchange)


def _late_reasons(facts: Facts, exchange: Exchange) -> set[str]:
    """The reasons that the document shows for that answer."""
    response = facts.response(exchange)
    examples = response.examples.values() if response else ()
    return {each["reason"] for each in examples if isinstance(each, dict) and each.get("reason")}


@invariant("errors.not-found", needs="a read of what this run has made up")
def not_found(facts: Facts) -> Iterator[Occasion]:
    """An id that stands for nothing is not found, or malformed."""
    for operation in facts.contract.operations.values():
        for exchange in facts.answers[operation.id] if operation.method == "GET" else ():
            if exchange.credential != "own" or not _made_up(facts, exchange):
                continue
            message = f"{operation.id} of what does not exist: {exchange.status}"
            source = "assumed" if exchange.status == 400 else None
            if exchange.status in (404, INVALID):
                yield HELD
            elif not _out_of_scope(facts, exchange) and not _given_out(facts, exchange):
                yield broken(message, exchange, source=source)


def _made_up(facts: Facts, exchange: Exchange) -> bool:
    """Whether a request that is sound else names what only this run can have thought of."""
    marker = facts.expect.marker
    named = marker and any(marker in value for value in exchange.path_params.values())
    return bool(named) and valid(facts, exchange)


def _out_of_scope(facts: Facts, exchange: Exchange) -> bool:
    """Whether this run's key may not call the operation at all, as far as was seen."""
    same = facts.answers[exchange.operation or ""]
    served = any(succeeded(e) for e in same if e.credential == "own")
    return exchange.status in NOT_FOR_THIS_KEY and not served


def _given_out(facts: Facts, exchange: Exchange) -> bool:
    """Whether the server itself has named the id before: some make ids from titles."""
    marker = (facts.expect.marker or "").encode()
    ids = [v.encode() for v in exchange.path_params.values() if marker in v.encode()]
    before = (e for e in facts.history if received(e) <= exchange.sent)
    return any(all(each in e.body for each in ids) for e in before)


@invariant("job.location", needs="a render that was started")
def location(facts: Facts) -> Iterator[Occasion]:
    """The address in the 202 holds the job's id."""
    for started in facts.starts:
        shown = started.envelope.get("locationUrl")
        if isinstance(shown, str):
            message = f"the locationUrl of job {started.job} is {shown}"
            named = started.job in unquote(shown)
            yield HELD if named else broken(message, started.exchange)


@invariant("container.clock", needs="a container of this run, and a Date in the answers")
def clock(facts: Facts) -> Iterator[Occasion]:
    """No read shows a time that its own Date has not reached, nor a birth before the 202's."""
    for container in facts.own:
        made = container.created
        born = _date(made.exchange) if made else None
        for seen in container.reads:
            now, created = _date(seen.exchange), moment(seen.data.get("createdAt"))
            updated = moment(seen.data.get("updatedAt"))
            if now is None or created is None or updated is None:
                continue
            late = max(created, updated) - now > LENIENT
            early = born is not None and _is_first(facts, container) and born - created > LENIENT
            message = f"container {container.id} shows a time far from the server's own Date"
            yield broken(message, seen) if late or early else HELD


def _is_first(facts: Facts, container: Container) -> bool:
    """Whether the 202 that named *container* is known to be the first answer to its call."""
    made = container.created
    return made is not None and not facts.repeats(made.exchange)


def _date(exchange: Exchange) -> float | None:
    """The answer's Date, in seconds since the epoch."""
    return http_date(exchange.headers.get("date", ""))
