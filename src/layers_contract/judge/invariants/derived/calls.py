"""What calls do to a resource, and whether its state lets them."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from math import inf
from operator import attrgetter

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Facts
from layers_contract.judge.invariants._base import HELD, Occasion, broken
from layers_contract.judge.invariants._keys import is_used_before
from layers_contract.judge.invariants._requests import error_code_of, valid
from layers_contract.judge.invariants._things import Observation, Thing, Things, things
from layers_contract.judge.invariants.derived._base import cycle_of, rule_check
from layers_contract.judge.invariants.derived.states import works_until
from layers_contract.spec.contract import Lifecycle, Transition
from layers_contract.spec.rules import Rule

REFUSED = frozenset({405, 409, 410})
"""How a call is refused that its resource does not allow; other refusals have other reasons."""
NOT_READ = frozenset({401, 403, 408, 413, 429})
"""Refusals that say nothing of the resource's state."""
ACCEPTED = 202


@rule_check("refused", needs="an operation called on a {what} in a state that refuses it")
def refused(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """In a state that refuses it an operation is answered with that status and code."""
    cycle = cycle_of(rule)
    for exchange, thing in _calls(facts, cycle, {each.operation for each in cycle.refusals}):
        states = certain(facts, cycle, thing, exchange)
        known = {s: cycle.refusal(exchange.operation or "", s) for s in states}
        said = [each for each in known.values() if each]
        if not states or len(said) < len(known) or exchange.status in NOT_READ:
            continue
        code = error_code_of(exchange, facts.contract)
        if any(each.status == exchange.status and code in (each.code, None) for each in said):
            yield HELD
        else:
            what = f"{exchange.operation} of {thing}, which is {' or '.join(sorted(states))}"
            message = f"{what}: {exchange.status} {code or ''}".rstrip()
            yield broken(message, exchange, source=said[0].source)


@rule_check("allowed", needs="an operation called on a {what} in a state that allows it")
def allowed(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """In a state that it leads out of an operation is not refused for the state's sake."""
    known, cycle = things(facts), cycle_of(rule)
    graph = known.graph(cycle)
    kind = facts.contract.type_of(cycle)
    siblings = [c for c in facts.contract.lifecycles.values() if facts.contract.type_of(c) == kind]
    operations = {name for step in graph.moving for name in step.by}
    for exchange, thing in _calls(facts, cycle, operations):
        if not all(_allows(facts, each, thing, exchange) for each in siblings):
            continue
        if exchange.succeeded:
            yield HELD
        elif exchange.status in REFUSED:
            state = " or ".join(sorted(certain(facts, cycle, thing, exchange)))
            message = f"{exchange.operation} of {thing}, which is {state}: {exchange.status}"
            yield broken(message, exchange)


def _allows(facts: Facts, cycle: Lifecycle, thing: Thing, exchange: Exchange) -> bool:
    """Whether a lifecycle of *thing* allows a call, or has nothing to say of it.

    What was refused must have been allowed for certain; what succeeded may have been.
    """
    graph = things(facts).graph(cycle)
    if not graph.mentions(exchange.operation or ""):
        return True
    leading = (s for s in graph.moving if (exchange.operation or "") in s.by)
    origins = {origin for step in leading for origin in step.origins}
    states = certain(facts, cycle, thing, exchange)
    return bool(states & origins) if exchange.succeeded else bool(states) and states <= origins


def _calls(
    facts: Facts, cycle: Lifecycle, operations: AbstractSet[str]
) -> Iterator[tuple[Exchange, Thing]]:
    """Sound calls of operations on resources of this run, each the only use of its key."""
    known, kind = things(facts), facts.contract.type_of(cycle)
    for name in sorted(operations):
        for exchange in facts.answers[name]:
            thing = known.subject(exchange, kind)
            if thing is None or not thing.own or exchange.credential != "own":
                continue
            sound = valid(facts, exchange) and not is_used_before(facts, exchange)
            if sound and not _is_closed(facts, cycle, thing, exchange):
                yield exchange, thing


def _is_closed(facts: Facts, cycle: Lifecycle, thing: Thing, exchange: Exchange) -> bool:
    """Whether a call on what *thing* belongs to may have ended it all, such as an archive."""
    known = things(facts)
    for each in known.calls(thing):
        operation = facts.operation(each)
        if operation is None or each.sent >= exchange.received_at:
            continue
        named = [p.resource for p in operation.path_parameters if p.resource]
        ending = operation.method == "DELETE" or known.graph(cycle).mentions(operation.id)
        if ending and thing.type not in named and (not named or named[-1] in thing.parents):
            return True
    return False


def certain(facts: Facts, cycle: Lifecycle, thing: Thing, exchange: Exchange) -> AbstractSet[str]:
    """The states that *thing* may have been in when a call came; empty where nobody knows.

    They lie between the last view before the call and the first one after it; where another call
    may have been at work, nothing is known.
    """
    known = things(facts)
    graph, line = known.graph(cycle), known.line(cycle, thing)
    last, following = line.newest(exchange.sent), line.after(exchange.received_at)
    if last is None or _is_disturbed(facts, cycle, thing, exchange, (last, last)):
        return frozenset()
    passed = exchange.received_at - thing.begun + facts.expect.clock_skew
    closure = graph.by_server_within(passed) if facts.expect.alone else graph.anyhow
    moved = exchange.succeeded and graph.moves(exchange)
    if following and (moved or _is_disturbed(facts, cycle, thing, exchange, (last, following))):
        following = None
    return graph.between(last.state, following.state if following else None, closure)


def _is_disturbed(
    facts: Facts,
    cycle: Lifecycle,
    thing: Thing,
    exchange: Exchange,
    around: tuple[Observation, Observation],
) -> bool:
    """Whether another call may have been at work on *thing* between two views, or till the call."""
    last, following = around
    end = max(exchange.received_at, following.received if following is not last else 0.0)
    return any(
        each is not exchange
        and each.sent < end
        and _works_until(facts, cycle, thing, each) > last.sent
        for each in things(facts).calls(thing)
    )


def _works_until(facts: Facts, cycle: Lifecycle, thing: Thing, exchange: Exchange) -> float:
    """Until when a call may move *thing*: what is accepted for later, until there is no way."""
    until = works_until(facts, exchange)
    if until < inf or not exchange.answered:
        return until
    known = things(facts)
    origins = {s for step in known.graph(cycle).moves(exchange) for s in step.origins}
    after = known.line(cycle, thing).since(exchange.received_at)
    return min((v.received for v in after if v.state not in origins), default=inf)


@rule_check("effects", needs="an operation that a {what} was moved by, and a view after it")
def effects(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """After a call was accepted its effect is seen; with 202 in time, otherwise at once."""
    known, cycle = things(facts), cycle_of(rule)
    graph, kind = known.graph(cycle), facts.contract.type_of(cycle)
    for name in sorted({name for step in graph.moving for name in step.by}):
        for exchange in facts.answers[name]:
            thing = known.subject(exchange, kind)
            if thing is None or not thing.own or not exchange.succeeded:
                continue
            if not is_used_before(facts, exchange):
                yield from _effect(facts, cycle, thing, exchange)


def _effect(facts: Facts, cycle: Lifecycle, thing: Thing, exchange: Exchange) -> Iterator[Occasion]:
    known = things(facts)
    graph = known.graph(cycle)
    steps = graph.moves(exchange)
    states = certain(facts, cycle, thing, exchange)
    origins = {origin for step in steps for origin in step.origins}
    if not states or not states & origins:
        return
    promised = _targets(cycle, steps, states, exchange)
    later = exchange.status == ACCEPTED and exchange.operation not in facts.contract.starts
    closure = graph.by_server if facts.expect.alone else graph.anyhow
    allowed_after = {state for each in promised for state in closure[each]}
    if later:
        yield from _in_the_end(facts, cycle, thing, exchange, allowed_after)
        return
    for seen in _undisturbed_views(known, cycle, thing, exchange):
        message = f"{exchange.operation} of {thing} was answered {exchange.status}, and it is"
        right = seen.state in allowed_after
        yield HELD if right else broken(f"{message} {seen.state}", exchange, seen)


def _targets(
    cycle: Lifecycle, steps: list[Transition], states: AbstractSet[str], exchange: Exchange
) -> set[str]:
    """Where an accepted call leaves a resource that was in one of *states*."""
    name = exchange.operation or ""
    leading = [step for step in steps if step.origins & states]
    silent = {
        state
        for state in states
        if not any(state in step.origins for step in steps) and cycle.refusal(name, state) is None
    }
    return silent | {target for step in leading for target in step.targets}


def _undisturbed_views(
    known: Things, cycle: Lifecycle, thing: Thing, exchange: Exchange
) -> Iterator[Observation]:
    """The views after a call, up to the next one."""
    others = (e.sent for e in known.calls(thing) if e is not exchange and e.sent >= exchange.sent)
    until = min(others, default=inf)
    for seen in known.line(cycle, thing).since(exchange.received_at):
        if seen.received <= until:
            yield seen


def _in_the_end(
    facts: Facts, cycle: Lifecycle, thing: Thing, exchange: Exchange, wanted: AbstractSet[str]
) -> Iterator[Occasion]:
    """What was accepted for later: the server may have been faster, and ended it its own way."""
    views = things(facts).line(cycle, thing).since(exchange.received_at)
    last = max(views, key=attrgetter("received"), default=None)
    if last is None:
        return
    if last.state in wanted or last.state in cycle.endings:
        yield HELD
    elif facts.expect.render and last.sent - exchange.received_at > facts.expect.render:
        message = f"{exchange.operation} of {thing} was accepted, and it is still {last.state}"
        yield broken(message, exchange, last)
