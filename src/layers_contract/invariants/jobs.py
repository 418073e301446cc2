"""A job over its polls, and beside its container."""

from __future__ import annotations

import math
from collections.abc import Iterator

from layers_contract.document import pointer
from layers_contract.facts import Facts, Job, Seen, busy, earlier, moment, precision, received
from layers_contract.history import Exchange
from layers_contract.invariants._base import HELD, Occasion, broken, invariant

PROGRESS, RESULT, ERROR = "/progress", "/result", "/error"
CONSTANT = ("kind", "containerId", "projectId", "startedAt")
SHOWN = ("status", "stage", "progress")


@invariant("job.terminal", needs="a job polled again after it ended")
def terminal(facts: Facts) -> Iterator[Occasion]:
    """A job that has ended is polled as it ended."""
    endings = facts.contract.job.endings
    for job in facts.jobs.values():
        for after, before in earlier(_known(facts, job.polls), lambda seen: seen.state):
            for each in before:
                if each.state in endings:
                    message = f"job {job.id} was {each.state}, then {after.state}"
                    same = after.state == each.state
                    yield HELD if same else broken(message, each, after)


@invariant("job.one-story", needs="a job and its container, one read after the other")
def one_story(facts: Facts) -> Iterator[Occasion]:
    """What the job shows, and what its container shows next, fit one lifecycle; and back."""
    for job, reads in _stories(facts):
        for before, after in _mixed(job.polls, reads):
            if _fit(facts, before, after):
                yield HELD
            else:
                message = f"{_name(before)} is {before.state}, then {_name(after)} is {after.state}"
                yield broken(message, before, after)


@invariant("job.progress", needs="a job that shows its progress")
def progress(facts: Facts) -> Iterator[Occasion]:
    """Progress lies between 0 and 1 and never goes back."""
    for job in facts.jobs.values():
        for seen in job.polls:
            number = _number(seen)
            if number is not None:
                message = f"progress of job {job.id} is {number}"
                yield HELD if 0 <= number <= 1 else broken(message, seen)
        yield from _never_back(job.polls, job.polls)


@invariant("job.result", needs="a job that shows a result or an error")
def result(facts: Facts) -> Iterator[Occasion]:
    """A result comes with success and names the job's container; an error comes with failure."""
    lifecycle = facts.contract.job
    for job in facts.jobs.values():
        for seen in job.views:
            for field, outcome in ((RESULT, "success"), (ERROR, "failure")):
                if pointer(seen.data, field) is not None:
                    fits = seen.state == lifecycle.ending(outcome)
                    message = f"job {job.id} is {seen.state} and shows {field[1:]}"
                    yield HELD if fits else broken(message, seen)
            yield from _result_names(job, seen)


@invariant("job.constant", needs="a job polled after its 202")
def constant(facts: Facts) -> Iterator[Occasion]:
    """What identifies a job is the same at every poll."""
    for job in facts.jobs.values():
        for seen in job.polls if job.render else ():
            envelope = job.render.first.envelope if job.render else {}
            changed = [name for name in CONSTANT if _differs(envelope, seen.data, name)]
            message = f"job {job.id}: {', '.join(changed)} changed"
            first = job.render.first.exchange if job.render else seen.exchange
            yield broken(message, first, seen) if changed else HELD


@invariant("job.readable", needs="a job polled after its 202")
def readable(facts: Facts) -> Iterator[Occasion]:
    """From its 202 on a job can be polled."""
    reader = facts.contract.reader("job").id
    for exchange in facts.answers[reader]:
        job = facts.job_of(exchange)
        first = job.render.first.exchange if job and job.render else None
        if first is None or exchange.credential != first.credential or busy(exchange):
            continue
        if exchange.sent < received(first):
            continue
        if exchange.status == 404:
            yield broken(
                f"job {job.id if job else ''} was not found after its 202", first, exchange
            )
        else:
            yield HELD


@invariant("job.unchanged", needs="a job polled with the ETag of an earlier answer")
def unchanged(facts: Facts) -> Iterator[Occasion]:
    """A 304 stands for an answer that is still true."""
    reader = facts.contract.reader("job")
    validator = reader.raw["x-polling"].get("validator", {})
    request, answer = (validator.get(k, "").lower() for k in ("request", "response"))
    for exchange in facts.answers[reader.id]:
        job, tag = facts.job_of(exchange), exchange.request_headers.get(request)
        if job is None or tag is None or exchange.status != validator.get("unchanged"):
            continue
        issued = [s for s in job.polls if s.exchange.headers.get(answer) == tag]
        if issued and issued[0].received <= exchange.sent:
            yield from _still_true(job, issued[0], exchange)


@invariant("progress.same-as-job", needs="the progress endpoint of a container of this run")
def same_as_job(facts: Facts) -> Iterator[Occasion]:
    """The progress endpoint shows the newest job, and shows it as the job itself does."""
    for container in facts.own:
        for seen in _progress_of(facts, container.id):
            render = container.render_of(seen)
            if render is None:
                continue
            message = f"progress of {container.id} shows job {seen.id}, the newest is {render.job}"
            yield HELD if seen.id == render.job else broken(message, render.first.exchange, seen)
            changed = [n for n in CONSTANT if _differs(render.first.envelope, seen.data, n)]
            if changed and seen.id == render.job:
                message = f"progress of {container.id} shows another {', '.join(changed)}"
                yield broken(message, render.first.exchange, seen)
    for job in facts.jobs.values():
        yield from _same_states(facts, job)
        yield from _never_back(job.polls, job.progress)
        yield from _never_back(job.progress, job.progress)
        yield from _never_back(job.progress, job.polls)


def _known(facts: Facts, views: list[Seen]) -> list[Seen]:
    """The views that show a documented state; of others no more can be said than that."""
    return [seen for seen in views if seen.state in facts.contract.job.states]


def _progress_of(facts: Facts, container: str) -> Iterator[Seen]:
    for job in facts.jobs.values():
        for seen in job.progress:
            if seen.exchange.path_params.get(facts.container_parameter) == container:
                yield seen


def _same_states(facts: Facts, job: Job) -> Iterator[Occasion]:
    reach = facts.contract.job.reach
    for before, after in _mixed(_known(facts, job.polls), _known(facts, job.progress)):
        if after.state in reach.get(before.state, {after.state}):
            yield HELD
        else:
            message = (
                f"job {job.id} is {before.state} at one endpoint, then {after.state} at the other"
            )
            yield broken(message, before, after)
    own = facts.containers.get(job.render.container) if job.render else None
    reads = [s for s in own.reads if own.render_of(s) is job.render] if own else []
    for before, after in _mixed(job.progress, reads):
        if _fit(facts, before, after):
            yield HELD
        else:
            message = f"{_name(before)} is {before.state}, then {_name(after)} is {after.state}"
            yield broken(message, before, after)


def _stories(facts: Facts) -> Iterator[tuple[Job, list[Seen]]]:
    """Each job of this run with the reads of its container that belong to its render."""
    for container in facts.own:
        for render in container.renders:
            job = facts.jobs[render.job]
            yield job, [s for s in container.reads if container.render_of(s) is render]


def _mixed(one: list[Seen], other: list[Seen]) -> Iterator[tuple[Seen, Seen]]:
    """Pairs of one view from each list, certainly ordered in time."""
    mine = {id(seen) for seen in one}
    for after, before in earlier([*one, *other], lambda s: (id(s) in mine, s.state)):
        for each in before:
            if (id(each) in mine) is not (id(after) in mine):
                yield each, after


def _fit(facts: Facts, before: Seen, after: Seen) -> bool:
    """Whether some state of the container explains both views."""
    reach = facts.contract.render.reach
    then, now = _container_states(facts, before), _container_states(facts, after)
    return any(now & reach.get(state, now) for state in then)


def _container_states(facts: Facts, seen: Seen) -> frozenset[str]:
    """The states in which the container may be, as *seen* tells."""
    everything = frozenset(facts.contract.render.states)
    if _is_job(seen):
        return facts.contract.render.mirror.get(seen.state, everything)
    return frozenset({seen.state} if seen.state in everything else everything)


def _is_job(seen: Seen) -> bool:
    return "jobId" in seen.data


def _name(seen: Seen) -> str:
    return f"job {seen.id}" if _is_job(seen) else f"container {seen.id}"


def _never_back(one: list[Seen], other: list[Seen]) -> Iterator[Occasion]:
    """Progress in *other* is never behind what was seen before in *one*."""
    sources = {id(seen) for seen in one}
    targets = {id(seen) for seen in other}
    for after, before in earlier({id(s): s for s in (*one, *other)}.values(), id):
        known = [s for s in before if id(s) in sources and _number(s) is not None]
        now = _number(after)
        if now is None or not known or id(after) not in targets:
            continue
        most = max(known, key=lambda s: _number(s) or 0.0)
        message = f"progress of job {after.id} went back from {_number(most)} to {now}"
        yield HELD if now >= (_number(most) or 0.0) else broken(message, most, after)


def _number(seen: Seen) -> float | None:
    value = pointer(seen.data, PROGRESS)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _result_names(job: Job, seen: Seen) -> Iterator[Occasion]:
    named = pointer(seen.data, RESULT + "/containerId")
    if job.render is None or not isinstance(named, str):
        return
    message = f"the result of job {job.id} names {named}, its container is {job.render.container}"
    same = named == job.render.container
    yield HELD if same else broken(message, job.render.first.exchange, seen)


def _differs(envelope: object, data: object, name: str) -> bool:
    was, now = pointer(envelope, "/" + name), pointer(data, "/" + name)
    if was is None or now is None:
        return False
    start, later = moment(was), moment(now)
    if start is not None and later is not None:
        return abs(start - later) > precision(was, now)
    return bool(was != now)


def _both_differ(one: Seen, other: Seen, name: str) -> bool:
    return name in one.data and name in other.data and one.data[name] != other.data[name]


def _still_true(job: Job, seen: Seen, exchange: Exchange) -> Iterator[Occasion]:
    between = [s for s in job.polls if seen.received <= s.sent and s.received <= exchange.sent]
    changed = [(s, n) for s in between for n in SHOWN if _both_differ(seen, s, n)]
    if changed:
        newer, name = changed[0]
        message = f"job {job.id}: 304 although {name} has changed since the ETag was issued"
        yield broken(message, seen, newer, exchange)
    else:
        yield HELD
