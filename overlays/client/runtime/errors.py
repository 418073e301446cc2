"""The errors that do not depend on the document; `layers_client.errors` has the whole tree."""

from __future__ import annotations

from typing import Any

import httpx

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "ConfigurationError",
    "JobCanceledError",
    "JobError",
    "JobFailedError",
    "LayersError",
    "PaginationError",
    "ResponseDecodeError",
    "UnwritableError",
    "WaitTimeoutError",
]


class LayersError(Exception):
    """Whatever this package raises on purpose.

    Attributes:
        idempotency_key: The key that the call was sent with, if it was sent with one. Calling again
            with this key cannot start a second job.
        attempts: How often the call was sent; 0 where it was not.
        retry_after: The seconds after which the server wants to be asked again, where it says so.
        job: The job as it was last seen, where a wait for one ended with this error.
    """

    idempotency_key: str | None = None
    attempts: int = 0
    retry_after: float | None = None
    job: Any = None


class ConfigurationError(LayersError, ValueError):
    """The client cannot work as it was asked to; nothing was sent."""


class UnwritableError(ConfigurationError, TypeError):
    """A value that JSON has no word for; nothing was sent."""


class APIConnectionError(LayersError):
    """No answer: the server could not be reached, or the connection broke."""


class APITimeoutError(APIConnectionError, TimeoutError):
    """No answer in time."""


class APIStatusError(LayersError):
    """The server answered, but not with success.

    Attributes:
        status: The HTTP status.
        code: The error's code, for programs; None where the answer has none.
        message: What is wrong, for people.
        request_id: Names the exchange; quote it to support.
        details: More, depending on the code.
        response: The answer as it came, without the API key in its request.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        code: str | None = None,
        request_id: str | None = None,
        details: Any = None,
        response: httpx.Response | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.request_id = request_id
        self.details = details
        self.response = response

    def __str__(self) -> str:
        told = f"{self.status} {self.code}" if self.code else str(self.status)
        request = f" (request {self.request_id})" if self.request_id else ""
        return f"{told}: {self.message}{request}"


class ResponseDecodeError(LayersError):
    """The server answered with success, but not with what the document says.

    Attributes:
        status: The HTTP status.
        request_id: Names the exchange; quote it to support.
        response: The answer as it came, without the API key in its request.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        request_id: str | None = None,
        response: httpx.Response | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.request_id = request_id
        self.response = response


class PaginationError(LayersError):
    """A list names a page again that it has named before: it would go on for ever."""


class JobError(LayersError):
    """A wait for a job ended without success.

    Attributes:
        job: The job as it was last seen.
    """

    def __init__(self, message: str, *, job: Any = None) -> None:
        super().__init__(message)
        self.job = job


class JobFailedError(JobError):
    """The job failed.

    Attributes:
        job: The job as it was last seen.
        code: Why, for programs, where the job says so.
    """

    def __init__(self, message: str, *, job: Any = None, code: str | None = None) -> None:
        super().__init__(message, job=job)
        self.code = code


class JobCanceledError(JobError):
    """The job was canceled."""


class WaitTimeoutError(JobError, TimeoutError):
    """The job had not ended when the time to wait was over; it goes on by itself."""
