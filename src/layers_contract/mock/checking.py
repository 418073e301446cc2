"""Whether a request is as the document wants it: JSON, body, query, headers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, NoReturn, Protocol
from urllib.parse import parse_qsl

from layers_contract.mock.access import Access
from layers_contract.mock.errors import Refused
from layers_contract.mock.model import ABSENT, Call
from layers_contract.spec.document import Document, Operation, Parameter

__all__ = ["Checking"]

Json = Any
_spell: Final = json.JSONEncoder(ensure_ascii=False).encode
_SURROGATE: Final = re.compile(r"\\u[dD]")
_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_LONGEST: Final = 160
"""How much of a validator's message is passed on: it may quote the whole request."""


class Validator(Protocol):
    """A compiled schema."""

    def is_valid(self, instance: Json) -> bool:
        """Whether *instance* fits the schema."""

    def iter_errors(self, instance: Json) -> Any:
        """Where *instance* breaks the schema."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A parameter with its compiled schema."""

    parameter: Parameter
    validator: Validator
    header: str | None
    many: bool
    type: str | None


class Checking(Access):
    """Reads what a request carries, and refuses what breaks the document."""

    _checks: Mapping[str, Sequence[Checked]] | None = None

    def check(self, call: Call, raw: bytes) -> None:
        """Put parameters and body into *call*, or refuse it."""
        self.check_parameters(call)
        if call.operation.body is not None:
            call.raw = raw
            call.body = self.parse(raw) if raw else ABSENT
            self.check_body(call)

    def check_media_type(self, call: Call, raw: bytes) -> None:
        """Refuse a body that is not said to be JSON."""
        said = call.headers.get("content-type", "").partition(";")[0].strip().lower()
        asked = self.contract.document.resolve(call.operation.raw["requestBody"])
        if raw and said not in asked["content"]:
            raise self.unsupported(said)

    def check_parameters(self, call: Call) -> None:
        """Read the query and the headers that the document names; others are let pass."""
        checked = self.checks[call.operation.id]
        if not checked:
            return
        query: dict[str, list[str]] = {}
        for name, value in parse_qsl(call.query, keep_blank_values=True) if call.query else ():
            query.setdefault(name, []).append(value)
        for each in checked:
            given = self.given(call, each, query)
            if given is not ABSENT:
                self.check_value(each, given)
                call.params[each.parameter.name] = given
            elif each.parameter.required:
                self.invalid(each.parameter.name, "is required")

    def given(self, call: Call, checked: Checked, query: Mapping[str, list[str]]) -> Json:
        """What the request says for a parameter, as the type that its schema has."""
        name = checked.parameter.name
        if checked.header is not None:
            carried = call.headers.get(checked.header)
            return ABSENT if carried is None else _typed(carried, checked.type)
        values = query.get(name)
        if values is None:
            return checked.parameter.schema.get("default", ABSENT)
        if checked.many:
            return [_typed(each, checked.type) for each in values]
        if len(values) > 1:
            self.invalid(name, "is given more than once")
        return _typed(values[0], checked.type)

    def check_value(self, checked: Checked, value: Json) -> None:
        """Refuse a parameter that breaks its schema."""
        problem = _first_problem(checked.validator, value)
        if problem:
            self.invalid(checked.parameter.name, problem[1])

    def check_body(self, call: Call) -> None:
        """Refuse a body that breaks its schema, or is missing."""
        if call.body is ABSENT:
            if call.operation.body_required:
                self.invalid("", "a body is required")
            return
        problem = _first_problem(self.body_validator(call.operation), call.body)
        if problem:
            self.invalid(*problem)

    def body_validator(self, operation: Operation) -> Validator:
        """The compiled schema of the operation's body."""
        return self.contract.document.validator(operation.body_base)

    def parse(self, raw: bytes) -> Json:
        """The JSON value of *raw*; strict, so that it can be answered, stored and compared."""
        try:
            text = raw.decode()
            value = _read(text)
            if _SURROGATE.search(text):
                _spell(value).encode()  # a lone one ends here
        except (ValueError, RecursionError):
            self.invalid("", "is not valid JSON")
        return value

    def invalid(self, at: str, problem: str) -> NoReturn:
        """Refuse the request as invalid."""
        raise self.words.refuse("Invalid", at=at, problem=problem)

    def unsupported(self, said: str) -> Refused:
        """The refusal of a body in another format."""
        message = f"Send application/json, not {said[:80]!r}." if said else "Say what the body is."
        return Refused.plain(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, message)

    @property
    def checks(self) -> Mapping[str, Sequence[Checked]]:
        """The query and header parameters of each operation, compiled."""
        if self._checks is None:
            document = self.contract.document
            self._checks = {name: _checks(document, o) for name, o in document.operations.items()}
        return self._checks


def _checks(document: Document, operation: Operation) -> Sequence[Checked]:
    item = ("paths", operation.path)
    nodes = [
        ((*item, "parameters", i), node)
        for i, node in enumerate(document.raw["paths"][operation.path].get("parameters", ()))
    ] + [
        ((*operation.base, "parameters", i), node)
        for i, node in enumerate(operation.raw.get("parameters", ()))
    ]
    return tuple(
        _checked(document, parameter, base, node)
        for parameter, (base, node) in zip(operation.parameters, nodes, strict=True)
        if parameter.place in ("query", "header")
    )


def _checked(
    document: Document, parameter: Parameter, base: tuple[str | int, ...], node: Json
) -> Checked:
    if "$ref" in node:
        base = tuple(node["$ref"][2:].split("/"))
    schema = document.resolve(parameter.schema)
    validator = document.validator((*base, "schema"))
    return Checked(
        parameter=parameter,
        validator=validator,
        header=parameter.name.lower() if parameter.place == "header" else None,
        many=schema.get("type") == "array",
        type=document.resolve(schema.get("items", {})).get("type")
        if schema.get("type") == "array"
        else schema.get("type"),
    )


def _typed(text: str, kind: str | None) -> Json:
    """What a parameter's text says, as its type has it; the text itself where it is no such one."""
    if kind == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    if kind == "number" and _NUMBER.fullmatch(text):
        return float(text)
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _first_problem(validator: Validator, value: Json) -> tuple[str, str] | None:
    """Where and how *value* breaks the schema first."""
    try:
        if validator.is_valid(value):
            return None
        error = next(iter(validator.iter_errors(value)))
    except (ValueError, OverflowError, RecursionError):
        return "", "is nested too deeply or holds a number that is too large"
    return "".join(f"/{part}" for part in error.instance_path), error.message[:_LONGEST]


def _no_twins(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a member stands there twice")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return value


_read: Final = json.JSONDecoder(
    object_pairs_hook=_no_twins, parse_constant=_no_constant, parse_float=_finite
).decode
