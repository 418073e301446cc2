"""The document's extensions with types: lifecycles, idempotency, polling, pagination, roles.

Nothing here is a fact of its own; everything is read from the document. What each extension means
stands in `openapi/extensions.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any, Final, TypeVar

from layers_contract.spec.document import Document, Operation, View, pointer, to_pointer

__all__ = [
    "Contract",
    "Gate",
    "Idempotency",
    "Lifecycle",
    "MissingPartError",
    "Pagination",
    "Range",
    "Resource",
    "Schedule",
    "Starts",
]

Json = Any
T = TypeVar("T")


class MissingPartError(LookupError, ValueError):
    """The document has no such part; the message says which, in half a sentence."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A step of a lifecycle; `by` is empty where the server takes it by itself.

    `after` is the time, in seconds, that the server lets pass before it; None where it says none.
    """

    origins: frozenset[str]
    targets: tuple[str, ...]
    by: frozenset[str]
    source: str
    after: float | None = None


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
    """Which field of a setting decides the first state, and how.

    `values` has the states that each value of the field may lead to, the usual one first. A value
    that leads to one state alone settles it.
    """

    operation: str
    field: str
    open: str
    closed: str
    values: Mapping[Json, tuple[str, ...]]

    def first(self, setting: Json) -> tuple[str, ...]:
        """The states that *setting*, the operation's response, may lead to; none if unsaid."""
        value = pointer(setting, self.field)
        return self.values.get(value, ()) if isinstance(value, bool | str) else ()

    def value(self, state: str) -> Json:
        """The value that settles *state*; None where there is none."""
        return next((v for v, states in self.values.items() if states == (state,)), None)


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
        """The state that ends with *outcome*: `success`, `failure` or `cancel`.

        Raises:
            MissingPartError: The lifecycle has no such state.
        """
        found = (state for state, how in self.endings.items() if how == outcome)
        return _part(found, f"no state of {self.name} that ends with {outcome}")

    @cached_property
    def reach(self) -> Mapping[str, frozenset[str]]:
        """For each state the states that may be seen after it within one run, itself included."""
        steps = {
            state: {
                target
                for step in self.transitions
                if state in step.origins
                for target in step.targets
                if state not in self.endings or (not step.by and target in self.endings)
            }
            for state in self.states
        }
        return {state: frozenset(_closure(state, steps)) for state in self.states}

    def path(self, outcome: str) -> tuple[str, ...]:
        """The states that the server passes by itself from the first one to *outcome*."""
        steps = {
            state: [target for step in self.by_server(state) for target in step.targets]
            for state in self.states
        }
        return _walk(self.initial[0], self.ending(outcome), steps, ())

    def causes(self, target: str) -> frozenset[str]:
        """The operations that lead to *target*."""
        return frozenset(o for step in self.transitions if target in step.targets for o in step.by)

    @cached_property
    def caused(self) -> frozenset[str]:
        """The states that nothing but an operation leads to, at a creation or later."""
        by_server = {t for step in self.transitions if not step.by for t in step.targets}
        first = set(self.initial)
        return frozenset(self.states) - by_server - first

    def rests(self, state: str) -> bool:
        """Whether nothing leads on from *state* but an operation, or a time that has to pass."""
        timed = all(step.after is not None for step in self.by_server(state))
        return state in self.endings or timed

    def by_server(self, state: str) -> tuple[Transition, ...]:
        """The steps that the server takes from *state* by itself."""
        return tuple(t for t in self.transitions if not t.by and state in t.origins)

    def refusal(self, operation: str, state: str) -> Refusal | None:
        """How *operation* is refused in *state*, if it is."""
        return next(
            (r for r in self.refusals if r.operation == operation and state in r.states), None
        )


@dataclass(frozen=True, slots=True)
class Idempotency:
    """How a repeated call is recognised and answered.

    `window` is in seconds, infinite where the document names none. `in_flight_status` is None where
    a call that is under way is waited for.
    """

    header: str
    window: float
    conflict_status: int
    conflict_code: str
    in_flight_status: int | None
    in_flight_code: str | None
    scope: frozenset[str]
    keeps_key: bool
    equal_bodies: str


@dataclass(frozen=True, slots=True)
class Starts:
    """What an operation starts; `job` and `when` are JSON Pointers into response and request.

    `container` is `new`, `same`, or `none`: what runs is its own result. `kind` is None where no
    kind is promised.
    """

    container: str
    job: str
    kind: str | None
    kind_source: str
    when: str | None

    @property
    def new_container(self) -> bool:
        """Whether it makes the container that it fills."""
        return self.container == "new"

    def asked(self, body: Json) -> bool:
        """Whether a request with *body* asks for a render: some calls may go without one."""
        return self.when is None or pointer(body, self.when) is True


@dataclass(frozen=True, slots=True)
class Range:
    """What a query parameter bounds: items whose field is at least, or at most, its value."""

    field: str
    least: bool


@dataclass(frozen=True, slots=True)
class Pagination:
    """Where items, cursor and limit of a list are.

    `filters` goes from a parameter to the field that must equal it, `ranges` to the one that it
    bounds. `order_by` is None where no order is promised.
    """

    items: str
    next: str
    cursor: str
    limit: str
    order_by: str | None
    descending: bool
    filters: Mapping[str, str]
    ranges: Mapping[str, Range]


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often to poll. Seconds, but for `factor`."""

    initial: float
    factor: float
    maximum: float
    jitter: float


UNSCHEDULED: Final = Schedule(1.0, 1.5, 10.0, 0.0)
"""How often to poll where the document names no schedule."""


@dataclass(frozen=True)
class Resource:
    """A type of resource: what shows, makes, moves and lists it.

    `reader` reads one by its own id, and by the ids of what it stands in; None where nothing does.
    `creators` are the operations whose success shows one that was not there before. `parents` are
    the types that its schemas refer to.
    """

    type: str
    lifecycles: tuple[Lifecycle, ...]
    reader: Operation | None
    creators: tuple[str, ...]
    lists: tuple[str, ...]
    parents: tuple[str, ...]


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
            for schema, node in self._schemas.items()
            for name, raw in node.get("x-lifecycles", {}).items()
        }

    @property
    def _schemas(self) -> Mapping[str, Mapping[str, Json]]:
        found: Mapping[str, Mapping[str, Json]] = self.document.raw.get("components", {}).get(
            "schemas", {}
        )
        return found

    @cached_property
    def resources(self) -> Mapping[str, Resource]:
        """Every type of resource that a schema of the document is said to show, by its name."""
        types = dict.fromkeys(name for each in self._schemas.values() if (name := _type_of(each)))
        return {name: self._resource(name) for name in types}

    def type_of(self, lifecycle: Lifecycle) -> str:
        """The type of the resource that *lifecycle* belongs to; the schema's name without one."""
        raw = self.document.schema(lifecycle.schema).get("x-resource")
        return str(raw["type"]) if isinstance(raw, dict) else lifecycle.schema

    def shown(self, operation: Operation) -> tuple[View, ...]:
        """The resources in an operation's successful responses, each place once."""
        found = {
            (view.at, view.resource["type"]): view
            for status in sorted(operation.success)
            for view in operation.responses[str(status)].views
        }
        return tuple(found.values())

    def _resource(self, name: str) -> Resource:
        lifecycles = tuple(c for c in self.lifecycles.values() if self.type_of(c) == name)
        of_type = [s["x-resource"] for s in self._schemas.values() if _type_of(s) == name]
        return Resource(
            type=name,
            lifecycles=lifecycles,
            reader=self._reader(name),
            creators=tuple(self._creators(name, lifecycles)),
            lists=tuple(
                each
                for each, page in self.lists.items()
                if any(
                    view.resource["type"] == name and _joined(view.at) == f"{page.items}/*"
                    for view in self.shown(self.operations[each])
                )
            ),
            parents=tuple(dict.fromkeys(t for raw in of_type for t in raw if t not in _OWN)),
        )

    def _reader(self, name: str) -> Operation | None:
        """The operation with the shortest path that answers with what its path's last id names."""
        found = [
            operation
            for operation in self.operations.values()
            if operation.method == "GET"
            and operation.path_parameters
            and operation.path_parameters[-1].resource == name
            and any(v.at == () and v.resource["type"] == name for v in self.shown(operation))
        ]
        return min(found, key=lambda operation: len(operation.path), default=None)

    def _creators(self, name: str, lifecycles: tuple[Lifecycle, ...]) -> Iterator[str]:
        made = {o for each in lifecycles for t in each.transitions if not t.origins for o in t.by}
        for operation in self.operations.values():
            whole = any(v.at == () and v.resource["type"] == name for v in self.shown(operation))
            named = any(p.resource == name for p in operation.path_parameters)
            unsaid = not lifecycles and operation.method == "POST" and whole and not named
            if operation.id in made or unsaid:
                yield operation.id

    @cached_property
    def render(self) -> Lifecycle:
        """The lifecycle that mirrors a job's: the container's render.

        Raises:
            MissingPartError: None mirrors another one.
        """
        found = (each for each in self.lifecycles.values() if each.mirror)
        return _part(found, "no lifecycle that mirrors another one")

    @cached_property
    def job(self) -> Lifecycle:
        """The lifecycle of a job."""
        schema = self.document.schema(self.render.schema)
        name = schema["x-lifecycles"][self.render.name]["mirrors"]["lifecycle"]
        found = (each for each in self.lifecycles.values() if each.name == name)
        return _part(found, f"no lifecycle {name}, which {self.render.name} mirrors")

    @cached_property
    def renders(self) -> bool:
        """Whether jobs fill containers here: both have ids, and a job names its container."""
        try:
            schemas = [self.document.schema(each.schema) for each in (self.render, self.job)]
        except MissingPartError:
            return False
        container, job = (each.get("x-resource", {}) for each in schemas)
        names = container.get("type"), job.get("type")
        return names == ("container", "job") and "container" in job

    @cached_property
    def review(self) -> Lifecycle:
        """The lifecycle that a project's policy gates: the approval.

        Raises:
            MissingPartError: None has a gate.
        """
        return _part((c for c in self.lifecycles.values() if c.gate), "no lifecycle with a gate")

    @cached_property
    def idempotency(self) -> Idempotency:
        """The rule for repeated calls.

        Raises:
            MissingPartError: There is none.
        """
        raw = self.document.raw.get("x-idempotency")
        if raw is None:
            raise MissingPartError("the document has no x-idempotency")
        return Idempotency(
            header=raw["header"],
            window=seconds(raw["window"]) if "window" in raw else inf,
            conflict_status=raw["conflict"]["status"],
            conflict_code=raw["conflict"]["code"],
            in_flight_status=raw.get("in-flight", {}).get("status"),
            in_flight_code=raw.get("in-flight", {}).get("code"),
            scope=frozenset(raw["scope"]),
            keeps_key=bool(raw.get("invalid-request-keeps-key", {}).get("value")),
            equal_bodies=raw.get("equal-bodies", {}).get("value", "json"),
        )

    @cached_property
    def key_header(self) -> str:
        """The header that carries an idempotency key, in lower case; nothing without such keys."""
        return self.idempotency.header.lower() if "x-idempotency" in self.document.raw else ""

    @cached_property
    def idempotent(self) -> frozenset[str]:
        """The operations that honour an idempotency key."""
        return self._marked("x-idempotent")

    @cached_property
    def starts(self) -> Mapping[str, Starts]:
        """The operations that start a render."""
        return {
            name: Starts(
                container=raw["container"],
                job=raw["job"],
                kind=raw.get("kind"),
                kind_source=raw.get("kind-source", raw["source"]),
                when=raw.get("when"),
            )
            for name, operation in self.operations.items()
            if (raw := operation.raw.get("x-starts"))
        }

    def scopes(self, operation: Operation) -> tuple[frozenset[str], ...]:
        """The sets of scopes of which a key needs one for *operation*; none where any key may."""
        required = operation.raw.get("security", self.document.raw.get("security", ()))
        found = [frozenset(s for names in each.values() for s in names) for each in required]
        return tuple(dict.fromkeys(found)) if found and all(found) else ()

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
    def error_codes(self) -> Mapping[str, tuple[int, ...]]:
        """The statuses that each documented error code may come with, the usual one first."""
        codes: Mapping[str, Json] = next(_holding(self._schemas, "x-error-codes"), {})
        return {code: statuses(raw["status"]) for code, raw in codes.items()}

    @cached_property
    def error_code_places(self) -> tuple[str, ...]:
        """Where in error responses a code may be, as JSON Pointers."""
        found = (
            place
            for operation in self.operations.values()
            for status, response in operation.responses.items()
            if status[0] in "45d" and response.schema is not None
            for place in self._codes_in(response.schema, "")
        )
        return tuple(dict.fromkeys(found))

    def _codes_in(self, schema: Json, at: str, depth: int = 0) -> Iterator[str]:
        schema = self.document.resolve(schema)
        if not isinstance(schema, dict) or depth > _DEEPEST:
            return
        if "x-error-codes" in schema:
            yield f"{at}/code"
        for word in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(word, ()):
                yield from self._codes_in(part, at, depth + 1)
        for name, child in schema.get("properties", {}).items():
            yield from self._codes_in(child, at + to_pointer((name,)), depth + 1)

    def error_code(self, status: int) -> str | None:
        """The first documented code that goes with *status*."""
        return next((code for code, each in self.error_codes.items() if status in each), None)

    @cached_property
    def beginning(self) -> str:
        """What all paths begin with, such as `/v1`; nothing, if they begin differently."""
        first = {each.path.split("/")[1] for each in self.operations.values()}
        name = first.pop() if len(first) == 1 else ""
        return f"/{name}" if name and "{" not in name else ""

    def reader(self, *resources: str) -> Operation:
        """The operation that reads the resource named by just these path parameters.

        A plain read: no polling by another resource, no list, no side of the resource.

        Raises:
            MissingPartError: There is none.
        """
        found = [
            operation
            for operation in self.operations.values()
            if operation.method == "GET"
            and tuple(p.resource for p in operation.path_parameters) == resources
            and operation.id not in self.lists
        ]
        found.sort(key=lambda operation: len(operation.path))
        return _part(iter(found), f"no operation that reads a {' by a '.join(resources)} alone")

    def _marked(self, extension: str) -> frozenset[str]:
        return frozenset(self._ordered(extension))

    def _ordered(self, extension: str) -> list[str]:
        return [name for name, each in self.operations.items() if extension in each.raw]


def _part(found: Iterator[T], what: str) -> T:
    for each in found:
        return each
    raise MissingPartError(f"the document has {what}")


_DEEPEST: Final = 8
"""How deep in an error a code may be."""


def seconds(duration: str) -> float:
    """The seconds in an ISO 8601 duration of weeks, days, hours, minutes and seconds."""
    units = {"W": 604800, "D": 86400, "H": 3600, "M": 60, "S": 1}
    return sum(
        float(number) * units[unit] for number, unit in re.findall(r"([\d.]+)([WDHMS])", duration)
    )


def _holding(node: Json, name: str) -> Iterator[Json]:
    """What each object in *node* says under *name*, the outer ones first."""
    if isinstance(node, dict):
        if name in node:
            yield node[name]
        for child in node.values():
            yield from _holding(child, name)


def statuses(raw: Json) -> tuple[int, ...]:
    """One status or several, as `x-error-codes` writes them; the usual one first."""
    return tuple(raw) if isinstance(raw, list) else (raw,)


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
        gate=gate and _gate(gate),
    )


def _transition(raw: Mapping[str, Json]) -> Transition:
    by = frozenset(raw["by"]) if isinstance(raw["by"], list) else frozenset[str]()
    after = seconds(raw["after"]) if "after" in raw else None
    return Transition(frozenset(raw["from"]), tuple(raw["to"]), by, raw["source"], after)


def _gate(raw: Mapping[str, Json]) -> Gate:
    values = {v: tuple(states) for v, states in raw.get("values", {}).items()}
    switch = {False: (raw["open"],), True: (raw["closed"],)}
    return Gate(raw["operation"], raw["field"], raw["open"], raw["closed"], values or switch)


_OWN: Final = ("type", "id")
"""The members of an `x-resource` that name no other type."""


def _type_of(schema: Mapping[str, Json]) -> str | None:
    raw = schema.get("x-resource")
    return raw["type"] if isinstance(raw, dict) else None


def _joined(at: tuple[str, ...]) -> str:
    return "".join(f"/{part}" for part in at)


def _refusal(raw: Mapping[str, Json]) -> Refusal:
    return Refusal(
        raw["operation"], frozenset(raw["in"]), raw["status"], raw["code"], raw["source"]
    )


def _field_rule(raw: Mapping[str, Json]) -> FieldRule:
    return FieldRule(raw["field"], raw["is"] == "empty", frozenset(raw["in"]), raw["source"])


def _schedule(operation: Operation) -> Schedule:
    raw = operation.raw["x-polling"].get("schedule")
    if raw is None:
        return UNSCHEDULED
    return Schedule(
        seconds(raw["initial"]), raw["factor"], seconds(raw["maximum"]), seconds(raw["jitter"])
    )


def _pagination(operation: Operation) -> Pagination:
    raw = operation.raw["x-pagination"]
    order = raw.get("order", {})
    filters = raw.get("filters", {})
    return Pagination(
        items=raw["items"],
        next=raw["next"],
        cursor=raw["cursor"],
        limit=raw["limit"],
        order_by=order.get("by"),
        descending=order.get("direction") == "descending",
        filters={name: field for name, field in filters.items() if isinstance(field, str)},
        ranges={
            name: Range(bound["field"], least=bound["is"] == "at-least")
            for name, bound in filters.items()
            if not isinstance(bound, str)
        },
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
