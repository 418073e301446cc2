"""States that follow from something else: a setting, or the state of another resource."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from operator import attrgetter
from typing import Any

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Facts, by_received_at, indexed, remembered
from layers_contract.judge.invariants._base import HELD, Occasion, broken, grouped
from layers_contract.judge.invariants._jobs import mixed
from layers_contract.judge.invariants._things import Observation, Thing, Things, things
from layers_contract.judge.invariants.derived._base import cycle_of, rule_check
from layers_contract.judge.invariants.derived.states import has_strangers
from layers_contract.judge.timeline import Work
from layers_contract.spec.contract import Gate, Lifecycle
from layers_contract.spec.document import pointer
from layers_contract.spec.rules import Rule

Json = Any


@rule_check("gate", needs="a new {what}, and its setting read before it was made")
def gate(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """What no call has moved yet shows a state that the setting leads to."""
    known, cycle = things(facts), cycle_of(rule)
    said = cycle.gate
    for thing in known.own(facts.contract.type_of(cycle)) if said else ():
        setting = _setting(facts, said, thing) if said else None
        wanted = said.first(setting.json) if said and setting else ()
        if setting is None or not wanted or said is None:
            continue
        possible = {state for each in said.values.values() for state in each}
        for seen in _unmoved(known, cycle, thing):
            if seen.state not in possible:
                continue
            message = f"{thing} is {seen.state}, {said.operation} says {' or '.join(wanted)}"
            right = _leads_to(facts, cycle, thing, wanted, seen)
            yield HELD if right else broken(message, setting, seen)


def _leads_to(
    facts: Facts, cycle: Lifecycle, thing: Thing, wanted: tuple[str, ...], seen: Observation
) -> bool:
    """Whether a view shows what a setting leads to, or what may still become that."""
    graph = things(facts).graph(cycle)
    if any(seen.state in graph.by_server[state] for state in wanted):
        return True
    under_way = seen.state in cycle.initial and graph.by_server[seen.state] & set(wanted)
    return bool(under_way) and not _is_complete(facts, cycle, thing, seen)


def _is_complete(facts: Facts, cycle: Lifecycle, thing: Thing, seen: Observation) -> bool:
    """Whether all other lifecycles of *thing* that end show a success."""
    others = (
        each
        for each in facts.contract.lifecycles.values()
        if facts.contract.type_of(each) == thing.type and each.name != cycle.name and each.endings
    )
    ends = [each.endings.get(str(pointer(seen.data, each.field))) for each in others]
    return all(each == "success" for each in ends)


def _unmoved(known: Things, cycle: Lifecycle, thing: Thing) -> Iterator[Observation]:
    """The views of *thing* that came before any call could have moved it."""
    graph = known.graph(cycle)
    first = min((e.sent for e in known.calls(thing) if graph.moves(e)), default=None)
    for seen in known.states(cycle, thing):
        if first is None or seen.received <= first:
            yield seen


def _setting(facts: Facts, said: Gate, thing: Thing) -> Exchange | None:
    """The setting that held when *thing* was made: the same before and, if read, after."""
    reads = _settings(facts, said, thing)
    made = thing.created
    before = [e for e in reads if e.received_at <= thing.begun]
    if made is None or not before:
        return None
    last = max(before, key=attrgetter("sent"))
    after = [e for e in reads if e.sent >= made.received_at][:1]
    told = [pointer(each.json, said.field) for each in (last, *after)]
    end = after[0].received_at if after else made.received_at
    return None if told[0] != told[-1] or _is_written(facts, last, end) else last


def _settings(facts: Facts, said: Gate, thing: Thing) -> list[Exchange]:
    """The reads of the setting of *thing*: what they name, it belongs to, or is."""
    operation = facts.contract.operations.get(said.operation)
    if operation is None:
        return []
    homes = {**thing.parents, thing.type: {thing.id}}
    named = [sorted(homes.get(each.resource or "", ())) for each in operation.path_parameters]
    known = _reads(facts, said.operation)
    return [e for names in product(*named) for e in known.get(tuple(map(str.lower, names)), ())]


@remembered
def _reads(facts: Facts, operation: str) -> dict[tuple[str, ...], list[Exchange]]:
    """The successful reads by an operation, by the ids in its path."""
    spec = facts.contract.operations[operation]
    names = [each.name for each in spec.path_parameters]
    found = (each for each in facts.answers[operation] if each.succeeded)
    return grouped(found, lambda e: tuple(e.path_params.get(n, "").lower() for n in names))


def _is_written(facts: Facts, since: Exchange, end: float) -> bool:
    """Whether the setting that *since* read may have been changed since, before *end*."""
    writes = _writes(facts).get(since.path)
    return writes is not None and writes.at(since.sent, end)


@indexed
def _writes(facts: Facts) -> dict[str, Work[Exchange]]:
    """The calls that may have changed what their path names, by the path."""
    calls = (e for e in facts.history if e.method != "GET" and not e.refused)
    by_path = grouped(calls, attrgetter("path"))
    return {path: Work(each, by_received_at) for path, each in by_path.items()}


@rule_check("mirrors", needs="a {what} and what it mirrors, one seen after the other")
def mirrors(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """Some state explains what the two sides show, one after the other."""
    known, cycle = things(facts), cycle_of(rule)
    other = _mirrored(facts, cycle)
    for thing in known.own(facts.contract.type_of(cycle)):
        if not facts.expect.alone or has_strangers(facts, known, cycle, thing):
            continue
        for side, since, until in _runs(facts, known, cycle, other, thing):
            mine = [
                seen
                for seen in known.states(cycle, thing)
                if seen.sent >= since and seen.received <= until
            ]
            yield from _agree(cycle, known.states(other, side), mine)


def _mirrored(facts: Facts, cycle: Lifecycle) -> Lifecycle:
    schema = facts.contract.document.schema(cycle.schema)
    return facts.contract.lifecycles[schema["x-lifecycles"][cycle.name]["mirrors"]["lifecycle"]]


def _runs(
    facts: Facts, known: Things, cycle: Lifecycle, other: Lifecycle, thing: Thing
) -> Iterator[tuple[Thing, float, float]]:
    """What *thing* mirrors, each with the time in which it mirrors that and nothing else."""
    kind, graph = facts.contract.type_of(other), known.graph(cycle)
    sides = [known.get(kind, name) for name in thing.relatives.get(kind, ())]
    made = [side for side in sides if side is not None and side.created is not None]
    if len(made) > 1 and not graph.renewing:
        return
    renewals = [e for e in known.calls(thing) if any(graph.may_cause(e, s) for s in graph.renewing)]
    for side in made:
        if side.created is None:
            continue
        begun, since = side.begun, side.created.received_at
        others = [s.begun for s in made if s is not side and not _is_before(s, begun)]
        others += [e.sent for e in renewals if e is not side.created and e.received_at > begun]
        yield side, since, min(others, default=float("inf"))


def _is_before(side: Thing, moment: float) -> bool:
    """Whether a run had certainly begun by a moment."""
    return side.created is not None and side.created.received_at <= moment


def _agree(cycle: Lifecycle, theirs: Any, mine: list[Observation]) -> Iterator[Occasion]:
    own = set(mine)
    everything = frozenset(cycle.states)
    for before, after in mixed(theirs, mine):
        sides = [
            frozenset({each.state}) if each in own else cycle.mirror.get(each.state, everything)
            for each in (before, after)
        ]
        if any(sides[1] & cycle.reach.get(state, everything) for state in sides[0]):
            yield HELD
        else:
            message = f"{before.id} is {before.state}, then {after.id} is {after.state}"
            yield broken(message, before, after)
