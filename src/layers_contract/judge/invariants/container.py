"""What a container shows in each of its states, and keeps over its reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import attrgetter

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import (
    Container,
    Facts,
    Seen,
    earlier,
    http_date,
    indexed,
    moment,
    precision,
)
from layers_contract.judge.invariants._assets import ASSETS, asset_urls
from layers_contract.judge.invariants._base import HELD, Occasion, Violation, broken, invariant
from layers_contract.judge.invariants._renders import ordered_reads
from layers_contract.judge.invariants._starts import is_replay
from layers_contract.spec.contract import FieldRule
from layers_contract.spec.document import pointer

CREATED = "createdAt"
UPDATED = "updatedAt"
LENIENT = 90.0
"""Seconds by which a server's own clocks may differ."""
SECOND = 1.0


@invariant(
    "container.assets-early",
    needs="a container read before it completed",
    reads=("container/assets",),
)
def assets_early(facts: Facts) -> Iterator[Occasion]:
    """Only a completed container has assets."""
    yield from _field_rules(facts, ASSETS, empty=True)


@invariant("container.assets", needs="a completed container", reads=("container/assets",))
def assets(facts: Facts) -> Iterator[Occasion]:
    """A completed container has an asset."""
    yield from _field_rules(facts, ASSETS, empty=False)


@invariant("container.captions", needs="a completed container", reads=("container/captions",))
def captions(facts: Facts) -> Iterator[Occasion]:
    """A completed container has a caption."""
    yield from _field_rules(facts, "/captions", empty=False)


@invariant("container.last-error", needs="a container", reads=("container/lastError",))
def last_error(facts: Facts) -> Iterator[Occasion]:
    """A container has a lastError exactly when it failed."""
    yield from _field_rules(facts, "/lastError", empty=True)
    yield from _field_rules(facts, "/lastError", empty=False)


@invariant("container.created", needs="a container read twice", reads=("container/createdAt",))
def created(facts: Facts) -> Iterator[Occasion]:
    """Every view of a container shows the same createdAt."""
    for container in facts.own:
        views = [*container.reads, *container.listed]
        dated = [(moment(shown := v.data.get(CREATED)), shown, v) for v in views]
        for (was, one, before), (now, other, after) in pairwise(dated):
            if was is None or now is None:
                continue
            if was == now or abs(was - now) <= precision(one, other):
                yield HELD
            else:
                message = f"container {container.id}: createdAt changed from {one} to {other}"
                yield broken(message, before, after)


@invariant(
    "container.updated", needs="a container", reads=("container/createdAt", "container/updatedAt")
)
def updated(facts: Facts) -> Iterator[Occasion]:
    """The updatedAt is not before createdAt and never goes back."""
    for container in facts.own:
        for seen in container.reads:
            one, other = seen.data.get(CREATED), seen.data.get(UPDATED)
            start, change = moment(one), moment(other)
            if start is None or change is None:
                continue
            if change >= start or change >= start - precision(one, other):
                yield HELD
            else:
                yield broken(f"container {container.id}: updatedAt is before createdAt", seen)
        yield from _updated_goes_on(container)


@invariant("container.constant", needs="a container read twice", reads=("container>project",))
def constant(facts: Facts) -> Iterator[Occasion]:
    """A container is always seen in the same project."""
    spec = facts.contract.document.schema(facts.contract.render.schema)["x-resource"]
    for container in facts.own:
        views = sorted((*container.reads, *container.listed), key=attrgetter("sent"))
        placed = [(pointer(seen.data, spec["project"]), seen) for seen in views]
        for (was, before), (now, after) in pairwise(placed):
            if not isinstance(was, str) or not isinstance(now, str):
                continue
            if was == now or was.lower() == now.lower():
                yield HELD
            else:
                message = f"container {container.id} moved from project {was} to {now}"
                yield broken(message, before, after)


@invariant(
    "container.urls",
    needs="a completed container read twice",
    reads=("container/assets/*/id", "container/assets/*/url"),
)
def urls(facts: Facts) -> Iterator[Occasion]:
    """Within a render an asset keeps its permanent URL."""
    success = facts.contract.render.ending("success")
    for before, after in ordered_reads(facts):
        if before.state == after.state == success and pointer(before.data, ASSETS):
            same = pointer(before.data, ASSETS) == pointer(after.data, ASSETS)
            yield from [HELD] if same else _same_urls(before, after)


def _same_urls(before: Seen, after: Seen) -> Iterator[Occasion]:
    was, now = asset_urls(before), asset_urls(after)
    shared = was.keys() & now.keys()
    changed = [name for name in shared if was[name] != now[name]]
    message = f"container {before.id}: the URL of {', '.join(sorted(changed))} changed"
    if shared:
        yield broken(message, before, after) if changed else HELD


@invariant("container.readable", needs="a container read after its 202", reads=("container",))
def readable(facts: Facts) -> Iterator[Occasion]:
    """From its 202 on a container can be read."""
    reader = facts.contract.reader("container").id
    for exchange in facts.answers[reader]:
        container = facts.container_of(exchange)
        made = container and container.created
        if not made or exchange.credential != made.exchange.credential or exchange.inconclusive:
            continue
        if exchange.sent < made.exchange.received_at:
            continue
        if exchange.status == 404:
            message = f"container {made.container} was not found after its 202"
            yield broken(message, made.exchange, exchange)
        else:
            yield HELD


def _field_rules(facts: Facts, field: str, *, empty: bool) -> Sequence[Occasion]:
    return _all_field_rules(facts)[field, empty]


@indexed
def _all_field_rules(facts: Facts) -> dict[tuple[str, bool], list[Occasion]]:
    """The occasions of all rules for fields, by field and by what it has to be."""
    found: dict[tuple[str, bool], list[Occasion]] = defaultdict(list)
    rules: dict[str, list[tuple[FieldRule, list[Occasion]]]] = defaultdict(list)
    for rule in facts.contract.render.fields:
        for state in rule.states:
            rules[state].append((rule, found[rule.field, rule.empty]))
    for container in facts.containers.values():
        for seen in container.reads:
            for rule, held in rules.get(seen.state, ()):
                held.append(HELD if rule.holds(seen.data) else _unruly(seen, rule))
        for seen in container.listed if container.created else ():
            for rule, held in rules.get(seen.state, ()):
                if rule.empty or rule.field[1:] in seen.data:
                    held.append(HELD if rule.holds(seen.data) else _unruly(seen, rule))
    return found


def _unruly(seen: Seen, rule: FieldRule) -> Violation:
    word = "has" if rule.empty else "has no"
    message = f"container {seen.id} is {seen.state} and {word} {rule.field[1:]}"
    return broken(message, seen, source=rule.source)


def _updated_goes_on(container: Container) -> Iterator[Occasion]:
    for after, before in earlier(container.reads, lambda seen: str(seen.data.get(UPDATED))):
        shown = after.data.get(UPDATED)
        now = moment(shown)
        for each in before if now is not None else ():
            first = each.data.get(UPDATED)
            was = now if first == shown else moment(first)
            if was is None or now is None:
                continue
            if now >= was or now >= was - precision(first, shown):
                yield HELD
            else:
                message = f"container {container.id}: updatedAt went back from {first} to {shown}"
                yield broken(message, each, after)


@invariant(
    "container.updated-moves",
    needs="a container read before and after its status changed",
    reads=("container/updatedAt",),
)
def updated_moves(facts: Facts) -> Iterator[Occasion]:
    """Where the status has changed since a read, and time passed, updatedAt has moved on."""
    for container in facts.own:
        for after, before in earlier(container.reads, attrgetter("state")):
            now = moment(shown := after.data.get("updatedAt"))
            for each in before if now is not None else ():
                was = moment(each.data.get("updatedAt")) if each.state != after.state else None
                if was is None or each.sent - was <= SECOND + _behind(facts, container, each):
                    continue
                if now is not None and now > was:
                    yield HELD
                    continue
                message = f"container {container.id} went to {after.state}, updatedAt still {shown}"
                yield broken(message, each, after)


def _behind(facts: Facts, container: Container, seen: Seen) -> float:
    """Seconds by which the server's clock may be behind: as agreed, or as its createdAt shows."""
    begun = moment(seen.data.get("createdAt"))
    made = container.created
    shown = 0.0 if made is None or begun is None else made.exchange.received_at - begun
    return max(facts.expect.clock_skew, shown)


@invariant(
    "container.clock",
    needs="a container of this run, and a Date in the answers",
    reads=("container/createdAt", "container/updatedAt"),
)
def clock(facts: Facts) -> Iterator[Occasion]:
    """No read shows a time that its own Date has not reached, nor a birth before the 202's."""
    for container in facts.own:
        born = _born(facts, container)
        for seen in container.reads:
            now, created = _date(seen.exchange), moment(seen.data.get("createdAt"))
            updated = moment(seen.data.get("updatedAt"))
            if now is None or created is None or updated is None:
                continue
            late = created - now > LENIENT or updated - now > LENIENT
            if late or (born is not None and born - created > LENIENT):
                message = f"container {container.id} shows a time far from the server's own Date"
                yield broken(message, seen)
            else:
                yield HELD


def _born(facts: Facts, container: Container) -> float | None:
    """The Date of the 202 that named *container*, if it is the first answer to its call."""
    made = container.created
    if made is None or facts.repeats(made.exchange) or is_replay(facts, made):
        return None
    return _date(made.exchange)


def _date(exchange: Exchange) -> float | None:
    """The answer's Date, in seconds since the epoch."""
    return http_date(exchange.headers.get("date", ""))
