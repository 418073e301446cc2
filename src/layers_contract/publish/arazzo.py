"""Arazzo workflows made of the extensions: what is started is followed to its end and read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from openapi_python_client.strings import kebab_case

from layers_contract.codegen.client.facts import Facts
from layers_contract.codegen.client.jobs import Flow
from layers_contract.spec.contract import Lifecycle
from layers_contract.spec.document import Document, Operation

__all__ = ["workflows"]

Json = Any

_RETRIES: Final = 150
_KEY: Final = "apiKey"
_FRESH: Final = "idempotencyKey"


def workflows(document: Document) -> dict[str, Json]:
    """The Arazzo description of *document*: each start with its end, and each list.

    Raises:
        UnfitError: Two operations would have one name.
    """
    return _Workflows(Facts(document)).whole()


class _Workflows:
    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.contract = facts.contract
        self.scheme = facts.document.key_scheme

    def whole(self) -> dict[str, Json]:
        return {
            "arazzo": "1.0.1",
            "info": {
                "title": f"{self.facts.title}, as workflows",
                "version": self.facts.version,
                "summary": "What is done with the API, step by step, for programs to carry out.",
            },
            "sourceDescriptions": [{"name": "api", "type": "openapi", "url": "openapi.yaml"}],
            "workflows": list(self._each()),
        }

    def _each(self) -> Iterator[Json]:
        for operation in self.contract.operations.values():
            if flow := self.facts.jobs.started_by(operation):
                name = f"{kebab_case(operation.id)}-and-wait"
                yield self._workflow(name, operation, list(self._followed(operation, flow)))
            elif operation.id in self.contract.lists or not self.contract.starts:
                yield self._workflow(
                    str(kebab_case(operation.id)), operation, [self._call(operation)]
                )

    def _workflow(self, name: str, operation: Operation, steps: list[Json]) -> dict[str, Json]:
        inputs = dict(self._inputs(operation, steps))
        value = (
            self.scheme.value(f"{{$inputs.{_KEY}}}") if self.scheme.prefix else f"$inputs.{_KEY}"
        )
        return {
            "workflowId": name,
            "summary": str(operation.raw.get("summary", operation.id)),
            "inputs": {"type": "object", "required": list(inputs), "properties": inputs},
            "parameters": [{"name": self.scheme.header, "in": "header", "value": value}],
            "steps": steps,
        }

    def _inputs(self, operation: Operation, steps: list[Json]) -> Iterator[tuple[str, Json]]:
        called = (self.contract.operations[each["operationId"]] for each in steps)
        scopes = dict.fromkeys(scope for each in called for scope in each.scopes)
        needs = f" Needs {' and '.join(scopes)}." if scopes else ""
        sent = f"Sent in {self.scheme.header}.{needs}"
        yield _KEY, {"type": "string", "format": "password", "description": sent}
        for each in operation.path_parameters:
            text = " ".join(each.description.split()) or f"The {each.name} of the path."
            yield each.name, {"type": "string", "description": text}
        if operation.id in self.contract.idempotent:
            text = "Made afresh for each run, a UUID say."
            yield _FRESH, {"type": "string", "description": text}

    def _followed(self, start: Operation, flow: Flow) -> Iterator[Json]:
        """Start, poll until the job has ended, read what it has made."""
        resource = self.facts.document.schema(flow.schema)["x-resource"]
        result = flow.result.operation if flow.result else None
        made = result.path_parameters[0].resource if result else None
        ids = {"job": resource["id"], **({"made": resource[made]} if made else {})}
        outputs = {name: f"$response.body#{pointer}" for name, pointer in ids.items()}
        yield self._call(start) | {"outputs": outputs}
        yield self._poll(flow)
        if result:
            yield self._step("read", result, {result.path_parameters[0].name: "made"})

    def _poll(self, flow: Flow) -> Json:
        lifecycle = self._lifecycle(flow)
        operation = flow.poll.operation
        good = next((s for s, how in flow.endings.items() if how == "success"), "")
        step = self._step("poll", operation, {operation.path_parameters[0].name: "job"})
        if good:
            step["successCriteria"].append(_is(lifecycle, good))
        going = [state for state in lifecycle.states if state not in flow.endings]
        again = [
            {
                "name": f"still-{kebab_case(state)}",
                "type": "retry",
                "retryAfter": max(1, round(flow.schedule[0])),
                "retryLimit": _RETRIES,
                "criteria": [_is(lifecycle, state)],
            }
            for state in going
        ]
        return step | {"onFailure": [*again, {"name": "ended-otherwise", "type": "end"}]}

    def _lifecycle(self, flow: Flow) -> Lifecycle:
        found = self.contract.lifecycles.values()
        return next(each for each in found if each.schema == flow.schema and each.endings)

    def _step(self, name: str, operation: Operation, ids: dict[str, str]) -> dict[str, Json]:
        """A step whose path ids are outputs of the first one."""
        listed = [
            {"name": parameter, "in": "path", "value": f"$steps.start.outputs.{output}"}
            for parameter, output in ids.items()
        ]
        return {
            "stepId": name,
            "operationId": operation.id,
            "parameters": listed,
            "successCriteria": [{"condition": f"$statusCode == {_success(operation)}"}],
        }

    def _call(self, operation: Operation) -> dict[str, Json]:
        """The first step: its ids, its key and its body come from the inputs and the examples."""
        listed = [
            {"name": each.name, "in": "path", "value": f"$inputs.{each.name}"}
            for each in operation.path_parameters
        ]
        if operation.id in self.contract.idempotent:
            header = self.contract.idempotency.header
            listed.append({"name": header, "in": "header", "value": f"$inputs.{_FRESH}"})
        step: dict[str, Json] = {"stepId": "start", "operationId": operation.id}
        if listed:
            step["parameters"] = listed
        if operation.body_examples:
            payload = next(iter(operation.body_examples.values()))
            step["requestBody"] = {"contentType": "application/json", "payload": payload}
        return step | {"successCriteria": [{"condition": f"$statusCode == {_success(operation)}"}]}


def _is(lifecycle: Lifecycle, state: str) -> Json:
    quoted = state.replace("'", "''")
    return {"condition": f"$response.body#{lifecycle.field} == '{quoted}'"}


def _success(operation: Operation) -> int:
    return min(operation.success)
