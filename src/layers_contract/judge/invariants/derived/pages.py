"""What any list shows, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Facts, values
from layers_contract.judge.invariants._base import HELD, Occasion, broken
from layers_contract.judge.invariants._things import Thing, things
from layers_contract.judge.invariants.derived._base import operation_of, rule_check
from layers_contract.judge.invariants.derived._walks import (
    Walk,
    bound_of,
    compare,
    items,
    texts,
    walks,
)
from layers_contract.spec.contract import Range
from layers_contract.spec.document import id_text, pointer
from layers_contract.spec.rules import Rule


@rule_check("limit", needs="a page of {what}")
def limit(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """A page holds no more than was asked for, or than the default."""
    operation = operation_of(rule)
    pagination = facts.contract.lists[operation.id]
    spec = operation.parameter(pagination.limit)
    for page in facts.answers[operation.id]:
        asked = [value for name, value in page.query if name == pagination.limit]
        most = asked[0] if asked else spec.schema.get("default") if spec else None
        if not page.succeeded or len(asked) > 1 or not str(most).isdecimal():
            continue
        held = len(items(pagination, page))
        message = f"a page of at most {most} holds {held}"
        yield HELD if held <= int(str(most)) else broken(message, page)


@rule_check("order", needs="a walk along {what} that shows two items")
def order(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """Each item comes in its place after the one before it."""
    operation = operation_of(rule)
    pagination = facts.contract.lists[operation.id]
    wrong = 1 if not pagination.descending else -1
    for walk in walks(facts)[operation.id]:
        placed = [(pointer(item, pagination.order_by or ""), page) for item, page in walk.items()]
        for (one, first), (other, second) in pairwise(placed):
            found = compare(one, other)
            if found is not None:
                message = f"{operation.id} shows {other} after {one}"
                yield broken(message, first, second) if found == wrong else HELD


@rule_check("filter", needs="a walk along {what} with that filter")
def filtered(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """Every item has what the filter lets through."""
    operation, name = operation_of(rule), rule.parameter or ""
    pagination = facts.contract.lists[operation.id]
    spec = operation.parameter(name)
    weak = "assumed" if spec and spec.source == "assumed" else None
    bound = pagination.ranges.get(name)
    for walk in walks(facts)[operation.id]:
        asked = walk.asked(name)
        for item, page in walk.items() if asked else ():
            path = bound.field if bound else pagination.filters[name]
            for got in values(item, path):
                right = _in_range(bound, asked, got) if bound else _is_named(got, asked)
                message = f"{operation.id} with {name}={','.join(asked)} shows {got}"
                if right is not None:
                    yield HELD if right else broken(message, walk.first, page, source=weak)


def _in_range(bound: Range, asked: list[str], got: object) -> bool | None:
    found = compare(got, bound_of(asked[0])) if len(asked) == 1 else None
    if found is None:
        return None
    return found >= 0 if bound.least else found <= 0


def _is_named(got: object, asked: list[str]) -> bool | None:
    return None if got is None or isinstance(got, dict | list) else bool(texts([got]) & set(asked))


@rule_check("pages", needs="a walk along {what} to its end")
def pages(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """A walk shows nothing twice, comes to no cursor twice, and to all that this run has made."""
    operation = operation_of(rule)
    for walk in walks(facts)[operation.id]:
        if len(walk.pages) > 1:
            yield _goes_on(facts, walk)
        if walk.complete and walk.asks_for_all:
            yield from _finds(facts, walk)


def _goes_on(facts: Facts, walk: Walk) -> Occasion:
    seen: dict[str, Exchange] = {}
    for _, name, page in _shown(facts, walk):
        if name in seen:
            return broken(f"a walk along {walk.operation.id} shows {name} twice", seen[name], page)
        seen[name] = page
    cursors = [str(pointer(page.json, walk.pagination.next)) for page in walk.pages]
    if len(set(cursors)) < len(cursors):
        message = f"a walk along {walk.operation.id} comes to the same cursor twice"
        return broken(message, *walk.pages[-2:])
    return HELD


def _shown(facts: Facts, walk: Walk) -> Iterator[tuple[str, str, Exchange]]:
    """The type and id of each item of a walk, and its page."""
    where = walk.pagination.items.split("/")[1:]
    for page in walk.pages:
        response = facts.response(page)
        for view in response.views if response else ():
            if view.at != (*where, "*"):
                continue
            for data in view.find(page.json):
                name = id_text(pointer(data, view.resource["id"]))
                if name is not None:
                    yield view.resource["type"], name, page


def _finds(facts: Facts, walk: Walk) -> Iterator[Occasion]:
    """What this run had made before a whole walk, and nothing can have removed, is on it."""
    listed = {(kind, name) for kind, name, _ in _shown(facts, walk)}
    for kind, resource in facts.contract.resources.items():
        if walk.operation.id not in resource.lists:
            continue
        for thing in things(facts).own(kind):
            if not _must_be_listed(facts, walk, thing) or thing.created is None:
                continue
            message = f"{walk.operation.id} does not show {thing}, made before"
            found = (kind, thing.id) in listed
            yield HELD if found else broken(message, thing.created, *walk.pages)


def _must_be_listed(facts: Facts, walk: Walk, thing: Thing) -> bool:
    """Whether a walk goes where *thing* was made before, by the same key, and was not removed."""
    made, first = thing.created, walk.first
    if made is None or made.credential != first.credential or made.received_at > first.sent:
        return False
    for parameter in walk.operation.path_parameters:
        homes = {each.lower() for each in thing.parents.get(parameter.resource or "", ())}
        if homes != {first.path_params.get(parameter.name, "").lower()}:
            return False
    calls = things(facts).calls(thing)
    end = walk.pages[-1].received_at
    return not any(each.method == "DELETE" and each.sent < end for each in calls)
