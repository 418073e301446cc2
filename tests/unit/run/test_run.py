"""Whole runs in simulated time: on the sound mock, on poor targets, on bad servers."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.histories import contract
from tests.helpers.simulations import simulated, sound, target

from layers_contract.history.exchanges import History, to_record
from layers_contract.judge.outcome import Outcome
from layers_contract.judge.verdicts import judge
from layers_contract.mock.clock import SIMULATED_EPOCH
from layers_contract.run import Unjudgeable, expectations, run, simulate
from layers_contract.target import Allow, Budget, Projects, Samples

Message = MutableMapping[str, Any]


def records(outcome: Outcome) -> list[dict[str, Any]]:
    """A run's history as it is written."""
    return [to_record(each) for each in outcome.history]


def verdicts(outcome: Outcome) -> dict[str, str]:
    """A run's verdicts."""
    return {each.promise.id: each.verdict for each in outcome.judged}


def reasons(outcome: Outcome) -> dict[str, str]:
    """Why a run did not judge what it did not judge."""
    return {each.promise.id: each.reason for each in outcome.judged if each.reason}


@pytest.mark.parametrize("seed", [0, 1, 20_260_418])
def test_a_sound_server_is_never_accused(seed: int) -> None:
    """Whatever the seed, a strict run finds nothing on the sound mock, and judges nearly all."""
    found = sound(seed)
    assert [each for each in found.judged if each.verdict == "violated"] == []
    assert len(reasons(found)) < 5
    assert found.verdict == "held"
    assert not found.interrupted


def test_a_seed_repeats_its_run() -> None:
    """The same seed twice is the same history, to the byte, whatever was run in between."""
    first, _, again = (simulated("quick", seed=seed) for seed in (3, 4, 3))
    assert records(first) == records(again)
    assert first.judged == again.judged


def test_another_seed_is_another_run() -> None:
    """Keys and hooks come from the seed."""
    keys = [
        {each.request_headers.get("idempotency-key") for each in sound(seed).history} - {None}
        for seed in (0, 1)
    ]
    assert keys[0]
    assert keys[1]
    assert not keys[0] & keys[1]


def test_a_written_history_gets_the_same_verdicts(tmp_path: Path) -> None:
    """A history read back from JSON Lines is judged as the run judged it."""
    found = sound(0)
    file = tmp_path / "history.jsonl"
    found.history.write(file)
    marker = f"lc-{found.seed:010d}"
    again = judge(contract(), History.read(file), expectations(target(), marker), strict=True)
    assert {each.promise.id: each.verdict for each in again} == verdicts(found)
    assert {each.promise.id: each.occasions for each in again} == {
        each.promise.id: each.occasions for each in found.judged
    }


def test_a_run_covers_the_document() -> None:
    """Every operation is called, and every state and transition of a render is seen."""
    covered = sound(0).coverage
    assert all(covered["operations"].values())
    assert set(covered["states"]["render"]) == set(contract().render.states)
    assert set(covered["states"]["job"]) == set(contract().job.states)
    assert "generating -> completed" in covered["transitions"]["render"]


def test_a_run_says_what_it_leaves_behind() -> None:
    """The last note counts the containers and gives the tag that finds them."""
    assert any(each.endswith("tagged lc-0000000000") for each in sound(0).notes)


def test_a_run_keeps_no_key() -> None:
    """No key of the target is anywhere in the history."""
    kept = json.dumps(records(sound(0)))
    assert target().api_key not in (None, "")
    assert str(target().api_key) not in kept
    assert str(target().other_api_key) not in kept


def test_a_read_only_run_only_reads() -> None:
    """Where nothing may be generated and no policy changed, only GETs are sent."""
    found = simulated(allow=Allow(generate=False, policy=False))
    assert {each.method for each in found.history} == {"GET"}
    assert found.generations == 0
    assert found.verdict == "held"
    wanted = "the target file allows no generation ([allow] generate)"
    assert reasons(found)["lifecycle.order"] == wanted


@pytest.mark.parametrize("requests", [1, 2, 10, 35, 80])
def test_a_run_ends_in_order_with_its_requests(requests: int) -> None:
    """Only the cancels that tidy up overspend a budget; its end is told for each story."""
    found = simulated(budget=Budget(requests=requests))
    tidying = [each for each in found.history if each.actor == "tidying"]
    assert len(found.history) - len(tidying) <= requests
    assert {each.operation for each in tidying} <= {"cancelJob"}
    assert len(tidying) == len({each.path for each in tidying})
    assert any(each.startswith("the budget ended before") for each in found.notes)
    assert not [each for each in found.notes if "in our own code" in each]


@pytest.mark.parametrize("budget", [Budget(requests=0), Budget(seconds=0)])
def test_a_run_without_a_budget_ends_in_order(budget: Budget) -> None:
    """Where nothing may be sent, nothing is, and nothing is judged."""
    found = simulated(budget=budget)
    assert len(found.history) == 0
    assert found.verdict == "unjudged"


def test_a_run_ends_in_order_with_its_renders() -> None:
    """No more renders are started than the budget allows."""
    found = simulated(budget=Budget(generations=6, requests=100_000))
    started = {each.json.get("jobId") for each in found.history if each.status == 202}
    assert len(started - {None}) <= 6
    assert found.generations <= 6


def test_a_run_ends_in_order_with_its_time() -> None:
    """A story that waits longer than the budget allows is cut off."""
    found = simulated(budget=Budget(seconds=30, requests=100_000, generations=100))
    assert found.seconds < 60
    assert any(each.startswith("the budget ended before") for each in found.notes)


def test_what_the_target_lacks_is_named() -> None:
    """Where a promise has no occasion, the reason names what the target file would have to give."""
    found = simulated(
        other_api_key=None,
        projects=Projects(open=target().projects.open),
        samples=Samples(),
        allow=Allow(generate=True, policy=False),
    )
    told = reasons(found)
    for promise, words in {
        "approval.early": ("[projects]", "gated"),
        "auth.tenancy": ("other_api_key",),
        "archive.again": ("[projects]", "disposable"),
        "clone.container": ("[samples]", "source_post"),
        "policy.stored": ("[allow]", "policy"),
    }.items():
        assert all(word in told[promise] for word in words), told[promise]
    assert found.verdict == "held"


def test_what_the_profile_leaves_out_is_named() -> None:
    """A quick run says which profile would look at what it did not."""
    told = reasons(simulated("quick"))
    assert told["archive.again"] == "the standard profile looks at it"
    assert told["policy.stored"] == "the standard profile looks at it"


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("wrong", "http://mock.invalid refuses the key (401, UNAUTHENTICATED)"),
        (None, "http://mock.invalid refuses a request without a key"),
    ],
)
def test_a_server_that_refuses_the_key_cannot_be_judged(key: str | None, message: str) -> None:
    """A run ends at once where the key is refused, and says whether one was given."""
    with pytest.raises(Unjudgeable) as caught:
        simulated(api_key=key)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_server_that_is_not_there_cannot_be_judged() -> None:
    """A run ends at once where nobody listens."""
    with pytest.raises(Unjudgeable, match="does not answer"):
        run(contract(), target(url="http://127.0.0.1:1"), profile="quick")


def speaking(body: bytes, status: int = 200) -> Callable[..., Awaitable[None]]:
    """A server that answers every request with the same, when it has been greeted."""
    greeted: list[bool] = []

    async def application(scope: Message, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"application/json"), (b"etag", b'"\xff"')]
        says = (status, body) if greeted else (200, json.dumps(POLICY).encode())
        greeted.append(True)
        await send({"type": "http.response.start", "status": says[0], "headers": headers})
        await send({"type": "http.response.body", "body": says[1]})

    return application


POLICY = {
    "projectId": "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39",
    "requiresApproval": False,
    "firstNPostsBlocked": 0,
    "autoApproveAfter": None,
    "updatedAt": "2026-01-01T00:00:00Z",
}
EVERYTHING = {
    "id": "cnt_\n",
    "jobId": "job_\n",
    "containerId": "cnt_\n",
    "status": "completed",
    "assets": [{"id": "\ud800"}, 7],
    "items": [{"id": []}],
    "nextCursor": "\n",
    "job": {},
}


@pytest.mark.parametrize("status", [200, 202])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[[]]",
        b"<html>",
        b'"\\ud800"',
        b'{"jobId": [], "containerId": {}, "items": 7, "nextCursor": []}',
        b'{"jobId": "job_1", "containerId": "cnt_1", "status": "completed", "items": [{"id": {}}]}',
        json.dumps(EVERYTHING).encode(),
    ],
    ids=["empty", "null", "lists", "html", "surrogate", "wrong kinds", "one answer", "hostile"],
)
def test_a_run_survives_any_server(body: bytes, status: int) -> None:
    """Whatever a server answers, a run comes to its end and to a verdict, and blames not itself."""
    found = simulate(
        contract(),
        target(budget=Budget(requests=400, seconds=600)),
        speaking(body, status),
        epoch=SIMULATED_EPOCH,
        profile="standard",
    )
    page = body.startswith(b"<html>")  # that is somebody else's answer
    assert found.verdict == ("unjudged" if page else "violated")
    assert not [each for each in found.notes if "in our own code" in each]
