"""What a mock can be asked for, and the world that it starts with."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from math import isfinite
from typing import Final

from layers_contract.mock.errors import MockError
from layers_contract.mock.model import Credential
from layers_contract.spec.document import Document
from layers_contract.spec.files import SHIPPED, DocumentFiles

__all__ = ["DISPOSABLE", "FAILING_HOOK", "LIMITED", "OTHER", "OWN", "MockOptions", "World"]

OWN: Final = Credential("lk_mock_own", "api_key_own", "org_own")
OTHER: Final = Credential("lk_mock_other", "api_key_other", "org_other")
LIMITED: Final = Credential("lk_mock_limited", "api_key_limited", "org_own", frozenset())
FAILING_HOOK: Final = "[fail]"
"""A hook that contains this makes its render fail."""
DISPOSABLE: Final = 24
"""How many projects may be archived."""

LONGEST: Final = 1e6
"""The most seconds that anything may be told to take."""

_NAMESPACE: Final = uuid.UUID("6c617965-7273-4000-8000-6d6f636b0000")


@dataclass(frozen=True, slots=True)
class MockOptions:
    """How a mock behaves. Durations in seconds; `rate_limit` is a tier's name or a number.

    `window` is how long a key is remembered, if not for as long as the document says; `files` are
    the document.
    """

    host: str = "127.0.0.1"
    port: int = 0
    render: float = 1.0
    queue_share: float = 0.25
    jitter: float = 0.0
    db: str = ":memory:"
    faults: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    latency: float = 0.0
    wait_in_flight: bool = False
    cancel_delay: float = 0.0
    window: float | None = None
    rate_limit: str | None = None
    body_timeout: float = 10.0
    seed: int | None = None
    files: DocumentFiles = SHIPPED

    def __post_init__(self) -> None:
        for name in ("render", "latency", "cancel_delay", "body_timeout"):
            value = getattr(self, name)
            if not (isfinite(value) and 0 <= value <= LONGEST):
                raise MockError(f"{name}: {value} is not between 0 and {LONGEST:.0f} seconds")
        for name in ("jitter", "queue_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise MockError(f"{name}: {getattr(self, name)} is not between 0 and 1")


@dataclass(frozen=True, slots=True)
class World:
    """The projects that exist from the start."""

    open: str
    gated: str
    disposable: tuple[str, ...]
    foreign: str
    foreign_disposable: str

    @classmethod
    def of(cls, document: Document) -> World:
        """The same projects every time; the open one has the id of the document's example."""
        return cls(
            open=str(document.schema("ProjectId")["examples"][0]),
            gated=_project("gated"),
            disposable=tuple(_project(f"disposable-{number}") for number in range(DISPOSABLE)),
            foreign=_project("foreign"),
            foreign_disposable=_project("foreign-disposable"),
        )


def _project(name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, name))
