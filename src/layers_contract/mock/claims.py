"""Which method of the tuned behaviour carries out which operation: by the operation's role."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from layers_contract.spec.contract import Contract, Starts
from layers_contract.spec.document import Operation

__all__ = ["claims"]


def claims(contract: Contract) -> Mapping[str, str]:
    """The method for each operation whose role is known; an operation without one is left out.

    A role that two operations play is nobody's.
    """
    found = {name: _role(contract, each) for name, each in contract.operations.items()}
    roles = list(found.values())
    return {name: role for name, role in found.items() if role and roles.count(role) == 1}


def _role(contract: Contract, operation: Operation) -> str | None:
    return next(_roles(contract, operation), None)


def _roles(contract: Contract, operation: Operation) -> Iterator[str]:
    starts = contract.starts.get(operation.id)
    if starts:
        yield _start(contract, operation, starts)
    elif operation.id in contract.lists:
        yield "list_content"
    elif operation.method == "GET":
        yield from _reader(contract, operation)
    else:
        yield from _writer(contract, operation)


def _start(contract: Contract, operation: Operation, starts: Starts) -> str:
    if starts.when:
        return "reject"
    if not starts.new_container:
        return "regenerate"
    return "clone" if _takes(operation, contract.type_of(contract.render)) else "generate"


def _reader(contract: Contract, operation: Operation) -> Iterator[str]:
    container, job = contract.type_of(contract.render), contract.type_of(contract.job)
    if contract.review.gate and contract.review.gate.operation == operation.id:
        yield "read_policy"
    elif _last(operation) == job:
        yield "read_job"
    elif _last(operation) == container:
        shown = [view.resource["type"] for view in contract.shown(operation) if not view.at]
        yield "read_progress" if shown == [job] else "read_container"
    elif _takes(operation, container):
        yield "sign_asset"


def _writer(contract: Contract, operation: Operation) -> Iterator[str]:
    gate = contract.review.gate
    decides = {name for step in contract.review.transitions if step.origins for name in step.by}
    ends = contract.render.causes(contract.render.ending("cancel"))
    if operation.id in ends:
        yield "cancel" if _last(operation) == contract.type_of(contract.job) else "archive"
    elif operation.id in decides:
        yield "approve"
    elif gate and contract.operations[gate.operation].path == operation.path:
        yield "update_policy"


def _takes(operation: Operation, kind: str) -> bool:
    return any(parameter.resource == kind for parameter in operation.path_parameters)


def _last(operation: Operation) -> str | None:
    return operation.path_parameters[-1].resource if operation.path_parameters else None
