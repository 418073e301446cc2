"""What the mock keeps and what it hands around: rows, a request read so far, an answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from layers_contract.spec.document import Operation

__all__ = ["ABSENT", "Answer", "Call", "Container", "Credential", "Project", "Record", "Render"]

Json = Any
ABSENT: Final = object()
"""The body of a request that has none."""


@dataclass(frozen=True, slots=True)
class Credential:
    """An API key, by the name that decisions are signed with, and whose it is.

    `scopes` is None for a key that has all of them.
    """

    key: str
    name: str
    org: str
    scopes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """A project with its approval policy."""

    id: str
    org: str
    policy: Mapping[str, Json]
    policy_updated: float
    archived: float | None


@dataclass(frozen=True, slots=True)
class Container:
    """A content container. `job` names its newest render; `touched` is when it last was edited."""

    id: str
    project: str
    org: str
    created: float
    touched: float
    format: str
    brief: dict[str, Json]
    review: str
    job: str


@dataclass(frozen=True, slots=True)
class Render:
    """One run of the machine: when it started, how long it takes, how it ends. Seconds."""

    job: str
    container: str
    project: str
    org: str
    kind: str
    number: int
    started: float
    queue: float
    run: float
    outcome: str
    canceled: float | None

    @property
    def due(self) -> float:
        """When it ends by itself."""
        return self.started + self.queue + self.run


@dataclass(frozen=True, slots=True)
class Record:
    """What an idempotency key stands for."""

    fingerprint: str
    status: int
    body: Json
    created: float


@dataclass(slots=True)
class Answer:
    """An answer before it is encoded; `body` is a JSON value, or bytes that go out as they are."""

    status: int
    body: Json = None
    headers: dict[str, str] = field(default_factory=dict)
    media: str = "application/json"


@dataclass(slots=True)
class Call:
    """A request of a documented operation, as far as it has been read.

    Once it is read, `hung_up` tells whether the caller has gone.
    """

    operation: Operation
    ids: dict[str, str]
    path: str
    query: str
    headers: Mapping[str, str]
    base: str
    request_id: str
    read: Callable[[], Awaitable[bytes]]
    hung_up: Callable[[], Awaitable[bool]]
    params: dict[str, Json] = field(default_factory=dict)
    body: Json = ABSENT
    raw: bytes = b""
    credential: Credential = Credential("", "", "")

    def field(self, name: str, default: Json = None) -> Json:
        """A member of the request's body."""
        return default if self.body is ABSENT else self.body.get(name, default)
