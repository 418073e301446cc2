"""What answers say by the way: times, reasons, addresses, and of nothing that it is there."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from urllib.parse import unquote

from layers_contract.document import pointer
from layers_contract.facts import (
    Container,
    Facts,
    Seen,
    earlier,
    http_date,
    moment,
)
from layers_contract.history import Exchange
from layers_contract.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.invariants._requests import valid
from layers_contract.timeline import Timeline

LENIENT = 90.0
"""Seconds by which a server's own clocks may differ."""
INVALID = 422
NOT_FOR_THIS_KEY = frozenset({401, 403})
SECOND = 1.0


@invariant("container.updated-moves", needs="a container read before and after its status changed")
def updated_moves(facts: Facts) -> Iterator[Occasion]:
    """Where the status has changed since a read, and time passed, updatedAt has moved on."""
    for container in facts.own:
        for after, before in earlier(container.reads, attrgetter("state")):
            now = moment(shown := after.data.get("updatedAt"))
            for each in before if now is not None else ():
                was = moment(each.data.get("updatedAt")) if each.state != after.state else None
                if was is None or each.sent - was <= SECOND + _behind(facts, container, each):
                    continue
                if now is not None and now > was:
                    yield HELD
                    continue
                message = f"container {container.id} went to {after.state}, updatedAt still {shown}"
                yield broken(message, each, after)


def _behind(facts: Facts, container: Container, seen: Seen) -> float:
    """Seconds by which the server's clock may be behind: as agreed, or as its createdAt shows."""
    begun = moment(seen.data.get("createdAt"))
    made = container.created
    shown = 0.0 if made is None or begun is None else made.exchange.received_at - begun
    return max(facts.expect.clock_skew, shown)


@invariant("cancel.reason", needs="a cancel of a job that had completed")
def reason(facts: Facts) -> Iterator[Occasion]:
    """The reason of a cancel that came too late is the documented one."""
    completed = facts.contract.job.ending("success")
    for job in facts.jobs.values():
        views = (v for v in job.views if v.state == completed) if job.cancels else ()
        done = Timeline(list(views), attrgetter("received"))
        for exchange in job.cancels:
            shown = pointer(exchange.json, "/reason") if exchange.succeeded else None
            before = done.before(exchange.sent)
            known = _late_reasons(facts, exchange)
            if isinstance(shown, str) and before and known:
                message = f"cancelling job {job.id}, which had completed: reason {shown}"
                yield HELD if shown in known else broken(message, before, exchange)


def _late_reasons(facts: Facts, exchange: Exchange) -> set[str]:
    """The reasons that the document shows for that answer."""
    response = facts.response(exchange)
    examples = response.examples.values() if response else ()
    return {each["reason"] for each in examples if isinstance(each, dict) and each.get("reason")}


@invariant("errors.not-found", needs="a read of what this run has made up")
def not_found(facts: Facts) -> Iterator[Occasion]:
    """An id that stands for nothing is not found, or malformed."""
    marker = facts.expect.marker or ""
    for operation in facts.contract.operations.values():
        for exchange in facts.answers[operation.id] if operation.method == "GET" and marker else ():
            named = marker in "/".join(exchange.path_params.values())
            if not named or exchange.credential != "own" or not valid(facts, exchange):
                continue
            message = f"{operation.id} of what does not exist: {exchange.status}"
            source = "assumed" if exchange.status == 400 else None
            if exchange.status in (404, INVALID):
                yield HELD
            elif not _out_of_scope(facts, exchange) and not _given_out(facts, exchange):
                yield broken(message, exchange, source=source)


def _out_of_scope(facts: Facts, exchange: Exchange) -> bool:
    """Whether this run's key may not call the operation at all, as far as was seen."""
    served = exchange.operation in facts.index(_served)
    return exchange.status in NOT_FOR_THIS_KEY and not served


def _served(facts: Facts) -> set[str]:
    """The operations that were ever a success with this run's own key."""
    return {
        name
        for name, exchanges in facts.answers.items()
        if any(each.succeeded and each.credential == "own" for each in exchanges)
    }


def _given_out(facts: Facts, exchange: Exchange) -> bool:
    """Whether the server itself has named the id before: some make ids from titles."""
    marker = (facts.expect.marker or "").encode()
    ids = [v.encode() for v in exchange.path_params.values() if marker in v.encode()]
    before = (e for e in facts.history if e.received_at <= exchange.sent)
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
        born = _born(facts, container)
        for seen in container.reads:
            now, created = _date(seen.exchange), moment(seen.data.get("createdAt"))
            updated = moment(seen.data.get("updatedAt"))
            if now is None or created is None or updated is None:
                continue
            late = created - now > LENIENT or updated - now > LENIENT
            if late or (born is not None and born - created > LENIENT):
                message = f"container {container.id} shows a time far from the server's own Date"
                yield broken(message, seen)
            else:
                yield HELD


def _born(facts: Facts, container: Container) -> float | None:
    """The Date of the 202 that named *container*, if it is the first answer to its call."""
    made = container.created
    known = made is not None and not facts.repeats(made.exchange)
    return _date(made.exchange) if made and known else None


def _date(exchange: Exchange) -> float | None:
    """The answer's Date, in seconds since the epoch."""
    return http_date(exchange.headers.get("date", ""))
