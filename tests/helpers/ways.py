"""A sound mock, judged by way of whatever stands in front of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tests.helpers.histories import contract
from tests.helpers.hostile_server import Altered, Answer, Asked, Server, http

from layers_contract.judge.outcome import Outcome
from layers_contract.run import run
from layers_contract.target import parse

Served = tuple[str, dict[str, Any]]


Rule = Callable[[Asked], Answer | None]


SMALL: Final = {"requests": 130, "seconds": 30, "generations": 12}


GATE: Final = "CF-Access-Client-Secret"


SECRET: Final = "open-sesame-0123456789"


def sound(_: Asked) -> Answer | None:
    return None


def judged(mock: Served, url: str, **tables: Any) -> Outcome:
    """A small run at *url*, where the mock is; *tables* are added to the target file."""
    values = {**mock[1], "url": url, "budget": {**mock[1]["budget"], **SMALL}, **tables}
    only = ("policy.stored", "auth.list", "schema.status")
    return run(contract(), parse(values, "t"), profile="quick", only=only)


def is_judged(found: Outcome, server: Server) -> bool:
    """Whether a run held what it judged, with answers to stories and to Schemathesis."""
    actors = {each.actor.partition(":")[0] for each in found.history if each.succeeded}
    whole = {"greeting", "schemathesis"} <= actors and not any(
        each.failure for each in found.history
    )
    return found.verdict == "held" and whole and len(server.asked) >= len(found.history)


def gated(asked: Asked) -> Answer | None:
    """A gate that wants a header, and tells it to whoever asks the API."""
    if f"{GATE}: {SECRET}".encode() not in asked.head:
        return http(b"<h1>blocked</h1>", "Content-Type: text/html", status="403 Forbidden")
    added = f"HTTP/1.1 200 OK\r\nX-Echo: {SECRET}\r\n".encode()
    return Altered(lambda raw: raw.replace(b"HTTP/1.1 200 OK\r\n", added, 1))
