"""Faults of lifecycles: a wrong first state, steps back, endings that do not last, deaf servers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from layers_contract.contract import Contract, Gate, Lifecycle
from layers_contract.mock.errors import Refused
from layers_contract.mock.generic.courses import Pace, course
from layers_contract.mock.generic.engine import Engine
from layers_contract.mock.generic.faults._registry import breaks, cycle_of
from layers_contract.mock.generic.forms import MISSING, Form
from layers_contract.mock.generic.kinds import Kind
from layers_contract.mock.generic.moving import Mirror
from layers_contract.mock.generic.rows import Row, Track
from layers_contract.mock.generic.showing import place
from layers_contract.mock.model import Call
from layers_contract.rules import Rule

Json = Any


def _later(cycle: Lifecycle) -> list[str]:
    """The states that no resource begins in, those that go on before those that end."""
    states = [state for state in cycle.states if state not in cycle.initial]
    return sorted(states, key=lambda state: state in cycle.endings)


def _has_later(_: Contract, rule: Rule) -> bool:
    return bool(_later(cycle_of(rule)))


@breaks("first", "skipped", "What is new is not in its first state.", fits=_has_later)
def _first_skipped(rule: Rule) -> type[Engine]:
    class Skipped(Engine):
        def first(self, row: Row, cycle: Lifecycle, operation: str) -> str:
            right = super().first(row, cycle, operation)
            return _later(cycle)[0] if cycle.name == cycle_of(rule).name else right

    return Skipped


def _goes_on(_: Contract, rule: Rule) -> bool:
    cycle = cycle_of(rule)
    track = course(cycle, cycle.initial[0], 0.0, Pace(1.0, 1.0), "success")
    return len([state for _, state in track if state not in cycle.endings]) > 1


@breaks("steps", "back", "A run goes back to its first state half way.", fits=_goes_on)
def _goes_back(rule: Rule) -> type[Engine]:
    class Back(Engine):
        def course(
            self, cycle: Lifecycle, state: str, begun: float, pace: Pace, outcome: str
        ) -> Track:
            track = super().course(cycle, state, begun, pace, outcome)
            if cycle.name != cycle_of(rule).name or len(track) < 3:
                return track
            last, end = track[-2], track[-1]
            middle = (last[0] + end[0]) / 2
            return [*track[:-1], (middle, track[0][1]), end]

    return Back


def _has_endings(_: Contract, rule: Rule) -> bool:
    return bool(cycle_of(rule).endings)


def _has_two_endings(_: Contract, rule: Rule) -> bool:
    return len(set(cycle_of(rule).endings)) > 1


@breaks("stays", "reopened", "What has ended goes on after a while.", fits=_has_endings)
def _reopened(rule: Rule) -> type[Engine]:
    class Reopened(Engine):
        def state(self, row: Row, cycle: Lifecycle, now: float) -> str:
            state = super().state(row, cycle, now)
            ended = cycle.name == cycle_of(rule).name and state in cycle.endings
            if ended and now - row.changed(now) > self.options.render / 5:
                return next(each for each in cycle.states if each not in cycle.endings)
            return state

    return Reopened


@breaks("stays", "other-ending", "What has ended turns to another ending.", fits=_has_two_endings)
def _other_ending(rule: Rule) -> type[Engine]:
    class Other(Engine):
        def state(self, row: Row, cycle: Lifecycle, now: float) -> str:
            state = super().state(row, cycle, now)
            ended = cycle.name == cycle_of(rule).name and state in cycle.endings
            if ended and now - row.changed(now) > self.options.render / 5:
                others = set(cycle.endings) - cycle.reach[state]
                return min(others, default=state)
            return state

    return Other


@breaks("ends", "never", "A run never ends by itself.", fits=_has_endings)
def _never_ends(rule: Rule) -> type[Engine]:
    class Never(Engine):
        def course(
            self, cycle: Lifecycle, state: str, begun: float, pace: Pace, outcome: str
        ) -> Track:
            track = super().course(cycle, state, begun, pace, outcome)
            if cycle.name != cycle_of(rule).name:
                return track
            return [step for step in track if step[1] not in cycle.endings] or track

        def follow(self, row: Row, mirror: Mirror, track: Track) -> None:
            super().follow(row, mirror, track)
            if mirror.other.name != cycle_of(rule).name:
                return
            for each in self.of_run(row):
                told = each.tracks.get(mirror.other.name)
                if told and told[-1][1] in mirror.other.endings and len(told) > 1:
                    kept = [step for step in told if step[1] not in mirror.other.endings]
                    self.store.put(replace(each, tracks={**each.tracks, mirror.other.name: kept}))

    return Never


def _can_be_uncaused(_: Contract, rule: Rule) -> bool:
    cycle = cycle_of(rule)
    return any(state in cycle.endings for state in cycle.caused)


@breaks("caused", "by-itself", "Runs end as if they were called off.", fits=_can_be_uncaused)
def _by_itself(rule: Rule) -> type[Engine]:
    class ByItself(Engine):
        def course(
            self, cycle: Lifecycle, state: str, begun: float, pace: Pace, outcome: str
        ) -> Track:
            track = super().course(cycle, state, begun, pace, outcome)
            if cycle.name != cycle_of(rule).name or track[-1][1] not in cycle.endings:
                return track
            ending = min(each for each in cycle.caused if each in cycle.endings)
            return [*track[:-1], (track[-1][0], ending)]

    return ByItself


def _is_moved(_: Contract, rule: Rule) -> bool:
    return any(step.origins and step.by for step in cycle_of(rule).transitions)


@breaks("effects", "deaf", "What is accepted changes no state.", fits=_is_moved)
def _deaf(rule: Rule) -> type[Engine]:
    class Deaf(Engine):
        def move(self, call: Call, row: Row, cycle: Lifecycle, target: str) -> bool:
            if self._is_meant(cycle):
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
    class OtherCode(Engine):
        def refuse_state(self, call: Call, rows: list[Row]) -> None:
            try:
                super().refuse_state(call, rows)
            except Refused as refused:
                if not _refuses_it(rule, call):
                    raise
                codes = [c for c in self.contract.error_codes if c != refused.code]
                raise Refused(refused.status, codes[0], refused.message) from refused

    return OtherCode


@breaks("refused", "status", "A refusal by the state has the status of another.")
def _other_status(rule: Rule) -> type[Engine]:
    class OtherStatus(Engine):
        def refuse_state(self, call: Call, rows: list[Row]) -> None:
            try:
                super().refuse_state(call, rows)
            except Refused as refused:
                if not _refuses_it(rule, call):
                    raise
                status = self.words.refusals["NotFound"][0]
                raise Refused(status, refused.code, refused.message) from refused

    return OtherStatus


@breaks("gate", "ignored", "A new resource pays no heed to the setting.")
def _gate_ignored(rule: Rule) -> type[Engine]:
    class Ignored(Engine):
        def gated(self, row: Row, gate: Gate) -> tuple[str, ...]:
            allowed = super().gated(row, gate)
            others = [s for states in gate.values.values() for s in states if s not in allowed]
            return tuple(others) if gate == cycle_of(rule).gate and others else allowed

    return Ignored


@breaks("mirrors", "contradicts", "What is mirrored ends in another way than its mirror.")
def _contradicts(rule: Rule) -> type[Engine]:
    class Contradicts(Engine):
        def state(self, row: Row, cycle: Lifecycle, now: float) -> str:
            state = super().state(row, cycle, now)
            told = any(
                mirror.holder.name == cycle_of(rule).name and mirror.other.name == cycle.name
                for mirror in self.mirrors
            )
            if told and state in cycle.endings:
                return min((each for each in cycle.endings if each != state), default=state)
            return state

    return Contradicts


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
            member = self.kinds.member(form, said.field)
            if member is None or states[cycle.field] not in said.states:
                return
            if said.empty:
                place(found, said.field, self.filling(row, kind, member, said.field))
            else:
                empty = member.empty
                place(found, said.field, MISSING if empty is MISSING else empty)

    return Wrong
