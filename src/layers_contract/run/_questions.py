"""Reads that cost little: what a server is greeted with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from layers_contract.run.workload import example
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Operation
from layers_contract.target import Target

__all__ = ["cheapest"]


def cheapest(contract: Contract, target: Target) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The reads of a document, with ids for each: those that need none first, then what is named.

    What is left takes the document's examples: a server that has no such thing says so in its own
    words.
    """
    reads = [each for each in contract.operations.values() if each.method == "GET"]
    found = [(operation, ids) for operation in reads for ids in [_ids(contract, target, operation)]]
    found.sort(key=lambda each: (_guessed(target, each[0]), len(each[0].path_parameters)))
    yield from ((operation.id, dict(ids)) for operation, ids in found)


def _ids(contract: Contract, target: Target, operation: Operation) -> dict[str, str]:
    ids = {}
    for each in operation.path_parameters:
        known = target.known(each.resource or "") or example(contract, each)
        ids[each.resource or each.name] = str(known)
    return ids


def _guessed(target: Target, operation: Operation) -> int:
    """How many of its ids are the document's examples."""
    return sum(target.known(each.resource or "") is None for each in operation.path_parameters)
