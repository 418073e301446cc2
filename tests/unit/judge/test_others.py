"""Whole runs, and recordings, beside somebody else with the same key."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import pytest
from tests.helpers.histories import contract
from tests.helpers.second_actor import Together
from tests.helpers.simulations import OPTIONS, sound, target

from layers_contract.history.exchanges import Exchange, History
from layers_contract.judge.facts import Expectations, Facts
from layers_contract.judge.others import signs, traces
from layers_contract.judge.outcome import Outcome
from layers_contract.judge.verdicts import Judged, judge
from layers_contract.mock import TrioClock, app
from layers_contract.mock.clock import SIMULATED_EPOCH
from layers_contract.run import simulate

SEEDS = range(int(os.environ.get("SEEDS", "2")))
"""`make others` takes 30."""
SHARE = 0.3
"""How many requests of the run are followed by one of somebody else's."""


@cache
def beside(seed: int, render: float, fault: str | None = None, share: float = SHARE) -> Outcome:
    """A standard run during which somebody else works on its containers."""
    options = replace(OPTIONS, render=render, faults=(fault,) if fault else ())
    goal = target()
    served = app(options, TrioClock())
    both = Together(served, seed, tuple(goal.projects.disposable[:1]), share)
    try:
        return simulate(contract(), goal, both, epoch=SIMULATED_EPOCH, seed=seed)
    finally:
        served.behaviour.store.close()


def violated(judged: Sequence[Judged]) -> list[str]:
    """The promises that were found violated."""
    return [each.promise.id for each in judged if each.verdict == "violated"]


@pytest.mark.parametrize("render", [1.0, 5.0, 20.0])
@pytest.mark.parametrize("seed", SEEDS)
def test_what_somebody_else_does_is_not_held_against_the_server(seed: int, render: float) -> None:
    """Nothing is violated by calls of another actor, and most promises are still judged."""
    found = beside(seed, render)
    assert violated(found.judged) == []
    assert sum(each.verdict == "held" for each in found.judged) > 70


def test_a_run_says_that_somebody_else_acts() -> None:
    """A note counts what was changed and names what was not judged; so does each reason."""
    found = beside(1, 20.0)
    [note] = [each for each in found.notes if each.startswith("somebody else acts")]
    doubted = [each for each in found.judged if each.doubted]
    assert f"{len(doubted)} promises were not judged there" in note
    assert all(each.promise.id in note and each.verdict == "not_judged" for each in doubted)
    assert all("somebody else acts" in (each.reason or "") for each in doubted)


def test_a_setting_of_another_organization_is_no_change() -> None:
    """Two keys that read a setting under one path may read two; each is held against itself."""
    gate = contract().review.gate
    assert gate
    operation = contract().operations[gate.operation]
    ids = {each.name: "p" for each in operation.path_parameters}

    def read(at: float, credential: str, *, value: bool) -> Exchange:
        return Exchange(
            method=operation.method,
            path=operation.url(**ids),
            sent=at,
            received=at + 0.1,
            status=200,
            body=json.dumps({gate.field.strip("/"): value}).encode(),
            headers={"content-type": "application/json"},
            operation=operation.id,
            path_params=ids,
            credential=credential,
        )

    reads = [read(1, "own", value=True), read(2, "other", value=False)]
    assert not signs(Facts(contract(), History(reads), Expectations()))
    reads.append(read(3, "own", value=False))
    assert signs(Facts(contract(), History(reads), Expectations()))


def test_a_run_that_is_alone_does_not_speak_of_others() -> None:
    """Without a second actor there is no sign of one, nor a trace, nor a note."""
    found = sound(0)
    facts = Facts(contract(), found.history)
    assert signs(facts) == []
    assert list(traces(facts)) == []
    assert not any("somebody else" in each for each in found.notes)


LIKE_OTHERS = {
    "replay-bills-twice": "idempotency.replay-starts-nothing",
    "conflict-starts-anyway": "idempotency.conflict-starts-nothing",
    "conflict-cancels-first": "idempotency.conflict-starts-nothing",
    "sibling-is-canceled": "lifecycle.canceled",
    "fifth-render-is-canceled": "lifecycle.canceled",
    "decision-spreads": "approval.apart",
    "completed-renders-again": "lifecycle.terminal",
}
"""Faults that start, cancel or decide what nobody has asked for, and what each breaks."""


@pytest.mark.parametrize("fault", LIKE_OTHERS)
def test_a_server_that_acts_like_somebody_else_is_found(fault: str) -> None:
    """Where the server itself does such things, the run has no doubt who did them."""
    found = beside(0, 5.0, fault, share=0.0)
    assert LIKE_OTHERS[fault] in violated(found.judged)


@pytest.mark.parametrize(
    ("fault", "promise"), [("kind-in-short", "job.kind"), ("overrides-ignored", "clone.overrides")]
)
def test_a_fault_of_the_server_is_found_beside_somebody_else(fault: str, promise: str) -> None:
    """What no call can do is violated all the same, and so is what happens every time."""
    assert promise in violated(beside(1, 5.0, fault).judged)


def recorded(history: History, missing: Callable[[Exchange], bool]) -> list[Judged]:
    """The verdicts on a recording that lacks some exchanges."""
    kept = History(replace(each) for each in history if not missing(each))
    return judge(contract(), kept, Expectations(alone=False))


ACTIONS = {
    "decisions": ("approveContent", "rejectContent"),
    "cancels": ("cancelJob",),
    "new renders": ("regenerateContent", "rejectContent"),
    "archives": ("archiveProject",),
    "policies": ("updateApprovalPolicy",),
    "starts": ("generateContent", "cloneContentFromPost"),
}


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_that_was_not_recorded_accuses_nobody(action: str, share: float) -> None:
    """A recording that lacks some calls of a kind, or all, finds nothing violated."""
    chance = random.Random(action)  # noqa: S311 - no secret
    judged = recorded(
        sound(0).history,
        lambda each: each.operation in ACTIONS[action] and chance.random() < share,
    )
    assert violated(judged) == []
    assert sum(each.verdict == "held" for each in judged) > 40


def test_a_recording_says_what_it_lacks() -> None:
    """What is not judged because of a cancel that was not recorded names the job."""
    judged = recorded(sound(0).history, lambda each: each.operation == "cancelJob")
    doubted = [each for each in judged if each.doubted]
    assert "lifecycle.canceled" in {each.promise.id for each in doubted}
    assert all("none has asked for the cancel of job" in (e.reason or "") for e in doubted)


def test_a_whole_recording_is_judged_like_its_run() -> None:
    """Where no action is missing, what a server does wrong once is violated in a recording too."""
    found = beside(0, 5.0, "rejection-cancels", share=0.0)
    assert "approval.keeps-status" in violated(found.judged)
    found = beside(0, 5.0, "brief-cut-at-255", share=0.0)
    assert "generate.brief" in violated(recorded(found.history, lambda _: False))
