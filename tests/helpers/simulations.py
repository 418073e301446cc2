"""Runs on the sound mock, in simulated time."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from tests.helpers.histories import contract

from layers_contract.judge.outcome import Outcome
from layers_contract.mock import MockOptions, TrioClock, app
from layers_contract.mock import target as target_of
from layers_contract.mock.clock import SIMULATED_EPOCH
from layers_contract.run import simulate
from layers_contract.target import Target, parse

OPTIONS = MockOptions(render=20.0, latency=0.05, seed=7)


def target(**changes: Any) -> Target:
    """The target that fits the mock, but for some changes."""
    found = parse(target_of(OPTIONS, "http://mock.invalid"), "mock")
    return replace(found, **changes)


def simulated(profile: str = "standard", seed: int = 0, **changes: Any) -> Outcome:
    """A strict run on the sound mock."""
    return simulate(
        contract(),
        target(**changes),
        app(OPTIONS, TrioClock()),
        epoch=SIMULATED_EPOCH,
        profile=profile,
        seed=seed,
        strict=True,
    )


@cache
def sound(seed: int) -> Outcome:
    """A strict standard run on the sound mock."""
    return simulated(seed=seed)
