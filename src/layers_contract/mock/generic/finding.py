"""Which rows a call is about: those that its path names, their sides, what is inside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from layers_contract.mock.forms import Form
from layers_contract.mock.generic.kinds import Kind
from layers_contract.mock.generic.listing import Listing
from layers_contract.mock.generic.moving import Moving
from layers_contract.mock.generic.rows import Row
from layers_contract.mock.generic.showing import place
from layers_contract.mock.model import Call
from layers_contract.spec.contract import Gate
from layers_contract.spec.document import pointer

__all__ = ["Finding"]

Json = Any


class Finding(Listing, Moving):
    """Finds the rows that a call is about, for their owner alone."""

    def named(self, call: Call) -> list[Row]:
        """The rows that the path names, each the caller's own and part of the one before."""
        rows: list[Row] = []
        for parameter in call.operation.path_parameters:
            kind = self.kinds.all.get(parameter.resource or "")
            if kind is None or kind.inside:
                continue
            row = self.found(call, kind, call.ids[parameter.name])
            if any(r.type in row.parents and r.id not in row.parents[r.type] for r in rows):
                raise self.words.refuse("NotFound")
            rows.append(row)
        return rows

    def found(self, call: Call, kind: Kind, row_id: str) -> Row:
        """The row of that id, if it is there and the caller's."""
        row = self.store.row(kind.type, row_id)
        if row is None or row.deleted or not self.owns(call.credential, row.org):
            raise self.words.refuse("NotFound")
        return row

    def inner(self, call: Call, rows: list[Row]) -> dict[str, Json] | None:
        """The resource inside the last row that the path names; None where it names none."""
        for parameter in call.operation.path_parameters:
            kind = self.kinds.all.get(parameter.resource or "")
            if kind and kind.inside:
                for _, each in self.inside(rows[-1] if rows else None, kind):
                    if str(pointer(each, self._id_at(kind))) == call.ids[parameter.name]:
                        return each
                raise self.words.refuse("NotFound")
        return None

    def inside(self, row: Row | None, kind: Kind) -> Iterator[tuple[str, dict[str, Json]]]:
        """The resources of that type that *row* shows inside itself, with their schema's name."""
        for shown in self.kinds.all[row.type].shown.values() if row else ():
            view = self.view(row, shown, self.clock.now()) if row else {}
            for nested in shown.nested:
                if nested.resource["type"] == kind.type:
                    yield from ((nested.schema, each) for each in nested.find(view))

    def _id_at(self, kind: Kind) -> str:
        return next(iter(kind.shown.values())).resource["id"]

    def pictured(self, kind: str, rows: list[Row], org: str) -> Row:
        """The row that a response about *rows* shows: one of them, the newest of theirs, a side."""
        last = rows[-1] if rows else None
        for row in reversed(rows):
            if row.type == kind:
                return row
        if last is None or not self.kinds.all[kind].made:
            return self.side(kind, last, org)
        own = [r for r in self.store.rows(kind) if last.id in r.parents.get(last.type, ())]
        own += [each for each in self.of_run(last) if each.type == kind]
        if not own:
            raise self.words.refuse("NotFound")
        return max(own, key=lambda each: each.seq)

    def states_in(self, form: Form, row: Row, now: float) -> dict[str, Json]:
        """The states of *row* that *form* has members for, of the same name and schema."""
        found: dict[str, Json] = {}
        for at, state in self.states(row, now).items():
            name = at.split("/")[-1]
            shown = (s.form.members.get(name) for s in self.kinds.all[row.type].shown.values())
            member = form.members.get(name)
            if member and any(each and each.schema == member.schema for each in shown):
                found[name] = state
        return found

    def side(self, kind: str, holder: Row | None, org: str) -> Row:
        """The one resource of type *kind* that *holder*, or the organization, has."""
        if holder is None:
            row_id = org
            parents: dict[str, list[str]] = {}
        else:
            row_id = holder.id
            parents = {**holder.parents, holder.type: [holder.id]}
        known = self.store.row(kind, row_id)
        if known is not None:
            return known
        created = holder.created if holder else self.clock.now()
        row = Row(kind, row_id, org if holder is None else holder.org, self.store.next_seq(),
                  created, created, parents=parents)  # fmt: skip
        return replace(row, data=self.settings(kind, holder))

    def settings(self, kind: str, holder: Row | None) -> dict[str, Json]:
        """What a side of *holder* holds before anybody has changed it."""
        data: dict[str, Json] = {}
        for cycle in self.contract.lifecycles.values():
            gate = cycle.gate
            root = self.kinds.root(self.contract.operations[gate.operation]) if gate else None
            if gate and root and root.resource["type"] == kind:
                state = gate.closed if holder and holder.place == "gated" else gate.open
                place(data, gate.field, _setting(gate, state))
        return data


def _setting(gate: Gate, state: str) -> Json:
    """The value that leads to *state*: to nothing else, or usually."""
    value = gate.value(state)
    if value is not None:
        return value
    return next((v for v, states in gate.values.items() if states[:1] == (state,)), None)
