"""Jobs under way: what a call that starts one returns."""

from __future__ import annotations

from ._document import JOB_FLOW
from ._runtime.handles import AsyncHandle, Handle
from .models.cancellation import Cancellation
from .models.container import Container
from .models.job import Job

__all__ = [
    "AsyncJobHandle",
    "JobHandle",
]


class JobHandle(Handle[Job, Container]):
    """A job that is under way, and the way to the `Container` that it makes."""

    flow = JOB_FLOW

    def cancel(self) -> Cancellation:
        """Ask the server to stop the job; it may still end otherwise."""
        answer = self._transport.send(self._cancel_call())
        return answer.read(Cancellation.from_dict, self._transport.api)


class AsyncJobHandle(AsyncHandle[Job, Container]):
    """A job that is under way, and the way to the `Container` that it makes."""

    flow = JOB_FLOW

    async def cancel(self) -> Cancellation:
        """Ask the server to stop the job; it may still end otherwise."""
        answer = await self._transport.send(self._cancel_call())
        return answer.read(Cancellation.from_dict, self._transport.api)
