"""A job that is under way, as an object that can be asked, waited for and canceled."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from inspect import isawaitable
from typing import Any, ClassVar, Final, Generic, TypeVar, cast

import httpx

from .answer import Answer
from .call import AS_SET, Call, CallOptions, TimeoutTypes
from .errors import APIConnectionError, ConfigurationError, JobError, LayersError
from .model import Model
from .retry import read_retry_after
from .transport import AsyncTransport, Transport
from .waiting import (
    DEFAULT_WAIT,
    Ended,
    Flow,
    Sleep,
    is_over,
    job_error,
    look,
    next_step,
)

__all__ = ["AsyncHandle", "Handle"]

JobT = TypeVar("JobT", bound=Model)
ResultT = TypeVar("ResultT")

FAREWELL: Final = 10.0
"""Seconds that the cancel of `cancel_on_exit` may hold up a task that is canceled."""
LAST_LOOK: Final = 1.0
"""Seconds that the poll at the very end of a wait may take."""


class _Handle(Generic[JobT, ResultT]):
    """What both handles know. They send nothing by themselves."""

    flow: ClassVar[Flow[Any, Any]]

    def __init__(self, job: JobT, answer: Answer | None = None) -> None:
        self._job = job
        self._etag: str | None = None
        self._retry_after: float | None = None
        self._result_id: str | None = None
        self.idempotency_key: str | None = answer.idempotency_key if answer else None
        self._keep(job)

    @property
    def envelope(self) -> JobT:
        """The job as it was last seen."""
        return self._job

    @property
    def id(self) -> str:
        """The job's id: what `resume` takes."""
        return str(getattr(self._job, self.flow.id))

    @property
    def status(self) -> str:
        """How the job stood when it was last seen."""
        return str(getattr(self._job, self.flow.state))

    @property
    def done(self) -> bool:
        """Whether the job had ended, in whatever way, when it was last seen."""
        return self.status in self.flow.endings

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}: {self.status}>"

    def _keep(self, job: JobT) -> None:
        self._job = job
        self._result_id = look(job, self.flow.result_id) or self._result_id

    def _poll_call(self) -> Call:
        call = Call(self.flow.poll, self.id)
        if self.flow.validator is None or self._etag is None:
            return call
        return call.with_header(self.flow.validator[0], self._etag)

    def _take(self, answer: Answer, job: Callable[[], JobT]) -> None:
        """Keep what a poll was answered with, which may be that nothing has changed."""
        self._retry_after = read_retry_after(answer.response.headers)
        if not answer.unchanged:
            self._keep(job())
        if self.flow.validator is not None:
            self._etag = answer.response.headers.get(self.flow.validator[1])

    def _next_step(
        self, polls: int, elapsed: float, timeout: float | None, chance: float
    ) -> Sleep | Ended:
        return next_step(
            self.flow,
            self.status,
            polls,
            elapsed=elapsed,
            timeout=timeout,
            retry_after=self._retry_after,
            chance=chance,
        )

    def _settle(self, step: Ended) -> None:
        if step.outcome != "success":
            raise job_error(self.flow, step.outcome, self._job)

    def _result_call(self) -> Call | None:
        if self.flow.result is None:
            return None
        if self._result_id is None:
            raise JobError(f"job {self.id} does not say what it made", job=self._job)
        return Call(self.flow.result, self._result_id)

    def _cancel_call(self) -> Call:
        if self.flow.cancel is None:
            raise ConfigurationError("a job of this kind cannot be canceled")
        return Call(self.flow.cancel, self.id)


class Handle(_Handle[JobT, ResultT]):
    """A job that is under way. It goes on by itself; losing the handle does not stop it."""

    def __init__(self, transport: Transport, job: JobT, answer: Answer | None = None) -> None:
        super().__init__(job, answer)
        self._transport = transport

    def refresh(self) -> JobT:
        """Ask how the job stands."""
        self._poll(AS_SET)
        return self._job

    def wait(
        self,
        timeout: float | None = DEFAULT_WAIT,
        on_progress: Callable[[JobT], object] | None = None,
        *,
        cancel_on_exit: bool = False,
    ) -> ResultT:
        """Wait until the job has ended, and return what it made.

        Args:
            timeout: The most seconds to wait; None to wait for ever.
            on_progress: Called with the job after each poll. What it raises ends the wait.
            cancel_on_exit: Cancel the job when the wait ends before it does: when the time is over,
                on Ctrl-C, on any other exception. Without it the job is left alone.

        Raises:
            JobFailedError: The job failed.
            JobCanceledError: The job was canceled.
            WaitTimeoutError: The job had not ended in time; it goes on.
        """
        try:
            self._settle(self._follow(timeout, on_progress))
        except BaseException:
            if cancel_on_exit and not self.done:
                self._abandon()
            raise
        return self.result()

    def result(self) -> ResultT:
        """What the job has made; only a job that has succeeded has made something."""
        call = self._result_call()
        if call is None or self.flow.decode is None:
            return cast(ResultT, self._job)
        answer = self._transport.send(call)
        made: ResultT = answer.read(self.flow.decode, self._transport.api)
        return made

    def _follow(self, timeout: float | None, on_progress: Callable[[JobT], object] | None) -> Ended:
        clock, started, polls = self._transport.clock, self._transport.clock.now(), 0
        while True:
            elapsed = clock.now() - started
            step = self._next_step(polls, elapsed, timeout, clock.chance())
            if isinstance(step, Ended):
                return step
            clock.sleep(step.seconds)
            options = within(timeout, elapsed + step.seconds, self._transport.settings.timeout)
            try:
                self._poll(options)
            except APIConnectionError:
                if not is_over(timeout, clock.now() - started):
                    raise
            polls += 1
            if on_progress is not None:
                on_progress(self._job)

    def _poll(self, options: CallOptions) -> None:
        answer = self._transport.send(self._poll_call(), options)
        self._take(answer, lambda: answer.read(self.flow.job.from_dict, self._transport.api))

    def _abandon(self) -> None:
        with suppress(LayersError):
            self._transport.send(self._cancel_call())


class AsyncHandle(_Handle[JobT, ResultT]):
    """A job that is under way. It goes on by itself; losing the handle does not stop it."""

    def __init__(self, transport: AsyncTransport, job: JobT, answer: Answer | None = None) -> None:
        super().__init__(job, answer)
        self._transport = transport

    async def refresh(self) -> JobT:
        """Ask how the job stands."""
        await self._poll(AS_SET)
        return self._job

    async def wait(
        self,
        timeout: float | None = DEFAULT_WAIT,  # noqa: ASYNC109 - it bounds the job, not the await
        on_progress: Callable[[JobT], object] | None = None,
        *,
        cancel_on_exit: bool = False,
    ) -> ResultT:
        """Wait until the job has ended, and return what it made.

        Args:
            timeout: The most seconds to wait; None to wait for ever.
            on_progress: Called, and awaited where it is async, with the job after each poll. What
                it raises ends the wait.
            cancel_on_exit: Cancel the job when the wait ends before it does: when the time is over,
                when the task is canceled, on any exception. Without it the job is left alone.

        Raises:
            JobFailedError: The job failed.
            JobCanceledError: The job was canceled.
            WaitTimeoutError: The job had not ended in time; it goes on.
        """
        try:
            self._settle(await self._follow(timeout, on_progress))
        except BaseException:
            if cancel_on_exit and not self.done:
                await self._abandon()
            raise
        return await self.result()

    async def result(self) -> ResultT:
        """What the job has made; only a job that has succeeded has made something."""
        call = self._result_call()
        if call is None or self.flow.decode is None:
            return cast(ResultT, self._job)
        answer = await self._transport.send(call)
        made: ResultT = answer.read(self.flow.decode, self._transport.api)
        return made

    async def _follow(
        self,
        timeout: float | None,  # noqa: ASYNC109 - see wait
        on_progress: Callable[[JobT], object] | None,
    ) -> Ended:
        clock, started, polls = self._transport.clock, self._transport.clock.now(), 0
        while True:
            elapsed = clock.now() - started
            step = self._next_step(polls, elapsed, timeout, clock.chance())
            if isinstance(step, Ended):
                return step
            await clock.sleep(step.seconds)
            options = within(timeout, elapsed + step.seconds, self._transport.settings.timeout)
            try:
                await self._poll(options)
            except APIConnectionError:
                if not is_over(timeout, clock.now() - started):
                    raise
            polls += 1
            if on_progress is not None and isawaitable(told := on_progress(self._job)):
                await told

    async def _poll(self, options: CallOptions) -> None:
        answer = await self._transport.send(self._poll_call(), options)
        self._take(answer, lambda: answer.read(self.flow.job.from_dict, self._transport.api))

    async def _abandon(self) -> None:
        # A scope of trio's or anyio's that was canceled cancels whatever is awaited within it.
        shield = import_module("anyio").move_on_after(FAREWELL, shield=True)
        with shield, suppress(LayersError):
            await self._transport.send(self._cancel_call())


def within(timeout: float | None, elapsed: float, phase: TimeoutTypes) -> CallOptions:
    """Options that keep one poll, retries and all, within what is left of the wait."""
    if timeout is None:
        return AS_SET
    left = max(timeout - elapsed, LAST_LOOK)
    phases = httpx.Timeout(phase).as_dict().items()
    cut = {name: left if seconds is None else min(left, seconds) for name, seconds in phases}
    return CallOptions(timeout=httpx.Timeout(**cut), max_retry_time=left)
