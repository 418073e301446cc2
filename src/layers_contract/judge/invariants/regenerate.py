"""Another render of a container."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Container, Facts, Seen, Started, by_received_at
from layers_contract.judge.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.judge.invariants._requests import valid
from layers_contract.judge.invariants._starts import job_is_new, renewed
from layers_contract.judge.timeline import overlapping
from layers_contract.spec.document import pointer

BRIEF = "/brief"


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


@invariant("regenerate.container", needs="a container that was rendered again")
def keeps_container(facts: Facts) -> Iterator[Occasion]:
    """The answer names the container that was rendered again."""
    for started in renewed(facts):
        asked = started.exchange.path_params.get(facts.container_parameter)
        message = f"{started.operation} of container {asked} answered container {started.container}"
        yield HELD if asked == started.container else broken(message, started.exchange)


@invariant("regenerate.job", needs="a container that was rendered again")
def new_job(facts: Facts) -> Iterator[Occasion]:
    """The answer names a job that no other call named."""
    for started in renewed(facts):
        if facts.contract.starts[started.operation].when is None:
            yield job_is_new(facts, started)


@invariant(
    "regenerate.patch",
    needs="a container that was rendered again with a patch",
    reads=("request/patch", "container/brief"),
)
def patch(facts: Facts) -> Iterator[Occasion]:
    """After a render with a patch the brief is as before, but for what the patch names."""
    for started in renewed(facts):
        container = facts.containers[started.container]
        render = facts.jobs[started.job].render
        if render is None or render.first is not started or not valid(facts, started.exchange):
            continue
        last, after = container.last_read_before(started.exchange), container.reads_of(render)
        if last is None or not after:
            continue
        if container.untouched(last.sent, started.exchange.received_at, but=started.exchange):
            patched = pointer(started.exchange.request_json, "/patch")
            known = patched if isinstance(patched, dict) else {}
            yield from _patched(facts, last, after[0], started, known)


def _patched(
    facts: Facts, before: Seen, after: Seen, started: Started, patched: dict[str, Any]
) -> Iterator[Occasion]:
    was, now = pointer(before.data, BRIEF), pointer(after.data, BRIEF)
    container = facts.contract.document.schema(facts.contract.render.schema)
    brief = facts.contract.document.resolve(container["properties"][BRIEF[1:]])
    fields = brief["properties"]
    if not isinstance(was, dict) or not isinstance(now, dict):
        return
    was = {n: v for n, v in was.items() if n in fields}
    expected = was | patched
    wrong = sorted(n for n, v in expected.items() if n in now and now[n] != v)
    lost = sorted(n for n, v in was.items() if v not in (None, [], "") and n not in now)
    message = f"container {before.id}: {', '.join(wrong + lost)} of the brief is not as patched"
    yield broken(message, before, started.exchange, after) if wrong or lost else HELD
