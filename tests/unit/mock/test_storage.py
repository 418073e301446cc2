"""What the mock keeps: through a restart, through `kill -9`, and what it says of a bad file."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.helpers.places import ROOT

from layers_contract.mock import MockError, MockOptions, app, background
from layers_contract.mock.__main__ import main

SOURCE = ROOT / "src"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SOURCE)}


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "layers_contract.mock", *map(str, arguments)]


@contextmanager
def serving(folder: Path, *arguments: object) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    """A mock in a process of its own, and its target."""
    target = folder / "target.toml"
    target.unlink(missing_ok=True)
    process = subprocess.Popen(
        command("--target-out", target, *arguments), env=ENVIRONMENT, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        assert process.stderr
        assert "serves at" in process.stderr.readline()
        yield process, tomllib.loads(target.read_text(encoding="utf-8"))
    finally:
        process.kill()
        process.wait(10)


def client_of(target: Any) -> httpx.Client:
    return httpx.Client(base_url=target["url"], headers={"X-Api-Key": target["api_key"]})


def write_until_it_dies(target: Any, name: str, kept: dict[str, Any]) -> None:
    """Start renders, each with a key of its own, until nobody answers."""
    url = f"/v1/projects/{target['projects']['open']}/content"
    with client_of(target) as client:
        for number in range(100_000):
            key = f"{name}-{number}"
            try:
                answer = client.post(
                    url, json={"brief": {"hook": key}}, headers={"Idempotency-Key": key}
                )
            except httpx.HTTPError:
                return
            kept[key] = answer.json()


def test_kill_9_loses_no_accepted_job_and_no_key(tmp_path: Path) -> None:
    """Every 202 that a client received is readable after the crash, and replays."""
    database = tmp_path / "mock.db"
    kept: dict[str, Any] = {}
    for attempt in range(2):
        with serving(tmp_path, "--db", database) as (process, target):
            writers = [
                threading.Thread(
                    target=write_until_it_dies, args=(target, f"{attempt}-{n}", kept), daemon=True
                )
                for n in range(4)
            ]
            for writer in writers:
                writer.start()
            give_up = time.monotonic() + 30
            while len(kept) < 20 * (attempt + 1) and time.monotonic() < give_up:
                time.sleep(0.05)
            process.send_signal(signal.SIGKILL)
            for writer in writers:
                writer.join(10)
    assert len(kept) >= 40
    with serving(tmp_path, "--db", database) as (_, target), client_of(target) as client:
        url = f"/v1/projects/{target['projects']['open']}/content"
        for key, accepted in kept.items():
            job = client.get(accepted["locationUrl"]).json()
            assert job["containerId"] == accepted["containerId"]
            headers = {"Idempotency-Key": key}
            replay = client.post(url, json={"brief": {"hook": key}}, headers=headers)
            assert replay.json() == accepted


def test_a_kept_file_keeps_cursors_and_signed_urls(tmp_path: Path) -> None:
    """What was signed before a restart is good after it."""
    options = MockOptions(db=str(tmp_path / "mock.db"), render=0.0)
    with background(options) as (_, target), client_of(target) as client:
        url = f"/v1/projects/{target['projects']['open']}/content"
        made = [client.post(url, json={"brief": {"hook": "x"}}).json() for _ in range(2)]
        cursor = client.get(url, params={"limit": 1}).json()["nextCursor"]
        container = client.get(f"/v1/content/{made[0]['containerId']}").json()
        asset = container["assets"][0]["id"]
        signed = client.get(f"/v1/content/{container['id']}/assets/{asset}").json()["url"]
    with background(options) as (_, target), client_of(target) as client:
        page = client.get(url, params={"cursor": cursor}).json()
        assert [item["id"] for item in page["items"]] == [made[0]["containerId"]]
        path = signed.partition("/_media/")[2]
        assert client.get(f"/_media/{path}").status_code == 200


def _damaged(folder: Path) -> str:
    (folder / "damaged.db").write_bytes(b"this is no database " * 100)
    return str(folder / "damaged.db")


def _foreign(folder: Path) -> str:
    with sqlite3.connect(folder / "foreign.db") as db:
        db.execute("CREATE TABLE projects (name TEXT)")
    return str(folder / "foreign.db")


def _locked(folder: Path) -> str:
    path = folder / "locked.db"
    _held.append(sqlite3.connect(path))
    _held[-1].execute("BEGIN EXCLUSIVE")
    return str(path)


_held: list[sqlite3.Connection] = []


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What the command says when it cannot serve: one line, and exit 2."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["mock", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert said.count("\n") == 1
    return said


@pytest.mark.parametrize(
    "path_of",
    [_damaged, _foreign, _locked, str, lambda folder: str(folder / "no" / "where.db")],
    ids=["damaged", "another program's", "locked", "a directory", "nowhere"],
)
def test_an_unusable_file_is_one_line_and_exit_2(
    path_of: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A database that cannot be used ends in one line that names it."""
    path = path_of(tmp_path)
    assert path in refused(capsys, "--db", path)


def test_two_mocks_do_not_share_a_file(tmp_path: Path) -> None:
    """A second mock on a file that is in use is refused."""
    options = MockOptions(db=str(tmp_path / "mock.db"))
    with background(options), pytest.raises(MockError, match="locked"):
        app(options)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fault", "replay-starts-jop"], "replay-starts-job"),
        (["--variant", "no-progres"], "no-progress"),
        (["--fault", "zzzzzzzzzz"], "unknown fault"),
        (["--rate-limit", "gold"], "standard"),
        (["--port", "99999"], "--port"),
        (["--port", "x"], "--port"),
        (["--render", "-1"], "render"),
        (["--render", "nan"], "render"),
        (["--jitter", "2"], "jitter"),
        (["--host", "256.1.1.1"], "256.1.1.1"),
        (["--nonsense"], "--nonsense"),
        (["--target-out", "/nowhere/target.toml"], "/nowhere/target.toml"),
    ],
)
def test_a_wrong_argument_is_one_line_and_exit_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is wrong, and for a wrong name the nearest right ones; never a traceback."""
    assert said in refused(capsys, *arguments)


def test_a_used_port_is_one_line_and_exit_2() -> None:
    """A port that somebody else serves at is refused, by its number."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            command("--port", port), env=ENVIRONMENT, capture_output=True, text=True, timeout=20,
            check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert str(port) in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_quietly(number: signal.Signals, tmp_path: Path) -> None:
    """SIGTERM and Ctrl-C end with exit 0 and nothing on stderr, also with an open connection."""
    with serving(tmp_path) as (process, target), client_of(target) as client:
        assert client.get("/nowhere").status_code == 404
        process.send_signal(number)
        _, said = process.communicate(timeout=10)
        assert (process.returncode, said) == (0, "")
