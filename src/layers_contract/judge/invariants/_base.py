"""What an invariant is: a pure function over facts that names its occasions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Container, Facts, Seen, indexed

T = TypeVar("T")
K = TypeVar("K")

__all__ = [
    "ENTERED",
    "HELD",
    "Check",
    "Invariant",
    "Occasion",
    "Violation",
    "broken",
    "by_project",
    "grouped",
    "invariant",
]


@dataclass(frozen=True, slots=True)
class Violation:
    """One occasion on which a promise was broken, with the exchanges that prove it.

    `source` is set where the broken constraint has a source of its own.
    """

    message: str
    exchanges: tuple[Exchange, ...]
    source: str | None = None


Occasion = Violation | None
"""An occasion to keep the promise: None where it was kept."""

HELD: None = None

Check = Callable[[Facts], Iterable[Occasion]]


@dataclass(frozen=True, slots=True)
class Invariant:
    """A promise of the document, by its id, and the function that judges it.

    `needs` says what a history must hold for it to be judged at all. `reads` is what it reads by
    name, so that a document without that is known to be judged by it no more: the type of a
    resource with a pointer into it, such as `container/assets/*/url`; `request` or `response` with
    a pointer into any; a type alone; or `container>project`, one type that names another.
    """

    id: str
    needs: str
    check: Check
    reads: tuple[str, ...] = ()


ENTERED: dict[str, Invariant] = {}


def invariant(promise: str, needs: str, reads: tuple[str, ...] = ()) -> Callable[[Check], Check]:
    """Enter a check into the catalogue, for the promise of that id; *reads* as of an invariant."""

    def enter(check: Check) -> Check:
        if promise in ENTERED:
            message = f"two checks for {promise}"
            raise ValueError(message)
        ENTERED[promise] = Invariant(promise, needs, check, reads)
        return check

    return enter


def broken(message: str, *proof: Exchange | Seen, source: str | None = None) -> Violation:
    """A violation, proved by exchanges."""
    exchanges = (each.exchange if isinstance(each, Seen) else each for each in proof)
    unique = {exchange.number: exchange for exchange in exchanges}
    return Violation(message, tuple(sorted(unique.values(), key=lambda e: e.sent)), source)


@indexed
def by_project(facts: Facts) -> dict[str, list[Container]]:
    """An index: the containers of this run by their project, in lower case."""
    found = defaultdict(list)
    for container in facts.own:
        if container.project is not None:
            found[container.project].append(container)
    return found


def grouped(things: Iterable[T], by: Callable[[T], K]) -> dict[K, list[T]]:
    """*things* in lists, by what *by* says of each."""
    found = defaultdict(list)
    for each in things:
        found[by(each)].append(each)
    return found


def occasions(
    pairs: Iterable[tuple[Seen, Seen]], judge: Callable[[Seen, Seen], Violation | None]
) -> Iterator[Occasion]:
    """Each pair of views, judged."""
    return (judge(before, after) for before, after in pairs)
