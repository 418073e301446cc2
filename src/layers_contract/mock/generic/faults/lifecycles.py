"""Faults of lifecycles: a wrong first state, steps back, endings that do not last, deaf servers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from layers_contract.mock.errors import Refused
from layers_contract.mock.forms import MISSING, Form
from layers_contract.mock.generic.courses import Pace, course
from layers_contract.mock.generic.engine import Engine
from layers_contract.mock.generic.faults._registry import breaks, cycle_of
from layers_contract.mock.generic.kinds import Kind
from layers_contract.mock.generic.rows import Row
from layers_contract.mock.generic.showing import place
from layers_contract.mock.model import Call
from layers_contract.spec.contract import Contract, Gate, Lifecycle
from layers_contract.spec.rules import Rule

Json = Any


def _later(cycle: Lifecycle) -> list[str]:
    """The states that no resource begins in, those that go on before those that end."""
    states = [state for state in cycle.states if state not in cycle.initial]
    return sorted(states, key=lambda state: state in cycle.endings)


def _has_later(_: Contract, rule: Rule) -> bool:
    return bool(_later(cycle_of(rule)))


@dataclass(frozen=True, slots=True)
class Look:
    """A look at a row: its state, the moment, and whether that state is there for a while."""

    row: Row
    state: str
    now: float
    old: bool


def _showing(rule: Rule, name: str, shown: Callable[[Look], str]) -> type[Engine]:
    """A behaviour that shows other states than there are, of the lifecycle of *rule*."""
    cycle = cycle_of(rule)

    class Shows(Engine):
        def states(self, row: Row, now: float) -> dict[str, str]:
            found = super().states(row, now)
            if self.contract.type_of(cycle) == row.type:
                old = now - row.changed(now) > self.options.render / 6
                found[cycle.field] = shown(Look(row, found[cycle.field], now, old))
            return found

    Shows.__name__ = name
    return Shows


@breaks("first", "skipped", "What is new is not in its first state.", fits=_has_later)
def _first_skipped(rule: Rule) -> type[Engine]:
    cycle = cycle_of(rule)

    def shown(look: Look) -> str:
        return _later(cycle)[0] if look.now <= look.row.created else look.state

    return _showing(rule, "Skipped", shown)


def _goes_on(_: Contract, rule: Rule) -> bool:
    cycle = cycle_of(rule)
    track = course(cycle, cycle.initial[0], 0.0, Pace(1.0, 1.0), "success")
    return len([state for _, state in track if state not in cycle.endings]) > 1


@breaks("steps", "back", "A run goes back to its first state half way.", fits=_goes_on)
def _goes_back(rule: Rule) -> type[Engine]:
    cycle = cycle_of(rule)

    def shown(look: Look) -> str:
        going = [s for _, s in look.row.tracks.get(cycle.name, ()) if s not in cycle.endings]
        late = look.state == going[-1] if len(set(going)) > 2 else look.old
        return cycle.initial[0] if late and look.state not in cycle.endings else look.state

    return _showing(rule, "Back", shown)


def _has_endings(_: Contract, rule: Rule) -> bool:
    return bool(cycle_of(rule).endings)


def _ends_by_itself(_: Contract, rule: Rule) -> bool:
    cycle = cycle_of(rule)
    return course(cycle, cycle.initial[0], 0.0, Pace(1.0, 1.0), "success")[-1][1] in cycle.endings


def _has_two_endings(_: Contract, rule: Rule) -> bool:
    cycle = cycle_of(rule)
    return any(set(cycle.endings) - cycle.reach[state] for state in cycle.endings)


@breaks("stays", "reopened", "What has ended goes on after a while.", fits=_has_endings)
def _reopened(rule: Rule) -> type[Engine]:
    cycle = cycle_of(rule)

    def shown(look: Look) -> str:
        again = next(each for each in cycle.states if each not in cycle.endings)
        return again if look.state in cycle.endings and look.old else look.state

    return _showing(rule, "Reopened", shown)


@breaks("stays", "other-ending", "What has ended turns to another ending.", fits=_has_two_endings)
def _other_ending(rule: Rule) -> type[Engine]:
    cycle = cycle_of(rule)

    def shown(look: Look) -> str:
        if look.state not in cycle.endings or not look.old:
            return look.state
        return min(set(cycle.endings) - cycle.reach[look.state], default=look.state)

    return _showing(rule, "Other", shown)


@breaks("ends", "never", "A run never ends by itself.", fits=_ends_by_itself)
def _never_ends(rule: Rule) -> type[Engine]:
    cycle = cycle_of(rule)

    def shown(look: Look) -> str:
        if cycle.endings.get(look.state) in (None, "cancel"):
            return look.state
        track = look.row.tracks.get(cycle.name, ())
        return next((s for _, s in reversed(track) if s not in cycle.endings), look.state)

    return _showing(rule, "Never", shown)


def _can_be_uncaused(_: Contract, rule: Rule) -> bool:
    cycle = cycle_of(rule)
    return any(state in cycle.endings for state in cycle.caused)


@breaks("caused", "by-itself", "Runs end as if they were called off.", fits=_can_be_uncaused)
def _by_itself(rule: Rule) -> type[Engine]:
    cycle = cycle_of(rule)

    def shown(look: Look) -> str:
        uncaused = min(each for each in cycle.caused if each in cycle.endings)
        return uncaused if look.state in cycle.endings else look.state

    return _showing(rule, "ByItself", shown)


def _is_moved(_: Contract, rule: Rule) -> bool:
    return any(step.origins and step.by for step in cycle_of(rule).transitions)


def _is_moved_within_a_run(contract: Contract, rule: Rule) -> bool:
    steps = (step for step in cycle_of(rule).transitions if step.origins)
    return any(step.by - contract.starts.keys() for step in steps)


@breaks("effects", "deaf", "What is accepted changes no state.", fits=_is_moved_within_a_run)
def _deaf(rule: Rule) -> type[Engine]:
    class Deaf(Engine):
        def move(self, call: Call, row: Row, cycle: Lifecycle, target: str) -> bool:
            if call.operation.id not in self.contract.starts and self._is_meant(cycle):
                return True
            return super().move(call, row, cycle, target)

        def _is_meant(self, cycle: Lifecycle) -> bool:
            names = {cycle_of(rule).name}
            for mirror in self.mirrors:
                pair = {mirror.holder.name, mirror.other.name}
                names |= pair if pair & names else set()
            return cycle.name in names

    return Deaf


@breaks("allowed", "refused", "What the state allows is refused.", fits=_is_moved)
def _refuses(rule: Rule) -> type[Engine]:
    class Refuses(Engine):
        def refuse_state(self, call: Call, rows: list[Row]) -> None:
            super().refuse_state(call, rows)
            now = self.clock.now()
            for row in rows:
                cycle = cycle_of(rule)
                if self.contract.type_of(cycle) != row.type:
                    continue
                state = self.state(row, cycle, now)
                for step in cycle.transitions:
                    if state in step.origins and call.operation.id in step.by:
                        raise self.words.refuse("Conflict")

    return Refuses


def _refuses_it(rule: Rule, call: Call) -> bool:
    return any(each.operation == call.operation.id for each in cycle_of(rule).refusals)


@breaks("refused", "done", "What the state does not allow is done all the same.")
def _does_it(rule: Rule) -> type[Engine]:
    class Done(Engine):
        def refuse_state(self, call: Call, rows: list[Row]) -> None:
            if not _refuses_it(rule, call):
                super().refuse_state(call, rows)

        def refuse_start(self, call: Call, rows: list[Row]) -> None:
            if not _refuses_it(rule, call):
                super().refuse_start(call, rows)

    return Done


@breaks("refused", "code", "A refusal by the state has the code of another.")
def _other_code(rule: Rule) -> type[Engine]:
    def other(engine: Engine, refused: Refused) -> Refused:
        codes = [each for each in engine.contract.error_codes if each != refused.code]
        return Refused(refused.status, codes[0], refused.message)

    return _refusing(rule, other)


@breaks("refused", "status", "A refusal by the state has the status of another.")
def _other_status(rule: Rule) -> type[Engine]:
    def other(engine: Engine, refused: Refused) -> Refused:
        return Refused(engine.words.refusals["NotFound"][0], refused.code, refused.message)

    return _refusing(rule, other)


def _refusing(rule: Rule, other: Callable[[Engine, Refused], Refused]) -> type[Engine]:
    """Another refusal in place of the one that *rule* promises."""

    class Refusing(Engine):
        def refuse_state(self, call: Call, rows: list[Row]) -> None:
            try:
                super().refuse_state(call, rows)
            except Refused as refused:
                if not _refuses_it(rule, call):
                    raise
                raise other(self, refused) from refused

    return Refusing


@breaks("gate", "ignored", "A new resource pays no heed to the setting.")
def _gate_ignored(rule: Rule) -> type[Engine]:
    class Ignored(Engine):
        def gated(self, row: Row, gate: Gate) -> tuple[str, ...]:
            allowed = super().gated(row, gate)
            others = [s for states in gate.values.values() for s in states if s not in allowed]
            return tuple(others) if gate == cycle_of(rule).gate and others else allowed

    return Ignored


@breaks("mirrors", "contradicts", "What mirrors another ends in another way.")
def _contradicts(rule: Rule) -> type[Engine]:
    cycle = cycle_of(rule)

    def shown(look: Look) -> str:
        if look.state not in cycle.endings:
            return look.state
        others = sorted(cycle.endings, key=lambda each: cycle.endings[each] != "failure")
        return next((each for each in others if each != look.state), look.state)

    return _showing(rule, "Contradicts", shown)


@breaks("field", "wrong", "The field is not as its rule says.")
def _wrong_field(rule: Rule) -> type[Engine]:
    class Wrong(Engine):
        def outcome(self, row: Row, body: Json) -> str:
            cycle, said = cycle_of(rule), rule.field
            fails = said and all(cycle.endings.get(state) == "failure" for state in said.states)
            return "failure" if fails else super().outcome(row, body)

        def put_fields(
            self,
            row: Row,
            kind: Kind,
            form: Form,
            states: Mapping[str, str],
            found: dict[str, Json],
        ) -> None:
            super().put_fields(row, kind, form, states, found)
            cycle, said = cycle_of(rule), rule.field
            if said is None or self.contract.type_of(cycle) != kind.type:
                return
            member = self.kinds.forms.at(form.node, said.field)
            if member is None or states[cycle.field] not in said.states:
                return
            if said.empty:
                place(found, said.field, self.filling(row, kind, member, said.field))
            else:
                empty = member.empty
                place(found, said.field, MISSING if empty is MISSING else empty)

    return Wrong
