"""Every promise of the document, by its group, with what it hangs on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from layers_contract.spec.document import SOURCES, Document, Operation, Promise, to_pointer

__all__ = ["Entry", "Shelf", "shelves", "tally"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A promise, and the operation or schema that it stands in."""

    promise: Promise
    operation: Operation | None
    schema: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """The promises of a group."""

    name: str
    entries: tuple[Entry, ...]

    @property
    def sources(self) -> list[tuple[str, int]]:
        """How many come from where, surest first."""
        return tally(self.entries)


def shelves(document: Document) -> list[Shelf]:
    """The groups in the order in which the document names them."""
    operations = {"#" + to_pointer(each.base): each for each in document.operations.values()}
    found: dict[str, list[Entry]] = {}
    for promise in document.promises.values():
        entry = Entry(promise, operations.get(promise.at), _schema(promise.at))
        found.setdefault(promise.group, []).append(entry)
    return [Shelf(name, tuple(entries)) for name, entries in found.items()]


def tally(entries: tuple[Entry, ...]) -> list[tuple[str, int]]:
    """How many of *entries* come from where, surest first; a source without any is left out."""
    found = Counter(entry.promise.source for entry in entries)
    ordered = [*(each for each in SOURCES if each in found), *sorted(set(found) - set(SOURCES))]
    return [(source, found[source]) for source in ordered]


def _schema(at: str) -> str:
    """The component schema at that pointer, or nothing."""
    _, found, name = at.partition("#/components/schemas/")
    return name.split("/", 1)[0] if found else ""
