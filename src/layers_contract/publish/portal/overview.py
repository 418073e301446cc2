"""The first screen: the shape of the flow, and a few numbers that matter most."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from layers_contract.publish.portal import facts
from layers_contract.publish.portal.errors import errors
from layers_contract.publish.portal.words import between, lasting, listed, plural
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document, Operation

__all__ = ["Stage", "Tile", "stages", "tiles"]


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the flow: its name, the operations, and what happens."""

    title: str
    operations: tuple[Operation, ...]
    what: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A number, what it counts, and the section that tells more."""

    value: str
    what: str
    href: str


def stages(document: Document) -> list[Stage]:
    """From the brief to the list, as far as the document has operations for it."""
    contract = Contract(document)
    return [stage for stage in _stages(contract) if stage.operations]


def _stages(contract: Contract) -> Iterator[Stage]:
    operations = contract.operations
    starts = [operations[name] for name in first_starts(contract)][:1]
    status = min(starts[0].success) if starts else 202
    yield Stage("Ask", tuple(starts), f"Answered at once: {status} and a job. The work goes on.")
    polls = facts.polls(contract.document)[:1]
    yield Stage("Poll", tuple(each.operation for each in polls), _waiting(polls))
    yield _told("Read", list(_read(contract)))
    yield _told("Review", list(_decisions(contract)))
    yield _told("List", [each.operation for each in facts.lists(contract.document)][:1])


def _told(title: str, operations: Sequence[Operation]) -> Stage:
    """In the first words of the first operation's own description."""
    described = (each.raw.get("description", "") for each in operations)
    sentence = re.match(r".*?[.!?](?=\s|$)", " ".join(next(described, "").split()))
    return Stage(title, tuple(operations), sentence[0] if sentence else "")


def _waiting(polls: list[facts.Poll]) -> str:
    if not polls or not polls[0].waits:
        return "Until the job has ended." if polls else ""
    return f"Every {between(polls[0].pace)}, until the job has ended."


def _read(contract: Contract) -> Iterator[Operation]:
    """The plain read of what a job makes."""
    for lifecycle in contract.lifecycles.values():
        made = contract.resources.get(contract.type_of(lifecycle)) if lifecycle.mirror else None
        if made and made.reader:
            yield made.reader


def first_starts(contract: Contract) -> list[str]:
    """The operations that start something new; what makes a container comes first."""
    new = [name for name, each in contract.starts.items() if each.container == "new"]
    return new + [name for name, each in contract.starts.items() if each.container == "none"]


def _decisions(contract: Contract) -> Iterator[Operation]:
    """What takes a review out of its waiting state."""
    for lifecycle in contract.lifecycles.values():
        for step in lifecycle.transitions:
            if lifecycle.gate and lifecycle.gate.closed in step.origins:
                yield from (each for each in contract.operations.values() if each.id in step.by)


def tiles(document: Document) -> list[Tile]:
    """The numbers, each with the section that explains it."""
    return list(_tiles(document))


def _tiles(document: Document) -> Iterator[Tile]:
    raw = document.raw
    yield Tile(str(len(document.operations)), "operations", "#operations")
    if document.promises:
        yield Tile(str(len(document.promises)), "promises, each with its source", "#promises")
    if "window" in (rule := raw.get("x-idempotency", {})):
        yield Tile(lasting(rule["window"]), "an idempotency key is remembered", "#retries")
    for poll in facts.polls(document)[:1]:
        if poll.waits:
            yield Tile(between(poll.pace), "between two polls", "#polling")
    if limits := raw.get("x-rate-limits"):
        names = listed(list(limits["tiers"]), "and")
        yield Tile(plural(len(limits["tiers"]), "tier"), f"of rate limits: {names}", "#limits")
    if found := errors(document):
        yield Tile(str(len(found)), "error codes, each with what to do", "#errors")
