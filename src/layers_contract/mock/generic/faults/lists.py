"""Faults of lists and polls: lost, doubled, unsorted, unfiltered, too many, too old."""

from __future__ import annotations

from dataclasses import replace

from layers_contract.mock.generic.engine import Engine
from layers_contract.mock.generic.faults._registry import breaks, operation_of
from layers_contract.mock.generic.listing import Entry, Item
from layers_contract.mock.model import Answer, Call
from layers_contract.spec.contract import Pagination
from layers_contract.spec.rules import Rule


@breaks("pages", "lost", "An item is lost between two pages.")
def _lost(rule: Rule) -> type[Engine]:
    class Lost(Engine):
        def after(self, call: Call, rule_: Pagination, entries: list[Entry]) -> list[Entry]:
            found = super().after(call, rule_, entries)
            meant = call.operation.id == operation_of(rule).id and rule_.cursor in call.params
            return found[1:] if meant else found

    return Lost


@breaks("pages", "doubled", "The last item of a page is the first one of the next, too.")
def _doubled(rule: Rule) -> type[Engine]:
    class Doubled(Engine):
        def after(self, call: Call, rule_: Pagination, entries: list[Entry]) -> list[Entry]:
            found = super().after(call, rule_, entries)
            meant = call.operation.id == operation_of(rule).id and rule_.cursor in call.params
            number = len(entries) - len(found)
            return entries[number - 1 :] if meant and number else found

    return Doubled


@breaks("limit", "more", "A page holds one item more than asked for.")
def _more(rule: Rule) -> type[Engine]:
    class More(Engine):
        def page_size(self, call: Call, rule_: Pagination) -> int:
            size = super().page_size(call, rule_)
            return size + 1 if call.operation.id == operation_of(rule).id else size

    return More


@breaks("order", "reversed", "The list is in the other order.")
def _reversed(rule: Rule) -> type[Engine]:
    class Reversed(Engine):
        def ordered(self, rule_: Pagination, entries: list[Entry]) -> list[Entry]:
            return super().ordered(self._turned(rule_), entries)

        def after(self, call: Call, rule_: Pagination, entries: list[Entry]) -> list[Entry]:
            return super().after(call, self._turned(rule_), entries)

        def _turned(self, rule_: Pagination) -> Pagination:
            meant = self.contract.lists[operation_of(rule).id] is rule_
            return replace(rule_, descending=not rule_.descending) if meant else rule_

    return Reversed


@breaks("filter", "ignored", "The filter lets everything through.")
def _ignored(rule: Rule) -> type[Engine]:
    class Ignored(Engine):
        def passes(self, call: Call, rule_: Pagination, item: Item) -> bool:
            if call.operation.id != operation_of(rule).id:
                return super().passes(call, rule_, item)
            params = {n: v for n, v in call.params.items() if n != rule.parameter}
            return super().passes(replace(call, params=params), rule_, item)

    return Ignored


@breaks("unchanged", "stale", "Nothing is ever said to have changed.")
def _stale(rule: Rule) -> type[Engine]:
    class Stale(Engine):
        def validated(self, call: Call, answer: Answer) -> Answer:
            known = self.words.validators.get(call.operation.id)
            tag = call.headers.get(known.request) if known else None
            if known and tag and call.operation.id == operation_of(rule).id:
                return Answer(known.unchanged, b"", {known.response: tag})
            return super().validated(call, answer)

    return Stale
