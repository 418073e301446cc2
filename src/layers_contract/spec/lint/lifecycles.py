"""What an `x-lifecycles` must agree on, with itself and with the operations and schemas it names.

Each rule takes the document and yields problems, one line each. All of them may assume the shape of
`openapi/extensions.schema.json`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from layers_contract.spec.nodes import Api, Node, to_pointer

Json = Any
Rule = Callable[[Api], Iterator[str]]


@dataclass(frozen=True)
class Graph:
    """One lifecycle, and the schema that it stands in."""

    node: Node
    name: str
    raw: dict[str, Json]

    @property
    def at(self) -> tuple[str, ...]:
        """Where the lifecycle stands."""
        return (*self.node.at, "x-lifecycles", self.name)

    @property
    def states(self) -> dict[str, Json]:
        """The states, each with what is said of it."""
        states: dict[str, Json] = self.raw["states"]
        return states

    @property
    def endings(self) -> set[str]:
        """The states that end a run."""
        return {state for state, each in self.states.items() if "ends" in each}

    def steps(self) -> Iterator[tuple[str, dict[str, Json]]]:
        """The transitions, each with its place."""
        return self.listed("transitions")

    def listed(self, name: str) -> Iterator[tuple[str, dict[str, Json]]]:
        """The entries of one of the lists, each with its place."""
        for number, each in enumerate(self.raw.get(name, ())):
            yield to_pointer((*self.at, name, str(number))), each

    def creators(self) -> set[str]:
        """The operations that make a resource with this lifecycle."""
        return {o for _, step in self.steps() if not step["from"] for o in causes(step)}

    def renewers(self) -> set[str]:
        """The operations that begin a new run of a resource whose last one has ended."""
        fresh = set(self.states) - self.endings
        return {
            operation
            for _, step in self.steps()
            if self.endings & set(step["from"]) and fresh & set(step["to"])
            for operation in causes(step)
        }


def causes(step: dict[str, Json]) -> list[str]:
    """The operations that cause a transition; none where the server takes it by itself."""
    return step["by"] if isinstance(step["by"], list) else []


def graphs(api: Api) -> Iterator[Graph]:
    """Every lifecycle of the document."""
    for node, found in api.having("x-lifecycles"):
        yield from (Graph(node, name, raw) for name, raw in found.items())


def lifecycle_names_are_unique(api: Api) -> Iterator[str]:
    """A lifecycle is known by its name alone."""
    count = Counter(graph.name for graph in graphs(api))
    for graph in graphs(api):
        if count[graph.name] > 1:
            yield f"{to_pointer(graph.at)}: there is another lifecycle named '{graph.name}'"


def lifecycles_name_operations(api: Api) -> Iterator[str]:
    """Operations that a lifecycle names exist."""
    for graph in graphs(api):
        for at, operation in _named_operations(graph):
            if operation not in api.by_id:
                yield f"{at}: there is no operation '{operation}'"


def _named_operations(graph: Graph) -> Iterator[tuple[str, str]]:
    for at, step in graph.steps():
        yield from ((f"{at}/by", operation) for operation in causes(step))
    yield from ((f"{at}/operation", each["operation"]) for at, each in graph.listed("refusals"))
    if "gate" in graph.raw:
        yield to_pointer((*graph.at, "gate", "operation")), graph.raw["gate"]["operation"]


def lifecycles_name_states(api: Api) -> Iterator[str]:
    """States that a lifecycle names are its own."""
    for graph in graphs(api):
        for at, state in _named_states(graph):
            if state not in graph.states:
                yield f"{at}: '{state}' is not a state of '{graph.name}'"


def _named_states(graph: Graph) -> Iterator[tuple[str, str]]:
    for at, step in graph.steps():
        yield from ((f"{at}/{end}", state) for end in ("from", "to") for state in step[end])
    for name in ("refusals", "fields"):
        yield from ((f"{at}/in", s) for at, each in graph.listed(name) for s in each["in"])
    gate, mirrors = to_pointer((*graph.at, "gate")), to_pointer((*graph.at, "mirrors", "states"))
    raw = graph.raw.get("gate", {})
    yield from ((f"{gate}/{end}", raw[end]) for end in ("open", "closed") if raw)
    for value, states in raw.get("values", {}).items():
        yield from ((f"{gate}/values/{value}", state) for state in states)
    for key, states in graph.raw.get("mirrors", {}).get("states", {}).items():
        yield from ((f"{mirrors}/{key}", state) for state in states)


def states_are_the_enum(api: Api) -> Iterator[str]:
    """The states are the values of the field that holds them, no more and no fewer."""
    for graph in graphs(api):
        field = graph.raw["field"]
        values = _enum(api, api.follow(graph.node.value, field))
        at = to_pointer((*graph.at, "states"))
        for state in sorted(set(graph.states) - values):
            yield f"{at}/{state}: is not in the enum of {field}"
        for value in sorted(values - set(graph.states)):
            yield f"{at}: lacks '{value}', which is in the enum of {field}"


def _enum(api: Api, schemas: list[Json]) -> set[str]:
    return {str(v) for each in schemas for part in api.parts(each) for v in part.get("enum", ())}


def states_are_reachable(api: Api) -> Iterator[str]:
    """Every state can be reached from a creation."""
    for graph in graphs(api):
        for state in sorted(set(graph.states) - _reachable(graph)):
            yield f"{to_pointer((*graph.at, 'states', state))}: no creation leads to it"


def _reachable(graph: Graph) -> set[str]:
    found: set[str] = set()
    while True:
        more = {
            state
            for _, step in graph.steps()
            if not step["from"] or found & set(step["from"])
            for state in step["to"]
        }
        if more <= found:
            return found
        found |= more


def states_that_do_not_end_go_on(api: Api) -> Iterator[str]:
    """Every state that ends nothing has a way out of it."""
    for graph in graphs(api):
        left = {s for _, step in graph.steps() for s in step["from"] if {s} != set(step["to"])}
        for state in sorted(set(graph.states) - graph.endings - left):
            at = to_pointer((*graph.at, "states", state))
            yield f"{at}: has no way out; say how it `ends`, or what leaves it"


def endings_are_left_by_operations(api: Api) -> Iterator[str]:
    """A run that has ended is not taken up again by the server alone.

    From one ending to another, such as from done to expired, the server may go.
    """
    for graph in graphs(api):
        for at, step in graph.steps():
            goes_on = not set(step["to"]) <= graph.endings
            for state in sorted(graph.endings & set(step["from"])):
                if not causes(step) and goes_on:
                    yield f"{at}: the server may not leave '{state}', which ends a run"


def only_the_server_waits(api: Api) -> Iterator[str]:
    """A time after which a transition comes is the server's: an operation comes when it is sent."""
    for graph in graphs(api):
        for at, step in graph.steps():
            if "after" in step and causes(step):
                yield f"{at}/after: an operation causes it, so no time does"


def refused_operations_do_not_move(api: Api) -> Iterator[str]:
    """No operation is both refused in a state and the cause of a way out of it."""
    for graph in graphs(api):
        moves = {(o, s) for _, step in graph.steps() for o in causes(step) for s in step["from"]}
        for at, refusal in graph.listed("refusals"):
            for state in refusal["in"]:
                if (refusal["operation"], state) in moves:
                    yield (
                        f"{at}: '{refusal['operation']}' is refused in '{state}',"
                        f" and a transition from '{state}' names it as its cause"
                    )


def mirrors_fit(api: Api) -> Iterator[str]:
    """A mirror names a lifecycle that is there, all of its states, and all of one's own."""
    for graph in graphs(api):
        if mirrors := graph.raw.get("mirrors"):
            yield from _mirror_problems(api, graph, mirrors)


def _mirror_problems(api: Api, graph: Graph, mirrors: dict[str, Json]) -> Iterator[str]:
    at = to_pointer((*graph.at, "mirrors"))
    place = ("components", "schemas", mirrors["schema"], "x-lifecycles", mirrors["lifecycle"])
    other = api.lookup(place)
    if other is None:
        yield f"{at}: there is no {to_pointer(place)}"
        return
    for state in sorted(set(other["states"]) ^ set(mirrors["states"])):
        yield f"{at}/states: '{state}' stands on one side alone, here or in {to_pointer(place)}"
    told = {state for each in mirrors["states"].values() for state in each}
    for state in sorted(set(graph.states) - told):
        yield f"{at}/states: no state of '{mirrors['lifecycle']}' mirrors '{state}'"


def lifecycle_fields_are_there(api: Api) -> Iterator[str]:
    """Fields that a lifecycle names are properties of its schema."""
    for graph in graphs(api):
        for at, each in ((to_pointer(graph.at), graph.raw), *graph.listed("fields")):
            if not api.follow(graph.node.value, each["field"]):
                yield f"{at}/field: {each['field']} leads to no property of the schema"


def gates_are_switches(api: Api) -> Iterator[str]:
    """What opens a gate is a boolean in the named operation's response, or one of its values."""
    for graph in graphs(api):
        gate = graph.raw.get("gate", {})
        call = api.by_id.get(gate.get("operation"))
        if call and "values" in gate:
            yield from _value_problems(api, api.answers(call), gate, graph.at)
        elif call:
            yield from switch_problems(
                api, api.answers(call), gate["field"], (*graph.at, "gate", "field")
            )


def _value_problems(
    api: Api, schemas: list[Json], gate: dict[str, Json], at: tuple[str, ...]
) -> Iterator[str]:
    known = _enum(api, [each for s in schemas for each in api.follow(s, gate["field"])])
    place = to_pointer((*at, "gate"))
    if not known:
        yield f"{place}/field: {gate['field']} leads to nothing that has an enum"
    for value in sorted(known ^ set(gate["values"]) if known else ()):
        yield f"{place}/values: '{value}' stands on one side alone, here or in the field's enum"


def switch_problems(
    api: Api, schemas: list[Json], pointer: str, at: tuple[str, ...]
) -> Iterator[str]:
    """What keeps *pointer* from leading to a boolean in a value of *schemas*."""
    found = [each for schema in schemas for each in api.follow(schema, pointer)]
    if not found:
        yield f"{to_pointer(at)}: {pointer} leads to no property"
    elif api.types(found) != {"boolean"}:
        yield f"{to_pointer(at)}: {pointer} leads to no boolean"


def refusals_are_documented(api: Api) -> Iterator[str]:
    """An operation that is refused documents an answer of that status."""
    for graph in graphs(api):
        for at, refusal in graph.listed("refusals"):
            call = api.by_id.get(refusal["operation"])
            if call and str(refusal["status"]) not in api.responses(call):
                yield f"{at}/status: {call.id} documents no {refusal['status']}"


RULES: Final[tuple[Rule, ...]] = (
    lifecycle_names_are_unique,
    lifecycles_name_operations,
    lifecycles_name_states,
    states_are_the_enum,
    states_are_reachable,
    states_that_do_not_end_go_on,
    endings_are_left_by_operations,
    only_the_server_waits,
    refused_operations_do_not_move,
    mirrors_fit,
    lifecycle_fields_are_there,
    gates_are_switches,
    refusals_are_documented,
)
