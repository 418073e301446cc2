"""How a run lives through what happens between it and the API."""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from typing import Any

import httpx
import pytest
import trio
from tests.helpers.histories import OPEN, contract, refusal
from tests.helpers.sessions import session
from tests.helpers.simulations import OPTIONS, target
from trio.testing import MockClock

from layers_contract.history.exchanges import Exchange
from layers_contract.history.losses import Losses
from layers_contract.judge.outcome import Outcome
from layers_contract.mock import TrioClock, app
from layers_contract.mock.clock import SIMULATED_EPOCH
from layers_contract.report import to_html, to_json, to_junit
from layers_contract.run import simulate
from layers_contract.run.outage import Outage

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Rule = Callable[[Message], tuple[int, bytes] | None]

PAGE = b"<html><h1>Service Unavailable</h1></html>"


class Clock:
    """A clock that is set by hand."""

    at = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.at


def behind(rule: Rule) -> Callable[..., Awaitable[None]]:
    """The sound mock, behind something that answers by *rule* in its place."""
    inner = app(OPTIONS, TrioClock())

    async def outer(scope: Message, receive: Any, send: Send) -> None:
        answer = rule(scope)
        if answer is None:
            await inner(scope, receive, send)
            return
        status, body = answer
        kind = b"application/json" if body.startswith(b"{") else b"text/html"
        headers = [(b"content-type", kind)]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return outer


def judged(rule: Rule, profile: str = "quick", **changes: Any) -> Outcome:
    """A strict run on the sound mock behind something that answers by *rule*."""
    return simulate(
        contract(),
        target(**changes),
        behind(rule),
        epoch=SIMULATED_EPOCH,
        profile=profile,
        strict=True,
    )


def violated(found: Outcome) -> list[str]:
    """The promises that a run found broken."""
    return [each.promise.id for each in found.judged if each.verdict == "violated"]


def not_judged(found: Outcome) -> set[str]:
    """The promises that a run has not judged."""
    return {each.promise.id for each in found.judged if each.verdict == "not_judged"}


def away(since: float, until: float) -> Rule:
    """A load balancer that finds nobody for some seconds."""
    return lambda _: (503, PAGE) if since <= trio.current_time() < until else None


# The outage itself.


def test_an_outage_lets_one_probe_pass_at_a_time() -> None:
    """After a loss all wait; then one request goes out, and the next only after a while."""
    clock = Clock()
    outage = Outage(clock)
    assert [outage.gate(), outage.gate()] == [0.0, 0.0]
    outage.lost("read", 0.0)
    assert outage.gate() > 0
    clock.at += 0.2
    assert outage.gate() == 0.0
    assert outage.gate() > 0
    assert outage.lasts


def test_probes_become_fewer() -> None:
    """Each lost probe doubles the pause, up to two seconds or so."""
    clock = Clock()
    outage = Outage(clock)
    pauses = []
    for _ in range(12):
        outage.lost("read", clock.at)
        pauses.append(outage.gate())
        clock.at += pauses[-1] + 0.001
        outage.gate()
    assert pauses[3] > 2 * pauses[0]
    assert all(1.0 <= pause <= 3.0 for pause in pauses[8:])


def test_an_answer_ends_an_outage() -> None:
    """What was sent since the loss and answered ends it; an older answer does not."""
    clock = Clock()
    outage = Outage(clock)
    clock.at = 5.0
    outage.lost("read", 4.9)
    lasted = []
    for asked in (4.8, 5.1):
        outage.heard("read", asked)
        lasted.append(outage.lasts)
    assert lasted == [True, False]
    assert outage.gate() == 0.0


def test_an_outage_of_half_a_minute_ends_the_run() -> None:
    """Thirty seconds in one piece are too long, thirty seconds in two are not."""
    clock = Clock()
    outage = Outage(clock)
    for seconds in (0.0, 20.0):
        clock.at += seconds
        outage.lost("read", clock.at)
    outage.heard("read", clock.at)
    clock.at += 15
    outage.lost("read", clock.at)
    assert outage.over is None
    clock.at += 30
    outage.lost("read", clock.at)
    assert outage.over == "it has not answered for 30 s"


def test_more_than_a_tenth_of_the_requests_ends_the_run() -> None:
    """Twenty losses in two hundred requests are a tenth; one more is more."""
    outage = Outage(Clock())
    for _ in range(180):
        outage.heard("read", 0.0)
    for _ in range(20):
        outage.lost("read", 0.0)
    assert outage.over is None
    outage.lost("read", 0.0)
    assert outage.over == "21 of 201 requests got no answer of the API"


def test_an_operation_that_is_never_answered_is_no_outage() -> None:
    """Where only one operation is lost, nobody waits and the run goes on."""
    outage = Outage(Clock(), vital="generate")
    for _ in range(50):
        outage.lost("sign", 1.0)
        outage.heard("read", 2.0)
    assert outage.is_dead("sign")
    assert outage.over is None
    for _ in range(10):
        outage.lost("generate", 1.0)
    assert outage.over == "generate was never answered by the API"


def test_refusals_of_an_edge_are_an_outage_only_in_a_row() -> None:
    """A firewall that dislikes some requests slows nobody; one that bans us is an outage."""
    outage = Outage(Clock())
    lasted = []
    for row in (5, 6):
        outage.heard("read", 1.0)
        for _ in range(row):
            outage.blocked("read", 1.0)
        lasted.append(outage.lasts)
    assert lasted == [False, True]


# Whole runs.


@pytest.fixture(scope="module")
def short_outage() -> Outcome:
    """A run during which the API is away for three seconds."""
    return judged(away(3, 6))


def test_a_run_survives_an_outage(short_outage: Outcome) -> None:
    """Three seconds without the API cost no verdict, and only few requests are sent meanwhile."""
    assert violated(short_outage) == []
    assert short_outage.verdict == "held"
    assert not_judged(short_outage) <= not_judged(judged(lambda _: None))
    assert 3 <= short_outage.infrastructure.count <= 40


def test_an_outage_is_told_with_its_times(short_outage: Outcome) -> None:
    """Terminal, JSON, HTML and JUnit say how many exchanges were lost, how, and when."""
    [line] = short_outage.infrastructure.lines()
    assert line.startswith("infrastructure: ")
    assert "× 503 page at +3." in line
    told = to_json(short_outage)["infrastructure"]
    assert told["kinds"][0]["what"] == "503 page"
    assert 3 <= told["kinds"][0]["pieces"][0][0] < 6
    assert "503 page at" in to_html(short_outage)
    assert "503 page at" in to_junit(short_outage)


def test_an_outage_without_end_ends_the_run() -> None:
    """A server that goes away for good cannot be judged; what came before is kept."""
    found = judged(away(10, 1e9), "standard")
    assert violated(found) == []
    assert found.verdict == "unjudged"
    assert str(found.ended_early).startswith("the server was away (it has not answered for 3")
    assert len([e for e in found.history if e.gateway_status]) < 80


def test_a_gateway_that_loses_many_requests_ends_the_run() -> None:
    """Where every fourth request is lost, a green verdict would rest on luck."""
    rng = random.Random(7)  # noqa: S311 - a die
    found = judged(lambda _: (502, b"") if rng.random() < 0.25 else None)
    assert violated(found) == []
    assert found.verdict == "unjudged"


@pytest.mark.parametrize(
    ("status", "body"),
    [(502, b"upstream connect error"), (504, b""), (520, PAGE), (429, PAGE), (503, b'{"a": 1}')],
)
def test_single_pages_of_a_gateway_cost_no_verdict(status: int, body: bytes) -> None:
    """Every fiftieth request meets a gateway's page: nothing is violated, and it is told."""
    rng = random.Random(status)  # noqa: S311 - a die
    found = judged(lambda _: (status, body) if rng.random() < 0.02 else None)
    assert violated(found) == []
    assert found.verdict == "held"
    assert found.infrastructure.count > 2


def test_an_operation_without_answers_is_named() -> None:
    """What one operation promises is not judged where a gateway answers all its calls."""
    found = judged(lambda scope: (502, PAGE) if scope["path"].endswith("/approve") else None)
    assert violated(found) == []
    assert found.verdict == "held"
    assert found.infrastructure.silent == ["approveContent"]
    assert "approveContent was never answered" in "\n".join(found.infrastructure.lines())


def test_a_server_that_starts_nothing_is_not_green() -> None:
    """A generate that is always answered by a gateway leaves nothing to judge."""

    def rule(scope: Message) -> tuple[int, bytes] | None:
        generates = scope["method"] == "POST" and scope["path"].endswith("/content")
        return (503, PAGE) if generates else None

    found = judged(rule)
    assert violated(found) == []
    assert found.verdict == "unjudged"
    assert "generateContent was never answered" in str(found.ended_early)


@pytest.mark.parametrize("header", [[(b"retry-after", b"1")], []], ids=["told", "untold"])
def test_a_cap_on_renders_is_waited_out(header: list[tuple[bytes, bytes]]) -> None:
    """A server that renders but three at a time is judged like any other, within its budget."""
    running: dict[str, float] = {}

    def capped(inner: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def outer(scope: Message, receive: Any, send: Send) -> None:
            starts = scope["method"] == "POST" and scope["path"].endswith("/content")
            under_way = [at for at in running.values() if trio.current_time() - at < 20]
            if starts and len(under_way) >= 3:
                body = json.dumps(refusal("RATE_LIMITED")).encode()
                told = [(b"content-type", b"application/json"), (b"x-request-id", b"r"), *header]
                await send({"type": "http.response.start", "status": 429, "headers": told})
                await send({"type": "http.response.body", "body": body})
                return
            if starts:
                running[str(len(running))] = trio.current_time()
            await inner(scope, receive, send)

        return outer

    found = simulate(
        contract(),
        target(),
        capped(behind(lambda _: None)),
        epoch=SIMULATED_EPOCH,
        profile="quick",
        strict=True,
    )
    assert set(violated(found)) <= ({"schema.headers"} if not header else set())
    assert {"lifecycle.order", "job.one-story", "idempotency.replay"} <= {
        each.promise.id for each in found.judged if each.verdict != "not_judged"
    }
    assert sum(each.status == 429 for each in found.history) < len(found.history) / 3


# What is sent again.


def calls(*answers: httpx.Response, operation: str = "getContent", **call: Any) -> list[Exchange]:
    """What is in the history after one call, the API having answered before."""
    turn = iter([httpx.Response(200, json={}), *answers])
    ids = {"containerId": "cnt_1"} if "projectId" not in call else {"projectId": OPEN}
    call.pop("projectId", None)

    async def play() -> list[Exchange]:
        speaker = session(lambda _: next(turn, httpx.Response(200, json={})))
        await speaker.call("getContent", {"containerId": "cnt_1"}, actor="tester")
        await speaker.call(operation, ids, actor="tester", **call)
        return list(speaker.history)[1:]

    return trio.run(play, clock=MockClock(autojump_threshold=0))


def page(status: int = 502) -> httpx.Response:
    """A page of a gateway."""
    return httpx.Response(status, content=PAGE)


def test_a_lost_read_is_sent_again() -> None:
    """A read is repeated until it is answered."""
    assert [each.status for each in calls(page(), page())] == [None, None, 200]


def test_a_lost_call_with_a_key_is_sent_again_with_that_key() -> None:
    """A keyed call is repeated with the same key and body, and paid for once."""
    found = calls(
        page(),
        operation="generateContent",
        projectId=OPEN,
        body={"brief": {"hook": "a"}},
        headers={"Idempotency-Key": "k"},
    )
    assert [each.status for each in found] == [None, 200]
    assert {each.request_headers["idempotency-key"] for each in found} == {"k"}
    assert len({each.request_body for each in found}) == 1


@pytest.mark.parametrize(("status", "tries"), [(502, 1), (429, 2)])
def test_a_call_that_may_have_happened_is_not_sent_again(status: int, tries: int) -> None:
    """Without a key a lost call may have been carried out; one that was limited was not."""
    assert len(calls(page(status), operation="approveContent", body={})) == tries


def test_losses_are_counted_in_pieces() -> None:
    """Losses five seconds apart are two pieces, and what fails on invalid requests says so."""
    lost = [
        Exchange("GET", "/", at, None, operation="getJob", gateway_status=502, intent="negative: x")
        for at in (0.0, 1.0, 2.5, 9.0)
    ]
    found = Losses.of([Exchange("GET", "/", 0.0, 0.1, 200), *lost])
    [line] = [each for each in found.lines() if each.startswith("infrastructure")]
    assert "4 × 502 page at +0.0–2.5, +9.0 s, all on invalid requests" in line
    assert found.silent == ["getJob"]
    assert replace(found, kinds=(), silent=()).count == 0
