"""What each error code means, and what to do when it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from layers_contract.document import Document

__all__ = ["Error", "errors"]

_Answer = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Error:
    """An error code: its status, what it means, what to do, and which operations document it."""

    code: str
    status: int
    meaning: str
    todo: str
    operations: tuple[str, ...]


def errors(document: Document) -> list[Error]:
    """Every documented code, by its status."""
    schemas = document.raw.get("components", {}).get("schemas", {}).values()
    codes = (each["x-error-codes"].items() for each in schemas if "x-error-codes" in each)
    answers = _answers(document)
    found = (_error(document, answers, code, raw["status"]) for code, raw in next(codes, ()))
    return sorted(found, key=lambda error: error.status)


def _error(document: Document, answers: Sequence[_Answer], code: str, status: int) -> Error:
    reaching = [(name, each) for name, each in answers if code in _codes(each)]
    meaning = next((each["description"] for _, each in reaching), "")
    names = {name for name, _ in reaching}
    ordered = tuple(name for name in document.operations if name in names)
    return Error(code, status, meaning, _todo(document, code, status), ordered)


def _answers(document: Document) -> list[_Answer]:
    """Each refusal of each operation; what says one thing alone comes before what says two."""
    found = [
        (name, document.resolve(answer))
        for name, operation in document.operations.items()
        for status, answer in operation.raw["responses"].items()
        if str(status)[0] in "45"
    ]
    return sorted(found, key=lambda each: len(_codes(each[1])))


def _codes(answer: Mapping[str, Any]) -> list[str]:
    examples = answer.get("content", {}).get("application/json", {}).get("examples", {})
    values = [each.get("value") for each in examples.values()]
    return [
        v["error"]["code"] for v in values if isinstance(v, dict) and "code" in v.get("error", {})
    ]


def _todo(document: Document, code: str, status: int) -> str:
    """What the rules of the document say of the code, else what its status asks for."""
    raw = document.raw
    rule, limits = raw.get("x-idempotency"), raw.get("x-rate-limits")
    if rule and code == rule["conflict"]["code"]:
        return f"Send another body with a fresh {rule['header']}."
    if limits and code == limits["exceeded"]["code"]:
        return f"Wait as long as {limits['exceeded']['header']} says, then send it again."
    if status == 401:
        return f"Send a valid key in {document.security_header}."
    return _ADVICE.get(status, _SERVER if status >= 500 else _CLIENT)


_ADVICE: Final = {
    403: "Use a key that has the scope of the operation.",
    404: "Check the id, and that it belongs to your organization.",
    409: "Read the resource again, and do what its state allows.",
    422: "Correct the request; the error's details say where.",
}
_CLIENT: Final = "Correct the request before you send it again."
_SERVER: Final = "Wait before you send it again; if it stays, write to us with the request id."
