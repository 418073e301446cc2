"""The words that any document has: refusals, statuses of success, headers, rate limits.

Each is looked up by the part that it plays, such as "the refusal of an unknown key"; the document
knows its status, its code and what is said with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any, Final

from layers_contract.mock.errors import MockError, Refused
from layers_contract.mock.forms import Forms
from layers_contract.spec.contract import Contract, seconds
from layers_contract.spec.document import Operation, Response

__all__ = ["Validator", "Vocabulary", "members"]

Json = Any

_STATUSES: Final[Mapping[str, tuple[HTTPStatus, ...]]] = {
    "Unauthenticated": (HTTPStatus.UNAUTHORIZED,),
    "Forbidden": (HTTPStatus.FORBIDDEN,),
    "NotFound": (HTTPStatus.NOT_FOUND,),
    "Conflict": (HTTPStatus.CONFLICT,),
    "Invalid": (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.BAD_REQUEST),
}
"""The parts that a refusal can play, and the statuses that fit, the usual one first."""
KEY_USED: Final = "IdempotencyConflict"
"""The refusal of a key that came with another body before."""


@dataclass(frozen=True, slots=True)
class Validator:
    """How an unchanged resource is asked for and told."""

    request: str
    response: str
    unchanged: int


class ErrorShape:
    """An error response to fill in, made from an example of one."""

    def __init__(self, example: Json, request_id: Json, status: int, details: str | None) -> None:
        self._example = example
        self._request_id = request_id
        self._status = status
        self._details = details

    def filled(
        self, code: str, message: str, request_id: str, details: Mapping[str, Json] | None
    ) -> dict[str, Json]:
        """The error with this code and message."""
        if details and not self._details:
            message = " ".join(str(each) for each in details.values() if each)
        filled: dict[str, Json] = self._fill(self._example, code, message, request_id, details)
        return filled

    def _fill(self, value: Json, code: str, message: str, request_id: str, details: Json) -> Json:
        if not isinstance(value, dict):
            return request_id if value is not None and value == self._request_id else value
        found = {
            name: self._fill(each, code, message, request_id, details)
            for name, each in value.items()
            if not ("code" in value and isinstance(each, dict))
        }
        if "code" in value:
            found["code"] = code
            if "message" in found:
                found["message"] = message
            if details and self._details:
                found[self._details] = dict(details)
        if isinstance(found.get("status"), int):
            found["status"] = self._status
        return found


class Vocabulary:
    """Statuses, codes, messages and headers of one document."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.raw: Mapping[str, Json] = contract.document.raw
        limits = self.raw.get("x-rate-limits", {})
        self.rate_window = seconds(limits.get("window", "PT1M"))
        self.rate_tiers: Mapping[str, Mapping[str, int]] = limits.get("tiers", {})
        self.rate_header: str | None = limits.get("class-header")
        self.rate_exceeded: Mapping[str, Json] = limits.get("exceeded", {})
        self._shapes: dict[int, ErrorShape] = {}

    @cached_property
    def refusals(self) -> Mapping[str, tuple[int, str, str]]:
        """Status, code and message of the refusal that plays each part."""
        found = {part: self._refusal(statuses) for part, statuses in _STATUSES.items()}
        if "x-idempotency" in self.raw:
            rule = self.contract.idempotency
            message = self._message(rule.conflict_code) or "This key came with another body before."
            found[KEY_USED] = (rule.conflict_status, rule.conflict_code, message)
        return found

    def refuse(self, part: str, message: str | None = None, **details: Json) -> Refused:
        """The refusal that plays *part*."""
        status, code, said = self.refusals[part]
        return Refused(status, code, message or said, details=details or None)

    def _refusal(self, statuses: tuple[HTTPStatus, ...]) -> tuple[int, str, str]:
        """The documented refusal with the first of *statuses* that any operation has."""
        special = self._special
        for status in statuses:
            for _, example in self.refusal_examples(int(status)):
                code = example.get("code")
                fits = status in self.contract.error_codes.get(code or "", (status,))
                if code and code not in special and fits:
                    return int(status), code, str(example.get("message", status.phrase))
        for status in statuses:
            for code, usual in self.contract.error_codes.items():
                if usual[0] == status and code not in special:
                    return int(status), code, f"{status.phrase}."
        return int(statuses[0]), statuses[0].name, f"{statuses[0].phrase}."

    @cached_property
    def _special(self) -> frozenset[str | None]:
        """The codes that play a part of their own."""
        codes = {self.rate_exceeded.get("code")}
        if "x-idempotency" in self.raw:
            rule = self.contract.idempotency
            codes |= {rule.conflict_code, rule.in_flight_code}
        return frozenset(codes)

    def _message(self, code: str) -> str | None:
        """What the document's examples say with *code*."""
        return next(
            (
                str(example["message"])
                for status in self.contract.error_codes.get(code, ())
                for _, example in self.refusal_examples(status)
                if example.get("code") == code and "message" in example
            ),
            None,
        )

    def refusal_examples(self, status: int) -> Iterator[tuple[Response, Mapping[str, Json]]]:
        """The objects with a code in the examples of every response with *status*."""
        for operation in self.contract.operations.values():
            response = operation.responses.get(str(status))
            for example in response.examples.values() if response else ():
                for found in members(example):
                    if isinstance(found, dict) and "code" in found:
                        yield response, found  # type: ignore[misc]

    def error_shape(self, status: int) -> ErrorShape:
        """What an error response with *status* looks like."""
        if status not in self._shapes:
            example = self._error_example(status)
            self._shapes[status] = ErrorShape(example, self._id_example, status, self._details)
        return self._shapes[status]

    @cached_property
    def _details(self) -> str | None:
        """The member beside the code that has room for more."""
        for schema in self.raw.get("components", {}).get("schemas", {}).values():
            for name, node in schema.get("properties", {}).items() if _has_codes(schema) else ():
                if "object" in str(self.contract.document.resolve(node).get("type")):
                    return str(name)
        return None

    def _error_example(self, status: int) -> Json:
        """An error response: of that status, or of any; made of a schema where none has one."""
        fallback: Json = {}
        schema: Json = None
        for operation in self.contract.operations.values():
            for known, response in operation.responses.items():
                if not known.startswith(("4", "5")):
                    continue
                examples = [*response.examples.values(), *_of_schema(self.contract, response)]
                if examples and known == str(status):
                    return examples[0]
                fallback = fallback or (examples[0] if examples else None)
                schema = schema or response.schema
        made = Forms(self.contract.document).sample(schema) if schema else None
        return fallback or made or {"code": "", "message": ""}

    @cached_property
    def _id_example(self) -> Json:
        """The request id of the document's own examples."""
        header = self.request_id_header
        for operation in self.contract.operations.values():
            for status in operation.responses:
                if header and header in (found := self._named(operation, status)):
                    return found[header]
        return None

    @cached_property
    def request_id_header(self) -> str | None:
        """The header that names an exchange: its example is what error examples hold, too."""
        for operation in self.contract.operations.values():
            for status, response in operation.responses.items():
                if status.startswith(("4", "5")) and (found := self._named(operation, status)):
                    values = [v for e in response.examples.values() for v in members(e)]
                    for name, value in found.items():
                        if value in values:
                            return name
        return None

    def _named(self, operation: Operation, status: str) -> Mapping[str, Json]:
        """The examples of a response's headers, by the headers' names as they are written."""
        raw = operation.raw["responses"]
        node = self.contract.document.resolve(raw.get(status) or raw.get(int(status)) or {})
        return {
            str(name): example
            for name, header in node.get("headers", {}).items()
            if (example := example_of(self.contract.document.resolve(header))) is not None
        }

    @cached_property
    def successes(self) -> Mapping[str, int]:
        """The first documented success of each operation."""
        return {
            name: min((int(s) for s in operation.responses if s.startswith("2")), default=0)
            for name, operation in self.contract.operations.items()
        }

    def budgets(self, limit: str | None) -> Mapping[str, int] | None:
        """How many calls each class may take in a window: by a tier's name, or one number."""
        if limit is None:
            return None
        if not self.rate_tiers:
            raise MockError("#/x-rate-limits: is not there; leave --rate-limit out")
        if limit.isdecimal():
            return {name: int(limit) for tier in self.rate_tiers.values() for name in tier}
        if limit not in self.rate_tiers:
            known = ", ".join(self.rate_tiers)
            raise MockError(f"unknown rate limit {limit!r}: a number, or one of {known}")
        return self.rate_tiers[limit]

    def rate_class(self, operation: str) -> str | None:
        """Which budget *operation* is counted on; None where it is not counted."""
        found = self.contract.operations[operation].raw.get("x-rate-class")
        return None if found is None else str(found)

    @cached_property
    def validators(self) -> Mapping[str, Validator]:
        """How operations tell that nothing has changed."""
        found = {
            name: operation.raw.get("x-polling", {}).get("validator")
            for name, operation in self.contract.operations.items()
        }
        return {
            name: Validator(raw["request"].lower(), raw["response"], raw["unchanged"])
            for name, raw in found.items()
            if raw
        }


def members(value: Json) -> Iterator[Json]:
    """*value* and all that is in it."""
    yield value
    children = value.values() if isinstance(value, dict) else value
    for each in children if isinstance(value, dict | list) else ():
        yield from members(each)


def _has_codes(schema: Mapping[str, Json]) -> bool:
    return "x-error-codes" in schema


def _of_schema(contract: Contract, response: Response) -> list[Json]:
    """The examples of a response's own schema."""
    return list((contract.document.resolve(response.schema) or {}).get("examples", ()))


def example_of(node: Mapping[str, Json]) -> Json:
    """The example of a header or parameter; None where there is none."""
    if "example" in node:
        return node["example"]
    for example in node.get("examples", {}).values():
        return example.get("value")
    schema = node.get("schema", {})
    return next(iter(schema.get("examples", ())), schema.get("example"))
