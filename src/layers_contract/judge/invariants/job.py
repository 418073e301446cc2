"""A job over its polls, and beside its container."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import Any
from urllib.parse import unquote

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Facts, Job, Seen, earlier, remembered
from layers_contract.judge.invariants._assets import asset_urls
from layers_contract.judge.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.judge.invariants._jobs import (
    changed_identity,
    documented,
    never_back,
    numbered,
    one_story_of,
)

RESULT = "result"
ERROR = "error"
SHOWN = ("status", "stage", "progress")


@invariant("job.kind", needs="a render that was started", reads=("job/kind",))
def kind(facts: Facts) -> Iterator[Occasion]:
    """The envelope's kind is the one documented for the operation."""
    for started in facts.starts:
        shown, render = started.envelope.get("kind"), facts.jobs[started.job].render
        if isinstance(shown, str) and render is not None and render.first is started:
            message = f"{started.operation} started a job of kind {shown}"
            right = shown == started.starts.kind
            source = started.starts.kind_source
            yield HELD if right else broken(message, started.exchange, source=source)


@invariant("job.location", needs="a render that was started", reads=("job/locationUrl",))
def location(facts: Facts) -> Iterator[Occasion]:
    """The address in the 202 holds the job's id."""
    for started in facts.starts:
        shown = started.envelope.get("locationUrl")
        if isinstance(shown, str):
            message = f"the locationUrl of job {started.job} is {shown}"
            named = started.job in unquote(shown)
            yield HELD if named else broken(message, started.exchange)


@invariant("job.terminal", needs="a job polled again after it ended")
def terminal(facts: Facts) -> Iterator[Occasion]:
    """A job that has ended is polled as it ended."""
    endings = facts.contract.job.endings
    for job in facts.jobs.values():
        for after, before in earlier(documented(facts, job.polls), lambda seen: seen.state):
            for each in before:
                if each.state in endings:
                    message = f"job {job.id} was {each.state}, then {after.state}"
                    same = after.state == each.state
                    yield HELD if same else broken(message, each, after)


@invariant("job.one-story", needs="a job and its container, one read after the other")
def one_story(facts: Facts) -> Iterator[Occasion]:
    """What the job shows, and what its container shows next, fit one lifecycle; and back."""
    for job, reads in _stories(facts):
        yield from one_story_of(facts, job.polls, reads)


@invariant("job.progress", needs="a job that shows its progress", reads=("job/progress",))
def progress(facts: Facts) -> Iterator[Occasion]:
    """Progress lies between 0 and 1 and never goes back."""
    for job in facts.jobs.values():
        shown = numbered(job.polls)
        for number, seen in shown:
            if 0 <= number <= 1:
                yield HELD
            else:
                yield broken(f"progress of job {job.id} is {number}", seen)
        yield from never_back(shown, shown)


@invariant(
    "job.result", needs="a job that shows a result or an error", reads=("job/result", "job/error")
)
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


@invariant("job.constant", needs="a job polled after its 202", reads=("job/startedAt",))
def constant(facts: Facts) -> Iterator[Occasion]:
    """What identifies a job is the same at every poll."""
    for job in facts.jobs.values():
        if job.render is None:
            continue
        first = job.render.first
        for seen in job.polls:
            if changed := changed_identity(first.envelope, seen.data):
                yield broken(f"job {job.id}: {', '.join(changed)} changed", first.exchange, seen)
            else:
                yield HELD


@invariant("job.readable", needs="a job polled after its 202", reads=("job",))
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


@invariant(
    "job.unchanged", needs="a job polled with the ETag of an earlier answer", reads=("job/status",)
)
def unchanged(facts: Facts) -> Iterator[Occasion]:
    """A 304 stands for an answer that is still true."""
    reader = facts.contract.reader("job")
    validator = reader.raw.get("x-polling", {}).get("validator", {})
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


def _stories(facts: Facts) -> Iterator[tuple[Job, Sequence[Seen]]]:
    """Each job of this run with the reads of its container that belong to its render."""
    for container in facts.own:
        for render in container.renders:
            yield facts.jobs[render.job], container.reads_of(render)


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


def _still_true(facts: Facts, job: Job, seen: Seen, exchange: Exchange) -> Iterator[Occasion]:
    newer = ((values.name, values.next_other(seen)) for values in _values_of(facts, job))
    found = [(name, each) for name, each in newer if each and each.received <= exchange.sent]
    if found:
        name, changed = min(found, key=lambda each: each[1].sent)
        message = f"job {job.id}: 304 although {name} has changed since the ETag was issued"
        yield broken(message, seen, changed, exchange)
    else:
        yield HELD


@remembered
def _values_of(_: Facts, job: Job) -> list[_Values]:
    return [_Values(job.polls, name) for name in SHOWN]


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
