"""What each error code means, and what to do when it comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from layers_contract.codegen.client.errors import Errors
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document

__all__ = ["Error", "errors"]

_Answer = tuple[str, str, tuple[str, ...]]
"""An operation, the description of one of its refusals, and the codes that this shows."""


@dataclass(frozen=True, slots=True)
class Error:
    """An error code: its statuses, what it means, what to do, and which operations document it."""

    code: str
    statuses: tuple[int, ...]
    meaning: str
    todo: str
    operations: tuple[str, ...]

    @property
    def status(self) -> int:
        """The usual one."""
        return self.statuses[0]


def errors(document: Document) -> list[Error]:
    """Every documented code, by its status."""
    contract = Contract(document)
    answers = _answers(contract)
    found = [_error(contract, answers, *each) for each in contract.error_codes.items()]
    return sorted(found, key=lambda error: error.status)


def _error(
    contract: Contract, answers: Sequence[_Answer], code: str, statuses: tuple[int, ...]
) -> Error:
    reaching = [(name, text) for name, text, codes in answers if code in codes]
    meaning = next((text for _, text in reaching), "")
    names = {name for name, _ in reaching}
    ordered = tuple(name for name in contract.operations if name in names)
    return Error(code, statuses, meaning, _todo(contract, code, statuses[0]), ordered)


def _answers(contract: Contract) -> list[_Answer]:
    """Each refusal of each operation; what says one thing alone comes before what says two."""
    known = Errors(contract)
    found = [
        (
            name,
            str(contract.document.resolve(operation.raw["responses"][status])["description"]),
            tuple(known.codes_in(response.examples.values())),
        )
        for name, operation in contract.operations.items()
        for status, response in operation.responses.items()
        if status[0] in "45"
    ]
    return sorted(found, key=lambda each: len(each[2]))


def _todo(contract: Contract, code: str, status: int) -> str:
    """What the rules of the document say of the code, else what its status asks for."""
    raw = contract.document.raw
    rule, limits = raw.get("x-idempotency"), raw.get("x-rate-limits")
    if rule and code == rule["conflict"]["code"]:
        return f"Send another body with a fresh {rule['header']}."
    if limits and code == limits["exceeded"]["code"]:
        return f"Wait as long as {limits['exceeded']['header']} says, then send it again."
    if status == 401:
        return f"Send a valid key in {contract.document.security_header}."
    return _ADVICE.get(status, _SERVER if status >= 500 else _CLIENT)


_ADVICE: Final = {
    403: "Use a key that has the scope of the operation.",
    404: "Check the id, and that it belongs to your organization.",
    409: "Read the resource again, and do what its state allows.",
    422: "Correct the request; the error's details say where.",
}
_CLIENT: Final = "Correct the request before you send it again."
_SERVER: Final = "Wait before you send it again; if it stays, write to us with the request id."
