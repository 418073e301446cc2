"""Whatever a server sends, no run hangs, crashes or lets the key out; each comes to a verdict."""

from __future__ import annotations

import gzip
import io
import json
import logging
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest
import trio
from rich.console import Console
from tests.helpers.histories import FOREIGN, OPEN, contract, policy
from tests.helpers.hostile_server import (
    Altered,
    Answer,
    Asked,
    Peer,
    Rule,
    Server,
    http,
    serving,
    shown,
)

from layers_contract import cli, report
from layers_contract.history.exchanges import Exchange, History, to_record
from layers_contract.judge.outcome import Outcome
from layers_contract.mock import OWN, MockOptions, background
from layers_contract.run import Unjudgeable, fuzz, run
from layers_contract.run.budget import Purse
from layers_contract.run.driver import Session
from layers_contract.run.network import Network
from layers_contract.target import Budget, Expect, Projects, Samples, Target, parse

CANARY: Final = "lp_test_canary_0123456789"
OTHER: Final = "lp_test_other_canary_0123456789"
KEYS: Final = (CANARY, OTHER, OWN.key)
PATIENCE: Final = 0.3
"""Seconds for one answer."""
ESCAPES: Final = "\x1b]0;owned\x07\x1b[31m\r\x08\u202e\x9b2J"
OK: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
JOB: Final = {
    "jobId": "job_1",
    "kind": "content_generate",
    "status": "running",
    "stage": "queued",
    "projectId": OPEN,
    "containerId": "cnt_1",
    "locationUrl": "/v1/jobs/job_1",
    "startedAt": "2026-04-18T12:00:00Z",
}


def chunked(data: bytes) -> bytes:
    """One chunk of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


async def endless_chunks(peer: Peer) -> None:
    """A chunked body without an end."""
    await peer.say(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    await peer.repeat(chunked(b" " * 2**16))


async def endless_body(peer: Peer) -> None:
    """A body that only the end of the connection would end."""
    await peer.say(OK + b"\r\n")
    await peer.repeat(b" " * 2**16)


async def endless_headers(peer: Peer) -> None:
    """Headers up to a hundred megabytes."""
    await peer.say(OK)
    for _ in range(100):
        await peer.say(b"X-More: " + b"y" * 2**20 + b"\r\n")


async def flood_of_continues(peer: Peer) -> None:
    """A 100 after another."""
    await peer.repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 50)


async def flood_of_hints(peer: Peer) -> None:
    """A 103 after another."""
    await peer.repeat(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 50)


async def silence(peer: Peer) -> None:
    """Nothing."""
    await peer.stay_silent()


async def half_a_body(peer: Peer) -> None:
    """A part of the body, and silence."""
    await peer.say(OK + b'Content-Length: 1000\r\n\r\n{"id": ')
    await peer.stay_silent()


async def reset(peer: Peer) -> None:
    """The connection broken off at once."""
    peer.reset()


async def reset_in_the_body(peer: Peer) -> None:
    """The connection broken off in the middle of the body."""
    await peer.say(OK + b'Content-Length: 1000\r\n\r\n{"id": ')
    peer.reset()


async def slow_drip(peer: Peer) -> None:
    """Byte by byte."""
    await peer.drip(OK + b"Content-Length: 2\r\n\r\n{}")


async def slow_body(peer: Peer) -> None:
    """The head at once, the body byte by byte."""
    await peer.say(OK + b"Content-Length: 1000\r\n\r\n")
    await peer.drip(b" " * 1000)


def bomb() -> bytes:
    """A hundred megabytes of nothing, well compressed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(2**20)) for _ in range(100)) + packer.flush()


def redirect(status: int, where: str = "http://127.0.0.1:9/away") -> bytes:
    """A redirect to somewhere else."""
    return http(b"", f"Location: {where}", status=f"{status} Elsewhere")


def error(code: Any, message: Any, status: str = "422 No", *headers: str) -> bytes:
    """A refusal's bytes."""
    found = {"error": {"code": code, "message": message, "requestId": "r"}}
    return shown(found, *headers, status=status)


WIRE: Final[dict[str, Answer]] = {
    "endless chunks": endless_chunks,
    "endless body": endless_body,
    "endless headers": endless_headers,
    "100s without end": flood_of_continues,
    "103s without end": flood_of_hints,
    "silence": silence,
    "half a body": half_a_body,
    "reset": reset,
    "reset in the body": reset_in_the_body,
    "slow drip": slow_drip,
    "slow body": slow_body,
    "nothing": b"",
    "10,000 headers": OK + b"X-Many: y\r\n" * 10_000 + b"Content-Length: 2\r\n\r\n{}",
    "HTTP/0.9": b"<html>hello</html>",
    "HTTP/1.0": http(b"{}", version="HTTP/1.0"),
    "HTTP/2.0": http(b"{}", version="HTTP/2.0"),
    "TLS": b"\x15\x03\x01\x00\x02\x02\x28",
    "101": http(b"", "Upgrade: websocket", status="101 Switching Protocols"),
    "204 with a body": http(b'{"a": 1}', status="204 No Content"),
    "304 with a body": http(b'{"a": 1}', status="304 Not Modified"),
    "99": http(b"{}", status="99 What"),
    "099": http(b"{}", status="099 What"),
    "299": http(b"{}", status="299 What"),
    "520": http(b"<html>", "Content-Type: text/html", status="520 Unknown"),
    "999": http(b"{}", status="999 Denied"),
    "-1": http(b"{}", status="-1 What"),
    "a reason with escapes": http(b"{}", status=f"200 {ESCAPES[:12]}"),
    "a length too great": http(b"{}", length=1000),
    "a length too small": http(b'{"id": "cnt_1"}', length=3),
    "a negative length": http(b"{}", length=-2),
    "two lengths": http(b"{}", "Content-Length: 3"),
    "a bad chunk": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a chunk of 2^64": OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}",
    "length and chunks": OK
    + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    + chunked(b"{}")
    + b"0\r\n\r\n",
    "two answers": http(b"{}").replace(b"Connection: close\r\n", b"") * 2,
    "kept alive and closed": http(b"{}").replace(b"Connection: close", b"Connection: keep-alive"),
    "a header of no ASCII": http(b"{}", "X-Name: caf\xe9 \x80\x85\xff"),
    "a header with escapes": http(b"{}", "X-Name: \x1b[31m\x07", "X-Request-Id: \x1b]0;x\x07"),
    "a header without a name": http(b"{}", ": nobody"),
    "a folded header": http(b"{}", "X-Long: a\r\n b"),
    "no content type": http(b"{}", "Content-Type: "),
    "an odd content type": http(b"{}", 'Content-Type: application/json; charset="\xff'),
    "Set-Cookie": http(b"{}", "Set-Cookie: a=b; Path=/; Expires=" + "9" * 5000),
    "WWW-Authenticate": error("A", "B", "401 No", 'WWW-Authenticate: Basic realm="x", Digest x'),
    "a proxy asks": error("A", "B", "407 No", "Proxy-Authenticate: Negotiate x"),
    **{str(status): redirect(status) for status in (301, 302, 303, 307, 308)},
    "a redirect to nowhere": redirect(302, "\x00"),
}
"""What is wrong below the body."""

BODIES: Final[dict[str, Answer]] = {
    "a gzip bomb": http(bomb(), "Content-Encoding: gzip"),
    "no gzip": http(b"{}", "Content-Encoding: gzip"),
    "half a gzip": http(gzip.compress(b'{"a": "bcdefg"}')[:-12], "Content-Encoding: gzip"),
    "deflate": http(zlib.compress(b"{}"), "Content-Encoding: deflate"),
    "raw deflate": http(zlib.compress(b"{}")[2:-4], "Content-Encoding: deflate"),
    "br": http(b"\x0b\x02\x80{}", "Content-Encoding: br"),
    "zstd": http(b"\x28\xb5\x2f\xfd\x04\x00", "Content-Encoding: zstd"),
    "gzip a hundred times": http(b"{}", "Content-Encoding: " + ", ".join(["gzip"] * 100)),
    "garbage": http(b'{"id": "cnt_1", '),
    "nothing": http(b""),
    "nested 900 deep": http(b"[" * 900 + b"]" * 900),
    "nested 100,000 deep": http(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "1e999": http(json.dumps(JOB).replace('"running"', '"running", "progress": 1e999').encode()),
    "a number of 4,000 digits": http(b'{"jobId": "job_1", "progress": 1' + b"0" * 4000 + b"}"),
    "a number of 5,000 digits": http(b'{"jobId": "job_1", "progress": 1' + b"0" * 5000 + b"}"),
    "NaN": http(b'{"jobId": "job_1", "status": "running", "progress": NaN, "x": -Infinity}'),
    "a lone surrogate": http(b'{"jobId": "\\ud800", "\\udfff": "\\ud800", "status": "\\ud800"}'),
    "a BOM": http(b"\xef\xbb\xbf{}"),
    "UTF-16": http("{}".encode("utf-16")),
    "latin-1": http(b'{"id": "caf\xe9"}'),
    "a member twice": http(b'{"jobId": "a", "jobId": "b", "status": 1, "status": "running"}'),
    "a list": http(b"[]"),
    "a string": http(b'"completed"'),
    "null": http(b"null"),
    "true": http(b"true"),
    "a page of 10,000 items": shown({"items": [{"id": f"c{n}"} for n in range(10_000)]}),
    "a cursor of 1 MB": shown({"items": [], "nextCursor": "c" * 2**20}),
    "an endless cursor": shown({"items": [], "nextCursor": "again"}),
    "escapes": error(ESCAPES, ESCAPES),
    "a message of 1 MB": error("X", "y" * 2**20),
    "a code of the wrong kind": error({"a": []}, 7),
    "an error that is a list": shown({"error": [[]]}, status="404 No"),
    "202 without a body": http(b"", status="202 Accepted"),
    "the key": shown({"key": CANARY, CANARY: [CANARY, OTHER]}, f"X-Echo: {CANARY}", f"{CANARY}: 1"),
    "the key in escapes": http(
        b'{"key": "%b"}' % "".join(f"\\u{ord(c):04X}" for c in CANARY).encode(), "X-A: b"
    ),
    "the key in an error": error(CANARY, f"{CANARY} is wrong", "422 No", f"X-Was: {OTHER}"),
    "the key in an id": shown({**JOB, "jobId": CANARY, "id": CANARY}, status="202 Accepted"),
    **{
        f"Retry-After {said[:10]!r} on {status}": error("WAIT", "w", status, f"Retry-After: {said}")
        for status in ("429 Slow", "503 Rest", "200 OK")
        for said in ("9" * 5000, "-1", "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 32 Foo", "soon")
    },
}
"""What is wrong in the body, or in what is said of it."""

ANSWERS: Final = WIRE | BODIES


def sound(asked: Asked) -> Answer | None:
    """What keeps a run going: a policy."""
    return shown(policy(OPEN, review=False)) if asked.path.endswith("/approval-policy") else None


def target(url: str, seconds: float = 2.0, **changes: Any) -> Target:
    """A target with all that stories ask for, and little time."""
    found = Target(
        url,
        api_key=CANARY,
        other_api_key=OTHER,
        projects=Projects(OPEN, None, (), FOREIGN),
        samples=Samples("post_1", "[fail]"),
        budget=Budget(generations=30, requests=60, seconds=seconds),
        expect=Expect(render_seconds=1, answer_seconds=PATIENCE),
    )
    return replace(found, **changes)


def judged(server: Server, seconds: float = 2.0, **changes: Any) -> Outcome:
    """A run that has little time."""
    aim = target(server.url, seconds, **changes)
    return run(contract(), aim, profile="quick")


def judged_or_refused(server: Server) -> Outcome | str:
    """A short run, or why there was none."""
    try:
        return judged(server, seconds=1.0)
    except Unjudgeable as error:
        return str(error)


class Tags(HTMLParser):
    """The tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


def printed(outcome: Outcome) -> str:
    """What a terminal gets to see, without colours."""
    out = io.StringIO()
    report.render(outcome, Console(file=out, width=100, color_system=None), verbose=True)
    return out.getvalue()


def pages(outcome: Outcome) -> dict[str, str]:
    """All reports of a run, each read back where there is a reader."""
    found = {
        "terminal": printed(outcome),
        "json": json.dumps(report.to_json(outcome), allow_nan=False),
        "junit": report.to_junit(outcome),
        "html": report.to_html(outcome),
        "har": report.to_har(outcome),
        **report.scripts(outcome),
    }
    ET.fromstring(found["junit"])  # noqa: S314 - our own
    for name in ("json", "har"):
        json.loads(found[name], parse_constant=pytest.fail)
    parser = Tags()
    parser.feed(found["html"])
    assert parser.tags
    assert "script" not in parser.tags
    return found


def sound_in_all(outcome: Outcome) -> None:
    """Hold a run's verdict and reports against what none may show."""
    assert not [each for each in outcome.notes if "in our own code" in each], outcome.notes
    for name, page in pages(outcome).items():
        page.encode()
        assert not [key for key in KEYS if key in page], name
    assert not [c for c in printed(outcome) if not c.isprintable() and c != "\n"]


def call(url: str, **parts: Any) -> Exchange:
    """One call of the driver's."""

    async def play() -> Exchange:
        aim = target(url, **parts)
        purse = Purse(aim.budget)
        purse.begin()
        async with Network() as transport:
            session = Session(
                contract=contract(),
                target=aim,
                history=History(),
                purse=purse,
                transport=transport,
                clock=trio.current_time,
                timeout=PATIENCE,
            )
            return await session.call("getJob", {"jobId": "job_1"}, actor="tester")

    return trio.run(play)


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing that is logged holds a key."""
    caplog.set_level(logging.INFO)
    yield
    assert not [key for key in KEYS if key in caplog.text]


@pytest.mark.parametrize("name", ANSWERS)
def test_a_call_survives_any_answer(name: str) -> None:
    """Each answer becomes one exchange, in time, whose record can be written and holds no key."""
    with serving(lambda _: ANSWERS[name]) as server:
        found = call(server.url, seconds=60.0)
    assert found.answered or found.failure
    kept = json.dumps([to_record(found), repr(found.json)[:1000]])
    assert not [key for key in KEYS if key in kept.lower()]


@pytest.mark.parametrize("name", ANSWERS)
def test_a_server_that_answers_all_with_it_is_greeted_in_vain_or_judged(name: str) -> None:
    """A run on a server that knows but one answer ends, with a verdict or a reason in one line."""
    with serving(lambda _: ANSWERS[name]) as server:
        found = judged_or_refused(server)
    if isinstance(found, str):
        assert found.isprintable()
        assert len(found) < 300
        assert not [key for key in KEYS if key in found]
    else:
        assert found.verdict in ("violated", "unjudged")
        sound_in_all(found)


@pytest.mark.parametrize("name", ["silence", "no gzip", "garbage", "a list", "the key", "null"])
def test_a_server_that_only_begins_well_is_judged(name: str) -> None:
    """A run that was greeted soundly survives all that follows."""
    with serving(lambda asked: sound(asked) or ANSWERS[name]) as server:
        found = judged(server, seconds=1.0)
    sound_in_all(found)


IDS: Final = {
    "a slash": "job/1",
    "dots": "..",
    "a dot": ".",
    "a question": "job?a=b#c",
    "NUL": "job\x00",
    "a line": "job\n\r\n",
    "escapes": ESCAPES,
    "1 MB": "j" * 2**20,
    "60 kB": "j" * 60_000,
    "nothing": "",
    "a lone surrogate": "\ud800",
    "markup": "<script>alert(1)</script>]]>&amp;",
    "a shell": "$(touch /tmp/x)`id`';\"",
    "rich": "[bold red]x[/]",
    "per cent": "%2e%2e%2f%00%zz",
    "the key": CANARY,
}


def factory(name: Any, state: Callable[[], Any] = lambda: "completed") -> Rule:
    """A server that makes everything at once, under one *name*, in any *state*."""

    def rule(asked: Asked) -> Answer:
        job = {**JOB, "jobId": name, "containerId": name, "status": state()}
        container = {"id": name, "projectId": OPEN, "status": state(), "assets": [{"id": name}]}
        kind = asked.path.split("?")[0].rsplit("/", 1)[-1]
        if asked.method == "POST":
            return shown({**job, "job": job, "accepted": True, "id": name}, status="202 Accepted")
        if kind == "content":
            return shown({"items": [container] * 2, "nextCursor": name})
        if kind == "progress" or "/jobs/" in asked.path:
            return shown(job, f"ETag: {str(name).encode('ascii', 'replace').decode()[:50]!r}")
        return sound(asked) or shown({**container, "expiresAt": name, "url": name})

    return rule


@pytest.mark.parametrize("name", IDS)
def test_no_id_is_too_odd(name: str) -> None:
    """Whatever a server calls what it makes, the run goes on under that name or without it."""
    with serving(factory(IDS[name])) as server:
        found = judged(server, seconds=1.5)
        asked = [each.path for each in server.asked]
    assert found.verdict == "violated"
    assert all(each.startswith("/v1/") for each in asked)
    sound_in_all(found)


@pytest.mark.parametrize("name", [7, None, ["job_1"], {"id": "job_1"}, True, 1.5], ids=str)
def test_an_id_of_another_kind_is_none(name: Any) -> None:
    """An id that is no string names nothing."""
    with serving(factory(name)) as server:
        found = judged(server, seconds=1.0)
    assert found.verdict == "violated"
    sound_in_all(found)


def test_a_state_that_flips_is_seen_to_flip() -> None:
    """A job that is now this and now that, also no word at all, is found out."""
    dice = random.Random(7)  # noqa: S311 - a die
    faces: list[Any] = ["running", "completed", "failed", "canceled", "odd", None, 7, [], {"a": 1}]
    with serving(factory("job_1", lambda: dice.choice(faces))) as server:
        found = judged(server)
    assert found.verdict == "violated"
    sound_in_all(found)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    """Nobody goes where a redirect leads: another host gets no connection, let alone the key."""
    with serving(lambda _: b"") as other:

        def rule(asked: Asked) -> Answer:
            away = redirect(status, f"{other.url}{asked.path}")
            home = redirect(status, f"http://{_host(asked)}{asked.path}")
            return sound(asked) or (home if "/jobs/" in asked.path else away)

        with serving(rule) as server:
            found = judged(server, seconds=1.0)
    assert other.connections == 0
    assert found.verdict == "violated"
    sound_in_all(found)


def _host(asked: Asked) -> str:
    lines = asked.head.decode("latin-1").split("\r\n")
    return next(each.split(" ", 1)[1] for each in lines if each.lower().startswith("host:"))


def test_an_answer_that_comes_before_its_question_is_an_answer() -> None:
    """A server that does not wait for the request is judged by what it says."""
    with serving(lambda _: shown({}), early=True) as server:
        found = judged_or_refused(server)
    if not isinstance(found, str):
        assert found.verdict == "violated"
        sound_in_all(found)


@pytest.fixture(scope="module")
def mock() -> Iterator[tuple[str, dict[str, Any]]]:
    """A sound mock, to stand behind a server that is not."""
    with background(MockOptions(render=0.2)) as served:
        yield served


def behind(mock: tuple[str, dict[str, Any]], rule: Rule, seconds: float) -> Outcome:
    """A run on the mock behind a server with a *rule*."""
    with serving(rule, mock[0]) as server:
        budget = {**mock[1]["budget"], "seconds": seconds}
        expect = {**mock[1]["expect"], "answer_seconds": PATIENCE}
        aim = parse({**mock[1], "url": server.url, "budget": budget, "expect": expect}, "mock")
        return run(contract(), aim, profile="quick")


def violated(found: Outcome) -> set[str]:
    """The promises that a run found broken."""
    return {each.promise.id for each in found.judged if each.verdict == "violated"}


PAGE: Final = http(b"<h1>Bad gateway</h1>", "Content-Type: text/html", status="502 Bad Gateway")
AT: Final[dict[str, Callable[[Asked], bool]]] = {
    "job": lambda asked: asked.method == "GET" and "/v1/jobs/" in asked.path,
    "list": lambda asked: asked.method == "GET" and asked.path.split("?")[0].endswith("/content"),
}


UNREAD = {"schema.body", "auth.required", "auth.tenancy", "errors.not-found"}
"""What is broken where an operation answers everybody with a 200 that nobody can read."""


@pytest.mark.parametrize("place", AT)
@pytest.mark.parametrize(
    ("answer", "blamed"),
    [
        (ANSWERS["silence"], set()),
        (ANSWERS["reset in the body"], set()),
        (ANSWERS["no gzip"], UNREAD),
        (shown({"key": OWN.key}, f"X-Echo: {OWN.key}", f"{OWN.key}: 1"), None),
        (PAGE, {"errors.no-server-error", "errors.shape", "schema.content-type"}),
        (redirect(307), None),
    ],
    ids=["silence", "reset", "no gzip", "the key", "502", "307"],
)
def test_one_bad_endpoint_leaves_the_rest_to_be_judged(
    mock: tuple[str, dict[str, Any]], place: str, answer: Answer, blamed: set[str] | None
) -> None:
    """What one operation does wrong is all that is found; the others are judged as ever."""
    found = behind(mock, lambda asked: answer if AT[place](asked) else None, 2.0)
    verdicts = {each.promise.id: each.verdict for each in found.judged}
    assert verdicts["schema.status"] != "not_judged"
    assert verdicts["lifecycle.first"] == "held"
    if blamed is not None:
        assert violated(found) <= blamed
    sound_in_all(found)


def compressed(raw: bytes) -> bytes:
    """An answer's body compressed, which nobody has asked for."""
    head, body = raw.split(b"\r\n\r\n", 1)
    lines = [e for e in head.split(b"\r\n") if not e.lower().startswith(b"content-length")]
    return b"\r\n".join([*lines, b"Content-Encoding: gzip"]) + b"\r\n\r\n" + gzip.compress(body)


HINT: Final = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
HABITS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "hints": lambda raw: HINT * 2 + raw,
    "continues": lambda raw: b"HTTP/1.1 100 Continue\r\n\r\n" + raw,
    "compressed": compressed,
    "HTTP/1.0": lambda raw: raw.replace(b"HTTP/1.1", b"HTTP/1.0", 1),
    "a cookie": lambda raw: raw.replace(b"\r\n", b"\r\nSet-Cookie: a=b; Path=/\r\n", 1),
    "odd headers": lambda raw: raw.replace(b"\r\n", b"\r\nX-Name: caf\xe9\r\n", 1),
}


def test_what_http_allows_is_no_fault(mock: tuple[str, dict[str, Any]]) -> None:
    """Hints before an answer, compression, cookies and the like raise no alarm anywhere."""
    dice = random.Random(7)  # noqa: S311 - a die
    habits = list(HABITS.values())
    found = behind(mock, lambda _: Altered(dice.choice(habits)), 5.0)
    assert violated(found) == set()
    assert {each.status for each in found.history if each.status and each.status < 200} == set()


def test_no_cookie_opens_a_door(mock: tuple[str, dict[str, Any]]) -> None:
    """A cookie is sent back by nobody: a call without a key stays one."""
    heads: list[bytes] = []

    def rule(asked: Asked) -> Answer:
        heads.append(asked.head.lower())
        return Altered(HABITS["a cookie"])

    behind(mock, rule, 2.0)
    assert heads
    assert not [each for each in heads if b"\r\ncookie:" in each]


DESCRIPTIONS: Final[dict[str, Answer]] = {
    "slow drip": slow_drip,
    "100s without end": flood_of_continues,
    "endless body": endless_body,
    "nested": http(b"a = " + b"[" * 30_000),
    "escapes": http(f'"a{ESCAPES[:1]}[31m" = 1\n'.replace("\x1b", "\\u001b").encode()),
    "no UTF-8": http(b"\xff\xfe"),
    "a gzip bomb": BODIES["a gzip bomb"],
    "the wrong kinds": http(b"api_key = 7\nbudget = []"),
}


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_what_a_server_says_of_itself_is_only_read(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A description that never ends, or is none, ends nothing but its own reading."""
    monkeypatch.setattr("layers_contract.cli._target.DESCRIPTION_TAKES", 0.5)
    monkeypatch.delenv("LAYERS_API_KEY", raising=False)
    with serving(lambda asked: DESCRIPTIONS[name] if "well-known" in asked.path else b"") as server:
        monkeypatch.setattr("sys.argv", ["layers-contract", "check", "--url", server.url])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    assert ended.value.code in (3, 2)
    out, err = capsys.readouterr()
    assert not [c for c in out + err if not c.isprintable() and c != "\n"]


def fuzzed(answer: Answer) -> list[Exchange]:
    """What Schemathesis gets when a server knows but one answer."""
    history: list[Exchange] = []
    header = contract().document.security_header
    with serving(lambda _: answer) as server:
        plan = fuzz.Plan(
            url=server.url,
            headers={header: CANARY},
            secret_headers=frozenset({header.lower()}),
            operations=["getApprovalPolicy", "listContent"],
            ids=lambda _: {"projectId": OPEN},
            may_send=lambda _, __: len(history) < 12,
            examples=2,
            phases=["examples", "fuzzing"],
            timeout=PATIENCE,
            secrets=[OTHER],
        )
        fuzz.run(contract().document.raw, plan, history.append)
    return history


FUZZED: Final = (
    "the key",
    "the key in an error",
    "103s without end",
    "10,000 headers",
    "a header of no ASCII",
    "a chunk of 2^64",
    "-1",
    "a redirect to nowhere",
    "Set-Cookie",
    "reset",
)


@pytest.mark.parametrize("name", FUZZED)
def test_schemathesis_survives_it_too(name: str) -> None:
    """What Schemathesis gets is taken down as what actors get, and holds no key either."""
    found = fuzzed(ANSWERS[name])
    assert found
    assert all(each.answered or each.failure for each in found)
    kept = json.dumps([to_record(each) for each in found]).lower()
    assert not [key for key in KEYS if key in kept]


def test_hints_before_an_answer_are_no_answer() -> None:
    """Schemathesis takes the answer after a 103 for the answer."""
    found = fuzzed(HINT * 3 + shown(policy(OPEN)))
    assert {each.status for each in found} == {200}
    assert all(each.json for each in found)
