"""Bodies and headers of responses: resources as they stand, examples with what is known put in."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from layers_contract.mock.forms import Form
from layers_contract.mock.generic.asking import Asking
from layers_contract.mock.generic.kinds import Shown
from layers_contract.mock.generic.rows import Row
from layers_contract.mock.generic.showing import place, substituted
from layers_contract.mock.model import Answer, Call
from layers_contract.mock.vocabulary import example_of
from layers_contract.spec.document import Operation, pointer

__all__ = ["Answering"]

Json = Any
LIFETIME = 900.0
"""How long what is made for one response is said to last, in seconds."""
EDITS = ("PUT", "PATCH")


class Answering(Asking):
    """Makes the response to a call."""

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
            elif name in call.ids and isinstance(body.get(name), str):
                body[name] = call.ids[name]
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
