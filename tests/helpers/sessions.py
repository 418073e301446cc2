"""Sessions with a server that is a function, in time that nobody waits for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from typing import Any

import httpx
import trio
from tests.helpers.histories import EPOCH, OPEN, contract
from trio.testing import MockClock

from layers_contract.history.exchanges import Exchange, History
from layers_contract.run.budget import Purse
from layers_contract.run.driver import Session
from layers_contract.run.network import Network
from layers_contract.target import Budget, Target

Handler = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]


ACCEPTED = {"jobId": "job_1", "containerId": "cnt_1"}


OWN, OTHER = "own-secret", "other-secret"


class Once(httpx.AsyncByteStream):
    """A body of one chunk, as it is on the wire."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.raw


def session(handler: Handler | None, url: str = "http://mock", **budget: Any) -> Session:
    """A session with a server made of a function; without one, with the network."""
    target = Target(url, api_key=OWN, other_api_key=OTHER, budget=Budget(**budget))
    purse = Purse(target.budget, trio.current_time)
    purse.begin()
    transport = Network(httpx.MockTransport(streaming(handler)) if handler else None)
    return Session(
        contract=contract(),
        target=target,
        history=History(),
        purse=purse,
        transport=transport,
        clock=lambda: trio.current_time() + EPOCH,
        timeout=5.0,
    )


def streaming(handler: Handler) -> Callable[[httpx.Request], Coroutine[None, None, httpx.Response]]:
    """*handler*, with bodies that are still to be read, as from a real server."""

    async def answer(request: httpx.Request) -> httpx.Response:
        found = handler(request)
        whole = found if isinstance(found, httpx.Response) else await found
        if not whole.is_stream_consumed:
            return whole
        return httpx.Response(whole.status_code, headers=whole.headers, stream=Once(whole.content))

    return answer


def talk(
    handler: Handler | None,
    *calls: Mapping[str, Any],
    operation: str = "getApprovalPolicy",
    ids: Mapping[str, str] | None = None,
    **more: Any,
) -> list[Exchange]:
    """What is in the history after these calls, in time that nobody waits for."""

    async def play() -> list[Exchange]:
        speaker = session(handler, **more)
        async with speaker.transport:
            for call in calls or ({},):
                named = ids or {"projectId": OPEN}
                await speaker.call(operation, named, actor="tester", **call)
        return list(speaker.history)

    return trio.run(play, clock=MockClock(autojump_threshold=0))


def answering(*responses: httpx.Response) -> Handler:
    """A server that gives these answers in turn."""
    turn = iter(responses)
    return lambda _: next(turn)
