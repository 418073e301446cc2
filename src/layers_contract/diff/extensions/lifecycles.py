"""Lifecycles: states, and what leads from one to another.

A client reads states, waits for those that end, and branches on the rest. So:

- A new state is breaking, whether it ends a run or not: who waits for the known endings waits for
  ever, and who handles every state meets one that was not there. So are a state that is gone and a
  state that ends differently.
- A transition that is gone is breaking: somebody waits for it, or calls for it.
- A transition that an operation newly causes is an addition: only who calls it sees it. If that is
  one more first state of what the operation already made, it is breaking: its answers show it.
- A transition that the server newly takes by itself is an addition where a poller that misses
  states could have seen the same before, and breaking where it shows an order that was impossible.

A step from or to a state that only one of the documents has is told with that state, and one that
an operation caused which is gone with the operation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from layers_contract.diff.extensions.lifecycle_rules import rules
from layers_contract.diff.extensions.pair import Pair, Spot, quoted
from layers_contract.diff.model import Change
from layers_contract.spec.nodes import Node

Json = Any
Step = tuple[str, str, str]
"""From, to, and who causes it; from nothing is a creation."""

NAME: Final = "x-lifecycles"
SERVER: Final = "server"


@dataclass(frozen=True, slots=True)
class Cycle:
    """A lifecycle, and the schema it stands in."""

    node: Node
    raw: Mapping[str, Json]

    @property
    def states(self) -> Mapping[str, Json]:
        """Its states by name."""
        states: Mapping[str, Json] = self.raw["states"]
        return states

    def ends(self, state: str) -> str | None:
        """How a run ends in *state*; None where it goes on, or there is no such state."""
        how: str | None = self.states.get(state, {}).get("ends")
        return how


def between(pair: Pair) -> Iterator[Change]:
    """What the lifecycles of two documents do differently; they go by their names."""
    old, new = (_cycles(nodes) for nodes in pair.everywhere(NAME))
    for name, cycle in new.items():
        spot = Spot(cycle.node.at, "schema", None, cycle.raw, pair.new.reached(cycle.node.at))
        if name in old:
            yield from _changed(pair, name, replace(spot, old=old[name].raw), old[name], cycle)
        else:
            what = f"The lifecycle `{name}` of `{cycle.raw['field'][1:]}` is now documented."
            yield spot.change("addition", "lifecycle-added", what)
    for name, cycle in old.items():
        if name not in new:
            spot = Spot(cycle.node.at, "schema", cycle.raw, None, pair.old.reached(cycle.node.at))
            yield spot.change(
                "breaking",
                "lifecycle-removed",
                f"The lifecycle `{name}` is no longer promised.",
                "Do not rely on the order of its states, nor on which of them end a run.",
            )


def _cycles(nodes: list[Node]) -> dict[str, Cycle]:
    return {name: Cycle(n, raw) for n in nodes for name, raw in n.value[NAME].items()}


def _changed(pair: Pair, name: str, spot: Spot, old: Cycle, new: Cycle) -> Iterator[Change]:
    if old.raw["field"] != new.raw["field"]:
        yield spot.change(
            "breaking",
            "lifecycle-field-changed",
            f"The state of `{name}` is now in `{new.raw['field']}`, not in `{old.raw['field']}`.",
            f"Read the state from `{new.raw['field']}`.",
        )
    if old.node.at != new.node.at and pair.new.api.lookup(old.node.at) is not None:
        yield spot.change(
            "breaking",
            "lifecycle-moved",
            f"The lifecycle `{name}` is now that of {new.node.at[-1]}, not of {old.node.at[-1]}.",
            f"Read the state from {new.node.at[-1]}.",
        )
    yield from _states(pair, name, spot, old, new)
    yield from _steps(pair, name, spot, old, new)
    yield from rules(pair, name, spot)


def _states(pair: Pair, name: str, spot: Spot, old: Cycle, new: Cycle) -> Iterator[Change]:
    for state in new.states:
        if state not in old.states:
            yield _added(pair, name, spot, new, state)
            continue
        subject = f"The state `{state}` of `{name}`"
        yield from spot.trust(subject, old.states[state]["source"], new.states[state]["source"])
        if old.ends(state) != new.ends(state):
            yield _ends_differently(spot, subject, state, old, new)
    for state in old.states:
        if state not in new.states:
            yield spot.change(
                "breaking",
                "state-removed",
                f"The state `{state}` of `{name}` is gone.",
                f"Do not wait for `{state}`, and send it nowhere.",
            )


def _added(pair: Pair, name: str, spot: Spot, new: Cycle, state: str) -> Change:
    causes = {by for _, to, by in _by_step(pair, new) if to == state and by != SERVER}
    operations = pair.new.listed({*spot.operations, *causes})
    if how := new.ends(state):
        return spot.change(
            "breaking",
            "state-ending-added",
            f"`{name}` may now end in the new state `{state}`, as a {how}.",
            f"Stop waiting when you read `{state}`, and treat it as a {how}.",
            operations,
        )
    return spot.change(
        "breaking",
        "state-added",
        f"`{name}` may now pass through the new state `{state}`.",
        f"Expect `{state}`, and go on waiting when you read it.",
        operations,
    )


def _ends_differently(spot: Spot, subject: str, state: str, old: Cycle, new: Cycle) -> Change:
    before, now = old.ends(state), new.ends(state)
    if now and before:
        what, todo = f"is now a {now}, not a {before}", f"Treat `{state}` as a {now}."
    elif now:
        what, todo = f"now ends a run, as a {now}", f"Stop waiting when you read `{state}`."
    else:
        what, todo = "no longer ends a run", f"Go on waiting when you read `{state}`."
    return spot.change("breaking", "state-ending-changed", f"{subject} {what}.", todo)


def _steps(pair: Pair, name: str, spot: Spot, old: Cycle, new: Cycle) -> Iterator[Change]:
    before, now = _by_step(pair, old, rename=True), _by_step(pair, new)
    known = {"", *old.states} & {"", *new.states}
    common = [step for step in (*now, *before) if step[0] in known and step[1] in known]
    there = {SERVER, *pair.new.calls}
    gone = [step for step in dict.fromkeys(common) if step not in now and step[2] in there]
    fresh = [step for step in dict.fromkeys(common) if step not in before]
    for by, steps in _by_cause(gone).items():
        yield _step_removed(spot, name, by, steps)
    added = _Added(name, spot, old, set(before))
    for by, steps in _by_cause(fresh).items():
        yield added.by_server(steps) if by == SERVER else added.by_operation(by, steps)
    for step in dict.fromkeys(common):
        if step in before and step in now:
            subject = f"That {_cause(step[2])} leads {_told([step])} in `{name}`"
            operations = None if step[2] == SERVER else (step[2],)
            yield from spot.trust(subject, before[step], now[step], operations)


def _step_removed(spot: Spot, name: str, by: str, steps: list[Step]) -> Change:
    what = f"{_cause(by, first=True)} no longer leads `{name}` {_told(steps)}."
    if by == SERVER:
        todo = "Do not wait for it."
        return spot.change("breaking", "transition-removed", what, todo)
    todo = f"Do not call {by} for that."
    return spot.change("breaking", "transition-removed", what, todo, (by,))


@dataclass(frozen=True, slots=True)
class _Added:
    """Steps that are new in the lifecycle *name*, beside those that there were before."""

    name: str
    spot: Spot
    old: Cycle
    before: set[Step]

    def by_server(self, steps: list[Step]) -> Change:
        possible = _reach(self.old, self.before)
        what = f"The server may now lead `{self.name}` {_told(steps)}."
        if all(to in possible.get(origin, ()) for origin, to, _ in steps):
            return self.spot.change("addition", "transition-added", what)
        todo = f"Expect {_targets(steps)} where it could not follow before."
        return self.spot.change("breaking", "transition-impossible-before", what, todo)

    def by_operation(self, by: str, steps: list[Step]) -> Change:
        what = f"{by} may now lead `{self.name}` {_told(steps)}."
        creates = any(not origin for origin, _, _ in steps)
        if creates and any(not origin and who == by for origin, _, who in self.before):
            todo = f"Expect {_targets(steps)} in the first answer."
            return self.spot.change("breaking", "first-state-added", what, todo, (by,))
        return self.spot.change("addition", "transition-added", what, operations=(by,))


def _targets(steps: list[Step]) -> str:
    return quoted(dict.fromkeys(to for _, to, _ in steps))


def _by_step(pair: Pair, cycle: Cycle, *, rename: bool = False) -> dict[Step, str]:
    """Each single step of the lifecycle with its source."""
    return {
        (origin, to, pair.operation(by) if rename else by): each["source"]
        for each in cycle.raw["transitions"]
        for by in ([SERVER] if each["by"] == SERVER else each["by"])
        for origin in each["from"] or [""]
        for to in each["to"]
    }


def _by_cause(steps: Iterable[Step]) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = {}
    for step in steps:
        found.setdefault(step[2], []).append(step)
    return found


def _reach(cycle: Cycle, steps: set[Step]) -> dict[str, set[str]]:
    """For each state those that may be seen after it within one run."""
    reach = {state: {state} for state in cycle.states}
    onward = [
        (a, b)
        for a, b, by in steps
        if a and (not cycle.ends(a) or (by == SERVER and cycle.ends(b)))
    ]
    for _ in cycle.states:
        for origin, to in onward:
            for seen in reach.values():
                if origin in seen:
                    seen.add(to)
    return reach


def _cause(by: str, *, first: bool = False) -> str:
    return by if by != SERVER else "The server" if first else "the server"


def _told(steps: list[Step]) -> str:
    return ", ".join(
        f"from `{origin}` to `{to}`" if origin else f"into its first state `{to}`"
        for origin, to, _ in steps
    )
