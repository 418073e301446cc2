"""What the rows of the client's table are made with: both clients, answers, and the list of rows.

A row is a function that says what it has measured, on a fake server. It raises `AssertionError`
where the client lacks the feature, and `NeedlessError` where the API has no use for it.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import isawaitable
from pathlib import Path
from typing import Any, Final

from fake_server import Fake, Reply, reply
from layers_client import AsyncLayers, Layers, LayersError
from layers_contract.spec.document import load

__all__ = [
    "ACCEPTED",
    "BROKEN",
    "CANARY",
    "CONTAINER",
    "DOCUMENT",
    "DONE",
    "GENERATED",
    "JOB",
    "KEY_HEADER",
    "KINDS",
    "OPERATIONS",
    "PROJECT",
    "READ",
    "ROOT",
    "ROWS",
    "SOON",
    "Kind",
    "NeedlessError",
    "Row",
    "Side",
    "elsewhere",
    "equal",
    "generate",
    "read",
    "refusal",
    "row",
    "side",
]

ROOT: Final = Path(__file__).resolve().parents[1]
GENERATED: Final = ROOT / "generated"
DOCUMENT: Final = load()
OPERATIONS: Final = [each.raw for each in DOCUMENT.operations.values()]
CANARY: Final = "lk_canary_5d01f7c2"
"""The key: wherever it is found but in its header, it has leaked."""
KEY_HEADER: Final = "Idempotency-Key"
SOON: Final = "0"
"""A `Retry-After` that leaves the pauses out."""

PROJECT: Final = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"
BRIEF: Final[Any] = {"hook": "Evenings are yours again"}
JOB: Final = {"jobId": "job_1", "kind": "content_generate", "status": "running"}
DONE: Final = {**JOB, "status": "completed", "containerId": "cnt_1"}
CONTAINER: Final = {
    "id": "cnt_1",
    "projectId": PROJECT,
    "status": "completed",
    "approvalStatus": "not_required",
    "format": "auto",
    "influencerId": None,
    "brief": BRIEF,
    "assets": [],
    "captions": [],
    "lastError": None,
    "createdAt": "2026-04-18T12:04:11Z",
    "updatedAt": "2026-04-18T12:07:33Z",
}
ACCEPTED: Final = reply(202, JOB)
READ: Final = reply(200, CONTAINER)
BROKEN: Final = reply(500, "<h1>Internal Server Error</h1>")

Kind = type[Layers] | type[AsyncLayers]
KINDS: Final[tuple[Kind, ...]] = (Layers, AsyncLayers)
Row = Callable[[Fake], str]
ROWS: Final[dict[str, Row]] = {}


class NeedlessError(Exception):
    """The API has nothing that this feature would be for."""


def row(name: str) -> Callable[[Row], Row]:
    """Put a measurement into the table."""

    def keep(function: Row) -> Row:
        ROWS[name] = function
        return function

    return keep


class Side:
    """A client of either kind; what it returns is awaited where that is needed."""

    def __init__(self, kind: Kind, fake: Fake, **settings: Any) -> None:
        self._runner = asyncio.Runner()
        self.layers: Any = kind(**{"api_key": CANARY, "base_url": fake.url, **settings})

    def call(self, what: Callable[[Any], Any]) -> Any:
        """What *what* does with the client."""
        return self.settle(lambda: what(self.layers))

    def settle(self, what: Callable[[], Any]) -> Any:
        """What comes of *what*, and of awaiting that."""

        async def main() -> Any:
            found = what()
            return await found if isawaitable(found) else found

        return self._runner.run(main())

    def listed(self, items: Any) -> list[Any]:
        """All that a list has."""

        async def main() -> list[Any]:
            return [each async for each in items]

        return self._runner.run(main()) if hasattr(items, "__aiter__") else list(items)

    def error(self, what: Callable[[Any], Any]) -> Any:
        """The error that *what* ends with."""
        try:
            self.call(what)
        except LayersError as error:
            return error
        raise AssertionError("nothing was raised")

    def close(self) -> None:
        """Close the connections."""
        self.settle(getattr(self.layers, "aclose", None) or self.layers.close)
        self._runner.close()


@contextmanager
def side(kind: Kind, fake: Fake, **settings: Any) -> Iterator[Side]:
    """A client that is closed in the end."""
    made = Side(kind, fake, **settings)
    try:
        yield made
    finally:
        made.close()


def generate(layers: Any, **more: Any) -> Any:
    """The call that costs money."""
    return layers.content.generate(PROJECT, brief=BRIEF, **more)


def read(layers: Any, **more: Any) -> Any:
    """A call that changes nothing."""
    return layers.content.get("cnt_1", **more)


def elsewhere(code: str, fake: Fake, key: str | None = CANARY) -> subprocess.CompletedProcess[str]:
    """*code*, run in another process with the server's address and the key to call it."""
    given = {**os.environ, "PYTHONPATH": str(GENERATED), "LAYERS_API_KEY": key}
    environment = {name: value for name, value in given.items() if value is not None}
    command = [sys.executable, "-c", code, fake.url]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def refusal(status: int, code: str, **headers: Any) -> Reply:
    """An error as the document has it."""
    error = {"code": code, "message": "No.", "requestId": "req_body", "details": {"at": "/brief"}}
    return reply(status, {"error": error}, **headers)


def equal(what: str, found: object, expected: object) -> None:
    """Say what is wrong, if it is.

    Raises:
        AssertionError: It is.
    """
    if found != expected:
        raise AssertionError(f"{what}: {found!r} instead of {expected!r}")
