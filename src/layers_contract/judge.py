"""Run the catalogue over a history, and say what was held, violated or not judged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from layers_contract.catalogue import Item, catalogue
from layers_contract.contract import Contract, MissingPartError
from layers_contract.document import Promise, surest
from layers_contract.facts import Expectations, Facts, undisturbed
from layers_contract.history import History
from layers_contract.invariants import Violation
from layers_contract.lag import lags, with_lag

__all__ = ["Judged", "Known", "Verdict", "judge", "overall"]

Verdict = Literal["held", "violated", "known", "not_judged"]
"""`known` is violated, and only in ways that a baseline accepts for a while."""
ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Known:
    """A violation that a baseline accepts until the end of the day `expires`."""

    violation: Violation
    cause: str
    reason: str
    owner: str
    expires: date


@dataclass(frozen=True, slots=True)
class Judged:
    """One invariant's verdict.

    `occasions` counts how often the promise could have been broken. `violations` fail the run;
    `differences` are occasions on which only an assumption of ours was broken, and fail nothing
    unless the run is strict. `reason` says why an invariant was not judged. `known` are violations
    that a baseline accepts; they fail nothing, and are in every report. With `lag` set, the server
    keeps the promise only if reads may show the past, as far as `[expect]` allows.
    """

    promise: Promise
    verdict: Verdict
    occasions: int
    violations: tuple[Violation, ...] = ()
    differences: tuple[Violation, ...] = ()
    reason: str | None = None
    known: tuple[Known, ...] = ()
    lag: bool = False

    @property
    def source(self) -> str:
        """The surest source among what was violated, else the promise's own."""
        own = self.promise.source
        broken = self.violations or tuple(each.violation for each in self.known)
        return surest([v.source or own for v in broken]) if broken else own


def judge(  # noqa: PLR0913 - what is judged, and five ways to judge it
    contract: Contract,
    history: History,
    expectations: Expectations | None = None,
    *,
    strict: bool = False,
    only: Collection[str] = (),
    why_not: Callable[[str], str | None] = lambda _: None,
) -> list[Judged]:
    """Judge *history* by all that the document promises, or by what *only* names.

    *why_not* may give a better reason than the invariant's own for what was not judged.
    """
    chosen = [e for e in catalogue(contract).values() if not only or e.promise.id in only]
    expect = expectations or Expectations()
    with undisturbed():
        facts = Facts(contract, history, expect)
        judged = [_judged(facts, each, strict, why_not) for each in chosen]
        if lags(expect):
            late = Facts(contract, with_lag(contract, history, expect), expect)
            lenient = [_judged(late, each, strict, why_not) for each in chosen]
            judged = [_lenient(history, *two) for two in zip(judged, lenient, strict=True)]
    return judged


def _lenient(history: History, strict: Judged, lenient: Judged) -> Judged:
    """The verdict where reads lag, its evidence as it came; whether it depends on that."""

    def original(violation: Violation) -> Violation:
        return replace(violation, exchanges=tuple(history[e.number] for e in violation.exchanges))

    return replace(
        lenient,
        violations=tuple(map(original, lenient.violations)),
        differences=tuple(map(original, lenient.differences)),
        lag=len(strict.violations) > len(lenient.violations),
    )


def overall(judged: Iterable[Judged]) -> str:
    """The run's verdict: `violated`, else `held` where anything was held or known."""
    verdicts = {each.verdict for each in judged}
    if "violated" in verdicts:
        return "violated"
    return "held" if verdicts & {"held", "known"} else "unjudged"


def _judged(facts: Facts, item: Item, strict: bool, why_not: Callable[[str], str | None]) -> Judged:
    promise = item.promise
    try:
        seen = item.occasions(facts)
    except MissingPartError as missing:
        return Judged(promise, "not_judged", 0, reason=str(missing.args[0]))
    broken = [each for each in seen if each is not None]
    violations, differences = list[Violation](), list[Violation]()
    for each in broken:
        fails = strict or (each.source or promise.source) != ASSUMED
        (violations if fails else differences).append(each)
    held = len(seen) - len(broken)
    if violations:
        return Judged(promise, "violated", len(seen), tuple(violations), tuple(differences))
    if held and not (differences and promise.source == ASSUMED):
        return Judged(promise, "held", len(seen), (), tuple(differences))
    reason = why_not(promise.id) or f"it needs {item.needs}"
    if differences:
        reason = f"the server does not keep it, and it is only assumed: {differences[0].message}"
    return Judged(promise, "not_judged", len(seen), (), tuple(differences), reason)
