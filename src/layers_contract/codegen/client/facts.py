"""What the client's templates need and openapi-python-client does not show them: the extensions.

Everything here is read from the document, with names as they are in Python. The templates in
`overlays/client/templates` write it down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from openapi_python_client.strings import PythonIdentifier

from layers_contract.codegen.client.errors import Errors
from layers_contract.codegen.client.jobs import Flow, Jobs
from layers_contract.codegen.client.operations import (
    Operation,
    Paging,
    UnfitError,
    identifier,
    method_name,
)
from layers_contract.spec.lint.lifecycles import graphs
from layers_contract.spec.nodes import Api, Call, tokens

Json = Any


class Facts:
    """What a document says to the client."""

    def __init__(self, document: dict[str, Json]) -> None:
        self.document = document
        self.api = Api(document)
        self.errors = Errors(self.api)
        self.jobs = Jobs(self.api, self._operation)
        self._reject_twins()

    def _reject_twins(self) -> None:
        seen: dict[tuple[str, str], str] = {}
        for each in self.operations.values():
            other = seen.setdefault((each.resource, each.name), each.id)
            if other != each.id:
                raise UnfitError(f"{each.id} and {other} would both be {each.resource}.{each.name}")

    # What holds for every call

    @cached_property
    def title(self) -> str:
        """What the API is called."""
        return str(self.document["info"]["title"])

    @cached_property
    def version(self) -> str:
        """The version of the document, which is that of the client."""
        return str(self.document["info"]["version"])

    @cached_property
    def beginning(self) -> str:
        """What all paths begin with, such as `/v1`; empty where they begin differently."""
        first = {call.path.split("/")[1] for call in self.api.calls}
        name = first.pop() if len(first) == 1 else ""
        return f"/{name}" if name and "{" not in name else ""

    @cached_property
    def base_url(self) -> str:
        """The first server."""
        servers = self.document.get("servers") or [{"url": ""}]
        return str(servers[0]["url"]).rstrip("/")

    @cached_property
    def auth(self) -> tuple[str, str]:
        """The header that carries the key, and what stands before the key in it."""
        for scheme in self.document["components"].get("securitySchemes", {}).values():
            if scheme["type"] == "apiKey" and scheme["in"] == "header":
                return scheme["name"].lower(), ""
            if scheme["type"] == "http" and scheme["scheme"].lower() == "bearer":
                return "authorization", "Bearer "
        raise UnfitError("no security scheme is an API key in a header or a bearer token")

    @cached_property
    def idempotency(self) -> dict[str, Json]:
        """`x-idempotency`; empty where the document has none."""
        return dict(self.document.get("x-idempotency", {}))

    @cached_property
    def idempotency_header(self) -> str:
        """The header that carries the key of one logical call."""
        return str(self.idempotency.get("header", "Idempotency-Key")).lower()

    @cached_property
    def in_flight_status(self) -> int:
        """How a call is answered while an earlier one with its key is not finished."""
        return int(self.idempotency.get("in-flight", {}).get("status", 409))

    @cached_property
    def answer_headers(self) -> list[str]:
        """Every header that an answer is documented to have."""
        named = {
            name.lower()
            for call in self.api.calls
            for response in self.api.responses(call).values()
            for name in response.get("headers", {})
        }
        return sorted(named - {"set-cookie", self.auth[0]})

    @cached_property
    def request_id_header(self) -> str:
        """The header that names an exchange."""
        for name in self.answer_headers:
            if re.search(r"request-?id", name):
                return name
        return "x-request-id"

    # Operations

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """Every operation, by the name that openapi-python-client gives it."""
        found = [self._operation(call) for call in self.api.calls]
        return {str(PythonIdentifier(each.id, prefix="field_")): each for each in found}

    @cached_property
    def resources(self) -> dict[str, str]:
        """Every resource, and what the document says of it."""
        told = {tag["name"]: tag.get("description", "") for tag in self.document.get("tags", ())}
        tags = [_tag(call) for call in self.api.calls]
        return {str(PythonIdentifier(tag, prefix="tag")): told.get(tag, "") for tag in tags}

    def _operation(self, call: Call) -> Operation:
        validator = call.value.get("x-polling", {}).get("validator", {})
        starts = call.value.get("x-starts", {})
        hidden = {self.auth[0], self.idempotency_header, validator.get("request", "").lower()}
        successes = [r for status, r in self.api.responses(call).items() if status[0] == "2"]
        return Operation(
            id=call.id,
            method=call.at[2].upper(),
            path=call.path,
            resource=str(PythonIdentifier(_tag(call), prefix="tag")),
            name=method_name(call.id, _tag(call)),
            idempotent="x-idempotent" in call.value,
            unchanged=validator.get("unchanged"),
            paging=self._paging(call),
            hidden=frozenset(hidden),
            notes=dict(self._notes(call)),
            examples=dict(self._examples(call)),
            success=" ".join(str(each.get("description", "")) for each in successes),
            errors=tuple(self._errors(call)),
            deprecated=bool(call.value.get("deprecated")),
            follow=starts.get("job", ""),
        )

    def _paging(self, call: Call) -> Paging | None:
        told = call.value.get("x-pagination")
        if told is None:
            return None
        return Paging(tuple(tokens(told["items"])), tuple(tokens(told["next"])), told["cursor"])

    def _notes(self, call: Call) -> Iterator[tuple[str, str]]:
        for each in self.api.parameters(call):
            yield each["name"], each.get("description") or self._described(each.get("schema"))
        for schema in self.api.request(call):
            for part in self.api.parts(schema):
                for name, inner in part.get("properties", {}).items():
                    yield name, self._described(inner)

    def _examples(self, call: Call) -> Iterator[tuple[str, Json]]:
        for each in self.api.parameters(call):
            for example in each.get("examples", {}).values():
                yield each["name"], example["value"]
        for schema in self.api.request(call):
            whole: dict[str, Json] = next(iter(self.api.resolve(schema).get("examples", ())), {})
            for part in self.api.parts(schema):
                for name, inner in part.get("properties", {}).items():
                    own = self.api.resolve(inner).get("examples", ())
                    yield from [(name, each) for each in [*own, whole.get(name)][:1]]

    def _described(self, schema: Json) -> str:
        """What a schema says of itself, or what it refers to says."""
        own = schema.get("description", "") if isinstance(schema, dict) else ""
        return str(own or self.api.resolve(schema).get("description", ""))

    def _errors(self, call: Call) -> Iterator[tuple[int, tuple[str, ...]]]:
        for status, response in self.api.responses(call).items():
            if status.isdecimal() and int(status) >= 400:
                yield int(status), tuple(dict.fromkeys(self.errors.example_codes(response)))

    # Jobs

    @property
    def flows(self) -> list[Flow]:
        """Every kind of job."""
        return self.jobs.flows

    def started_by(self, name: str) -> Flow | None:
        """The kind of job that the whole answer of an operation is the envelope of."""
        return self.jobs.started_by(self.operations[name].id)

    def resumed_from(self, name: str) -> Flow | None:
        """The kind of job that is followed by polling this operation."""
        return self.jobs.resumed_from(self.operations[name].id)

    # What a newcomer needs first

    @cached_property
    def main(self) -> str | None:
        """The operation that begins the main job: it starts one, and makes something new."""
        for name in self.operations:
            starts = self.api.by_id[self.operations[name].id].value.get("x-starts", {})
            if starts.get("container") == "new" and self.started_by(name):
                return name
        return None

    @cached_property
    def listing(self) -> str | None:
        """The first list."""
        return next((name for name, each in self.operations.items() if each.paging), None)

    @cached_property
    def finished(self) -> tuple[str, str] | None:
        """A filter of that list, and its value, for what has ended well."""
        if self.listing is None:
            return None
        call = self.api.by_id[self.operations[self.listing].id]
        filters = call.value["x-pagination"].get("filters", {})
        for graph in graphs(self.api):
            good = [s for s, each in graph.states.items() if each.get("ends") == "success"]
            for parameter, pointer in filters.items():
                if good and pointer == graph.raw["field"]:
                    return identifier(parameter), good[0]
        return None


def _tag(call: Call) -> str:
    return str((call.value.get("tags") or ["default"])[0])
