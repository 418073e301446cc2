"""What else a lifecycle promises: refusals, what fields hold, the gate, the mirror.

- A refusal where none was is breaking, one that is gone is an addition: a call may work now.
- What a field holds in a state is a promise: gone or turned round is breaking, more is an addition.
- A gate that is gone or works differently is breaking: first states come out differently.
- A time that the server lets pass is breaking where it is another or gone, for somebody waits, or
  fetches something before it is gone; one that is newly told is an addition.
- A mirror that allows one more combination of states is breaking, for it may now be seen; one that
  allows fewer is an addition.

What is said of a state that only one of the documents has is told with that state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from layers_contract.diff.extensions.pair import Pair, Spot, quoted, span
from layers_contract.diff.model import NOTHING, Change

Json = Any
Raw = Mapping[str, Json]


def rules(pair: Pair, name: str, spot: Spot) -> Iterator[Change]:
    """What the lifecycle *name* at *spot* promises differently, beside states and steps."""
    known = {state for state in spot.old["states"] if state in spot.new["states"]}
    yield from _refusals(pair, name, spot, known)
    yield from _fields(spot, name, known)
    yield from _gate(pair, name, spot)
    yield from _waits(name, spot)
    yield from _mirror(name, spot)


def _refusals(pair: Pair, name: str, spot: Spot, known: set[str]) -> Iterator[Change]:
    before = {(pair.operation(o), s): r for (o, s), r in _refused(spot.old, known).items()}
    now = _refused(spot.new, known)
    for operation, states in _grouped(key for key in now if key not in before).items():
        answer = now[operation, states[0]]
        yield spot.change(
            "breaking",
            "refusal-added",
            f"{operation} is now refused with {answer['status']} {answer['code']} while"
            f" `{name}` is {_or(states)}.",
            f"Call {operation} in another state, or expect the {answer['status']}.",
            (operation,),
        )
    gone = (key for key in before if key not in now and key[0] in pair.new.calls)
    for operation, states in _grouped(gone).items():
        what = f"{operation} is no longer refused while `{name}` is {_or(states)}."
        yield spot.change("addition", "refusal-removed", what, operations=(operation,))
    yield from _refused_differently(name, spot, before, now)


def _refused_differently(
    name: str,
    spot: Spot,
    before: Mapping[tuple[str, str], Raw],
    now: Mapping[tuple[str, str], Raw],
) -> Iterator[Change]:
    both = [key for key in now if key in before]
    differ = [key for key in both if _answer(before[key]) != _answer(now[key])]
    for operation, states in _grouped(differ).items():
        yield spot.change(
            "breaking",
            "refusal-changed",
            f"{operation} while `{name}` is {_or(states)} is now refused with"
            f" {_answer(now[operation, states[0]])}, not {_answer(before[operation, states[0]])}.",
            f"Expect {_answer(now[operation, states[0]])}.",
            (operation,),
        )
    for operation, state in both:
        subject = f"That {operation} is refused while `{name}` is `{state}`"
        old, new = before[operation, state]["source"], now[operation, state]["source"]
        yield from spot.trust(subject, old, new, (operation,))


def _refused(raw: Raw, known: set[str]) -> dict[tuple[str, str], Raw]:
    return {
        (each["operation"], state): each
        for each in raw.get("refusals", ())
        for state in each["in"]
        if state in known
    }


def _answer(refusal: Raw) -> str:
    return f"{refusal['status']} {refusal['code']}"


def _fields(spot: Spot, name: str, known: set[str]) -> Iterator[Change]:
    before, now = _field_rules(spot.old, known), _field_rules(spot.new, known)
    fresh = [key for key in now if key not in before]
    for (field, how), states in _by_field(key for key in before if key not in now).items():
        yield spot.change(
            "breaking",
            "field-rule-removed",
            f"`{field}` is no longer sure to be {how} while `{name}` is {_or(states)}.",
            f"Do not rely on it; `{field}` may hold anything there.",
        )
    for (field, how), states in _by_field(fresh).items():
        what = f"`{field}` is now sure to be {how} while `{name}` is {_or(states)}."
        yield spot.change("addition", "field-rule-added", what)
    for key in now:
        if key in before:
            subject = f"That `{key[0]}` is {key[1]} while `{name}` is `{key[2]}`"
            yield from spot.trust(subject, before[key], now[key])


def _field_rules(raw: Raw, known: set[str]) -> dict[tuple[str, str, str], str]:
    return {
        (each["field"][1:], each["is"], state): each["source"]
        for each in raw.get("fields", ())
        for state in each["in"]
        if state in known
    }


def _by_field(keys: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for field, how, state in keys:
        found.setdefault((field, how), []).append(state)
    return found


def _gate(pair: Pair, name: str, spot: Spot) -> Iterator[Change]:
    old, new = spot.old.get("gate"), spot.new.get("gate")
    if old and new:
        before = {**old, "operation": pair.operation(old["operation"])}
        subject = f"What the first state of `{name}` depends on"
        if _choices(before) != _choices(new):
            yield spot.change(
                "breaking",
                "gate-changed",
                f"{subject} has changed: {_chosen(new)}.",
                "Expect the first state to come out accordingly.",
            )
        yield from spot.trust(subject, old["source"], new["source"])
    elif old:
        yield spot.change(
            "breaking",
            "gate-removed",
            f"`{old['field'][1:]}` of {old['operation']} no longer tells the first state"
            f" of `{name}`.",
            "Read the state itself.",
        )
    elif new:
        what = f"`{new['field'][1:]}` of {new['operation']} now tells the first state of `{name}`."
        yield spot.change("addition", "gate-added", what)


def _choices(gate: Raw) -> tuple[Json, ...]:
    """What a gate reads, and the states that each value leads to."""
    values = gate.get("values") or {True: [gate["closed"]], False: [gate["open"]]}
    return gate["operation"], gate["field"], values


def _chosen(gate: Raw) -> str:
    """Which state a gate leads to, and when."""
    where = f"`{gate['field'][1:]}` of {gate['operation']}"
    if "values" not in gate:
        return f"`{gate['closed']}` where {where} is true, `{gate['open']}` where it is false"
    by_states: dict[str, list[str]] = {}
    for value, states in gate["values"].items():
        by_states.setdefault(_or(states), []).append(value)
    return ", ".join(f"{each} where {where} is {_or(v)}" for each, v in by_states.items())


def _waits(name: str, spot: Spot) -> Iterator[Change]:
    before, now = _pauses(spot.old), _pauses(spot.new)
    for step in now:
        old, new = before.get(step, ""), now[step]
        if step not in before or old == new:
            continue
        origin, to = step
        moved = f"leads `{name}` {f'from `{origin}` ' if origin else ''}to `{to}`"
        if not new:
            what, todo = f"The server {moved} at no promised time any more.", "Do not count on one."
            yield spot.change("breaking", "transition-time-removed", what, todo)
        elif not old:
            what = f"The server {moved} after {span(new)}: this is now promised."
            yield spot.change("addition", "transition-time-added", what)
        else:
            what = f"The server now {moved} after {span(new)}, not after {span(old)}."
            todo = f"Expect `{to}` after {span(new)}."
            yield spot.change("breaking", "transition-time-changed", what, todo)


def _pauses(raw: Raw) -> dict[tuple[str, str], str]:
    """How long the server waits before each of its steps; empty where nothing is said."""
    return {
        (origin, to): each.get("after", "")
        for each in raw["transitions"]
        if each["by"] == "server"
        for origin in each["from"] or [""]
        for to in each["to"]
    }


def _mirror(name: str, spot: Spot) -> Iterator[Change]:
    old, new = spot.old.get("mirrors"), spot.new.get("mirrors")
    if old and new and (old["schema"], old["lifecycle"]) == (new["schema"], new["lifecycle"]):
        yield from _combinations(name, spot, old, new)
        yield from spot.trust(f"That `{name}` follows `{new['lifecycle']}`", *_sources(old, new))
    elif old:
        yield spot.change(
            "breaking",
            "mirror-removed" if not new else "mirror-changed",
            f"`{name}` no longer follows `{old['lifecycle']}` of {old['schema']}.",
            "Read both states, and conclude nothing from the one about the other.",
        )
    elif new:
        what = f"`{name}` now follows `{new['lifecycle']}` of {new['schema']}."
        yield spot.change("addition", "mirror-added", what)


def _combinations(name: str, spot: Spot, old: Raw, new: Raw) -> Iterator[Change]:
    known = set(spot.old["states"]) & set(spot.new["states"])
    for other in new["states"]:
        if other not in old["states"]:
            continue
        before, now = ([s for s in each["states"][other] if s in known] for each in (old, new))
        where = f"while `{new['lifecycle']}` is `{other}`"
        if fresh := [state for state in now if state not in before]:
            what = f"`{name}` may now be {_or(fresh)} {where}."
            todo = "Expect this combination."
            yield spot.change("breaking", "mirror-widened", what, todo)
        if gone := [state for state in before if state not in now]:
            what = f"`{name}` is no longer {_or(gone)} {where}."
            yield spot.change("addition", "mirror-narrowed", what, NOTHING)


def _sources(old: Raw, new: Raw) -> tuple[str, str]:
    return old["source"], new["source"]


def _grouped(keys: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for operation, state in keys:
        found.setdefault(operation, []).append(state)
    return found


def _or(states: Iterable[str]) -> str:
    return quoted(states).replace("` and `", "` or `")
