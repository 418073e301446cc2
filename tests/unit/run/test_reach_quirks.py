"""What stands between a run and a sound server, and must change nothing.

Encodings, odd headers, connections that are closed, servers that are slow or still starting.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import brotli  # type: ignore[import-untyped]
import httpx
import pytest
import trio
import zstandard
from tests.helpers.histories import contract
from tests.helpers.hostile_server import Altered, Answer, Asked, Peer, Server, http, serving
from tests.helpers.shell import Shell
from tests.helpers.ways import GATE, SECRET, Served, gated, is_judged, judged, sound

from layers_contract.history import decoding
from layers_contract.mock import MockOptions, background
from layers_contract.run import Unjudgeable, fuzz, run
from layers_contract.run._listener import Silence
from layers_contract.run.fuzz import Plan
from layers_contract.run.network import Network, Request, address
from layers_contract.target import parse

Change = Callable[[list[bytes], bytes], tuple[list[bytes], bytes]]


def altered(change: Change) -> Callable[[Asked], Answer | None]:
    """A server that changes the head's lines, and the body, of each answer with a body."""

    def anew(raw: bytes) -> bytes:
        head, _, body = raw.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        if not body:
            return raw
        lines, body = change(lines, body)
        kept = [each for each in lines if not each.lower().startswith(b"content-length:")]
        if not any(each.lower().startswith(b"transfer-encoding:") for each in kept):
            kept.append(b"Content-Length: %d" % len(body))
        return b"\r\n".join(kept) + b"\r\n\r\n" + body

    return lambda _: Altered(anew)


def encoded(name: str, pack: Callable[[bytes], bytes]) -> Change:
    return lambda lines, body: ([*lines, f"Content-Encoding: {name}".encode()], pack(body))


def typed(value: str) -> Change:
    def change(lines: list[bytes], body: bytes) -> tuple[list[bytes], bytes]:
        kept = [each for each in lines if not each.lower().startswith(b"content-type:")]
        return [*kept, f"Content-Type: {value}".encode()], body

    return change


def shouted(lines: list[bytes], body: bytes) -> tuple[list[bytes], bytes]:
    first, *rest = lines
    pairs = (each.partition(b":") for each in rest)
    return [first, *(name.upper() + colon + value for name, colon, value in pairs)], body


def doubled(lines: list[bytes], body: bytes) -> tuple[list[bytes], bytes]:
    ids = [each for each in lines if each.lower().startswith(b"x-request-id:")]
    return [*lines, *ids, b"Set-Cookie: a=1", b"Set-Cookie: b=2", b"Vary: Origin"], body


def chunked(lines: list[bytes], body: bytes) -> tuple[list[bytes], bytes]:
    parts = [body[at : at + 50] for at in range(0, len(body), 50)]
    raw = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return [*lines, b"Transfer-Encoding: chunked"], raw + b"0\r\n\r\n"


def pretty(lines: list[bytes], body: bytes) -> tuple[list[bytes], bytes]:
    return lines, json.dumps(json.loads(body), indent=4, ensure_ascii=True).encode() + b"\r\n"


QUIRKS: Final[dict[str, Change]] = {
    "gzip": encoded("gzip", gzip.compress),
    "deflate": encoded("deflate", zlib.compress),
    "br": encoded("br", brotli.compress),
    "zstd": encoded("zstd", zstandard.compress),
    "a byte order mark": lambda lines, body: (lines, b"\xef\xbb\xbf" + body),
    "a charset": typed('application/json; charset="UTF-8"'),
    "headers in capitals": shouted,
    "headers twice": doubled,
    "chunks": chunked,
    "white space": pretty,
}


@pytest.mark.parametrize("change", QUIRKS.values(), ids=QUIRKS)
def test_a_quirk_of_http_changes_nothing(mock: Served, change: Change) -> None:
    """A sound server is held to be one, whatever its answers are wrapped in."""
    with serving(altered(change), mock[0]) as server:
        values = {**mock[1], "url": server.url}
        values["budget"] = {**mock[1]["budget"], "requests": 250, "seconds": 40, "generations": 20}
        found = run(contract(), parse(values, "t"), profile="quick")
        assert is_judged(found, server)
        assert not any(each.findings for each in found.history)


def test_an_encoding_that_cannot_be_read_here_is_told_and_not_judged(
    mock: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the extra, nothing is said of the body but how it came and what to install."""

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(decoding, "import_module", missing)
    with (
        serving(altered(QUIRKS["br"]), mock[0]) as server,
        pytest.raises(Unjudgeable, match=r"br-encoded .* install layers-contract\[encodings\]"),
    ):
        judged(mock, server.url)


def test_some_answers_that_cannot_be_read_violate_nothing(mock: Served) -> None:
    """An odd encoding on some answers leaves these out, and judges the others."""
    count = iter(range(10**6))
    odd = altered(encoded("lzma", zlib.compress))
    with serving(lambda asked: odd(asked) if next(count) % 5 == 4 else None, mock[0]) as server:
        found = judged(mock, server.url)
    assert found.verdict == "held"
    said = {each.failure for each in found.history if each.failure}
    assert said == {"the answer is lzma-encoded although identity was asked for"}


# Connections.


def closing(behind: Server, cut: list[Asked]) -> Callable[[Asked], Answer | None]:
    """A server that offers to keep each connection, and closes it on the next request."""

    def rule(asked: Asked) -> Answer | None:
        async def answer(peer: Peer) -> None:
            raw = await behind._behind(asked)
            await peer.say(raw.replace(b"connection: close", b"connection: keep-alive", 1))
            if (following := await peer.read()) is not None:
                cut.append(following)

        return answer

    return rule


def test_a_connection_that_was_just_being_closed_costs_nothing(mock: Served) -> None:
    """Reads are sent again over a new connection, and writes never go over an old one."""
    cut: list[Asked] = []
    with serving(closing(Server(sound, mock[0]), cut)) as server:
        found = judged(mock, server.url)
        assert is_judged(found, server)
    assert cut
    assert {asked.method for asked in cut} <= {"GET", "HEAD", "OPTIONS"}
    assert len(server.asked) == len(found.history)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_new_connection_that_is_closed_is_a_failure(method: str) -> None:
    """A server that answers nothing over a fresh connection is asked once."""

    async def play(url: str) -> None:
        async with Network() as network:
            there = address(url)
            await network.send(Request(method, there, [(b"host", there.host.encode())], b""))

    with serving(lambda _: b"") as server, pytest.raises(httpx.RemoteProtocolError):
        trio.run(play, server.url)
    assert len(server.asked) == 1


# Time.


def test_an_answer_may_take_as_long_as_the_target_says(mock: Served) -> None:
    """The same slow server is judged with a longer `answer_seconds`, and silent with a shorter."""

    def slow(asked: Asked) -> Answer | None:
        async def answer(peer: Peer) -> None:
            await asyncio.sleep(0.4)
            await peer.say(await Server(sound, mock[0])._behind(asked))

        return answer

    budget = {**mock[1]["budget"], "requests": 40, "seconds": 30}
    with serving(slow) as server:
        with pytest.raises(Unjudgeable, match=r"does not answer within 0.1 s"):
            judged(mock, server.url, expect={**mock[1]["expect"], "answer_seconds": 0.1})
        values = {**mock[1], "url": server.url, "budget": budget}
        values["expect"] = {**mock[1]["expect"], "answer_seconds": 5}
        found = run(contract(), parse(values, "t"), profile="quick", only=("auth.list",))
    assert any(each.succeeded for each in found.history)
    assert not any(each.failure for each in found.history)
    assert found.curl == ("--max-time 5",)


def test_schemathesis_waits_as_long_as_everybody_else(
    mock: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One time for an answer holds for all that is sent."""
    plans: list[Plan] = []
    honest = fuzz.run

    def noted(document: Any, plan: Plan, *more: Any) -> Any:
        plans.append(plan)
        return honest(document, plan, *more)

    monkeypatch.setattr(fuzz, "run", noted)
    judged(mock, mock[0], expect={**mock[1]["expect"], "answer_seconds": 47})
    assert [plan.timeout for plan in plans] == [47]


class Waiting(Silence):
    """A listener that remembers what was done."""

    def __init__(self) -> None:
        self.doings: list[str] = []

    def activity(self, name: str, doing: str) -> None:
        self.doings.append(f"{name}: {doing}")


AWAY: Final = http(b"<h1>starting</h1>", "Content-Type: text/html", status="503 Unavailable")


def waited(url: str, values: dict[str, Any], wait: float, listener: Waiting) -> Any:
    aim = {**values, "url": url, "budget": {**values["budget"], "requests": 60, "seconds": 30}}
    only = ("auth.list", "schema.status")
    return run(
        contract(), parse(aim, "t"), profile="quick", only=only, wait=wait, listener=listener
    )


def test_a_server_that_is_starting_is_waited_for(
    mock: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is greeted until it answers; what it said before is told, and not judged."""
    monkeypatch.setattr("layers_contract.run._greeting.GREETS_EVERY", 0.05)
    heard: list[Asked] = []

    def rule(asked: Asked) -> Answer | None:
        heard.append(asked)
        return AWAY if len(heard) <= 9 else None

    listener = Waiting()
    with serving(rule, mock[0]) as server:
        found = waited(server.url, mock[1], 30, listener)
    assert found.verdict == "held"
    assert not any(each.status == 503 for each in found.history)
    assert any(each.startswith("greeting: waits, for ") for each in listener.doings)


def test_a_server_that_does_not_start_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many seconds the last greeting's reason is given."""
    monkeypatch.setattr("layers_contract.run._greeting.GREETS_EVERY", 0.05)
    begun = time.monotonic()
    with serving(lambda _: AWAY) as server, pytest.raises(Unjudgeable):
        waited(server.url, {"api_key": "own-secret", "budget": {}}, 0.5, Waiting())
    assert 0.5 <= time.monotonic() - begun < 10
    assert len(server.asked) > 2


def test_a_server_that_listens_late_is_waited_for() -> None:
    """Nobody at the address, and then somebody: the run begins when there is."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    listener = Waiting()
    options = MockOptions(render=0.1, port=port)
    over = threading.Event()

    def serve() -> None:
        time.sleep(1.0)
        with background(options):
            over.wait(60)

    with background(MockOptions(render=0.1)) as (_, values):
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        found = waited(f"http://127.0.0.1:{port}", values, 30, listener)
    over.set()
    thread.join(10)
    assert found.verdict == "held"
    assert any("waits, for" in each for each in listener.doings)


def test_an_api_that_refuses_the_key_is_not_waited_for(mock: Served) -> None:
    """It has started, and says so."""
    begun = time.monotonic()
    with pytest.raises(Unjudgeable, match="refuses the key"):
        waited(mock[0], {**mock[1], "api_key": "no-such-key"}, 30, Waiting())
    assert time.monotonic() - begun < 15


# The command line.


@pytest.fixture
def gate(mock: Served) -> Iterator[Server]:
    """The mock behind a gate."""
    with serving(gated, mock[0]) as server:
        yield server


def test_a_header_may_be_given_with_the_command(
    shell: Shell, gate: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--header goes with the request for the server's own description, too."""
    monkeypatch.setenv("GATE_SECRET", SECRET)
    header = ("--header", f"{GATE}: env:GATE_SECRET")
    ended = shell(
        *("check", "--url", gate.url, "--profile", "quick", "--only", "schema.content-type"),
        *header,
    )
    assert ended.code == 0, ended.out
    assert SECRET not in ended.out + ended.err
    assert all(SECRET.encode() in each.head for each in gate.asked)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("secret", "--header must look like 'Name: value'"),
        ("X-A: env:LC_NO", "--header X-A names LC_NO, which is not set; export it"),
        ("X-A: secret\n", "--header X-A: its value ends with white space; remove it"),
        ("Host: secret", "--header Host is set by the run itself; leave it out"),
        ("X-Api-Key: secret", "[headers] X-Api-Key is set by the run itself; leave it out"),
    ],
)
def test_a_header_that_cannot_be_sent_ends_with_2(
    shell: Shell, mock: Served, line: str, said: str
) -> None:
    """One line says what is wrong, without the value."""
    ended = shell("check", "--url", mock[0], "--header", line)
    assert (ended.code, ended.err) == (2, f"layers-contract: {said}\n")


def test_white_space_in_the_environment_s_key_ends_with_2(
    shell: Shell, mock: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line break that a file's content brings along is called by its name."""
    monkeypatch.setenv("LAYERS_API_KEY", "lk_mock_own\n")
    ended = shell("check", "--url", mock[0])
    said = "the variable LAYERS_API_KEY ends with white space (a line break); remove it"
    assert (ended.code, ended.err) == (2, f"layers-contract: --url: {said}\n")


def test_a_description_can_neither_run_commands_nor_read_files(
    shell: Shell, tmp_path: Path
) -> None:
    """What a server says of itself is plain: no command, variable, file or proxy of ours."""
    mark = tmp_path / "mark"
    told = f"""
api_key_command = "touch {mark}"
[headers]
X-A = "env:HOME"
[proxy]
url = "http://127.0.0.1:9"
[tls]
ca = "/etc/passwd"
"""

    def rule(asked: Asked) -> Answer | None:
        return http(told.encode()) if asked.path.endswith(".toml") else AWAY

    with serving(rule) as server:
        ended = shell("check", "--url", server.url)
    assert ended.code == 3
    assert not mark.exists()
    assert server.asked
    assert not any(b"x-a:" in each.head.lower() for each in server.asked)
