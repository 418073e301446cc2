"""The mock as an ASGI application: bytes in, bytes out, whatever they are.

Plain ASGI instead of Starlette: a read costs one regular expression, two queries and one encoding.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import anyio

from layers_contract.mock.errors import Refused
from layers_contract.mock.model import Answer, Call
from layers_contract.mock.routes import Routes
from layers_contract.mock.serving import Serving
from layers_contract.mock.target import target, to_toml
from layers_contract.mock.views import MEDIA

__all__ = ["Application"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

DESCRIPTION: Final = "/.well-known/layers-contract.toml"
"""Where a mock tells how to judge it."""
LARGEST: Final = 1 << 20
"""The most bytes that a body may have."""
_HOST: Final = re.compile(r"[A-Za-z0-9._-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?")
_LOG: Final = logging.getLogger("layers_contract.mock")


class Application:
    """An ASGI application that answers as *behaviour* says."""

    def __init__(self, behaviour: Serving) -> None:
        self.behaviour = behaviour
        self.routes = Routes(behaviour.contract.operations)
        self._request_id = behaviour.words.request_id_header

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            request_id = self.behaviour.new_request_id()
            answer = await self._answer(scope, receive, request_id)
            await self._send(answer, scope["method"], send)
        elif scope["type"] == "lifespan":
            await _live(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _answer(self, scope: Scope, receive: Receive, request_id: str) -> Answer:
        try:
            return await self._dispatch(scope, receive, request_id)
        except Refused as refused:
            refusal = refused
        except Exception:  # noqa: BLE001 - whatever it is, the caller gets an answer
            _LOG.exception("a request of the mock failed")
            refusal = Refused.plain(HTTPStatus.INTERNAL_SERVER_ERROR, "The mock has failed.")
        answer = self.behaviour.refusal(refusal, request_id)
        if self._request_id:
            answer.headers.setdefault(self._request_id, request_id)
        return answer

    async def _dispatch(self, scope: Scope, receive: Receive, request_id: str) -> Answer:
        path = _raw_path(scope)
        found = self.routes.match(path)
        if found is None:
            return self._elsewhere(scope, path, request_id)
        route, ids = found
        operation = route.operations.get(_method(scope))
        if operation is None:
            raise _not_allowed(route.allowed)
        headers = _headers(scope["headers"])
        call = Call(
            operation=operation,
            ids=ids,
            path=path,
            query=scope.get("query_string", b"").decode("latin-1"),
            headers=headers,
            base=_base(scope, headers),
            request_id=request_id,
            read=partial(self._read, headers, receive),
            hung_up=partial(_hung_up, receive),
        )
        return await self.behaviour.respond(call)

    def _elsewhere(self, scope: Scope, path: str, request_id: str) -> Answer:
        if not path.startswith(MEDIA) and path != DESCRIPTION:
            raise self.behaviour.words.refuse("NotFound", "There is no such path.")
        if _method(scope) != "GET":
            raise _not_allowed("GET")
        if path == DESCRIPTION:
            return self._description(_base(scope, _headers(scope["headers"])))
        query = scope.get("query_string", b"").decode("latin-1")
        answer = self.behaviour.file(path.removeprefix(MEDIA), query)
        if self._request_id:
            answer.headers[self._request_id] = request_id
        return answer

    def _description(self, base: str) -> Answer:
        words = self.behaviour.words
        text = to_toml(target(self.behaviour.options, base, words))
        return Answer(HTTPStatus.OK, text.encode(), media="application/toml")

    async def _read(self, headers: dict[str, str], receive: Receive) -> bytes:
        """The request's body, unless it is too long or too slow."""
        said = headers.get("content-length", "")
        if said.isascii() and said.isdecimal() and (len(said) > 9 or int(said) > LARGEST):
            raise _too_large()
        with anyio.move_on_after(self.behaviour.options.body_timeout):
            return await _body(receive)
        raise Refused.plain(
            HTTPStatus.REQUEST_TIMEOUT, "The body took too long.", Connection="close"
        )

    async def _send(self, answer: Answer, method: str, send: Send) -> None:
        encode = self.behaviour.encode
        body = answer.body if isinstance(answer.body, bytes) else encode(answer.body)
        headers = [
            (_wire_name(name), value.encode("latin-1")) for name, value in answer.headers.items()
        ]
        if body:
            headers.append((b"content-type", _wire_name(answer.media)))
        if body or answer.status != HTTPStatus.NOT_MODIFIED:
            headers.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        shown = b"" if method == "HEAD" else body
        await send({"type": "http.response.body", "body": shown, "more_body": False})


async def _live(receive: Receive, send: Send) -> None:
    """Say yes to starting and to stopping."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _hung_up(receive: Receive) -> bool:
    """Whether the caller of a request that has been read is there no more."""
    with anyio.move_on_after(0):
        return bool((await receive())["type"] == "http.disconnect")
    return False


async def _body(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused.plain(HTTPStatus.BAD_REQUEST, "The body ended early.")
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > LARGEST:
            raise _too_large()
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _too_large() -> Refused:
    message = f"The body is longer than {LARGEST} bytes."
    return Refused.plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message, Connection="close")


def _not_allowed(allowed: str) -> Refused:
    message = "This path does not take that method."
    return Refused.plain(HTTPStatus.METHOD_NOT_ALLOWED, message, Allow=allowed)


def _method(scope: Scope) -> str:
    """The request's method; HEAD is a GET whose body is not sent."""
    method = str(scope["method"])
    return "GET" if method == "HEAD" else method


def _raw_path(scope: Scope) -> str:
    raw = scope.get("raw_path")
    if raw is None:
        return quote(scope["path"], errors="replace")
    return str(raw.partition(b"?")[0].decode("latin-1"))


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name_bytes, value_bytes in raw:
        name, value = _name(name_bytes), value_bytes.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


@lru_cache(maxsize=512)
def _name(raw: bytes) -> str:
    """The name of a header, as we look for it."""
    return raw.decode("latin-1").lower()


@lru_cache(maxsize=512)
def _wire_name(name: str) -> bytes:
    """A header's name, or a media type, as it goes out."""
    return name.lower().encode("latin-1")


def _base(scope: Scope, headers: dict[str, str]) -> str:
    """Where the caller reached us, for addresses in answers."""
    host = headers.get("host", "")
    if not _is_host(host):
        server = scope.get("server") or ("localhost", None)
        host = f"{server[0]}:{server[1]}" if server[1] else str(server[0])
    return f"{scope.get('scheme', 'http')}://{host}"


@lru_cache(maxsize=512)
def _is_host(host: str) -> bool:
    """Whether *host* can stand in an address."""
    return len(host) <= 255 and _HOST.fullmatch(host) is not None
