"""What requests say of rows: their members, what they belong to, which types they make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from layers_contract.mock.forms import Form
from layers_contract.mock.generic.finding import Finding
from layers_contract.mock.generic.kinds import Kind
from layers_contract.mock.generic.rows import Row
from layers_contract.mock.model import ABSENT, Call
from layers_contract.spec.document import Operation, pointer

__all__ = ["Asking"]

Json = Any


class Asking(Finding):
    """Reads what a request says of what it makes or changes."""

    def types_made(self, operation: Operation, *, starting: bool) -> list[str]:
        """The types of what the operation makes, what is worked on before who works."""
        found: dict[str, None] = {}
        job = self.kinds.started(operation.id) if starting else None
        for cycle in self.contract.lifecycles.values():
            kind = self.contract.type_of(cycle)
            by = {o for step in cycle.transitions if not step.origins for o in step.by}
            wanted = operation.id not in self.contract.starts or starting
            if operation.id in by and kind != job and kind in self.kinds.all and wanted:
                found[kind] = None
        for name, resource in self.contract.resources.items():
            plain = name != job and not resource.lifecycles and self.kinds.all[name].made
            if operation.id in resource.creators and plain:
                found[name] = None
        return [*found, *([job] if job else [])]

    @cached_property
    def askable(self) -> Mapping[str, frozenset[str]]:
        """The members of each type that the requests that make it can set."""
        found: dict[str, set[str]] = {}
        for operation in self.contract.operations.values():
            for kind in self.types_made(operation, starting=True):
                form = self.kinds.forms.of(operation.body)
                found.setdefault(kind, set()).update(self._names_in(form, 0))
        job = {self.kinds.started(each) for each in self.contract.starts}
        return {
            kind: frozenset(names)
            for kind, names in found.items()
            if kind not in job or not self.kinds.all[kind].relations
        }

    def _names_in(self, form: Form, depth: int) -> Iterator[str]:
        for member in form.members.values():
            yield member.name
            if member.type == "object" and depth < 4:
                yield from self._names_in(self.kinds.forms.of(member.node), depth + 1)

    def taken(
        self, call: Call, kind: Kind, data: dict[str, Json], *, fresh: bool
    ) -> dict[str, Json]:
        """*data* with what the request says of it; with its defaults where it is *fresh*."""
        form = self.kinds.forms.of(call.operation.body)
        body = call.body if isinstance(call.body, dict) else {}
        settled = {at.split("/")[1] for at in self._kept(kind)}
        for name, asked in form.members.items():
            if fresh and name not in body and name not in data and "default" in asked.schema:
                body = {**body, name: asked.schema["default"]}
        for name, value in body.items():
            member = form.members.get(name)
            holder = self.holder(kind, name, form)
            if name in settled or holder is None:
                continue
            if holder != name or (not fresh and isinstance(value, dict)):
                before = data.get(holder)
                data[holder] = {**(before if isinstance(before, dict) else {}), **value}
            else:
                whole = member is not None and member.type == "integer"
                data[holder] = int(value) if whole and isinstance(value, float) else value
        return data

    def _kept(self, kind: Kind) -> Iterator[str]:
        """The pointers to what no request sets by its name: id, relations, states."""
        for shown in kind.shown.values():
            yield shown.resource["id"]
            yield from shown.relations.values()
        yield from (cycle.field for cycle in kind.lifecycles)

    def holder(self, kind: Kind, name: str, form: Form) -> str | None:
        """The member of the type that a request's member goes to: its namesake, or its whole."""
        if name in kind.members:
            return name
        asked = form.members.get(name)
        if asked is None or asked.type != "object":
            return None
        parts = self.kinds.forms.of(asked.node).names
        for shown in kind.shown.values():
            for member in shown.form.members.values():
                inner = self.kinds.forms.of(member.node).names
                if member.type == "object" and parts and parts <= inner:
                    return member.name
        return None

    def parents(
        self, call: Call, kind: Kind, rows: list[Row], made: Mapping[str, Row]
    ) -> dict[str, list[str]]:
        """The ids of what a new resource belongs to."""
        known: dict[str, list[str]] = {}
        for row in rows:
            known |= {name: list(ids) for name, ids in row.parents.items()}
            known[row.type] = [row.id]
        for row in made.values():
            known |= {name: list(ids) for name, ids in row.parents.items()}
            known[row.type] = [row.id]
        if made.keys().isdisjoint({kind.type}):
            known.pop(kind.type, None)
        for shown in kind.shown.values():
            for name, at in shown.relations.items():
                said = None if call.body is ABSENT else pointer(call.body, at)
                if isinstance(said, str | int) and name in self.kinds.all:
                    known[name] = [self.related_id(call, self.kinds.all[name], str(said), at)]
        return known

    def related_id(self, call: Call, kind: Kind, row_id: str, at: str) -> str:
        """The id of another resource that a request names, if there is such a one."""
        if kind.made or kind.type in self.kinds.world:
            row = self.store.row(kind.type, row_id)
            if row is None or row.deleted or not self.owns(call.credential, row.org):
                self.invalid(at, f"names no {kind.type}")
        return row_id
