"""Cancelling a job."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from operator import attrgetter

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Facts, Job, Seen, indexed
from layers_contract.judge.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.judge.invariants._cancels import archives
from layers_contract.judge.invariants._side_effects import quiet_around
from layers_contract.judge.invariants._stopped import Case, case_of, never_canceled, ran_on
from layers_contract.judge.timeline import Timeline
from layers_contract.spec.document import pointer

TAKEN = 202
LATE = 200


@invariant(
    "cancel.reason", needs="a cancel of a job that had completed", reads=("response/reason",)
)
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


@invariant(
    "cancel.accepted",
    needs="a cancel of a job that certainly runs, or certainly ended",
    reads=("response/accepted",),
)
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
        elif ran := ran_on(facts, job, exchange):
            message = f"job {job.id} went on for long after its cancel was taken, and completed"
            yield broken(message, exchange, *ran, source="assumed")
        else:
            yield HELD


@invariant("cancel.keeps", needs="a job polled before and after a late cancel")
def keeps(facts: Facts) -> Iterator[Occasion]:
    """A late cancel leaves the job, and the container, as they were."""
    for job, exchange in _cancels(facts):
        lines = _poll_lines(facts)[job.id]
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
        if home and changed is not None:
            message = f"a late cancel changed {', '.join(changed)} of container {home.id}"
            yield broken(message, exchange) if changed else HELD


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


@indexed
def _poll_lines(facts: Facts) -> dict[str, tuple[Timeline[Seen], Timeline[Seen]]]:
    """The polls of each canceled job: those that show it ended, and all."""
    endings = facts.contract.job.endings
    return {
        job.id: (
            Timeline([v for v in job.polls if v.state in endings], attrgetter("received")),
            Timeline(job.polls, attrgetter("received")),
        )
        for job in facts.jobs.values()
        if job.cancels
    }


def _wanted(facts: Facts, job: Job, exchange: Exchange) -> int | None:
    ended, running = _known_ended(facts)[job.id]
    if ended <= exchange.sent:
        return LATE
    if running >= exchange.received_at:
        return TAKEN
    others = (each for each in job.cancels[:2] if each is not exchange)
    first = all(each.sent >= exchange.received_at for each in others)
    after = job.line.after(exchange.received_at)
    heeded = after is not None and after.state == facts.contract.job.ending("cancel")
    ours = facts.expect.alone and not _may_be_archived(facts, job)
    return TAKEN if first and heeded and ours else None


@indexed
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
    archived = _archived(facts)
    return home.lower() in archived if isinstance(home, str) else bool(archived)


@indexed
def _archived(facts: Facts) -> set[str]:
    """The projects that somebody may have archived."""
    calls = archives(facts, every=True)
    return {each.path_params.get(facts.project_parameter, "").lower() for each in calls}
