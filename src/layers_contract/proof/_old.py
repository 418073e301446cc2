"""The contract's own proof: each fault of the mock, and what catches it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from layers_contract.contract import Contract
from layers_contract.document import load
from layers_contract.mock import FAULTS, MockOptions, TrioClock, app, background
from layers_contract.mock import target as target_of
from layers_contract.mock.clock import SIMULATED_EPOCH
from layers_contract.outcome import Outcome
from layers_contract.run import run, simulate
from layers_contract.target import parse

__all__ = ["Proof", "matrix", "prove", "to_json"]

SIMULATED_RENDER, REAL_RENDER, LATENCY = 20.0, 0.6, 0.05
BY_SCHEMATHESIS = frozenset({"schema", "errors"})
"""Groups whose faults may need Schemathesis, and so a real server, to come to light."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a strict standard run said of a mock with one fault (or with none: name is empty)."""

    name: str
    breaks: str
    sentence: str
    violated: tuple[str, ...]
    seconds: float
    simulated: bool

    @property
    def caught(self) -> bool:
        """Whether the invariant meant for the fault found it."""
        return self.breaks in self.violated if self.name else not self.violated

    @property
    def alone(self) -> bool:
        """Whether no other invariant found it."""
        return self.violated == (self.breaks,)


def prove(name: str) -> Proof:
    """Judge a mock with the fault *name*; in simulated time, then on a real server if need be."""
    begun = time.monotonic()
    fault = FAULTS.get(name)
    breaks = fault.breaks if fault else ""
    violated, simulated = _simulated(name), True
    if fault and breaks not in violated and breaks.split(".")[0] in BY_SCHEMATHESIS:
        violated, simulated = _real(name), False
    sentence = fault.sentence if fault else "No fault at all."
    return Proof(name, breaks, sentence, violated, time.monotonic() - begun, simulated)


def matrix(names: Iterable[str] | None = None, workers: int | None = None) -> Iterator[Proof]:
    """The proofs for *names*, or for the sound mock and every fault, as they are done."""
    chosen = ["", *FAULTS] if names is None else list(names)
    with ProcessPoolExecutor(workers or os.cpu_count() or 1) as pool:
        yield from pool.map(prove, chosen)


def to_json(proofs: Iterable[Proof]) -> dict[str, Any]:
    """The matrix as plain JSON values."""
    found = list(proofs)
    faults = [each for each in found if each.name]
    return {
        "faults": len(faults),
        "caught": sum(each.caught for each in faults),
        "alarms_without_fault": sum(len(each.violated) for each in found if not each.name),
        "matrix": [
            {
                "fault": each.name,
                "breaks": each.breaks,
                "sentence": each.sentence,
                "caught": each.caught,
                "violated": list(each.violated),
                "simulated": each.simulated,
                "seconds": round(each.seconds, 2),
            }
            for each in faults
        ],
    }


def _simulated(name: str) -> tuple[str, ...]:
    options = MockOptions(render=SIMULATED_RENDER, latency=LATENCY, faults=_named(name))
    target = parse(target_of(options, "http://mock.invalid"), "mock")
    application = app(options, TrioClock())
    contract = Contract(load())
    return _violated(simulate(contract, target, application, epoch=SIMULATED_EPOCH, strict=True))


def _real(name: str) -> tuple[str, ...]:
    with background(MockOptions(render=REAL_RENDER, faults=_named(name))) as (_, values):
        return _violated(run(Contract(load()), parse(values, "mock"), strict=True))


def _named(name: str) -> tuple[str, ...]:
    return (name,) if name else ()


def _violated(outcome: Outcome) -> tuple[str, ...]:
    return tuple(each.promise.id for each in outcome.judged if each.verdict == "violated")
