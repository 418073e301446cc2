"""Any bytes on any route: never a server error, never a hang, always the error object."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import anyio
import pytest
import trio
import trio.testing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.helpers.mock_client import document

from layers_contract.mock import (
    OWN,
    Application,
    MockOptions,
    TrioClock,
    WallClock,
    app,
    background,
)
from layers_contract.spec.contract import Contract

OPERATIONS = list(document().operations.values())
CONTENT = b"/v1/projects/254a4ce1-f4ca-42b1-9e36-17ca45ef3d39/content"

PARTS = st.one_of(
    st.sampled_from(
        ["v1", "projects", "content", "jobs", "progress", "_media", "", "..", "%2F", "%00",
         "%ff", "%ED%A0%80", "%", "cnt_0", "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39", "a" * 3000]
    ).map(str.encode),
    st.binary(max_size=12).map(lambda raw: raw.replace(b"?", b"").replace(b"\n", b"")),
)  # fmt: skip
PATHS = st.one_of(
    st.lists(PARTS, max_size=6).map(lambda parts: b"/" + b"/".join(parts)),
    st.sampled_from([operation.path.encode() for operation in OPERATIONS]),
    st.builds(lambda part: CONTENT.replace(b"254a", part), PARTS),
    st.just(CONTENT),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["brief", "hook", "format", "patch", "\0"]), inner)
    ),
    max_leaves=8,
)
STRANGE = [
    b"", b"null", b"NaN", b'{"brief":{"hook":"\\ud800"}}', b'{"brief":{"hook":"\\u0000"}}',
    b'{"brief":{"hook":"a"},"brief":{"hook":"b"}}', b"[" * 100_000, b'{"a":' * 5_000,
    b'{"brief":{"hook":"x"},"n":1e999}', b'{"brief":{"hook":"x"},"n":' + b"9" * 5_000 + b"}",
    b'{"brief":{"hook":"x"},"n":-0.0}', b"\xff\xfe{}", b"\xef\xbb\xbf{}",
    b'{"brief":{"hook":"\xff"}}',
    b'{"brief":{"hook":"x"},"deep":' + b"[" * 300 + b"]" * 300 + b"}", b"{" * 900 + b"}" * 900,
    b'{"brief":{"hook":"x","targetPlatforms":["a","a"]}}', b"x" * (1 << 20), b"x" * ((1 << 20) + 1),
]  # fmt: skip
BODIES = st.one_of(
    st.sampled_from(STRANGE),
    st.binary(max_size=64),
    JSON.map(lambda value: json.dumps(value).encode()),
)
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            [b"x-api-key", b"host", b"content-type", b"content-length", b"idempotency-key",
             b"if-none-match", b"accept", b"transfer-encoding", b"x-\xff"]
        ),
        st.binary(max_size=20)
        | st.sampled_from([b"application/json", b"-1", b"9" * 30, b"*", b'"', b"lk_mock_own"]),
    ),
    max_size=6,
)  # fmt: skip
METHODS = st.sampled_from(
    ["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS", "TRACE", "get", "X" * 100, ""]
)
MESSAGES = st.sampled_from(["whole", "halves", "empty first", "hang up"])


class Exchange:
    """One raw ASGI exchange, and what was sent back."""

    def __init__(self, scope: dict[str, Any], body: bytes, how: str) -> None:
        self.scope = scope
        self.sent: list[dict[str, Any]] = []
        middle = len(body) // 2
        chunks = {
            "halves": [body[:middle], body[middle:]],
            "empty first": [b"", body],
        }.get(how, [body])
        self.incoming = [
            {"type": "http.request", "body": chunk, "more_body": i < len(chunks) - 1}
            for i, chunk in enumerate(chunks)
        ]
        if how == "hang up":
            self.incoming = [{"type": "http.disconnect"}]

    async def receive(self) -> dict[str, Any]:
        return self.incoming.pop(0) if self.incoming else {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.sent[1:])


def scope_of(method: str, path: bytes, query: bytes, headers: Any) -> dict[str, Any]:
    return {
        "type": "http", "method": method, "path": path.decode("utf-8", "replace"),
        "raw_path": path, "query_string": query, "headers": headers, "scheme": "http",
        "server": ("127.0.0.1", 80),
    }  # fmt: skip


def exchange(application: Application, scope: dict[str, Any], body: bytes, how: str) -> Exchange:
    spoken = Exchange(scope, body, how)

    async def main() -> None:
        with anyio.fail_after(30):
            await application(scope, spoken.receive, spoken.send)

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
    return spoken


def hold_to_shape(spoken: Exchange) -> None:
    """The least that holds for every answer."""
    assert 200 <= spoken.status < 500
    assert spoken.headers[b"x-request-id"]
    if spoken.status >= 400 and spoken.scope["method"] != "HEAD":
        error = json.loads(spoken.body)["error"]
        assert error["requestId"].encode() == spoken.headers[b"x-request-id"]
        assert error["code"]
        assert error["message"]


@pytest.fixture(scope="module")
def application() -> Application:
    return app(MockOptions(seed=1), TrioClock())


REQUESTS = st.fixed_dictionaries(
    {
        "method": METHODS,
        "path": PATHS,
        "query": st.binary(max_size=30),
        "headers": HEADERS,
        "body": BODIES,
        "how": MESSAGES,
        "key": st.booleans(),
    }
)


@given(sent=REQUESTS)
@settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_any_request_is_answered_in_shape(application: Application, sent: dict[str, Any]) -> None:
    """Whatever the method, path, query, headers and body, there is a documented answer."""
    own = [(b"x-api-key", OWN.key.encode())] if sent["key"] else []
    scope = scope_of(sent["method"], sent["path"], sent["query"], [*own, *sent["headers"]])
    hold_to_shape(exchange(application, scope, sent["body"], sent["how"]))


@pytest.mark.parametrize("body", STRANGE, ids=lambda body: repr(body[:30]))
@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.body], ids=lambda o: o.id)
def test_a_strange_body_is_answered_in_shape(
    application: Application, operation: Any, body: bytes
) -> None:
    """Each strange body on each operation that takes one."""
    ids = {"projectId": CONTENT.split(b"/")[3].decode(), "containerId": "cnt_0"}
    path = operation.url(**{p.name: ids[p.name] for p in operation.path_parameters}).encode()
    headers = [(b"x-api-key", OWN.key.encode()), (b"content-type", b"application/json")]
    spoken = exchange(application, scope_of(operation.method, path, b"", headers), body, "whole")
    hold_to_shape(spoken)
    assert spoken.status in {200, 202, 404, 413, 422}


def test_what_is_stored_from_strange_bodies_can_be_read(application: Application) -> None:
    """After all that, the list is still valid JSON with valid containers."""
    headers = [(b"x-api-key", OWN.key.encode())]
    spoken = exchange(application, scope_of("GET", CONTENT, b"limit=200", headers), b"", "whole")
    base = Contract(document()).operations["listContent"].responses["200"].base
    assert not document().problems(base, json.loads(spoken.body))


@pytest.mark.parametrize(
    ("start", "headers", "body", "status"),
    [
        (("POST", CONTENT), {"content-type": "text/plain"}, b"{}", 415),
        (("POST", CONTENT), {}, b"{}", 415),
        (("POST", CONTENT), {"content-type": "application/json"}, b"", 422),
        (("POST", CONTENT), {"content-type": "application/json"}, b"{", 422),
        (("POST", CONTENT), {"content-type": "application/json"}, b"x" * ((1 << 20) + 1), 413),
        (("POST", CONTENT), {"content-type": "a", "content-length": "9999999"}, b"", 413),
        (("PUT", CONTENT), {}, b"", 405),
        (("OPTIONS", CONTENT), {}, b"", 405),
        (("HEAD", CONTENT), {}, b"", 200),
        (("GET", b"/v1"), {}, b"", 404),
        (("GET", b"/v1/jobs/%2F"), {}, b"", 404),
        (("GET", b"/v1/jobs/%00"), {}, b"", 404),
        (("GET", b"/v1/jobs/a/"), {}, b"", 404),
        (("GET", b"/_media/" + b"9" * 5000), {}, b"", 404),
        (("POST", b"/_media/x"), {}, b"", 405),
        (("GET", b"/v1/jobs/job_0"), {"if-none-match": ""}, b"", 422),
        (("POST", CONTENT), {"idempotency-key": "k" * 256}, b"", 422),
        (("POST", CONTENT), {"idempotency-key": ""}, b"", 422),
    ],
)
def test_a_wrong_request_has_its_status(
    application: Application,
    start: tuple[str, bytes],
    headers: dict[str, str],
    body: bytes,
    status: int,
) -> None:
    """The statuses of HTTP itself are what HTTP says, and the answers have our shape."""
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    sent.append((b"x-api-key", OWN.key.encode()))
    spoken = exchange(application, scope_of(*start, b"", sent), body, "whole")
    assert spoken.status == status
    hold_to_shape(spoken)
    assert (b"allow" in spoken.headers) is (status == 405)
    assert spoken.body == b"" or start[0] != "HEAD"


def test_a_slow_body_is_408() -> None:
    """A body that does not come is given up after the time that the options allow."""
    own = [(b"x-api-key", OWN.key.encode())]
    spoken = Exchange(scope_of("POST", CONTENT, b"", own), b"", "whole")
    patient = app(MockOptions(), TrioClock())

    async def main() -> None:
        await patient(spoken.scope, trio.sleep_forever, spoken.send)

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
    assert spoken.status == 408
    hold_to_shape(spoken)


def test_a_websocket_is_refused_and_the_lifespan_answered(application: Application) -> None:
    """What is not HTTP is told so at once."""
    socket_call = exchange(application, {"type": "websocket"}, b"", "whole")
    assert socket_call.sent == [{"type": "websocket.close", "code": 1000}]
    life = Exchange({"type": "lifespan"}, b"", "whole")
    life.incoming = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    trio.run(application, life.scope, life.receive, life.send)
    assert [m["type"] for m in life.sent] == [
        "lifespan.startup.complete", "lifespan.shutdown.complete"
    ]  # fmt: skip


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with background(MockOptions(body_timeout=0.5)) as (url, _):
        yield int(url.rsplit(":", 1)[1])


def talk(port: int, raw: bytes) -> bytes:
    """What the server says to raw bytes until it closes, or falls silent for half a second."""
    said = b""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        try:
            connection.sendall(raw)
            connection.settimeout(0.5)
            while chunk := connection.recv(1 << 16):
                said += chunk
        except OSError:
            return said
    return said


HEAD = b"POST " + CONTENT + b" HTTP/1.1\r\nHost: x\r\nX-Api-Key: lk_mock_own\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"
RAW = [
    b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00",
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    b"GET /\x00\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /v1/jobs/a%2Fb%00 HTTP/1.1\r\nHost: x\r\nX-Api-Key: \xff\r\n\r\n",
    HEAD + b"Content-Length: 10\r\nContent-Length: 20\r\n\r\n{}",
    HEAD + b"Content-Length: -5\r\n\r\n{}", HEAD + b"Content-Length: 99999999999\r\n\r\n{",
    HEAD + b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    CHUNKED + b"2\r\n{}\r\n0\r\n\r\n",
    CHUNKED + (b"10000\r\n" + b" " * 65_536 + b"\r\n") * 20 + b"0\r\n\r\n",
    HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n",
    b"BREW " + CONTENT + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
]  # fmt: skip


@pytest.mark.parametrize("raw", RAW, ids=lambda raw: repr(raw[:40]))
def test_any_bytes_on_the_wire_leave_the_server_well(port: int, raw: bytes) -> None:
    """Broken HTTP is refused or hung up on, never a 500; the next caller is served."""
    assert not talk(port, raw).startswith(b"HTTP/1.1 5")
    healthy = talk(port, b"GET /v1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert healthy.startswith(b"HTTP/1.1 404")


@given(raw=st.binary(max_size=200))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_random_bytes_on_the_wire_leave_the_server_well(port: int, raw: bytes) -> None:
    """Whatever comes after a valid beginning, it is not a server error."""
    assert not talk(port, HEAD + raw + b"\r\n\r\n").startswith(b"HTTP/1.1 5")


def test_a_slow_body_on_the_wire_is_408(port: int) -> None:
    """A caller that stops in the middle of its body is answered and hung up on."""
    said = talk(port, HEAD + b"Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{")
    assert said == b"" or b"408" in said.split(b"\r\n")[0]


def test_real_time_never_goes_back() -> None:
    """The wall clock moves forward only."""
    clock = WallClock()
    moments = [clock.now() for _ in range(1000)]
    assert moments == sorted(moments)
