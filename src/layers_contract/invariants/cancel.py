"""Cancelling a render, and archiving a project."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from operator import attrgetter

from layers_contract.document import pointer
from layers_contract.facts import Container, Facts, Job, Seen
from layers_contract.history import Exchange
from layers_contract.invariants._base import HELD, Occasion, broken, by_project, invariant
from layers_contract.invariants._changes import quiet_around
from layers_contract.invariants._early import Case, case_of, never_canceled
from layers_contract.timeline import Spans, Timeline

TAKEN, LATE = 202, 200


@invariant("cancel.accepted", needs="a cancel of a job that certainly runs, or certainly ended")
def accepted(facts: Facts) -> Iterator[Occasion]:
    """A running job takes the signal, an ended one does not."""
    for job, exchange in _cancels(facts, every=True):
        wanted = _wanted(facts, job, exchange)
        if wanted is None or (wanted == TAKEN and not exchange.succeeded):
            continue
        said = pointer(exchange.json, "/accepted")
        if exchange.status == wanted and said is (wanted == TAKEN):
            yield HELD
        else:
            how = "had ended" if wanted == LATE else "was running"
            message = f"cancelling job {job.id}, which {how}: {exchange.status}, accepted {said}"
            yield broken(message, exchange)


@invariant("cancel.ends", needs="a job followed to its end after a cancel")
def ends(facts: Facts) -> Iterator[Occasion]:
    """A job whose cancel was taken ends.

    The render may win the race, and no page says how long a race may be: one that went on for
    long is a difference, not a violation. That early cancels never win is a violation.
    """
    endings = facts.contract.job.endings
    yield from never_canceled(_early_cancels(facts), "accepted cancel")
    for job, exchange in _cancels(facts):
        last = job.views[-1] if job.views else None
        if exchange.status != TAKEN or last is None or last.sent < exchange.received_at:
            continue
        if last.state not in facts.contract.job.states:
            continue
        if last.state not in endings:
            if facts.expect.render and last.sent - exchange.received_at > facts.expect.render:
                message = f"job {job.id} is still {last.state} after its cancel was taken"
                yield broken(message, exchange, last)
        elif ran := _ran_on(facts, job, exchange):
            message = f"job {job.id} went on for long after its cancel was taken, and completed"
            yield broken(message, exchange, *ran, source="assumed")
        else:
            yield HELD


@invariant("cancel.keeps", needs="a job polled before and after a late cancel")
def keeps(facts: Facts) -> Iterator[Occasion]:
    """A late cancel leaves the job, and the container, as they were."""
    for job, exchange in _cancels(facts):
        lines = facts.index(_poll_lines)[job.id]
        last, following = lines[0].before(exchange.sent), lines[1].after(exchange.received_at)
        if last is None or following is None:
            continue
        if following.state not in facts.contract.job.states:
            continue
        message = f"a late cancel took job {job.id} from {last.state} to {following.state}"
        same = last.state == following.state
        yield HELD if same else broken(message, last, exchange, following)
    for job, exchange in _cancels(facts):
        home = facts.containers.get(job.render.container) if job.render else None
        changed = quiet_around(facts, home, exchange) if home and exchange.status == LATE else None
        if home and changed:
            message = f"a late cancel changed {', '.join(changed)} of container {home.id}"
            yield broken(message, exchange)


@invariant("archive.cancels", needs="a disposable project, archived while something renders")
def archive_cancels(facts: Facts) -> Iterator[Occasion]:
    """What was unfinished when its project was archived ends as canceled, or won the race.

    One that went on for long may have won by luck; that none was canceled is no luck.
    """
    canceled, endings = facts.contract.render.ending("cancel"), facts.contract.render.endings
    longest = facts.expect.render or inf
    yield from never_canceled(_early_archives(facts), "archive of its project")
    for exchange in _archives(facts):
        unfinished = list(_unfinished(facts, exchange))
        lasts = [container.reads[-1] for container in unfinished]
        none_canceled = len(lasts) > 1 and not any(last.state == canceled for last in lasts)
        for container, last in zip(unfinished, lasts, strict=True):
            ran = _ran_on(facts, facts.jobs[container.renders[0].job], exchange)
            message = f"container {container.id} is {last.state} although its project was archived"
            if ran:
                source = None if none_canceled else "assumed"
                yield broken(message, exchange, *ran, last, source=source)
            elif last.state == canceled:
                yield HELD
            elif last.state not in endings and last.sent - exchange.received_at > longest:
                yield broken(message, exchange, last)


@invariant("archive.again", needs="a disposable project, archived twice")
def archive_again(facts: Facts) -> Iterator[Occasion]:
    """The second archive is answered like the first."""
    done: dict[str, Exchange] = {}
    for exchange in _archives(facts, every=True):
        if exchange.inconclusive:
            continue
        first = done.get(exchange.path)
        if first is not None and first.received_at <= exchange.sent:
            was, now = (f"{each.status} {_shown(each)}".strip() for each in (first, exchange))
            message = f"archiving was answered {was}, and again {now}"
            yield HELD if was == now else broken(message, first, exchange)
        elif exchange.succeeded:
            done[exchange.path] = exchange


def _shown(exchange: Exchange) -> str:
    """The state that an answer shows, as far as it shows one."""
    return str(pointer(exchange.json, "/status") or "")


def _cancels(facts: Facts, *, every: bool = False) -> Iterator[tuple[Job, Exchange]]:
    """The cancels of this run's jobs; those that were refused only where *every* one counts."""
    for job in facts.jobs.values():
        for exchange in job.cancels:
            counts = exchange.succeeded or (every and not exchange.inconclusive)
            if counts and exchange.credential == "own" and job.render:
                yield job, exchange


def _early_cancels(facts: Facts) -> Iterator[Case]:
    """The first accepted cancel of each job, as far as it came early."""
    for job in facts.jobs.values():
        taken = [each for each in job.cancels if not each.refused]
        if len(taken) == 1 and taken[0].status == TAKEN and taken[0].credential == "own":
            yield from case_of(facts, job, taken[0])


def _early_archives(facts: Facts) -> Iterator[Case]:
    """The renders that were young when their project was archived, and that nobody canceled."""
    for exchange in _archives(facts):
        for container in _unfinished(facts, exchange):
            job = facts.jobs[container.renders[-1].job]
            if job.first_cancel == inf:
                yield from case_of(facts, job, exchange)


def _poll_lines(facts: Facts) -> dict[str, tuple[Timeline[Seen], Timeline[Seen]]]:
    """The polls of each canceled job: those that show it ended, and all."""
    endings = facts.contract.job.endings
    return {
        job.id: (
            Timeline([v for v in job.polls if v.state in endings], _by_received),
            Timeline(job.polls, _by_received),
        )
        for job in facts.jobs.values()
        if job.cancels
    }


def _wanted(facts: Facts, job: Job, exchange: Exchange) -> int | None:
    ended, running = facts.index(_known_ended)[job.id]
    if ended <= exchange.sent:
        return LATE
    if running >= exchange.received_at:
        return TAKEN
    others = (each for each in job.cancels[:2] if each is not exchange)
    first = all(each.sent >= exchange.received_at for each in others)
    after = job.line.after(exchange.received_at)
    heeded = after is not None and after.state == facts.contract.job.ending("cancel")
    return TAKEN if first and heeded and not _may_be_archived(facts, job) else None


def _known_ended(facts: Facts) -> dict[str, tuple[float, float]]:
    """When each canceled job was first known to have ended, and when last asked for and running."""
    lifecycle = facts.contract.job
    goes_on = set(lifecycle.states) - lifecycle.endings.keys()
    return {
        job.id: (
            min((v.received for v in job.views if v.state in lifecycle.endings), default=inf),
            max((v.sent for v in job.views if v.state in goes_on), default=-inf),
        )
        for job in facts.jobs.values()
        if job.cancels
    }


def _may_be_archived(facts: Facts, job: Job) -> bool:
    """Whether a call on the job's project may have canceled it."""
    home = pointer(job.render.first.envelope, "/projectId") if job.render else None
    archived = facts.index(_archived)
    return home.lower() in archived if isinstance(home, str) else bool(archived)


def _archived(facts: Facts) -> set[str]:
    """The projects that somebody may have archived."""
    calls = _archives(facts, every=True)
    return {each.path_params.get(facts.project_parameter, "").lower() for each in calls}


def _archives(facts: Facts, *, every: bool = False) -> Iterator[Exchange]:
    render = facts.contract.render
    for name in render.causes(render.ending("cancel")) - facts.cancelers:
        for exchange in facts.answers[name]:
            if exchange.credential == "own" and (every or exchange.succeeded):
                yield exchange


def _unfinished(facts: Facts, archive: Exchange) -> Iterator[Container]:
    """The containers of this run that were unfinished when their project was archived."""
    project = archive.path_params.get(facts.project_parameter, "").lower()
    spans = facts.index(_running_spans).get(project)
    for container in spans.around(archive.sent, archive.sent) if spans else ():
        before = container.line.before(archive.sent)
        after = container.line.after(archive.received_at)
        made = container.created
        if made is None or before is None or after is None:
            continue
        running = before.state not in facts.contract.render.endings
        if running and made.exchange.received_at <= archive.sent:
            yield container


def _running_spans(facts: Facts) -> dict[str, Spans[Container]]:
    """The containers of each project, from the first read that shows them unfinished to the last.

    The last of those answers is the newest one until another read was answered.
    """
    endings = facts.contract.render.endings
    found = {}
    for project, containers in facts.index(by_project).items():
        spans = []
        for container in containers:
            running = [seen for seen in container.reads if seen.state not in endings]
            if running:
                after = container.line.after(running[-1].received)
                end = after.received if after else container.reads[-1].sent
                spans.append((container, min(seen.received for seen in running), end))
        found[project] = Spans(spans)
    return found


def _ran_on(facts: Facts, job: Job, call: Exchange) -> tuple[Seen, Seen] | None:
    """The views that show a job running on for no mere race after *call*, and completing.

    Half of the shortest render of this run is more than a race.
    """
    late = call.received_at + facts.index(_shortest_render) / 2
    known = facts.index(_last_and_completed)
    if job.id not in known:
        known[job.id] = _find_last_and_completed(facts, job)
    running, ended = known[job.id]
    return (running, ended) if running and ended and running.sent > late else None


def _last_and_completed(_: Facts) -> dict[str, tuple[Seen | None, Seen | None]]:
    return {}


def _find_last_and_completed(facts: Facts, job: Job) -> tuple[Seen | None, Seen | None]:
    """The view that shows a job, or its container, running last, and one that shows its success."""
    running, ended = list[Seen](), list[Seen]()
    for views, lifecycle in (
        (job.views, facts.contract.job),
        (facts.reads_beside(job), facts.contract.render),
    ):
        goes_on = {each for each in lifecycle.states if each not in lifecycle.endings}
        running += [v for v in views if v.state in goes_on]
        ended += [v for v in views if v.state == lifecycle.ending("success")]
    return max(running, key=_by_sent, default=None), next(iter(ended), None)


_by_sent, _by_received = attrgetter("sent"), attrgetter("received")


def _shortest_render(facts: Facts) -> float:
    """Seconds from the start of a render that completed to the first sight of its end."""
    success = facts.contract.job.ending("success")
    took = []
    for job in facts.jobs.values():
        ends = [v.received for v in job.views if v.state == success]
        if ends and job.render and job.render.latest < inf:
            took.append(min(ends) - job.render.earliest)
    return min(took, default=inf)
