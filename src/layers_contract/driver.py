"""Send requests and write down what came back.

The only module of the workload that sends anything. It never follows a redirect, never sends the
key anywhere but to the target, and reads no answer further than its cap.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import httpx
import trio

from layers_contract.budget import OutOfBudget, Purse
from layers_contract.contract import Contract
from layers_contract.decoding import DecodingError, UnknownEncodingError, decoded, too_long
from layers_contract.document import Operation, pointer
from layers_contract.facts import http_date
from layers_contract.history import Exchange, History
from layers_contract.infrastructure import set_apart
from layers_contract.keyring import Keyring, KeyWatch
from layers_contract.network import PRODUCT, Address, Answer, HungUp, Request, Transport, address
from layers_contract.target import Target, TargetError

__all__ = ["NO_BODY", "UNSENT", "OutOfBudget", "Session", "retry_after"]

MAX_BODY = 8 * 2**20
MAX_RETRY_AFTER = 120.0
MOST_RESTS = 2
TOO_MANY, AWAY = 429, 503
UNSENT = "cannot be sent"
NO_BODY: Final = object()
WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
ALWAYS_SENT: Final[Mapping[str, str]] = {
    "accept": "application/json",
    "accept-encoding": "identity",
    "connection": "keep-alive",
    "user-agent": PRODUCT,
}


@dataclass
class Session:
    """One target, one history. `clock` gives seconds since the epoch.

    `timeout` is how long one answer may take, in seconds; the target says it, if nobody else does.

    Raises:
        TargetError: A header of the target is one that the run itself sets.
    """

    contract: Contract
    target: Target
    history: History
    purse: Purse
    transport: Transport
    clock: Callable[[], float]
    timeout: float = 0.0
    on_sent: Callable[[], None] = lambda: None
    keyring: Keyring = field(init=False)
    watch: KeyWatch = field(init=False)
    _jobs: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        _check_headers(self.contract, self.target)
        self.timeout = self.timeout or self.target.expect.answer_seconds
        self.keyring = Keyring(self.target)
        self.watch = KeyWatch(self.keyring, self.history, self._probe, self.purse.stop, self.clock)

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
        settled: bool = True,
    ) -> Exchange:
        """Call *operation*; a rate limit is waited out, each try being an exchange of its own.

        A server that says when it will be back is asked again, so many times as `MOST_RESTS` says.
        With *hang_up* the connection is closed as soon as the request is sent: whether it was
        carried out, only a later look can tell. A refusal of the key is looked into, unless it is
        to stay un-*settled*; where the key had ended and was renewed, the call is sent again.

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
                key = self.keyring.key(credential)
                lines = self._lines(spec, whither, content, headers or {}, key)
                raw = _raw({**lines, **self._own_headers})
                request = Request(spec.method, whither, raw, content or b"", hang_up)
            except (ValueError, httpx.InvalidURL) as error:
                return self._unsent(spec, ids, actor, credential, error)
            exchange = self._sketch(spec, request, lines, actor, credential, ids)
            await self._send(spec, request, exchange)
            if settled and await self.watch.settle(exchange, key):
                continue
            pause = retry_after(exchange)
            rests += TOO_MANY not in (exchange.status, exchange.gateway_status)
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
        key: str | None,
    ) -> dict[str, str]:
        """The headers of a request."""
        lines = {"host": whither.host, **ALWAYS_SENT, **headers}
        if content is not None:
            lines.setdefault("content-type", "application/json")
        if content or spec.method in WITH_BODY:
            lines["content-length"] = str(len(content or b""))
        if key is not None:
            scheme = self.contract.document.key_scheme
            lines[scheme.header] = scheme.value(key)
        return lines

    @cached_property
    def _own_headers(self) -> Mapping[str, str]:
        """The target's headers: each request has them, and no exchange keeps them."""
        return {each.name: each.value for each in self.target.headers}

    async def _probe(self, worked: Exchange) -> Exchange | None:
        """Send a request that has worked once more, if the budget lets it pass."""
        with suppress(OutOfBudget):
            return await self.call(
                worked.operation or "",
                worked.path_params,
                actor="key check",
                query=worked.query,
                credential=worked.credential,
                settled=False,
            )
        return None

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
        except UnknownEncodingError as error:
            exchange.failure, exchange.status = str(error), None
        except DecodingError as error:
            exchange.failure = str(error)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            exchange.failure = type(error).__name__
            exchange.status = None
        exchange.received = self.clock() if exchange.answered else None
        set_apart(self.contract, exchange)
        self.purse.weigh(len(exchange.body))
        self._settle(spec, exchange)
        self.watch.heard(self.history.add(exchange))

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

    @cached_property
    def _prefix(self) -> int:
        return len(address(self.target.url).path.rstrip("/"))

    async def _receive(self, request: Request, exchange: Exchange) -> None:
        answer = await self.transport.send(request)
        try:
            exchange.status = answer.status
            exchange.headers = self._without_keys(answer.headers)
            exchange.body = self.keyring.redact(await _read(answer))
        except BaseException:
            with trio.CancelScope(shield=True), trio.move_on_after(1):
                await answer.close()
            raise
        await answer.close()

    def _without_keys(self, found: dict[str, str]) -> dict[str, str]:
        """Headers without the keys; most answers hold none."""
        whole = "\n".join([*found, *found.values()]).encode()
        redact = self.keyring.redact
        if redact(whole) == whole:
            return found
        return {
            redact(name.encode()).decode(): redact(value.encode()).decode()
            for name, value in found.items()
        }


async def _read(answer: Answer) -> bytes:
    raw = bytearray()
    async for chunk in answer.body:
        raw += chunk
        if len(raw) > MAX_BODY:
            raise too_long(MAX_BODY)
    return decoded(bytes(raw), answer.headers.get("content-encoding", ""), MAX_BODY)


def _check_headers(contract: Contract, target: Target) -> None:
    """Let no header of the target stand in for one that calls have or leave out on purpose."""
    header = contract.idempotency.header
    taken = {contract.document.security_header.lower(), header.lower()}
    for operation in contract.operations.values():
        taken |= {each.name.lower() for each in operation.parameters if each.place == "header"}
    for each in target.headers:
        if each.name.lower() in taken:
            raise TargetError(f"[headers] {each.name} is set by the run itself; leave it out")


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
    """Seconds that a server, or a gateway before it, asks to wait: it is busy, or away.

    None where it asks for nothing, or for longer than anybody waits.
    """
    if exchange.status not in (TOO_MANY, AWAY) and exchange.gateway_status is None:
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
