"""The power matrix: every fault of the mock, and which invariants find it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import partial
from typing import Any, Final, Literal

from layers_contract.judge.catalogue import catalogue as catalogue_of
from layers_contract.mock import FAULTS, Fault
from layers_contract.mutation._pool import spread
from layers_contract.mutation._shadows import SHADOWS
from layers_contract.mutation._trial import Trial, contract, faults, over_http, simulated
from layers_contract.spec.files import SHIPPED, DocumentFiles

__all__ = [
    "BY_SCHEMATHESIS",
    "Line",
    "Matrix",
    "Proof",
    "Verdict",
    "catalogue",
    "group_sizes",
    "in_order",
    "proofs",
    "prove",
]

BY_SCHEMATHESIS: Final = frozenset({"schema", "errors"})
"""Groups whose faults may need Schemathesis, and so a real server, to come to light."""

ASSUMED: Final = "assumed"
Verdict = Literal["caught", "fuzzed", "missed"]


@dataclass(frozen=True, slots=True)
class Proof:
    """What a standard run said of a mock with one fault, or with none: `name` is empty then.

    The run was strict only where the fault breaks what is only assumed, or where there is none.
    `violated` are the promises that it complained of. `fuzzed` says that nothing but requests of
    Schemathesis proved the one meant, `checks` which checks of its own found something.
    """

    name: str
    breaks: str
    sentence: str
    strict: bool
    violated: tuple[str, ...]
    said: str
    simulated: bool
    fuzzed: bool
    checks: tuple[str, ...]
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """`fuzzed` where Schemathesis alone saw what our own stories should have seen.

        The mock without a fault is `caught` where nothing was said of it.
        """
        if not self.name:
            return "missed" if self.violated else "caught"
        if self.breaks not in self.violated:
            return "missed"
        return "fuzzed" if self.fuzzed and self.group not in BY_SCHEMATHESIS else "caught"

    @property
    def group(self) -> str:
        """The group of the promise that the fault breaks."""
        return self.breaks.split(".")[0]

    @property
    def also(self) -> tuple[str, ...]:
        """The other invariants that saw it."""
        return tuple(each for each in self.violated if each != self.breaks)

    @property
    def alone(self) -> bool:
        """Whether no other invariant saw it."""
        return self.violated == (self.breaks,)


@dataclass(frozen=True, slots=True)
class Line:
    """An invariant of the catalogue; `at` is its place in the document."""

    id: str
    group: str
    source: str
    at: str
    statement: str


@dataclass(frozen=True)
class Matrix:
    """The proofs, one group after the other, and what they say of the invariants.

    `sound` is the mock without a fault. `shadows` gives, for an invariant, the reason why no fault
    is seen by it alone. `whole` says that every fault was tried.
    """

    proofs: Sequence[Proof]
    sound: Proof | None
    lines: Sequence[Line]
    shadows: Mapping[str, str]
    whole: bool

    @classmethod
    def of(cls, proofs: Iterable[Proof], files: DocumentFiles = SHIPPED) -> Matrix:
        """The matrix of what was proved just now."""
        found = {each.name: each for each in proofs}
        known = faults(files)
        lines = catalogue(files)
        order = {line.id: number for number, line in enumerate(lines)}
        chosen = [found[name] for name in known if name in found]
        chosen.sort(key=lambda each: order[each.breaks])
        # Only our own document's proof is asked to tell its invariants apart.
        whole = known is FAULTS and len(chosen) == len(known)
        return cls(chosen, found.get(""), lines, SHADOWS if whole else {}, whole=whole)

    @property
    def failed(self) -> list[Proof]:
        """Faults that were not caught as they should be."""
        return [each for each in self.proofs if each.verdict != "caught"]

    @property
    def alarms(self) -> tuple[str, ...]:
        """What a strict run says of the mock that has no fault."""
        return self.sound.violated if self.sound else ()

    @property
    def overshadowed(self) -> list[Line]:
        """Invariants that no fault is seen by alone."""
        alone = {each.breaks for each in self.proofs if each.alone and each.verdict == "caught"}
        return [line for line in self.lines if line.id not in alone]

    @property
    def unexplained(self) -> list[Line]:
        """Those of them that have no reason; known only where every fault was tried."""
        return [e for e in self.overshadowed if e.id not in self.shadows] if self.whole else []

    @property
    def outdated(self) -> list[str]:
        """Reasons that hold no more: there is a fault by now that the invariant sees alone."""
        shadowed = {line.id for line in self.overshadowed}
        return [name for name in self.shadows if name not in shadowed] if self.whole else []

    @property
    def holds(self) -> bool:
        """Whether the proof succeeds."""
        return not (self.failed or self.alarms or self.unexplained)

    def to_json(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return {
            "faults": len(self.proofs),
            "caught": len(self.proofs) - len(self.failed),
            "alone": sum(each.alone for each in self.proofs),
            "alarms_without_fault": len(self.alarms),
            "holds": self.holds,
            "whole": self.whole,
            "unexplained": [line.id for line in self.unexplained],
            "invariants": [asdict(line) for line in self.lines],
            "shadows": dict(self.shadows),
            "sound": _to_json(self.sound) if self.sound else None,
            "matrix": [_to_json(each) for each in self.proofs],
        }

    @classmethod
    def from_json(cls, text: str) -> Matrix:
        """What `to_json` wrote.

        Raises:
            ValueError: It is something else.
        """
        try:
            saved = json.loads(text)
            return cls(
                proofs=[_from_json(each) for each in saved["matrix"]],
                sound=_from_json(saved["sound"]) if saved["sound"] else None,
                lines=[Line(**each) for each in saved["invariants"]],
                shadows=saved["shadows"],
                whole=saved["whole"],
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a saved matrix ({error})") from error


def catalogue(files: DocumentFiles = SHIPPED) -> list[Line]:
    """Every invariant, one group after the other."""
    promises = [item.promise for item in catalogue_of(contract(files)).values()]
    groups = list(dict.fromkeys(each.group for each in promises))
    promises.sort(key=lambda each: groups.index(each.group))
    return [Line(each.id, each.group, each.source, each.at, each.statement) for each in promises]


def proofs(
    names: Iterable[str] = (), workers: int | None = None, files: DocumentFiles = SHIPPED
) -> Iterator[Proof]:
    """Prove each fault of *names*, or the sound mock and every fault; as they are done."""
    return spread(partial(prove, files=files), in_order(names, files), workers, files)


def in_order(names: Iterable[str] = (), files: DocumentFiles = SHIPPED) -> list[str]:
    """What to prove, the slow ones first: those that may need a real server."""
    chosen = list(names) or ["", *faults(files)]
    return sorted(chosen, key=lambda name: _group(name, files) not in BY_SCHEMATHESIS)


def group_sizes(names: Iterable[str] = (), files: DocumentFiles = SHIPPED) -> Counter[str]:
    """How many of these faults each group has; the sound mock is a group without a name."""
    return Counter(_group(name, files) for name in in_order(names, files))


def prove(name: str, files: DocumentFiles = SHIPPED) -> Proof:
    """Judge a mock with the fault *name*; in simulated time, then on a real server if need be."""
    chosen = (name,) if name else ()
    strict = _needs_strict(name, files)
    trial = simulated(chosen, files=files)
    if name and faults(files)[name].breaks not in trial.seen(strict=strict):
        trial = _and_before(over_http(chosen, files=files), trial)
    return _proof(faults(files).get(name), trial, strict=strict)


def _needs_strict(name: str, files: DocumentFiles = SHIPPED) -> bool:
    """Whether only a strict run can see it; the sound mock has to please the strictest."""
    if not name:
        return True
    fault = faults(files)[name]
    promise = catalogue_of(contract(files))[fault.breaks].promise
    return fault.assumed or promise.source == ASSUMED


def _and_before(trial: Trial, before: Trial) -> Trial:
    values = {each.name: getattr(trial, each.name) for each in fields(trial)}
    return Trial(**{**values, "seconds": before.seconds + trial.seconds})


def _proof(fault: Fault | None, trial: Trial, *, strict: bool) -> Proof:
    breaks = fault.breaks if fault else ""
    return Proof(
        name=fault.name if fault else "",
        breaks=breaks,
        sentence=fault.sentence if fault else "No fault at all.",
        strict=strict,
        violated=trial.seen(strict=strict),
        said=trial.said.get(breaks, ""),
        simulated=trial.simulated,
        fuzzed=breaks in trial.fuzzed,
        checks=trial.checks,
        seconds=round(trial.seconds, 2),
    )


def _group(name: str, files: DocumentFiles) -> str:
    return faults(files)[name].breaks.split(".")[0] if name else ""


def _to_json(proof: Proof) -> dict[str, Any]:
    values = asdict(proof)
    more = {"verdict": proof.verdict, "caught": proof.verdict == "caught", "alone": proof.alone}
    return {"fault": values.pop("name"), **values, **(more if proof.name else {})}


def _from_json(saved: Mapping[str, Any]) -> Proof:
    values: dict[str, Any] = {**saved, "name": saved["fault"]}
    chosen = {each.name: values[each.name] for each in fields(Proof)}
    lists = {name: tuple(value) for name, value in chosen.items() if isinstance(value, list)}
    return Proof(**{**chosen, **lists})
