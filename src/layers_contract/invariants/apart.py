"""What one call does must not touch anything else: other fields, other containers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from layers_contract.document import pointer
from layers_contract.facts import Container, Facts, Seen, by_sent
from layers_contract.history import Exchange
from layers_contract.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.invariants._changes import KEPT, NEAR, differs, quiet_around
from layers_contract.invariants._hooks import hook_of, views_by_hook
from layers_contract.invariants.approval import (
    lost_setting,
    policy_changes,
    policy_reads_after,
    settings_before,
    soft_policy,
)
from layers_contract.invariants.lifecycle import ASSETS, asset_urls

UNDECIDED = frozenset({408, 413, 429})
"""Refusals behind which a call may be carried out all the same: it came late, or half."""
NOT_FOUND = frozenset({404, 422})


@invariant("approval.keeps-rest", needs="a container read before and after a decision")
def keeps_rest(facts: Facts) -> Iterator[Occasion]:
    """A decision without a new render leaves all but the review as it was."""
    deciders = {name for step in facts.contract.review.transitions for name in step.by}
    success = facts.contract.render.ending("success")
    for container in facts.own:
        for exchange in container.writes:
            if exchange.operation not in deciders or facts.starts_render(exchange):
                continue
            around = container.around(exchange) if exchange.succeeded else None
            if around is None or any(seen.state != success for seen in around):
                continue
            changed = [n for n in KEPT if differs(facts, around[0].data, around[1].data, n)]
            message = f"a decision on container {container.id} changed {', '.join(changed)}"
            yield broken(message, around[0], exchange, around[1]) if changed else HELD


@invariant("asset.own", needs="an asset asked for under another container than its own")
def own(facts: Facts) -> Iterator[Occasion]:
    """The id of another container's asset is not found."""
    reader = facts.contract.reader("container", "asset")
    names = [p.name for p in reader.path_parameters if p.resource == "asset"]
    for exchange in facts.answers[reader.id]:
        container = facts.container_of(exchange)
        asked = exchange.path_params.get(names[0], "")
        if container is None or exchange.inconclusive or not _is_elsewhere(facts, container, asked):
            continue
        message = f"asset {asked} of another container was found under {container.id}"
        if exchange.succeeded:
            yield broken(message, exchange)
        elif exchange.status in NOT_FOUND:
            yield HELD


def _is_elsewhere(facts: Facts, container: Container, asset: str) -> bool:
    """Whether *asset* was seen on other containers, and never on one that was read itself."""
    homes = facts.index(_homes).get(asset, set())
    return bool(homes) and container.id not in homes and bool(container.reads)


def _homes(facts: Facts) -> dict[str, set[str]]:
    """The containers that each asset was seen on, as far as anybody asked for it."""
    reader = facts.contract.reader("container", "asset")
    homes: dict[str, set[str]] = {
        asked: set() for each in facts.answers[reader.id] for asked in each.path_params.values()
    }
    for container in facts.containers.values() if homes else ():
        last = None
        for seen in (*container.reads, *container.listed):
            shown = pointer(seen.data, ASSETS)
            for asset in asset_urls(seen) if shown != last else ():
                if asset in homes:
                    homes[asset].add(container.id)
            last = shown
    return homes


@invariant("reject.reason", needs="a rejection that was taken")
def reason(facts: Facts) -> Iterator[Occasion]:
    """The reason in the answer is the one that was given."""
    for name, starts in facts.contract.starts.items():
        for exchange in facts.answers[name] if starts.when else ():
            given = pointer(exchange.request_json, "/reason")
            shown = pointer(exchange.json, "/reason") if exchange.succeeded else None
            if isinstance(given, str) and isinstance(shown, str):
                message = f"{name} was given a reason of {len(given)} characters, shows another"
                same = given.split() == shown.split()
                yield HELD if same else broken(message, exchange)


@invariant("approval.apart", needs="two containers read before and after one of them was decided")
def apart(facts: Facts) -> Iterator[Occasion]:
    """A sibling that was pending before a decision on another one, and is not touched, still is."""
    gate, field = facts.contract.review.gate, facts.contract.review.field
    taken = facts.index(_taken)
    for last, following in _pending_and_next(facts) if gate and taken else ():
        other = facts.containers[last.id]
        decision = _decided_between(taken, last, following)
        if decision is None or soft_policy(facts, other):
            continue
        if not other.untouched(last.sent, following.received):
            continue
        kept = gate is not None and pointer(following.data, field) == gate.closed
        message = f"deciding on another container changed the review of {other.id}"
        yield HELD if kept else broken(message, last, decision, following)


def _taken(facts: Facts) -> list[Exchange]:
    """The decisions that were taken, in the order of sending."""
    deciders = {name for step in facts.contract.review.transitions for name in step.by}
    calls = (each for name in deciders for each in facts.answers[name])
    return sorted((e for e in calls if e.succeeded and not facts.starts_render(e)), key=by_sent)


def _decided_between(taken: list[Exchange], last: Seen, following: Seen) -> Exchange | None:
    """A decision that may have fallen between two reads, so near to both that no person has."""
    place = bisect_left(taken, min(following.received, last.received + NEAR), key=by_sent)
    found = taken[place - 1] if place else None
    if found is None or found.received_at <= last.sent:
        return None
    return found if following.sent - found.received_at < NEAR else None


def _pending_and_next(facts: Facts) -> Iterator[tuple[Seen, Seen]]:
    """Reads of this run's completed containers that show a pending review, each with the next."""
    gate, field = facts.contract.review.gate, facts.contract.review.field
    success = facts.contract.render.ending("success")
    for container in facts.own:
        for last in container.reads:
            if last.state != success or pointer(last.data, field) != (gate and gate.closed):
                continue
            if following := container.line.after(last.received):
                yield last, following


@invariant("errors.refused-does-nothing", needs="a refused call, and a look at what followed")
def refused_does_nothing(facts: Facts) -> Iterator[Occasion]:
    """No container has the hook of a refused call, and none that it named has changed."""
    yield from _hooks_of_the_refused(facts)
    yield from _policies_of_the_refused(facts)
    for container in facts.own:
        cancels = [c for render in container.renders for c in facts.jobs[render.job].cancels]
        for exchange in (*container.writes, *cancels):
            if not _surely_refused(facts, exchange):
                continue
            changed = quiet_around(facts, container, exchange)
            if changed is not None:
                message = f"{exchange.operation} of container {container.id} was refused, and"
                message = f"{message} changed {', '.join(changed)}"
                yield broken(message, exchange) if changed else HELD


def _surely_refused(facts: Facts, exchange: Exchange) -> bool:
    """Whether a call was refused for good: under a key, 409 may say that it is in flight."""
    keyed = facts.key_header in exchange.request_headers
    in_flight = keyed and exchange.status == facts.contract.idempotency.conflict_status
    known = facts.operation(exchange) is not None
    return known and exchange.refused and exchange.status not in UNDECIDED and not in_flight


def _policies_of_the_refused(facts: Facts) -> Iterator[Occasion]:
    for change in policy_changes(facts):
        before = settings_before(facts, change) if _surely_refused(facts, change) else {}
        for seen in policy_reads_after(facts, change) if before else ():
            changed = [name for name, value in before.items() if lost_setting(name, value, seen)]
            message = f"{change.operation} was refused, and changed {', '.join(changed)}"
            yield broken(message, change, seen) if changed else HELD


def _hooks_of_the_refused(facts: Facts) -> Iterator[Occasion]:
    """Judged where the hook is of this run, and no call with it was lost or accepted."""
    marker = facts.expect.marker
    for hook, calls in facts.index(_calls_by_hook).items():
        unclear = not all(_surely_refused(facts, call) for call in calls)
        if marker is None or marker not in hook or unclear:
            continue
        views = [s for s in facts.index(views_by_hook)[hook] if s.sent >= calls[0].received_at]
        strange = [s for s in views if not facts.containers[s.id].created]
        for seen in strange[:1]:
            yield broken(f"a refused call has made container {seen.id}", calls[0], seen)
        if not strange and _looked_since(facts, calls[0]):
            yield HELD


def _calls_by_hook(facts: Facts) -> dict[str, list[Exchange]]:
    found: dict[str, list[Exchange]] = {}
    for exchange in facts.history:
        hook = hook_of(exchange) if exchange.method != "GET" else None
        if hook is not None:
            found.setdefault(hook, []).append(exchange)
    return found


def _looked_since(facts: Facts, exchange: Exchange) -> bool:
    """Whether the list of the call's project was read afterwards."""
    project = exchange.path_params.get(facts.project_parameter)
    return facts.index(_last_pages).get(project, 0.0) >= exchange.received_at


def _last_pages(facts: Facts) -> dict[str | None, float]:
    """When the last page of each project's list was asked for."""
    found: dict[str | None, float] = {}
    for name in facts.contract.lists:
        for page in facts.answers[name]:
            if page.succeeded:
                project = page.path_params.get(facts.project_parameter)
                found[project] = max(found.get(project, 0.0), page.sent)
    return found
