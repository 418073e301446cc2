"""A job over its polls, and beside its container."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import Any

from layers_contract.facts import (
    Container,
    Facts,
    Job,
    Render,
    Seen,
    earlier,
    moment,
    precision,
)
from layers_contract.history import Exchange
from layers_contract.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.invariants.lifecycle import asset_urls

PROGRESS, RESULT, ERROR = "progress", "result", "error"
CONSTANT = ("kind", "containerId", "projectId", "startedAt")
SHOWN = ("status", "stage", "progress")

Numbered = tuple[float, Seen]
"""A view of a job, with the progress that it shows."""


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
        yield from _one_story(facts, job.polls, reads)


@invariant("job.progress", needs="a job that shows its progress")
def progress(facts: Facts) -> Iterator[Occasion]:
    """Progress lies between 0 and 1 and never goes back."""
    for job in facts.jobs.values():
        shown = _numbered(job.polls)
        for number, seen in shown:
            if 0 <= number <= 1:
                yield HELD
            else:
                yield broken(f"progress of job {job.id} is {number}", seen)
        yield from _never_back(shown, shown)


@invariant("job.result", needs="a job that shows a result or an error")
def result(facts: Facts) -> Iterator[Occasion]:
    """A result comes with success and names the job's container; an error comes with failure."""
    success, failure = map(facts.contract.job.ending, ("success", "failure"))
    for job in facts.jobs.values():
        assets = _assets_after(facts, job)
        for seen in job.views:
            for field, ending in ((RESULT, success), (ERROR, failure)):
                if seen.data.get(field) is None:
                    continue
                if seen.state == ending:
                    yield HELD
                else:
                    yield broken(f"job {job.id} is {seen.state} and shows {field}", seen)
            if isinstance(named := seen.data.get(RESULT), dict):
                yield from _result_names(job, seen, named)
                yield from _result_assets(job, seen, named, assets)


def _assets_after(facts: Facts, job: Job) -> tuple[Seen, frozenset[str]] | None:
    """The first read of a job's container that shows it completed, with the assets in it."""
    success = facts.contract.render.ending("success")
    reads = (seen for seen in facts.reads_beside(job) if seen.state == success)
    return next(((seen, frozenset(asset_urls(seen))) for seen in reads), None)


def _result_assets(
    job: Job, seen: Seen, result: Mapping[str, Any], known: tuple[Seen, frozenset[str]] | None
) -> Iterator[Occasion]:
    """The assets that a result names are those of the container after that render."""
    named = result.get("assets")
    if not isinstance(named, list) or known is None:
        return
    read, assets = known
    ids = {str(each["id"]) for each in named if isinstance(each, dict) and "id" in each}
    if ids <= assets:
        yield HELD
    else:
        message = f"the result of job {job.id} names an asset that container {read.id} lacks"
        yield broken(message, seen, read)


@invariant("job.constant", needs="a job polled after its 202")
def constant(facts: Facts) -> Iterator[Occasion]:
    """What identifies a job is the same at every poll."""
    for job in facts.jobs.values():
        if job.render is None:
            continue
        first = job.render.first
        for seen in job.polls:
            if changed := _changed(first.envelope, seen.data):
                yield broken(f"job {job.id}: {', '.join(changed)} changed", first.exchange, seen)
            else:
                yield HELD


@invariant("job.readable", needs="a job polled after its 202")
def readable(facts: Facts) -> Iterator[Occasion]:
    """From its 202 on a job can be polled."""
    reader = facts.contract.reader("job").id
    for exchange in facts.answers[reader]:
        job = facts.job_of(exchange)
        first = job.render.first.exchange if job and job.render else None
        if first is None or exchange.credential != first.credential or exchange.inconclusive:
            continue
        if exchange.sent < first.received_at:
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
    issued: dict[Job, dict[str | None, Seen]] = {}
    for exchange in facts.answers[reader.id]:
        if exchange.status != validator.get("unchanged"):
            continue
        job, tag = facts.job_of(exchange), exchange.request_headers.get(request)
        if job is None or tag is None:
            continue
        if job not in issued:
            issued[job] = {seen.exchange.headers.get(answer): seen for seen in job.polls[::-1]}
        first = issued[job].get(tag)
        if first and first.received <= exchange.sent:
            yield from _still_true(facts, job, first, exchange)


@invariant("progress.same-as-job", needs="the progress endpoint of a container of this run")
def same_as_job(facts: Facts) -> Iterator[Occasion]:
    """The progress endpoint shows the newest job, and shows it as the job itself does."""
    by_container = _progress_by_container(facts)
    for container in facts.own:
        for seen in by_container.get(container.id, ()):
            if render := container.render_of(seen):
                yield from _shows_newest(container, render, seen)
    for job in facts.jobs.values():
        yield from _same_states(facts, job)
        polled, shown = _numbered(job.polls), _numbered(job.progress)
        for one, other in ((polled, shown), (shown, shown), (shown, polled)):
            yield from _never_back(one, other)


def _known(facts: Facts, views: list[Seen]) -> list[Seen]:
    """The views that show a documented state; of others no more can be said than that."""
    return [seen for seen in views if seen.state in facts.contract.job.states]


def _progress_by_container(facts: Facts) -> dict[str | None, list[Seen]]:
    found = defaultdict(list)
    for job in facts.jobs.values():
        for seen in job.progress:
            found[seen.exchange.path_params.get(facts.container_parameter)].append(seen)
    return found


def _shows_newest(container: Container, render: Render, seen: Seen) -> Iterator[Occasion]:
    first = render.first
    if seen.id != render.job:
        message = f"progress of {container.id} shows job {seen.id}, the newest is {render.job}"
        yield broken(message, first.exchange, seen)
        return
    yield HELD
    if changed := _changed(first.envelope, seen.data):
        message = f"progress of {container.id} shows another {', '.join(changed)}"
        yield broken(message, first.exchange, seen)


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
    yield from _one_story(facts, job.progress, facts.reads_beside(job))


def _stories(facts: Facts) -> Iterator[tuple[Job, Sequence[Seen]]]:
    """Each job of this run with the reads of its container that belong to its render."""
    for container in facts.own:
        for render in container.renders:
            yield facts.jobs[render.job], container.reads_of(render)


def _mixed(one: Sequence[Seen], other: Sequence[Seen]) -> Iterator[tuple[Seen, Seen]]:
    """Pairs of one view from each list, certainly ordered in time."""
    if not one or not other:
        return
    mine = set(one)
    by_sent = sorted((*one, *other), key=attrgetter("sent"))
    by_received = sorted(by_sent, key=attrgetter("received"))
    before: tuple[dict[str, Seen], dict[str, Seen]] = {}, {}
    done = 0
    for after in by_sent:
        while done < len(by_received) and (each := by_received[done]).received <= after.sent:
            before[each in mine][each.state] = each
            done += 1
        for each in before[after not in mine].values():
            yield each, after


def _one_story(facts: Facts, jobs: Sequence[Seen], reads: Sequence[Seen]) -> Iterator[Occasion]:
    """Views of a job beside those of its container: some state of it explains each pair."""
    fitting = facts.index(_fitting)
    for before, after in _mixed(jobs, reads):
        key = _is_job(before), before.state, after.state
        if key not in fitting:
            fitting[key] = _fit(facts, *key)
        if fitting[key]:
            yield HELD
        else:
            message = f"{_name(before)} is {before.state}, then {_name(after)} is {after.state}"
            yield broken(message, before, after)


def _fitting(_: Facts) -> dict[tuple[bool, str, str], bool]:
    return {}


def _fit(facts: Facts, job_first: bool, before: str, after: str) -> bool:
    """Whether some state of the container explains two views, one of them its job's."""
    render = facts.contract.render
    everything = frozenset(render.states)
    job, read = (before, after) if job_first else (after, before)
    of_job = render.mirror.get(job, everything)
    of_read = frozenset({read} if read in everything else everything)
    then, now = (of_job, of_read) if job_first else (of_read, of_job)
    return any(now & render.reach.get(state, now) for state in then)


def _is_job(seen: Seen) -> bool:
    return "jobId" in seen.data


def _name(seen: Seen) -> str:
    return f"job {seen.id}" if _is_job(seen) else f"container {seen.id}"


def _never_back(one: Sequence[Numbered], other: Sequence[Numbered]) -> Iterator[Occasion]:
    """Progress in *other* is never behind what was seen before in *one*."""
    if not one or not other:
        return
    known = sorted(one, key=lambda each: each[1].received)
    best: Numbered | None = None
    second: Numbered | None = None
    done = 0
    for now, after in other:
        while done < len(known) and known[done][1].received <= after.sent:
            if best is None or known[done][0] > best[0]:
                best, second = known[done], best
            elif second is None or known[done][0] > second[0]:
                second = known[done]
            done += 1
        most = second if best and best[1] is after else best
        if most:
            yield HELD if now >= most[0] else _went_back(*most, now, after)


def _went_back(most: float, seen: Seen, now: float, after: Seen) -> Occasion:
    return broken(f"progress of job {after.id} went back from {most} to {now}", seen, after)


def _numbered(views: Iterable[Seen]) -> list[Numbered]:
    """The views that show progress, with it."""
    return [(number, seen) for seen in views if (number := _number(seen)) is not None]


def _number(seen: Seen) -> float | None:
    value = seen.data.get(PROGRESS)
    if type(value) is float:
        return value
    if value is None or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _result_names(job: Job, seen: Seen, result: Mapping[str, Any]) -> Iterator[Occasion]:
    named = result.get("containerId")
    if job.render is None or not isinstance(named, str):
        return
    if named == job.render.container:
        yield HELD
    else:
        home = job.render.container
        message = f"the result of job {job.id} names {named}, its container is {home}"
        yield broken(message, job.render.first.exchange, seen)


def _changed(envelope: Mapping[str, Any], data: Mapping[str, Any]) -> list[str]:
    """What identifies a job, and is another than it was."""
    return [
        name
        for name in CONSTANT
        if (was := envelope.get(name)) != (now := data.get(name)) and _differ(was, now)
    ]


def _differ(was: Any, now: Any) -> bool:
    if was is None or now is None:
        return False
    start, later = moment(was), moment(now)
    return start is None or later is None or abs(start - later) > precision(was, now)


def _still_true(facts: Facts, job: Job, seen: Seen, exchange: Exchange) -> Iterator[Occasion]:
    known = facts.index(_values_by_job)
    if job not in known:
        known[job] = [_Values(job.polls, name) for name in SHOWN]
    newer = ((values.name, values.next_other(seen)) for values in known[job])
    found = [(name, each) for name, each in newer if each and each.received <= exchange.sent]
    if found:
        name, changed = min(found, key=lambda each: each[1].sent)
        message = f"job {job.id}: 304 although {name} has changed since the ETag was issued"
        yield broken(message, seen, changed, exchange)
    else:
        yield HELD


def _values_by_job(_: Facts) -> dict[Job, list[_Values]]:
    return {}


class _Values:
    """The values of one field over the polls of a job, those that show it at all."""

    def __init__(self, polls: Sequence[Seen], name: str) -> None:
        self.name = name
        self._shown = [seen for seen in polls if name in seen.data]
        self._changes = [
            place
            for place, (before, after) in enumerate(pairwise(self._shown), 1)
            if before.data[name] != after.data[name]
        ]

    def next_other(self, seen: Seen) -> Seen | None:
        """The first poll since *seen* was known that shows another value, if *seen* has one."""
        place = bisect_left(self._shown, seen.received, key=attrgetter("sent"))
        if self.name not in seen.data or place == len(self._shown):
            return None
        if self._shown[place].data[self.name] != seen.data[self.name]:
            return self._shown[place]
        change = bisect_right(self._changes, place)
        return self._shown[self._changes[change]] if change < len(self._changes) else None
