"""Lists: pages by key, filters, and cursors that nobody can make up."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from typing import Any

from layers_contract.mock.content import Content
from layers_contract.mock.model import Answer, Call, Container, Project, Render
from layers_contract.mock.store import FIRST, Position
from layers_contract.spec.document import pointer

__all__ = ["Listing"]

Json = Any
Item = dict[str, Json]


class Listing(Content):
    """Pages of a project's containers, newest first, stable while others are added."""

    def list_content(self, call: Call) -> Answer:
        """One page."""
        project = self.owned_project(call)
        rule = self.contract.lists[call.operation.id]
        start = self.start_of(call, project)
        page, following = self.page(self.matching(call, project, start), self.page_size(call))
        items = [item for _, item in page]
        cursor = self.cursor(project, page[-1][0]) if page and following else None
        return self.ok(call, {rule.items.strip("/"): items, rule.next.strip("/"): cursor})

    def page_size(self, call: Call) -> int:
        """The most items to show."""
        return int(call.params[self.contract.lists[call.operation.id].limit])

    def start_of(self, call: Call, project: Project) -> Position:
        """The position after which the page starts."""
        rule = self.contract.lists[call.operation.id]
        cursor = call.params.get(rule.cursor)
        return FIRST if cursor is None else self.read_cursor(call, project, str(cursor))

    def page(
        self, matching: Iterator[tuple[Position, Item]], size: int
    ) -> tuple[list[tuple[Position, Item]], bool]:
        """The next *size* items, and whether more follow."""
        found: list[tuple[Position, Item]] = []
        for each in matching:
            if len(found) == size:
                return found, True
            found.append(each)
        return found, False

    def matching(
        self, call: Call, project: Project, start: Position
    ) -> Iterator[tuple[Position, Item]]:
        """The items after *start* that every filter lets through, in order."""
        now = self.clock.now()
        filters = self.filters(call)
        for position, container, render in self.rows(project, start):
            item = self.item_view(container, render, now, call.base)
            if self.passes(item, filters):
                yield position, item

    def rows(
        self, project: Project, start: Position
    ) -> Iterable[tuple[Position, Container, Render]]:
        """The project's containers after *start*, newest first."""
        return self.store.containers(project.id, start)

    def filters(self, call: Call) -> dict[str, list[str]]:
        """The values that each filtered field may have."""
        rule = self.contract.lists[call.operation.id]
        return {
            field: call.params[name] for name, field in rule.filters.items() if name in call.params
        }

    def passes(self, item: Item, filters: dict[str, list[str]]) -> bool:
        """Whether every filter lets *item* through."""
        return all(pointer(item, field) in values for field, values in filters.items())

    def cursor(self, project: Project, position: Position) -> str:
        """A position as text that only this server can make."""
        text = json.dumps([*position, self.sign(project.id, *position)], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def read_cursor(self, call: Call, project: Project, cursor: str) -> Position:
        """The position that `cursor` wrote down for this project."""
        try:
            text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
            created, seq, signature = json.loads(text)
        except (ValueError, TypeError, RecursionError):
            created = seq = signature = None
        if signature is None or signature != self.sign(project.id, created, seq):
            self.invalid(self.contract.lists[call.operation.id].cursor, "is not one of ours")
        return float(created), int(seq)
