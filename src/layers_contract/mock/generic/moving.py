"""Runs and lifecycles of rows: how they begin, who moves them, what is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from layers_contract.mock.clock import Clock
from layers_contract.mock.errors import Refused
from layers_contract.mock.generic.courses import Pace, course
from layers_contract.mock.generic.rows import Row, RowStore, Track
from layers_contract.mock.generic.showing import Showing
from layers_contract.mock.model import Call
from layers_contract.mock.options import MockOptions
from layers_contract.mock.vocabulary import Vocabulary
from layers_contract.spec.contract import Gate, Lifecycle

__all__ = ["FAILING", "Mirror", "Moving"]

Json = Any
FAILING = "[fail]"
"""A request that says this anywhere makes its run fail."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """Two lifecycles with one story: `holder` is the finer one, `told` maps its states."""

    holder: Lifecycle
    other: Lifecycle
    told: Mapping[str, str]

    def follow(self, track: Track) -> Track:
        """The other's course, while the holder takes *track*."""
        found: Track = []
        for moment, state in track:
            if not found or found[-1][1] != self.told[state]:
                found.append((moment, self.told[state]))
        return found


class Moving(Showing):
    """Moves rows along their lifecycles."""

    def __init__(
        self, options: MockOptions, clock: Clock, store: RowStore, words: Vocabulary
    ) -> None:
        super().__init__(options, clock, store, words)
        self.mirrors = [self._mirror(each) for each in self.contract.lifecycles.values()
                        if each.mirror]  # fmt: skip

    def _mirror(self, cycle: Lifecycle) -> Mirror:
        schema = self.contract.document.schema(cycle.schema)
        other = self.contract.lifecycles[schema["x-lifecycles"][cycle.name]["mirrors"]["lifecycle"]]
        told = {state: name for name, states in cycle.mirror.items() for state in states}
        return Mirror(cycle, other, told)

    def pace(self) -> Pace:
        """How long the next run takes."""
        swing = 1 + self.options.jitter * self.random.uniform(-1, 1)
        whole = self.options.render * swing
        return Pace(whole * self.options.queue_share, whole * (1 - self.options.queue_share))

    def outcome(self, row: Row, body: Json) -> str:
        """How the next run of *row* is to end."""
        return "failure" if FAILING in f"{dict(row.data)} {body}" else "success"

    def begin(self, row: Row, body: Json, operation: str) -> Row:
        """*row* with each lifecycle at its beginning."""
        now, pace, outcome = self.clock.now(), self.pace(), self.outcome(row, body)
        tracks = {
            each.name: self.course(each, self.first(row, each, operation), now, pace, outcome)
            for each in self.kinds.all[row.type].lifecycles
        }
        return replace(row, tracks=tracks)

    def course(self, cycle: Lifecycle, state: str, begun: float, pace: Pace, outcome: str) -> Track:
        """The states that *cycle* goes through by itself from *state* on."""
        return course(cycle, state, begun, pace, outcome)

    def first(self, row: Row, cycle: Lifecycle, operation: str) -> str:
        """The state that a new resource begins in."""
        if cycle.gate and (allowed := self.gated(row, cycle.gate)):
            return allowed[0]
        made = [
            step.targets[0]
            for step in cycle.transitions
            if not step.origins and (operation in step.by or not step.by)
        ]
        return made[0] if made else (*cycle.initial, *cycle.states)[0]

    def gated(self, row: Row, gate: Gate) -> tuple[str, ...]:
        """The first states that the setting of *gate* leads to."""
        operation = self.contract.operations[gate.operation]
        root = self.kinds.root(operation)
        kind = self.kinds.resource_of(operation)
        ids = [row.id] if kind == row.type else list(row.parents.get(kind or "", ()))
        holder = self.store.row(kind, ids[0]) if kind and ids else None
        if root is None or (kind and holder is None):
            return ()
        setting = self.side(root.resource["type"], holder, row.org)
        return gate.first(self.view(setting, root, self.clock.now()))

    def side(self, kind: str, holder: Row | None, org: str) -> Row:
        """The one resource of type *kind* that *holder*, or the organization, has."""
        raise NotImplementedError

    def refuse_state(self, call: Call, rows: list[Row]) -> None:
        """Refuse what the lifecycle of one of *rows* does not allow."""
        now = self.clock.now()
        for row in rows:
            for cycle in self.kinds.all[row.type].lifecycles:
                state = self.state(row, cycle, now)
                refusal = cycle.refusal(call.operation.id, state)
                if refusal:
                    message = f"Not possible while the {row.type} is {state}."
                    raise Refused(refusal.status, refusal.code, message)

    def at_stake(self, rows: list[Row]) -> list[Row]:
        """The rows that an operation on *rows* may move: the last one, and what shares its run."""
        if not rows:
            return []
        row = rows[-1]
        found = {(each.type, each.id): each for each in (row, *self.of_run(row))}
        for kind, ids in row.parents.items():
            for each in filter(None, (self.store.row(kind, name) for name in ids)):
                # What a run worked on is not its own any more once another run has begun.
                if row.run != row.id or each.run in ("", row.run):
                    found.setdefault((each.type, each.id), each)
        return list(found.values())

    def affected(self, rows: list[Row], kind: str) -> list[Row]:
        """The rows of type *kind* that an operation on *rows* moves."""
        own = [each for each in self.at_stake(rows) if each.type == kind]
        if own or not rows:
            return own
        last = rows[-1]
        return [r for r in self.store.rows(kind) if last.id in r.parents.get(last.type, ())]

    def move_all(self, call: Call, rows: list[Row], *, starting: bool) -> dict[str, str]:
        """Move what the operation moves; the new states, by the name of their lifecycle."""
        moved: dict[str, str] = {}
        for cycle in self._movable(call.operation.id):
            for row in self.affected(rows, self.contract.type_of(cycle)):
                target = self.target(call, row, cycle, starting=starting)
                if target is not None and self.move(call, row, cycle, target):
                    moved[cycle.name] = target
        return moved

    def _movable(self, operation: str) -> Iterator[Lifecycle]:
        """The lifecycles that *operation* moves; those that others mirror come last."""
        others = {mirror.other.name for mirror in self.mirrors}
        cycles = sorted(self.contract.lifecycles.values(), key=lambda each: each.name in others)
        for cycle in cycles:
            if any(step.origins and operation in step.by for step in cycle.transitions):
                yield cycle

    def target(self, call: Call, row: Row, cycle: Lifecycle, *, starting: bool) -> str | None:
        """Where the operation takes *row*; None where it leaves it."""
        state = self.state(self.current(row), cycle, self.clock.now())
        for step in cycle.transitions:
            if state in step.origins and call.operation.id in step.by:
                again = state in cycle.endings and step.targets[0] not in cycle.endings
                return None if again and not starting else step.targets[0]
        return None

    def current(self, row: Row) -> Row:
        """*row* as it is kept by now."""
        return self.store.row(row.type, row.id) or row

    def move(self, call: Call, row: Row, cycle: Lifecycle, target: str) -> bool:
        """Take *row* to *target*, and what its run shares with it. Whether it was possible."""
        now = self.clock.now()
        at = now + self.heed(cycle, target)
        row = self.current(row)
        before = self.state(row, cycle, at)
        if before in cycle.endings and self.state(row, cycle, now) not in cycle.endings:
            return True  # it ends by itself before it takes heed
        self.put_state(row, cycle, target, at, call.body)
        return True

    def heed(self, cycle: Lifecycle, target: str) -> float:
        """How long it takes until a run notices that it was called off, in seconds."""
        return self.options.cancel_delay if cycle.endings.get(target) == "cancel" else 0.0

    def put_state(self, row: Row, cycle: Lifecycle, target: str, at: float, body: Json) -> Row:
        """Keep *row* in *target* from *at* on, and go on from there."""
        kept = [step for step in row.tracks.get(cycle.name, ()) if step[0] < at]
        ahead = self.course(cycle, target, at, self.pace(), self.outcome(row, body))
        return self.put_track(row, cycle, [*kept, *ahead])

    def put_track(self, row: Row, cycle: Lifecycle, track: Track) -> Row:
        """Keep the course of *row*, and let what mirrors it follow."""
        row = self.store.put(
            replace(row, tracks={**row.tracks, cycle.name: track}, touched=self.clock.now())
        )
        for mirror in self.mirrors:
            if mirror.holder.name == cycle.name:
                self.follow(row, mirror, track)
            elif mirror.other.name == cycle.name:
                self.lead(row, mirror, track)
        return row

    def follow(self, row: Row, mirror: Mirror, track: Track) -> None:
        """Let the other side of *mirror* take the course that *row* takes."""
        begun = self.run_begun(row, track)
        for each in self.of_run(row):
            if each.type == self.contract.type_of(mirror.other):
                told = mirror.follow([s for s in track if s[0] >= begun])
                self.store.put(replace(each, tracks={**each.tracks, mirror.other.name: told}))

    def run_begun(self, row: Row, track: Track) -> float:
        """When the newest run of *row* began."""
        made = [each.created for each in self.of_run(row) if each.run == each.id]
        return min(max(made, default=row.created), track[-1][0])

    def lead(self, row: Row, mirror: Mirror, track: Track) -> None:
        """Let the holder of *mirror* take a course that the other's *track* tells."""
        for each in self.of_run(row):
            if each.type == self.contract.type_of(mirror.holder):
                before = each.tracks.get(mirror.holder.name, [])
                self.store.put(
                    replace(
                        each,
                        tracks={**each.tracks, mirror.holder.name: _led(before, track, mirror)},
                        touched=row.touched,
                    )
                )


def _led(before: Track, track: Track, mirror: Mirror) -> Track:
    """The holder's course: as it was as long as it agrees, then the nearest to *track*."""
    found: Track = []
    for number, (moment, state) in enumerate(track):
        end = track[number + 1][0] if number + 1 < len(track) else float("inf")
        same = [s for s in before if moment <= s[0] < end and mirror.told[s[1]] == state]
        if not same or same[0][0] > moment:
            known = next((s for _, s in before if mirror.told[s] == state), None)
            found.append((moment, known or next(s for s, n in mirror.told.items() if n == state)))
        found += same
    earlier = [step for step in before if track and step[0] < track[0][0]]
    return [*earlier, *found]
