"""What the client's templates need and openapi-python-client does not show them: the extensions.

Everything here is read from the document, with names as they are in Python. The templates in
`overlays/client/templates` write it down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from math import isfinite
from typing import Any, Final

from openapi_python_client.strings import PythonIdentifier, pascal_case

from layers_contract.codegen.client.errors import Errors
from layers_contract.codegen.client.jobs import Flow, Jobs
from layers_contract.codegen.client.keys import sentences
from layers_contract.codegen.client.names import Names
from layers_contract.codegen.client.operations import (
    Method,
    Paging,
    UnfitError,
    identifier,
    method_name,
)
from layers_contract.spec.contract import Contract, Idempotency
from layers_contract.spec.document import Document, Operation
from layers_contract.spec.nodes import Api, tokens

Json = Any

BASE_ERRORS: Final = (
    *("APIConnectionError", "APIStatusError", "APITimeoutError", "ClientError"),
    *("ConfigurationError", "JobCanceledError", "JobError", "JobFailedError"),
    *("PaginationError", "ResponseDecodeError", "ServerError", "WaitTimeoutError"),
)
"""The errors that every client has, beside the one that is named after it."""


class Facts:
    """What a document says to the client."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.contract = Contract(document)
        self.api = Api(document.raw)
        self.errors = Errors(self.contract, BASE_ERRORS)
        self.jobs = Jobs(self.contract, self.api, self._method)
        self._reject_twins()

    def _reject_twins(self) -> None:
        seen: dict[tuple[str, str], str] = {}
        for each in self.operations.values():
            other = seen.setdefault((each.resource, each.name), each.id)
            if other != each.id:
                raise UnfitError(f"{each.id} and {other} would both be {each.resource}.{each.name}")

    # What holds for every call

    @cached_property
    def names(self) -> Names:
        """What the client is called."""
        errors = [*self.errors.status_classes, *self.errors.code_classes]
        taken = {each.name for each in errors} | {*BASE_ERRORS, "Api", "Client"}
        return Names.of(self.title, taken | {str(pascal_case(each)) for each in self.resources})

    @cached_property
    def title(self) -> str:
        """What the API is called."""
        return str(self.document.raw["info"]["title"])

    @cached_property
    def version(self) -> str:
        """The version of the document, which is that of the client."""
        return self.document.version

    @property
    def beginning(self) -> str:
        """What all paths begin with, such as `/v1`; empty where they begin differently."""
        return self.contract.beginning

    @cached_property
    def base_url(self) -> str:
        """The first server."""
        servers = self.document.raw.get("servers") or [{"url": ""}]
        return str(servers[0]["url"]).rstrip("/")

    @cached_property
    def auth(self) -> tuple[str, str]:
        """The header that carries the key, and what stands before the key in it."""
        scheme = self.document.key_scheme
        return scheme.header.lower(), f"{scheme.prefix} " if scheme.prefix else ""

    @property
    def keys(self) -> Idempotency | None:
        """The rule for repeated calls, if the document has one."""
        return self.contract.idempotency if "x-idempotency" in self.document.raw else None

    @cached_property
    def key_sentences(self) -> list[str]:
        """What the document says of keys."""
        return list(sentences(self.keys, self.document.raw["x-idempotency"])) if self.keys else []

    @cached_property
    def idempotency_header(self) -> str:
        """The header that carries the key of one logical call."""
        return (self.keys.header if self.keys else "Idempotency-Key").lower()

    @cached_property
    def in_flight_status(self) -> int:
        """How a call is answered while an earlier one with its key is not finished."""
        return (self.keys.in_flight_status if self.keys else None) or 409

    @property
    def in_flight_code(self) -> str | None:
        """The code of that answer, if it has one of its own."""
        return self.keys.in_flight_code if self.keys else None

    @property
    def idempotency_window(self) -> float | None:
        """For how many seconds a key is remembered; None where no time is promised."""
        return self.keys.window if self.keys and isfinite(self.keys.window) else None

    @cached_property
    def answer_headers(self) -> list[str]:
        """Every header that an answer is documented to have."""
        named = {
            name
            for operation in self.contract.operations.values()
            for response in operation.responses.values()
            for name in response.headers
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
    def operations(self) -> dict[str, Method]:
        """Every operation, by the name that openapi-python-client gives it."""
        found = [self._method(each) for each in self.contract.operations.values()]
        return {str(PythonIdentifier(each.id, prefix="field_")): each for each in found}

    @cached_property
    def resources(self) -> dict[str, str]:
        """Every resource, and what the document says of it."""
        tags = self.document.raw.get("tags", ())
        told = {tag["name"]: tag.get("description", "") for tag in tags}
        used = [_tag(each) for each in self.contract.operations.values()]
        return {str(PythonIdentifier(tag, prefix="tag")): told.get(tag, "") for tag in used}

    def _method(self, operation: Operation) -> Method:
        validator = operation.raw.get("x-polling", {}).get("validator", {})
        starts = self.contract.starts.get(operation.id)
        hidden = {self.auth[0], self.idempotency_header, validator.get("request", "").lower()}
        return Method(
            operation=operation,
            resource=str(PythonIdentifier(_tag(operation), prefix="tag")),
            name=method_name(operation.id, _tag(operation)),
            idempotent=operation.id in self.contract.idempotent,
            unchanged=validator.get("unchanged"),
            paging=self._paging(operation),
            hidden=frozenset(hidden),
            notes=dict(self._notes(operation)),
            examples=dict(self._examples(operation)),
            success=" ".join(self._successes(operation)),
            errors=tuple(self._errors(operation)),
            scopes=operation.scopes,
            follow=starts.job if starts else "",
        )

    def _paging(self, operation: Operation) -> Paging | None:
        page = self.contract.lists.get(operation.id)
        if page is None:
            return None
        return Paging(tuple(tokens(page.items)), tuple(tokens(page.next)), page.cursor)

    def _notes(self, operation: Operation) -> Iterator[tuple[str, str]]:
        for each in operation.parameters:
            yield each.name, each.description or self._described(each.schema)
        for name, inner in self._fields(operation):
            yield name, self._described(inner)

    def _examples(self, operation: Operation) -> Iterator[tuple[str, Json]]:
        for each in operation.parameters:
            if each.example is not None:
                yield each.name, each.example
        shown = self.document.resolve(operation.body or {}).get("examples", ())
        whole: dict[str, Json] = next(iter(shown), {})
        for name, inner in self._fields(operation):
            own = self.document.resolve(inner).get("examples", ())
            yield name, next(iter(own), whole.get(name))

    def _fields(self, operation: Operation) -> Iterator[tuple[str, Json]]:
        """The properties of the body, each with its schema."""
        for part in self.api.parts(operation.body) if operation.body else ():
            yield from part.get("properties", {}).items()

    def _described(self, schema: Json) -> str:
        """What a schema says of itself, or what it refers to says."""
        own = schema.get("description", "") if isinstance(schema, dict) else ""
        return str(own or self.api.resolve(schema).get("description", ""))

    def _successes(self, operation: Operation) -> Iterator[str]:
        for status, raw in operation.raw["responses"].items():
            if str(status)[0] == "2":
                yield str(self.document.resolve(raw).get("description", ""))

    def _errors(self, operation: Operation) -> Iterator[tuple[int, tuple[str, ...]]]:
        for status, response in operation.responses.items():
            if status.isdecimal() and int(status) >= 400:
                codes = self.errors.codes_in(response.examples.values())
                yield int(status), tuple(dict.fromkeys(codes))

    # Jobs

    @property
    def flows(self) -> list[Flow]:
        """Every kind of job."""
        return self.jobs.flows

    def started_by(self, name: str) -> Flow | None:
        """The kind of job that the whole answer of an operation is the envelope of."""
        return self.jobs.started_by(self.operations[name].operation)

    def resumed_from(self, name: str) -> Flow | None:
        """The kind of job that is followed by polling this operation."""
        return self.jobs.resumed_from(self.operations[name].operation)

    # What a newcomer needs first

    @cached_property
    def main(self) -> str | None:
        """The operation that begins the main job: it starts one, and makes something new."""
        for container in ("new", "none"):
            for name, method in self.operations.items():
                starts = self.contract.starts.get(method.id)
                if starts and starts.container == container and self.started_by(name):
                    return name
        return None

    @cached_property
    def listing(self) -> str | None:
        """The first list."""
        return next((name for name, each in self.operations.items() if each.paging), None)

    @cached_property
    def listed(self) -> tuple[str, str]:
        """The type of what that list holds, and its field with the id; empty where not said."""
        for name, page in self.contract.lists.items():
            for view in self.contract.shown(self.contract.operations[name]):
                if "".join(f"/{each}" for each in view.at) == f"{page.items}/*":
                    return view.resource["type"], identifier(tokens(view.resource["id"])[-1])
            break
        return "", ""

    @cached_property
    def finished(self) -> tuple[str, str] | None:
        """A filter of that list, and its value, for what has ended well."""
        if self.listing is None:
            return None
        filters = self.contract.lists[self.operations[self.listing].id].filters
        for lifecycle in self.contract.lifecycles.values():
            good = [state for state, how in lifecycle.endings.items() if how == "success"]
            for parameter, field in filters.items():
                if good and field == lifecycle.field:
                    return identifier(parameter), good[0]
        return None


def _tag(operation: Operation) -> str:
    return str((operation.raw.get("tags") or ["default"])[0])
