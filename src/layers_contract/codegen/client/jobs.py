"""Kinds of job: how they are polled, canceled and ended, and what they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from openapi_python_client.strings import pascal_case, snake_case

from layers_contract.codegen.client.operations import Method, identifier
from layers_contract.spec.contract import Contract, Lifecycle, seconds
from layers_contract.spec.document import Operation
from layers_contract.spec.nodes import Api, tokens

Step = str | int


@dataclass(frozen=True)
class Flow:
    """How a kind of job is followed."""

    job: str
    schema: str
    id: str
    state: str
    endings: dict[str, str]
    schedule: tuple[float, float, float, float]
    poll: Method
    rate: float
    """Seconds between two polls that the strictest tier allows."""
    cancel: Method | None
    validator: tuple[str, str] | None
    result: Method | None
    result_id: tuple[tuple[Step, ...], ...]

    @property
    def constant(self) -> str:
        """Its name in `_document.py`."""
        return f"{snake_case(self.job).upper()}_FLOW"

    @property
    def handle(self) -> str:
        """The class of its handles."""
        return f"{self.job}Handle"


class Jobs:
    """The kinds of job in a document. *method* says of an operation what a client must know."""

    def __init__(self, contract: Contract, api: Api, method: Callable[[Operation], Method]) -> None:
        self.contract = contract
        self.api = api
        self._method = method

    @cached_property
    def flows(self) -> list[Flow]:
        """Every kind of job: what has a lifecycle that ends, and a poll that takes its own id."""
        ending = (each for each in self.contract.lifecycles.values() if each.endings)
        return [flow for each in ending if (flow := self._flow(each))]

    def started_by(self, operation: Operation) -> Flow | None:
        """The kind of job that the whole answer of an operation is the envelope of."""
        starts = self.contract.starts.get(operation.id)
        if starts is None or starts.job:
            return None
        shown = [view.schema for view in self.contract.shown(operation) if not view.at]
        return next((flow for flow in self.flows if flow.schema in shown), None)

    def resumed_from(self, operation: Operation) -> Flow | None:
        """The kind of job that is followed by polling this operation."""
        return next((flow for flow in self.flows if flow.poll.id == operation.id), None)

    def _flow(self, lifecycle: Lifecycle) -> Flow | None:
        resource = self.contract.document.schema(lifecycle.schema).get("x-resource")
        poll = self._poll(lifecycle, resource["type"]) if resource else None
        if resource is None or poll is None:
            return None
        schedule = self.contract.polls[poll.id]
        result, places = self._result(lifecycle, resource)
        cancel = self._cancel(lifecycle, resource["type"])
        validator = poll.raw["x-polling"].get("validator")
        return Flow(
            job=str(pascal_case(lifecycle.schema)),
            schema=lifecycle.schema,
            id=identifier(tokens(resource["id"])[-1]),
            state=identifier(tokens(lifecycle.field)[-1]),
            endings=dict(lifecycle.endings),
            schedule=(
                *(schedule.initial, float(schedule.factor)),
                *(schedule.maximum, schedule.jitter),
            ),
            poll=self._method(poll),
            rate=self._rate(poll),
            cancel=self._method(cancel) if cancel else None,
            validator=validator and (validator["request"].lower(), validator["response"].lower()),
            result=self._method(result) if result else None,
            result_id=places,
        )

    def _poll(self, lifecycle: Lifecycle, kind: str) -> Operation | None:
        for name in self.contract.polls:
            operation = self.contract.operations[name]
            shown = [view.schema for view in self.contract.shown(operation) if not view.at]
            if _takes(operation) == [kind] and lifecycle.schema in shown:
                return operation
        return None

    def _rate(self, poll: Operation) -> float:
        """Seconds between two calls of an operation that the strictest tier allows."""
        limits = self.contract.document.raw.get("x-rate-limits")
        name = poll.raw.get("x-rate-class")
        if not limits or name is None:
            return 0.0
        fewest: int = min(tier[name] for tier in limits["tiers"].values() if name in tier)
        return round(seconds(limits["window"]) / fewest, 3)

    def _cancel(self, lifecycle: Lifecycle, kind: str) -> Operation | None:
        canceled = {state for state, how in lifecycle.endings.items() if how == "cancel"}
        for step in lifecycle.transitions:
            for name, operation in self.contract.operations.items():
                causes = name in step.by and canceled & set(step.targets)
                if causes and _takes(operation) == [kind]:
                    return operation
        return None

    def _result(
        self, job: Lifecycle, resource: Mapping[str, str]
    ) -> tuple[Operation | None, tuple[tuple[Step, ...], ...]]:
        """The operation that reads what a job has made, and where the job says its id."""
        for mirroring in self.contract.lifecycles.values():
            schema = self.contract.document.schema(mirroring.schema)
            mirrored = schema["x-lifecycles"][mirroring.name].get("mirrors", {})
            made = self.contract.resources.get(self.contract.type_of(mirroring))
            pointer = resource.get(made.type) if made else None
            if made and pointer and mirrored.get("schema") == job.schema:
                reader = made.reader if made.reader and _takes(made.reader) == [made.type] else None
                return reader, self._places(job.schema, tokens(pointer)) if reader else ()
        return None, ()

    def _places(self, schema: str, path: list[str]) -> tuple[tuple[Step, ...], ...]:
        """*path*, and where else in the envelope a field of the same name is."""
        end = max(number for number, each in enumerate(path) if not _is_index(each))
        wanted, found = path[end], [path]
        for part in self.api.parts(self.contract.document.schema(schema)):
            for name, inner in part.get("properties", {}).items():
                if self.api.follow(inner, f"/{wanted}"):
                    found.append([name, *path[end:]])
        return tuple(tuple(map(_step, each)) for each in found)


def _takes(operation: Operation) -> list[str | None]:
    """The types of the resources whose ids are in an operation's path."""
    return [each.resource for each in operation.path_parameters]


def _is_index(step: str) -> bool:
    return step.isdecimal() or step == "*"


def _step(step: str) -> Step:
    """A step of a pointer as an attribute; into a list, as a number, of `*` the first."""
    if _is_index(step):
        return int(step) if step.isdecimal() else 0
    return identifier(step)
