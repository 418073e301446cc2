"""One run against the mock: in simulated time, or served and judged over HTTP."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from layers_contract.judge.invariants import Violation
from layers_contract.judge.outcome import Outcome
from layers_contract.judge.verdicts import Judged
from layers_contract.mock import (
    Fault,
    MockOptions,
    TrioClock,
    app,
    background,
    faults_of,
    words_of,
)
from layers_contract.mock import target as target_of
from layers_contract.mock.clock import SIMULATED_EPOCH
from layers_contract.run import FUZZ, run, simulate
from layers_contract.spec.contract import Contract
from layers_contract.spec.files import SHIPPED, DocumentFiles
from layers_contract.target import parse

__all__ = ["Trial", "contract", "faults", "over_http", "simulated"]

SIMULATED_RENDER: Final = 5.0
REAL_RENDER: Final = 0.6
LATENCY: Final = 0.05


@dataclass(frozen=True, slots=True)
class Trial:
    """What a standard run said of a mock.

    `violated` fail any run; `differs` fail a strict run only, having broken nothing but an
    assumption of ours. `said` maps both to the first thing said of them, in the catalogue's order.
    `fuzzed` are those that nothing proves but requests of Schemathesis; `checks` are the checks of
    its own that found something. `troubles` are bugs of ours that came to light.
    """

    violated: tuple[str, ...]
    differs: tuple[str, ...]
    said: Mapping[str, str] = field(repr=False)
    seconds: float
    simulated: bool
    fuzzed: frozenset[str] = frozenset()
    checks: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()

    def seen(self, *, strict: bool) -> tuple[str, ...]:
        """The promises that a run complains of."""
        return tuple(self.said) if strict else self.violated


@lru_cache(maxsize=8)
def contract(files: DocumentFiles = SHIPPED) -> Contract:
    """The document's contract, read once a process."""
    return Contract(files.load())


def faults(files: DocumentFiles = SHIPPED) -> Mapping[str, Fault]:
    """The faults that the mock of a document can be given."""
    return faults_of(words_of(files))


def simulated(
    faults: tuple[str, ...] = (),
    variants: tuple[str, ...] = (),
    seed: int = 0,
    files: DocumentFiles = SHIPPED,
) -> Trial:
    """Judge a mock in simulated time; without Schemathesis, which knows no clock but the wall's."""
    begun = time.monotonic()
    options = MockOptions(
        render=SIMULATED_RENDER,
        latency=LATENCY,
        faults=faults,
        variants=variants,
        seed=seed,
        files=files,
    )
    target = parse(target_of(options, "http://mock.invalid"), "mock")
    application = app(options, TrioClock())
    try:
        outcome = simulate(contract(files), target, application, epoch=SIMULATED_EPOCH, seed=seed)
    finally:
        application.behaviour.store.close()
    return _trial(outcome, time.monotonic() - begun, simulated=True)


def over_http(faults: tuple[str, ...] = (), seed: int = 0, files: DocumentFiles = SHIPPED) -> Trial:
    """Judge a mock that is served; Schemathesis takes part."""
    begun = time.monotonic()
    options = MockOptions(render=REAL_RENDER, faults=faults, seed=seed, files=files)
    with background(options) as (_, values):
        outcome = run(contract(files), parse(values, "mock"), seed=seed)
    return _trial(outcome, time.monotonic() - begun, simulated=False)


def _trial(outcome: Outcome, seconds: float, *, simulated: bool) -> Trial:
    blamed = [each for each in outcome.judged if _broken(each)]
    return Trial(
        violated=tuple(each.promise.id for each in blamed if each.violations),
        differs=tuple(each.promise.id for each in blamed if not each.violations),
        said={each.promise.id: _broken(each)[0].message for each in blamed},
        seconds=seconds,
        simulated=simulated,
        fuzzed=frozenset(each.promise.id for each in blamed if _is_fuzzed(each)),
        checks=tuple(sorted({f.check for e in outcome.history for f in e.findings})),
        troubles=tuple(note for note in outcome.notes if "in our own code" in note),
    )


def _broken(judged: Judged) -> list[Violation]:
    return [*judged.violations, *judged.differences]


def _is_fuzzed(judged: Judged) -> bool:
    """Whether each violation rests on a request of Schemathesis."""
    return all(
        any(exchange.actor.startswith(FUZZ) for exchange in each.exchanges)
        for each in _broken(judged)
    )
