"""The recording proxy: what goes through it, what it writes, and what it never does."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.helpers.certificates import certificates
from tests.helpers.histories import OPEN, Tape, contract
from tests.helpers.proxied import KEY, answering, proxied, request_of, server, whole

from layers_contract.history.exchanges import History
from layers_contract.proxy import Options, ProxyError, background
from layers_contract.proxy.live import Window
from layers_contract.proxy.recorder import Lines, Taken
from layers_contract.recordings._who import label_of

JOB = b'{"jobId":"job_1","kind":"content_generate","status":"running"}'
JSON = b"Content-Type: application/json"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where to record."""
    return tmp_path / "traffic.jsonl"


# What goes through.


def test_a_call_goes_through_and_is_written_down(out: Path) -> None:
    """The client gets the server's answer, and the file holds both, with the operation."""
    with proxied(answering(whole(JOB, JSON)), out) as proxy:
        answer = proxy.get("/v1/jobs/job_1?a=b")
        (found,) = proxy.exchanges
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(JOB)
    assert (found.method, found.path, found.status) == ("GET", "/v1/jobs/job_1", 200)
    assert (found.operation, found.path_params) == ("getJob", {"jobId": "job_1"})
    assert (found.query, found.body) == ((("a", "b"),), JOB)
    assert found.received is not None
    assert 0 <= found.received - found.sent < 10


def test_the_server_sees_its_own_name_and_who_asked(out: Path) -> None:
    """Host is the server's; X-Forwarded-* say who came how; hop-by-hop headers stay behind."""
    seen = []

    def play(connection: socket.socket) -> None:
        seen.append(request_of(connection).lower())
        connection.sendall(whole(b"{}", b"Connection: X-Hop", b"X-Hop: 1", b"Keep-Alive: 9"))

    with proxied(play, out) as proxy:
        lines = ("Te: trailers", "Keep-Alive: 5", "X-Forwarded-For: 10.0.0.9")
        answer = proxy.get("/v1/jobs/job_1", *lines).lower()
    (asked,) = seen
    assert b"\r\nhost: 127.0.0.1:" in asked
    assert b"\r\nx-forwarded-for: 10.0.0.9, 127.0.0.1\r\n" in asked
    assert b"\r\nx-forwarded-host: proxy\r\n" in asked
    assert b"\r\nx-forwarded-proto: http\r\n" in asked
    assert b"\r\nte:" not in asked
    assert b"keep-alive" not in asked + answer
    assert b"x-hop" not in answer


def test_a_prefix_of_the_address_is_put_before_the_path(tmp_path: Path, out: Path) -> None:
    """With --to …/api the server is asked below that, and the record keeps the client's path."""
    seen = []

    def play(connection: socket.socket) -> None:
        seen.append(request_of(connection))
        connection.sendall(whole(b"{}"))

    with server(play) as port:
        options = Options(f"http://127.0.0.1:{port}/api/", out)
        with background(contract(), options) as (url, _):
            client = http.client.HTTPConnection(url.removeprefix("http://"))
            client.request("GET", "/v1/jobs/a%2Fb?x=%20")
            client.getresponse().read()
    assert seen[0].startswith(b"GET /api/v1/jobs/a%2Fb?x=%20 HTTP/1.1\r\n")
    assert next(iter(History.read(out))).path_params == {"jobId": "a/b"}


@pytest.mark.parametrize("trusted", [True, False])
def test_certificates_are_checked(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch, *, trusted: bool
) -> None:
    """A server over TLS is asked where SSL_CERT_FILE vouches for it, and else answered for: 502."""
    made = certificates(tmp_path / "pki")
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(made.ca))
    with server(answering(whole(JOB)), made.server()) as port:
        options = Options(f"https://localhost:{port}", out)
        with background(contract(), options) as (url, _):
            client = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
            client.request("GET", "/v1/jobs/job_1")
            answer = client.getresponse()
            said = answer.read()
    assert answer.status == (200 if trusted else 502)
    assert said == JOB if trusted else b"certificate is not trusted" in said


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_head_and_options_go_through(out: Path, method: str) -> None:
    """HEAD keeps the length and has no body; the connection behind is used again."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 62\r\n\r\n"
    first = head if method == "HEAD" else whole(b"")
    with proxied(answering(first, whole(JOB)), out) as proxy:
        answer = proxy.get(method=method)
        assert proxy.get().endswith(JOB)
    assert (b"content-length: 62" in answer) is (method == "HEAD")
    assert answer.endswith(b"\r\n\r\n")


def test_a_redirect_is_handed_on(out: Path) -> None:
    """The proxy follows nothing."""
    moved = whole(b"", b"Location: https://elsewhere.example/", status=b"302 Found")
    with proxied(answering(moved), out) as proxy:
        answer = proxy.get()
        assert proxy.exchanges[0].status == 302
    assert b"302" in answer.splitlines()[0]
    assert b"location: https://elsewhere.example/" in answer


def test_what_is_packed_is_handed_on_packed_and_recorded_unpacked(out: Path) -> None:
    """The client gets the server's bytes; the record holds what they mean."""
    packed = gzip.compress(JOB)
    with proxied(answering(whole(packed, JSON, b"Content-Encoding: gzip")), out) as proxy:
        assert proxy.get().endswith(packed)
        assert proxy.exchanges[0].body == JOB


@pytest.mark.parametrize("length", [b"", b"Transfer-Encoding: chunked\r\n"])
def test_an_answer_of_unknown_length_ends_where_the_server_ends_it(
    out: Path, length: bytes
) -> None:
    """Chunks, or the end of the connection, end a body."""
    body = b"5\r\nabcde\r\n3\r\nfgh\r\n0\r\n\r\n" if length else b"abcdefgh"
    with proxied(answering(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n" + body), out) as proxy:
        assert b"abcde" in proxy.get()
        assert proxy.exchanges[0].body == b"abcdefgh"


def test_a_request_in_chunks_and_one_that_waits_to_be_let_in(out: Path) -> None:
    """A chunked body arrives whole; with Expect the client is told to go on."""
    seen = []

    def play(connection: socket.socket) -> None:
        while asked := request_of(connection):
            seen.append(asked)
            connection.sendall(whole(b"{}"))

    with proxied(play, out) as proxy:
        head = "POST /v1/jobs/job_1:cancel HTTP/1.1\r\nHost: p\r\nConnection: close\r\n"
        chunked = head + "Transfer-Encoding: chunked\r\n\r\n3\r\n{} \r\n0\r\n\r\n"
        assert b"200 OK" in proxy.raw(chunked.encode())
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
            client.sendall((head + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n").encode())
            assert client.recv(100).startswith(b"HTTP/1.1 100 ")
            client.sendall(b"[]")
            assert _read(client).endswith(b"{}")
        assert [each.request_body for each in proxy.exchanges] == [b"{} ", b"[]"]
    assert all(b"expect" not in each.lower() for each in seen)


def test_what_the_server_sends_slowly_arrives_as_it_comes(out: Path) -> None:
    """The first part of an answer is there before the server has sent the second."""
    go_on = threading.Event()

    def play(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        assert go_on.wait(10)
        connection.sendall(b"6\r\nsecond\r\n0\r\n\r\n")

    with proxied(play, out) as proxy:
        client = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=10)
        client.request("GET", "/v1/jobs/job_1")
        answer = client.getresponse()
        first = answer.read1(5)
        go_on.set()
        assert (first, answer.read()) == (b"first", b"second")
        assert proxy.exchanges[0].body == b"firstsecond"


def test_what_the_client_sends_slowly_arrives_as_it_comes(out: Path) -> None:
    """The first part of a request is with the server before the client has sent the second."""
    first = threading.Event()

    def play(connection: socket.socket) -> None:
        data = b""
        while not data.endswith(b"first"):
            data += connection.recv(65_536)
        first.set()
        while not data.endswith(b"second"):
            data += connection.recv(65_536)
        connection.sendall(whole(b"{}"))

    with proxied(play, out) as proxy:
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
            client.sendall(b"POST /v1/x HTTP/1.1\r\nHost: p\r\nContent-Length: 11\r\n\r\nfirst")
            assert first.wait(10)
            client.sendall(b"second")
            assert _read(client).endswith(b"{}")
        assert proxy.exchanges[0].request_body == b"firstsecond"


# What goes wrong.


def test_a_server_that_is_not_there(out: Path) -> None:
    """The client is told so with 502 in plain words; the record has no answer."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    with background(contract(), Options(f"http://127.0.0.1:{port}", out)) as (url, _):
        client = http.client.HTTPConnection(url.removeprefix("http://"))
        client.request("GET", "/v1/jobs/job_1")
        answer = client.getresponse()
        said = answer.read().decode()
    (found,) = History.read(out)
    assert answer.status == 502
    assert f"no answer from http://127.0.0.1:{port}" in said
    assert (found.status, found.received) == (None, None)
    assert found.failure


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", b"502"),
        (b"nonsense\r\n\r\n", b"502"),
        (b"HTTP/1.1 999 Odd\r\n\r\n", b"502"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", b"200"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha", b"200"),
    ],
)
def test_a_server_that_hangs_up(out: Path, sent: bytes, status: bytes) -> None:
    """Before its answer that is 502; in the middle the client's connection breaks off, too."""
    with proxied(answering(sent), out) as proxy:
        answer = proxy.get()
        (found,) = proxy.exchanges
    assert answer.split()[1] == status
    assert not answer.endswith(b"0\r\n\r\n")
    assert found.status is None
    assert found.failure


def test_a_client_that_hangs_up(out: Path) -> None:
    """The server behind is hung up on, and the record says who left."""
    left = threading.Event()

    def play(connection: socket.socket) -> None:
        request_of(connection)
        if not connection.recv(1):
            left.set()

    with proxied(play, out) as proxy:
        with socket.create_connection(("127.0.0.1", proxy.port)) as client:
            client.sendall(b"GET /v1/jobs/job_1 HTTP/1.1\r\nHost: p\r\n\r\n")
            time.sleep(0.2)
        assert left.wait(10)
        _until(lambda: proxy.recorder.written == 1)
        assert proxy.exchanges[0].failure == "the client hung up"


def test_a_connection_that_was_just_closed_is_not_noticed(out: Path) -> None:
    """A safe request that met a closing connection is sent once more over a new one."""
    with proxied(answering(whole(JOB), b""), out) as proxy:
        for _ in range(6):
            assert proxy.get().endswith(JOB)


def test_upgrades_are_refused_politely(out: Path) -> None:
    """A WebSocket is answered 501 with a reason; an offer of HTTP/2 is passed over."""
    with proxied(answering(whole(JOB)), out) as proxy:
        upgrade = "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x"
        assert b"501" in proxy.get("/v1/jobs/job_1", *upgrade).splitlines()[0]
        offer = (
            "GET /v1/jobs/job_1 HTTP/1.1\r\nHost: p\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
        )
        answer = proxy.raw(offer.encode())
    assert answer.endswith(JOB)
    assert b"connection: close" in answer


# What is written.


def test_no_secret_is_written(out: Path) -> None:
    """Not in a header, a cookie, the query, the path, nor where the server repeats it."""
    echo = json.dumps({"you": KEY.upper(), "sent": f"Bearer {KEY}"}).encode()
    packed = gzip.compress(echo)
    answer = whole(
        packed, b"Content-Encoding: gzip", b"X-Echo: " + KEY.encode(), b"Set-Cookie: s=1"
    )
    with proxied(answering(answer), out) as proxy:
        sent = f"X-Api-Key: {KEY}", "Cookie: sid=cookie-canary", "X-Auth-Token: token-canary"
        proxy.get(f"/v1/jobs/{KEY}?access_token=query-canary&echo={KEY}&limit=3", *sent)
        proxy.get("/v1/jobs/job_1", f"Authorization: Bearer {KEY}")
        one, other = proxy.exchanges
    text = out.read_text(encoding="utf-8").lower()
    assert "canary" not in text
    assert one.credential == other.credential == label_of(KEY)
    assert dict(one.query)["limit"] == "3"
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_credentials_have_names(out: Path) -> None:
    """What --key names is called so, by its hash; the rest has a label, or says why it has none."""
    names = {label_of(KEY)[4:]: "own", label_of("another-key-1")[4:]: "other"}
    with proxied(answering(whole(JOB)), out, names=names) as proxy:
        for line in (KEY, "another-key-1", "a-third-key-1"):
            proxy.get("/v1/jobs/job_1", f"X-Api-Key: {line}")
        proxy.get()
        proxy.get("/v1/jobs/job_1", "Cookie: sid=1")
        found = [each.credential for each in proxy.exchanges]
    assert found == ["own", "other", label_of("a-third-key-1"), "nobody", "hidden"]


def test_long_bodies_pass_in_little_memory_and_are_not_recorded(out: Path) -> None:
    """Ten megabytes each way arrive; the record says that they are not in it."""
    size = 10_000_000

    def play(connection: socket.socket) -> None:
        data = request_of(connection)
        assert len(data) > size
        connection.sendall(whole(b"y" * size))

    held = []
    with proxied(play, out, cap=100_000) as proxy:
        recorder = proxy.recorder
        before = recorder.receives

        def receives(taken: Taken, data: bytes) -> None:
            held.append(len(taken.response))
            before(taken, data)

        recorder.receives = receives  # type: ignore[method-assign]
        client = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=30)
        client.request("POST", f"/v1/projects/{OPEN}/content", body=b"x" * size)
        assert len(client.getresponse().read()) == size
        (found,) = proxy.exchanges
    assert max(held) <= 100_000
    assert (found.status, found.request_body, found.body) == (None, b"", b"")
    assert found.failure
    assert "not recorded" in found.failure


def test_nothing_is_dropped_under_load(out: Path) -> None:
    """Of many clients at once every call is answered, and every call is a line."""

    def play(connection: socket.socket) -> None:
        while asked := request_of(connection):
            connection.sendall(whole(asked.split()[1]))

    def calls(client: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for number in range(25):
            path = f"/v1/jobs/job_{client}_{number}"
            connection.request("GET", path, headers={"X-Api-Key": f"a-key-of-{client:04}"})
            assert connection.getresponse().read() == path.encode()

    with proxied(play, out) as proxy, ThreadPoolExecutor(40) as pool:
        port = proxy.port
        list(pool.map(calls, range(40)))
        found = proxy.exchanges
    assert len(found) == len({each.path for each in found}) == 1_000
    assert all(each.body == each.path.encode() for each in found)


def test_a_full_disk_is_said_once_and_the_proxy_goes_on(capfd: pytest.CaptureFixture[str]) -> None:
    """Calls are answered all the same, and counted as lost."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full")
    said: list[str] = []
    lines = Lines.__new__(Lines)
    lines.path, lines.lost, lines.end, lines._say = full, 0, 0, said.append
    lines._file = os.open(full, os.O_WRONLY)
    assert [lines.write(b"{}\n") for _ in range(3)] == [False] * 3
    lines.close()
    assert (lines.lost, len(said)) == (3, 1)
    assert "No space left on device" in said[0]


def test_a_recording_is_never_overwritten(out: Path) -> None:
    """An existing file is refused; with --append its whole lines stay, and a cut one goes."""
    with proxied(answering(whole(JOB)), out) as proxy:
        proxy.get()
    with pytest.raises(ProxyError, match="is there already"), proxied(answering(), out):
        pass
    with out.open("a", encoding="utf-8") as file:
        file.write('{"method": "GE')
    with proxied(answering(whole(JOB)), out, append=True) as proxy:
        proxy.get()
        assert len(proxy.exchanges) == 2
        assert not History.read(out).notes


def test_a_cut_last_line_is_left_out_and_named(out: Path) -> None:
    """A recording that was broken off is read as far as it is whole."""
    with proxied(answering(whole(JOB)), out) as proxy:
        proxy.get()
        proxy.get()
    text = out.read_text(encoding="utf-8")
    out.write_text(text[:-40], encoding="utf-8")
    history = History.read(out)
    assert len(history) == 1
    assert history.notes == [f"{out}:2: cut off in the middle, left out"]


@pytest.mark.parametrize("to", ["api.example.com", "ftp://x", "http://", "http://x:99999", "//x"])
def test_an_address_has_to_be_one(out: Path, to: str) -> None:
    """What is no address is refused in a line, and no file is made."""
    with (
        pytest.raises(ProxyError, match="not an address"),
        background(contract(), Options(to, out)),
    ):
        pass
    assert not out.exists()


# The command.


def _read(client: socket.socket) -> bytes:
    """An answer that ends with an empty object."""
    found = b""
    while not found.endswith(b"{}"):
        found += client.recv(1_000)
    return found


def _until(done: object, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not done():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


def _started(port: int, out: Path, *options: str) -> tuple[subprocess.Popen[str], int]:
    command = [sys.executable, "-m", "layers_contract", "proxy", "--to", f"http://127.0.0.1:{port}"]
    process = subprocess.Popen(
        [*command, "--out", str(out), *options],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    line = process.stderr.readline()
    return process, int(line.split("http://127.0.0.1:")[1].split()[0])


def _ask(port: int, number: int) -> None:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    client.request("GET", f"/v1/jobs/job_{number}", headers={"X-Api-Key": KEY})
    client.getresponse().read()


def test_a_proxy_that_is_killed_has_written_what_was_answered(out: Path) -> None:
    """After kill -9 every call that was answered is a whole line."""
    with server(answering(*[whole(JOB)] * 50)) as port:
        process, proxy = _started(port, out)
        for number in range(20):
            _ask(proxy, number)
        process.kill()
        process.communicate()
    assert [each.path for each in History.read(out)] == [f"/v1/jobs/job_{n}" for n in range(20)]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_proxy_that_is_stopped_says_what_went_through(out: Path, how: signal.Signals) -> None:
    """SIGTERM and Ctrl-C end it with a summary, and exit code 0."""
    with server(answering(*[whole(JOB)] * 5)) as port:
        process, proxy = _started(port, out)
        for number in range(3):
            _ask(proxy, number)
        process.send_signal(how)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert f"3 exchanges recorded in {out}" in said
    assert "getJob 3" in said


def test_a_proxy_that_judges_shows_violations_and_fails(out: Path) -> None:
    """A broken promise is shown while the proxy serves, once, and ends it with exit code 1."""
    broken = whole(b'{"jobId": 7}', JSON, b"X-Request-Id: req_1")
    with server(answering(*[broken] * 9)) as port:
        process, proxy = _started(port, out, "--judge")
        _ask(proxy, 1)
        assert process.stderr
        line = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        table, _ = process.communicate(timeout=20)
    assert "schema.body" in line
    assert "schema.body" in table
    assert process.returncode == 1


def test_a_window_shows_a_violation_once(out: Path) -> None:
    """What was shown is not shown again, however often the window is judged."""
    tape = Tape()
    made = tape.generate()
    tape.read(made, "generating")
    tape.read(made, "queued")
    tape.history.write(out)
    window = Window(contract(), out, strict=False)
    window.read(out.stat().st_size)
    first, again = window.judge([]), window.judge([])
    assert [promise for promise, _ in first] == ["lifecycle.order"]
    assert not again


def test_a_call_under_way_may_have_done_it(out: Path) -> None:
    """What a call without an answer yet may have caused is not held against the server."""
    tape = Tape()
    made = tape.generate()
    tape.read(made, "canceled")
    tape.history.write(out)
    window = Window(contract(), out, strict=False)
    window.read(out.stat().st_size)
    cancel = tape.cancel(made, at=0.5, lost=True)
    assert not window.judge([cancel])
    assert [promise for promise, _ in window.judge([])] == ["lifecycle.canceled"]
