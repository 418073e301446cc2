"""What comes back: an answer that can be read, a failure, or an error of the tree."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any, Final, Generic, NamedTuple, TypeVar, cast

import httpx

from .call import Api, Operation
from .errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    LayersError,
    ResponseDecodeError,
)
from .retry import Trouble, read_retry_after

__all__ = ["LAST_ANSWER", "Answer", "Failure", "Response"]

T = TypeVar("T")

SUCCESS: Final = range(200, 300)
NO_CONTENT: Final = (204, 205)
TOO_MANY_REQUESTS: Final = 429
LONGEST_QUOTE: Final = 200
_BROKEN: Final = object()
_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_LOST: Final = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError)


class Answer:
    """An answer of the server, of whatever status."""

    __slots__ = ("data", "idempotency_key", "response", "retries", "succeeded", "unchanged")

    def __init__(self, response: httpx.Response, operation: Operation, key: str | None) -> None:
        self.response = response
        self.retries = 0
        self.idempotency_key = key
        self.unchanged = response.status_code == operation.unchanged
        self.succeeded = response.status_code in SUCCESS
        self.data: Any = _read(response, operation) if self.succeeded else None

    @property
    def trouble(self) -> Trouble | None:
        """What is wrong with it; None where it is a success that can be read."""
        if self.data is _BROKEN:
            return Trouble(None)
        if self.succeeded or self.unchanged:
            return None
        status = self.response.status_code
        retry_after = read_retry_after(self.response.headers)
        return Trouble(status, retry_after, carried_out=status != TOO_MANY_REQUESTS)

    def read(self, decode: Callable[[Any], T], api: Api) -> T:
        """Its data as *decode* makes them; that nothing has changed is an error where none are."""
        if self.unchanged:
            raise _status_error(self.response, api)
        try:
            return decode(self.data)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise self._unreadable(f"{type(error).__name__}: {error}", api) from error

    def error(self, api: Api) -> LayersError:
        """The error that tells what is wrong with it."""
        if self.data is _BROKEN:
            return self._unreadable("the body is not JSON, or breaks off", api)
        return _status_error(self.response, api)

    def _unreadable(self, why: str, api: Api) -> ResponseDecodeError:
        error = ResponseDecodeError(
            f"cannot read this {self.response.status_code} answer: {why}",
            status=self.response.status_code,
            request_id=self.response.headers.get(api.request_id_header),
            response=self.response,
        )
        error.idempotency_key = self.idempotency_key
        return error


class Failure(NamedTuple):
    """No answer."""

    cause: httpx.RequestError

    @property
    def trouble(self) -> Trouble:
        """What is wrong; a mistake in the request itself is worth no second attempt."""
        if isinstance(self.cause, (*_LOST, httpx.DecodingError)):
            return Trouble(None, carried_out=not isinstance(self.cause, _NEVER_SENT))
        return Trouble(0)

    def error(self, _: Api) -> LayersError:
        """The error that tells what is wrong."""
        request = self.cause.request
        why = str(self.cause) or type(self.cause).__name__
        timeout = isinstance(self.cause, httpx.TimeoutException)
        kind = APITimeoutError if timeout else APIConnectionError
        error = kind(f"{request.method} {request.url.copy_with(query=None)}: {why}")
        error.__cause__ = self.cause
        return error


class Response(Generic[T]):
    """A result together with the answer that it was read from.

    Attributes:
        parsed: What the call returns without `raw`.
        http_response: The answer as httpx has it, without the API key in its request.
        retries: How often the call was sent again.
        idempotency_key: The key that the call was sent with, if it was sent with one.
        request_id: Names the exchange; quote it to support.
    """

    def __init__(self, parsed: T, answer: Answer, api: Api) -> None:
        self.parsed = parsed
        self.http_response = answer.response
        self.retries = answer.retries
        self.idempotency_key = answer.idempotency_key
        self.request_id: str | None = answer.response.headers.get(api.request_id_header)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.http_response.status_code

    @property
    def headers(self) -> httpx.Headers:
        """The headers of the answer."""
        return self.http_response.headers

    @property
    def content(self) -> bytes:
        """The body as it came."""
        return self.http_response.content

    def __repr__(self) -> str:
        return f"<Response [{self.status}] {self.parsed!r}>"


LAST_ANSWER: Final[ContextVar[Answer | None]] = ContextVar("LAST_ANSWER", default=None)
"""The newest answer in this thread or task, for `raw`."""


def _read(response: httpx.Response, operation: Operation) -> Any:
    if operation.answer == "bytes":
        return response.content
    if operation.answer == "text":
        return response.text
    if operation.answer == "none" or response.status_code in NO_CONTENT:
        return None
    return _json(response)


def _json(response: httpx.Response) -> Any:
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return _BROKEN


def _status_error(response: httpx.Response, api: Api) -> APIStatusError:
    found = _error_object(response, api.error_path)
    code, message, request_id = (_text(found.get(n)) for n in ("code", "message", "requestId"))
    by_status, status = api.errors_by_status, response.status_code
    kind = by_status.get(status) or by_status.get(status // 100) or APIStatusError
    return api.errors_by_code.get(code or "", kind)(
        message or _quote(response),
        status=status,
        code=code,
        request_id=response.headers.get(api.request_id_header) or request_id,
        details=found.get("details"),
        response=response,
    )


def error_code(response: httpx.Response, api: Api) -> str | None:
    """The error code of an answer, if it has one."""
    return _text(_error_object(response, api.error_path).get("code"))


def _error_object(response: httpx.Response, path: tuple[str, ...]) -> dict[str, Any]:
    found = at(_json(response), path)
    return cast(dict[str, Any], found) if isinstance(found, dict) else {}


def at(value: object, path: Sequence[str]) -> object:
    """What the keys of *path* lead to in a JSON value; None where they lead nowhere."""
    for key in path:
        value = cast(dict[str, object], value).get(key) if isinstance(value, dict) else None
    return value


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _quote(response: httpx.Response) -> str:
    """The start of a body that is not the documented error, on one line."""
    text = " ".join(response.text.split())
    if not text:
        return response.reason_phrase or "an empty answer"
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"
