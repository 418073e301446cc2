"""What goes through the proxy, as exchanges: one JSON line each, written before it is answered.

No credential is written. Each distinct one has a label: a name that was given to it (`own`,
`other`), else the beginning of its SHA-256, as in all recordings. Bodies are decoded, and left out
where they are longer than the cap: what was not recorded is not empty.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

from layers_contract.history.decoding import DecodingError, decoded
from layers_contract.history.exchanges import Exchange, redact, to_record
from layers_contract.proxy import headers
from layers_contract.recordings import Names, identity
from layers_contract.spec.contract import Contract

__all__ = ["Lines", "Recorder", "Taken"]

KEYS: Final = 32
"""How many credentials are looked for in what is written."""
IN_FLIGHT: Final = 128 * 1024 * 1024
"""Bytes of bodies under way that are held for the record; beyond, bodies are not recorded."""
CLIENTS: Final = 10_000


def _say(line: str) -> None:
    sys.stderr.write(f"layers-contract proxy: {line}\n")
    sys.stderr.flush()


class Lines:
    """A file of whole lines, which nobody else may read. What cannot be written is counted."""

    def __init__(
        self, path: Path, *, append: bool = False, say: Callable[[str], None] = _say
    ) -> None:
        flags = os.O_WRONLY | os.O_CREAT | (0 if append else os.O_EXCL)
        self.path, self.lost, self._say = path, 0, say
        self._file = os.open(path, flags, 0o600)
        if append:
            os.fchmod(self._file, 0o600)
        self.end = _whole(path) if append else 0
        os.ftruncate(self._file, self.end)

    def write(self, line: bytes) -> bool:
        """Add a line, or say once that nothing can be written; what is cut is taken back."""
        try:
            os.lseek(self._file, self.end, os.SEEK_SET)
            done = 0
            while done < len(line):
                done += os.write(self._file, line[done:])
        except OSError as error:
            if not self.lost:
                self._say(f"{self.path}: {error.strerror}: NOT RECORDED from now on; still serving")
            self.lost += 1
            with suppress(OSError):
                os.ftruncate(self._file, self.end)
            return False
        self.end += len(line)
        return True

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def _whole(path: Path) -> int:
    """How many bytes of a file are whole lines."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        while size:
            start = max(size - 65_536, 0)
            file.seek(start)
            place = file.read(size - start).rfind(b"\n")
            if place >= 0:
                return start + place + 1
            size = start
    return 0


@dataclass(slots=True, eq=False)
class Taken:
    """An exchange under way, as far as it has come."""

    scope: Mapping[str, Any]
    sent: float
    path: str
    operation: str | None
    params: Mapping[str, str]
    credential: str
    request: bytearray = field(default_factory=bytearray)
    response: bytearray = field(default_factory=bytearray)
    request_size: int = 0
    response_size: int = 0
    status: int | None = None
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    uploaded: bool = False
    helper: asyncio.Task[None] | None = None


class Recorder:
    """Takes down what goes through, up to *cap* bytes of each body, and counts it."""

    def __init__(
        self, contract: Contract, lines: Lines, *, cap: int, names: Names | None = None
    ) -> None:
        self.contract, self.lines, self.cap = contract, lines, cap
        self.written = self.bytes = self.bodies = self.unrecorded = 0
        self.operations: Counter[str] = Counter()
        self.open: dict[int, Taken] = {}
        self._names = dict(names or {})
        self._secret = contract.document.security_header.lower()
        self._scheme = contract.document.key_scheme
        self._keys: OrderedDict[str, None] = OrderedDict()
        self._clients: OrderedDict[str, str] = OrderedDict()
        self._held = self._seen = 0
        self._epoch = time.time() - time.perf_counter()

    # An exchange under way.

    def begin(self, scope: Mapping[str, Any]) -> Taken:
        """A request has come."""
        credential = self._label(scope["headers"])
        raw = self._cleaned(scope["raw_path"]).decode("latin-1")
        operation, params, path = self._match(scope["method"], raw)
        taken = Taken(scope, self._now(), path, operation, params, credential)
        self.open[id(taken)] = taken
        return taken

    def sends(self, taken: Taken, data: bytes) -> None:
        """A part of its body."""
        taken.request_size += len(data)
        self._hold(taken.request, data, taken.request_size)

    def answers(self, taken: Taken, status: int, lines: list[tuple[bytes, bytes]]) -> None:
        """The head of the answer."""
        taken.status, taken.headers = status, lines

    def receives(self, taken: Taken, data: bytes) -> None:
        """A part of the answer's body."""
        taken.response_size += len(data)
        self._hold(taken.response, data, taken.response_size)

    def _hold(self, body: bytearray, data: bytes, size: int) -> None:
        if size > self.cap or self._held + len(data) > IN_FLIGHT:
            self._held -= len(body)
            body.clear()
        elif len(body) + len(data) == size:
            self._held += len(data)
            body += data

    def end(self, taken: Taken, failure: str | None = None) -> None:
        """It is over; *failure* says why there is no answer, if so."""
        if self.open.pop(id(taken), None) is None:
            return
        self._held -= len(taken.request) + len(taken.response)
        exchange = self.exchange(taken, failure)
        line = json.dumps(to_record(exchange)).encode() + b"\n"
        if self.lines.write(line):
            self.written += 1
        self.bytes += taken.request_size + taken.response_size
        if exchange.operation:
            self.operations[exchange.operation] += 1

    # What is written of it.

    def exchange(self, taken: Taken, failure: str | None = None) -> Exchange:
        """What was sent and what came back, without any credential."""
        scope = taken.scope
        bodies = self._bodies(taken)
        why = failure or next((each for each in bodies if isinstance(each, str)), None)
        request, response = (b"" if isinstance(each, str) else each for each in bodies)
        if why is not None:
            self.unrecorded += 1
        whole = why is None and taken.status is not None
        return Exchange(
            method=scope["method"],
            path=taken.path,
            sent=taken.sent,
            received=self._now() if whole else None,
            status=taken.status if whole else None,
            query=tuple(self._query(taken.operation, scope["query_string"])),
            request_headers=self._headers(scope["headers"]),
            request_body=self._cleaned(request),
            headers=self._headers(taken.headers) if whole else {},
            body=self._cleaned(response) if whole else b"",
            operation=taken.operation,
            path_params=taken.params,
            credential=taken.credential,
            actor=self._client(scope),
            failure=why,
        )

    def pending(self) -> list[Exchange]:
        """What has been asked and not answered yet; may be called from another thread."""
        return [
            Exchange(
                method=taken.scope["method"],
                path=taken.path,
                sent=taken.sent,
                request_body=bytes(taken.request),
                operation=taken.operation,
                path_params=taken.params,
                credential=taken.credential,
                failure="not answered yet",
            )
            for taken in list(self.open.values())
        ]

    def _now(self) -> float:
        return self._epoch + time.perf_counter()

    def _bodies(self, taken: Taken) -> list[bytes | str]:
        """Both bodies as they were meant; in place of one that was not recorded, why."""
        asked, answered = _said(taken.scope["headers"]), _said(taken.headers)
        return [
            self._decoded("body of the request", taken.request, taken.request_size, asked),
            self._decoded("body of the answer", taken.response, taken.response_size, answered),
        ]

    def _decoded(self, what: str, body: bytearray, size: int, encoding: str) -> bytes | str:
        if len(body) < size:
            self.bodies += 1
            return f"the {what} of {size:,} bytes was not recorded"
        try:
            return decoded(bytes(body), encoding, self.cap)
        except DecodingError:
            self.bodies += 1
            return f"the {what} was not recorded: its encoding cannot be undone within the cap"

    def _match(self, method: str, path: str) -> tuple[str | None, Mapping[str, str], str]:
        """The operation that is called, at this path or below a prefix of it."""
        for at in (place for place, letter in enumerate(path) if letter == "/"):
            if found := self.contract.document.match(method, path[at:]):
                return found[0].id, found[1], path[at:]
        return None, {}, path

    def _label(self, lines: list[tuple[bytes, bytes]]) -> str:
        """What the sender is called; its key is looked for in what is written from now on."""
        said = {name.decode("latin-1"): value.decode("latin-1") for name, value in lines}
        label, key = identity(said, self._scheme)
        if key is not None:
            self._keys[key] = None
            self._keys.move_to_end(key)
            while len(self._keys) > KEYS:
                self._keys.popitem(last=False)
        named = (name for start, name in self._names.items() if label.startswith(f"key-{start}"))
        return next(named, label)

    def _client(self, scope: Mapping[str, Any]) -> str:
        host = str((scope.get("client") or ("",))[0])
        if host not in self._clients:
            self._seen += 1
            self._clients[host] = f"client-{self._seen}"
            while len(self._clients) > CLIENTS:
                self._clients.popitem(last=False)
        return self._clients[host]

    def _query(self, operation: str | None, raw: bytes) -> list[tuple[str, str]]:
        """The query; of parameters that no document names, nothing that may be a secret."""
        called = self.contract.operations.get(operation or "")
        return [
            (name, value if called and called.parameter(name) else _masked(name, value))
            for name, value in parse_qsl(
                self._cleaned(raw).decode("latin-1"), keep_blank_values=True
            )
        ]

    def _headers(self, lines: list[tuple[bytes, bytes]]) -> dict[str, str]:
        found = headers.kept(lines, self._secret)
        return {
            name: self._cleaned(value.encode("latin-1")).decode("latin-1")
            for name, value in found.items()
        }

    def _cleaned(self, raw: bytes) -> bytes:
        """*raw* without any credential that was seen lately."""
        return redact(raw, [key for key in self._keys if key.isascii()])


def _said(lines: list[tuple[bytes, bytes]]) -> str:
    values = (value for name, value in lines if name.lower() == b"content-encoding")
    return b", ".join(values).decode("latin-1")


def _masked(name: str, value: str) -> str:
    return "***" if headers.is_secret(name) else value
