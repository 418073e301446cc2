"""Faults of the mock, found by a run in simulated time and cut down to a few requests."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from tests.helpers.histories import contract

from layers_contract.mock import MockOptions, TrioClock, app
from layers_contract.mock import target as target_of
from layers_contract.mock.clock import SIMULATED_EPOCH
from layers_contract.outcome import Outcome
from layers_contract.replay import Reproduction, reproduce, simulated
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
