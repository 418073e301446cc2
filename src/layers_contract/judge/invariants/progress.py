"""The progress endpoint of a container, beside its jobs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from layers_contract.judge.facts import Container, Facts, Job, Render, Seen
from layers_contract.judge.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.judge.invariants._jobs import (
    changed_identity,
    documented,
    mixed,
    never_back,
    numbered,
    one_story_of,
)


@invariant(
    "progress.same-as-job",
    needs="the progress endpoint of a container of this run",
    reads=("job/status",),
)
def same_as_job(facts: Facts) -> Iterator[Occasion]:
    """The progress endpoint shows the newest job, and shows it as the job itself does."""
    by_container = _progress_by_container(facts)
    for container in facts.own:
        for seen in by_container.get(container.id, ()):
            if render := container.render_of(seen):
                yield from _shows_newest(container, render, seen)
    for job in facts.jobs.values():
        yield from _same_states(facts, job)
        polled, shown = numbered(job.polls), numbered(job.progress)
        for one, other in ((polled, shown), (shown, shown), (shown, polled)):
            yield from never_back(one, other)


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
    if changed := changed_identity(first.envelope, seen.data):
        message = f"progress of {container.id} shows another {', '.join(changed)}"
        yield broken(message, first.exchange, seen)


def _same_states(facts: Facts, job: Job) -> Iterator[Occasion]:
    reach = facts.contract.job.reach
    for before, after in mixed(documented(facts, job.polls), documented(facts, job.progress)):
        if after.state in reach.get(before.state, {after.state}):
            yield HELD
        else:
            message = (
                f"job {job.id} is {before.state} at one endpoint, then {after.state} at the other"
            )
            yield broken(message, before, after)
    yield from one_story_of(facts, job.progress, facts.reads_beside(job))
