"""Follow and cancel renders."""

from __future__ import annotations

from collections.abc import Mapping

from ..._runtime.call import CallOptions, TimeoutTypes
from ..._runtime.model import UNSET, Unset
from ..._runtime.transport import AsyncTransport, Transport
from ...handles import AsyncJobHandle, JobHandle
from ...models.cancellation import Cancellation
from ...models.job import Job
from . import cancel_job, get_job

__all__ = ["AsyncJobs", "Jobs"]


class Jobs:
    """Follow and cancel renders."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(
        self,
        job_id: str,
        *,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> Job:
        """Poll a render.

        The canonical progress of a render. Send the last `ETag` as `If-None-Match` to be
        answered with an empty 304 while nothing has changed.

        Args:
            job_id: The job's id.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The job as it stands.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ValidationError, RateLimitedError, KillSwitchError.
        """
        call = get_job.call(job_id)
        options = CallOptions(timeout, headers, max_retries)
        answer = self._transport.send(call, options)
        return answer.read(Job.from_dict, self._transport.api)

    def resume(self, job: str | Job) -> JobHandle:
        """Take up a job again, in another process or after an error.

        Args:
            job: Its id, or an envelope of it.

        Returns:
            The job, to `wait()` for or to come back to.
        """
        if isinstance(job, str):
            job = self.get(job)
        return JobHandle(self._transport, job)

    def cancel(
        self,
        job_id: str,
        *,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> Cancellation:
        """Cancel a render.

        Cooperative: `202` means that the signal was taken. Go on polling until the job has
        ended; the render may still win the race. A job that has ended already is answered with
        `200`.

        Args:
            job_id: The job's id.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The signal was taken. The job had ended already.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ConflictError, ValidationError, RateLimitedError,
                KillSwitchError.
        """
        call = cancel_job.call(job_id)
        options = CallOptions(timeout, headers, max_retries)
        answer = self._transport.send(call, options)
        return answer.read(Cancellation.from_dict, self._transport.api)


class AsyncJobs:
    """Follow and cancel renders."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def get(
        self,
        job_id: str,
        *,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> Job:
        """Poll a render.

        The canonical progress of a render. Send the last `ETag` as `If-None-Match` to be
        answered with an empty 304 while nothing has changed.

        Args:
            job_id: The job's id.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The job as it stands.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ValidationError, RateLimitedError, KillSwitchError.
        """
        call = get_job.call(job_id)
        options = CallOptions(timeout, headers, max_retries)
        answer = await self._transport.send(call, options)
        return answer.read(Job.from_dict, self._transport.api)

    async def resume(self, job: str | Job) -> AsyncJobHandle:
        """Take up a job again, in another process or after an error.

        Args:
            job: Its id, or an envelope of it.

        Returns:
            The job, to `wait()` for or to come back to.
        """
        if isinstance(job, str):
            job = await self.get(job)
        return AsyncJobHandle(self._transport, job)

    async def cancel(
        self,
        job_id: str,
        *,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
    ) -> Cancellation:
        """Cancel a render.

        Cooperative: `202` means that the signal was taken. Go on polling until the job has
        ended; the render may still win the race. A job that has ended already is answered with
        `200`.

        Args:
            job_id: The job's id.
            timeout: Seconds for each step of an exchange, instead of the client's.
            headers: Headers to send besides the client's.
            max_retries: How often the call may be sent again, instead of the client's.

        Returns:
            The signal was taken. The job had ended already.

        Raises:
            LayersError: The documented ones are UnauthenticatedError, ForbiddenScopeError,
                NotFoundError, ConflictError, ValidationError, RateLimitedError,
                KillSwitchError.
        """
        call = cancel_job.call(job_id)
        options = CallOptions(timeout, headers, max_retries)
        answer = await self._transport.send(call, options)
        return answer.read(Cancellation.from_dict, self._transport.api)
