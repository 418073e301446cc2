"""Both clients in front of a server that follows a script, in time that a test moves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from inspect import isawaitable
from typing import Any, Final

import httpx

from layers_client import AsyncLayers, Layers

KEY: Final = "lk_canary_7c2f1a3e"
URL: Final = "https://api.test"
PROJECT: Final = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"
BRIEF: Final = {"hook": "Evenings are yours again"}

JOB: Final[dict[str, Any]] = {
    "jobId": "job_1",
    "kind": "content_generate",
    "status": "running",
    "stage": "queued",
    "projectId": PROJECT,
    "containerId": "cnt_1",
    "locationUrl": "/v1/jobs/job_1",
    "startedAt": "2026-04-18T12:04:11.000Z",
}
DONE: Final = {"jobId": "job_1", "kind": "content_generate", "status": "completed"}
CONTAINER: Final[dict[str, Any]] = {
    "id": "cnt_1",
    "projectId": PROJECT,
    "status": "completed",
    "approvalStatus": "not_required",
    "format": "video_remix",
    "influencerId": None,
    "brief": {"hook": "Evenings are yours again", "targetPlatforms": ["tiktok"]},
    "assets": [{"id": "med_1", "kind": "video", "url": "u", "width": 2, "height": 3}],
    "captions": [{"platform": "tiktok", "text": "t"}],
    "lastError": None,
    "createdAt": "2026-04-18T12:04:11Z",
    "updatedAt": "2026-04-18T12:07:33Z",
}

Step = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


def answer(status: int, body: Any = None, **headers: str) -> httpx.Response:
    """An answer in JSON; underscores of header names are hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json=body, headers=named)


def refusal(status: int, code: str, **headers: str) -> httpx.Response:
    """An error answer as the document has it."""
    error = {"code": code, "message": "No.", "requestId": "req_1", "details": {"at": "/brief"}}
    return answer(status, {"error": error}, **headers)


TROUBLES: Final[dict[str, Step]] = {
    "status": refusal(404, "NOT_FOUND"),
    "connection": httpx.ConnectError("refused"),
    "fields": answer(200, {"id": 1}),
    "no json": httpx.Response(200, content=b"<html>"),
}
"""What a call that reads something can meet, each ending in another error."""


class Server:
    """Answers with one step of its script after another, and the last one for ever."""

    def __init__(self, *script: Step) -> None:
        self.script = list(script)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, Exception):
            raise step
        if isinstance(step, httpx.Response):
            # A response is read once; the same step may be sent again.
            return httpx.Response(step.status_code, headers=step.headers, content=step.content)
        return step(request)

    def sent(self, header: str) -> list[str | None]:
        return [request.headers.get(header) for request in self.requests]


class Time:
    """A clock that a test reads and moves; sleeping takes no time but its own."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.passed

    def chance(self) -> float:
        return 1.0

    def _sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.passed += seconds


class SyncTime(Time):
    def sleep(self, seconds: float) -> None:
        self._sleep(seconds)


class AsyncTime(Time):
    async def sleep(self, seconds: float) -> None:
        self._sleep(seconds)


class Side:
    """One of the two clients; what it is told to do is awaited where that is needed."""

    def __init__(self, kind: str, *script: Step, **settings: Any) -> None:
        self.server = Server(*script)
        transport = httpx.MockTransport(self.server)
        settings = {"api_key": KEY, "base_url": URL, **settings}
        self.layers: Any
        self.time: Any
        if kind == "sync":
            self.time = SyncTime()
            self.layers = Layers(http_client=httpx.Client(transport=transport), **settings)
        else:
            self.time = AsyncTime()
            http = httpx.AsyncClient(transport=transport)
            self.layers = AsyncLayers(http_client=http, **settings)
        self.layers._transport.clock = self.time
        self._runner = asyncio.Runner()

    def call(self, what: Callable[[Any], Any]) -> Any:
        return self.settle(lambda: what(self.layers))

    def settle(self, what: Callable[[], Any]) -> Any:
        async def main() -> Any:
            found = what()
            return await found if isawaitable(found) else found

        return self._runner.run(main()) if isinstance(self.layers, AsyncLayers) else what()

    def listed(self, what: Any) -> list[Any]:
        """All that an iterator yields, whichever kind it is."""

        async def main() -> list[Any]:
            return [each async for each in what]

        return self._runner.run(main()) if hasattr(what, "__aiter__") else list(what)

    def close(self) -> None:
        self._runner.close()


def generate(layers: Any, **more: Any) -> Any:
    return layers.content.generate(PROJECT, brief=BRIEF, **more)


def read(layers: Any, **more: Any) -> Any:
    return layers.content.get("cnt_1", **more)


Sides = Callable[..., Side]


def sides(kind: str) -> Iterator[Sides]:
    """A maker of clients of one kind, which closes them at the end."""
    made: list[Side] = []

    def make(*script: Step, **settings: Any) -> Side:
        made.append(Side(kind, *script, **settings))
        return made[-1]

    yield make
    for each in made:
        each.close()
