"""Walks along any list: pages that follow each other's cursors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from layers_contract.history.exchanges import NOT_JSON, Exchange
from layers_contract.judge.facts import Facts, indexed, moment, precision
from layers_contract.spec.contract import Pagination
from layers_contract.spec.document import Operation, pointer

Json = Any


@dataclass(slots=True)
class Walk:
    """Pages that follow each other's cursors; `complete` where the last one had none."""

    operation: Operation
    pagination: Pagination
    pages: list[Exchange] = field(default_factory=list)
    complete: bool = False

    @property
    def first(self) -> Exchange:
        """The page that was asked for without a cursor."""
        return self.pages[0]

    def items(self) -> Iterator[tuple[Json, Exchange]]:
        """What the pages list, with the page."""
        for page in self.pages:
            for item in items(self.pagination, page):
                yield item, page

    def asked(self, parameter: str) -> list[str]:
        """The values of a query parameter, also where one text holds several."""
        spec = self.operation.parameter(parameter)
        listed = spec is not None and spec.schema.get("type") == "array"
        given = [value for name, value in self.first.query if name == parameter]
        return [each for value in given for each in (value.split(",") if listed else [value])]

    @property
    def asks_for_all(self) -> bool:
        """Whether nothing in the request narrows the list."""
        free = {self.pagination.limit, self.pagination.cursor}
        return all(name in free for name, _ in self.first.query)


def items(pagination: Pagination, page: Exchange) -> list[Json]:
    """What a page lists."""
    found = pointer(page.json, pagination.items) if page.succeeded else None
    return found if isinstance(found, list) else []


@indexed
@indexed
def walks(facts: Facts) -> dict[str, list[Walk]]:
    """An index: the walks along each list."""
    return {
        name: list(_walks(facts, facts.contract.operations[name], pagination))
        for name, pagination in facts.contract.lists.items()
    }


def _walks(facts: Facts, operation: Operation, pagination: Pagination) -> Iterator[Walk]:
    under_way: dict[tuple[str, str, str, str], Walk] = {}
    for page in facts.answers[operation.id]:
        if not page.succeeded or page.json is NOT_JSON or page.failure is not None:
            continue
        cursor = next((v for k, v in page.query if k == pagination.cursor), "")
        where = (page.actor, page.credential, page.path)
        walk = under_way.pop((*where, cursor), None) if cursor else Walk(operation, pagination)
        if walk is None:
            continue
        walk.pages.append(page)
        after = pointer(page.json, pagination.next)
        walk.complete = after is None
        if isinstance(after, str | int):
            under_way[(*where, str(after))] = walk
        if not cursor:
            yield walk


def compare(one: Json, other: Json) -> int | None:
    """-1, 0 or 1 as *one* lies before *other*; None where nobody can say."""
    first, second = _number(one), _number(other)
    if first is None or second is None:
        return None
    if first == second or abs(first - second) <= precision(one, other):
        return 0
    return -1 if first < second else 1


def _number(value: Json) -> float | None:
    if isinstance(value, bool):
        return None
    return float(value) if isinstance(value, int | float) else moment(value)


def bound_of(text: str) -> Json:
    """A query parameter's text as what it bounds: a timestamp, or a number; None for others."""
    if moment(text) is not None:
        return text
    try:
        return float(text)
    except ValueError:
        return None


def texts(values: Sequence[Json]) -> set[str]:
    """Values as a query parameter writes them."""
    return {str(v).lower() if isinstance(v, bool) else str(v) for v in values}
