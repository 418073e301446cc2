"""What each operation of a document does to the rows, read from its extensions and its shape."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from http import HTTPStatus
from typing import Any

from layers_contract.contract import Gate
from layers_contract.document import Operation, pointer
from layers_contract.mock.forms import Form
from layers_contract.mock.generic.kinds import Kind, Shown
from layers_contract.mock.generic.listing import Listing
from layers_contract.mock.generic.moving import Moving
from layers_contract.mock.generic.rows import Row
from layers_contract.mock.generic.showing import place, substituted
from layers_contract.mock.idempotency import Handler
from layers_contract.mock.model import ABSENT, Answer, Call
from layers_contract.mock.vocabulary import example_of

__all__ = ["Operating"]

Json = Any
LIFETIME = 900.0
"""How long what is made for one response is said to last, in seconds."""
DELETE = "DELETE"
EDITS = ("PUT", "PATCH")


class Operating(Listing, Moving):
    """Carries out any operation."""

    def handler(self, call: Call) -> Handler:
        """The method that carries out the call's operation."""
        if call.operation.method != "GET":
            return self.act
        return self.list_rows if call.operation.id in self.contract.lists else self.read

    # what a path names

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

    # reading

    def read(self, call: Call) -> Answer:
        """What the path names, or what belongs to it."""
        rows = self.named(call)
        inner = self.inner(call, rows)
        status = self.success(call.operation, changed=False)
        body = self.reading(call, rows, inner, status)
        return self.validated(call, Answer(status, body))

    def reading(
        self, call: Call, rows: list[Row], inner: dict[str, Json] | None, status: int
    ) -> Json:
        """The body of a response that shows and changes nothing."""
        root = self.kinds.root(call.operation)
        if inner is not None:
            return self.inner_view(call, rows[-1], inner, status)
        if root is None:
            return self.composed(call, status, rows, {})
        row = self.pictured(root.resource["type"], rows, call.credential.org)
        return self.pictured_view(call, row, root, rows, status)

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

    def pictured_view(
        self, call: Call, row: Row, root: Shown, rows: list[Row], status: int
    ) -> dict[str, Json]:
        """*row*, with the states of what it is a side of."""
        now = self.clock.now()
        found = self.view(row, root, now, self.examples(call.operation, status))
        for other in rows[-1:]:
            if other.type != row.type and (states := self.states_in(root.form, other, now)):
                found |= states
                for member in root.form.members.values():
                    if member.name in found and member.is_moment:
                        found[member.name] = self.stamp(other.changed(now))
                    elif member.name in found and (done := self.done(other, member)) is not None:
                        found[member.name] = done
        return found

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

    def inner_view(
        self, call: Call, row: Row, inner: dict[str, Json], status: int
    ) -> dict[str, Json]:
        """A resource inside *row* as the operation's own schema has it."""
        root = self.kinds.root(call.operation)
        if root is None:
            return inner
        example = next(iter(self.examples(call.operation, status)), inner)
        known = pointer(example, root.resource["id"])
        name = pointer(inner, root.resource["id"])
        example = substituted(example, {str(known): str(name)} if known else {})
        found: dict[str, Json] = {}
        for member in root.form.members.values():
            if member.is_moment:
                found[member.name] = self.stamp(self.expiry())
            elif member.name in inner and member.schema.get("format") != "uri":
                found[member.name] = inner[member.name]
            elif member.name in example:
                found[member.name] = example[member.name]
            elif member.name in inner or member.required:
                sample = self.kinds.forms.sample(member.node)
                found[member.name] = inner.get(member.name, sample)
        return found

    def expiry(self) -> float:
        """Until when what is made for one response lasts."""
        return self.clock.now() + LIFETIME

    def validated(self, call: Call, answer: Answer) -> Answer:
        """*answer* with its validator; nothing but that where the caller has it already."""
        rule = self.words.validators.get(call.operation.id)
        if rule is None:
            return answer
        body = self.encode(answer.body)
        tag = self.tag(answer.body, body)
        known = call.headers.get(rule.request)
        if known is not None and self.is_known(known, tag):
            return Answer(rule.unchanged, b"", {rule.response: tag})
        return Answer(answer.status, body, {rule.response: tag})

    # acting

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

    def join(self, call: Call, rows: list[Row], made: Mapping[str, Row], run: str) -> None:
        """Let what takes part in one run share it, and its course."""
        worked = list(made.values())
        starts = self.contract.starts[call.operation.id]
        if not starts.new_container and starts.container != "none":
            worked = [*self.at_stake(rows), *worked]
        for each in worked:
            row = self.current(each)
            if row.id == run or row.run != row.id:
                self.store.put(replace(row, run=run, runs=row.runs + 1))
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

    # what requests say

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

    # answering

    def success(self, operation: Operation, *, changed: bool) -> int:
        """The status of a success; of several, the higher where something has changed."""
        statuses = sorted(each for each in operation.success if each < HTTPStatus.MULTIPLE_CHOICES)
        if not statuses:
            return int(HTTPStatus.OK)
        return statuses[-1] if changed else statuses[0]

    def examples(self, operation: Operation, status: int) -> list[Json]:
        """The examples of a response."""
        response = operation.responses.get(str(status))
        return list(response.examples.values()) if response else []

    def acted(
        self, call: Call, status: int, rows: list[Row], made: Mapping[str, Row],
        moved: Mapping[str, str],
    ) -> Json:  # fmt: skip
        """The body of a response that tells of a change."""
        root = self.kinds.root(call.operation)
        now = self.clock.now()
        examples = self.examples(call.operation, status)
        if root is not None:
            kind = root.resource["type"]
            for row in (*made.values(), *reversed(rows)):
                if row.type == kind:
                    return self.view(row, root, now, examples)
            for row in self.of_run(rows[-1]) if rows else ():
                if row.type == kind:
                    return self.view(row, root, now, examples)
            if call.operation.method in EDITS and rows and not self.kinds.all[kind].made:
                side = self.side(kind, rows[-1], call.credential.org)
                return self.pictured_view(call, side, root, rows, status)
        return self.composed(call, status, rows, made, moved)

    def composed(
        self, call: Call, status: int, rows: list[Row], made: Mapping[str, Row],
        moved: Mapping[str, str] | None = None,
    ) -> Json:  # fmt: skip
        """A body that is no resource of ours: an example, with what is known put in."""
        response = call.operation.responses.get(str(status))
        if response is None or response.schema is None:
            return b""
        example = next(iter(self.examples(call.operation, status)), None)
        if example is None:
            example = self.kinds.forms.sample(response.schema)
        subject = rows[-1] if rows else None
        real = self.real_ids(subject) if subject else {}
        for row in made.values():
            real |= dict.fromkeys(self.kinds.all[row.type].ids, row.id)
        body = substituted(copy.deepcopy(example), real)
        if isinstance(body, dict):
            self.fill_in(call, self.kinds.forms.of(response.schema), body, subject, moved or {})
            self.put_job(call, body, made)
            self.put_rows(call, body, rows, made)
        return body

    def put_rows(
        self, call: Call, body: dict[str, Json], rows: list[Row], made: Mapping[str, Row]
    ) -> None:
        """Show in *body* what was made, and what the path names, as it stands."""
        starts = self.contract.starts.get(call.operation.id)
        known = {row.type: row for row in (*rows, *made.values())}
        for view in self.contract.shown(call.operation):
            row = known.get(view.resource["type"])
            at = "".join(f"/{part}" for part in view.at if part != "*")
            if not view.at or row is None or (starts and at == starts.job):
                continue
            shown = self.kinds.all[row.type].shown[view.schema]
            each = self.view(row, shown, self.clock.now())
            if view.at[-1] == "*":
                place(body, at, [each])
            elif "*" not in view.at and pointer(body, at) is not None:
                place(body, at, each)

    def fill_in(
        self, call: Call, form: Form, body: dict[str, Json], subject: Row | None,
        moved: Mapping[str, str],
    ) -> None:  # fmt: skip
        """Put into *body* what the request and the subject say of its members."""
        said = call.body if isinstance(call.body, dict) else {}
        now = self.clock.now()
        asked = self.kinds.forms.of(call.operation.body)
        for name, member in form.members.items():
            if name in said and name in asked.members and name in body:
                body[name] = said[name]
            elif member.is_moment and body.get(name) is not None:
                body[name] = self.stamp(now)
        if subject is not None:
            states = self.states_in(form, subject, now)
            by_field = {
                c.field.split("/")[-1]: moved[c.name]
                for c in self.contract.lifecycles.values()
                if c.name in moved
            }
            body |= {n: by_field.get(n, state) for n, state in states.items() if n in body}

    def put_job(self, call: Call, body: dict[str, Json], made: Mapping[str, Row]) -> None:
        """Put the job that was started where the document says, or nothing."""
        starts = self.contract.starts.get(call.operation.id)
        kind = self.kinds.started(call.operation.id)
        if starts is None or not starts.job or kind is None:
            return
        if kind not in made:
            place(body, starts.job, None)
            return
        for view in self.contract.shown(self.contract.operations[call.operation.id]):
            if "".join(f"/{part}" for part in view.at) == starts.job:
                shown = self.kinds.all[kind].shown[view.schema]
                examples = [pointer(e, starts.job) for e in call.operation.responses[
                    str(self.success(call.operation, changed=True))].examples.values()]  # fmt: skip
                place(body, starts.job, self.view(made[kind], shown, self.clock.now(), examples))

    def finish(self, call: Call, answer: Answer) -> Answer:
        """Add the headers that the document has for the answer."""
        answer = super().finish(call, answer)
        response = call.operation.responses.get(str(answer.status))
        raw = call.operation.raw["responses"].get(str(answer.status)) if response else None
        node = self.contract.document.resolve(raw or {})
        for name, header in node.get("headers", {}).items():
            example = example_of(self.contract.document.resolve(header))
            known = {each.lower() for each in answer.headers}
            if isinstance(example, str) and name.lower() not in known:
                answer.headers[name] = self.header(call, example, answer.body)
        return answer

    def header(self, call: Call, example: str, body: Json) -> str:
        """A header's example, with the ids of *body* in place of those of the example."""
        shown = self.contract.shown(call.operation)
        ids = {
            view.resource["type"]: str(pointer(found, view.resource["id"]))
            for view in shown
            for found in view.find(body)
        }
        path = example.partition("?")[0]
        if found := self.contract.document.match("GET", path):
            operation, named = found
            known = {p.name: p.resource for p in operation.path_parameters}
            here = {n: ids.get(known.get(n) or "", call.ids.get(n, v)) for n, v in named.items()}
            return operation.url(**here)
        real = {each: ids[kind] for kind in ids for each in self.kinds.all[kind].ids}
        return str(substituted(example, real))


def _setting(gate: Gate, state: str) -> Json:
    """The value that leads to *state*: to nothing else, or usually."""
    value = gate.value(state)
    if value is not None:
        return value
    return next((v for v, states in gate.values.items() if states[:1] == (state,)), None)
