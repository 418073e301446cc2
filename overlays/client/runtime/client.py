"""The two clients without their resources: settings, connections, calls of one's own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import (
    Any,
    ClassVar,
    Final,
    Generic,
    Literal,
    NoReturn,
    ParamSpec,
    Self,
    TypeVar,
    overload,
)

import httpx

from .answer import LAST_ANSWER, Answer, Response
from .call import Api, Call, CallOptions, Operation, TimeoutTypes
from .connections import AsyncConnections, Connections
from .errors import ConfigurationError, LayersError
from .handles import AsyncHandle, Handle
from .model import UNSET, Model, Unset, to_json
from .privacy import Secret
from .together import as_completed, async_as_completed, async_wait_all, wait_all
from .transport import AsyncTransport, Settings, Transport, lower
from .waiting import DEFAULT_SILENCE, DEFAULT_WAIT

__all__ = ["API_KEY_VARIABLE", "BaseAsyncClient", "BaseClient"]

API_KEY_VARIABLE: Final = "LAYERS_API_KEY"
BASE_URL_VARIABLE: Final = "LAYERS_BASE_URL"
DEFAULT_TIMEOUT: Final = httpx.Timeout(30.0, connect=5.0, pool=None)
HTTPX_TIMEOUT: Final = httpx.Timeout(5.0)
"""What httpx takes where it is told nothing: nobody's choice."""
DEFAULT_RETRIES: Final = 2
DEFAULT_RETRY_TIME: Final = 180.0

P = ParamSpec("P")
T = TypeVar("T")
JobT = TypeVar("JobT", bound=Model)
ResultT = TypeVar("ResultT")
TransportT = TypeVar("TransportT", Transport, AsyncTransport)


class _Shared(Generic[TransportT]):
    """What both clients have in common: settings, and what must not be shown."""

    _api: ClassVar[Api]
    _transport: TransportT

    def with_options(
        self,
        *,
        timeout: TimeoutTypes | Unset = UNSET,
        max_retries: int | None = None,
        max_retry_time: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Another client on the same connections, with other settings; this one stays as it is."""
        other = object.__new__(type(self))
        changes = _changes(self._transport.settings, timeout, max_retries, max_retry_time, headers)
        other._transport = self._transport.changed(**changes)
        return other

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._transport.settings.base_url!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client has a key and connections: make a new one where it is needed")


class BaseClient(_Shared[Transport]):
    """A client that blocks. `Layers` adds the resources."""

    def __init__(
        self,
        *,
        api_key: str | Callable[[], str] | None = None,
        base_url: str | None = None,
        timeout: TimeoutTypes | Unset = UNSET,
        max_retries: int = DEFAULT_RETRIES,
        max_retry_time: float = DEFAULT_RETRY_TIME,
        headers: Mapping[str, str] | None = None,
        http_client: httpx.Client | None = None,
    ) -> None:
        _check_http(http_client, httpx.Client)
        limit = _timeout(timeout, http_client)
        settings = _settings(
            self._api, api_key, base_url, limit, max_retries, max_retry_time, headers
        )
        self._transport = Transport(self._api, settings, Connections(http_client))

    def raw(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Response[T]:
        """Make a call and return its result together with the answer that it was read from.

        `layers.raw(method, …).headers` has the headers, for example.
        """
        before = LAST_ANSWER.set(None)
        try:
            parsed = call(*args, **kwargs)
            return Response(parsed, _received(LAST_ANSWER.get()), self._api)
        finally:
            LAST_ANSWER.reset(before)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        json: object = UNSET,
        timeout: TimeoutTypes | Unset = UNSET,
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
        idempotency_key: str | None = None,
    ) -> httpx.Response:
        """Call what this package has no method for, with the same key, retries and errors.

        A `POST` or `PATCH` is sent again only if it is given an idempotency key.
        """
        call = _custom_call(method, path, query, json)
        options = CallOptions(timeout, headers, max_retries, idempotency_key)
        return self._transport.send(call, options).response

    @overload
    def wait_all(
        self,
        jobs: Iterable[Handle[JobT, ResultT]],
        timeout: float | None = ...,
        on_progress: Callable[[JobT], object] | None = ...,
        *,
        poll_interval: float | None = ...,
        max_silence: float | None = ...,
        return_errors: Literal[False] = ...,
    ) -> list[ResultT]: ...

    @overload
    def wait_all(
        self,
        jobs: Iterable[Handle[JobT, ResultT]],
        timeout: float | None = ...,
        on_progress: Callable[[JobT], object] | None = ...,
        *,
        poll_interval: float | None = ...,
        max_silence: float | None = ...,
        return_errors: Literal[True],
    ) -> list[ResultT | LayersError]: ...

    def wait_all(
        self,
        jobs: Iterable[Handle[JobT, ResultT]],
        timeout: float | None = DEFAULT_WAIT,
        on_progress: Callable[[JobT], object] | None = None,
        *,
        poll_interval: float | None = None,
        max_silence: float | None = DEFAULT_SILENCE,
        return_errors: bool = False,
    ) -> list[Any]:
        """Wait until all *jobs* have ended, and return what each has made, in their order.

        They are polled one after the other, within the documented rate, however many they are.

        Args:
            jobs: What `generate` and the like have returned.
            timeout: The most seconds to wait for each; None to wait for as long as it takes.
            on_progress: Called with a job after each of its polls.
            poll_interval: Seconds between two polls of a job, in place of the API's own schedule.
            max_silence: Without a timeout, the most seconds without any response about a job.
            return_errors: Put the error of a job that made nothing in its place, and raise nothing.

        Raises:
            LayersError: A job made nothing: the first such error, once all have ended.
        """
        found = wait_all(jobs, timeout, on_progress, poll_interval, max_silence)
        return found if return_errors else _successes(found)

    def as_completed(
        self,
        jobs: Iterable[Handle[JobT, ResultT]],
        timeout: float | None = DEFAULT_WAIT,
        on_progress: Callable[[JobT], object] | None = None,
        *,
        poll_interval: float | None = None,
        max_silence: float | None = DEFAULT_SILENCE,
    ) -> Iterator[Handle[JobT, ResultT]]:
        """The jobs as they end, in whatever way; `result()` has what one has made, or raises.

        The arguments are those of `wait_all`.

        Raises:
            WaitTimeoutError: A job had not ended in time; it goes on.
        """
        return as_completed(jobs, timeout, on_progress, poll_interval, max_silence)

    def close(self) -> None:
        """Close the connections, unless they came from outside."""
        if not self._transport.shared:
            self._transport.connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class BaseAsyncClient(_Shared[AsyncTransport]):
    """A client that awaits. `AsyncLayers` adds the resources."""

    def __init__(
        self,
        *,
        api_key: str | Callable[[], str] | None = None,
        base_url: str | None = None,
        timeout: TimeoutTypes | Unset = UNSET,
        max_retries: int = DEFAULT_RETRIES,
        max_retry_time: float = DEFAULT_RETRY_TIME,
        headers: Mapping[str, str] | None = None,
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        _check_http(http_client, httpx.AsyncClient)
        limit = _timeout(timeout, http_client)
        settings = _settings(
            self._api, api_key, base_url, limit, max_retries, max_retry_time, headers
        )
        self._transport = AsyncTransport(self._api, settings, AsyncConnections(http_client))

    async def raw(
        self, call: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Response[T]:
        """Make a call and return its result together with the answer that it was read from.

        `(await layers.raw(method, …)).headers` has the headers, for example.
        """
        before = LAST_ANSWER.set(None)
        try:
            parsed = await call(*args, **kwargs)
            return Response(parsed, _received(LAST_ANSWER.get()), self._api)
        finally:
            LAST_ANSWER.reset(before)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        json: object = UNSET,
        timeout: TimeoutTypes | Unset = UNSET,  # noqa: ASYNC109 - it bounds each step
        headers: Mapping[str, str] | None = None,
        max_retries: int | None = None,
        idempotency_key: str | None = None,
    ) -> httpx.Response:
        """Call what this package has no method for, with the same key, retries and errors.

        A `POST` or `PATCH` is sent again only if it is given an idempotency key.
        """
        call = _custom_call(method, path, query, json)
        options = CallOptions(timeout, headers, max_retries, idempotency_key)
        return (await self._transport.send(call, options)).response

    @overload
    async def wait_all(
        self,
        jobs: Iterable[AsyncHandle[JobT, ResultT]],
        timeout: float | None = ...,  # noqa: ASYNC109 - it bounds the jobs, not the await
        on_progress: Callable[[JobT], object] | None = ...,
        *,
        poll_interval: float | None = ...,
        max_silence: float | None = ...,
        return_errors: Literal[False] = ...,
    ) -> list[ResultT]: ...

    @overload
    async def wait_all(
        self,
        jobs: Iterable[AsyncHandle[JobT, ResultT]],
        timeout: float | None = ...,  # noqa: ASYNC109 - it bounds the jobs, not the await
        on_progress: Callable[[JobT], object] | None = ...,
        *,
        poll_interval: float | None = ...,
        max_silence: float | None = ...,
        return_errors: Literal[True],
    ) -> list[ResultT | LayersError]: ...

    async def wait_all(
        self,
        jobs: Iterable[AsyncHandle[JobT, ResultT]],
        timeout: float | None = DEFAULT_WAIT,  # noqa: ASYNC109 - it bounds the jobs, not the await
        on_progress: Callable[[JobT], object] | None = None,
        *,
        poll_interval: float | None = None,
        max_silence: float | None = DEFAULT_SILENCE,
        return_errors: bool = False,
    ) -> list[Any]:
        """Wait until all *jobs* have ended, and return what each has made, in their order.

        They are polled one after the other, within the documented rate, however many they are.

        Args:
            jobs: What `generate` and the like have returned.
            timeout: The most seconds to wait for each; None to wait for as long as it takes.
            on_progress: Called, and awaited where it is async, with a job after each of its polls.
            poll_interval: Seconds between two polls of a job, in place of the API's own schedule.
            max_silence: Without a timeout, the most seconds without any response about a job.
            return_errors: Put the error of a job that made nothing in its place, and raise nothing.

        Raises:
            LayersError: A job made nothing: the first such error, once all have ended.
        """
        found = await async_wait_all(jobs, timeout, on_progress, poll_interval, max_silence)
        return found if return_errors else _successes(found)

    def as_completed(
        self,
        jobs: Iterable[AsyncHandle[JobT, ResultT]],
        timeout: float | None = DEFAULT_WAIT,
        on_progress: Callable[[JobT], object] | None = None,
        *,
        poll_interval: float | None = None,
        max_silence: float | None = DEFAULT_SILENCE,
    ) -> AsyncIterator[AsyncHandle[JobT, ResultT]]:
        """The jobs as they end, in whatever way; `result()` has what one has made, or raises.

        The arguments are those of `wait_all`.

        Raises:
            WaitTimeoutError: A job had not ended in time; it goes on.
        """
        return async_as_completed(jobs, timeout, on_progress, poll_interval, max_silence)

    async def aclose(self) -> None:
        """Close the connections, unless they came from outside."""
        if not self._transport.shared:
            await self._transport.connections.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()


def _check_http(given: object, wanted: type[httpx.Client | httpx.AsyncClient]) -> None:
    if given is not None and not isinstance(given, wanted):
        raise ConfigurationError(
            f"http_client: must be an httpx.{wanted.__name__}, is a {type(given).__name__}"
        )


def _timeout(
    given: TimeoutTypes | Unset, http: httpx.Client | httpx.AsyncClient | None
) -> TimeoutTypes:
    """What bounds each step: what was asked for, else what the caller's own client was made with.

    To wait for a connection of our own is no step of an exchange, and has no bound.
    """
    if isinstance(given, Unset):
        own = None if http is None or http.timeout == HTTPX_TIMEOUT else http.timeout
        return own or DEFAULT_TIMEOUT
    bounded = isinstance(given, int | float) and http is None
    return httpx.Timeout(given, pool=None) if bounded else given


def _key(given: str | Callable[[], str] | None) -> Secret:
    if callable(given):
        return Secret(lambda: _checked_key(_asked(given)))
    return Secret(_checked_key(os.environ.get(API_KEY_VARIABLE, "") if given is None else given))


def _asked(source: Callable[[], str]) -> str:
    try:
        return source()
    except Exception as error:
        raise ConfigurationError(f"api_key: {type(error).__name__} when asked for") from error


def _checked_key(given: str) -> str:
    text = str(given or "").strip()
    if not text:
        raise ConfigurationError(f"no API key: set {API_KEY_VARIABLE}, or pass api_key=")
    if not (text.isascii() and text.isprintable()):
        raise ConfigurationError("the API key has characters that no header can carry")
    return text


def _origin(text: str, beginning: str) -> str:
    """Where calls go: a scheme and a host, maybe a port and a path, and nothing else.

    Where *text* ends with what all paths begin with, it is taken once.
    """
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise ConfigurationError(f"base_url: {error}") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigurationError("base_url: must start with https://, or http://, and a host")
    if url.userinfo or url.query or url.fragment:
        raise ConfigurationError("base_url: must have no user, query or fragment")
    origin = str(url).rstrip("/")
    return origin.removesuffix(beginning) if beginning else origin


def _count(retries: int) -> int:
    if retries < 0:
        raise ConfigurationError(f"max_retries: {retries} is less than 0")
    return retries


def _settings(  # noqa: PLR0917 - a client has this many
    api: Api,
    api_key: str | Callable[[], str] | None,
    base_url: str | None,
    timeout: TimeoutTypes,
    max_retries: int,
    max_retry_time: float,
    headers: Mapping[str, str] | None,
) -> Settings:
    """The settings of a new client."""
    url = base_url or os.environ.get(BASE_URL_VARIABLE) or api.base_url
    where = (_key(api_key), _origin(url, api.beginning))
    sent = {"accept": "application/json", "user-agent": api.user_agent, **lower(headers)}
    return Settings(*where, timeout, _count(max_retries), max_retry_time, sent)


def _changes(
    settings: Settings,
    timeout: TimeoutTypes | Unset,
    max_retries: int | None,
    max_retry_time: float | None,
    headers: Mapping[str, str] | None,
) -> dict[str, Any]:
    """The settings that `with_options` was given, as `Settings` names them."""
    changes: dict[str, Any] = {} if isinstance(timeout, Unset) else {"timeout": timeout}
    if max_retries is not None:
        changes["max_retries"] = _count(max_retries)
    if max_retry_time is not None:
        changes["max_retry_time"] = max_retry_time
    if headers is not None:
        changes["headers"] = {**settings.headers, **lower(headers)}
    return changes


def _custom_call(method: str, path: str, query: Mapping[str, object] | None, json: object) -> Call:
    """A call of an operation that the document does not have, on the same host as all others."""
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        raise ConfigurationError(f"{path!r} is no path: calls go to base_url and nowhere else")
    plain = path.replace("{", "{{").replace("}", "}}")
    operation = Operation(method.upper(), plain, answer="bytes")
    return Call(operation, query=query, body=UNSET if json is UNSET else to_json(json))


def _successes(found: list[Any]) -> list[Any]:
    for each in found:
        if isinstance(each, LayersError):
            raise each
    return found


def _received(answer: Answer | None) -> Answer:
    if answer is None:
        raise ConfigurationError("raw: that call sent nothing; a list is read by iterating over it")
    return answer
