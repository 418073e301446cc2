"""What a list shows, page by page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count, pairwise
from math import inf, nextafter
from typing import Any

from layers_contract.history.exchanges import NOT_JSON, Exchange
from layers_contract.judge.facts import (
    Container,
    Facts,
    Seen,
    indexed,
    moment,
    precision,
    remembered,
)
from layers_contract.judge.invariants._base import HELD, Occasion, broken, by_project, invariant
from layers_contract.judge.invariants._lists import items
from layers_contract.judge.timeline import Spans, Timeline
from layers_contract.spec.contract import Pagination
from layers_contract.spec.document import pointer

ROUNDING = 1.0
"""Seconds by which two shown moments may differ where one has no milliseconds."""
SHOWN = ("brief", "format", "approvalStatus", "influencerId", "lastError")


@dataclass(slots=True)
class Walk:
    """Pages that follow each other's cursors; `complete` where the last one had none."""

    pagination: Pagination
    pages: list[Exchange] = field(default_factory=list)
    complete: bool = False
    strange: bool = False

    @property
    def filters(self) -> dict[str, list[str]]:
        """The values that each filter asked for."""
        asked: dict[str, list[str]] = {}
        for name, value in self.pages[0].query:
            if name in self.pagination.filters:
                asked.setdefault(name, []).append(value)
        return asked

    @property
    def bounded(self) -> bool:
        """Whether a parameter bounds a field: what is outside its range is not listed."""
        return any(name in self.pagination.ranges for name, _ in self.pages[0].query)


@invariant(
    "list.finds-made",
    needs="a whole walk along a list after something was made",
    reads=("container>project", "job/projectId"),
)
def finds_made(facts: Facts) -> Iterator[Occasion]:
    """A walk that began after a container's 202 comes by it, unless a filter hides it.

    A walk that was not followed to its end has come by what is newer than its last item. A filter
    hides nothing that its reads before and after show to fit.
    """
    spec = facts.contract.document.schema(facts.contract.render.schema)["x-resource"]
    for walk in _walks(facts):
        if walk.strange or walk.bounded or walk.pages[0].credential != "own":
            continue
        listed = (item for page in walk.pages for item in items(facts, page))
        shown = {str(pointer(item, spec["id"])) for item in listed}
        for container in _wanted(facts, walk):
            if container.id in shown:
                yield HELD
            else:
                made = container.created
                proof = [made.exchange] if made else []
                message = f"the list does not hold container {container.id}, made before"
                yield broken(message, *proof, *walk.pages)


@invariant("list.limit", needs="a list")
def limit(facts: Facts) -> Iterator[Occasion]:
    """A page holds no more than was asked for, or than the default."""
    for name, pagination in facts.contract.lists.items():
        parameter = facts.contract.operations[name].parameter(pagination.limit)
        for page in facts.answers[name]:
            asked = [value for key, value in page.query if key == pagination.limit]
            default = parameter.schema.get("default") if parameter else None
            most = asked[0] if asked else default
            if not page.succeeded or len(asked) > 1 or not str(most).isdecimal():
                continue
            held = len(items(facts, page))
            message = f"a page of at most {most} holds {held}"
            yield HELD if held <= int(str(most)) else broken(message, page)


@invariant("list.filter", needs="a list with a filter")
def filtered(facts: Facts) -> Iterator[Occasion]:
    """Every item has a value that the filter names, on every page."""
    for walk in _walks(facts):
        for name, values in walk.filters.items():
            source = _filter_source(facts, walk, name)
            for page in walk.pages:
                for item in items(facts, page):
                    got = pointer(item, walk.pagination.filters[name])
                    if got is None or (name == "format" and facts.contract.open_format in values):
                        continue
                    if got in values:
                        yield HELD
                    else:
                        message = f"the list filtered by {name}={','.join(values)} holds {got}"
                        yield broken(message, walk.pages[0], page, source=source)


@invariant("list.order", needs="a list that holds two containers")
def order(facts: Facts) -> Iterator[Occasion]:
    """Each item was created no later than the one before it."""
    for walk in _walks(facts):
        field = walk.pagination.order_by
        dated = [
            (when, shown, page)
            for page in walk.pages
            for item in items(facts, page)
            if field
            if (when := moment(shown := pointer(item, field))) is not None
        ]
        for (one, newer, first), (other, older, second) in pairwise(dated):
            if other <= one or other - one <= precision(newer, older):
                yield HELD
            else:
                yield broken("an item stands before one that is newer", first, second)


@invariant("list.walk", needs="a walk over two pages")
def walk_once(facts: Facts) -> Iterator[Occasion]:
    """A walk shows nothing twice, comes to no cursor twice, and ends."""
    for walk in _walks(facts):
        if len(walk.pages) > 1:
            yield _walks_well(facts, walk)


@invariant(
    "list.same-story",
    needs="a container read and listed",
    reads=("container/format", "container/approvalStatus"),
)
def same_story(facts: Facts) -> Iterator[Occasion]:
    """A listed container shows what its reads around it show."""
    for container in facts.own:
        for seen in container.listed:
            if render := container.render_of(seen):
                yield from _beside(facts, container, container.line_of(render), seen)


@indexed
def _walks(facts: Facts) -> list[Walk]:
    """The walks in a history: a page without a cursor, and what follows its cursors."""
    return list(_find_walks(facts))


def _find_walks(facts: Facts) -> Iterator[Walk]:
    for name, pagination in facts.contract.lists.items():
        operation = facts.contract.operations[name]
        open_walks: dict[tuple[str, str, str], Walk] = {}
        walks = []
        for page in facts.answers[name]:
            cursor = next((v for k, v in page.query if k == pagination.cursor), None)
            if not page.succeeded or page.json is NOT_JSON:
                continue
            walk = (
                open_walks.pop((page.actor, page.path, cursor), None)
                if cursor
                else Walk(pagination)
            )
            if walk is None:
                continue
            walk.pages.append(page)
            walk.strange |= any(operation.parameter(k) is None for k, _ in page.query)
            after = pointer(page.json, pagination.next)
            walk.complete = after is None
            if isinstance(after, str):
                open_walks[(page.actor, page.path, after)] = walk
            if cursor is None:
                walks.append(walk)
        yield from walks


def _fits_throughout(facts: Facts, container: Container, walk: Walk) -> bool:
    """Whether a container that has ended fitted a walk's filters before it, and after it."""
    begun, over = walk.pages[0].sent, walk.pages[-1].received_at
    before, after = container.line.before(begun), container.line.after(over)
    if before is None or after is None or not container.untouched(before.sent, after.received):
        return False
    if before.state not in facts.contract.render.endings:
        return False
    return all(
        pointer(seen.data, walk.pagination.filters[name]) in values
        for seen in (before, after)
        for name, values in walk.filters.items()
    )


def _oldest(facts: Facts, walk: Walk) -> float | None:
    """When the last item of a walk was created, where the walk went from new to old."""
    field = walk.pagination.order_by
    dated = [
        moment(pointer(item, field)) for page in walk.pages for item in items(facts, page) if field
    ]
    known = [when for when in dated if when is not None]
    return known[-1] if known and known == sorted(known, reverse=True) else None


def _wanted(facts: Facts, walk: Walk) -> Iterator[Container]:
    """The containers that a walk has to come by."""
    page = walk.pages[0]
    project = page.path_params.get(facts.project_parameter, "").lower()
    known, oldest = _made(facts).get(project), _oldest(facts, walk)
    if known is None or (oldest is None and not walk.complete):
        return
    least = -inf if walk.complete or oldest is None else nextafter(oldest + ROUNDING, inf)
    newer = partial(known.around, page.sent, least)
    if not walk.filters:
        yield from newer()
        return
    fitting = [
        partial(spans.around, page.sent, walk.pages[-1].received_at)
        for spans in _fitting(facts, walk, project)
    ]
    for each in _fewest(newer, *fitting):
        if _is_made(each, page.sent, least) and _fits_throughout(facts, each, walk):
            yield each


def _is_made(container: Container, before: float, least: float) -> bool:
    """Whether this run's own key has made a container by then, and it is no older than *least*."""
    made = container.created
    if made is None or made.exchange.credential != "own":
        return False
    return made.exchange.received_at <= before and _created(container) >= least


def _fewest(*searches: Callable[[int], list[Container]]) -> list[Container]:
    """What that search finds which finds least; costs no more than that, and a few times over."""
    for most in (2**power for power in count(4)):
        for search in searches:
            if len(found := search(most)) < most:
                return found
    return []


def _fitting(facts: Facts, walk: Walk, project: str) -> list[Spans[Container]]:
    """For each filter of a walk the containers by the time in which they were read to fit it."""
    return [
        _fitting_one(facts, project, walk.pagination.filters[name], tuple(sorted(values)))
        for name, values in walk.filters.items()
    ]


@remembered
def _fitting_one(
    facts: Facts, project: str, field: str, values: Collection[str]
) -> Spans[Container]:
    spans = []
    for container in by_project(facts).get(project, ()):
        fit = [seen for seen in container.reads if pointer(seen.data, field) in values]
        if fit:
            spans.append((container, min(seen.received for seen in fit), fit[-1].sent))
    return Spans(spans)


@indexed
def _made(facts: Facts) -> dict[str, Spans[Container]]:
    """The containers that this run made with its own key, by project: the 202, the createdAt."""
    return {
        project: Spans(
            (each, made.exchange.received_at, _created(each))
            for each in containers
            if (made := each.created) and made.exchange.credential == "own"
        )
        for project, containers in by_project(facts).items()
    }


def _created(container: Container) -> float:
    """When a container says that it was created; long ago, where nobody has seen it."""
    views = container.reads or container.listed
    created = moment(views[0].data.get("createdAt")) if views else None
    return -inf if created is None else created


def _filter_source(facts: Facts, walk: Walk, name: str) -> str | None:
    parameter = facts.contract.operations[walk.pages[0].operation or ""].parameter(name)
    return "assumed" if parameter and parameter.source == "assumed" else None


def _walks_well(facts: Facts, walk: Walk) -> Occasion:
    seen: dict[Any, Exchange] = {}
    spec = facts.contract.document.schema(facts.contract.render.schema)["x-resource"]
    for page in walk.pages:
        for item in items(facts, page):
            name = pointer(item, spec["id"])
            if not isinstance(name, str):
                continue
            if name in seen:
                return broken(f"a walk shows container {name} twice", seen[name], page)
            seen[name] = page
    cursors = [str(pointer(page.json, walk.pagination.next)) for page in walk.pages]
    if len(set(cursors)) < len(cursors):
        return broken("a walk comes to the same cursor twice", *walk.pages[-2:])
    return HELD


def _beside(
    facts: Facts, container: Container, line: Timeline[Seen], seen: Seen
) -> Iterator[Occasion]:
    """The listed view against the last read before it and the first one after, in its render."""
    before, after = line.before(seen.sent), line.after(seen.received)
    if before:
        yield _follows(facts, before, seen)
    if after:
        yield _follows(facts, seen, after)
    if before and after and container.untouched(before.sent, after.received):
        yield from _shows_the_same(before, seen, after)


def _follows(facts: Facts, first: Seen, then: Seen) -> Occasion:
    possible = facts.contract.render.reach.get(first.state)
    if possible is None or then.state in possible:
        return HELD
    shown = f"{first.state}, then {then.state}"
    return broken(f"container {first.id} is {shown}, in list and read", first, then)


def _shows_the_same(before: Seen, listed: Seen, after: Seen) -> Iterator[Occasion]:
    """What was the same before and after is not another on the list."""
    was, shown, then = before.data, listed.data, after.data
    known = [name for name in SHOWN if name in was and name in shown]
    wrong = [name for name in known if shown[name] != was[name] == then.get(name)]
    message = f"the list shows another {', '.join(wrong)} of container {listed.id} than its reads"
    if known:
        yield broken(message, before, listed, after) if wrong else HELD
