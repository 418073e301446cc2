"""Entries of HAR 1.2, as browsers, proxies and HTTP clients really write them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, Final

import msgspec

from ._bodies import BODILESS, MissingError, request_body, response_body
from ._entry import Entry, LeftOutError, moment_of

__all__ = ["Log", "entry_of"]

Json = Any
Attached = Callable[[str], bytes | None]
"""Finds a body that was saved beside the recording, by its file's name."""


class Pair(msgspec.Struct, gc=False):
    """A header or a query parameter."""

    name: str
    value: str = ""


class Content(msgspec.Struct, gc=False):
    """A body, and what the recorder says of it."""

    text: Json = None
    encoding: str | None = None
    own_encoding: str | None = msgspec.field(default=None, name="_encoding")
    size: float | None = None
    mime: str | None = msgspec.field(default=None, name="mimeType")
    comment: str | None = None
    file: str | None = msgspec.field(default=None, name="_file")


class Request(msgspec.Struct, gc=False):
    """A request."""

    method: str
    url: str
    headers: list[Pair] | None = None
    query: list[Pair] | None = msgspec.field(default=None, name="queryString")
    content: Content | None = msgspec.field(default=None, name="postData")
    size: float | None = msgspec.field(default=None, name="bodySize")


class Response(msgspec.Struct, gc=False):
    """A response."""

    status: int | None = None
    headers: list[Pair] | None = None
    content: Content | None = None
    size: float | None = msgspec.field(default=None, name="bodySize")
    redirect: str | None = msgspec.field(default=None, name="redirectURL")
    transferred: float | None = msgspec.field(default=None, name="_transferSize")
    error: Json = msgspec.field(default=None, name="_error")
    from_worker: Json = msgspec.field(default=None, name="_fetchedViaServiceWorker")
    from_cache: Json = msgspec.field(default=None, name="_fromDiskCache")


class Recorded(msgspec.Struct, gc=False):
    """An entry."""

    request: Request
    started: str | float | None = msgspec.field(default=None, name="startedDateTime")
    time: float | None = None
    response: Response | None = None
    connection: Json = None
    error: Json = msgspec.field(default=None, name="_error")
    kind: str | None = msgspec.field(default=None, name="_resourceType")
    from_cache: Json = msgspec.field(default=None, name="_fromCache")
    fetch: str | None = msgspec.field(default=None, name="_fetchType")
    credential: str | None = msgspec.field(default=None, name="_credential")
    actor: str | None = msgspec.field(default=None, name="_actor")
    intent: str | None = msgspec.field(default=None, name="_intent")


class Log(msgspec.Struct, gc=False):
    """A whole recording, each entry not yet decoded."""

    entries: list[msgspec.Raw]
    creator: Json = None


_decode: Final = msgspec.json.Decoder(Recorded).decode
_NETWORK: Final = frozenset({"network load", ""})
"""What Safari calls a response that came over the network."""
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_BODILESS: Final = frozenset({"GET", "HEAD"})
_PREFLIGHT: Final = "access-control-request-method"
_SERVED: Final = ("hit", "stale", "revalidated", "updating")
"""What a shared cache says of a response that it gave by itself."""


def entry_of(raw: bytes | msgspec.Raw, number: int, attached: Attached) -> Entry:
    """The exchange in one entry.

    Raises:
        LeftOutError: It cannot be judged: it is none, or something else than the server answered.
    """
    try:
        recorded = _decode(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        recorded = _loosely(raw)
    response = recorded.response or Response()
    headers = _headers(recorded.request.headers)
    answers = _headers(response.headers)
    _check_origin(recorded, response, headers, answers)
    request = recorded.request
    begun, ended, precision = _times(recorded)
    entry = Entry(
        number=number,
        method=request.method.upper(),
        url=request.url,
        sent=begun,
        received=ended,
        precision=precision,
        query=tuple([(each.name, each.value) for each in request.query or ()]),
        request_headers=headers,
        headers=answers,
        own_words=recorded.credential,
        actor=str(recorded.actor or recorded.connection or ""),
        intent=recorded.intent or "",
    )
    _take_request(entry, request, attached)
    _take_response(entry, recorded, response, attached)
    return entry


def _headers(pairs: Sequence[Pair] | None) -> dict[str, str]:
    """Headers by lower-case name, without what HTTP/2 calls pseudo headers."""
    found: dict[str, str] = {}
    for each in pairs or ():
        name = _lower(each.name)
        if name in found:
            found[name] = f"{found[name]}, {each.value}"
        elif name[:1] != ":":
            found[name] = each.value
    return found


_lower: Final = lru_cache(maxsize=1024)(str.lower)


def _check_origin(
    recorded: Recorded, response: Response, headers: dict[str, str], answers: dict[str, str]
) -> None:
    """That the server itself has answered."""
    if recorded.credential is not None:
        return
    kind = (recorded.kind or "").lower()
    method = recorded.request.method.upper()
    if kind == "websocket" or method == "CONNECT":
        raise LeftOutError("it is no exchange of HTTP")
    if kind == "preflight" or _PREFLIGHT in headers or method == "OPTIONS":
        raise LeftOutError("it is a browser's preflight")
    status = response.status or 0
    if _by_browser(recorded, response, status):
        raise LeftOutError("a browser's cache or service worker answered it")
    if status in _MOVED and (response.redirect or "location" in answers):
        raise LeftOutError("it was sent elsewhere by a redirect")
    if _by_shared_cache(method, answers):
        raise LeftOutError("a shared cache answered it")


def _by_browser(recorded: Recorded, response: Response, status: int) -> bool:
    fetch = (recorded.fetch or "").lower()
    return bool(
        status == 304
        or recorded.from_cache
        or response.from_cache
        or response.from_worker
        or (fetch not in _NETWORK)
        or (status >= 200 and response.transferred == 0 and recorded.kind)
    )


def _by_shared_cache(method: str, answers: dict[str, str]) -> bool:
    age = answers.get("age", "0").strip()
    said = answers.get("cf-cache-status") or answers.get("x-cache") or ""
    return method == "GET" and (
        (age.isdecimal() and int(age) > 0) or said.lower().startswith(_SERVED)
    )


def _times(recorded: Recorded) -> tuple[float, float | None, float]:
    """When it began and ended, and by how much that may be wrong."""
    begun, precision = moment_of(recorded.started)
    took = recorded.time
    if recorded.credential is not None:
        return begun, None if took is None or took < 0 else begun + took / 1000, 0.0
    if took is None or not 0 < took < 1e9:
        return begun, None, precision
    return begun, begun + (took + (took == int(took))) / 1000, precision


def _take_request(entry: Entry, request: Request, attached: Attached) -> None:
    if entry.method in _BODILESS:
        return
    content = request.content or Content()
    try:
        text, encoding = _text(content, attached)
        entry.request_body = request_body(
            text,
            encoding,
            headers=entry.request_headers,
            size=request.size,
            trusted=entry.own_words is not None,
        )
    except MissingError:
        entry.request_body = None


def _take_response(
    entry: Entry, recorded: Recorded, response: Response, attached: Attached
) -> None:
    status = response.status
    if status is None or not 200 <= status < 600:
        said = recorded.error or response.error
        entry.failure = str(said) if said else "no answer was recorded"
        entry.received = None
        return
    if recorded.error and entry.own_words is None:
        entry.failure, entry.received = str(recorded.error), None
        return
    content = response.content or Content()
    if content.mime and entry.headers:
        entry.headers.setdefault("content-type", content.mime)
    try:
        text, encoding = _text(content, attached)
        entry.body = response_body(
            text,
            encoding,
            status=status if entry.method != "HEAD" else min(BODILESS),
            headers=entry.headers,
            size=content.size,
            sent_size=response.size,
            comment=content.comment or "",
            trusted=entry.own_words is not None,
        )
        entry.status = status
    except MissingError as error:
        entry.failure, entry.received, entry.body_missing = str(error), None, True
        return
    if not entry.headers and entry.own_words is None:
        entry.failure = "the headers of the answer were not recorded"
        entry.status = entry.received = None


def _text(content: Content, attached: Attached) -> tuple[Json, str]:
    """A body's text and how it is encoded; it may be in a file of its own."""
    encoding = content.encoding or content.own_encoding or ""
    if content.text or not content.file:
        return content.text, encoding
    found = attached(PurePosixPath(content.file.replace("\\", "/")).name)
    if found is None:
        raise MissingError("the file with the body of the answer is not there")
    return found.decode("utf-8", "surrogateescape"), ""


def _loosely(raw: bytes | msgspec.Raw) -> Recorded:
    """An entry some members of which are not of their type: these count as left out."""
    try:
        value = json.loads(bytes(raw).decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError) as error:
        raise LeftOutError("it is not JSON") from error
    if not isinstance(value, dict):
        raise LeftOutError("it is no entry")
    try:
        found: Recorded = _fitted(value, Recorded)
    except TypeError as error:
        raise LeftOutError("its request has no method or no url") from error
    return found


def _fitted(value: dict[str, Json], kind: Any) -> Any:
    members: dict[str, Json] = {}
    for each in msgspec.structs.fields(kind):
        if each.encode_name in value:
            fitted = _member(value[each.encode_name], each.type)
            if fitted is not None:
                members[each.name] = fitted
    return kind(**members)


def _member(value: Json, kind: Any) -> Json:
    try:
        return msgspec.convert(value, kind, strict=False)
    except (msgspec.MsgspecError, ValueError, OverflowError):
        pass
    if isinstance(value, dict):
        inner = next((k for k in (Request, Response, Content) if _holds(kind, k)), None)
        try:
            return None if inner is None else _fitted(value, inner)
        except TypeError:
            return None
    if isinstance(value, list) and _holds(kind, list[Pair]):
        return [Pair(str(e["name"]), str(e.get("value", ""))) for e in value if _is_pair(e)]
    return None


def _holds(kind: Any, part: Any) -> bool:
    return kind == part or part in getattr(kind, "__args__", ())


def _is_pair(value: Json) -> bool:
    return isinstance(value, dict) and isinstance(value.get("name"), str)
