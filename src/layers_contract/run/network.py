"""What requests go over: a transport, which sends one request and hands over its answer.

`Network` speaks HTTP. It follows nothing, keeps nothing, adds nothing: what is sent is what the
request says. A request that a server has not read, for it was just closing the connection that it
came over, is sent again over a new one. A simulation brings a transport of its own.
"""

from __future__ import annotations

import ssl
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


SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that may be sent again: they change nothing."""
LOST: Final = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
"""How a connection that has been closed meanwhile shows."""


class Network:
    """Many connections without a time limit, or an HTTP transport of any kind.

    The environment's proxies are left alone: *proxy* is the only one.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        context: ssl.SSLContext | None = None,
        proxy: str | None = None,
    ) -> None:
        # Without a context nobody is trusted: it is for plain HTTP.
        trusted = context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        through = proxy and httpx.Proxy(proxy, ssl_context=_for_proxy(proxy, trusted))

        def connections(kept: int) -> httpx.AsyncBaseTransport:
            return transport or httpx.AsyncHTTPTransport(
                verify=trusted,
                limits=httpx.Limits(max_connections=100, max_keepalive_connections=kept),
                trust_env=False,
                proxy=through,
            )

        self._kept = connections(50)
        # What changes something cannot be sent again: a connection that may be closed by now, for
        # nobody has used it for a while, is not for that.
        self._fresh = connections(0)

    async def __aenter__(self) -> Self:
        """Open it."""
        await self._kept.__aenter__()
        if self._fresh is not self._kept:
            await self._fresh.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections."""
        if self._fresh is not self._kept:
            await self._fresh.__aexit__(kind, error, trace)
        await self._kept.__aexit__(kind, error, trace)

    async def send(self, request: Request) -> Answer:
        """Send *request*."""
        if request.method not in SAFE or request.hang_up:
            return await self._send(self._fresh, request, _Trace(hang_up=request.hang_up))
        while True:
            trace = _Trace()
            try:
                return await self._send(self._kept, request, trace)
            except LOST:
                if trace.connected or trace.answered:
                    raise

    @staticmethod
    async def _send(transport: httpx.AsyncBaseTransport, request: Request, trace: _Trace) -> Answer:
        response = await transport.handle_async_request(
            httpx.Request(
                request.method,
                request.address.url,
                headers=request.headers,
                stream=httpx.ByteStream(request.content),
                extensions={"trace": trace},
            )
        )
        return Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=cast(httpx.AsyncByteStream, response.stream),
            close=response.aclose,
        )


def _for_proxy(url: str, context: ssl.SSLContext) -> ssl.SSLContext | None:
    """What an encrypted connection to a proxy is made with."""
    return context if url.startswith("https:") else None


@dataclass(slots=True)
class _Trace:
    """What becomes of one request; with `hang_up` nothing, once the whole of it is on its way."""

    hang_up: bool = False
    connected: bool = False
    answered: bool = False
    _asks_proxy: bool = False

    async def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith("send_request_headers.started"):
            self._asks_proxy = info["request"].method == b"CONNECT"
        elif event.startswith("connection.connect"):
            self.connected = True
        elif self._asks_proxy:
            return
        elif event.endswith("receive_response_headers.complete"):
            self.answered = True
        elif self.hang_up and event.endswith("send_request_body.complete"):
            raise HungUp
