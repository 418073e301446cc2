"""A history as a script: requests that can be sent again, to the same server or to another one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from layers_contract.contract import Contract
from layers_contract.history import Exchange

__all__ = ["Ref", "Step", "closed", "script"]


@dataclass(frozen=True, slots=True)
class Ref:
    """A value to be taken from the answer to step *number*: at a JSON Pointer, or in a header."""

    number: int
    at: str


Value = str | Ref


@dataclass(frozen=True, slots=True)
class Step:
    """A request, and when it was sent and answered, in seconds since the first one was sent.

    It is sent again once every step is answered that was answered before it was sent; steps that
    overlapped will overlap again. `answered` is None where no answer came.
    """

    number: int
    operation: str
    sent: float
    answered: float | None
    ids: Mapping[str, Value] = field(default_factory=dict)
    query: tuple[tuple[str, Value], ...] = ()
    headers: Mapping[str, Value] = field(default_factory=dict)
    body: bytes | None = None
    credential: str = "own"

    @property
    def values(self) -> tuple[Value, ...]:
        """What fills its path, its query and its headers."""
        return (*self.ids.values(), *(value for _, value in self.query), *self.headers.values())

    @property
    def refs(self) -> Iterator[Ref]:
        """What it takes from the answers to other steps."""
        return (each for each in self.values if isinstance(each, Ref))

    def follows(self, other: Step) -> bool:
        """Whether *other* was answered before this was sent."""
        return (inf if other.answered is None else other.answered) <= self.sent


OUR_OWN = frozenset({"host", "content-length", "connection", "user-agent", "accept-encoding"})
"""Headers that belong to a connection, not to a call."""


def script(contract: Contract, exchanges: Iterable[Exchange]) -> list[Step]:
    """The requests of documented operations among *exchanges*, in the order of sending."""
    ordered = sorted((e for e in exchanges if e.operation), key=lambda e: e.sent)
    start = ordered[0].sent if ordered else 0.0
    known: dict[str, Ref] = {}
    given: set[Value] = set()
    steps = []
    for exchange in ordered:
        step = _step(exchange, start, known)
        steps.append(step)
        given.update(each for each in step.values if isinstance(each, str))
        for value, at in _values(contract, exchange):
            if value not in given:
                known.setdefault(value, Ref(exchange.number, at))
    return steps


def closed(steps: Sequence[Step], kept: Iterable[int]) -> list[Step]:
    """The steps whose numbers are *kept*, with those that they take values from."""
    by_number = {step.number: step for step in steps}
    wanted: set[int] = set()
    waiting = list(kept)
    while waiting:
        number = waiting.pop()
        if number not in wanted:
            wanted.add(number)
            waiting += [ref.number for ref in by_number[number].refs]
    return [step for step in steps if step.number in wanted]


def _step(exchange: Exchange, start: float, known: Mapping[str, Ref]) -> Step:
    def again(value: str) -> Value:
        return known.get(value, value)

    return Step(
        number=exchange.number,
        operation=exchange.operation or "",
        sent=round(exchange.sent - start, 6),
        answered=None if exchange.received is None else round(exchange.received - start, 6),
        ids={name: again(value) for name, value in exchange.path_params.items()},
        query=tuple((name, again(value)) for name, value in exchange.query),
        headers={
            name: again(value)
            for name, value in exchange.request_headers.items()
            if name not in OUR_OWN
        },
        body=exchange.request_body or None,
        credential=exchange.credential,
    )


def _values(contract: Contract, exchange: Exchange) -> Iterator[tuple[str, str]]:
    """Strings in an answer that a later request may have taken from it, and where they stand."""
    response = contract.operations[exchange.operation or ""].response(exchange.status or 0)
    for name in response.headers if response else ():
        if name.lower() == "etag" and name.lower() in exchange.headers:
            yield exchange.headers[name.lower()], f"header {name.lower()}"
    yield from _strings(exchange.json, "")


def _strings(value: Any, at: str) -> Iterator[tuple[str, str]]:
    """The strings in a JSON value that look like names: no white space, and not short."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name not in ("error", "brief"):
                yield from _strings(each, f"{at}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _strings(each, f"{at}/{number}")
    elif isinstance(value, str) and len(value) > 5 and not any(map(str.isspace, value)):
        yield value, at
