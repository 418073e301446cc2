"""What one call costs beside the same call of the HTTP library below, in turns. No sockets.

    bench/.venv/bin/python bench/client_overhead.py ROUNDS     JSON: microseconds by call and round

`bench/client.py` runs it. Each contender has a transport that answers at once with an answer of
its own API; the bare library gets the same answer, checks its status and parses it. Times are the
CPU's, of a few hundred calls in a row, with the garbage collector off.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Any, Final, NamedTuple, TypeVar

KEY: Final = "sk_0123456789abcdef0123456789abcdef"
PROJECT: Final = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"
BRIEF: Final = {"hook": "Evenings are yours again", "target_platforms": ["tiktok"]}
SENT: Final = {"brief": {"hook": "Evenings are yours again", "targetPlatforms": ["tiktok"]}}
CALLS: Final = 200
"""In a row, for one time."""

JOB: Final = {
    "jobId": "job_01HX9Y6K7EJ4T2ABCDEF",
    "kind": "content_generate",
    "status": "running",
    "stage": "queued",
    "progress": 0.4,
    "projectId": PROJECT,
    "containerId": "cnt_01HX9Y6K7EJ4T2ABCDEF",
    "locationUrl": "/v1/jobs/job_01HX9Y6K7EJ4T2ABCDEF",
    "startedAt": "2026-04-18T12:04:11.000Z",
}
CUSTOMER: Final = {
    "id": "cus_NffrFeUfNV2Hib",
    "object": "customer",
    "created": 1680893993,
    "email": "jenny@example.com",
    "livemode": False,
    "metadata": {},
    "name": "Jenny Rosen",
}
OPENAI_MODEL: Final = {"id": "m", "object": "model", "created": 1686935002, "owned_by": "openai"}
ANTHROPIC_MODEL: Final = {
    "type": "model",
    "id": "m",
    "display_name": "M",
    "created_at": "2025-02-19T00:00:00Z",
}

Figure = TypeVar("Figure")
Loop = Callable[[int], None]
"""Makes so many calls."""


class Contender(NamedTuple):
    """A call, and the same call without the package that is measured."""

    call: Loop
    bare: Loop


def again(call: Callable[[], object]) -> Loop:
    """A call as a loop."""

    def loop(times: int) -> None:
        for _ in range(times):
            call()

    return loop


def awaited(call: Callable[[], Awaitable[object]]) -> Loop:
    """The same for a call that is awaited; the event loop is made once."""
    runner = import_module("asyncio").Runner()

    def loop(times: int) -> None:
        async def many() -> None:
            for _ in range(times):
                await call()

        runner.run(many())

    return loop


def transport(library: Any, answer: object, status: int = 200) -> Any:
    """A transport that answers each request with the same JSON."""
    body, headers = json.dumps(answer).encode(), {"content-type": "application/json"}
    return library.MockTransport(
        lambda _: library.Response(status, content=body, headers=headers),
    )


def bare_client(library: Any, answer: object, status: int = 200) -> Any:
    """The HTTP library alone, with the credential among its headers."""
    return library.Client(transport=transport(library, answer, status), headers={"x-api-key": KEY})


def bare_get(library: Any, answer: object) -> Loop:
    """GET and parse, with the HTTP library alone."""
    http = bare_client(library, answer)
    return again(
        lambda: http.get("https://api.example.com/v1/jobs/job_1").raise_for_status().json(),
    )


def layers_get() -> Contender:
    """`layers.jobs.get`, on httpx."""
    httpx, client = import_module("httpx"), import_module("layers_client")
    http = httpx.Client(transport=transport(httpx, JOB))
    layers = client.Layers(api_key=KEY, http_client=http)
    return Contender(again(lambda: layers.jobs.get("job_1")), bare_get(httpx, JOB))


def layers_get_async() -> Contender:
    """The same with `AsyncLayers`."""
    httpx, client = import_module("httpx"), import_module("layers_client")
    http = httpx.AsyncClient(transport=transport(httpx, JOB))
    layers = client.AsyncLayers(api_key=KEY, http_client=http)
    bare = httpx.AsyncClient(transport=transport(httpx, JOB), headers={"x-api-key": KEY})

    async def get() -> object:
        answer = await bare.get("https://api.example.com/v1/jobs/job_1")
        return answer.raise_for_status().json()

    return Contender(awaited(lambda: layers.jobs.get("job_1")), awaited(get))


def layers_generate() -> Contender:
    """`layers.content.generate`, which sends a body and an idempotency key."""
    httpx, client = import_module("httpx"), import_module("layers_client")
    uuid4 = import_module("uuid").uuid4
    http = httpx.Client(transport=transport(httpx, JOB, 202))
    layers = client.Layers(api_key=KEY, http_client=http)
    bare = bare_client(httpx, JOB, 202)
    url = f"https://api.example.com/v1/projects/{PROJECT}/content"

    def post() -> object:
        key = {"idempotency-key": str(uuid4())}
        return bare.post(url, json=SENT, headers=key).raise_for_status().json()

    call = again(lambda: layers.content.generate(PROJECT, brief=BRIEF))
    return Contender(call, again(post))


def retrieve(package: str, name: str, answer: object) -> Contender:
    """`OpenAI().models.retrieve`, or that of `Anthropic()`, on httpx2."""
    httpx2, make = import_module("httpx2"), getattr(import_module(package), name)
    http = httpx2.Client(transport=transport(httpx2, answer))
    client = make(api_key=KEY, http_client=http)
    return Contender(again(lambda: client.models.retrieve("m")), bare_get(httpx2, answer))


def stripe_get() -> Contender:
    """`StripeClient().v1.customers.retrieve`, on httpx, which it makes itself."""
    httpx, package = import_module("httpx"), import_module("stripe")
    http = package.HTTPXClient(allow_sync_methods=True, verify_ssl_certs=False)
    http._client = httpx.Client(transport=transport(httpx, CUSTOMER))  # noqa: SLF001 - no other way
    client = package.StripeClient(KEY, http_client=http)
    return Contender(again(lambda: client.v1.customers.retrieve("c")), bare_get(httpx, CUSTOMER))


CONTENDERS: Final[dict[str, Callable[[], Contender]]] = {
    "Layers, GET": layers_get,
    "AsyncLayers, GET": layers_get_async,
    "Layers, POST": layers_generate,
    "openai, GET": partial(retrieve, "openai", "OpenAI", OPENAI_MODEL),
    "anthropic, GET": partial(retrieve, "anthropic", "Anthropic", ANTHROPIC_MODEL),
    "stripe, GET": stripe_get,
}


def first_call(name: str) -> None:
    """Make a contender's call once."""
    CONTENDERS[name]().call(1)


def first_bare_call() -> None:
    """Make httpx's call once."""
    bare_get(import_module("httpx"), JOB)(1)


def microseconds(loop: Loop) -> float:
    """The CPU time of one call."""
    begun = time.process_time()
    loop(CALLS)
    return (time.process_time() - begun) / CALLS * 1e6


def both(contender: Contender) -> tuple[float, float]:
    """The CPU time of one call, and of one without the package."""
    return microseconds(contender.call), microseconds(contender.bare)


def in_turns(measures: Mapping[str, Callable[[], Figure]], rounds: int) -> dict[str, list[Figure]]:
    """What each measure gives in each round, once all are warm, with the garbage collector off."""
    for measure in measures.values():
        measure()
    found: dict[str, list[Figure]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            gc.collect()
            gc.disable()
            found[name].append(measure())
            gc.enable()
    return found


def main() -> None:
    """Visit every contender in every round."""
    contenders = {name: partial(both, make()) for name, make in CONTENDERS.items()}
    json.dump(in_turns(contenders, int(sys.argv[1])), sys.stdout)


if __name__ == "__main__":
    main()
