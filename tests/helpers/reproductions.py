"""Faults of the mock, found by a run in simulated time and cut down to a few requests."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

from tests.helpers.histories import OPEN, contract

import layers_contract
from layers_contract.judge.outcome import Outcome
from layers_contract.mock import OWN, MockOptions, TrioClock, app
from layers_contract.mock import target as target_of
from layers_contract.mock.clock import SIMULATED_EPOCH
from layers_contract.replay import (
    Reproduction,
    Step,
    reproduce,
    simulated,
)
from layers_contract.replay.play import Renewal
from layers_contract.run import expectations, simulate
from layers_contract.target import Target, parse

RENDER = 1.0
LATENCY = 0.05


def options(*faults: str) -> MockOptions:
    """A mock that renders quickly and answers slowly enough for calls to overlap."""
    return MockOptions(render=RENDER, latency=LATENCY, faults=faults)


def target() -> Target:
    """The target that fits it."""
    return parse(target_of(options(), "http://mock.invalid"), "mock")


@cache
def judged(*faults: str, profile: str = "standard") -> Outcome:
    """A strict run on a mock with faults, or on the sound one."""
    application = app(replace(options(*faults), seed=7), TrioClock())
    return simulate(
        contract(), target(), application, epoch=SIMULATED_EPOCH, profile=profile, strict=True
    )


@cache
def reproduced(fault: str, promise: str) -> tuple[Outcome, Reproduction]:
    """What shows that a fault breaks a promise, and the run that has found it."""
    outcome = judged(fault)
    found = reproduce(
        contract(),
        next(each for each in outcome.judged if each.promise.id == promise),
        outcome.history,
        expectations(target(), outcome.marker),
        simulated(contract(), target(), lambda: app(options(fault), TrioClock()), SIMULATED_EPOCH),
        strict=True,
    )
    assert found is not None
    return outcome, found


SOURCE = str(Path(layers_contract.__file__).parents[1])


def renewal(fresh: str = "lc-fresh", marker: str | None = None) -> Renewal:
    """How keys are renewed."""
    return Renewal.of("Idempotency-Key", marker, fresh)


def generating(number: int, sent: float, answered: float | None) -> Step:
    """A call to generate."""
    return Step(number, "generateContent", sent, answered, {"projectId": OPEN}, body=b"{}")


FOUND = {
    "replay-starts-job": "idempotency.replay",
    "replay-race": "idempotency.simultaneous",
    "decisions-race": "approval.race",
    "unheard-call-is-forgotten": "idempotency.lost-answer",
    "canceled-completes": "lifecycle.terminal",
    "brief-loses-emoji": "generate.brief",
    "etag-never-changes": "job.unchanged",
    "cursor-skips": "list.finds-made",
}
"""Faults of all sorts: plain, races, a lost answer, a late change, one for certain texts only."""


def ran_by_pytest(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """The tests in a folder, run as whoever gets them would."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LAYERS_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "."],
        cwd=folder,
        env={**kept, "PYTHONPATH": SOURCE, "LAYERS_API_KEY": OWN.key, **more},
        capture_output=True,
        text=True,
        check=False,
    )
