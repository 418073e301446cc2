"""Whether somebody else acts on what a run has made.

What a call of somebody else leaves behind (a job, a cancel, a decision, another policy) looks like
what a bad server does by itself. So a sign counts only where the server had no occasion: no call
of ours on that container was under way when it happened, nor one of its kind on any other, and
signs of its kind do not all come at one age, as what a program does. The server's own timestamps
tell when a thing has happened, as far as it shows any.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Any, Final

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import (
    Container,
    Facts,
    Job,
    Seen,
    by_received_at,
    by_sent,
    indexed,
    moment,
    remembered,
)
from layers_contract.judge.invariants import is_replay, soft_policy, unasked
from layers_contract.judge.timeline import Work
from layers_contract.spec.contract import MissingPartError
from layers_contract.spec.document import pointer

__all__ = ["Sign", "signs", "traces"]

SEVERAL, NEARLY_ALL, ALIKE = 5, 0.9, 0.05
"""Signs come regularly where there are several, and nearly all of them at an age that is alike."""
ROUNDING: Final = 1.0
"""Seconds by which a server may round a timestamp that shows no fraction."""
RENDERED: Final = ("brief", "assets", "captions")
"""What a container shows anew once it is rendered anew."""
CLOSED: Final = frozenset({409, 410})
"""How a project refuses that takes no call any more."""
FINE: Final = 0.01
"""And one that shows milliseconds."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What was done to a resource by nobody here, between two moments.

    `age` is how long the render was under way by then, at least and at most; seconds. Calls of ours
    that are `alike` have such an effect, on whatever they name.
    """

    what: str
    id: str
    since: float
    until: float
    age: tuple[float, float] = (0.0, inf)
    alike: frozenset[str] = frozenset()


def signs(facts: Facts) -> list[Sign]:
    """What only somebody else explains, in the order of time."""
    found: list[Sign] = []
    for kind in (_jobs, _cancels, _decisions, _policies, _archives):
        with suppress(MissingPartError):
            mine = [each for each in kind(facts) if _is_free(facts, each)]
            found += [] if _is_regular(mine) else mine
    return sorted(found, key=lambda each: each.until)


def traces(facts: Facts) -> Iterator[Sign]:
    """Whatever nobody here has asked for: somebody else has, or the server acts by itself."""
    for kind in (_jobs, _cancels, _decisions, _policies, _archives, _renders, _replays):
        with suppress(MissingPartError):
            yield from kind(facts)
    if not facts.contract.renders:
        yield from (Sign(*each) for each in unasked(facts))


def _is_regular(found: Sequence[Sign]) -> bool:
    """Whether nearly all may have come at one age."""
    if len(found) < SEVERAL:
        return False
    ages = [(low * (1 - ALIKE), high * (1 + ALIKE)) for low, high in (e.age for e in found)]
    most = max(sum(low <= age <= high for low, high in ages) for _, age in ages)
    return most >= NEARLY_ALL * len(found)


def _ours(facts: Facts) -> Iterator[Container]:
    """The containers for which a render was asked for here."""
    return (each for each in facts.containers.values() if each.renders)


def _jobs(facts: Facts) -> Iterator[Sign]:
    """Jobs of this run's containers that nobody here has started."""
    for job in facts.jobs.values():
        if job.render is not None:
            continue
        for name, known in facts.homes(job).items():
            container = facts.containers.get(name)
            if container is None or not container.renders:
                continue
            when = _when(facts, {}, job.views[0].data, facts.last_ours(container, known), known)
            yield _sign(f"job {job.id}", container, *when)


def _cancels(facts: Facts) -> Iterator[Sign]:
    """Cancels of this run's jobs that nobody here has asked for."""
    ending, canceling = facts.contract.job.ending("cancel"), _canceling(facts)
    for container in _ours(facts):
        for job in (facts.jobs[render.job] for render in container.renders):
            end = next((each for each in job.views if each.state == ending), None)
            if end is None or _is_stopped(facts, container, job, end):
                continue
            last = job.line.before(end.sent)
            since = last.sent if last else job.render.earliest if job.render else -inf
            when = _when(facts, last.data if last else {}, end.data, since, end.received)
            yield _sign(f"the cancel of job {job.id}", container, *when, canceling)


def _is_stopped(facts: Facts, container: Container, job: Job, end: Seen) -> bool:
    """Whether a call of ours may have canceled a job before it was seen canceled."""
    home = _home(container)
    names = _canceling(facts) - facts.cancelers
    archives = (e for name in names for e in facts.answers[name] if _place(facts, e) == home)
    return any(e.sent < end.received and not e.refused for e in (*job.cancels, *archives))


def _decisions(facts: Facts) -> Iterator[Sign]:
    """Decisions on this run's containers that nobody here has taken."""
    review = facts.contract.review
    gate, field = review.gate, review.field
    if gate is None:
        return
    starts = facts.contract.starts
    by = {name for step in review.transitions for name in step.by}
    deciding = frozenset(each for each in by if each not in starts or starts[each].when)
    undecided = (gate.open, gate.closed)
    for container in _ours(facts):
        if soft_policy(facts, container):
            continue
        reads = sorted(container.reads, key=by_sent)
        for last, seen in pairwise(reads):
            was, now = pointer(last.data, field), pointer(seen.data, field)
            if was not in undecided or now in undecided or last.received > seen.sent:
                continue
            when = last.sent, seen.received
            if _is_written(container, deciding, *when):
                continue
            if last.state == seen.state:
                when = _when(facts, last.data, seen.data, *when)
            yield _sign(f"the decision on container {container.id}", container, *when, deciding)


def _renders(facts: Facts) -> Iterator[Sign]:
    """Renders of this run's containers that had ended, and that nobody here has begun anew."""
    endings, starts = facts.contract.render.endings, frozenset(facts.contract.starts)
    for container in _ours(facts):
        for last, seen in pairwise(sorted(container.reads, key=by_sent)):
            when = last.sent, seen.received
            ended = last.state in endings and last.received <= seen.sent
            if ended and _is_another(last, seen) and not _is_written(container, starts, *when):
                yield _sign(f"the new render of container {container.id}", container, *when)


def _replays(facts: Facts) -> Iterator[Sign]:
    """Jobs that had begun before the first call that names them was sent."""
    for started in facts.starts:
        render = facts.jobs[started.job].render
        if render is not None and render.first is started and is_replay(facts, started):
            sent, received = started.exchange.sent, started.exchange.received_at
            yield _sign(f"job {started.job}", facts.containers[started.container], sent, received)


def _is_another(last: Seen, seen: Seen) -> bool:
    """Whether a container that had ended shows what only another render changes."""
    return last.state != seen.state or any(
        name in last.data and name in seen.data and last.data[name] != seen.data[name]
        for name in RENDERED
    )


def _is_written(
    container: Container, operations: frozenset[str], since: float, until: float
) -> bool:
    """Whether a call of ours of such an operation may have reached a container in that time."""
    calls = (each for each in container.writes if each.operation in operations)
    return any(each.sent < until and each.received_at > since for each in calls)


def _policies(facts: Facts) -> Iterator[Sign]:
    """Changes of a project's policy that nobody here has asked for."""
    gate = facts.contract.review.gate
    if gate is None:
        return
    reader = facts.contract.operations.get(gate.operation)
    path = reader.path if reader else ""
    changing = {o.id for o in facts.contract.operations.values() if o.path == path}
    work = Work(_calls(facts, changing - {gate.operation}), by_received_at)
    last: dict[tuple[str, str], Exchange] = {}
    for read in facts.answers[gate.operation]:
        if read.succeeded:
            # A setting without an id in its path is another one for another organization.
            key = (place := _place(facts, read), read.credential)
            before = last.get(key, read)
            changed = before.json != read.json and before.received_at <= read.sent
            if changed and not work.at(before.sent, read.received_at):
                since, until = before.sent, read.received_at
                yield Sign(f"the policy of {place}", place, since, until)
            last[key] = read


def _archives(facts: Facts) -> Iterator[Sign]:
    """Projects that take no call any more, and that nobody here has asked to archive."""
    archived = {_place(facts, e) for e in _calls(facts, _canceling(facts) - facts.cancelers)}
    taken, closed = dict[str, float](), dict[str, float]()
    calls = _calls(facts, (n for n, each in facts.contract.starts.items() if each.new_container))
    for call in sorted(calls, key=by_sent):
        place = _place(facts, call)
        if call.credential != "own" or not place or place in archived:
            continue
        if call.succeeded:
            taken[place] = call.sent
            closed.pop(place, None)
        elif call.status in CLOSED and place in taken and not facts.repeats(call):
            closed.setdefault(place, call.received_at)
    for place, until in closed.items():
        yield Sign(f"the archive of project {place}", place, taken[place], until)


def _sign(
    what: str,
    container: Container,
    since: float,
    until: float,
    alike: frozenset[str] = frozenset(),
) -> Sign:
    begun = max((r.earliest for r in container.renders if r.earliest <= until), default=since)
    return Sign(what, container.id, since, until, (max(since - begun, 0.0), until - begun), alike)


def _is_free(facts: Facts, sign: Sign) -> bool:
    """Whether no call of ours was under way that had to do with the resource, or was alike."""
    touching = _touching(facts).get(sign.id)
    if touching is not None and touching.at(sign.since, sign.until):
        return False
    return not _work_of(facts, sign.alike).at(sign.since, sign.until)


@remembered
def _work_of(facts: Facts, operations: frozenset[str]) -> Work[Exchange]:
    return Work(_calls(facts, operations), by_received_at)


@indexed
def _touching(facts: Facts) -> dict[str, Work[Exchange]]:
    """The calls that have to do with each container, but for reads."""
    found = {each.id: [*each.writes] for each in facts.containers.values()}
    for container in facts.containers.values():
        for render in container.renders:
            found[container.id] += facts.jobs[render.job].cancels
    for started in facts.starts:
        found[started.container].append(started.exchange)
    for call in facts.keyed.values():
        for name in {started.container for started in call.started}:
            found[name] += call.exchanges
    return {name: Work(calls, by_received_at) for name, calls in found.items()}


def _calls(facts: Facts, operations: Iterable[str]) -> list[Exchange]:
    return [each for name in operations for each in facts.answers[name]]


def _canceling(facts: Facts) -> frozenset[str]:
    render = facts.contract.render
    return frozenset(render.causes(render.ending("cancel")))


def _place(facts: Facts, exchange: Exchange) -> str:
    return exchange.path_params.get(facts.project_parameter, "").lower()


def _home(container: Container) -> str:
    found = pointer(container.created.envelope, "/projectId") if container.created else None
    return str(found).lower()


def _when(
    facts: Facts, before: Mapping[str, Any], after: Mapping[str, Any], since: float, until: float
) -> tuple[float, float]:
    """When a change happened that *after* shows: by a timestamp that is new in it, if any is."""
    low, high = _ahead(facts)
    spans = []
    for name, shown in after.items():
        if shown != before.get(name) and (at := moment(shown)) is not None:
            off = FINE if "." in shown else ROUNDING
            spans.append((max(at - high - off, since), min(at - low + off, until)))
    return min((each for each in spans if each[0] < each[1]), default=(since, until))


@indexed
def _ahead(facts: Facts) -> tuple[float, float]:
    """By how many seconds the server's clock is ahead of ours, at least and at most."""
    low, high = -inf, inf
    for started in facts.starts:
        render, call = facts.jobs[started.job].render, started.exchange
        if render is None or render.first is not started or facts.repeats(call):
            continue
        for value in started.envelope.values():
            if (shown := moment(value)) is not None:
                low, high = max(low, shown - call.received_at), min(high, shown - call.sent)
    return (low, high) if low <= high else (high, low)
