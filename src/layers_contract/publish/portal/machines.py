"""The document's lifecycles as state machines: who leads from which state to which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from layers_contract.publish.portal.words import lasting, listed
from layers_contract.spec.contract import Contract, Lifecycle, Refusal
from layers_contract.spec.document import SOURCES, weakest

__all__ = ["SERVER", "Machine", "Step", "machines"]

SERVER = "the server"


@dataclass(frozen=True, slots=True)
class Step:
    """From one state to another, merged of all transitions that do it; no `origin` is a creation.

    `causes` are operationIds, and `SERVER` where it may do so by itself. `when` is said of a
    creation that a gate decides, and of what the server does after some time.
    """

    origin: str | None
    target: str
    causes: tuple[str, ...]
    source: str
    when: str = ""

    @property
    def by_server(self) -> bool:
        """Whether no call is needed."""
        return SERVER in self.causes


@dataclass(frozen=True)
class Machine:
    """A lifecycle, its steps merged and numbered by what causes them."""

    lifecycle: Lifecycle
    raw: Mapping[str, Any]
    steps: tuple[Step, ...]
    numbers: Mapping[tuple[tuple[str, ...], str], int] = field(repr=False)

    @property
    def name(self) -> str:
        """The lifecycle's name."""
        return self.lifecycle.name

    @property
    def states(self) -> tuple[str, ...]:
        """In the document's order."""
        return self.lifecycle.states

    @property
    def refusals(self) -> list[tuple[Refusal, str]]:
        """Each refusal, and the states that it holds in, as words."""
        return [(each, self.worded(each.states)) for each in self.lifecycle.refusals]

    @property
    def rules(self) -> list[tuple[str, str, str, str]]:
        """Each field rule: the field, `empty` or `filled`, the states, the source."""
        return [
            (
                each.field[1:],
                "empty" if each.empty else "filled",
                self.worded(each.states),
                each.source,
            )
            for each in self.lifecycle.fields
        ]

    @property
    def mirrored(self) -> list[tuple[str, str]]:
        """Each state of the mirrored lifecycle, and the states of this one that go with it."""
        return [(state, self.worded(ours)) for state, ours in self.lifecycle.mirror.items()]

    def number(self, step: Step) -> int:
        """Of what leads to *step*: its causes, and when."""
        return self.numbers[step.causes, step.when]

    def worded(self, states: frozenset[str]) -> str:
        """States in the document's order, as words."""
        return listed([state for state in self.states if state in states])

    def sentence(self) -> str:
        """The whole picture for those who cannot see it."""
        steps = (
            f"{step.origin or 'created'} to {step.target} by {listed(step.causes)}"
            for step in self.steps
        )
        return f"States of {self.lifecycle.schema} ({self.name}): {'; '.join(steps)}."


def machines(contract: Contract) -> list[Machine]:
    """Every lifecycle of the document."""
    return [_machine(contract, each) for each in contract.lifecycles.values()]


def _machine(contract: Contract, lifecycle: Lifecycle) -> Machine:
    raw = contract.document.schema(lifecycle.schema)["x-lifecycles"][lifecycle.name]
    steps = tuple(_merged(lifecycle, list(contract.operations)))
    causes = dict.fromkeys((step.causes, step.when) for step in steps)
    return Machine(lifecycle, raw, steps, {each: n for n, each in enumerate(causes, 1)})


def _merged(lifecycle: Lifecycle, operations: Sequence[str]) -> Iterator[Step]:
    """One step for each pair of states, in the document's order."""
    found: dict[tuple[str | None, str], tuple[set[str], list[str], set[float]]] = {}
    for transition in lifecycle.transitions:
        for origin in _origins(lifecycle, transition.origins):
            for target in transition.targets:
                causes, sources, waits = found.setdefault((origin, target), (set(), [], set()))
                causes |= transition.by or {SERVER}
                sources.append(transition.source)
                waits |= set() if transition.after is None else {transition.after}
    for (origin, target), (causes, sources, waits) in found.items():
        ordered = tuple(name for name in (*operations, SERVER) if name in causes)
        when = _gated(lifecycle, target) if origin is None else _after(waits)
        yield Step(origin, target, ordered, _weakest(sources), when)


def _origins(lifecycle: Lifecycle, origins: frozenset[str]) -> list[str | None]:
    return [state for state in lifecycle.states if state in origins] if origins else [None]


def _weakest(sources: Sequence[str]) -> str:
    known = [each for each in sources if each in SOURCES]
    return weakest(known) if known else sources[0]


def _after(waits: set[float]) -> str:
    """When the server moves by itself, if the document says."""
    return f"{lasting(min(waits))} have passed" if waits else ""


def _gated(lifecycle: Lifecycle, target: str) -> str:
    gate = lifecycle.gate
    values = [value for value, states in gate.values.items() if target in states] if gate else []
    if gate is None or not values:
        return ""
    said = [str(value).lower() if isinstance(value, bool) else value for value in values]
    return f"{gate.field.rpartition('/')[2]} is {listed(said)}"
