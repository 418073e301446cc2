"""The states that a resource is seen in, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from math import inf
from operator import attrgetter
from typing import Any

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Facts, earlier
from layers_contract.judge.invariants._base import HELD, Occasion, broken
from layers_contract.judge.invariants._things import Observation, Thing, Things, things
from layers_contract.judge.invariants.derived._base import cycle_of, rule_check
from layers_contract.spec.contract import Lifecycle, Transition
from layers_contract.spec.document import pointer
from layers_contract.spec.rules import Rule

ACCEPTED = 202


@rule_check("first", needs="a new {what}, and a view of it")
def first(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """The response that creates shows a first state; the first view one that follows by itself."""
    known, cycle = things(facts), cycle_of(rule)
    kind = facts.contract.type_of(cycle)
    for thing in known.own(kind):
        made = thing.created
        created = [v.at(s) for v, s in _creations(cycle, thing, made) if made is not None]
        for shown in created[:1]:
            message = f"{shown.exchange.operation} made {thing}, which is {shown.state}"
            yield HELD if shown.state in cycle.initial else broken(message, shown)
        if not created and (seen := _first_view(known, cycle, thing)):
            yield _follows_a_first(facts, cycle, known, seen)


def _creations(
    cycle: Lifecycle, thing: Thing, made: Exchange | None
) -> Iterator[tuple[Observation, str]]:
    """The views in the very response that made *thing*, with their documented states."""
    for view in thing.views:
        state = pointer(view.data, cycle.field) if view.exchange is made else None
        if isinstance(state, str) and state in cycle.states:
            yield view, state


def _first_view(known: Things, cycle: Lifecycle, thing: Thing) -> Observation | None:
    """The first view of *thing*, where no call may have moved it before."""
    seen = min(known.states(cycle, thing), key=attrgetter("received"), default=None)
    if seen is None or thing.created is None or seen.sent < thing.created.received_at:
        return None
    graph = known.graph(cycle)
    moved = (e for e in known.calls(thing) if e.sent < seen.received and graph.moves(e))
    return None if any(moved) else seen


def _follows_a_first(facts: Facts, cycle: Lifecycle, known: Things, seen: Observation) -> Occasion:
    graph = known.graph(cycle)
    closure = graph.by_server if facts.expect.alone else graph.anyhow
    if any(seen.state in closure[state] for state in cycle.initial):
        return HELD
    return broken(f"{seen.id} is {seen.state} at first sight, and nothing has moved it", seen)


@rule_check("steps", needs="a {what} seen twice before it has ended")
def steps(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """A view that follows another one shows what may follow, and not before its time."""
    cycle = cycle_of(rule)
    for thing, before, after in _pairs(facts, cycle):
        if before.state not in cycle.endings:
            yield _step(facts, cycle, thing, before, after)
    yield from _waited_since_creation(facts, cycle)


@rule_check("stays", needs="a {what} seen again after it has ended")
def stays(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """What has ended is seen as it ended, until a call may have begun another run."""
    cycle = cycle_of(rule)
    for thing, before, after in _pairs(facts, cycle):
        if before.state in cycle.endings:
            yield _step(facts, cycle, thing, before, after)


def _pairs(facts: Facts, cycle: Lifecycle) -> Iterator[tuple[Thing, Observation, Observation]]:
    """Two views of a resource of this run, certainly ordered, with no new run between them."""
    known = things(facts)
    for thing in known.own(facts.contract.type_of(cycle)):
        views = known.states(cycle, thing)
        renewals = Renewals(facts, known, cycle, thing)
        for after, before in earlier(views, attrgetter("state")):
            for each in before:
                if not renewals.between(each, after):  # type: ignore[arg-type]
                    yield thing, each, after  # type: ignore[misc]


class Renewals:
    """The calls that may have begun another run of a resource."""

    def __init__(self, facts: Facts, known: Things, cycle: Lifecycle, thing: Thing) -> None:
        graph = known.graph(cycle)
        self.possible = bool(graph.renewing)
        self.unsure = self.possible and (
            not facts.expect.alone or has_strangers(facts, known, cycle, thing)
        )
        calls = known.calls(thing) if self.possible and not self.unsure else ()
        self._spans = [
            (each.sent, works_until(facts, each))
            for each in calls
            if any(graph.may_cause(each, step) for step in graph.renewing)
        ]

    def between(self, before: Observation, after: Observation) -> bool:
        """Whether another run may have begun between two views."""
        if self.unsure:
            return True
        return any(sent < after.received and end > before.sent for sent, end in self._spans)


def works_until(facts: Facts, exchange: Exchange) -> float:
    """Until when a call may have its effect: 202 promises none, but where it starts a run."""
    starts = exchange.operation in facts.contract.starts
    return inf if exchange.status == ACCEPTED and not starts else exchange.received_at


def has_strangers(facts: Facts, known: Things, cycle: Lifecycle, thing: Thing) -> bool:
    """Whether a run of *thing* was seen that nobody here has begun, such as somebody else's job."""
    renewing = {name for step in known.graph(cycle).renewing for name in step.by}
    for kind, names in thing.relatives.items():
        resource = facts.contract.resources.get(kind)
        if resource is None or not renewing & set(resource.creators):
            continue
        others = (known.get(kind, name) for name in names)
        if any(other is not None and other.created is None for other in others):
            return True
    return False


def _step(
    facts: Facts, cycle: Lifecycle, thing: Thing, before: Observation, after: Observation
) -> Occasion:
    if after.state not in cycle.reach[before.state]:
        return broken(f"{thing} was {before.state}, then {after.state}", before, after)
    needed = things(facts).graph(cycle).waits[before.state].get(after.state, 0.0)
    return _in_time(facts, thing, needed, (before.exchange, before.sent), after)


def _waited_since_creation(facts: Facts, cycle: Lifecycle) -> Iterator[Occasion]:
    """Where the server waits, a state is not seen before its time, counted from the creation."""
    known = things(facts)
    if not any(step.after for step in cycle.transitions):
        return
    for thing in known.own(facts.contract.type_of(cycle)):
        for seen in known.states(cycle, thing):
            needed = known.graph(cycle).waits_from_creation(seen.state)
            if needed and thing.created:
                yield _in_time(facts, thing, needed, (thing.created, thing.begun), seen)


def _in_time(
    facts: Facts,
    thing: Thing,
    needed: float,
    since: tuple[Exchange, float],
    seen: Observation,
) -> Occasion:
    exchange, begun = since
    waited = seen.received - begun
    if waited + facts.expect.clock_skew >= needed:
        return HELD
    message = f"{thing} is {seen.state} after {waited:.1f} s, the document says {needed:.0f} s"
    return broken(message, exchange, seen)


@rule_check("ends", needs="a {what} followed for as long as the target allows it")
def ends(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """No run goes on, where the server alone has to take the next step, beyond the time allowed."""
    known, cycle = things(facts), cycle_of(rule)
    longest = facts.expect.render
    for thing in known.own(facts.contract.type_of(cycle)) if longest is not None else ():
        views = known.states(cycle, thing)
        if not views or longest is None:
            continue
        last = max(views, key=attrgetter("received"))
        waited = {view: _waited(known, cycle, thing, view) for view in _last_in_state(views)}
        allowed = longest + _longest_wait(cycle)
        late = next((view for view, time in waited.items() if time > allowed), None)
        if late is not None:
            message = f"{thing} is still {late.state} after {waited[late]:.1f} s"
            yield broken(message, *([thing.created] if thing.created else []), late)
        elif last.state in cycle.endings:
            yield HELD


def _last_in_state(views: Sequence[Observation]) -> Iterator[Observation]:
    """Of views one after another that show the same state the last: it has waited longest."""
    for _, alike in groupby(sorted(views, key=attrgetter("sent")), attrgetter("state")):
        *_, last = alike
        yield last


def _waited(known: Things, cycle: Lifecycle, thing: Thing, view: Observation) -> float:
    """How long it had certainly been the server's turn when *view* was asked for; seconds."""
    if view.state in cycle.endings or not cycle.by_server(view.state):
        return 0.0
    views = [each for each in known.states(cycle, thing) if each.received < view.sent]
    return view.sent - _went_on_since(known, cycle, thing, views, view.received)


def _longest_wait(cycle: Lifecycle) -> float:
    """The seconds that the document lets pass before the steps of a run, in all."""
    going = [step for step in cycle.transitions if not step.origins <= cycle.endings.keys()]
    return sum(step.after or 0.0 for step in going if not step.by)


def _went_on_since(
    known: Things,
    cycle: Lifecycle,
    thing: Thing,
    views: Sequence[Observation],
    until: float,
) -> float:
    """When it was last certain to be the server's turn: no step by a call, nothing to wait for.

    Only the *views*, and the calls that were sent before *until*, are looked at. A call that ends
    a run gives the server no more time.
    """
    graph = known.graph(cycle)
    born = thing.created.received_at if thing.created else -inf
    calls = (each for each in known.calls(thing) if each.sent < until)
    moved = [each.received_at for each in calls if _goes_on(cycle, graph.moves(each))]
    idle = [v.received for v in views if not cycle.by_server(v.state)]
    return max([born, *moved, *idle])


def _goes_on(cycle: Lifecycle, steps: Sequence[Transition]) -> bool:
    return any(target not in cycle.endings for step in steps for target in step.targets)


@rule_check("caused", needs="a {what} in a state that only an operation leads to")
def caused(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """Before such a state was seen, a call was sent that leads to it."""
    known, cycle = things(facts), cycle_of(rule)
    for thing in known.own(facts.contract.type_of(cycle)):
        for state in sorted(cycle.caused):
            shown = [v for v in known.states(cycle, thing) if v.state == state]
            seen = min(shown, key=attrgetter("received"), default=None)
            if seen is None:
                continue
            if _has_cause(known, cycle, thing, seen):
                yield HELD
            elif facts.expect.alone and not _may_be_superseded(facts, thing, seen):
                yield broken(f"{thing} is {state}, and no call has led to that", seen)


def _may_be_superseded(facts: Facts, thing: Thing, seen: Observation) -> bool:
    """Whether a later run of what *thing* belongs to may have taken its place."""
    known = things(facts)
    for cycle in facts.contract.lifecycles.values():
        kind, graph = facts.contract.type_of(cycle), known.graph(cycle)
        for step in graph.renewing if thing.parents.get(kind) else ():
            for each in (e for name in step.by for e in facts.answers[name]):
                named = known.subject(each, kind)
                later = each.sent < seen.received and each.received_at > thing.begun
                later = later and each is not thing.created and not each.refused
                if later and named and named.id in thing.parents[kind]:
                    return True
    return False


def _has_cause(known: Things, cycle: Lifecycle, thing: Thing, seen: Observation) -> bool:
    graph = known.graph(cycle)
    leading = [step for step in graph.moving if seen.state in step.targets]
    return any(
        graph.may_cause(each, step)
        for each in known.calls(thing)
        if each.sent < seen.received
        for step in leading
    )


def unasked(facts: Facts) -> Iterator[tuple[str, str, float, float]]:
    """What only a call explains, and no call here: what, of which resource, between which times."""
    known = things(facts)
    for cycle in facts.contract.lifecycles.values():
        for thing, before, after in _pairs(facts, cycle):
            again = after.state in known.graph(cycle).anyhow[before.state]
            if again and after.state not in cycle.reach[before.state]:
                yield f"the new run of {thing}", thing.id, before.sent, after.received
        for thing, seen in _uncaused(facts, cycle):
            yield f"what made {thing} {seen.state}", thing.id, thing.begun, seen.received


def _uncaused(facts: Facts, cycle: Lifecycle) -> Iterator[tuple[Thing, Observation]]:
    """The resources in a state that only a call leads to, and that no call of ours has led to."""
    known = things(facts)
    for thing in known.own(facts.contract.type_of(cycle)):
        for seen in known.states(cycle, thing):
            if seen.state in cycle.caused and not _has_cause(known, cycle, thing, seen):
                yield thing, seen


def seen_states(facts: Facts) -> dict[str, Any]:
    """The states, and the transitions `from -> to`, that were seen of each lifecycle."""
    known, states, steps = things(facts), dict[str, list[str]](), dict[str, list[str]]()
    for name, cycle in facts.contract.lifecycles.items():
        of_each = [known.states(cycle, each) for each in known.own(facts.contract.type_of(cycle))]
        states[name] = sorted({seen.state for views in of_each for seen in views})
        pairs = {(a.state, b.state) for views in of_each for a, b in pairwise(views)}
        steps[name] = sorted(f"{was} -> {now}" for was, now in pairs if was != now)
    return {"states": states, "transitions": steps}
