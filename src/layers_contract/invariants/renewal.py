"""Another render of a container, and another container from a post."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from layers_contract.document import pointer
from layers_contract.facts import Facts, Seen, Started
from layers_contract.history import Exchange
from layers_contract.invariants._base import HELD, Occasion, broken, grouped, invariant
from layers_contract.invariants._changes import changes_by_itself
from layers_contract.invariants._keys import is_used_elsewhere
from layers_contract.invariants._requests import valid

BRIEF = "/brief"


@invariant("generate.container", needs="a container that this run generated")
def generated(facts: Facts) -> Iterator[Occasion]:
    """A new container is in the project asked for, in the format asked for unless that is open."""
    for container in facts.own:
        made = container.created
        if made is None or facts.project_parameter not in made.exchange.path_params:
            continue
        for seen in container.reads:
            wrong = _not_as_asked(facts, made.exchange, seen)
            message = f"container {container.id} has another {wrong} than was asked for"
            yield broken(message, made.exchange, seen) if wrong else HELD


@invariant("regenerate.container", needs="a container that was rendered again")
def keeps_container(facts: Facts) -> Iterator[Occasion]:
    """The answer names the container that was rendered again."""
    for started in _again(facts):
        asked = started.exchange.path_params.get(facts.container_parameter)
        message = f"{started.operation} of container {asked} answered container {started.container}"
        yield HELD if asked == started.container else broken(message, started.exchange)


@invariant("regenerate.job", needs="a container that was rendered again")
def new_job(facts: Facts) -> Iterator[Occasion]:
    """The answer names a job that no other call named."""
    for started in _again(facts):
        if facts.contract.starts[started.operation].when is None:
            yield _job_is_new(facts, started)


@invariant("reject.regenerate", needs="a rejection with a new render")
def reject_regenerates(facts: Facts) -> Iterator[Occasion]:
    """The answer to a rejection with a new render carries a job of its own."""
    for name, starts in facts.contract.starts.items():
        for exchange in facts.answers[name] if starts.when else ():
            asked = starts.asked(exchange.request_json)
            if exchange.status not in facts.contract.operations[name].success or not asked:
                continue
            started = facts.index(_started_by).get(exchange.number)
            if started is None:
                message = f"{name} with a new render answered without its job"
                yield broken(message, exchange, source="assumed")
            else:
                yield _job_is_new(facts, started)


@invariant("regenerate.patch", needs="a container that was rendered again with a patch")
def patch(facts: Facts) -> Iterator[Occasion]:
    """After a render with a patch the brief is as before, but for what the patch names."""
    for started in _again(facts):
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
            yield _patched(facts, last, after[0], started, known)


@invariant("clone.container", needs="a clone")
def new_container(facts: Facts) -> Iterator[Occasion]:
    """A clone is a container that no call named before."""
    for started in _clones(facts):
        original = started.exchange.path_params.get(facts.container_parameter)
        named = next(
            (
                [s.exchange]
                for s in facts.index(_starts_by_container)[started.container]
                if s.job != started.job and s.exchange.received_at <= started.exchange.sent
            ),
            [],
        )
        if started.container == original or named:
            message = f"a clone of {original} answered container {started.container}"
            yield broken(message, *named, started.exchange)
        elif moved := _moved(facts, started, original):
            yield broken(moved, started.exchange, source="derived")
        else:
            yield HELD


def _moved(facts: Facts, clone: Started, original: str | None) -> str | None:
    """That a clone is in another project than its original, if it is."""
    container = facts.containers.get(original or "")
    first = container.created.envelope if container and container.created else {}
    home, shown = first.get("projectId"), clone.envelope.get("projectId")
    if not isinstance(home, str) or not isinstance(shown, str) or home.lower() == shown.lower():
        return None
    return f"a clone of {original} in project {home} is in project {shown}"


@invariant("clone.original", needs="a container read before and after it was cloned")
def original_untouched(facts: Facts) -> Iterator[Occasion]:
    """The container in the path shows the same after the clone as before it."""
    endings = facts.contract.render.endings
    for started in _clones(facts):
        container = facts.container_of(started.exchange)
        around = container.around(started.exchange) if container else None
        if container is None or around is None or around[0].state not in endings:
            continue
        before, after = around
        if changes_by_itself(facts, container, before, after):
            continue
        fields = facts.contract.document.schema(facts.contract.render.schema)["properties"]
        known = [n for n in fields if n in before.data and n in after.data]
        changed = sorted(n for n in known if before.data[n] != after.data[n])
        message = f"cloning changed {', '.join(changed)} of container {container.id}"
        yield broken(message, before, started.exchange, after) if changed else HELD


@invariant("clone.overrides", needs="a clone with overrides")
def overrides(facts: Facts) -> Iterator[Occasion]:
    """What the overrides name is in the new container's brief."""
    for started in _clones(facts):
        wanted = pointer(started.exchange.request_json, "/overrides")
        container = facts.containers[started.container]
        render = facts.jobs[started.job].render
        is_first = render is not None and render.first is started
        if render is None or not is_first or not isinstance(wanted, dict):
            continue
        for seen in container.reads_of(render):
            brief = pointer(seen.data, BRIEF)
            if not isinstance(brief, dict):
                continue
            wrong = sorted(n for n, v in wanted.items() if n in brief and brief[n] != v)
            message = (
                f"container {container.id}: its brief has not the overrides' {', '.join(wrong)}"
            )
            yield broken(message, started.exchange, seen) if wrong else HELD


def _again(facts: Facts) -> Iterator[Started]:
    """What was started on a container that was there already."""
    return (
        started
        for started in facts.starts
        if not started.starts.new_container and not is_used_elsewhere(facts, started.exchange)
    )


def _clones(facts: Facts) -> Iterator[Started]:
    """What was started from a container, into another."""
    for started in facts.starts:
        if (
            started.starts.new_container
            and facts.container_parameter in started.exchange.path_params
            and not is_used_elsewhere(facts, started.exchange)
        ):
            yield started


def _started_by(facts: Facts) -> dict[int, Started]:
    """What each exchange started, by its number."""
    return {started.exchange.number: started for started in facts.starts}


def _calls_by_job(facts: Facts) -> dict[str, list[Started]]:
    """The first answer to each call that named a job, by the job; a replay is the same call."""
    firsts: dict[object, Started] = {}
    for started in facts.starts:
        call = started.exchange.number if started.key is None else (started.operation, started.key)
        firsts.setdefault((started.job, call), started)
    return grouped(firsts.values(), lambda started: started.job)


def _starts_by_container(facts: Facts) -> dict[str, list[Started]]:
    return grouped(facts.starts, lambda started: started.container)


def _job_is_new(facts: Facts, started: Started) -> Occasion:
    others = (
        s
        for s in facts.index(_calls_by_job)[started.job]
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


def _not_as_asked(facts: Facts, asked: Exchange, seen: Seen) -> str | None:
    project = asked.path_params[facts.project_parameter]
    shown = seen.data.get("projectId")
    if isinstance(shown, str) and shown.lower() != project.lower():
        return "project"
    wanted, got = pointer(asked.request_json, "/format"), seen.data.get("format")
    if wanted is None or got is None or got == wanted:
        return None
    return None if wanted == facts.contract.open_format else "format"


def _patched(
    facts: Facts, before: Seen, after: Seen, started: Started, patched: dict[str, Any]
) -> Occasion:
    was, now = pointer(before.data, BRIEF), pointer(after.data, BRIEF)
    container = facts.contract.document.schema(facts.contract.render.schema)
    brief = facts.contract.document.resolve(container["properties"][BRIEF[1:]])
    fields = brief["properties"]
    if not isinstance(was, dict) or not isinstance(now, dict):
        return HELD
    was = {n: v for n, v in was.items() if n in fields}
    expected = was | patched
    wrong = sorted(n for n, v in expected.items() if n in now and now[n] != v)
    lost = sorted(n for n, v in was.items() if v not in (None, [], "") and n not in now)
    if not wrong and not lost:
        return HELD
    message = f"container {before.id}: {', '.join(wrong + lost)} of the brief is not as patched"
    return broken(message, before, started.exchange, after)
