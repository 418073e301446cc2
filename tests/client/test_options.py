"""Settings of a client and of one call; connections; calls of one's own."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import Any

import httpx
import pytest
import trio
from tests.client.sides import (
    CONTAINER,
    DONE,
    JOB,
    KEY,
    Server,
    Sides,
    answer,
    generate,
    read,
    refusal,
)

import layers_client
from layers_client import AsyncLayers, ConfigurationError, Layers, NotFoundError, ServerError
from layers_client._runtime.clock import AsyncClock, Clock

OK = answer(200, CONTAINER)
KINDS = pytest.mark.parametrize("kind", [Layers, AsyncLayers])


@KINDS
def test_the_key_is_read_from_the_environment(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """LAYERS_API_KEY; white space around it is no part of it."""
    monkeypatch.setenv("LAYERS_API_KEY", f" {KEY}\n")
    assert kind()._transport.settings.key.reveal() == KEY


@KINDS
def test_without_a_key_there_is_no_client(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to set."""
    monkeypatch.delenv("LAYERS_API_KEY", raising=False)
    with pytest.raises(ConfigurationError, match="set LAYERS_API_KEY, or pass api_key="):
        kind()


@KINDS
def test_a_key_that_is_given_wins(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also an empty one: it is a mistake, and not made good from the environment."""
    monkeypatch.setenv("LAYERS_API_KEY", "another")
    assert kind(api_key=KEY)._transport.settings.key.reveal() == KEY
    with pytest.raises(ConfigurationError):
        kind(api_key="")


@KINDS
def test_calls_go_to_the_document_s_server(kind: Any) -> None:
    """Unless `base_url` names another; a slash at its end is no part of it."""
    assert repr(kind(api_key=KEY)) == f"{kind.__name__}(base_url='https://api.layers.com')"
    other = kind(api_key=KEY, base_url="http://localhost:8017/api/")
    assert "'http://localhost:8017/api'" in repr(other)


@KINDS
def test_fewer_than_no_retries_is_a_mistake(kind: Any) -> None:
    """It is told when it is made."""
    with pytest.raises(ConfigurationError, match="max_retries"):
        kind(api_key=KEY, max_retries=-1)
    with pytest.raises(ConfigurationError, match="max_retries"):
        kind(api_key=KEY).with_options(max_retries=-1)


def test_there_is_a_timeout_unless_told_otherwise(side: Sides) -> None:
    """30 s for each step, 5 to connect; None for no limit, for a client or for one call."""
    client = side(OK)
    client.call(read)
    client.call(lambda layers: read(layers, timeout=None))
    client.call(lambda layers: read(layers.with_options(timeout=7)))
    client.call(lambda layers: read(layers, timeout=httpx.Timeout(3, connect=1)))
    found = [request.extensions["timeout"] for request in client.server.requests]
    assert found[0] == {"connect": 5, "read": 30, "write": 30, "pool": None}
    assert [each["read"] for each in found[1:]] == [None, 7, 3]
    assert found[3]["connect"] == 1


def test_a_custom_client_s_own_timeout_is_not_used_by_accident(side: Sides) -> None:
    """Httpx's default of five seconds would cut short what takes longer."""
    client = side(OK, timeout=60)
    client.call(read)
    assert client.server.requests[0].extensions["timeout"]["read"] == 60


def test_with_options_changes_nothing_but_the_copy(side: Sides) -> None:
    """The original keeps its settings; both share their connections."""
    client = side(OK, headers={"X-Team": "growth"})
    before = client.layers._transport.settings
    derived = client.layers.with_options(timeout=1, max_retries=9, headers={"x-team": "core"})
    assert client.layers._transport.settings == before
    assert derived._transport.connections is client.layers._transport.connections
    client.settle(lambda: read(derived))
    client.call(read)
    assert client.server.sent("x-team") == ["core", "growth"]


def test_resources_of_a_copy_use_its_settings(side: Sides) -> None:
    """Also those that the original has used already."""
    client = side(answer(500))
    with pytest.raises(ServerError):
        client.call(lambda layers: read(layers, max_retries=0))
    with pytest.raises(ServerError):
        client.call(lambda layers: read(layers.with_options(max_retries=1)))
    assert len(client.server.requests) == 3


def test_the_retry_budget_is_a_setting(side: Sides) -> None:
    """No attempt begins once it would be used up."""
    client = side(answer(503, retry_after="9"), max_retry_time=10)
    with pytest.raises(ServerError):
        client.call(read)
    assert client.time.slept == [9.0]


def test_headers_of_a_call_are_added_to_those_of_the_client(side: Sides) -> None:
    """Names are equal whatever their case, and none is sent twice."""
    client = side(OK, headers={"X-Team": "growth", "User-Agent": "mine/1"})
    client.call(lambda layers: read(layers, headers={"x-team": "core", "X-Trace": "t"}))
    sent = client.server.requests[0].headers
    assert sent.get_list("x-team") == ["core"]
    assert sent.get_list("user-agent") == ["mine/1"]
    assert sent["x-trace"] == "t"


def test_the_user_agent_names_package_and_python(side: Sides) -> None:
    """So that a server's log tells who calls."""
    client = side(OK)
    client.call(read)
    python = ".".join(map(str, sys.version_info[:3]))
    expected = f"layers-client/{layers_client.__version__} python/{python}"
    assert client.server.sent("user-agent") == [expected]


def closed(layers: Any) -> bool:
    return bool(layers._transport.connections.http.is_closed)


def test_a_client_closes_the_connections_that_it_made() -> None:
    """And not those of a copy's origin, nor those that came from outside."""
    layers = Layers(api_key=KEY)
    layers.with_options(timeout=1).close()
    assert not closed(layers)
    with layers:
        pass
    assert closed(layers)
    with httpx.Client() as http:
        Layers(api_key=KEY, http_client=http).close()
        assert not http.is_closed


def test_an_async_client_closes_the_connections_that_it_made() -> None:
    """The same with `aclose()` and `async with`."""

    async def main() -> None:
        layers = AsyncLayers(api_key=KEY)
        await layers.with_options(timeout=1).aclose()
        assert not closed(layers)
        async with layers:
            pass
        assert closed(layers)
        async with httpx.AsyncClient() as http:
            await AsyncLayers(api_key=KEY, http_client=http).aclose()
            assert not http.is_closed

    asyncio.run(main())


def test_a_call_of_one_s_own_has_the_same_key_retries_and_errors(side: Sides) -> None:
    """`request` takes method, path, query and JSON, and returns httpx's answer."""
    client = side(answer(503), answer(200, {"ok": True}), refusal(404, "NOT_FOUND"))
    found = client.call(
        lambda layers: layers.request("get", "/v1/{new}", query={"tag": ["a", "b"], "on": True})
    )
    assert found.json() == {"ok": True}
    url = client.server.requests[1].url
    assert (url.raw_path, client.server.sent("x-api-key")[1]) == (
        b"/v1/%7Bnew%7D?tag=a&tag=b&on=true",
        KEY,
    )
    with pytest.raises(NotFoundError):
        client.call(lambda layers: layers.request("GET", "/nowhere"))


def test_a_post_of_one_s_own_is_repeated_only_with_a_key(side: Sides) -> None:
    """The same rule as for the document's operations."""
    client = side(answer(500))
    given: dict[str, Any]
    for given, attempts in (({}, 1), ({"idempotency_key": "k"}, 3)):
        client.server.requests.clear()
        post = partial(client.layers.request, "POST", "/new", json={}, **given)
        with pytest.raises(ServerError):
            client.settle(post)
        assert len(client.server.requests) == attempts


def test_raw_gives_a_result_with_its_answer(side: Sides) -> None:
    """Parsed as ever, beside status, headers, body, request id, retries and key."""
    client = side(answer(202, JOB, X_Request_Id="req_3"))
    found = client.call(lambda layers: layers.raw(generate, layers))
    assert found.parsed.id == "job_1"
    assert (found.status, found.request_id, found.retries) == (202, "req_3", 0)
    assert found.content == found.http_response.content
    assert found.headers["content-type"] == "application/json"
    assert found.idempotency_key == client.server.sent("idempotency-key")[0]


def test_raw_needs_a_call_that_sends(side: Sides) -> None:
    """Making a list sends nothing, and the error says how to read one."""

    async def make(layers: Any) -> Any:
        return layers.content.list("p")

    client = side(OK)
    blocks = isinstance(client.layers, Layers)
    makes, given = (client.layers.content.list, "p") if blocks else (make, client.layers)
    with pytest.raises(ConfigurationError, match="iterating"):
        client.call(lambda layers: layers.raw(makes, given))


def test_the_async_client_runs_on_trio() -> None:
    """Retries and waits sleep by trio's clock there."""
    server = Server(answer(202, JOB), answer(502), answer(200, DONE), OK)
    http = httpx.AsyncClient(transport=httpx.MockTransport(server))

    async def main() -> tuple[str, float]:
        layers = AsyncLayers(api_key=KEY, http_client=http)
        started = trio.current_time()
        job = await generate(layers)
        container = await job.wait()
        return container.id, trio.current_time() - started

    clock = trio.testing.MockClock(autojump_threshold=0)
    found, seconds = trio.run(main, clock=clock)
    assert found == "cnt_1"
    assert 0 <= seconds <= 1


def test_the_clocks_run() -> None:
    """Time does not go back, sleeping takes it, chance lies between 0 and 1."""
    clock = Clock()
    before = clock.now()
    clock.sleep(0.001)
    assert clock.now() > before
    assert 0 <= clock.chance() < 1

    async def main() -> None:
        clock = AsyncClock()
        before = clock.now()
        await clock.sleep(0.001)
        assert clock.now() > before
        assert 0 <= clock.chance() < 1

    asyncio.run(main())
    trio.run(main)
