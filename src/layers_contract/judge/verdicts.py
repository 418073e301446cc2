"""Run the catalogue over a history, and say what was held, violated or not judged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Literal

from layers_contract.history.exchanges import History
from layers_contract.judge.catalogue import Item, catalogue
from layers_contract.judge.facts import Expectations, Facts, undisturbed
from layers_contract.judge.invariants import Violation
from layers_contract.judge.lag import lags, with_lag
from layers_contract.judge.others import signs, traces
from layers_contract.spec.contract import Contract, MissingPartError
from layers_contract.spec.document import Promise, surest

__all__ = ["Judged", "Known", "Verdict", "judge", "overall"]

Verdict = Literal["held", "violated", "known", "not_judged"]
"""`known` is violated, and only in ways that a baseline accepts for a while."""
ASSUMED = "assumed"
SEVERAL, NEARLY_ALL = 3, 0.9
"""How many occasions, and which part of them, are broken by a server and not by somebody else."""


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
    keeps the promise only if reads may show the past, as far as `[expect]` allows. With `doubted`
    set it was not judged, because calls of somebody else explain all that was broken.
    """

    promise: Promise
    verdict: Verdict
    occasions: int
    violations: tuple[Violation, ...] = ()
    differences: tuple[Violation, ...] = ()
    reason: str | None = None
    known: tuple[Known, ...] = ()
    lag: bool = False
    doubted: bool = False

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

    def judged(history: History) -> list[Judged]:
        return _beside_others(
            contract, history, expect, chosen, partial(_judged, strict=strict, why_not=why_not)
        )

    with undisturbed():
        found = judged(history)
        if lags(expect):
            late = judged(with_lag(contract, history, expect))
            found = [_lenient(history, *two) for two in zip(found, late, strict=True)]
    return found


def _beside_others(
    contract: Contract,
    history: History,
    expect: Expectations,
    chosen: Iterable[Item],
    judged: Callable[[Facts, Item], Judged],
) -> list[Judged]:
    """The verdicts where nobody else acts; where anybody does, those that stand all the same.

    What is broken is judged once more as if somebody else could have acted on everything at any
    time. What is broken even then is the server's. What is not is the server's if nobody else acts,
    or if it happens nearly every time.
    """
    alone = Facts(contract, history, replace(expect, alone=True))
    found = [(each, judged(alone, each)) for each in chosen]
    if not any(one.violations or one.differences for _, one in found):
        return [one for _, one in found]
    why = _others(alone) if expect.alone else _unrecorded(alone)
    if why is None:
        return [one for _, one in found]
    shared = Facts(contract, history, replace(expect, alone=False))
    return [
        _doubted(one, judged(shared, each), why) if one.violations or one.differences else one
        for each, one in found
    ]


def _others(facts: Facts) -> str | None:
    """That somebody else acts, by the first sign of it."""
    first = next(iter(signs(facts)), None)
    if first is None:
        return None
    return f"somebody else acts on the same resources: nobody here has asked for {first.what}"


def _unrecorded(facts: Facts) -> str | None:
    """That something was done which no recorded call has asked for, by the first trace of it."""
    first = next(traces(facts), None)
    if first is None:
        return None
    return f"calls may be missing from the recording: none has asked for {first.what}"


def _doubted(alone: Judged, shared: Judged, why: str) -> Judged:
    """The verdict on what was broken, where calls of somebody else may explain it."""
    if shared.violations:
        return replace(alone, violations=shared.violations, differences=shared.differences)
    if shared.differences or _is_nearly_always(alone, shared):
        return alone
    if alone.verdict == "held":
        return replace(alone, differences=())
    return Judged(alone.promise, "not_judged", alone.occasions, reason=why, doubted=True)


def _is_nearly_always(alone: Judged, shared: Judged) -> bool:
    """Whether a promise is broken nearly every time that somebody else's call could break it."""
    broken = len(alone.violations) + len(alone.differences)
    exposed = alone.occasions - shared.occasions
    return SEVERAL <= broken <= exposed and broken >= NEARLY_ALL * exposed


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


def _judged(
    facts: Facts, item: Item, *, strict: bool, why_not: Callable[[str], str | None]
) -> Judged:
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
