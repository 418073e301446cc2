"""Many jobs at once: one queue of polls that stays within the documented rate."""

# pyright: reportPrivateUsage=false
# This is the other half of the handles.

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from inspect import isawaitable
from typing import Any, TypeVar

from .errors import LayersError
from .handles import AsyncHandle, Handle, naming
from .model import Model
from .waiting import Queue, Sleep, Wait

__all__ = ["as_completed", "async_as_completed", "async_wait_all", "wait_all"]

JobT = TypeVar("JobT", bound=Model)
ResultT = TypeVar("ResultT")


def wait_all(
    jobs: Iterable[Handle[JobT, ResultT]],
    timeout: float | None,
    on_progress: Callable[[JobT], object] | None,
    poll_interval: float | None,
    max_silence: float | None,
) -> list[ResultT | LayersError]:
    """What each job has made, or the error that the wait for it ended with, in their order."""
    known = list(jobs)
    waits = _begun(known, timeout, max_silence, poll_interval)
    found: dict[int, ResultT | LayersError] = {}
    queue = _queue(known)
    for number, error in _endings(known, waits, queue, on_progress):
        job = known[number]
        try:
            with naming(job):
                clock = job._transport.clock
                _settle(job, waits[number], error)
                clock.sleep(queue.wait(clock.now()))
                found[number] = job._finish(waits[number])
                queue.polled(clock.now())
        except LayersError as failed:
            found[number] = failed
    return [found[number] for number in range(len(known))]


def as_completed(
    jobs: Iterable[Handle[JobT, ResultT]],
    timeout: float | None,
    on_progress: Callable[[JobT], object] | None,
    poll_interval: float | None,
    max_silence: float | None,
) -> Iterator[Handle[JobT, ResultT]]:
    """The jobs as they end, in whatever way."""
    known = list(jobs)
    waits = _begun(known, timeout, max_silence, poll_interval)
    for number, error in _endings(known, waits, _queue(known), on_progress):
        job = known[number]
        with naming(job):
            if error is not None or not job.done:
                _settle(job, waits[number], error)
        yield job


async def async_wait_all(
    jobs: Iterable[AsyncHandle[JobT, ResultT]],
    timeout: float | None,  # noqa: ASYNC109 - it bounds the jobs, not the await
    on_progress: Callable[[JobT], object] | None,
    poll_interval: float | None,
    max_silence: float | None,
) -> list[ResultT | LayersError]:
    """What each job has made, or the error that the wait for it ended with, in their order."""
    known = list(jobs)
    waits = _begun(known, timeout, max_silence, poll_interval)
    found: dict[int, ResultT | LayersError] = {}
    queue = _queue(known)
    async for number, error in _async_endings(known, waits, queue, on_progress):
        job = known[number]
        try:
            with naming(job):
                clock = job._transport.clock
                _settle(job, waits[number], error)
                await clock.sleep(queue.wait(clock.now()))
                found[number] = await job._finish(waits[number])
                queue.polled(clock.now())
        except LayersError as failed:
            found[number] = failed
    return [found[number] for number in range(len(known))]


async def async_as_completed(
    jobs: Iterable[AsyncHandle[JobT, ResultT]],
    timeout: float | None,  # noqa: ASYNC109 - it bounds the jobs, not the await
    on_progress: Callable[[JobT], object] | None,
    poll_interval: float | None,
    max_silence: float | None,
) -> AsyncIterator[AsyncHandle[JobT, ResultT]]:
    """The jobs as they end, in whatever way."""
    known = list(jobs)
    waits = _begun(known, timeout, max_silence, poll_interval)
    async for number, error in _async_endings(known, waits, _queue(known), on_progress):
        job = known[number]
        with naming(job):
            if error is not None or not job.done:
                _settle(job, waits[number], error)
        yield job


AnyHandle = Handle[Any, Any] | AsyncHandle[Any, Any]


def _begun(
    jobs: Sequence[AnyHandle], timeout: float | None, silence: float | None, interval: float | None
) -> list[Wait]:
    return [each._begin(each._transport.clock.now(), timeout, silence, interval) for each in jobs]


def _settle(job: AnyHandle, wait: Wait, error: LayersError | None) -> None:
    """Raise what has ended the wait for *job* without success."""
    if error is not None:
        raise error
    job._settle(wait, job._transport.clock.now())


def _queue(jobs: Sequence[AnyHandle]) -> Queue:
    if not jobs:
        return Queue(0, 0.0, 0.0)
    return Queue(len(jobs), jobs[0].flow.rate, jobs[0]._transport.clock.now())


def _endings(
    jobs: Sequence[Handle[JobT, ResultT]],
    waits: Sequence[Wait],
    queue: Queue,
    on_progress: Callable[[JobT], object] | None,
) -> Iterator[tuple[int, LayersError | None]]:
    """Which job has ended, and the error that ended the wait for it; one poll after the other."""
    while queue:
        number, due = queue.next()
        job, wait, error = jobs[number], waits[number], None
        clock = job._transport.clock
        if not (job.done or wait.is_over(clock.now())):
            clock.sleep(max(due - clock.now(), 0.0))
            try:
                heard = job._heard(wait)
            except LayersError as failed:
                error, heard = failed, False
            queue.polled(clock.now(), wait.last_error)
            if heard and on_progress is not None:
                on_progress(job.envelope)
        step = wait.step(job.status, clock.now(), clock.chance())
        if error is None and isinstance(step, Sleep):
            queue.put(number, clock.now() + step.seconds)
        else:
            yield number, error


async def _async_endings(
    jobs: Sequence[AsyncHandle[JobT, ResultT]],
    waits: Sequence[Wait],
    queue: Queue,
    on_progress: Callable[[JobT], object] | None,
) -> AsyncIterator[tuple[int, LayersError | None]]:
    """Which job has ended, and the error that ended the wait for it; one poll after the other."""
    while queue:
        number, due = queue.next()
        job, wait, error = jobs[number], waits[number], None
        clock = job._transport.clock
        if not (job.done or wait.is_over(clock.now())):
            await clock.sleep(max(due - clock.now(), 0.0))
            try:
                heard = await job._heard(wait)
            except LayersError as failed:
                error, heard = failed, False
            queue.polled(clock.now(), wait.last_error)
            if heard and on_progress is not None and isawaitable(told := on_progress(job.envelope)):
                await told
        step = wait.step(job.status, clock.now(), clock.chance())
        if error is None and isinstance(step, Sleep):
            queue.put(number, clock.now() + step.seconds)
        else:
            yield number, error
