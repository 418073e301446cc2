"""A history as a script: requests that can be sent again, to the same server or to another one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any, Final

from layers_contract.history.exchanges import Exchange
from layers_contract.spec.contract import Contract

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


HEADER: Final = "header "
"""Before the name of a header, where a value is taken from one."""
OUR_OWN: Final = frozenset(
    {"host", "content-length", "connection", "user-agent", "accept-encoding"}
)
"""Headers that belong to a connection, not to a call."""


def script(contract: Contract, exchanges: Iterable[Exchange]) -> list[Step]:
    """The requests of documented operations among *exchanges*, in the order of sending."""
    ordered = sorted((e for e in exchanges if e.operation), key=lambda e: e.sent)
    start = ordered[0].sent if ordered else 0.0
    waiting = deque(sorted((e for e in ordered if e.answered), key=_answered))
    known: dict[str, Ref] = {}
    given: set[Value] = set()
    steps = []
    for exchange in ordered:
        while waiting and _answered(waiting[0]) <= exchange.sent:
            answer = waiting.popleft()
            for value, at in _values(contract, answer):
                if value not in given:
                    known.setdefault(value, Ref(answer.number, at))
        step = _step(contract, exchange, start, known)
        steps.append(step)
        given.update(each for each in step.values if isinstance(each, str))
    return steps


def _answered(exchange: Exchange) -> float:
    return inf if exchange.received is None else exchange.received


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


def _step(contract: Contract, exchange: Exchange, start: float, known: Mapping[str, Ref]) -> Step:
    """A request; words such as a filter's are its own, even where an answer had the same."""
    listing = contract.lists.get(exchange.operation or "")

    def tag(value: str) -> Value:
        found = known.get(value)
        return found if found and found.at.startswith(HEADER) else value

    return Step(
        number=exchange.number,
        operation=exchange.operation or "",
        sent=round(exchange.sent - start, 6),
        answered=None if exchange.received is None else round(exchange.received - start, 6),
        ids={name: known.get(value, value) for name, value in exchange.path_params.items()},
        query=tuple(
            (name, known.get(value, value) if listing and name == listing.cursor else value)
            for name, value in exchange.query
        ),
        headers={
            name: tag(value)
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
            yield exchange.headers[name.lower()], f"{HEADER}{name.lower()}"
    yield from _strings(exchange.json, "")


def _strings(value: Any, at: str) -> Iterator[tuple[str, str]]:
    """The strings in a JSON value that may be names: those without white space."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name not in ("error", "brief"):
                yield from _strings(each, f"{at}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _strings(each, f"{at}/{number}")
    elif isinstance(value, str) and value and not any(map(str.isspace, value)):
        yield value, at
