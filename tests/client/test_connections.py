"""Whose connections a call goes over: own ones by process and loop, or the caller's."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from tests.client.sides import CONTAINER, KEY, URL, Sides, answer, read

from layers_client import AsyncLayers, ConfigurationError, Layers


class Echo(BaseHTTPRequestHandler):
    """Answers a read with a container of the id that was asked for."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = json.dumps({**CONTAINER, "id": self.path.rsplit("/", 1)[1]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Where an echo server listens."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as http:
        http.daemon_threads = True
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_address[1]}"
        http.shutdown()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_process_has_connections_of_its_own(server: str) -> None:
    """After a fork parent and child each get their own responses."""
    with Layers(api_key=KEY, base_url=server) as layers:
        assert layers.content.get("cnt_first").id == "cnt_first"
        children = []
        for number in range(4):
            child = os.fork()
            if child == 0:
                wrong = any(
                    layers.content.get(f"cnt_{number}_{n}").id != f"cnt_{number}_{n}"
                    for n in range(20)
                )
                os._exit(int(wrong))
            children.append(child)
        for n in range(20):
            assert layers.content.get(f"cnt_p_{n}").id == f"cnt_p_{n}"
        assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4


def test_a_second_loop_works(server: str) -> None:
    """`asyncio.run` twice with one client: each loop has its own connections."""
    layers = AsyncLayers(api_key=KEY, base_url=server)

    async def main(name: str) -> str:
        return (await layers.content.get(name)).id

    assert [asyncio.run(main(f"cnt_{n}")) for n in range(3)] == ["cnt_0", "cnt_1", "cnt_2"]


def test_loops_in_several_threads_work(server: str) -> None:
    """Eight threads, each with a loop, on one client."""
    layers = AsyncLayers(api_key=KEY, base_url=server)

    async def main(name: str) -> list[str]:
        found = await asyncio.gather(*(layers.content.get(f"{name}_{n}") for n in range(10)))
        return [each.id for each in found]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: asyncio.run(main(f"cnt_{n}")), range(8)))
    assert found == [[f"cnt_{name}_{n}" for n in range(10)] for name in range(8)]


def test_more_calls_than_connections_wait_their_turn(server: str) -> None:
    """300 calls at one moment, with a timeout of a second for each step: all are answered."""

    async def main() -> list[str]:
        async with AsyncLayers(api_key=KEY, base_url=server, timeout=30.0) as layers:
            found = await asyncio.gather(*(layers.content.get(f"cnt_{n}") for n in range(300)))
            return [each.id for each in found]

    assert asyncio.run(main()) == [f"cnt_{n}" for n in range(300)]


def test_to_wait_for_a_connection_has_no_bound() -> None:
    """A timeout bounds the steps of an exchange; the queue before it is ours."""
    for given in ({}, {"timeout": 3.0}):
        settings = Layers(api_key=KEY, base_url=URL, **given)._transport.settings  # type: ignore[arg-type]
        assert isinstance(settings.timeout, httpx.Timeout)
        assert settings.timeout.pool is None


@pytest.mark.parametrize("kind", [Layers, AsyncLayers])
def test_the_caller_s_client_keeps_its_timeout(kind: Any) -> None:
    """What it was made with holds, unless a timeout is given too."""
    http = (httpx.Client if kind is Layers else httpx.AsyncClient)(timeout=77)
    assert kind(api_key=KEY, http_client=http)._transport.settings.timeout.read == 77
    assert kind(api_key=KEY, http_client=http, timeout=5)._transport.settings.timeout == 5


def test_a_client_of_the_other_kind_is_refused() -> None:
    """At once, in the constructor."""
    with pytest.raises(ConfigurationError, match=r"must be an httpx\.AsyncClient, is a Client"):
        AsyncLayers(api_key=KEY, http_client=httpx.Client())  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match=r"must be an httpx\.Client, is a AsyncClient"):
        Layers(api_key=KEY, http_client=httpx.AsyncClient())  # type: ignore[arg-type]


def test_a_key_may_change(side: Sides) -> None:
    """A callable is asked before each request, its error is one of ours, and shows no key."""
    keys = iter(["one", "two", " three\n"])
    client = side(answer(200, CONTAINER), api_key=lambda: next(keys))
    for _ in range(3):
        client.call(read)
    assert client.server.sent("x-api-key") == ["one", "two", "three"]
    with pytest.raises(ConfigurationError, match="api_key"):
        client.call(read)


def test_where_the_api_is_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """`LAYERS_BASE_URL` is used where no base_url is given."""
    monkeypatch.setenv("LAYERS_BASE_URL", "https://staging.test/")
    assert Layers(api_key=KEY)._transport.settings.base_url == "https://staging.test"
    assert Layers(api_key=KEY, base_url=URL)._transport.settings.base_url == URL


@pytest.mark.parametrize("text", ["https://api.test/v1", "https://api.test/v1/"])
def test_what_all_paths_begin_with_is_taken_once(side: Sides, text: str) -> None:
    """A base_url that ends in /v1 means what it says elsewhere."""
    client = side(answer(200, CONTAINER), base_url=text)
    client.call(read)
    assert str(client.server.requests[0].url) == "https://api.test/v1/content/cnt_1"
