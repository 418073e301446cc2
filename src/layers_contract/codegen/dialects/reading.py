"""What a generator wants to know of a document, in no generator's words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from layers_contract.codegen.client.facts import Facts
from layers_contract.codegen.client.operations import Method, Paging
from layers_contract.spec.contract import Lifecycle
from layers_contract.spec.document import Document, pointer, to_pointer
from layers_contract.spec.nodes import Node, numbered

Json = Any


@dataclass(frozen=True, slots=True)
class Polling:
    """How an operation is asked until something has ended; whole seconds.

    `state` is a JSON Pointer into the answer with `status`; what it shows in the end is one of
    `good` or of `bad`.
    """

    status: int
    state: str
    good: tuple[str, ...]
    bad: tuple[str, ...]
    first: int
    interval: int


@dataclass(frozen=True, slots=True)
class Said:
    """An operation: where it is, how the Python client calls it, and what it promises."""

    target: str
    id: str
    group: str
    method: str
    reads: bool
    keyed: bool
    paging: Paging | None
    polling: Polling | None

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent again: it reads, or takes an idempotency key."""
        return self.reads or self.keyed


class Reading:
    """A document, read for generators. What it only assumes is not in here.

    Raises:
        UnfitError: Two operations would have one name.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.facts = Facts(document)
        self.contract = self.facts.contract
        self.api = self.facts.api

    @cached_property
    def operations(self) -> list[Said]:
        """Every operation, in the document's order, with the names that the client has for it."""
        return [self._said(each) for each in self.facts.operations.values()]

    def _said(self, method: Method) -> Said:
        raw = method.operation.raw
        return Said(
            target=target("paths", method.path, method.method.lower()),
            id=method.id,
            group=method.resource,
            method=method.name,
            reads=method.method == "GET",
            keyed=_sure(raw.get("x-idempotent")),
            paging=method.paging if _sure(raw.get("x-pagination")) else None,
            polling=self._polling(method.id) if _sure(raw.get("x-polling")) else None,
        )

    def _polling(self, operation: str) -> Polling | None:
        """The schedule of a poll, and where its answer shows that all is over."""
        schedule = self.contract.polls[operation]
        for status, at, lifecycle in self._ending(operation):
            return Polling(
                status=status,
                state=to_pointer(at) + lifecycle.field,
                good=tuple(s for s, how in lifecycle.endings.items() if how == "success"),
                bad=tuple(s for s, how in lifecycle.endings.items() if how != "success"),
                first=math.ceil(schedule.initial),
                interval=math.ceil(schedule.maximum),
            )
        return None

    def _ending(self, operation: str) -> Iterator[tuple[int, tuple[str, ...], Lifecycle]]:
        """The lifecycles that end, in the answers of an operation: with which status, and where."""
        for response in self.document.operations[operation].responses.values():
            for view in response.views if response.status.isdecimal() else ():
                for each in self.contract.lifecycles.values():
                    if each.schema == view.schema and each.endings and "*" not in view.at:
                        yield int(response.status), view.at, each

    @cached_property
    def header(self) -> str:
        """The header that carries the idempotency key; empty where the document has none."""
        return self.facts.keys.header if self.facts.keys else ""

    @cached_property
    def window(self) -> float:
        """For how many seconds a key is remembered; infinite where the document names no time."""
        return self.contract.idempotency.window

    @cached_property
    def exceeded(self) -> frozenset[int]:
        """The status of a call beyond the rate limit."""
        limits = self.document.raw.get("x-rate-limits", {}).get("exceeded")
        return frozenset({limits["status"]}) if _sure(limits) else frozenset()

    def key_parameters(self) -> Iterator[str]:
        """The target of each place where the parameter of the idempotency header is written."""
        for node in self.api.of_kind("parameter"):
            if self._is_key(node.value):
                yield target(*node.at)

    def key_listed(self, operation: str) -> Iterator[str]:
        """How the operation lists that parameter: the filter that selects it in its list."""
        for each in self.document.operations[operation].raw.get("parameters", ()):
            if self._is_key(self.api.resolve(each)):
                word = "$ref" if "$ref" in each else "name"
                yield f"@[{quoted(word)}] == {quoted(each[word])}"

    def _is_key(self, parameter: Json) -> bool:
        named = str(parameter.get("name", "")).lower() == self.header.lower()
        return named and parameter.get("in") == "header"

    def answered_enums(self) -> Iterator[str]:
        """The targets of the enums that answers show."""
        responses = (
            r for each in self.contract.operations.values() for r in each.responses.values()
        )
        shown = [response.schema for response in responses if response.schema]
        seen = {id(schema) for schema in self.api.reached(shown)}
        for node, _ in self.api.having("enum"):
            if node.kind == "schema" and id(node.value) in seen and self._sure_of(node, "enum"):
                yield target(*node.at)

    def _sure_of(self, node: Node, keyword: str) -> bool:
        """Whether a keyword of a schema rests on more than an assumption."""
        way = numbered(node.at, self.document.raw)
        return self.document.source((*way, keyword)) != "assumed"

    def error_codes(self) -> Iterator[tuple[str, list[str]]]:
        """The target of each property that carries error codes, and the codes that are known."""
        for node, codes in self.api.having("x-error-codes"):
            known = [code for code, each in codes.items() if _sure(each)]
            if known:
                yield target(*node.at, "properties", "code"), known

    def other_codes(self, known: set[str]) -> Iterator[str]:
        """The targets of the examples of errors whose code is none of *known*."""
        path = to_pointer((*self.facts.errors.path, "code"))
        shown = {id(each) for each in self._failures()}
        for node in self.api.of_kind("example"):
            code = pointer(node.value.get("value"), path)
            if id(node.value) in shown and isinstance(code, str) and code not in known:
                yield target(*node.at)

    def _failures(self) -> Iterator[Json]:
        """The examples of the answers that are failures."""
        for call in self.api.calls:
            for status, response in self.api.responses(call).items():
                for media in response.get("content", {}).values() if status[0] in "45d" else ():
                    yield from media.get("examples", {}).values()


def target(*at: str) -> str:
    """The JSONPath of a place, as short as it can be written."""
    return "$" + "".join(f".{part}" if _plain(part) else f"[{quoted(part)}]" for part in at)


def quoted(text: str) -> str:
    """A text as JSONPath writes it."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _plain(part: str) -> bool:
    return part.isascii() and part.isidentifier()


def _sure(extension: Json) -> bool:
    """Whether an extension is there, and not only assumed."""
    return extension is not None and extension.get("source") != "assumed"
