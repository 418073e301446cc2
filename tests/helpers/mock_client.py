"""The mock in simulated time, spoken to over HTTP; every answer is held against the document."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any, Final

import httpx
import trio
import trio.testing

from layers_contract.mock import OTHER, OWN, MockOptions, TrioClock, World, app
from layers_contract.mock.words import Words
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document, load

RENDER: Final = 20.0
BRIEF: Final[dict[str, Any]] = {"hook": "Evenings are yours again", "targetPlatforms": ["tiktok"]}


@lru_cache(maxsize=1)
def document() -> Document:
    return load()


class Api:
    """Calls operations by their ids and checks each answer against the document."""

    def __init__(self, client: httpx.AsyncClient, contract: Contract, *, check: bool) -> None:
        self.client = client
        self.contract = contract
        self.world = World.of(contract.document)
        self._check = check

    async def call(
        self,
        operation: str,
        body: Any = None,
        *,
        key: Any = None,
        credential: Any = OWN.key,
        query: Any = None,
        headers: Any = None,
        **ids: Any,
    ) -> httpx.Response:
        found = self.contract.operations[operation]
        sent: dict[str, str] = dict(headers or {})
        if credential is not None:
            scheme = self.contract.document.key_scheme
            sent[scheme.header] = scheme.value(credential)
        if key is not None:
            sent[self.contract.idempotency.header] = key
        answer = await self.client.request(
            found.method, found.url(**ids), json=body, headers=sent, params=query
        )
        if self._check:
            self.hold_against_document(operation, answer)
        return answer

    def hold_against_document(self, operation: str, answer: httpx.Response) -> None:
        response = self.contract.operations[operation].response(answer.status_code)
        assert response, f"{operation}: {answer.status_code} is not documented"
        if response.schema:
            problems = self.contract.document.problems(response.base, answer.json())
            assert not problems, f"{operation}: {problems}"
            assert answer.headers["content-type"].partition(";")[0] == "application/json"
        if answer.status_code >= 400:
            assert answer.json()["error"]["requestId"] == answer.headers["x-request-id"]

    async def generate(self, body: Any = None, **more: Any) -> dict[str, Any]:
        ids = {"projectId": more.pop("project", self.world.open)}
        answer = await self.call("generateContent", body or {"brief": BRIEF}, **ids, **more)
        assert answer.status_code == 202, answer.text
        return dict(answer.json())

    async def container(self, container_id: str) -> dict[str, Any]:
        return dict((await self.call("getContent", containerId=container_id)).json())

    async def job(self, job_id: str) -> dict[str, Any]:
        return dict((await self.call("getJob", jobId=job_id)).json())

    async def completed(self, body: Any = None, **more: Any) -> dict[str, Any]:
        started = await self.generate(body, **more)
        await trio.sleep(RENDER)
        return started

    async def items(self, project: str | None = None, **query: Any) -> list[dict[str, Any]]:
        found = await self.call("listContent", query=query, projectId=project or self.world.open)
        return list(found.json()["items"])


Story = Callable[[Api], Awaitable[None]]


def simulate(
    story: Story, raw: dict[str, Any] | None = None, *, check: bool = True, **options: Any
) -> None:
    """Tell *story* to a mock in simulated time; with another document where *raw* is one."""
    contract = Contract(Document(raw) if raw else document())
    chosen = MockOptions(**{"render": RENDER, "seed": 1, **options})
    application = app(chosen, TrioClock(), Words(contract))

    async def main() -> None:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://mock.test") as client:
            await story(Api(client, contract, check=check))

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


__all__ = ["BRIEF", "OTHER", "RENDER", "Api", "document", "simulate"]
