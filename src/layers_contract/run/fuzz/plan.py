"""What a fuzzing run is told and what it answers."""

from __future__ import annotations

import ssl
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from layers_contract.history.exchanges import Exchange, redact

__all__ = ["PHASES", "Outcome", "Plan", "Progress", "Skip", "Trouble", "one_line"]

PHASES: Final = ("examples", "coverage", "fuzzing", "stateful")
_LINE: Final = 400


def _never() -> bool:
    return False


def _it_stands(_: Exchange, __: Mapping[str, str]) -> bool:
    return False


def _as_it_is(_: str, body: Any) -> Any:
    return body


def _run_id() -> str:
    return uuid.uuid4().hex[:8]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send where.

    `headers` are the credentials; they go with every request except those from which Schemathesis
    takes them on purpose. `secret_headers` (lower case) are never stored. `ids` gives path
    parameters that exist on the server now, or None. `may_send` is asked before each request with
    its operationId and body; False leaves the request out. `stop` is asked there too; True ends
    the run. `timeout` (seconds) bounds the whole exchange, `max_body` (bytes, decoded) the answer.
    `secrets` are other keys that no exchange may hold. `mark` gets the operationId and the body of
    each valid request, as JSON, and gives what is sent in its place. `unrecorded` are headers that
    each request has beside those; `current` gives the credentials that go out in place of
    `headers`, which may be renewed. `refused` is told of each recorded exchange that was refused
    with the credentials, and of what they were; True sends the request again.
    `context` is what connections are made with, `proxy` what they go through.
    The callables are called from other threads than the one `run` was called in, one at a time.
    """

    url: str
    headers: Mapping[str, str]
    secret_headers: frozenset[str]
    operations: Sequence[str]
    ids: Callable[[str], Mapping[str, str] | None]
    may_send: Callable[[str, bytes], bool]
    examples: int
    phases: Sequence[str] = PHASES
    seed: int = 0
    timeout: float = 10.0
    max_body: int = 8 * 1024 * 1024
    stop: Callable[[], bool] = _never
    secrets: Collection[str] = ()
    mark: Callable[[str, Any], Any] = _as_it_is
    unrecorded: Mapping[str, str] = field(default_factory=dict)
    current: Callable[[], Mapping[str, str]] | None = None
    refused: Callable[[Exchange, Mapping[str, str]], bool] = _it_stands
    context: ssl.SSLContext | None = None
    proxy: str | None = None
    run_id: str = field(default_factory=_run_id)

    def redact(self, text: str) -> str:
        """*text* without the values of the secret headers, and without other secrets."""
        return self.redact_bytes(text.encode(errors="surrogatepass")).decode(errors="surrogatepass")

    def redact_bytes(self, raw: bytes) -> bytes:
        """As `redact`."""
        own = (v for n, v in self.headers.items() if n.lower() in self.secret_headers)
        return redact(raw, (*own, *self.secrets))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a phase is: operations finished, or scenarios in the stateful phase."""

    phase: str
    operation: str | None
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Skip:
    """An operation (None: all) that a phase left out, wholly or from some point on, and why."""

    phase: str
    operation: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error of Schemathesis' own. It says nothing about the server."""

    phase: str
    operation: str | None
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did.

    `requests` counts recorded exchanges by (phase, operationId), `denied` requests refused by
    `may_send` by operationId. `ended` says why the run ended early, if it did.
    """

    requests: Mapping[tuple[str, str], int]
    denied: Mapping[str, int]
    skips: tuple[Skip, ...]
    troubles: tuple[Trouble, ...]
    ended: str | None = None


def one_line(text: str) -> str:
    """*text* as one line of bearable length."""
    line = " ".join(text.split())
    return line if len(line) <= _LINE else line[: _LINE - 3] + "..."
