"""The review of a container: who waits for one, who decides, and what a decision changes."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import (
    Container,
    Facts,
    Render,
    Seen,
    by_received_at,
    by_sent,
    indexed,
    remembered,
)
from layers_contract.judge.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.judge.invariants._policy import (
    is_soft,
    policies,
    policy_changes,
    policy_writes,
    project_of,
    soft_policy,
)
from layers_contract.judge.invariants._refusals import refusals
from layers_contract.judge.invariants._requests import REFUSED, asks_soundly, error_code_of, valid
from layers_contract.judge.invariants._side_effects import KEPT, NEAR, has_changed
from layers_contract.judge.timeline import Timeline, Work, overlapping
from layers_contract.spec.contract import MissingPartError, Transition
from layers_contract.spec.document import pointer

SUCCESS = 200
PERSON = 30.0
"""Seconds in which a person may look at a container and decide."""


@invariant(
    "approval.gate",
    needs="a completed container of a project whose policy was read, and holds nothing back",
)
def gate(facts: Facts) -> Iterator[Occasion]:
    """An undecided, completed container waits for a review exactly where the policy asks for it."""
    success, review = facts.contract.render.ending("success"), facts.contract.review
    if review.gate and not all(isinstance(value, bool) for value in review.gate.values):
        raise MissingPartError(f"the document has a {review.name} whose gate is no switch")
    for container in facts.own:
        policy, deciding = _policy(facts, container), _deciding(facts, container)
        if policy is None or policy.soft:
            continue
        for render in container.renders:
            for seen in container.reads_of(render):
                if seen.state != success or deciding.at(render.latest, seen.received):
                    continue
                wanted = _wanted(facts, policy, render, seen)
                if wanted is None or _by_somebody_else(facts, container, seen):
                    continue
                state = pointer(seen.data, review.field)
                message = f"container {container.id} is {state}, its project's policy says {wanted}"
                yield HELD if state == wanted else broken(message, seen)


def _by_somebody_else(facts: Facts, container: Container, seen: Seen) -> bool:
    """Whether a decision that *seen* shows may be a person's, who had the time to take it."""
    gate, field = facts.contract.review.gate, facts.contract.review.field
    if gate is None or pointer(seen.data, field) in (gate.open, gate.closed):
        return False
    before = container.line.newest(seen.exchange.sent)
    rendering = before is not None and before.state not in facts.contract.render.endings
    return not rendering or (before is not None and seen.received - before.sent > PERSON)


@invariant("approval.visible", needs="a container read after a decision")
def visible(facts: Facts) -> Iterator[Occasion]:
    """After a decision every read shows it, until a new render begins."""
    review = facts.contract.review
    for container, exchange, decided in _decisions(facts):
        if facts.starts_render(exchange):
            continue
        until = container.next_write(exchange)
        for seen in container.line.since(exchange.received_at):
            if seen.sent >= until:
                break
            if seen.received <= until:
                state = pointer(seen.data, review.field)
                message = f"container {container.id} was {decided} and shows {state}"
                yield HELD if state == decided else broken(message, exchange, seen)


@invariant("approval.once", needs="a decision on what is decided, or needs none")
def once(facts: Facts) -> Iterator[Occasion]:
    """A decision is refused where the review is not pending."""
    for refusal in facts.contract.review.refusals:
        for exchange in facts.answers[refusal.operation]:
            container = facts.container_of(exchange)
            mine = container is not None and container.created and exchange.credential == "own"
            if container is None or not mine or not valid(facts, exchange):
                continue
            if review_around(facts, container, exchange) not in refusal.states:
                continue
            if (
                exchange.status == refusal.status
                and error_code_of(exchange, facts.contract) == refusal.code
            ):
                yield HELD
            else:
                message = (
                    f"{refusal.operation} of a container whose review is not pending answered "
                    f"{exchange.status} {error_code_of(exchange, facts.contract) or ''}".rstrip()
                )
                yield broken(message, exchange, source=refusal.source)


@invariant("approval.keeps-status", needs="a container read before and after a decision")
def keeps_status(facts: Facts) -> Iterator[Occasion]:
    """A decision without a new render leaves the status as it was."""
    for container, exchange, _ in _decisions(facts):
        around = container.around(exchange)
        if around is None or facts.starts_render(exchange):
            continue
        last, following = around
        if last.state not in facts.contract.render.endings:
            continue
        message = f"a decision took container {last.id} from {last.state} to {following.state}"
        same = last.state == following.state
        yield HELD if same else broken(message, last, exchange, following)


@dataclass(frozen=True, slots=True)
class Policy:
    """How a project's policy was read; `soft` where some setting's effect is not promised."""

    reads: Timeline[Exchange]
    path: str
    soft: bool


def _wanted(facts: Facts, policy: Policy, render: Render, seen: Seen) -> str | None:
    """What the policy asks for, where the same policy was read before the render and after."""
    gate = facts.contract.review.gate
    before, after = policy.reads.before(render.earliest), policy.reads.after(seen.received)
    if gate is None or before is None or _changed(facts, policy, before.sent, seen.received):
        return None
    around = [pointer(e.json, gate.field) for e in (before, after) if e is not None]
    if len(set(around)) != 1:
        return None
    return gate.closed if around[0] is True else gate.open if around[0] is False else None


def _changed(facts: Facts, policy: Policy, start: float, end: float) -> bool:
    """Whether anything may have been written to a policy in that time."""
    writes = policy_writes(facts).get(policy.path)
    return writes is not None and writes.at(start, end)


def _policy(facts: Facts, container: Container) -> Policy | None:
    """The policy of a container's project, if it was read."""
    return None if container.project is None else _policy_of(facts, container.project)


@remembered
def _policy_of(facts: Facts, project: str) -> Policy | None:
    lines, paths = policies(facts), _policy_paths(facts).get(project, set())
    reads = sorted((e for path in paths for e in lines[path].since(-inf)), key=lambda e: e.sent)
    if not reads:
        return None
    return Policy(
        Timeline(reads, by_received_at), reads[0].path, any(is_soft(each) for each in reads)
    )


@indexed
def _policy_paths(facts: Facts) -> dict[str, set[str]]:
    """The paths of the policy of each project, as it was asked for in different letters."""
    found = defaultdict(set)
    for path, line in policies(facts).items():
        for each in line.since(-inf):
            found[project_of(facts, each)].add(path)
    return found


def _deciding(facts: Facts, container: Container) -> Work[Exchange]:
    """The writes on a container that may have decided its review."""
    deciders = _deciders(facts)
    return Work((w for w in container.writes if w.operation in deciders), by_received_at)


@indexed
def _deciders(facts: Facts) -> set[str]:
    review, starts = facts.contract.review, facts.contract.starts
    deciders = {operation for state in review.states for operation in review.causes(state)}
    return deciders - {name for name, each in starts.items() if each.when is None}


def _decisions(facts: Facts) -> Iterator[tuple[Container, Exchange, str]]:
    """Each decision that was taken: its container, its answer, the state that it leads to."""
    review = facts.contract.review
    for step in review.transitions:
        for name in step.by if len(step.targets) == 1 and len(step.origins) == 1 else ():
            for exchange in facts.answers[name]:
                container = facts.container_of(exchange)
                mine = container and container.created and exchange.credential == "own"
                if container is not None and mine and exchange.status == SUCCESS:
                    yield container, exchange, step.targets[0]


def _policy_changed(facts: Facts, start: float, end: float) -> bool:
    """Whether a policy may have been changed in that time."""
    return _policy_changes(facts).at(start, end)


@indexed
def _policy_changes(facts: Facts) -> Work[Exchange]:
    return Work((each for each in policy_changes(facts) if not each.refused), by_received_at)


def review_around(facts: Facts, container: Container, exchange: Exchange) -> str | None:
    """The review state of a completed container that held while *exchange* was carried out."""
    success = facts.contract.render.ending("success")
    last = container.last_read_before(exchange)
    if last is None:
        return None
    quiet = container.untouched(last.sent, exchange.received_at, but=exchange)
    quiet = quiet and not _policy_changed(facts, last.sent, exchange.received_at)
    state = pointer(last.data, facts.contract.review.field)
    return state if quiet and last.state == success and isinstance(state, str) else None


@invariant("approval.early", needs="a decision before the render completed")
def early_decision(facts: Facts) -> Iterator[Occasion]:
    """A decision is refused in a state that has nothing to decide on."""
    for refusal in facts.contract.render.refusals:
        starts = facts.contract.starts.get(refusal.operation)
        if starts is None or starts.when:
            yield from refusals(facts, refusal)


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
            changed = [n for n in KEPT if has_changed(facts, around[0].data, around[1].data, n)]
            message = f"a decision on container {container.id} changed {', '.join(changed)}"
            yield broken(message, around[0], exchange, around[1]) if changed else HELD


@invariant("approval.apart", needs="two containers read before and after one of them was decided")
def apart(facts: Facts) -> Iterator[Occasion]:
    """A sibling that was pending before a decision on another one, and is not touched, still is."""
    gate, field = facts.contract.review.gate, facts.contract.review.field
    taken = _taken(facts)
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


@indexed
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


@invariant("approval.taken", needs="a decision on a pending review")
def taken(facts: Facts) -> Iterator[Occasion]:
    """A decision is not refused where the review is pending, and stays so."""
    review = facts.contract.review
    for step in review.transitions:
        for name in step.by if step.origins else ():
            for exchange in facts.answers[name]:
                container = facts.container_of(exchange)
                if container is None or not asks_soundly(facts, container, exchange):
                    continue
                if review_around(facts, container, exchange) not in step.origins:
                    continue
                if exchange.succeeded:
                    yield HELD
                elif exchange.status in REFUSED and _is_still(facts, container, exchange, step):
                    message = f"{name} of a container whose review is pending: {exchange.status}"
                    yield broken(message, exchange)


def _is_still(facts: Facts, container: Container, exchange: Exchange, step: Transition) -> bool:
    """Whether the next read shows that nobody else, nor the server by itself, has decided."""
    around = container.around(exchange)
    state = pointer(around[1].data, facts.contract.review.field) if around else None
    return state in step.origins


@invariant("approval.race", needs="two decisions on one container at one moment")
def decisions_race(facts: Facts) -> Iterator[Occasion]:
    """Of decisions that overlap at most one is taken, and the other one refused."""
    deciders = {name for step in facts.contract.review.transitions for name in step.by}
    for container in facts.own:
        plain, others = list[Exchange](), list[Exchange]()
        for each in container.writes:
            decides = each.operation in deciders and not facts.starts_render(each)
            (plain if decides else others).append(each)
        at_work = Work(others, by_received_at)
        decisions = [e for e in plain if e.credential == "own" and valid(facts, e)]
        for one, other in overlapping(decisions, by_received_at):
            if not (one.succeeded or other.succeeded):
                continue
            start, end = min(one.sent, other.sent), max(one.received_at, other.received_at)
            if not container.shared and not at_work.at(start, end):  # a new render is undecided
                message = f"{one.operation} and {other.operation} of {container.id} were both taken"
                both = one.succeeded and other.succeeded
                yield broken(message, one, other) if both else HELD
