"""The quick profile: what it costs, and what it says of what it leaves out."""

from __future__ import annotations

import pytest
from tests.helpers.histories import contract

from layers_contract.judge.outcome import Outcome
from layers_contract.mock import MockOptions, TrioClock, app
from layers_contract.mock import target as target_of
from layers_contract.mock.clock import SIMULATED_EPOCH
from layers_contract.run import PROFILES, simulate
from layers_contract.run.workload import STORIES
from layers_contract.target import parse

RENDER = 5.0
LATER = "the standard profile looks at it"


def quick(*faults: str) -> Outcome:
    """A quick run on a mock whose renders take five seconds."""
    options = MockOptions(render=RENDER, latency=0.01, seed=7, faults=faults)
    target = parse(target_of(options, "http://mock.invalid"), "mock")
    return simulate(
        contract(), target, app(options, TrioClock()), epoch=SIMULATED_EPOCH, profile="quick"
    )


def test_a_quick_run_is_cheap() -> None:
    """At most twelve renders, those after the end of a key's window included."""
    run = quick()
    assert run.generations <= 12
    assert not [note for note in run.notes if "[budget] generations" in note]


@pytest.mark.parametrize("fault", ["replay-starts-job", "no-key-replays", "render-hangs"])
def test_a_fault_makes_a_quick_run_no_dearer(fault: str) -> None:
    """A server that starts more than it should is asked for no more than twelve renders."""
    asked = quick(fault)
    starts = [e for e in asked.history if e.operation in contract().starts and e.succeeded]
    jobs = {e.json["jobId"] for e in starts if e.credential == "own" and "jobId" in e.json}
    assert len(jobs) <= 12


def test_no_story_of_a_quick_run_waits_for_more_than_three_renders() -> None:
    """All stories together start twelve renders at most, each three at most."""
    chosen = [each for each in STORIES if each.name in PROFILES["quick"].stories]
    assert len(chosen) == len(PROFILES["quick"].stories)
    assert max(each.renders for each in chosen) <= 3
    assert sum(each.renders for each in chosen) < 12


def test_a_quick_run_says_what_it_leaves_out() -> None:
    """Each promise not judged names the standard profile, and one note names them all."""
    run = quick()
    left = [each for each in run.judged if each.reason == LATER]
    assert left
    others = [each.reason for each in run.judged if each.verdict == "not_judged"]
    assert {each for each in others if each != LATER and "[budget]" not in (each or "")} == set()
    [note] = [each for each in run.notes if "leaves out" in each]
    assert note.startswith(f"the quick profile leaves out {len(left)} promises: ")
    for each in left:
        assert each.promise.id in note or f"all of {each.promise.group}" in note
