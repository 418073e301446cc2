"""Renders that were told to stop: the young ones that never heeded it, and those that ran on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median
from typing import Final

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Facts, Job, Seen, by_sent, indexed, remembered
from layers_contract.judge.invariants._base import Violation, broken, grouped

ENOUGH: Final = 3
"""How many renders that ended by themselves prove that a signal is not heeded."""


def ran_on(facts: Facts, job: Job, call: Exchange) -> tuple[Seen, Seen] | None:
    """The views that show a job running on for no mere race after *call*, and completing.

    Half of the shortest render of this run is more than a race.
    """
    late = call.received_at + _shortest_render(facts) / 2
    running, ended = _last_and_completed(facts, job)
    return (running, ended) if running and ended and running.sent > late else None


@remembered
def _last_and_completed(facts: Facts, job: Job) -> tuple[Seen | None, Seen | None]:
    """The view that shows a job, or its container, running last, and one that shows its success."""
    running, ended = list[Seen](), list[Seen]()
    for views, lifecycle in (
        (job.views, facts.contract.job),
        (facts.reads_beside(job), facts.contract.render),
    ):
        goes_on = {each for each in lifecycle.states if each not in lifecycle.endings}
        running += [v for v in views if v.state in goes_on]
        ended += [v for v in views if v.state == lifecycle.ending("success")]
    return max(running, key=by_sent, default=None), next(iter(ended), None)


@indexed
def _shortest_render(facts: Facts) -> float:
    """Seconds from the start of a render that completed to the first sight of its end."""
    success = facts.contract.job.ending("success")
    took = []
    for job in facts.jobs.values():
        ends = [v.received for v in job.views if v.state == success]
        if ends and job.render and job.render.latest < inf:
            took.append(min(ends) - job.render.earliest)
    return min(took, default=inf)


@dataclass(frozen=True, slots=True)
class Case:
    """A render that was young when it was told to stop by `call`, and how it ended.

    `begun` is whether it was seen to have left its first state, None where nobody knows.
    """

    job: Job
    call: Exchange
    begun: bool | None
    end: Seen
    canceled: bool


def case_of(facts: Facts, job: Job, call: Exchange) -> Iterator[Case]:
    """The case that *call* makes of *job*, where the render was young and is known to have ended.

    Young is: seen in its first state after the call was answered, or in the first half of the
    time that renders of this run usually take.
    """
    render, lifecycle = job.render, facts.contract.job
    if render is None or render.latest > call.sent:
        return
    end = next(
        (v for v in job.views if v.sent > call.received_at and v.state in lifecycle.endings), None
    )
    outcomes = (lifecycle.ending("success"), lifecycle.ending("cancel"))
    if end is None or end.state not in outcomes:
        return
    before = [r for r in facts.reads_beside(job) if r.received <= call.sent]
    begun = before[-1].state not in facts.contract.render.initial if before else None
    age = call.received_at - render.earliest
    if age <= _usual_time(facts) / 2 or _queued_after(facts, job, call):
        yield Case(job, call, begun, end, end.state == outcomes[1])


def never_canceled(found: Iterable[Case], call: str) -> Iterator[Violation]:
    """A violation where none of several early signals was heeded, in all or in one kind of them."""
    cases = list(found)
    kinds = {"": cases}
    kinds |= {
        " once it had begun": [each for each in cases if each.begun is True],
        " in the queue": [each for each in cases if each.begun is False],
        " but the newest": _but_the_newest(cases),
        " but the oldest": _but_the_newest(cases, newest=False),
    }
    for kind, of_it in kinds.items():
        if len(of_it) >= ENOUGH and not any(each.canceled for each in of_it):
            message = f"none of {len(of_it)} young renders{kind} was canceled after the {call}"
            proof = [part for each in of_it[:ENOUGH] for part in (each.call, each.end)]
            yield broken(message, *proof)
            return


def _but_the_newest(cases: Sequence[Case], *, newest: bool = True) -> list[Case]:
    """The cases without the last, or the first, render of each call."""
    rest = []
    for of_one in grouped(cases, lambda each: each.call.number).values():
        ordered = sorted(of_one, key=_earliest, reverse=newest)
        rest += ordered[1:]
    return rest


def _earliest(case: Case) -> float:
    return case.job.render.earliest if case.job.render else inf


def _queued_after(facts: Facts, job: Job, call: Exchange) -> bool:
    """Whether the container was still in its first state when *call* had been answered."""
    initial = facts.contract.render.initial
    return any(r.sent >= call.received_at and r.state in initial for r in facts.reads_beside(job))


@indexed
def _usual_time(facts: Facts) -> float:
    """Seconds that a completed render of this run certainly took, in the middle; 0 for none."""
    goes_on = set(facts.contract.job.states) - facts.contract.job.endings.keys()
    success, took = facts.contract.job.ending("success"), []
    for job in facts.jobs.values():
        if job.render is None or job.render.latest == inf or job.first_cancel < inf:
            continue
        if any(v.state == success for v in job.views):
            running = [v.sent for v in job.views if v.state in goes_on]
            took += [max(running) - job.render.latest] if running else []
    return median(took) if took else 0.0
