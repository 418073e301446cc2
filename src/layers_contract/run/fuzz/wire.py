"""Sending: capped, with one deadline for the whole exchange, each request written down.

Schemathesis gets an empty 503 for whatever was not answered or not sent, and no check is run on
it: an exception would end the operation's phase, one lost connection would cost all the rest.
"""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.structures import CaseInsensitiveDict
from schemathesis.transport.requests import ManagedCookiesSession
from urllib3.exceptions import HTTPError, ReadTimeoutError

from layers_contract.history.decoding import DecodingError, UnknownEncodingError, decoded, too_long
from layers_contract.history.exchanges import Exchange
from layers_contract.run.fuzz.leash import Leash
from layers_contract.run.fuzz.plan import Plan, one_line

__all__ = ["Shipment", "Wire"]

_CHUNK: Final = 64 * 1024
_CASE_HEADER: Final = "x-schemathesis-testcaseid"
# A server that hangs costs `timeout` seconds a request: give up on it, not on the afternoon.
_OPERATION_GIVES_UP: Final = 3
_RUN_GIVES_UP: Final = 10


_KEYLESS: Final = {
    "none": "negative: header: no credential",
    "invalid": "negative: header: invalid credential",
}


@dataclass(slots=True)
class Shipment:
    """What is known of a request before it is on the wire."""

    operation: str
    documented: bool
    phase: str
    path_params: dict[str, str]
    intent: str
    exchange: Exchange | None = None
    answered: bool = False


@dataclass(slots=True)
class _Answer:
    response: requests.Response | None = None
    body: bytes = b""
    failure: str | None = None


HARMLESS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that may be tried where the document does not have them: they change nothing."""


class Wire(ManagedCookiesSession):
    """A requests session that sends one request at a time and records it."""

    def __init__(self, plan: Plan, record: Callable[[Exchange], object]) -> None:
        super().__init__()
        self.trust_env = False  # a .netrc or a proxy from the environment would get the key
        self.headers.clear()
        self._plan = plan
        self._record = record
        self._own = [_low(plan.headers)]
        self._base = urlsplit(plan.url).path.rstrip("/")
        self._hidden = plan.secret_headers | set(_low(plan.unrecorded))
        self._leash = Leash(plan.context)
        self.mount("http://", self._leash)
        self.mount("https://", self._leash)
        self.ledger = _Ledger()
        self.shipment: Shipment | None = None
        self.halt: Callable[[], None] = lambda: None

    def get_redirect_target(self, _: requests.Response) -> str | None:
        """None: a redirect is an answer, and where it leads is not ours to visit."""
        return None

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send *request* if the plan lets it pass, and record it."""
        shipment = self.shipment
        if shipment is None:
            raise RuntimeError("requests go out through the transport")
        request.headers.pop(_CASE_HEADER, None)  # random: two runs would not be alike
        if not shipment.documented and request.method not in HARMLESS:
            return _unasked(request)
        if not self._passes(shipment, _bytes(request.body)):
            return self._unsent(request)
        while True:
            exchange = shipment.exchange = self._exchange(request, shipment)
            carried = self._carry(request, exchange)
            answer = self._answer(request, kwargs)
            _enter(exchange, answer)
            self._record(exchange)
            self.ledger.count(shipment, exchange)
            if exchange.credential != "own" or not self._plan.refused(exchange, carried):
                break
        if answer.response is None or answer.failure is not None or not exchange.answered:
            return self._unsent(request)
        shipment.answered = True
        return answer.response

    def _carry(self, request: requests.PreparedRequest, exchange: Exchange) -> Mapping[str, str]:
        """Add what no exchange keeps to *request*; the credentials that it carries now."""
        request.headers.update(self._plan.unrecorded)
        carried = self._plan.current() if self._plan.current else self._plan.headers
        if exchange.credential == "own":
            request.headers.update(carried)
            self._own.append(_low(carried))
        return carried

    def _passes(self, shipment: Shipment, body: bytes) -> bool:
        ledger = self.ledger
        if ledger.ended is None and self._plan.stop():
            ledger.ended = "stopped"
        if ledger.ended is not None:
            self.halt()
        if ledger.ended is not None or ledger.gave_up(shipment.operation):
            return False
        if self._plan.may_send(shipment.operation, body):
            return True
        ledger.denied[shipment.operation] = ledger.denied.get(shipment.operation, 0) + 1
        return False

    def _unsent(self, request: requests.PreparedRequest) -> requests.Response:
        self.ledger.unanswered += 1
        response = requests.Response()
        response.status_code, response.reason = 503, ""
        response.request, response.url = request, str(request.url)
        _fill(response, b"")
        return response

    def _exchange(self, request: requests.PreparedRequest, shipment: Shipment) -> Exchange:
        url = urlsplit(str(request.url))
        headers = {n.lower(): _text(v) for n, v in request.headers.items()}
        credential = self._credential(headers)
        return Exchange(
            method=str(request.method),
            path=url.path.removeprefix(self._base),
            sent=time.time(),
            query=tuple(parse_qsl(url.query, keep_blank_values=True)),
            request_headers={n: v for n, v in headers.items() if n not in self._hidden},
            request_body=_bytes(request.body),
            operation=shipment.operation if shipment.documented else None,
            path_params=shipment.path_params,
            credential=credential,
            actor=f"schemathesis:{shipment.phase}",
            intent=shipment.intent
            if credential == "own"
            else f"negative: header: {credential} key",
        )

    def _credential(self, headers: dict[str, str]) -> str:
        sent = {n: headers[n] for n in self._plan.secret_headers if n in headers}
        if not sent:
            return "none"
        return "own" if sent in self._own else "invalid"

    def _answer(self, request: requests.PreparedRequest, kwargs: dict[str, Any]) -> _Answer:
        timeout = self._plan.timeout
        kwargs |= {"allow_redirects": False, "stream": True, "timeout": timeout}
        kwargs["proxies"] = dict.fromkeys(("http", "https"), self._plan.proxy)
        if request.method not in HARMLESS:
            self._leash.close()  # what changes something goes over a connection that is new
        with self._leash.held(timeout):
            try:
                return self._read(self._sent(request, kwargs))
            except (requests.RequestException, HTTPError, OSError) as error:
                return _Answer(failure=self._explain(error))

    def _sent(self, request: requests.PreparedRequest, kwargs: dict[str, Any]) -> requests.Response:
        """The answer to *request*; it is sent again where its connection was just being closed."""
        try:
            return super().send(request, **kwargs)
        except requests.ConnectionError:
            if self._leash.connected or self._leash.cut:
                raise
        self._leash.close()
        return super().send(request, **kwargs)

    def _read(self, response: requests.Response) -> _Answer:
        answer, body = _Answer(response), bytearray()
        try:
            for chunk in response.raw.stream(_CHUNK, decode_content=False):
                body += chunk
                self._leash.check()
                if len(body) > self._plan.max_body:
                    raise too_long(self._plan.max_body)
            encodings = response.headers.get("content-encoding", "")
            answer.body = decoded(bytes(body), encodings, self._plan.max_body)
        except UnknownEncodingError as error:
            answer.failure, answer.response = str(error), None
        except DecodingError as error:
            answer.failure = str(error)
        if answer.failure is not None:
            response.raw.close()  # or the rest would be waited for, to use the connection again
        answer.body = self._plan.redact_bytes(answer.body)
        self._redact_headers(response)
        # A reader of JSON may ignore a byte order mark; Schemathesis does not.
        _fill(response, answer.body.removeprefix(codecs.BOM_UTF8))
        return answer

    def _redact_headers(self, response: requests.Response) -> None:
        """No key that a server quotes gets into a finding, or into the next request."""
        redact = self._plan.redact
        found = {redact(n): redact(v) for n, v in response.headers.items()}
        response.headers = CaseInsensitiveDict(found)

    def _explain(self, error: BaseException) -> str:
        if self._leash.cut or isinstance(error, requests.Timeout | ReadTimeoutError):
            return f"no whole answer within {self._plan.timeout:g} s"
        root = _root(error)
        text = f"{type(root).__name__}: {root}" if str(root) else type(root).__name__
        return one_line(self._plan.redact(f"no whole answer: {text}"))


def _unasked(request: requests.PreparedRequest) -> requests.Response:
    """What a server says to a method that its document does not have, without asking it.

    An undocumented DELETE may well delete something.
    """
    response = requests.Response()
    response.status_code, response.reason = 405, ""
    response.headers["Allow"] = ", ".join(sorted(HARMLESS))
    response.request, response.url = request, str(request.url)
    _fill(response, b"")
    return response


def _fill(response: requests.Response, body: bytes) -> None:
    response._content, response._content_consumed = body, True  # noqa: SLF001 - no public way


def _enter(exchange: Exchange, answer: _Answer) -> None:
    exchange.failure = answer.failure
    if answer.response is not None:
        exchange.received = time.time()
        exchange.status = answer.response.status_code
        exchange.headers = {n.lower(): v for n, v in answer.response.headers.items()}
        exchange.body = answer.body


def _low(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _root(error: BaseException) -> BaseException:
    inner = error.__cause__ or error.__context__
    return error if inner is None else _root(inner)


def _bytes(body: object) -> bytes:
    if isinstance(body, str):
        return body.encode()
    return body if isinstance(body, bytes) else b""


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


@dataclass(slots=True)
class _Ledger:
    """Counts, and when to give up."""

    requests: dict[tuple[str, str], int] = field(default_factory=dict)
    denied: dict[str, int] = field(default_factory=dict)
    unanswered: int = 0
    ended: str | None = None
    silent: dict[str, int] = field(default_factory=dict)
    in_a_row: int = 0

    def count(self, shipment: Shipment, exchange: Exchange) -> None:
        key = (shipment.phase, shipment.operation)
        self.requests[key] = self.requests.get(key, 0) + 1
        if exchange.answered or exchange.gateway_status is not None:
            self.in_a_row = self.silent[shipment.operation] = 0
            return
        self.in_a_row += 1
        self.silent[shipment.operation] = self.silent.get(shipment.operation, 0) + 1
        if self.in_a_row >= _RUN_GIVES_UP:
            self.ended = f"{self.in_a_row} requests in a row had no answer"

    def gave_up(self, operation: str) -> bool:
        return self.silent.get(operation, 0) >= _OPERATION_GIVES_UP
