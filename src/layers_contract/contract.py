"""The document's extensions with types: lifecycles, idempotency, polling, pagination, roles.

Nothing here is a fact of its own; everything is read from the document. What each extension means
stands in `openapi/extensions.md`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from layers_contract.document import Document, Operation, pointer

__all__ = ["Contract", "Gate", "Idempotency", "Lifecycle", "Pagination", "Schedule", "Starts"]

Json = Any


@dataclass(frozen=True, slots=True)
class Transition:
    """A step of a lifecycle; `by` is empty where the server takes it by itself."""

    origins: frozenset[str]
    targets: tuple[str, ...]
    by: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """An operation that some states do not allow, and how it is refused."""

    operation: str
    states: frozenset[str]
    status: int
    code: str
    source: str


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What a field is in some states: `empty` (null, absent or without content) or `filled`."""

    field: str
    empty: bool
    states: frozenset[str]
    source: str

    def holds(self, resource: Json) -> bool:
        """Whether *resource*'s field is as the rule says."""
        value = pointer(resource, self.field)
        return (not value and value in (None, [], "", {})) is self.empty


@dataclass(frozen=True, slots=True)
class Gate:
    """Which field of a project's policy decides the first state, and how."""

    operation: str
    field: str
    open: str
    closed: str


@dataclass(frozen=True)
class Lifecycle:
    """A state machine on a field of a schema."""

    name: str
    schema: str
    field: str
    states: tuple[str, ...]
    endings: Mapping[str, str]
    transitions: tuple[Transition, ...]
    refusals: tuple[Refusal, ...]
    fields: tuple[FieldRule, ...]
    mirror: Mapping[str, frozenset[str]]
    gate: Gate | None

    @property
    def initial(self) -> tuple[str, ...]:
        """The states in which a resource may be created, the usual one first."""
        return tuple(s for t in self.transitions if not t.origins for s in t.targets)

    def ending(self, outcome: str) -> str:
        """The state that ends with *outcome*: `success`, `failure` or `cancel`."""
        return next(state for state, how in self.endings.items() if how == outcome)

    @cached_property
    def reach(self) -> Mapping[str, frozenset[str]]:
        """For each state the states that may be seen after it within one run, itself included."""
        steps = {
            state: {
                target
                for step in self.transitions
                if state in step.origins and state not in self.endings
                for target in step.targets
            }
            for state in self.states
        }
        return {state: frozenset(_closure(state, steps)) for state in self.states}

    def path(self, outcome: str) -> tuple[str, ...]:
        """The states that the server passes by itself from the first one to *outcome*."""
        return _walk(self.initial[0], self.ending(outcome), self._server_steps(), ())

    def _server_steps(self) -> dict[str, list[str]]:
        steps: dict[str, list[str]] = {state: [] for state in self.states}
        for step in self.transitions:
            for origin in step.origins if not step.by else ():
                steps[origin] += step.targets
        return steps

    def causes(self, target: str) -> frozenset[str]:
        """The operations that lead to *target*."""
        return frozenset(o for step in self.transitions if target in step.targets for o in step.by)

    def refusal(self, operation: str, state: str) -> Refusal | None:
        """How *operation* is refused in *state*, if it is."""
        return next(
            (r for r in self.refusals if r.operation == operation and state in r.states), None
        )


@dataclass(frozen=True, slots=True)
class Idempotency:
    """How a repeated call is recognised and answered. `window` is in seconds."""

    header: str
    window: float
    conflict_status: int
    conflict_code: str
    in_flight_status: int


@dataclass(frozen=True, slots=True)
class Starts:
    """What an operation starts; `job` and `when` are JSON Pointers into answer and request."""

    new_container: bool
    job: str
    kind: str
    kind_source: str
    when: str | None

    def asked(self, body: Json) -> bool:
        """Whether a request with *body* asks for a render: some calls may go without one."""
        return self.when is None or pointer(body, self.when) is True


@dataclass(frozen=True, slots=True)
class Pagination:
    """Where items, cursor and limit of a list are; `filters`: parameter to field."""

    items: str
    next: str
    cursor: str
    limit: str
    order_by: str
    filters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often to poll. Seconds, but for `factor`."""

    initial: float
    factor: float
    maximum: float
    jitter: float


class Contract:
    """What the document promises, in the words of this package."""

    def __init__(self, document: Document) -> None:
        self.document = document

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation, by its operationId."""
        return self.document.operations

    @cached_property
    def lifecycles(self) -> Mapping[str, Lifecycle]:
        """Every lifecycle, by its name."""
        return {
            name: _lifecycle(name, schema, raw)
            for schema, node in self.document.raw["components"]["schemas"].items()
            for name, raw in node.get("x-lifecycles", {}).items()
        }

    @cached_property
    def render(self) -> Lifecycle:
        """The lifecycle that mirrors a job's: the container's render."""
        return next(each for each in self.lifecycles.values() if each.mirror)

    @cached_property
    def job(self) -> Lifecycle:
        """The lifecycle of a job."""
        schema = self.document.schema(self.render.schema)
        mirrored = schema["x-lifecycles"][self.render.name]["mirrors"]
        return self.lifecycles[mirrored["lifecycle"]]

    @cached_property
    def review(self) -> Lifecycle:
        """The lifecycle that a project's policy gates: the approval."""
        return next(each for each in self.lifecycles.values() if each.gate)

    @cached_property
    def idempotency(self) -> Idempotency:
        """The rule for repeated calls."""
        raw = self.document.raw["x-idempotency"]
        return Idempotency(
            header=raw["header"],
            window=seconds(raw["window"]),
            conflict_status=raw["conflict"]["status"],
            conflict_code=raw["conflict"]["code"],
            in_flight_status=raw["in-flight"]["status"],
        )

    @cached_property
    def idempotent(self) -> frozenset[str]:
        """The operations that honour an idempotency key."""
        return self._marked("x-idempotent")

    @cached_property
    def starts(self) -> Mapping[str, Starts]:
        """The operations that start a render."""
        return {
            name: Starts(
                new_container=raw["container"] == "new",
                job=raw["job"],
                kind=raw["kind"],
                kind_source=raw.get("kind-source", raw["source"]),
                when=raw.get("when"),
            )
            for name, operation in self.operations.items()
            if (raw := operation.raw.get("x-starts"))
        }

    @cached_property
    def open_format(self) -> str | None:
        """The format that leaves the choice to the server, which may name its pick at any time."""
        for name in self.starts:
            schema = self.document.resolve(self.operations[name].body) or {}
            if default := schema.get("properties", {}).get("format", {}).get("default"):
                return str(default)
        return None

    @cached_property
    def polls(self) -> Mapping[str, Schedule]:
        """The operations to poll, and how often."""
        return {name: _schedule(self.operations[name]) for name in self._ordered("x-polling")}

    @cached_property
    def lists(self) -> Mapping[str, Pagination]:
        """The operations that list."""
        return {name: _pagination(self.operations[name]) for name in self._ordered("x-pagination")}

    @cached_property
    def error_codes(self) -> Mapping[str, int]:
        """The status that goes with each documented error code."""
        schemas = self.document.raw["components"]["schemas"].values()
        found = next(s["x-error-codes"] for s in schemas if "x-error-codes" in s)
        return {code: raw["status"] for code, raw in found.items()}

    def error_code(self, status: int) -> str | None:
        """The first documented code that goes with *status*."""
        return next((code for code, each in self.error_codes.items() if each == status), None)

    @cached_property
    def beginning(self) -> str:
        """What all paths begin with, such as `/v1`; nothing, if they begin differently."""
        first = {each.path.split("/")[1] for each in self.operations.values()}
        name = first.pop() if len(first) == 1 else ""
        return f"/{name}" if name and "{" not in name else ""

    def reader(self, *resources: str) -> Operation:
        """The operation that reads the resource named by just these path parameters.

        A plain read: no polling by another resource, no list, no side of the resource.
        """
        found = [
            operation
            for operation in self.operations.values()
            if operation.method == "GET"
            and tuple(p.resource for p in operation.path_parameters) == resources
            and operation.id not in self.lists
        ]
        return min(found, key=lambda operation: len(operation.path))

    def _marked(self, extension: str) -> frozenset[str]:
        return frozenset(self._ordered(extension))

    def _ordered(self, extension: str) -> list[str]:
        return [name for name, each in self.operations.items() if extension in each.raw]


def seconds(duration: str) -> float:
    """The seconds in an ISO 8601 duration of weeks, days, hours, minutes and seconds."""
    units = {"W": 604800, "D": 86400, "H": 3600, "M": 60, "S": 1}
    return sum(
        float(number) * units[unit] for number, unit in re.findall(r"([\d.]+)([WDHMS])", duration)
    )


def _lifecycle(name: str, schema: str, raw: Mapping[str, Json]) -> Lifecycle:
    states = raw["states"]
    gate = raw.get("gate")
    return Lifecycle(
        name=name,
        schema=schema,
        field=raw["field"],
        states=tuple(states),
        endings={state: each["ends"] for state, each in states.items() if "ends" in each},
        transitions=tuple(_transition(each) for each in raw["transitions"]),
        refusals=tuple(_refusal(each) for each in raw.get("refusals", ())),
        fields=tuple(_field_rule(each) for each in raw.get("fields", ())),
        mirror={k: frozenset(v) for k, v in raw.get("mirrors", {}).get("states", {}).items()},
        gate=gate and Gate(gate["operation"], gate["field"], gate["open"], gate["closed"]),
    )


def _transition(raw: Mapping[str, Json]) -> Transition:
    by = frozenset(raw["by"]) if isinstance(raw["by"], list) else frozenset[str]()
    return Transition(frozenset(raw["from"]), tuple(raw["to"]), by, raw["source"])


def _refusal(raw: Mapping[str, Json]) -> Refusal:
    return Refusal(
        raw["operation"], frozenset(raw["in"]), raw["status"], raw["code"], raw["source"]
    )


def _field_rule(raw: Mapping[str, Json]) -> FieldRule:
    return FieldRule(raw["field"], raw["is"] == "empty", frozenset(raw["in"]), raw["source"])


def _schedule(operation: Operation) -> Schedule:
    raw = operation.raw["x-polling"]["schedule"]
    return Schedule(
        seconds(raw["initial"]), raw["factor"], seconds(raw["maximum"]), seconds(raw["jitter"])
    )


def _pagination(operation: Operation) -> Pagination:
    raw = operation.raw["x-pagination"]
    return Pagination(
        raw["items"],
        raw["next"],
        raw["cursor"],
        raw["limit"],
        raw["order"]["by"],
        raw["filters"],
    )


def _closure(state: str, steps: Mapping[str, set[str]]) -> set[str]:
    seen = {state}
    frontier = [state]
    while frontier:
        fresh = steps[frontier.pop()] - seen
        seen |= fresh
        frontier += fresh
    return seen


def _walk(
    state: str, goal: str, steps: Mapping[str, list[str]], seen: tuple[str, ...]
) -> tuple[str, ...]:
    """The longest way from *state* to *goal*, or nothing."""
    if state == goal:
        return (*seen, state)
    ways = [
        _walk(after, goal, steps, (*seen, state)) for after in steps[state] if after not in seen
    ]
    return max(ways, key=len, default=())
