"""Kinds of job: how they are polled, canceled and ended, and what they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from openapi_python_client.strings import pascal_case, snake_case

from layers_contract.codegen.client.operations import Operation, identifier
from layers_contract.contract import seconds
from layers_contract.spec.lint.lifecycles import Graph, causes, graphs
from layers_contract.spec.nodes import Api, Call, tokens

Json = Any


@dataclass(frozen=True)
class Flow:
    """How a kind of job is followed."""

    job: str
    id: str
    state: str
    endings: dict[str, str]
    schedule: tuple[float, float, float, float]
    poll: Operation
    rate: float
    cancel: Operation | None
    validator: tuple[str, str] | None
    result: Operation | None
    result_id: tuple[tuple[str, ...], ...]

    @property
    def constant(self) -> str:
        """Its name in `_document.py`."""
        return f"{snake_case(self.job).upper()}_FLOW"

    @property
    def handle(self) -> str:
        """The class of its handles."""
        return f"{self.job}Handle"


class Jobs:
    """The kinds of job in a document. *operation* tells of a call what a client must know."""

    def __init__(self, api: Api, operation: Callable[[Call], Operation]) -> None:
        self.api = api
        self._operation = operation

    @cached_property
    def flows(self) -> list[Flow]:
        """Every kind of job: what has a lifecycle that ends, and a poll that takes its own id."""
        return [flow for _, flow in self._found]

    @cached_property
    def _found(self) -> list[tuple[Json, Flow]]:
        """Every kind of job, with its schema."""
        found = ((each.node.value, self._flow(each)) for each in graphs(self.api) if each.endings)
        return [(schema, flow) for schema, flow in found if flow is not None]

    def started_by(self, operation_id: str) -> Flow | None:
        """The kind of job that the whole answer of an operation is the envelope of."""
        call = self.api.by_id[operation_id]
        if call.value.get("x-starts", {}).get("job") != "":
            return None
        return self._flow_of_answer(call)

    def resumed_from(self, operation_id: str) -> Flow | None:
        """The kind of job that is followed by polling this operation."""
        return next((flow for flow in self.flows if flow.poll.id == operation_id), None)

    def _flow_of_answer(self, call: Call) -> Flow | None:
        parts = [part for schema in self.api.answers(call) for part in self.api.parts(schema)]
        by_schema = {id(schema): flow for schema, flow in self._found}
        return next((by_schema[id(part)] for part in parts if id(part) in by_schema), None)

    def _flow(self, graph: Graph) -> Flow | None:
        schema, name = graph.node.value, graph.node.at[-1]
        resource = schema.get("x-resource")
        poll = resource and self._poll(schema, resource["type"])
        if not poll:
            return None
        told = poll.value["x-polling"]
        result, places = self._result(name, schema, resource)
        cancel = self._cancel(graph, resource["type"])
        validator = told.get("validator")
        return Flow(
            job=str(pascal_case(name)),
            id=identifier(tokens(resource["id"])[-1]),
            state=identifier(tokens(graph.raw["field"])[-1]),
            endings={s: each["ends"] for s, each in graph.states.items() if "ends" in each},
            schedule=_schedule(told["schedule"]),
            poll=self._operation(poll),
            rate=self._rate(poll),
            cancel=self._operation(cancel) if cancel else None,
            validator=validator and (validator["request"].lower(), validator["response"].lower()),
            result=self._operation(result) if result else None,
            result_id=places,
        )

    def _poll(self, schema: Json, kind: str) -> Call | None:
        for call in self.api.calls:
            if "x-polling" in call.value and self._takes(call) == [kind]:
                answers = [p for answer in self.api.answers(call) for p in self.api.parts(answer)]
                if any(part is schema for part in answers):
                    return call
        return None

    def _rate(self, call: Call) -> float:
        """Seconds between two calls of an operation that the strictest tier allows."""
        limits = self.api.document.get("x-rate-limits")
        name = call.value.get("x-rate-class")
        if not limits or name is None:
            return 0.0
        fewest: int = min(tier[name] for tier in limits["tiers"].values() if name in tier)
        return round(seconds(limits["window"]) / fewest, 3)

    def _takes(self, call: Call) -> list[str | None]:
        """The types of the resources whose ids are in an operation's path."""
        inside = (each for each in self.api.parameters(call) if each.get("in") == "path")
        return [each.get("x-resource") for each in inside]

    def _cancel(self, graph: Graph, kind: str) -> Call | None:
        ends = {state for state, each in graph.states.items() if each.get("ends") == "cancel"}
        for _, step in graph.steps():
            for operation in causes(step) if ends & set(step["to"]) else ():
                if self._takes(self.api.by_id[operation]) == [kind]:
                    return self.api.by_id[operation]
        return None

    def _result(
        self, name: str, schema: Json, resource: dict[str, str]
    ) -> tuple[Call | None, tuple[tuple[str, ...], ...]]:
        """The operation that reads what a job has made, and where the job says its id."""
        for mirror in graphs(self.api):
            made = mirror.node.value.get("x-resource", {})
            pointer = resource.get(made.get("type", ""))
            if mirror.raw.get("mirrors", {}).get("schema") == name and pointer:
                call = self._reader(mirror.node.value, made["type"])
                return call, self._places(schema, tokens(pointer)) if call else ()
        return None, ()

    def _reader(self, schema: Json, kind: str) -> Call | None:
        for call in self.api.calls:
            shown = [self.api.resolve(answer) for answer in self.api.answers(call)]
            if call.at[2] == "get" and self._takes(call) == [kind] and schema in shown:
                return call
        return None

    def _places(self, schema: Json, path: list[str]) -> tuple[tuple[str, ...], ...]:
        """*path*, and where else in the envelope a field of the same name is."""
        wanted, found = path[-1], [tuple(path)]
        for part in self.api.parts(schema):
            for name, inner in part.get("properties", {}).items():
                if self.api.follow(inner, f"/{wanted}"):
                    found.append((name, wanted))
        return tuple(tuple(map(identifier, each)) for each in found)


def _schedule(told: dict[str, Json]) -> tuple[float, float, float, float]:
    initial, maximum, jitter = (seconds(told[name]) for name in ("initial", "maximum", "jitter"))
    return initial, float(told["factor"]), maximum, jitter
