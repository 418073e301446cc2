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

from layers_contract.history.decoding import DecodingError, UnknownEncodingError, decoded, too_long
from layers_contract.history.exchanges import Exchange, History
from layers_contract.history.infrastructure import is_outage, set_apart, was_not_sent
from layers_contract.run.budget import OutOfBudget, Purse
from layers_contract.run.keyring import Keyring, KeyWatch
from layers_contract.run.network import (
    PRODUCT,
    Address,
    Answer,
    HungUp,
    Request,
    Transport,
    address,
)
from layers_contract.run.pace import TOO_MANY, came, heed, retry_after
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Operation, pointer, to_pointer
from layers_contract.target import Target, TargetError

__all__ = ["NO_BODY", "UNSENT", "OutOfBudget", "Session"]

MAX_BODY = 8 * 2**20
MOST_RESTS, MOST_TRIES = 2, 4
FIRST_PAUSE, SLOWER = 0.25, 2.0
"""Seconds before a request is tried again, where nobody says when, and how they grow."""
UNSENT = "cannot be sent"
NO_BODY: Final = object()
REPEATABLE: Final = frozenset({"GET", "HEAD", "PUT", "DELETE"})
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
    under_way: dict[int, Exchange] = field(default_factory=dict, init=False)
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
        What was lost on the way is sent again where that is safe: once the API can be reached, so
        many times as `MOST_TRIES` says. With *hang_up* the connection is closed as soon as the
        request is sent: whether it was carried out, only a later look can tell. A refusal of the
        key is looked into, unless it is to stay un-*settled*; where the key had ended and was
        renewed, the call is sent again.

        Raises:
            OutOfBudget: Nothing more may be sent.
        """
        spec = self.contract.operations[operation]
        again = _Again(self, spec, headers or {}, hang_up=hang_up)
        while True:
            starts = spec.id in self.contract.starts and credential in ("own", "other")
            again.pays = starts and not again.paid
            for pause in self.purse.turn(starts=again.pays):
                await trio.sleep(pause)
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
            asked = self.purse.now()
            self.under_way[id(exchange)] = exchange
            try:
                await self._send(spec, request, exchange, pays=again.pays)
            finally:
                del self.under_way[id(exchange)]
            if settled and await self.watch.settle(exchange, key):
                continue
            heed(self.purse, self.contract, exchange, asked)
            rest = again.after(exchange, asked)
            if rest is None:
                return exchange
            await trio.sleep(rest)

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

    async def _send(
        self, spec: Operation, request: Request, exchange: Exchange, *, pays: bool
    ) -> None:
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
        self._settle(spec, exchange, pays=pays)
        self.watch.heard(self.history.add(exchange))

    def _settle(self, spec: Operation, exchange: Exchange, *, pays: bool) -> None:
        self.on_sent()
        starts = self.contract.starts.get(spec.id)
        if starts is None or not (exchange.answered or was_not_sent(exchange)):
            return
        named = pointer(exchange.json, self._job_at(spec)) if exchange.succeeded else None
        job = named if isinstance(named, str) else None
        asked = starts.asked(exchange.request_json)
        nothing = exchange.refused or job in self._jobs or not (asked or job)
        if pays and (nothing or not exchange.answered):
            self.purse.give_back()
        elif exchange.succeeded and exchange.credential not in ("own", "other"):
            self.purse.charge()
        if job:
            self._jobs.add(job)

    def _job_at(self, spec: Operation) -> str:
        """Where a response names what the operation has started, as a JSON Pointer."""
        at = self.contract.starts[spec.id].job
        for view in self.contract.shown(spec):
            if to_pointer(view.at) == at:
                return at + view.resource["id"]
        return f"{at}/id"

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


@dataclass
class _Again:
    """Whether a call is sent again, and after how many seconds.

    `pays` says whether this try is paid for as a render, `paid` whether one before was, which was
    lost and may have started it.
    """

    session: Session
    operation: Operation
    headers: Mapping[str, str]
    hang_up: bool
    paid: bool = False
    pays: bool = False
    _tries: int = 0
    _rests: int = 0
    _limited: int = 0

    def after(self, exchange: Exchange, asked: float) -> float | None:
        """Seconds until it is sent again; None where *exchange* is all that is had."""
        if came(exchange) == TOO_MANY:
            return self._after_limit(exchange)
        if exchange.answered:
            return self._after_rest(exchange)
        return self._after_loss(exchange, asked)

    def _after_rest(self, exchange: Exchange) -> float | None:
        self._rests += 1
        rest = retry_after(exchange) is not None and self._rests <= MOST_RESTS
        return 0.0 if rest else None

    def _after_limit(self, exchange: Exchange) -> float | None:
        if retry_after(exchange) is not None:
            return 0.0
        self._limited += 1
        unsaid = not exchange.headers.get("retry-after", "").strip()
        starts = self.operation.id in self.session.contract.starts
        purse = self.session.purse
        patient = purse.patient if starts else self._limited < MOST_TRIES
        patient = patient and purse.outage.was_heard
        return FIRST_PAUSE * SLOWER ** min(self._limited, 4) if unsaid and patient else None

    def _after_loss(self, exchange: Exchange, asked: float) -> float | None:
        """What is safe is sent until the outage ends; where there is none, a few times.

        A server that has never answered is waited for if it says how long.
        """
        outage = self.session.purse.outage
        safe = not self.hang_up and (self._is_safe or was_not_sent(exchange))
        if not (safe and is_outage(exchange)):
            return None
        if not outage.was_heard:
            return self._after_rest(exchange)
        self.paid = self.paid or not was_not_sent(exchange)
        self._tries += outage.heard_since(asked)
        over = self._tries >= MOST_TRIES or outage.is_dead(self.operation.id)
        return None if over else FIRST_PAUSE * SLOWER**self._tries / 4

    @property
    def _is_safe(self) -> bool:
        """Whether sending it twice does what sending it once does."""
        contract = self.session.contract
        keyed = contract.key_header in {name.lower() for name in self.headers}
        return self.operation.method in REPEATABLE or (
            keyed and self.operation.id in contract.idempotent
        )


async def _read(answer: Answer) -> bytes:
    raw = bytearray()
    async for chunk in answer.body:
        raw += chunk
        if len(raw) > MAX_BODY:
            raise too_long(MAX_BODY)
    return decoded(bytes(raw), answer.headers.get("content-encoding", ""), MAX_BODY)


def _check_headers(contract: Contract, target: Target) -> None:
    """Let no header of the target stand in for one that calls have or leave out on purpose."""
    taken = {contract.document.security_header.lower(), contract.key_header}
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
