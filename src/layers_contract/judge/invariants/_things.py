"""Every resource that a history shows, of whatever type: its views, its relatives, its calls.

A view is what one whole, successful response showed of a resource, or of a part of it. What a
response repeats for an idempotency key may be older than the request; such views are `replayed`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from layers_contract.history.exchanges import NOT_JSON, Exchange
from layers_contract.judge.facts import Facts, Seen, by_sent, indexed, values
from layers_contract.judge.invariants._graph import Graph
from layers_contract.judge.timeline import Timeline
from layers_contract.spec.contract import Lifecycle
from layers_contract.spec.document import Operation, View, id_text, pointer

Json = Any


class Observation(Seen):
    """A view of a resource. `state` is set by whoever looks at one of its lifecycles."""

    __slots__ = ("listed", "replayed", "schema")

    def __init__(
        self, exchange: Exchange, view: View, name: str, data: Mapping[str, Json], state: str = ""
    ) -> None:
        super().__init__(exchange, name, data, state)
        self.schema = view.schema
        self.listed = False
        self.replayed = False

    def at(self, state: str) -> Observation:
        """The same view, for the lifecycle that it shows in *state*."""
        found = Observation(self.exchange, View((), self.schema, {}), self.id, self.data, state)
        found.listed, found.replayed = self.listed, self.replayed
        return found


@dataclass(eq=False)
class Thing:
    """A resource. `created` is the first response that named it as new.

    The call that made it was sent at `begun` or later. `relatives` are the ids of resources of
    other types that it names, or that name it; `parents` those that it names.
    """

    type: str
    id: str
    views: list[Observation] = field(default_factory=list)
    created: Exchange | None = None
    begun: float = inf
    relatives: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    parents: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def own(self) -> bool:
        """Whether this run has made it, with its own key."""
        return self.created is not None and self.created.credential == "own"

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class Things:
    """The resources of a history, by type and id."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.contract = facts.contract
        self._known: dict[str, dict[str, Thing]] = defaultdict(dict)
        self._new: dict[int, set[tuple[str, str]]] = defaultdict(set)
        self._calls: dict[str, Calls] = {}
        self._graphs: dict[str, Graph] = {}
        self._lines: dict[tuple[str, Thing], Timeline[Observation]] = {}
        self._states: dict[tuple[str, Thing], list[Observation]] = {}
        for exchange in sorted(facts.history, key=by_sent):
            operation = facts.operation(exchange)
            if operation and exchange.succeeded and exchange.failure is None:
                self._read(operation, exchange)

    def of(self, kind: str) -> Iterable[Thing]:
        """All that are of a type."""
        return self._known[kind].values()

    def get(self, kind: str, name: str) -> Thing | None:
        """The one of that type with that id."""
        return self._known[kind].get(name)

    def own(self, kind: str) -> Iterator[Thing]:
        """Those that this run has made."""
        return (each for each in self.of(kind) if each.own)

    def graph(self, cycle: Lifecycle) -> Graph:
        """What may follow what in a lifecycle."""
        if cycle.name not in self._graphs:
            self._graphs[cycle.name] = Graph(cycle, self.contract.starts)
        return self._graphs[cycle.name]

    def states(self, cycle: Lifecycle, thing: Thing) -> Sequence[Observation]:
        """The views of *thing* that show a documented state, and show it as it was, by sending."""
        key = cycle.name, thing
        if key not in self._states:
            shown = ((each, pointer(each.data, cycle.field)) for each in thing.views)
            self._states[key] = [
                each.at(state)
                for each, state in shown
                if isinstance(state, str) and state in cycle.states and not each.replayed
            ]
        return self._states[key]

    def line(self, cycle: Lifecycle, thing: Thing) -> Timeline[Observation]:
        """Those views, by time."""
        key = cycle.name, thing
        if key not in self._lines:
            self._lines[key] = Timeline(self.states(cycle, thing), lambda each: each.received)
        return self._lines[key]

    def calls(self, thing: Thing) -> Sequence[Exchange]:
        """The calls that may have changed *thing*, by sending."""
        if thing.type not in self._calls:
            self._calls[thing.type] = Calls(self, thing.type)
        return self._calls[thing.type].on(thing)

    def named_as_new(self, exchange: Exchange) -> frozenset[tuple[str, str]]:
        """The types and ids of what a response says that it has made."""
        return frozenset(self._new.get(exchange.number, ()))

    def own_named(self, exchange: Exchange) -> bool:
        """Whether the path of *exchange* names something that this run has made."""
        operation = self.facts.operation(exchange)
        named = operation.path_parameters if operation else ()
        found = (
            self.get(each.resource, exchange.path_params.get(each.name, ""))
            for each in named
            if each.resource
        )
        return any(thing is not None and thing.own for thing in found)

    def subject(self, exchange: Exchange, kind: str) -> Thing | None:
        """The resource of that type which the path of *exchange* names."""
        operation = self.facts.operation(exchange)
        names = [
            exchange.path_params.get(each.name, "")
            for each in (operation.path_parameters if operation else ())
            if each.resource == kind
        ]
        return self.get(kind, names[-1]) if names else None

    def _read(self, operation: Operation, exchange: Exchange) -> None:
        response = self.facts.response(exchange)
        if response is None or exchange.json is NOT_JSON:
            return
        replayed = is_replay(self.facts, exchange)
        shown = []
        for view in response.views:
            for data in view.find(exchange.json):
                name = id_text(pointer(data, view.resource["id"]))
                if name is not None:
                    self._see(operation, Observation(exchange, view, name, data), view, replayed)
                shown.append((view, data))
        self._created(operation, exchange, shown)

    def _see(self, operation: Operation, seen: Observation, view: View, replayed: bool) -> None:
        seen.replayed = replayed
        seen.listed = operation.id in self.contract.lists
        thing = self._thing(view.resource["type"], seen.id)
        thing.views.append(seen)
        for kind, path in view.resource.items():
            found = values(seen.data, path) if kind not in ("type", "id") else ()
            for other in map(id_text, found):
                if other is not None:
                    thing.parents[kind].add(other)
                    thing.relatives[kind].add(other)
                    self._thing(kind, other).relatives[thing.type].add(thing.id)

    def _created(
        self, operation: Operation, exchange: Exchange, shown: list[tuple[View, Any]]
    ) -> None:
        given = exchange.path_params.values()
        for kind, resource in self.contract.resources.items():
            if operation.id not in resource.creators:
                continue
            for view, data in shown:
                for name in map(id_text, values(data, _named_at(view, kind))):
                    if name is not None and name not in given:
                        self._make(self._thing(kind, name), exchange)
                        self._new[exchange.number].add((kind, name))

    def _make(self, thing: Thing, exchange: Exchange) -> None:
        thing.begun = min(thing.begun, exchange.sent, begun(self.facts, exchange))
        if thing.created is None:
            thing.created = exchange

    def _thing(self, kind: str, name: str) -> Thing:
        found = self._known[kind].get(name)
        if found is None:
            found = self._known[kind][name] = Thing(kind, name)
        return found


class Calls:
    """The calls that are no reads, by what of one type they may have changed."""

    def __init__(self, things: Things, kind: str) -> None:
        self._things, self._kind = things, kind
        self._creators = frozenset(things.contract.resources[kind].creators)
        self._direct: dict[str, list[Exchange]] = defaultdict(list)
        self._through: dict[str, dict[str, list[Exchange]]] = defaultdict(lambda: defaultdict(list))
        self._homeless: dict[str, list[Exchange]] = defaultdict(list)
        self._anywhere: list[Exchange] = []
        self._known: dict[Thing, Sequence[Exchange]] = {}
        for exchange in things.facts.history:
            operation = things.facts.operation(exchange)
            if operation and operation.method != "GET" and not exchange.refused:
                self._read(operation, exchange)

    def _read(self, operation: Operation, exchange: Exchange) -> None:
        facts = self._things.facts
        if facts.expect.alone and is_replay(facts, exchange):
            return
        named = [
            (each.resource, exchange.path_params.get(each.name, ""))
            for each in operation.path_parameters
            if each.resource
        ]
        direct = [name for kind, name in named if kind == self._kind]
        if direct:
            self._direct[direct[-1].lower()].append(exchange)
        elif named and operation.id not in self._creators:
            kind, name = named[-1]
            self._through[kind][name.lower()].append(exchange)
            other = self._things.get(kind, name)
            if other is None or not other.relatives.get(self._kind):
                self._homeless[kind].append(exchange)
        elif operation.id not in self._creators:
            self._anywhere.append(exchange)

    def on(self, thing: Thing) -> Sequence[Exchange]:
        """Those that may have changed *thing*, by sending."""
        if thing not in self._known:
            self._known[thing] = sorted(self._find(thing), key=by_sent)
        return self._known[thing]

    def _find(self, thing: Thing) -> Iterator[Exchange]:
        yield from self._direct.get(thing.id.lower(), ())
        yield from self._anywhere
        for kind, calls in self._through.items():
            for name in {each.lower() for each in thing.relatives.get(kind, ())}:
                yield from calls.get(name, ())
            if not thing.parents.get(kind):
                yield from self._homeless[kind]


@indexed
def things(facts: Facts) -> Things:
    """An index: the resources of these facts."""
    return Things(facts)


def births(facts: Facts) -> dict[str, float]:
    """When each resource was named by the response that made it, by its id."""
    known = things(facts)
    return {
        thing.id: thing.created.received_at
        for kind in facts.contract.resources
        for thing in known.of(kind)
        if thing.created
    }


def is_replay(facts: Facts, exchange: Exchange) -> bool:
    """Whether *exchange* repeats a call, or may do so: its response may then be an older one."""
    if not is_keyed(facts, exchange):
        return False
    return not facts.expect.alone or (
        facts.repeats(exchange) and exchange.received_at < begun(facts, exchange) + window(facts)
    )


def is_keyed(facts: Facts, exchange: Exchange) -> bool:
    """Whether *exchange* carries a key that its operation heeds."""
    if exchange.operation not in facts.contract.idempotent:
        return False
    return facts.key_header in exchange.request_headers


def begun(facts: Facts, exchange: Exchange) -> float:
    """When the first use of a call's key that may have had an effect was sent."""
    if not is_keyed(facts, exchange):
        return exchange.sent
    key = exchange.request_headers[facts.key_header]
    call = facts.keyed.get((exchange.credential, exchange.operation or "", exchange.path, key))
    return call.begun if call else exchange.sent


def window(facts: Facts) -> float:
    """How long a key is certainly remembered, in seconds."""
    return min(facts.contract.idempotency.window, facts.expect.window) - facts.expect.clock_skew


def _named_at(view: View, kind: str) -> str:
    """Where a view names a resource of that type: itself, or a relative; nowhere is `/`."""
    if view.resource["type"] == kind:
        return view.resource["id"]
    return view.resource.get(kind, "/") if kind not in ("type", "id") else "/"


__all__ = [
    "Observation",
    "Thing",
    "Things",
    "begun",
    "births",
    "is_keyed",
    "is_replay",
    "things",
    "window",
]
