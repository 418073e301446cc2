"""The states of a container, and what each of them shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf
from operator import attrgetter

from layers_contract.contract import FieldRule, Refusal
from layers_contract.document import pointer
from layers_contract.facts import (
    Container,
    Facts,
    Seen,
    Started,
    earlier,
    moment,
    precision,
)
from layers_contract.history import Exchange
from layers_contract.invariants._base import HELD, Occasion, Violation, broken, invariant
from layers_contract.invariants._requests import valid

CREATED, UPDATED, ASSETS, URL, ID = "createdAt", "updatedAt", "/assets", "url", "id"


@invariant("lifecycle.first", needs="a render that was started")
def first(facts: Facts) -> Iterator[Occasion]:
    """The 202 shows the job in its first state."""
    lifecycle = facts.contract.job
    for started in facts.starts:
        state = pointer(started.envelope, lifecycle.field)
        if state in lifecycle.initial:
            yield HELD
        elif _is_first(facts, started):
            message = f"{started.operation} started job {started.job} as {state}"
            yield broken(message, started.exchange)


@invariant("lifecycle.order", needs="a container read twice while it renders")
def order(facts: Facts) -> Iterator[Occasion]:
    """Within a render no read shows an earlier state than a read before it."""
    endings = facts.contract.render.endings
    for before, after in _pairs(facts):
        if before.state not in endings:
            yield _step(facts, before, after, "went back")


@invariant("lifecycle.terminal", needs="a container read again after its render ended")
def terminal(facts: Facts) -> Iterator[Occasion]:
    """A container that has ended is read as it ended."""
    endings = facts.contract.render.endings
    for before, after in _pairs(facts):
        if before.state in endings:
            yield _step(facts, before, after, "had ended, and went on")


@invariant("lifecycle.canceled", needs="a container that is canceled")
def canceled(facts: Facts) -> Iterator[Occasion]:
    """What is canceled was canceled by a call that can do that."""
    ending = facts.contract.render.ending("cancel")
    for container in facts.own:
        shown = [s for s in (*container.reads, *container.listed) if s.state == ending]
        if shown:
            seen = min(shown, key=lambda each: each.sent)
            message = f"container {container.id} is {ending}, and nobody has canceled it"
            yield HELD if may_be_canceled(facts, container, seen) else broken(message, seen)


@invariant("lifecycle.ends", needs="a render followed for as long as the target allows it")
def ends(facts: Facts) -> Iterator[Occasion]:
    """No job is still running after the time that the target gives a render."""
    endings = facts.contract.job.endings
    for job in facts.jobs.values():
        if not job.views or job.render is None or facts.expect.render is None:
            continue
        last = job.views[-1]
        if last.state in endings:
            yield HELD
        elif last.state not in facts.contract.job.states:
            continue
        elif last.sent - job.render.latest > facts.expect.render:
            waited = last.sent - job.render.latest
            message = f"job {job.id} is still {last.state} after {waited:.1f} s"
            yield broken(message, job.render.first.exchange, last)


@invariant("lifecycle.refused", needs="a new render asked for in a state that does not allow it")
def refused_in_state(facts: Facts) -> Iterator[Occasion]:
    """A new render is refused in a state that does not allow it."""
    for refusal in facts.contract.render.refusals:
        starts = facts.contract.starts.get(refusal.operation)
        if starts and starts.when is None:
            yield from refusals(facts, refusal)


@invariant("approval.early", needs="a decision before the render completed")
def early_decision(facts: Facts) -> Iterator[Occasion]:
    """A decision is refused in a state that has nothing to decide on."""
    for refusal in facts.contract.render.refusals:
        starts = facts.contract.starts.get(refusal.operation)
        if starts is None or starts.when:
            yield from refusals(facts, refusal)


@invariant("container.assets-early", needs="a container read before it completed")
def assets_early(facts: Facts) -> Iterator[Occasion]:
    """Only a completed container has assets."""
    yield from _field_rules(facts, ASSETS, empty=True)


@invariant("container.assets", needs="a completed container")
def assets(facts: Facts) -> Iterator[Occasion]:
    """A completed container has an asset."""
    yield from _field_rules(facts, ASSETS, empty=False)


@invariant("container.captions", needs="a completed container")
def captions(facts: Facts) -> Iterator[Occasion]:
    """A completed container has a caption."""
    yield from _field_rules(facts, "/captions", empty=False)


@invariant("container.last-error", needs="a container")
def last_error(facts: Facts) -> Iterator[Occasion]:
    """A container has a lastError exactly when it failed."""
    yield from _field_rules(facts, "/lastError", empty=True)
    yield from _field_rules(facts, "/lastError", empty=False)


@invariant("container.created", needs="a container read twice")
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


@invariant("container.updated", needs="a container")
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


@invariant("container.constant", needs="a container read twice")
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


@invariant("container.urls", needs="a completed container read twice")
def urls(facts: Facts) -> Iterator[Occasion]:
    """Within a render an asset keeps its permanent URL."""
    success = facts.contract.render.ending("success")
    for before, after in _pairs(facts):
        if before.state == after.state == success:
            same = pointer(before.data, ASSETS) == pointer(after.data, ASSETS)
            yield HELD if same else _same_urls(before, after)


def _same_urls(before: Seen, after: Seen) -> Occasion:
    was, now = asset_urls(before), asset_urls(after)
    changed = [name for name in was.keys() & now.keys() if was[name] != now[name]]
    message = f"container {before.id}: the URL of {', '.join(sorted(changed))} changed"
    return broken(message, before, after) if changed else HELD


@invariant("container.readable", needs="a container read after its 202")
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


def may_be_canceled(facts: Facts, container: Container, seen: Seen) -> bool:
    """Whether a cancel or an archive that reaches *container* was sent before *seen* was known."""
    if not facts.expect.alone or container.unsure < seen.received:
        return True
    if _may_be_archived(facts, container, seen):
        return True
    render = container.render_of(seen)
    jobs = {render.job} if render else {each.job for each in container.renders}
    return any(facts.jobs[name].first_cancel < seen.received for name in jobs)


def _may_be_archived(facts: Facts, container: Container, seen: Seen) -> bool:
    """Whether the container's project may have been archived before *seen* was known."""
    home = pointer(container.created.envelope, "/projectId") if container.created else None
    first = facts.index(_archives).get(home.lower() if isinstance(home, str) else None, inf)
    return first < seen.received


def _archives(facts: Facts) -> dict[str | None, float]:
    """When each project may have been archived for the first time; None is any project."""
    render, first = facts.contract.render, dict[str | None, float]()
    for name in render.causes(render.ending("cancel")) - facts.cancelers:
        for each in facts.answers[name]:
            place = each.path_params.get(facts.project_parameter, "").lower()
            if not each.refused:
                for one in (place, None):
                    first[one] = min(first.get(one, inf), each.sent)
    return first


def refusals(facts: Facts, refusal: Refusal) -> Iterator[Occasion]:
    """Calls of an operation while the container was certainly in a state that refuses it."""
    for exchange in facts.answers[refusal.operation]:
        container = facts.container_of(exchange)
        if container is None or exchange.credential != "own" or not valid(facts, exchange):
            continue
        if facts.repeats(exchange):
            continue
        state = _state_around(facts, container, exchange)
        if state not in refusal.states:
            continue
        message = f"{refusal.operation} of a container that is {state} answered {exchange.status}"
        right = exchange.status == refusal.status
        yield HELD if right else broken(message, exchange, source=refusal.source)


def _is_first(facts: Facts, started: Started) -> bool:
    render = facts.jobs[started.job].render
    return render is not None and render.first is started


def asset_urls(seen: Seen) -> dict[str, object]:
    """The permanent URL of each asset, by its id."""
    found = pointer(seen.data, ASSETS)
    if not found or not isinstance(found, list):
        return {}
    return {str(a[ID]): a.get(URL) for a in found if isinstance(a, dict) and ID in a}


def _pairs(facts: Facts) -> list[tuple[Seen, Seen]]:
    """Reads of one render that are certainly ordered in time, and show documented states."""
    return facts.index(_all_pairs)


def _all_pairs(facts: Facts) -> list[tuple[Seen, Seen]]:
    return list(_find_pairs(facts))


def _find_pairs(facts: Facts) -> Iterator[tuple[Seen, Seen]]:
    known = facts.contract.render.states
    for container in facts.own:
        for render in container.renders:
            mine = [seen for seen in container.reads_of(render) if seen.state in known]
            for after, before in earlier(mine, attrgetter("state")):
                for each in before:
                    yield each, after


def _step(facts: Facts, before: Seen, after: Seen, what: str) -> Occasion:
    if after.state in facts.contract.render.reach[before.state]:
        return HELD
    message = f"container {before.id} {what}: {before.state}, then {after.state}"
    return broken(message, before, after)


def _field_rules(facts: Facts, field: str, *, empty: bool) -> Sequence[Occasion]:
    return facts.index(_all_field_rules)[field, empty]


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


def _state_around(facts: Facts, container: Container, exchange: Exchange) -> str | None:
    """The state that held for certain while *exchange* was carried out, or None.

    An ending stays. A render went on for certain where its job was seen running afterwards.
    """
    last = container.last_read_before(exchange)
    if last is None:
        return None
    render = container.render_of(last)
    if render is None or not container.untouched(last.sent, exchange.received_at, but=exchange):
        return None
    if last.state in facts.contract.render.endings:
        return last.state
    running_last = facts.index(_running_last).get(render.job, -inf)
    return last.state if running_last >= exchange.received_at else None


def _running_last(facts: Facts) -> dict[str, float]:
    """When each job was asked for last and seen running."""
    endings = facts.contract.job.endings
    return {
        job.id: poll.sent
        for job in facts.jobs.values()
        for poll in job.polls
        if poll.state not in endings
    }
