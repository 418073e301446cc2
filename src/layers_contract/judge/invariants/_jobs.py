"""Views of one job: ordered in time, beside its container's, and what they show."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from layers_contract.judge.facts import Facts, Seen, indexed, moment, precision
from layers_contract.judge.invariants._base import HELD, Occasion, broken

PROGRESS = "progress"
CONSTANT = ("kind", "containerId", "projectId", "startedAt")
Numbered = tuple[float, Seen]
"""A view of a job, with the progress that it shows."""


def documented(facts: Facts, views: list[Seen]) -> list[Seen]:
    """The views that show a documented state; of others no more can be said than that."""
    return [seen for seen in views if seen.state in facts.contract.job.states]


def mixed(one: Sequence[Seen], other: Sequence[Seen]) -> Iterator[tuple[Seen, Seen]]:
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


def one_story_of(facts: Facts, jobs: Sequence[Seen], reads: Sequence[Seen]) -> Iterator[Occasion]:
    """Views of a job beside those of its container: some state of it explains each pair."""
    fitting = _fitting(facts)
    for before, after in mixed(jobs, reads):
        key = _is_job(before), before.state, after.state
        if key not in fitting:
            fitting[key] = _fit(facts, *key)
        if fitting[key]:
            yield HELD
        else:
            message = f"{_name(before)} is {before.state}, then {_name(after)} is {after.state}"
            yield broken(message, before, after)


@indexed
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


def never_back(one: Sequence[Numbered], other: Sequence[Numbered]) -> Iterator[Occasion]:
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


def numbered(views: Iterable[Seen]) -> list[Numbered]:
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


def changed_identity(envelope: Mapping[str, Any], data: Mapping[str, Any]) -> list[str]:
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
