"""What a field is, in the states that a field rule names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from layers_contract.judge.facts import Facts, values
from layers_contract.judge.invariants._base import HELD, Occasion, broken
from layers_contract.judge.invariants._things import Observation, things
from layers_contract.judge.invariants.derived._base import cycle_of, rule_check
from layers_contract.spec.contract import FieldRule, Lifecycle
from layers_contract.spec.document import pointer
from layers_contract.spec.rules import Rule

EMPTY: tuple[Any, ...] = (None, [], "", {})


@rule_check("field", needs="a {what} in one of those states that shows the field")
def field(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """Every view in such a state has the field so; nothing is said where no view ever had it."""
    known, cycle, said = things(facts), cycle_of(rule), rule.field
    if said is None:
        return
    kind = facts.contract.type_of(cycle)
    views = [view for thing in known.of(kind) for view in thing.views]
    shown = any(values(view.data, said.field) for view in views)
    for view in views:
        state = pointer(view.data, cycle.field)
        found = values(view.data, said.field)
        if not isinstance(state, str) or state not in said.states:
            continue
        if found or _may_be_missed(cycle, view, said, shown):
            yield from _occasions(view, state, said, found)


def _may_be_missed(cycle: Lifecycle, view: Observation, said: FieldRule, shown: bool) -> bool:
    """Whether a field that is not there says something.

    A summary may leave it out, an empty list has no items that could have it, and what no view
    ever showed is not seen to be empty.
    """
    whole = view.schema == cycle.schema and not view.listed
    return whole and "*" not in said.field and (shown or not said.empty)


def _occasions(
    view: Observation, state: str, said: FieldRule, found: list[Any]
) -> Iterator[Occasion]:
    word = "has" if said.empty else "has no"
    message = f"{view.id} is {state} and {word} {said.field}"
    for each in found or [None]:
        right = _is_empty(each) is said.empty
        yield HELD if right else broken(message, view, source=said.source)


def _is_empty(value: Any) -> bool:
    return not value and value in EMPTY
