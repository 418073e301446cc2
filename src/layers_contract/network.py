"""What requests go over: a transport, which sends one request and hands over its answer.

`Network` speaks HTTP. It follows nothing, keeps nothing, adds nothing: what is sent is what the
request says. A simulation brings a transport of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any, Final, Protocol, Self, cast

import httpx

__all__ = ["PRODUCT", "Address", "Answer", "HungUp", "Network", "Request", "Transport", "address"]

PRODUCT: Final = f"python-httpx/{httpx.__version__}"
"""Who speaks."""


class HungUp(Exception):  # noqa: N818 - we did it ourselves
    """The connection was closed on purpose."""


@dataclass(frozen=True, slots=True, eq=False)
class Address:
    """A URL, with its host, path and query as they are sent; for each there is one."""

    url: httpx.URL
    host: str
    path: str
    query: tuple[tuple[str, str], ...]


@lru_cache(maxsize=8192)
def address(url: str, query: tuple[tuple[str, str], ...] = ()) -> Address:
    """Where a request goes; much is asked for again and again.

    Raises:
        httpx.InvalidURL: HTTP has no room for it.
    """
    whole = httpx.URL(url, params=query) if query else httpx.URL(url)
    return Address(
        url=whole,
        host=whole.netloc.decode("ascii"),
        path=whole.raw_path.decode("ascii").partition("?")[0],
        query=tuple(whole.params.multi_items()),
    )


@dataclass(slots=True)
class Request:
    """A request as it goes out: these header lines, and no others.

    With `hang_up` the connection is closed as soon as it is sent.
    """

    method: str
    address: Address
    headers: list[tuple[bytes, bytes]]
    content: bytes
    hang_up: bool = False


@dataclass(slots=True)
class Answer:
    """An answer whose `body` is still to be read, and which is to be closed then.

    The names of its headers are lower case; one that came twice has both values.
    """

    status: int
    headers: dict[str, str]
    body: AsyncIterable[bytes]
    close: Callable[[], Awaitable[None]]


class Transport(Protocol):
    """Sends requests; open for as long as it is used as a context."""

    async def __aenter__(self) -> Self:
        """Open it."""

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""

    async def send(self, request: Request) -> Answer:
        """Send *request*.

        Raises:
            HungUp: It was to be.
            httpx.HTTPError: There is no answer.
        """


class Network:
    """Many connections, by no proxy and without a time limit, or an HTTP transport of any kind."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=50)
        self._http = transport or httpx.AsyncHTTPTransport(limits=limits, trust_env=False)

    async def __aenter__(self) -> Self:
        """Open it."""
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections."""
        await self._http.__aexit__(kind, error, trace)

    async def send(self, request: Request) -> Answer:
        """Send *request*."""
        response = await self._http.handle_async_request(
            httpx.Request(
                request.method,
                request.address.url,
                headers=request.headers,
                stream=httpx.ByteStream(request.content),
                extensions={"trace": _hang_up} if request.hang_up else {},
            )
        )
        return Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=cast(httpx.AsyncByteStream, response.stream),
            close=response.aclose,
        )


async def _hang_up(event: str, _info: Mapping[str, Any]) -> None:
    """Close the connection once the whole request is on its way."""
    if event.endswith("send_request_body.complete"):
        raise HungUp
