"""The script that sends a violation's requests again."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from tests.helpers.outcomes import CONTENT, HOSTILE, exchange, outcome, read, usual
from tests.helpers.reproductions import options, reproduced, target

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.invariants import Violation
from layers_contract.mock import OWN, background
from layers_contract.replay import files
from layers_contract.report import script, scripts

KEYS = {"LAYERS_API_KEY": "key-own", "LAYERS_OTHER_KEY": "key-other"}
SENT_BY_CREDENTIAL = {
    "own": "key-own",
    "other": "key-other",
    "invalid": "not-a-key",
    "none": None,
}
BODIES = {
    "json": b'{"hook":"caf\xc3\xa9 \xf0\x9f\x98\x80"}',
    "quotes": b"""{"a":"it's \\"so\\" $HOME `id` \\\\ %s !"}""",
    "not UTF-8": bytes(range(256)),
    "line breaks": b"a\nb\r\n\n",
    "like a file": b"@/etc/passwd",
    "like an option": b"-\xff--data",
    "long": b"x" * 200_000,
    "long enough to ask first": b'{"a":"' + b"\xff" * 1_100_000 + b'"}',
}


class Recorder(ThreadingHTTPServer):
    """A server that keeps every request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answers: list[tuple[str, bytes]] = []
        """An ETag and a body for each request to come."""
        self.crowd: threading.Barrier | None = None
        """Who must have come before anybody is answered."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Recorder

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.keep
        raise AttributeError(name)

    def keep(self) -> None:
        """Write the request down, whatever its method."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((self.command, self.path, headers, body))
        if self.server.crowd is not None:
            self.server.crowd.wait(30)
        tag, answer = self.server.answers.pop(0) if self.server.answers else ("", b"")
        self.send_response(200)
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Nothing: the test looks at what was kept."""


@pytest.fixture
def server() -> Iterator[Recorder]:
    """A server on a port of its own."""
    with Recorder() as recorder:
        threading.Thread(target=recorder.serve_forever, args=(0.01,), daemon=True).start()
        yield recorder
        recorder.shutdown()


def written(*exchanges: Exchange, message: str = "m", **more: Any) -> str:
    """The script for these exchanges."""
    return script(outcome(history=exchanges, **more), Violation(message, exchanges))


def run(text: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script with sh, in an empty folder, with nothing else in its environment."""
    if shutil.which("curl") is None:
        pytest.fail("there is no curl on the PATH; install it to run these tests", pytrace=False)
    path = folder / "again.sh"
    path.write_text(text, encoding="utf-8")
    return subprocess.run(
        ["sh", str(path)],
        env={"PATH": os.environ["PATH"], **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_is_sent_again_to_the_byte(server: Recorder, tmp_path: Path, body: bytes) -> None:
    """Whatever bytes a body has, the script sends the same."""
    ran = run(written(exchange(request_body=body), target=server.url), tmp_path, **KEYS)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert [sent[3] for sent in server.requests] == [body]


@pytest.mark.parametrize(("credential", "key"), SENT_BY_CREDENTIAL.items())
def test_requests_are_sent_again_as_they_were(
    server: Recorder, tmp_path: Path, credential: str, key: str | None
) -> None:
    """Method, path, query, headers and credential arrive as recorded, and nothing besides."""
    headers = {
        "accept": "application/json",
        "idempotency-key": 'it\'s "one" $HOME',
        "x-empty": "",
        "x-latin": "caf\xe9 100%",
    }
    one = exchange(
        "PATCH",
        "/v1/content/../%2e%2E/[a]'b",
        query=(("cursor", "a b&c=d"), ("cursor", "é"), ("empty", "")),
        request_headers=headers,
        request_body=b"{}",
        credential=credential,
    )
    ran = run(written(one, target=server.url), tmp_path, **KEYS)
    assert (ran.returncode, ran.stderr) == (0, "")
    ((method, target, received, body),) = server.requests
    path, _, query = target.partition("?")
    assert (method, path, body) == ("PATCH", one.path, b"{}")
    assert tuple(parse_qsl(query, keep_blank_values=True)) == one.query
    own = {"host": server.url.removeprefix("http://"), "content-length": "2"}
    assert received == {**headers, **own, **({"x-api-key": key} if key else {})}


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "POST"])
def test_a_request_without_a_body_stays_without_one(
    server: Recorder, tmp_path: Path, method: str
) -> None:
    """No body and no media type are made up, whatever the method."""
    one = exchange(method, request_headers={}, request_body=b"")
    ran = run(written(one, target=server.url), tmp_path, **KEYS)
    assert ran.returncode == 0
    assert [sent[0] for sent in server.requests] == [method]
    assert {"content-type", "transfer-encoding"}.isdisjoint(server.requests[0][2])


def test_an_empty_body_is_sent_as_empty(server: Recorder, tmp_path: Path) -> None:
    """A recorded content-length of 0 is sent again."""
    one = exchange(request_headers={"content-length": "0"}, request_body=b"")
    run(written(one, target=server.url), tmp_path, **KEYS)
    assert server.requests[0][2]["content-length"] == "0"


def test_the_order_is_kept(server: Recorder, tmp_path: Path) -> None:
    """Requests are sent in the order of the proof."""
    run(written(exchange(), read(0.1), exchange(at=0.2), target=server.url), tmp_path, **KEYS)
    assert [sent[0] for sent in server.requests] == ["POST", "GET", "POST"]


def test_nothing_that_a_server_says_is_run(server: Recorder, tmp_path: Path) -> None:
    """Hostile answers, actors, headers and messages make no command and no other request."""
    hostile = "\ntouch pwned\n" + HOSTILE
    one = exchange(
        body=hostile.encode(),
        actor=hostile,
        path_params={"containerId": hostile},
        request_headers={"x-odd": hostile, hostile: "name"},
    )
    two = read(0.1, failure=hostile, status=None, path_params={"containerId": hostile})
    ran = run(written(one, two, message=hostile, target=server.url), tmp_path, **KEYS)
    assert ran.returncode == 0
    assert len(server.requests) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["again.sh"]


def test_a_missing_key_is_asked_for(tmp_path: Path) -> None:
    """Without the variable the script stops before it sends, and names the variable."""
    ran = run(written(exchange()), tmp_path)
    assert ran.returncode != 0
    assert "LAYERS_API_KEY" in ran.stderr


def test_a_key_that_is_not_used_is_not_asked_for() -> None:
    """A request without a credential needs no variable."""
    assert "LAYERS_" not in written(exchange(credential="none"))


def test_a_target_that_is_no_address_is_asked_for() -> None:
    """Recorded traffic may have no address: the script then takes it from BASE."""
    assert "BASE:?" in written(exchange(), target="recorded.har")


def test_the_targets_own_path_stands_once() -> None:
    """A recorder may keep the target's path in front of the document's, or not."""
    target = "https://example.test/staging/"
    for path in (CONTENT, "/staging" + CONTENT):
        text = written(exchange(path=path), target=target)
        assert "BASE=https://example.test/staging\n" in text
        assert f'"$BASE"{CONTENT} ' in text


def test_what_was_answered_then_stands_above_each_request() -> None:
    """A comment gives time, actor, status and the beginning of the body."""
    text = written(exchange(), read(1.5, status=404, body=b"not JSON\n"))
    assert '# 1 of 2 · +0.000 s · replays · answered then: 202 {"jobId":"job_1"' in text
    assert "# 2 of 2 · +1.500 s · replays · answered then: 404 not JSON\\n" in text


def test_an_id_is_taken_from_the_answer_of_now(server: Recorder, tmp_path: Path) -> None:
    """Where a later request names what an earlier answer gave, the new one is named, wherever."""
    server.answers = [("", b'{"jobId":"job_9","containerId" : "cnt_9"}')]
    text = written(exchange(), read(0.1), target=server.url)
    run(text, tmp_path, **KEYS)
    assert server.requests[1][1] == "/v1/content/cnt_9"
    assert "# containerId_1 is from answer 1, its containerId: cnt_1 then.\n" in text


def test_an_id_is_as_it_was_where_no_answer_gives_another(server: Recorder, tmp_path: Path) -> None:
    """Without its name in the answer of now, an id is the one of then."""
    server.answers = [("", b'{"error":{"containerId":null}}')]
    run(written(exchange(), read(0.1), target=server.url), tmp_path, **KEYS)
    assert server.requests[1][1] == "/v1/content/cnt_1"


def test_what_the_first_request_gave_is_no_answers() -> None:
    """An id that was sent before any answer named it stays as it is."""
    first = read(0)
    assert "=$(" not in written(first, read(0.1), target="http://example.test").partition("show")[2]


def test_texts_of_one_name_are_counted(server: Recorder, tmp_path: Path) -> None:
    """The second asset's id is taken from where the second asset's id stands now."""

    def shown(*ids: str) -> bytes:
        return json.dumps({"id": ids[0], "assets": [{"id": each} for each in ids[1:]]}).encode()

    then, now = shown("cnt_1", "one", "two"), shown("cnt_1", "uno", "due")
    server.answers = [("", now)]
    sign = exchange(
        "GET",
        "/v1/content/cnt_1/assets/two",
        0.1,
        request_headers={},
        request_body=b"",
        operation="getContentAsset",
        path_params={"containerId": "cnt_1", "assetId": "two"},
    )
    run(written(read(0, body=then), sign, target=server.url), tmp_path, **KEYS)
    assert server.requests[1][1] == "/v1/content/cnt_1/assets/due"


def page(at: float, cursor: str | None, gives: str) -> Exchange:
    """A page of a list."""
    return exchange(
        "GET",
        at=at,
        query=(("limit", "1"), *((("cursor", cursor),) if cursor else ()), ("status", "queued")),
        request_headers={},
        request_body=b"",
        operation="listContent",
        body=json.dumps({"items": [{"status": "queued"}], "nextCursor": gives}).encode(),
    )


@pytest.mark.parametrize("escaped", [False, True])
def test_a_cursor_is_taken_whatever_is_in_it(
    server: Recorder, tmp_path: Path, *, escaped: bool
) -> None:
    """A cursor of now is sent to the letter; JSON may escape its slashes."""
    cursor = "a/b+c==&limit=9?#%2F;$HOME`'|x"
    body = json.dumps({"items": [{"status": "generating"}], "nextCursor": cursor})
    server.answers = [("", (body.replace("/", "\\/") if escaped else body).encode())]
    text = written(page(0, None, "then+/="), page(0.1, "then+/=", ""), target=server.url)
    run(text, tmp_path, **KEYS)
    query = parse_qsl(server.requests[1][1].partition("?")[2])
    assert query == [("limit", "1"), ("cursor", cursor), ("status", "queued")]


def test_an_etag_is_taken_from_a_header(server: Recorder, tmp_path: Path) -> None:
    """A conditional request carries the ETag of now."""
    server.answers = [('W/"new/+="', b"{}")]
    first = read(0, headers={"etag": '"old"'})
    again = read(0.1, request_headers={"if-none-match": '"old"'})
    run(written(first, again, target=server.url), tmp_path, **KEYS)
    assert server.requests[1][2]["if-none-match"] == 'W/"new/+="'


@pytest.mark.parametrize(
    "value",
    [
        "$(touch${IFS}pwned)",
        "`touch${IFS}pwned`",
        "';touch${IFS}pwned;'",
        "--output=pwned",
        "@pwned",
        "../../pwned",
        "x -o pwned",
        "s|x|y|w_pwned",
        "\n\ntouch pwned",
    ],
)
def test_a_value_of_now_is_no_command(server: Recorder, tmp_path: Path, value: str) -> None:
    """What is taken from an answer makes no file, no other request and no option of curl's."""
    body = json.dumps({"jobId": value, "containerId": value}).encode()
    server.answers = [(value.replace("\n", " "), body)]
    first = exchange(headers={"etag": '"t"'})
    again = read(0.1, request_headers={"if-none-match": '"t"'})
    ran = run(written(first, again, target=server.url), tmp_path, **KEYS)
    assert ran.returncode == 0
    assert len(server.requests) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["again.sh"]


def test_what_went_on_together_goes_on_together(server: Recorder, tmp_path: Path) -> None:
    """Requests that overlapped are sent before any of them is answered; each answer is shown."""
    server.crowd = threading.Barrier(3)
    server.answers = [("", body) for body in (b"one", b"two", b"three")]
    calls = [exchange(at=at) for at in (0, 0.01, 0.02)]
    ran = run(written(*calls, target=server.url), tmp_path, **KEYS)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert all(ran.stdout.count(each) == 1 for each in ("one", "two", "three"))


def test_what_came_after_an_answer_comes_after_it(server: Recorder, tmp_path: Path) -> None:
    """A request that was sent when one of two had its answer waits for that one alone."""
    slow = exchange(received=read(9).received)
    text = written(slow, exchange(at=0.1), read(0.3), target=server.url)
    assert text.index("show 2") < text.index("show 3") < text.index('wait "$sent_1"')
    run(text, tmp_path, **KEYS)
    assert len(server.requests) == 3


def test_a_pause_is_kept_in_whole_seconds() -> None:
    """Between requests as much time passes as then; a moment is none."""
    text = written(exchange(), read(0.3), read(4))
    assert re.findall(r"^sleep .*", text, re.MULTILINE) == ["sleep 4"]


def test_no_answer_stays_behind(server: Recorder, tmp_path: Path) -> None:
    """The folder that answers are kept in is gone when the script ends."""
    (tmp_path / "temporary").mkdir()
    text = written(exchange(), read(0.1), target=server.url)
    run(text, tmp_path, TMPDIR=str(tmp_path / "temporary"), **KEYS)
    assert not list((tmp_path / "temporary").iterdir())


def test_simultaneous_requests_are_pointed_out() -> None:
    """A request that was sent before the one above was answered says so."""
    remark = "# It was sent while request 1 had no answer yet."
    assert remark in written(exchange(), exchange(at=0.01))
    assert remark not in written(exchange(), exchange(at=0.06))


def test_each_violated_invariant_has_one_script() -> None:
    """The scripts are named after the invariants."""
    assert list(scripts(usual())) == ["idempotency.replay.sh", "container.readable.sh"]


def _two_jobs(answers: list[Any]) -> bool:
    return len({each["jobId"] for each in answers}) == 2


def _completed_once_canceled(answers: list[Any]) -> bool:
    states = [each.get("status") for each in answers]
    return "completed" in states[states.index("canceled") :]


@pytest.mark.parametrize(
    ("fault", "promise", "shows"),
    [
        ("replay-starts-job", "idempotency.replay", _two_jobs),
        ("replay-race", "idempotency.simultaneous", _two_jobs),
        ("canceled-completes", "lifecycle.terminal", _completed_once_canceled),
    ],
)
def test_a_script_shows_a_fault_to_whoever_runs_it(
    tmp_path: Path, fault: str, promise: str, shows: Callable[[list[Any]], bool]
) -> None:
    """A script from one server shows its fault on another one, which gives other ids."""
    outcome, found = reproduced(fault, promise)
    with background(replace(options(fault), latency=1)) as (url, _):  # curl is slow to start
        text = files(replace(outcome, target=url), target(), found)[f"{promise}.sh"]
        ran = run(text, tmp_path, LAYERS_API_KEY=OWN.key)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert shows([json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")])
