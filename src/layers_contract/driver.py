"""Send requests and write down what came back.

The only module of the workload that sends anything. It never follows a redirect, never sends the
key anywhere but to the target, and reads no answer further than its cap.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import httpx
import trio

from layers_contract.budget import OutOfBudget, Purse
from layers_contract.contract import Contract
from layers_contract.document import Operation, pointer
from layers_contract.facts import http_date
from layers_contract.history import Exchange, History, redact
from layers_contract.network import PRODUCT, Address, Answer, HungUp, Request, Transport, address
from layers_contract.target import Target

__all__ = ["NO_BODY", "UNSENT", "OutOfBudget", "Session", "retry_after"]

MAX_BODY = 8 * 2**20
MAX_RETRY_AFTER = 120.0
MOST_RESTS = 2
TOO_MANY, AWAY = 429, 503
TOO_LONG = f"the body is longer than {MAX_BODY:,} bytes"
UNSENT = "cannot be sent"
WRONG_KEY = "lp_test_not_a_key"
BENT: Final[Mapping[str, Callable[[str], str]]] = {
    "swapped": str.swapcase,
    "longer": lambda key: f"{key}x",
    "shorter": lambda key: key[:-1],
    "empty": lambda _: "",
}
"""Keys that are nearly the right one: the other case, one letter more, one less, none."""
NO_BODY: Final = object()
WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
ALWAYS_SENT: Final[Mapping[str, str]] = {
    "accept": "application/json",
    "accept-encoding": "identity",
    "connection": "keep-alive",
    "user-agent": PRODUCT,
}


class _UnreadableError(ValueError):
    """An answer came, and its body cannot be read; the message says why."""


@dataclass
class Session:
    """One target, one history. `clock` gives seconds since the epoch."""

    contract: Contract
    target: Target
    history: History
    purse: Purse
    transport: Transport
    clock: Callable[[], float]
    timeout: float = 30.0
    on_sent: Callable[[], None] = lambda: None
    _jobs: set[str] = field(default_factory=set, init=False)

    async def call(  # noqa: PLR0913 - a request has this many parts
        self,
        operation: str,
        ids: Mapping[str, str],
        *,
        actor: str,
        body: Any = NO_BODY,
        query: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        credential: str = "own",
        hang_up: bool = False,
    ) -> Exchange:
        """Call *operation*; a rate limit is waited out, each try being an exchange of its own.

        A server that says when it will be back is asked again, so many times as `MOST_RESTS` says.
        With *hang_up* the connection is closed as soon as the request is sent: whether it was
        carried out, only a later look can tell.

        Raises:
            OutOfBudget: Nothing more may be sent.
        """
        spec = self.contract.operations[operation]
        rests = 0
        while True:
            await self._pay(spec, credential)
            try:
                whither = address(self.target.url + spec.url(**ids), tuple(query))
                content = _encode(body)
                lines = self._lines(spec, whither, content, headers or {}, credential)
                request = Request(spec.method, whither, _raw(lines), content or b"", hang_up)
            except (ValueError, httpx.InvalidURL) as error:
                return self._unsent(spec, ids, actor, credential, error)
            exchange = self._sketch(spec, request, lines, actor, credential, ids)
            await self._send(spec, request, exchange)
            pause = retry_after(exchange)
            rests += exchange.status != TOO_MANY
            if pause is not None:
                self.purse.hold(pause)
            if pause is None or rests > MOST_RESTS:
                return exchange

    async def _pay(self, spec: Operation, credential: str) -> None:
        starts = spec.id in self.contract.starts and credential in ("own", "other")
        for pause in self.purse.turn(starts=starts):
            await trio.sleep(pause)

    def _lines(
        self,
        spec: Operation,
        whither: Address,
        content: bytes | None,
        headers: Mapping[str, str],
        credential: str,
    ) -> dict[str, str]:
        """The headers of a request."""
        lines = {"host": whither.host, **ALWAYS_SENT, **headers}
        if content is not None:
            lines.setdefault("content-type", "application/json")
        if content or spec.method in WITH_BODY:
            lines["content-length"] = str(len(content or b""))
        if (key := self._key(credential)) is not None:
            lines[self.contract.document.security_header] = key
        return lines

    def _unsent(
        self,
        spec: Operation,
        ids: Mapping[str, str],
        actor: str,
        credential: str,
        error: Exception,
    ) -> Exchange:
        """What is left of a request that HTTP has no room for: an id or a tag of the server's."""
        exchange = Exchange(
            method=spec.method,
            path=spec.path,
            sent=self.clock(),
            operation=spec.id,
            path_params={name: ascii(value)[1:-1] for name, value in ids.items()},
            credential=credential,
            actor=actor,
            failure=f"{UNSENT} ({type(error).__name__})",
        )
        self.on_sent()
        return self.history.add(exchange)

    def _key(self, credential: str) -> str | None:
        keys = {"own": self.target.api_key, "other": self.target.other_api_key}
        if credential in BENT and self.target.api_key:
            bent = BENT[credential](self.target.api_key)
            return WRONG_KEY if bent == self.target.api_key else bent
        return WRONG_KEY if credential == "invalid" else keys.get(credential)

    async def _send(self, spec: Operation, request: Request, exchange: Exchange) -> None:
        """Send *request*, and write down in *exchange* what comes back."""
        try:
            with trio.move_on_after(self.timeout) as scope:
                await self._receive(request, exchange)
            if scope.cancelled_caught:
                exchange.failure = f"no whole answer within {self.timeout:g} s"
                exchange.status = None
        except HungUp:
            exchange.failure, exchange.status = "hung up before the answer came", None
        except trio.Cancelled:
            exchange.failure, exchange.status = "the run was broken off", None
            self.history.add(exchange)
            raise
        except _UnreadableError as error:
            exchange.failure = str(error)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            exchange.failure = type(error).__name__
            exchange.status = None
        exchange.received = self.clock() if exchange.answered else None
        self.purse.weigh(len(exchange.body))
        self._settle(spec, exchange)
        self.history.add(exchange)

    def _settle(self, spec: Operation, exchange: Exchange) -> None:
        self.on_sent()
        starts = self.contract.starts.get(spec.id)
        if starts is None or not exchange.answered:
            return
        paid = exchange.credential in ("own", "other")
        named = pointer(exchange.json, f"{starts.job}/jobId") if exchange.succeeded else None
        job = named if isinstance(named, str) else None
        asked = starts.asked(exchange.request_json)
        if paid and (exchange.refused or job in self._jobs or not (asked or job)):
            self.purse.give_back()
        elif not paid and exchange.succeeded:
            self.purse.charge()
        if job:
            self._jobs.add(job)

    def _sketch(  # noqa: PLR0913, PLR0917 - as above
        self,
        spec: Operation,
        request: Request,
        lines: Mapping[str, str],
        actor: str,
        credential: str,
        ids: Mapping[str, str],
    ) -> Exchange:
        secret = self.contract.document.security_header.lower()
        return Exchange(
            method=request.method,
            path=request.address.path[self._prefix :],
            sent=self.clock(),
            query=request.address.query,
            request_headers={
                low: value for name, value in lines.items() if (low := name.lower()) != secret
            },
            request_body=request.content,
            operation=spec.id,
            path_params=dict(ids),
            credential=credential,
            actor=actor,
        )

    def _redact(self, text: bytes) -> bytes:
        """*text* without the keys: a server may quote them."""
        return redact(text, self._keys)

    @cached_property
    def _keys(self) -> tuple[str | None, ...]:
        own = self.target.api_key
        return (own, own and own[:-1], self.target.other_api_key)

    @cached_property
    def _prefix(self) -> int:
        return len(address(self.target.url).path.rstrip("/"))

    async def _receive(self, request: Request, exchange: Exchange) -> None:
        answer = await self.transport.send(request)
        try:
            exchange.status = answer.status
            exchange.headers = self._without_keys(answer.headers)
            exchange.body = self._redact(await _read(answer))
        except BaseException:
            with trio.CancelScope(shield=True), trio.move_on_after(1):
                await answer.close()
            raise
        await answer.close()

    def _without_keys(self, found: dict[str, str]) -> dict[str, str]:
        """Headers without the keys; most answers hold none."""
        whole = "\n".join([*found, *found.values()]).encode()
        if self._redact(whole) == whole:
            return found
        return {
            self._redact(name.encode()).decode(): self._redact(value.encode()).decode()
            for name, value in found.items()
        }


async def _read(answer: Answer) -> bytes:
    raw = bytearray()
    async for chunk in answer.body:
        raw += chunk
        if len(raw) > MAX_BODY:
            raise _UnreadableError(TOO_LONG)
    encoding = answer.headers.get("content-encoding", "").strip().lower()
    return bytes(raw) if encoding in ("", "identity") or not raw else _inflate(bytes(raw))


def _inflate(raw: bytes) -> bytes:
    """A gzip or deflate body, as far as the cap goes; deflate comes with a zlib header or bare."""
    for wbits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        inflater = zlib.decompressobj(wbits)
        with suppress(zlib.error):
            body = inflater.decompress(raw, MAX_BODY)
            if inflater.unconsumed_tail:
                raise _UnreadableError(TOO_LONG)
            if inflater.eof:
                return body
    raise _UnreadableError("the body is not what its Content-Encoding says")


def _raw(lines: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Header lines as they are sent."""
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in lines.items()]


def _encode(body: Any) -> bytes | None:
    if body is NO_BODY:
        return None
    if isinstance(body, bytes):
        return body
    return json.dumps(body, ensure_ascii=False).encode()


def retry_after(exchange: Exchange) -> float | None:
    """Seconds that a server asks to wait: with a rate limit, or because it is away.

    None where it asks for nothing, or for longer than anybody waits.
    """
    if exchange.status not in (TOO_MANY, AWAY):
        return None
    said = exchange.headers.get("retry-after", "").strip()
    seconds = float(said) if said.isascii() and said.isdecimal() else _until(said, exchange)
    return seconds if seconds is not None and seconds <= MAX_RETRY_AFTER else None


def _until(said: str, exchange: Exchange) -> float | None:
    """Seconds until an HTTP date, by the server's own clock where the answer shows it."""
    then = http_date(said)
    if then is None:
        return None
    shown = http_date(exchange.headers.get("date", ""))
    return max(then - (shown or exchange.received or exchange.sent), 0.0)
