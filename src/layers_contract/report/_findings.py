"""What a CI server is told: one finding for each cause of each violated promise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from layers_contract.judge.fingerprint import cause_of
from layers_contract.judge.invariants import Violation
from layers_contract.judge.outcome import Outcome
from layers_contract.judge.verdicts import Judged, Known
from layers_contract.spec.document import Promise

from ._text import smallest

__all__ = ["Finding", "Places", "findings", "worst_first"]

Places = Mapping[str, tuple[str, int]]
"""Each promise's file and line."""

ELSEWHERE = ("openapi/layers.yaml", 1)


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which a promise is broken: its quickest proof, and how often it was."""

    promise: Promise
    cause: str
    violation: Violation
    times: int
    source: str
    file: str
    line: int
    known: Known | None = None


def findings(outcome: Outcome, places: Places) -> list[Finding]:
    """What is violated, the worst first, then what is known."""
    judged = worst_first(outcome)
    fresh = [found for each in judged for found in _fresh(each, places)]
    return [*fresh, *(found for each in judged for found in _known(each, places))]


def worst_first(outcome: Outcome) -> list[Judged]:
    """The verdicts, those on violated promises first, as the report orders them."""
    ordered = [judged for cause in outcome.causes for judged in cause.all]
    first = {each.promise.id for each in ordered}
    return [*ordered, *(each for each in outcome.judged if each.promise.id not in first)]


def _fresh(judged: Judged, places: Places) -> Iterator[Finding]:
    by_cause: dict[str, list[Violation]] = {}
    for violation in judged.violations:
        by_cause.setdefault(cause_of(violation), []).append(violation)
    for cause, violations in by_cause.items():
        yield _finding(judged, cause, violations, places)


def _known(judged: Judged, places: Places) -> Iterator[Finding]:
    by_cause: dict[str, list[Known]] = {}
    for known in judged.known:
        by_cause.setdefault(known.cause, []).append(known)
    for cause, several in by_cause.items():
        violations = [each.violation for each in several]
        yield _finding(judged, cause, violations, places, several[0])


def _finding(
    judged: Judged,
    cause: str,
    violations: Sequence[Violation],
    places: Places,
    known: Known | None = None,
) -> Finding:
    first = smallest(violations, 1)[0]
    file, line = places.get(judged.promise.id, ELSEWHERE)
    source = first.source or judged.promise.source
    return Finding(judged.promise, cause, first, len(violations), source, file, line, known)
