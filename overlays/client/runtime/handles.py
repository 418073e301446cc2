"""A job that is under way, as an object that can be asked, waited for and canceled."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import contextmanager
from importlib import import_module
from inspect import isawaitable
from typing import Any, ClassVar, Final, Generic, TypeVar, cast

from .answer import Answer
from .call import AS_SET, Call, CallOptions, TimeoutTypes
from .errors import ConfigurationError, JobError, LayersError
from .model import Model
from .privacy import LOGGER
from .retry import read_retry_after
from .transport import AsyncTransport, Transport
from .waiting import (
    DEFAULT_SILENCE,
    DEFAULT_WAIT,
    Ended,
    Flow,
    Sleep,
    Wait,
    job_error,
    look,
    passes,
    shortened,
)

__all__ = ["AsyncHandle", "Handle", "naming"]

JobT = TypeVar("JobT", bound=Model)
ResultT = TypeVar("ResultT")

FAREWELL: Final = 10.0
"""Seconds that the cancel of `cancel_on_exit` may hold up Ctrl-C, or a task that is canceled."""
FAREWELL_PAUSE: Final = 0.5
"""Seconds before a cancel that failed is sent again."""


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

    def _begin(
        self, now: float, timeout: float | None, silence: float | None, interval: float | None
    ) -> Wait:
        return Wait(
            self.flow,
            now,
            timeout=timeout,
            silence=silence,
            interval=interval,
            newborn=self.idempotency_key is not None,
        )

    def _settle(self, wait: Wait, now: float) -> None:
        """Raise what a wait that is over has to raise."""
        step = wait.step(self.status, now, 0.0)
        if isinstance(step, Ended) and step.outcome != "success":
            raise job_error(self.flow, step.outcome, self._job) from wait.last_error

    def _check_made(self) -> None:
        """Only a job that has succeeded has made something."""
        outcome = self.flow.endings.get(self.status)
        if outcome is None:
            raise JobError(f"job {self.id} is still {self.status}", job=self._job)
        if outcome != "success":
            raise job_error(self.flow, outcome, self._job)

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


@contextmanager
def naming(handle: _Handle[Any, Any]) -> Generator[None, None, None]:
    """Let whatever error ends a wait carry the job as it was last seen."""
    try:
        yield
    except LayersError as error:
        if error.job is None:
            error.job = handle.envelope
        raise


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
        poll_interval: float | None = None,
        max_silence: float | None = DEFAULT_SILENCE,
        cancel_on_exit: bool = False,
    ) -> ResultT:
        """Wait until the job has ended, and return what it made.

        A poll that fails for a moment (no connection, 429, 5xx) ends nothing: the next one is sent
        when the server asks for it, or soon.

        Args:
            timeout: The most seconds to wait; None to wait for as long as it takes.
            on_progress: Called with the job after each poll. What it raises ends the wait.
            poll_interval: Seconds between two polls, in place of the API's own schedule.
            max_silence: Without a timeout, the most seconds without any response about the job.
            cancel_on_exit: Cancel the job when Ctrl-C ends the wait. A failure never cancels it.

        Raises:
            JobFailedError: The job failed.
            JobCanceledError: The job was canceled.
            WaitTimeoutError: The job had not ended in time; it goes on.
        """
        clock = self._transport.clock
        wait = self._begin(clock.now(), timeout, max_silence, poll_interval)
        try:
            with naming(self):
                for job in self._polls(wait):
                    if on_progress is not None:
                        on_progress(job)
                self._settle(wait, clock.now())
                return self._finish(wait)
        except BaseException as error:
            if cancel_on_exit and not isinstance(error, Exception) and not self.done:
                self._abandon(error)
            raise

    def watch(
        self,
        timeout: float | None = DEFAULT_WAIT,
        *,
        poll_interval: float | None = None,
        max_silence: float | None = DEFAULT_SILENCE,
    ) -> Iterator[JobT]:
        """The job after each poll, until it has ended, in whatever way.

        Raises:
            WaitTimeoutError: The job had not ended in time; it goes on.
        """
        clock = self._transport.clock
        wait = self._begin(clock.now(), timeout, max_silence, poll_interval)
        with naming(self):
            yield from self._polls(wait)
            if not self.done:
                self._settle(wait, clock.now())

    def result(self) -> ResultT:
        """What the job has made.

        Raises:
            JobError: The job has not succeeded, when it was last seen.
        """
        self._check_made()
        call = self._result_call()
        if call is None or self.flow.decode is None:
            return cast(ResultT, self._job)
        answer = self._transport.send(call)
        made: ResultT = answer.read(self.flow.decode, self._transport.api)
        return made

    def _polls(self, wait: Wait) -> Iterator[JobT]:
        clock = self._transport.clock
        while isinstance(step := wait.step(self.status, clock.now(), clock.chance()), Sleep):
            clock.sleep(step.seconds)
            if self._heard(wait):
                yield self._job

    def _heard(self, wait: Wait) -> bool:
        """Poll once; whether there was a response about the job."""
        clock = self._transport.clock
        try:
            self._poll(wait.options(clock.now(), self._transport.settings.timeout))
        except LayersError as error:
            if not wait.bears(error, clock.now()):
                raise
            return False
        wait.heard(clock.now(), self._retry_after)
        return True

    def _finish(self, wait: Wait) -> ResultT:
        """What the job has made, asked for until it is there or the time is over."""
        clock = self._transport.clock
        while True:
            try:
                return self.result()
            except LayersError as error:
                if not wait.bears(error, clock.now()):
                    raise
                pause = wait.pause(clock.now())
                if pause is None:
                    raise
            clock.sleep(pause)

    def _poll(self, options: CallOptions) -> None:
        answer = self._transport.send(self._poll_call(), options)
        self._take(answer, lambda: answer.read(self.flow.job.from_dict, self._transport.api))

    def _abandon(self, cause: BaseException) -> None:
        """Cancel the job within the time of a farewell."""
        clock, failure = self._transport.clock, None
        until = clock.now() + FAREWELL
        while (left := until - clock.now()) > 0:
            try:
                options = _farewell(left, self._transport.settings.timeout)
                self._transport.send(self._cancel_call(), options)
            except LayersError as error:
                failure = error
                if not passes(error):
                    break
            else:
                return
            clock.sleep(min(FAREWELL_PAUSE, left))
        _note(cause, self.id, failure)


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
        poll_interval: float | None = None,
        max_silence: float | None = DEFAULT_SILENCE,
        cancel_on_exit: bool = False,
    ) -> ResultT:
        """Wait until the job has ended, and return what it made.

        A poll that fails for a moment (no connection, 429, 5xx) ends nothing: the next one is sent
        when the server asks for it, or soon.

        Args:
            timeout: The most seconds to wait; None to wait for as long as it takes.
            on_progress: Called, and awaited where it is async, with the job after each poll. What
                it raises ends the wait.
            poll_interval: Seconds between two polls, in place of the API's own schedule.
            max_silence: Without a timeout, the most seconds without any response about the job.
            cancel_on_exit: Cancel the job when the task is canceled. A failure never cancels it.

        Raises:
            JobFailedError: The job failed.
            JobCanceledError: The job was canceled.
            WaitTimeoutError: The job had not ended in time; it goes on.
        """
        clock = self._transport.clock
        wait = self._begin(clock.now(), timeout, max_silence, poll_interval)
        try:
            with naming(self):
                async for job in self._polls(wait):
                    if on_progress is not None and isawaitable(told := on_progress(job)):
                        await told
                self._settle(wait, clock.now())
                return await self._finish(wait)
        except BaseException as error:
            if cancel_on_exit and not isinstance(error, Exception) and not self.done:
                await self._abandon(error)
            raise

    async def watch(
        self,
        timeout: float | None = DEFAULT_WAIT,  # noqa: ASYNC109 - see wait
        *,
        poll_interval: float | None = None,
        max_silence: float | None = DEFAULT_SILENCE,
    ) -> AsyncIterator[JobT]:
        """The job after each poll, until it has ended, in whatever way.

        Raises:
            WaitTimeoutError: The job had not ended in time; it goes on.
        """
        clock = self._transport.clock
        wait = self._begin(clock.now(), timeout, max_silence, poll_interval)
        with naming(self):
            async for job in self._polls(wait):
                yield job
            if not self.done:
                self._settle(wait, clock.now())

    async def result(self) -> ResultT:
        """What the job has made.

        Raises:
            JobError: The job has not succeeded, when it was last seen.
        """
        self._check_made()
        call = self._result_call()
        if call is None or self.flow.decode is None:
            return cast(ResultT, self._job)
        answer = await self._transport.send(call)
        made: ResultT = answer.read(self.flow.decode, self._transport.api)
        return made

    async def _polls(self, wait: Wait) -> AsyncIterator[JobT]:
        clock = self._transport.clock
        while isinstance(step := wait.step(self.status, clock.now(), clock.chance()), Sleep):
            await clock.sleep(step.seconds)
            if await self._heard(wait):
                yield self._job

    async def _heard(self, wait: Wait) -> bool:
        """Poll once; whether there was a response about the job."""
        clock = self._transport.clock
        try:
            await self._poll(wait.options(clock.now(), self._transport.settings.timeout))
        except LayersError as error:
            if not wait.bears(error, clock.now()):
                raise
            return False
        wait.heard(clock.now(), self._retry_after)
        return True

    async def _finish(self, wait: Wait) -> ResultT:
        """What the job has made, asked for until it is there or the time is over."""
        clock = self._transport.clock
        while True:
            try:
                return await self.result()
            except LayersError as error:
                if not wait.bears(error, clock.now()):
                    raise
                pause = wait.pause(clock.now())
                if pause is None:
                    raise
            await clock.sleep(pause)

    async def _poll(self, options: CallOptions) -> None:
        answer = await self._transport.send(self._poll_call(), options)
        self._take(answer, lambda: answer.read(self.flow.job.from_dict, self._transport.api))

    async def _abandon(self, cause: BaseException) -> None:
        """Cancel the job within the time of a farewell."""
        failure: LayersError | None = None
        # A scope of trio's or anyio's that was canceled cancels whatever is awaited within it.
        with import_module("anyio").move_on_after(FAREWELL, shield=True):
            while True:
                try:
                    options = _farewell(FAREWELL, self._transport.settings.timeout)
                    await self._transport.send(self._cancel_call(), options)
                except LayersError as error:
                    failure = error
                    if not passes(error):
                        break
                else:
                    return
                await self._transport.clock.sleep(FAREWELL_PAUSE)
        _note(cause, self.id, failure)


def _farewell(left: float, phase: TimeoutTypes) -> CallOptions:
    """Options of a cancel that must not hold up who leaves: connecting and reading share *left*."""
    return CallOptions(timeout=shortened(phase, left / 2), max_retries=0)


def _note(cause: BaseException, job: str, failure: LayersError | None) -> None:
    """Say that the job goes on although it was to be canceled."""
    text = f"job {job} was not canceled, and goes on: {failure or 'no response in time'}"
    LOGGER.warning(text)
    cause.add_note(text)
