"""Lists that lack, repeat, disorder or leak."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Call, Container, Project, Render
from layers_contract.mock.registry import fault
from layers_contract.mock.store import FIRST, Position
from layers_contract.spec.document import pointer

Row = tuple[Position, Container, Render]
Json = Any
Item = dict[str, Json]
Page = tuple[list[tuple[Position, Item]], bool]


class _Lacks(Behaviour):
    def lacks(self, container: Container, render: Render, number: int) -> bool:
        return False

    def rows(self, project: Project, start: Position) -> Iterable[Row]:
        for row in super().rows(project, start):
            if not self.lacks(row[1], row[2], row[0][1]):
                yield row


@fault(
    "list-lacks-unfinished",
    breaks="list.finds-made",
    sentence="A container is not listed until its render has left the queue.",
)
class _ListLacksUnfinished(_Lacks):
    def lacks(self, container: Container, render: Render, number: int) -> bool:
        return self.clock.now() < render.started + render.queue


@fault(
    "list-lacks-seventh",
    breaks="list.finds-made",
    sentence="Every seventh container is never listed.",
)
class _ListLacksSeventh(_Lacks):
    def lacks(self, container: Container, render: Render, number: int) -> bool:
        return number % 7 == 0


@fault(
    "list-lacks-failed",
    breaks="list.finds-made",
    sentence="Failed containers disappear from the list.",
)
class _ListLacksFailed(_Lacks):
    def lacks(self, container: Container, render: Render, number: int) -> bool:
        return self.state(render, self.clock.now()) == self.words.failure


@fault(
    "cursor-skips",
    breaks="list.finds-made",
    sentence="The item after each page is skipped.",
)
class _CursorSkips(Behaviour):
    def cursor(self, project: Project, position: Position) -> str:
        after = next(iter(self.rows(project, position)), None)
        return super().cursor(project, after[0] if after else position)


@fault(
    "filter-takes-first-value",
    breaks="list.finds-made",
    sentence="Of a repeated filter only the first value counts.",
)
class _FilterTakesFirstValue(Behaviour):
    def filters(self, call: Call) -> dict[str, list[str]]:
        return {field: values[:1] for field, values in super().filters(call).items()}


@fault(
    "page-too-long",
    breaks="list.limit",
    sentence="A page holds one item more than was asked for.",
)
class _PageTooLong(Behaviour):
    def page_size(self, call: Call) -> int:
        return super().page_size(call) + 1


@fault(
    "limit-ignored-with-filter",
    breaks="list.limit",
    sentence="A filtered list ignores the limit.",
)
class _LimitIgnoredWithFilter(Behaviour):
    def page_size(self, call: Call) -> int:
        return 1000 if self.filters(call) else super().page_size(call)


@fault(
    "filters-are-alternatives",
    breaks="list.filter",
    sentence="An item is shown when one of several filters lets it through.",
)
class _FiltersAreAlternatives(Behaviour):
    def passes(self, item: Item, filters: dict[str, list[str]]) -> bool:
        shown = [pointer(item, field) in values for field, values in filters.items()]
        return any(shown) or not shown


@fault(
    "filter-lost-on-next-page",
    breaks="list.filter",
    sentence="The filter is forgotten on the second page.",
)
class _FilterLostOnNextPage(Behaviour):
    def filters(self, call: Call) -> dict[str, list[str]]:
        rule = self.contract.lists[call.operation.id]
        return {} if rule.cursor in call.params else super().filters(call)


@fault(
    "filter-by-format-ignored",
    breaks="list.filter",
    sentence="The filter on the format is ignored.",
)
class _FilterByFormatIgnored(Behaviour):
    def filters(self, call: Call) -> dict[str, list[str]]:
        return {f: v for f, v in super().filters(call).items() if f != "/format"}


@fault(
    "list-oldest-first",
    breaks="list.order",
    sentence="Older containers come first.",
)
class _ListOldestFirst(Behaviour):
    def rows(self, project: Project, start: Position) -> Iterable[Row]:
        rows = [*super().rows(project, FIRST)][::-1]
        return rows if start == FIRST else [row for row in rows if row[0] > start]


@fault(
    "list-swaps-neighbours",
    breaks="list.order",
    sentence="The first two items of a page are the wrong way round.",
)
class _ListSwapsNeighbours(Behaviour):
    def page(self, matching: Iterator[tuple[Position, Item]], size: int) -> Page:
        items, more = super().page(matching, size)
        return [*items[:-1][1::-1], *items[:-1][2:], *items[-1:]], more


@fault(
    "page-repeats-last",
    breaks="list.walk",
    sentence="The next page starts with the last item of the page before.",
)
class _PageRepeatsLast(Behaviour):
    def cursor(self, project: Project, position: Position) -> str:
        return super().cursor(project, (position[0], position[1] + 1))


@fault(
    "walk-never-ends",
    breaks="list.walk",
    sentence="The last page leads back to the first.",
)
class _WalkNeverEnds(Behaviour):
    def page(self, matching: Iterator[tuple[Position, Item]], size: int) -> Page:
        items, _ = super().page(matching, size)
        return items, bool(items)

    def matching(
        self, call: Call, project: Project, start: Position
    ) -> Iterator[tuple[Position, Item]]:
        found = [*super().matching(call, project, start)]
        yield from found or super().matching(call, project, FIRST)


@fault(
    "list-is-stale",
    breaks="list.same-story",
    sentence="The list shows a container as it was a while ago.",
)
class _ListIsStale(Behaviour):
    def item_view(self, container: Container, render: Render, now: float, base: str) -> Item:
        before = max(render.started, now - self.options.render / 2)
        return super().item_view(container, render, before, base)


@fault(
    "list-shows-first-brief",
    breaks="list.same-story",
    sentence="The list shows a shortened hook.",
)
class _ListShowsFirstBrief(Behaviour):
    def item_view(self, container: Container, render: Render, now: float, base: str) -> Item:
        item = super().item_view(container, render, now, base)
        return {**item, "brief": {**item["brief"], "hook": str(item["brief"].get("hook"))[:20]}}
