"""How a run behaves towards a server: what it costs, what it touches, and how it goes."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import trio
from tests.helpers.histories import EPOCH, OPEN, contract
from tests.helpers.hostile_server import Answer, Asked, Server, http, serving
from tests.helpers.sessions import answering, session, talk
from tests.helpers.shell import environment
from trio.testing import MockClock

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import nobodys
from layers_contract.judge.outcome import Outcome
from layers_contract.mock import OWN, MockOptions, background, to_toml
from layers_contract.run import Unjudgeable, run
from layers_contract.run.budget import Purse
from layers_contract.run.driver import OutOfBudget
from layers_contract.run.pace import heed, retry_after
from layers_contract.target import Budget, parse

Served = tuple[str, dict[str, Any]]


@pytest.fixture(scope="module")
def mock() -> Iterator[Served]:
    """A sound mock."""
    with background(MockOptions(render=0.2)) as served:
        yield served


def judged(
    mock: Served,
    rule: Callable[[Asked], Answer | None] = lambda _: None,
    *,
    profile: str = "quick",
    only: tuple[str, ...] = (),
    **tables: dict[str, Any],
) -> tuple[Outcome, Server]:
    """A run on the mock behind a server that counts; *tables* change the target file's."""
    with serving(rule, mock[0]) as server:
        values = {**mock[1], "url": server.url}
        for name, changes in tables.items():
            merged = {**values[name], **changes}
            values[name] = {key: each for key, each in merged.items() if each is not None}
        return run(contract(), parse(values, "mock"), profile=profile, only=only), server


SAFE: Final = ("GET", "HEAD", "OPTIONS", "TRACE", "QUERY")
GENERATE: Final = re.compile(r"/v1/projects/[^/]+/content")
STARTS: Final = re.compile(
    r"/v1/(projects/[^/]+/content|content/[^/]+/(regenerate|clone-from-post))"
)


# Rests that a server asks for.


def http_date(seconds: float) -> str:
    """The moment so many seconds after the epoch, as HTTP writes it."""
    return format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)


@pytest.mark.parametrize("status", [429, 503])
def test_a_rest_until_a_date_is_taken(status: int) -> None:
    """A Retry-After that is a date is waited for by the server's own clock, skewed as it may be."""
    skewed = EPOCH + 5000
    headers = {"retry-after": http_date(skewed + 7), "date": http_date(skewed)}
    first, second = talk(
        answering(httpx.Response(status, headers=headers), httpx.Response(200, json={}))
    )
    assert (first.gateway_status, second.status) == (status, 200)
    assert second.sent - first.sent >= 7.0


@pytest.mark.parametrize(
    "said",
    [
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Fri, 31 Dec 99999 23:59:59 GMT",
        "Fri, 32 Foo",
        "Mon, 01 Jan 0001 00:00:00 +2359",
        "١٢",
        "\x00",
    ],
)
def test_a_rest_that_is_no_sensible_date_is_not_taken(said: str) -> None:
    """What is no date, or lies beyond what anybody waits, is no rest, or none worth the name."""
    exchange = Exchange("GET", "/", EPOCH, EPOCH, 429, headers={"retry-after": said})
    assert retry_after(exchange) in (None, 0.0)


def test_a_server_that_is_away_is_asked_thrice() -> None:
    """A 503 with a Retry-After is asked again twice; all its answers are kept."""
    away = lambda _: httpx.Response(503, headers={"retry-after": "4"})  # noqa: E731 - one server
    found = talk(away)
    assert [each.gateway_status for each in found] == [503] * 3
    assert all(after.sent - before.sent >= 4 for before, after in pairwise(found))


def test_a_503_without_a_rest_is_an_answer() -> None:
    """Where the server does not say when it is back, it is not asked again."""
    assert len(talk(lambda _: httpx.Response(503))) == 1


def test_everybody_rests() -> None:
    """While one has been asked to wait nobody sends, also those who were about to."""
    told = iter([httpx.Response(503, headers={"retry-after": "30"})])
    sent: list[float] = []

    def handler(_: httpx.Request) -> httpx.Response:
        sent.append(trio.current_time())
        return next(told, httpx.Response(200, json={}))

    async def play() -> None:
        speaker = session(handler, requests_per_minute=60)
        async with trio.open_nursery() as nursery:
            for _ in range(5):
                nursery.start_soon(_ask, speaker)

    trio.run(play, clock=MockClock(autojump_threshold=0))
    assert len(sent) == 6
    assert all(at - sent[0] >= 30 for at in sent[1:])
    assert all(after - before >= 0.99 for before, after in pairwise(sent[1:]))


async def _ask(speaker: Any) -> None:
    await speaker.call("getApprovalPolicy", {"projectId": OPEN}, actor="tester")


@pytest.mark.parametrize(("credential", "waits"), [("own", True), ("none", False)])
def test_only_renders_of_our_own_are_too_many(credential: str, waits: bool) -> None:
    """A stranger's call that is refused as too many says nothing of how many renders there are."""
    purse = Purse(Budget(), now=lambda: 0.0)
    purse.begin()
    start = next(iter(contract().starts))
    for _ in range(4):
        refused = Exchange("POST", "/", EPOCH, EPOCH, 429, operation=start, credential=credential)
        heed(purse, contract(), refused, 0.0)
    assert (next(purse.turn(starts=True), 0.0) > 1) is waits


def test_a_rest_beyond_the_budget_ends_the_run() -> None:
    """Nobody sleeps, or sends, beyond the seconds of the budget."""
    limited = httpx.Response(429, headers={"retry-after": "60"})

    async def play() -> float:
        speaker = session(lambda _: limited, seconds=20)
        with pytest.raises(OutOfBudget):
            await _ask(speaker)
        assert len(speaker.history) == speaker.purse.requests == 1
        return trio.current_time()

    assert trio.run(play, clock=MockClock(autojump_threshold=0)) < 20 + MockClock().current_time()


def _always(answer: bytes) -> Callable[[Asked], Answer | None]:
    return lambda _: answer


def test_a_server_that_is_away_for_all_cannot_be_judged(mock: Served) -> None:
    """A gateway that finds no server, or a server that is busy, ends the run before it begins."""
    for status in ("502 Bad Gateway", "504 Timeout", "429 Slow"):
        page = http(b"<h1>Away</h1>", "Content-Type: text/html", status=status)
        with pytest.raises(Unjudgeable) as caught:
            judged(mock, _always(page))
        assert "is away or busy" in str(caught.value)


# What a run may cost.


def started(server: Server) -> int:
    """How many calls that could start a render a server got, replays left out."""
    seen = set()
    for number, asked in enumerate(server.asked):
        path = asked.path.split("?")[0]
        if asked.method != "POST" or not STARTS.fullmatch(path) or not _sound(asked):
            continue
        key = re.search(rb"(?mi)^idempotency-key: *(.*?)\r", asked.head)
        seen.add((path, key[1]) if key else number)
    return len(seen)


def _sound(asked: Asked) -> bool:
    """Whether a server could take a call: it has a key of ours, and a body that fits."""
    if b"x-api-key: lk_" not in asked.head.lower():
        return False
    found = contract().document.match("POST", asked.path)
    assert found
    base = (*found[0].base, "requestBody", "content", "application/json", "schema")
    try:
        return not contract().document.problems(base, json.loads(asked.body or b"{}"))
    except ValueError:
        return False


def tidied(outcome: Outcome) -> int:
    """How many cancels ended a run."""
    return sum(1 for each in outcome.history if each.actor == "tidying")


@pytest.mark.parametrize("generations", [0, 3, 12])
def test_renders_are_never_overspent(mock: Served, generations: int) -> None:
    """No more calls that could start a render are sent than the budget has renders."""
    budget = {"generations": generations, "seconds": 6}
    found, server = judged(mock, profile="standard", budget=budget)
    assert started(server) <= generations
    assert found.generations <= generations


def test_a_lost_answer_is_paid_for(mock: Served) -> None:
    """Calls whose answers are lost may have started renders, and count."""

    def lost(asked: Asked) -> Answer | None:
        return b"" if asked.method == "POST" and GENERATE.fullmatch(asked.path) else None

    _, server = judged(mock, lost, budget={"generations": 4, "seconds": 4})
    assert 0 < started(server) <= 4


@pytest.mark.parametrize("requests", [1, 40, 250])
def test_requests_are_never_overspent(mock: Served, requests: int) -> None:
    """A server gets no more requests than the budget allows, but for the cancels that tidy up."""
    found, server = judged(mock, profile="standard", budget={"requests": requests, "seconds": 6})
    assert len(server.asked) - tidied(found) <= requests
    # On a busy machine the seconds end first, and what was under way may not have been sent.
    lost = sum(not each.answered for each in found.history)
    assert len(found.history) - lost <= len(server.asked) <= len(found.history)


def test_no_minute_holds_too_many(mock: Served) -> None:
    """Whoever sends keeps the pace, Schemathesis too: never more than a minute's part of it."""
    pace = 1200
    budget = {"requests_per_minute": pace, "requests": 150, "seconds": 60}
    found, _ = judged(mock, only=("policy.stored",), budget=budget)
    sent = [each.sent for each in found.history]
    assert any(each.actor.startswith("schemathesis:") for each in found.history)
    assert len(sent) <= (max(sent) - min(sent)) * pace / 60 + 2


def test_time_is_kept_by_schemathesis_too(mock: Served) -> None:
    """After the last second of the budget nothing is sent but cancels."""
    found, _ = judged(mock, profile="standard", budget={"seconds": 3})
    start = min(each.sent for each in found.history)
    late = [each for each in found.history if each.sent - start > 3.2]
    assert {each.actor for each in late} <= {"tidying"}


# What a run touches.


def test_a_read_only_run_writes_nothing(mock: Served) -> None:
    """Where nothing may be generated a server sees GETs alone, with whatever key."""
    found, server = judged(mock, profile="thorough", allow={"generate": False, "policy": False})
    assert {each.method for each in server.asked} == {"GET"}
    assert found.verdict == "held"


@pytest.fixture(scope="module")
def standard(mock: Served) -> tuple[Outcome, Server]:
    """A standard run, cut short where it takes long."""
    return judged(mock, profile="standard", budget={"seconds": 10})


def test_only_disposable_projects_are_changed(
    mock: Served, standard: tuple[Outcome, Server]
) -> None:
    """Policies are changed, and projects archived, where the target file allows it alone."""
    found, server = standard
    theirs = mock[1]["projects"]["foreign_disposable"]
    spare = {*found_projects(mock), theirs, nobodys(theirs)}
    for asked in with_the_key(server):
        if asked.method not in (*SAFE, "POST") and asked.path.startswith("/v1/projects/"):
            assert asked.path.split("/")[3] in spare or "content" in asked.path
    assert found.verdict == "held"


def test_without_leave_no_project_is_changed(mock: Served) -> None:
    """Without disposable projects and without leave no policy and no project is written to."""
    _, server = judged(
        mock,
        profile="standard",
        allow={"policy": False},
        projects={"disposable": [], "foreign_disposable": None},
        budget={"seconds": 8},
    )
    writes = {(a.method, a.path) for a in with_the_key(server) if a.method not in SAFE}
    policies = [path for _, path in writes if path.endswith("/approval-policy")]
    archives = [path for _, path in writes if re.fullmatch(r"/v1/projects/[^/]+/?", path)]
    assert not policies
    assert not archives


def with_the_key(server: Server) -> list[Asked]:
    """What was asked with the own key; what is asked without one must not be carried out."""
    return [each for each in server.asked if OWN.key.encode() in each.head]


def found_projects(mock: Served) -> set[str]:
    """The disposable projects of a mock."""
    return set(mock[1]["projects"]["disposable"])


def test_all_that_is_made_carries_the_runs_tag(standard: tuple[Outcome, Server]) -> None:
    """Each brief that made a container, by Schemathesis too, has the marker in its tags."""
    found, _ = standard
    marker = next(each for each in found.notes if "tagged" in each).rsplit(" ", 1)[-1]
    made = [
        each
        for each in found.history
        if each.operation in ("generateContent", "cloneContentFromPost") and each.status == 202
    ]
    assert any(each.actor.startswith("schemathesis:") for each in made)
    for each in made:
        brief = each.request_json.get("brief") or each.request_json.get("overrides")
        assert marker in brief["themeTags"], each.actor


# How a run goes.


@contextmanager
def checking(folder: Path, **options: Any) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """`check` in a process of its own, on a mock that takes its time."""
    with background(MockOptions(**options)) as (_, values):
        (folder / "target.toml").write_text(to_toml(values), encoding="utf-8")
        out = folder / "a.json"
        line = [sys.executable, "-m", "layers_contract", "check", "--profile", "quick"]
        process = subprocess.Popen(
            [*line, "--target", folder / "target.toml", "--json", out],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        try:
            yield process, out
        finally:
            process.kill()
            process.communicate()


def wait_for(process: subprocess.Popen[str], renders: int = 0, ends: str = "") -> None:
    """Read what a run says of its progress, until it has begun so many, or says something."""
    assert process.stderr is not None
    for line in process.stderr:
        found = re.search(r"(\d+) renders?", line)
        if (ends and ends in line) or (renders and found and int(found[1]) >= renders):
            return


def test_ctrl_c_ends_a_run_in_order(tmp_path: Path) -> None:
    """It cancels what runs, says what it leaves behind, and gives a verdict on what was seen."""
    with checking(tmp_path, render=30.0) as (process, file):
        wait_for(process, renders=5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode in (0, 3), err
    found = json.loads(file.read_text(encoding="utf-8"))
    assert found["interrupted"] is True
    assert any(each.startswith("left behind: ") for each in found["notes"])
    assert not [each for each in found["notes"] if "left running" in each]
    assert "Traceback" not in out + err


def test_a_second_ctrl_c_is_not_waited_for(tmp_path: Path) -> None:
    """It leaves running what runs, and says so; the verdict is given all the same."""
    with checking(tmp_path, render=30.0, latency=1.2) as (process, file):
        wait_for(process, renders=5)
        process.send_signal(signal.SIGINT)
        wait_for(process, ends="done in")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode in (0, 3), err
    found = json.loads(file.read_text(encoding="utf-8"))
    assert found["interrupted"] is True
    left = ("left running", "may be left behind")
    assert any(each.startswith(left) for each in found["notes"]), found["notes"]
    assert "Traceback" not in out + err
