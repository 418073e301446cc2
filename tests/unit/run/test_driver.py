"""The driver against servers that mean no good: every answer is an exchange, and none hurts."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import AsyncIterator
from functools import partial
from itertools import pairwise
from typing import Any

import httpx
import pytest
import trio
from tests.helpers.histories import EPOCH, OPEN, contract, refusal
from tests.helpers.sessions import ACCEPTED, OTHER, OWN, Handler, Once, answering, session, talk
from trio.testing import MockClock

from layers_contract.history.exchanges import Exchange, to_record
from layers_contract.run.driver import MAX_BODY, NO_BODY, OutOfBudget
from layers_contract.run.keyring import WRONG_KEY
from layers_contract.run.pace import retry_after


class Endless(httpx.AsyncByteStream):
    """A body without an end."""

    def __init__(self, chunk: bytes, pause: float = 0.0) -> None:
        self.chunk, self.pause, self.sent = chunk, pause, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await trio.sleep(self.pause)
            self.sent += len(self.chunk)
            yield self.chunk


def test_an_answer_is_taken_down_whole() -> None:
    """An exchange has both sides, both times, the operation and who sent it."""
    [found] = talk(
        answering(httpx.Response(202, json=ACCEPTED, headers={"ETag": '"1"'})),
        {"body": {"brief": {"hook": "夜"}}, "headers": {"Idempotency-Key": "k"}},
        operation="generateContent",
    )
    assert (found.method, found.path, found.status) == ("POST", f"/v1/projects/{OPEN}/content", 202)
    assert found.sent == EPOCH
    assert found.received is not None
    assert found.received >= found.sent
    assert found.request_headers["idempotency-key"] == "k"
    assert found.request_headers["content-type"] == "application/json"
    assert found.request_body == '{"brief": {"hook": "夜"}}'.encode()
    assert (found.json, found.headers["etag"], found.failure) == (ACCEPTED, '"1"', None)
    assert (found.operation, found.path_params) == ("generateContent", {"projectId": OPEN})
    assert (found.actor, found.credential) == ("tester", "own")


def test_a_body_of_bytes_is_sent_as_it_is() -> None:
    """Bytes are sent to the byte, nothing is sent as nothing."""
    seen: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.content)
        return httpx.Response(422)

    raw = b'{ "b":1,\n"a":2}'
    talk(handler, {"body": raw}, {"body": NO_BODY}, {"body": None}, operation="generateContent")
    assert seen == [raw, b"", b"null"]


def test_a_query_and_a_base_path_are_kept_apart() -> None:
    """A target below a path is called there; the exchange's path is the document's."""
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={"items": []})

    [found] = talk(
        handler,
        {"query": [("status", "failed"), ("status", "a&b")]},
        operation="listContent",
        url="http://mock/base",
    )
    assert asked == [f"http://mock/base/v1/projects/{OPEN}/content?status=failed&status=a%26b"]
    assert found.path == f"/v1/projects/{OPEN}/content"
    assert found.query == (("status", "failed"), ("status", "a&b"))


@pytest.mark.parametrize(
    ("credential", "sent"), [("own", OWN), ("other", OTHER), ("invalid", WRONG_KEY), ("none", None)]
)
def test_a_key_is_sent_and_never_kept(credential: str, sent: str | None) -> None:
    """Each credential sends its key in the document's header, and no exchange holds it."""
    keys: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers.get(contract().document.security_header))
        return httpx.Response(200, json={})

    [found] = talk(handler, {"credential": credential})
    assert keys == [sent]
    kept = json.dumps(to_record(found))
    assert not any(each in kept for each in (OWN, OTHER, WRONG_KEY))


def test_a_key_that_an_answer_quotes_is_not_kept() -> None:
    """A server that repeats the key in its body and headers does not get it into a report."""
    response = httpx.Response(403, json={"key": OWN}, headers={"x-echo": OWN})
    [found] = talk(answering(response))
    assert OWN not in json.dumps(to_record(found))


def test_a_redirect_is_not_followed() -> None:
    """Another host sees no request, let alone a key."""
    hosts: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        return httpx.Response(307, headers={"location": "http://evil.example/v1"})

    [found] = talk(handler)
    assert (found.status, found.gateway_status) == (None, 307)
    assert hosts == ["mock"]


def failed(found: Exchange) -> bool:
    """Whether an exchange has no answer, and says why in a few words."""
    words = found.failure or ""
    return found.status is None and found.received is None and 0 < len(words) < 100


def test_an_endless_body_is_cut_off() -> None:
    """A body is read as far as its cap and no further."""
    body = Endless(b"x" * 2**20)
    [found] = talk(answering(httpx.Response(200, stream=body)))
    assert (found.status, found.body) == (200, b"")
    assert found.failure == "the body is longer than 8,388,608 bytes"
    assert body.sent <= MAX_BODY + 2**21


def test_a_body_that_drips_is_given_up() -> None:
    """One byte a second is no whole answer within the time for one."""
    body = Endless(b"x", pause=1.0)
    [found] = talk(answering(httpx.Response(200, stream=body)))
    assert failed(found)
    assert found.failure == "no whole answer within 5 s"
    assert body.sent < 10


def test_a_server_that_hangs_is_given_up() -> None:
    """No answer is waited for longer than its time."""

    async def handler(_: httpx.Request) -> httpx.Response:
        await trio.sleep_forever()
        raise AssertionError

    [found] = talk(handler)
    assert failed(found)


def test_a_compressed_body_is_read() -> None:
    """A server that compresses unasked is understood."""
    raw = gzip.compress(b'{"a": 1}')
    response = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=Once(raw))
    [found] = talk(answering(response))
    assert found.json == {"a": 1}


@pytest.mark.parametrize(
    ("encoding", "raw"),
    [
        ("gzip", gzip.compress(b"0" * (MAX_BODY * 8))),
        ("gzip", b"no gzip"),
        ("br", b"\x0b\x02\x80"),
        ("compress", b"\x1f\x9d\x90"),
    ],
    ids=["bomb", "garbage", "cut", "unknown"],
)
def test_a_body_that_cannot_be_decompressed_is_none(encoding: str, raw: bytes) -> None:
    """A bomb and a body in no known encoding are failures, within the cap."""
    response = httpx.Response(200, headers={"content-encoding": encoding}, stream=Once(raw))
    [found] = talk(answering(response))
    assert found.failure or found.json != {}
    assert len(found.body) <= MAX_BODY


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\xff\xfe garbage \r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 500_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 100_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 99999 NO\r\n\r\n",
        b"",
    ],
    ids=["garbage", "giant header", "many headers", "cut short", "bad chunk", "bad status", "none"],
)
def test_what_is_no_http_is_no_answer(raw: bytes) -> None:
    """Over real sockets, whatever is not a whole HTTP answer is a failure with a name."""

    async def serve(stream: trio.SocketStream) -> None:
        async with stream:
            await stream.receive_some(65_536)
            with trio.move_on_after(2):
                try:
                    await stream.send_all(raw)
                except trio.BrokenResourceError:
                    return

    async def play() -> Exchange:
        async with trio.open_nursery() as nursery:
            here = partial(trio.serve_tcp, serve, 0, host="127.0.0.1")
            listeners = await nursery.start(here)
            port = listeners[0].socket.getsockname()[1]
            speaker = session(None, f"http://127.0.0.1:{port}")
            async with speaker.transport:
                ids = {"projectId": OPEN}
                found = await speaker.call("getApprovalPolicy", ids, actor="tester")
            nursery.cancel_scope.cancel()
        return found

    assert failed(trio.run(play))


def test_a_server_that_is_not_there_is_no_answer() -> None:
    """A refused connection is an exchange without an answer."""

    async def play() -> Exchange:
        speaker = session(None, "http://127.0.0.1:1")
        async with speaker.transport:
            return await speaker.call("getApprovalPolicy", {"projectId": OPEN}, actor="tester")

    found = trio.run(play)
    assert failed(found)
    assert found.failure == "ConnectError"


def test_a_rate_limit_is_waited_out() -> None:
    """After a 429 the call is repeated when it may be; each try is an exchange of its own."""
    limited = httpx.Response(429, json=refusal("RATE_LIMITED"), headers={"retry-after": "3"})
    first, second = talk(answering(limited, httpx.Response(200, json={})))
    assert (first.status, second.status) == (429, 200)
    assert second.sent - first.sent >= 3.0


@pytest.mark.parametrize("said", ["soon", "-1", "1.5", "121", "9" * 400])
def test_a_rate_limit_that_says_no_sensible_time_is_an_answer(said: str) -> None:
    """With another number of seconds than one within reason the 429 is the answer."""
    limited = httpx.Response(429, json=refusal("RATE_LIMITED"), headers={"retry-after": said})
    [found] = talk(answering(limited))
    assert found.status == 429


@pytest.mark.parametrize(("status", "wait"), [(429, 7.0), (503, 7.0), (200, None), (None, None)])
def test_only_some_refusals_ask_to_wait(status: int | None, wait: float | None) -> None:
    """Retry-After means a wait with a 429, or with a 503."""
    exchange = Exchange("GET", "/", 0.0, None, status, headers={"retry-after": "7"})
    assert retry_after(exchange) == wait


def test_a_rate_limit_without_end_ends_with_the_budget() -> None:
    """A server that always says `now` is asked as often as the budget allows."""

    async def play() -> int:
        limited = httpx.Response(429, json=refusal("RATE_LIMITED"), headers={"retry-after": "0"})
        speaker = session(lambda _: limited, requests=7)
        with pytest.raises(OutOfBudget):
            await speaker.call("getApprovalPolicy", {"projectId": OPEN}, actor="tester")
        return len(speaker.history)

    assert trio.run(play, clock=MockClock(autojump_threshold=0)) == 7


def spent(handler: Handler, calls: int, credential: str = "own") -> int:
    """How many renders so many calls of generate have cost."""

    async def play() -> int:
        speaker = session(handler)
        for _ in range(calls):
            await speaker.call(
                "generateContent",
                {"projectId": OPEN},
                actor="tester",
                body={},
                credential=credential,
            )
        return speaker.purse.generations

    return trio.run(play, clock=MockClock(autojump_threshold=0))


@pytest.mark.parametrize(
    ("responses", "cost"),
    [
        ([httpx.Response(202, json={"jobId": n}) for n in ("a", "b")], 2),
        ([httpx.Response(202, json={"jobId": "a"}) for _ in range(3)], 1),
        ([httpx.Response(409), httpx.Response(422)], 0),
        ([httpx.Response(500), httpx.Response(504)], 2),
    ],
    ids=["new", "replayed", "refused", "failed"],
)
def test_a_render_is_paid_for_once(responses: list[httpx.Response], cost: int) -> None:
    """A replay and a refusal cost no render; a failure may have started one."""
    assert spent(answering(*responses), len(responses)) == cost


@pytest.mark.parametrize("answer", [{"jobId": []}, {"jobId": {}}, {"jobId": 7}, [], None, "job_1"])
def test_a_job_without_a_proper_name_costs_a_render_at_most(answer: Any) -> None:
    """A 202 that names no job, or names it with a list, is taken down like any other."""
    assert spent(lambda _: httpx.Response(202, json=answer), 1) in (0, 1)


def test_a_lost_call_may_have_cost_a_render() -> None:
    """Where no answer came, the render stays paid for."""

    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("gone", request=request)

    assert spent(handler, 2) == 2


def test_a_wrong_key_costs_no_render() -> None:
    """A call that must be refused is not paid for as a render."""
    assert spent(lambda _: httpx.Response(401), 2, credential="invalid") == 0


def test_a_budget_ends_all_calls() -> None:
    """When the requests are spent, nothing is sent."""

    async def play() -> int:
        speaker = session(lambda _: httpx.Response(200, json={}), requests=2)
        for _ in range(2):
            await speaker.call("getApprovalPolicy", {"projectId": OPEN}, actor="tester")
        with pytest.raises(OutOfBudget):
            await speaker.call("getApprovalPolicy", {"projectId": OPEN}, actor="tester")
        return len(speaker.history)

    assert trio.run(play) == 2


def test_calls_keep_the_targets_pace() -> None:
    """With a pace, requests are spread over the minute."""
    found = talk(
        lambda _: httpx.Response(200, json={}), *({} for _ in range(4)), requests_per_minute=30
    )
    gaps = [after.sent - before.sent for before, after in pairwise(found)]
    assert all(math.isclose(gap, 2.0, abs_tol=1e-3) for gap in gaps)


@pytest.mark.parametrize("name", ["job_\n", "job_\ud800", "job_ü", "../..", "a?b#c", "x" * 100_000])
def test_an_id_that_no_url_can_hold_ends_nothing(name: str) -> None:
    """Whatever a server calls its jobs, asking for one is an exchange under its own path."""
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(404)

    [found] = talk(handler, operation="getJob", ids={"jobId": name})
    assert found.operation == "getJob"
    assert all(path.startswith("/v1/jobs/") for path in asked)


@pytest.mark.parametrize("tag", ['"\xe9"', '"夜"', '"a\nb"'])
def test_a_header_that_no_request_can_hold_ends_nothing(tag: str) -> None:
    """A tag that a server gave and that cannot be sent back is an exchange without an answer."""
    answers = lambda _: httpx.Response(304)  # noqa: E731 - one server in one line
    [found] = talk(answers, {"headers": {"if-none-match": tag}}, operation="getJob", ids=JOB)
    assert found.operation == "getJob"


JOB = {"jobId": "job_1"}


def test_everybody_hears_of_each_request() -> None:
    """Whoever listens is told after each exchange, answered or not."""

    async def play() -> list[int]:
        told: list[int] = []
        speaker = session(answering(httpx.Response(200), httpx.Response(500)))
        speaker.on_sent = lambda: told.append(speaker.purse.requests)
        for _ in range(2):
            await speaker.call("getApprovalPolicy", {"projectId": OPEN}, actor="tester")
        return told

    assert trio.run(play) == [1, 2]
