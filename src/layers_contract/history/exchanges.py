"""Every exchange of a run, in and out, with its two times.

The history is the interface between whatever makes exchanges (the workload, Schemathesis, a HAR
file, recorded JSON Lines) and whatever judges them (the invariants). It knows neither.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import lru_cache
from math import inf
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

__all__ = [
    "NOT_JSON",
    "RETRACTED",
    "WEBHOOK",
    "Credential",
    "Exchange",
    "Finding",
    "History",
    "redact",
]


class _Missing:
    """What `Exchange.json` gives for a body that is not JSON."""

    def __repr__(self) -> str:
        return "NOT_JSON"

    def __bool__(self) -> bool:
        return False


DEEPEST: Final = 100
"""How deep JSON may be nested; RFC 8259 lets a reader set a limit."""

SECRET: Final = 8
"""Characters that a key must have to be looked for in answers."""

WEBHOOK: Final = "webhook"
"""The actor of an exchange that the server has begun."""

RETRACTED: Final = "refused"
"""How the failure of an exchange begins whose refusal is not taken for an answer."""

NOT_JSON: Final = _Missing()
_UNPARSED: Final = _Missing()
T = TypeVar("T")

Credential = str
"""Which key an exchange was sent with, and never the key: `own`, `other`, `limited` (it lacks
scopes), `none`, `invalid`, or a key that is nearly the right one: `swapped`, `longer`, `shorter`,
`empty`."""


@dataclass(slots=True, frozen=True)
class Finding:
    """What a response check outside the catalogue (Schemathesis) said of one exchange."""

    check: str
    message: str
    source: str = "derived"


@dataclass(slots=True)
class Exchange:
    """One request and what came back.

    `sent` and `received` are seconds since the epoch on the driver's clock. `received` and
    `status` are None where no answer came: such a request may still have been carried out.
    `failure` says why there is none; beside a status, why the body could not be read.
    Header names are lower case; the credential's header is never kept. `intent` says what the
    sender took its data for: `positive`, `negative: <component>: <description>`, or nothing.
    `gateway_status` and `gateway_received` are set where something between us and the API has
    answered in its place: the headers and the body are then that answer's.
    """

    method: str
    path: str
    sent: float
    received: float | None = None
    status: int | None = None
    query: tuple[tuple[str, str], ...] = ()
    request_headers: Mapping[str, str] = field(default_factory=dict)
    request_body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    operation: str | None = None
    path_params: Mapping[str, str] = field(default_factory=dict)
    credential: Credential = "own"
    actor: str = ""
    intent: str = ""
    failure: str | None = None
    findings: tuple[Finding, ...] = ()
    checks: tuple[str, ...] = ()
    gateway_status: int | None = None
    gateway_received: float | None = None
    number: int = -1
    _json: Any = field(default=_UNPARSED, repr=False, compare=False)
    _request_json: Any = field(default=_UNPARSED, repr=False, compare=False)

    @property
    def json(self) -> Any:
        """The answer's body as JSON, or `NOT_JSON`; a gateway's is not the answer's."""
        if self.gateway_status is not None:
            return NOT_JSON
        if self._json is _UNPARSED:
            self._json = _parse(self.body)
        return self._json

    @property
    def request_json(self) -> Any:
        """The request's body as JSON, or `NOT_JSON`."""
        if self._request_json is _UNPARSED:
            self._request_json = _parse(self.request_body)
        return self._request_json

    def parse(self, known: dict[bytes, Any]) -> None:
        """Parse both bodies, but for those that *known* has the values of already."""
        if self._json is _UNPARSED:
            self._json = _parse_once(self.body, known)
        if self._request_json is _UNPARSED:
            self._request_json = _parse_once(self.request_body, known)

    def adopt(self, other: Exchange) -> None:
        """Share the body of *other*, which is equal, and what it was parsed to."""
        self.body = other.body
        if self._json is _UNPARSED:
            self._json = other._json

    @property
    def webhook(self) -> bool:
        """Whether it is what the server has sent by itself, and somebody else has received."""
        return self.actor == WEBHOOK

    @property
    def answered(self) -> bool:
        """Whether a whole answer came back."""
        return self.status is not None

    def retract(self, reason: str) -> None:
        """Count as not answered: what came back says nothing of this request."""
        self.failure = f"{RETRACTED} ({self.status}): {reason}"
        self.status = self.received = None

    def as_received(self) -> Exchange:
        """The exchange with what really came back, whoever has answered."""
        if self.gateway_status is None:
            return self
        return replace(
            self,
            status=self.gateway_status,
            received=self.gateway_received,
            failure=None,
            gateway_status=None,
            gateway_received=None,
        )

    @property
    def succeeded(self) -> bool:
        """Whether the response is a success."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """Whether the response says that nothing was done."""
        return self.status is not None and 300 <= self.status < 500

    @property
    def inconclusive(self) -> bool:
        """Whether the server may not have got to it: no response, rate limited, unavailable."""
        return self.status is None or self.status == 429 or self.status >= 500

    @property
    def received_at(self) -> float:
        """When the response was received; never (infinity), where there is none."""
        return inf if self.received is None else self.received


def _parse_once(body: bytes, known: dict[bytes, Any]) -> Any:
    if body not in known:
        known[body] = _parse(body)
    return known[body]


def _parse(body: bytes) -> Any:
    try:
        value = _decode(body)
        if type(value) is dict:
            value = {n: _same(v) if type(v) is str else v for n, v in value.items()}
    except (ValueError, RecursionError):
        value = _parse_as_python(body)
    openers = body.count(b"[") + body.count(b"{")
    return value if openers <= DEEPEST or _is_flat(value) else NOT_JSON


def _parse_as_python(body: bytes) -> Any:
    """What the fast parser refuses: NaN, lone surrogates, numbers of any size, other encodings."""
    try:
        return _DECODER.decode(body.decode(json.detect_encoding(body), "surrogatepass"))
    except (ValueError, RecursionError):
        return NOT_JSON


def _is_flat(value: Any) -> bool:
    """Whether a value is no deeper than what walks through it can go."""
    level: list[Any] = [[value]]
    for _ in range(DEEPEST + 1):
        level = [
            value
            for each in level
            for value in (each.values() if type(each) is dict else each)
            if type(value) in _NESTING
        ]
        if not level:
            return True
    return False


_NESTING: Final = frozenset({dict, list})


def redact(raw: bytes, keys: Iterable[str | None]) -> bytes:
    """*raw* without *keys*, in whatever case and JSON escape; a short one keeps no secret."""
    low, escaped = raw.lower(), b"\\u00" in raw and _ESCAPE.search(raw) is not None
    for key in keys:
        if key and len(key) >= SECRET and (escaped or _low(key) in low):
            raw = _spellings(key).sub(b"***", raw)
    return raw


@lru_cache(maxsize=64)
def _low(key: str) -> bytes:
    return key.lower().encode()


_ESCAPE: Final = re.compile(rb"\\u00[2-7]")
"""How JSON may write a character that could stand as it is."""


@lru_cache(maxsize=64)
def _spellings(key: str) -> re.Pattern[bytes]:
    """What JSON may write for a key, which is printable ASCII."""
    letters = (rf"(?:{re.escape(c)}|\\u{ord(c):04x}|\\u{ord(c.swapcase()):04x})" for c in key)
    return re.compile("".join(letters).encode(), re.IGNORECASE)


@lru_cache(maxsize=4096)
def _same(value: T) -> T:
    """The first of all equal values that came by lately, so that they take memory once."""
    return value


@lru_cache(maxsize=4096)
def _mapping(items: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    """A mapping of *items*, the same one for all exchanges that have these."""
    return {sys.intern(name): _same(value) for name, value in items}


def _slim(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object whose texts take memory once."""
    return {
        sys.intern(name): _same(value) if type(value) is str else value for name, value in members
    }


_decode: Final = msgspec.json.Decoder().decode
_DECODER: Final = json.JSONDecoder(object_pairs_hook=_slim)


class History:
    """Exchanges in the order in which they were recorded. Safe to add to from several threads.

    What is equal in several exchanges is kept once: bodies, paths, headers.
    """

    def __init__(self, exchanges: Iterable[Exchange] = ()) -> None:
        self._exchanges: list[Exchange] = []
        self._requests: dict[bytes, bytes] = {}
        self._answers: dict[bytes, Exchange] = {}
        self._lock = threading.Lock()
        self.notes: list[str] = []
        """What a reader left out, and why; a line each."""
        for exchange in exchanges:
            self.add(exchange)

    def add(self, exchange: Exchange) -> Exchange:
        """Keep *exchange* and give it its number."""
        with self._lock:
            exchange.number = len(self._exchanges)
            self._exchanges.append(exchange)
            self._share(exchange)
        return exchange

    def _share(self, exchange: Exchange) -> None:
        body = exchange.request_body
        exchange.request_body = self._requests.setdefault(body, body)
        exchange.adopt(self._answers.setdefault(exchange.body, exchange))
        exchange.method, exchange.path = _same(exchange.method), _same(exchange.path)
        exchange.operation, exchange.actor = _same(exchange.operation), _same(exchange.actor)
        exchange.credential = _same(exchange.credential)
        exchange.path_params = _mapping(tuple(exchange.path_params.items()))
        exchange.request_headers = _mapping(tuple(exchange.request_headers.items()))
        exchange.headers = {
            sys.intern(name): _same(value) for name, value in exchange.headers.items()
        }

    def parse(self) -> None:
        """Parse every body now, equal ones once; else each is parsed when it is asked for."""
        known: dict[bytes, Any] = {}
        for exchange in self._exchanges:
            exchange.parse(known)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._exchanges)

    def __len__(self) -> int:
        return len(self._exchanges)

    def __getitem__(self, number: int) -> Exchange:
        return self._exchanges[number]

    def write(self, path: Path) -> None:
        """Write the history as JSON Lines, one exchange a line."""
        with path.open("w", encoding="utf-8") as file:
            for exchange in self:
                file.write(json.dumps(to_record(exchange)) + "\n")

    @classmethod
    def read(cls, path: Path) -> History:
        """Read what `write` wrote. A last line that was cut off is left out, and noted.

        Raises:
            ValueError: A line is not an exchange; the message names the line.
        """
        history = cls()
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    history.add(from_record(json.loads(line)))
                except (ValueError, TypeError, KeyError, AttributeError) as error:
                    if not line.endswith("\n"):
                        history.notes.append(f"{path}:{number}: cut off in the middle, left out")
                        break
                    message = f"{path}:{number}: not an exchange ({error})"
                    raise ValueError(message) from error
        return history


def to_record(exchange: Exchange) -> dict[str, Any]:
    """An exchange as plain JSON values; a body that is not UTF-8 becomes base64."""
    names = (each.name for each in fields(exchange) if not each.name.startswith("_"))
    record = {name: getattr(exchange, name) for name in names}
    for name in ("request_headers", "headers", "path_params"):
        record[name] = dict(record[name])
    record["findings"] = [asdict(each) for each in exchange.findings]
    for name in ("request_body", "body"):
        record[name] = _text(record[name])
    return record


def from_record(record: dict[str, Any]) -> Exchange:
    """The exchange that `to_record` described."""
    record = dict(record)
    for name in ("request_body", "body"):
        record[name] = _bytes(record.get(name, ""))
    record["query"] = tuple((name, value) for name, value in record.get("query", ()))
    record["findings"] = tuple(Finding(**finding) for finding in record.get("findings", ()))
    record["checks"] = tuple(record.get("checks", ()))
    return Exchange(**record)


def _text(body: bytes) -> str | dict[str, str]:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def _bytes(body: str | dict[str, str]) -> bytes:
    return body.encode() if isinstance(body, str) else base64.b64decode(body["base64"])
