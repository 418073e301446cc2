"""What each operation of a document does to the rows, read from its extensions and its shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from layers_contract.mock.generic.answering import Answering
from layers_contract.mock.generic.kinds import Kind, Shown
from layers_contract.mock.generic.rows import Row
from layers_contract.mock.idempotency import Handler
from layers_contract.mock.model import ABSENT, Answer, Call

__all__ = ["Operating"]

Json = Any
EDITS = ("PUT", "PATCH")
DELETE = "DELETE"


class Operating(Answering):
    """Carries out any operation."""

    def handler(self, call: Call) -> Handler:
        """The method that carries out the call's operation."""
        if call.operation.method != "GET":
            return self.act
        return self.list_rows if call.operation.id in self.contract.lists else self.read

    def read(self, call: Call) -> Answer:
        """What the path names, or what belongs to it."""
        rows = self.named(call)
        inner = self.inner(call, rows)
        status = self.success(call.operation, changed=False)
        body = self.reading(call, rows, inner, status)
        return self.validated(call, Answer(status, body))

    def act(self, call: Call) -> Answer:
        """Create, change, move or delete, as the document says."""
        rows = self.named(call)
        self.inner(call, rows)
        self.refuse_state(call, self.at_stake(rows))
        starts = self.contract.starts.get(call.operation.id)
        body = None if call.body is ABSENT else call.body
        starting = starts is None or starts.asked(body)
        if starts and starting and not starts.new_container and starts.container != "none":
            self.refuse_start(call, rows)
            rows = self.detach(call, rows)
        moved = self.move_all(call, rows, starting=starting)
        made = self.make(call, rows, starting=starts is not None and starting)
        changed = self.change(call, rows, made)
        if starts and starting and rows and not starts.new_container:
            self.reopen(call, rows)
        if call.operation.method == DELETE and rows:
            changed = self.delete(call, rows[-1]) or changed
        status = self.success(call.operation, changed=bool(moved or made or changed))
        rows = [self.current(each) for each in rows]
        return Answer(status, self.acted(call, status, rows, made, moved))

    def refuse_start(self, call: Call, rows: list[Row]) -> None:
        """Refuse a run of what is not in a state to be taken up again."""
        for cycle in self.contract.lifecycles.values():
            steps = [s for s in cycle.transitions if s.origins and call.operation.id in s.by]
            if not steps or not cycle.endings:
                continue
            for row in self.affected(rows, self.contract.type_of(cycle)):
                state = self.state(row, cycle, self.clock.now())
                if not any(state in step.origins for step in steps):
                    message = f"Not possible while the {row.type} is {state}."
                    raise self.words.refuse("Conflict", message)

    def detach(self, call: Call, rows: list[Row]) -> list[Row]:
        """Take what is worked on out of its last run, which stays as it ended."""
        job = self.kinds.started(call.operation.id)
        for each in self.at_stake(rows):
            if each.type != job and each.run:
                self.store.put(replace(each, run=""))
        return [self.current(each) for each in rows]

    def make(self, call: Call, rows: list[Row], *, starting: bool) -> dict[str, Row]:
        """Make what the operation makes; by type."""
        made: dict[str, Row] = {}
        source = rows[-1] if rows else None
        types = self.types_made(call.operation, starting=starting)
        starts = self.contract.starts.get(call.operation.id)
        run = ""
        for kind in types:
            row = self.new_row(call, self.kinds.all[kind], rows, made, source)
            made[kind] = row
            run = row.id
        if starts and starting:
            self.join(call, rows, made, run)
        return {kind: self.current(row) for kind, row in made.items()}

    def new_row(
        self, call: Call, kind: Kind, rows: list[Row], made: Mapping[str, Row], source: Row | None
    ) -> Row:
        """A new resource of that type."""
        now = self.clock.now()
        data = dict(source.data) if source and source.type == kind.type else {}
        starts = self.contract.starts.get(call.operation.id)
        if starts and starts.kind and kind.type == self.kinds.started(call.operation.id):
            data["kind"] = starts.kind
        row = Row(
            type=kind.type,
            id=self.new_id(kind.type),
            org=call.credential.org,
            seq=self.store.next_seq(),
            created=now,
            touched=now,
            parents=self.parents(call, kind, rows, made),
            data=self.taken(call, kind, data, fresh=True),
        )
        return self.store.put(self.begin(row, call.body, call.operation.id))

    def join(self, call: Call, rows: list[Row], made: Mapping[str, Row], run: str) -> None:
        """Let what takes part in one run share it, and its course."""
        worked = list(made.values())
        starts = self.contract.starts[call.operation.id]
        if not starts.new_container and starts.container != "none":
            worked = [*self.at_stake(rows), *worked]
        for each in worked:
            row = self.current(each)
            if row.id == run or row.run != row.id:
                self.store.put(replace(row, run=run))
        for mirror in self.mirrors:
            holder = self.contract.type_of(mirror.holder)
            for row in map(self.current, worked):
                if row.type == holder and row.run == run:
                    self.follow(row, mirror, row.tracks[mirror.holder.name])

    def reopen(self, call: Call, rows: list[Row]) -> None:
        """Put what a setting gates back to where the setting wants it: a new run is new work."""
        now = self.clock.now()
        for each in self.at_stake(rows):
            for cycle in self.kinds.all[each.type].lifecycles:
                if not cycle.gate:
                    continue
                row = self.current(each)
                state, wanted = self.state(row, cycle, now), self.gated(row, cycle.gate)
                steps = {t for s in cycle.transitions if not s.by and state in s.origins
                         for t in s.targets}  # fmt: skip
                if wanted and state not in wanted and wanted[0] in steps:
                    self.put_state(row, cycle, wanted[0], now, call.body)

    def change(self, call: Call, rows: list[Row], made: Mapping[str, Row]) -> bool:
        """Put what the request says into what the path names. Whether it changed anything."""
        if not rows or call.body is ABSENT or not isinstance(call.body, dict):
            return False
        row = self.current(rows[-1])
        if row.type in made:
            return False
        root = self.kinds.root(call.operation)
        kind = self.kinds.all[row.type]
        if root and call.operation.method in EDITS and self._is_side(root, row, made):
            kind = self.kinds.all[root.resource["type"]]
            row = self.side(kind.type, row, call.credential.org)
        data = self.taken(call, kind, dict(row.data), fresh=False)
        if data == row.data and row.type == rows[-1].type:
            return False
        self.store.put(replace(row, data=data, touched=self.clock.now()))
        return True

    def _is_side(self, root: Shown, row: Row, made: Mapping[str, Row]) -> bool:
        """Whether what a response shows is a setting of *row*."""
        kind = root.resource["type"]
        return kind not in (row.type, *made) and not self.kinds.all[kind].made

    def delete(self, call: Call, row: Row) -> bool:
        """Delete *row*, or close it where the response goes on to show it."""
        row = self.current(row)
        root = self.kinds.root(call.operation)
        shows = root is not None and root.resource["type"] == row.type
        if row.data.get("") == DELETE:
            return False
        gone = not shows and not self._movable_at_all(call.operation.id)
        self.store.put(
            replace(row, deleted=gone, data={**row.data, "": DELETE}, touched=self.clock.now())
        )
        return True

    def _movable_at_all(self, operation: str) -> bool:
        return next(self._movable(operation), None) is not None
