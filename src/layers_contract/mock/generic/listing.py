"""Lists of rows: filters, order, pages, and cursors that nobody can make up."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from functools import cache, cmp_to_key, partial
from itertools import islice
from typing import Any

from layers_contract.mock.forms import MISSING
from layers_contract.mock.generic.rows import Row
from layers_contract.mock.generic.showing import Showing, place
from layers_contract.mock.model import Answer, Call
from layers_contract.spec.contract import Pagination, Range
from layers_contract.spec.document import pointer

__all__ = ["Listing"]

Json = Any
Item = dict[str, Json]
Entry = tuple[Row, Callable[[], Item]]
"""A row, and how the list shows it."""
USUAL = 100
"""How many items a page has where the document does not say."""


class Listing(Showing):
    """Pages of rows, stable while others are added."""

    def list_rows(self, call: Call) -> Answer:
        """One page."""
        rule = self.contract.lists[call.operation.id]
        rows = self.named(call)
        found = self.after(call, rule, self.ordered(rule, self.entries(call, rule, rows)))
        size = self.page_size(call, rule)
        page = list(islice((e for e in found if self.passes(call, rule, e[1]())), size + 1))
        cursor = self.cursor(call, rule, page[size - 1]) if len(page) > size else None
        return self.page_of(call, rule, [e[1]() for e in page[:size]], cursor)

    def named(self, call: Call) -> list[Row]:
        """The rows that the path names."""
        raise NotImplementedError

    def entries(self, call: Call, rule: Pagination, rows: list[Row]) -> list[Entry]:
        """Everything that the list could show, with how it shows it."""
        at = tuple(part for part in f"{rule.items}/*".split("/") if part)
        now = self.clock.now()
        for view in self.contract.shown(call.operation):
            if view.at == at:
                kind = self.kinds.all[view.resource["type"]]
                shown = kind.shown[view.schema]
                found = self.listed(call, kind.type, rows)
                return [(row, cache(partial(self.view, row, shown, now))) for row in found]
        return []

    def listed(self, call: Call, kind: str, rows: list[Row]) -> Iterator[Row]:
        """The rows of type *kind* that are the caller's and belong to *rows*."""
        for row in self.store.rows(kind):
            own = self.owns(call.credential, row.org) and not row.deleted
            if own and all(self.belongs(row, each) for each in rows):
                yield row

    def belongs(self, row: Row, holder: Row) -> bool:
        """Whether *row* is part of *holder*."""
        return holder.id in row.parents.get(holder.type, ())

    def passes(self, call: Call, rule: Pagination, item: Item) -> bool:
        """Whether every filter of the call lets *item* through."""
        params = call.params
        return all(
            _among(pointer(item, field), params[name])
            for name, field in rule.filters.items()
            if name in params
        ) and all(
            self.bounds(bound, params[name], pointer(item, bound.field))
            for name, bound in rule.ranges.items()
            if name in params
        )

    def bounds(self, bound: Range, limit: Json, value: Json) -> bool:
        """Whether *value* is on the right side of *limit*, or on it."""
        one, other = self.comparable(value), self.comparable(limit)
        if one is None or other is None or type(one) is not type(other):
            return False
        return bool(one >= other if bound.least else one <= other)

    def comparable(self, value: Json) -> Json:
        """A date-time as a number; other values as they are."""
        if isinstance(value, str) and (found := self.moment(value)) is not None:
            return found
        return float(value) if isinstance(value, int) else value

    def ordered(self, rule: Pagination, entries: list[Entry]) -> list[Entry]:
        """*entries* in the order of the list; what is equal there, the newer first or last."""

        def compare(one: Entry, other: Entry) -> int:
            a, b = self.position(rule, one), self.position(rule, other)
            return (a > b) - (a < b)

        return sorted(entries, key=cmp_to_key(compare), reverse=rule.descending)

    def position(self, rule: Pagination, entry: Entry) -> tuple[Json, ...]:
        """Where an entry stands in the list."""
        row, item = entry
        value: Json = None
        if rule.order_by and rule.order_by[1:] in self.kinds.all[row.type].created_like:
            value = int(row.created * 1000) / 1000
        elif rule.order_by:
            value = self.comparable(pointer(item(), rule.order_by))
        number = value if isinstance(value, float) else 0.0
        return (number, value if isinstance(value, str) else "", row.seq)

    def page_size(self, call: Call, rule: Pagination) -> int:
        """The most items to show."""
        most = call.operation.parameter(rule.limit)
        usual = min(int(most.schema.get("maximum", USUAL)), USUAL) if most else USUAL
        return max(int(call.params.get(rule.limit) or usual), 1)

    def after(self, call: Call, rule: Pagination, entries: list[Entry]) -> list[Entry]:
        """The entries that come after the call's cursor."""
        cursor = call.params.get(rule.cursor)
        if cursor is None:
            return entries
        place_ = self.read_cursor(call, rule, str(cursor))
        if rule.descending:
            return [each for each in entries if self.position(rule, each) < place_]
        return [each for each in entries if self.position(rule, each) > place_]

    def cursor(self, call: Call, rule: Pagination, entry: Entry) -> str:
        """Where a page ends, as text that only this server can make."""
        key = self.position(rule, entry)
        text = json.dumps([*key, self.sign(call.path, *key)], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def read_cursor(self, call: Call, rule: Pagination, cursor: str) -> tuple[Json, ...]:
        """What `cursor` wrote down for this list."""
        try:
            text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
            *key, signature = json.loads(text)
        except (ValueError, TypeError, RecursionError):
            self.invalid(rule.cursor, "is not one of ours")
        if signature != self.sign(call.path, *key):
            self.invalid(rule.cursor, "is not one of ours")
        return tuple(key)

    def page_of(
        self, call: Call, rule: Pagination, items: list[Item], cursor: str | None
    ) -> Answer:
        """The page as the document wants it."""
        status = self.words.successes[call.operation.id]
        if not rule.items:
            return Answer(status, items)
        response = call.operation.responses[str(status)]
        form = self.kinds.forms.of(response.schema)
        body = {m.name: self.kinds.forms.sample(m.node)
                for m in form.members.values() if m.required}  # fmt: skip
        place(body, rule.items, items)
        member = self.kinds.forms.at(response.schema, rule.next)
        without = member is not None and not member.nullable and not member.required
        place(body, rule.next, MISSING if cursor is None and without else cursor)
        return Answer(status, body)


def _among(value: Json, wanted: Json) -> bool:
    values = wanted if isinstance(wanted, list) else [wanted]
    return any(each in values for each in value) if isinstance(value, list) else value in values
