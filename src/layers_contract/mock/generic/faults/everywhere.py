"""Faults of what every operation is held to: shapes, codes, keys, what is not there."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from layers_contract.mock.errors import Refused
from layers_contract.mock.generic.engine import Engine
from layers_contract.mock.generic.faults._registry import breaks, operation_of
from layers_contract.mock.generic.kinds import Kind
from layers_contract.mock.generic.rows import Row
from layers_contract.mock.model import Answer, Call, Credential
from layers_contract.mock.options import OWN
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Operation
from layers_contract.spec.rules import Rule

Json = Any


@breaks(
    "everywhere", "other", "Successes have a status that is not documented.", only="schema.status"
)
def _status(_: Rule) -> type[Engine]:
    class Status(Engine):
        def finish(self, call: Call, answer: Answer) -> Answer:
            answer = super().finish(call, answer)
            if answer.status in call.operation.success and call.operation.method != "GET":
                known = call.operation.responses
                answer.status = int(
                    next(
                        s
                        for s in HTTPStatus
                        if HTTPStatus.OK <= s < HTTPStatus.NO_CONTENT and str(int(s)) not in known
                    )
                )
            return answer

    return Status


@breaks("everywhere", "text", "Bodies are said to be plain text.", only="schema.content-type")
def _media(_: Rule) -> type[Engine]:
    class Media(Engine):
        def finish(self, call: Call, answer: Answer) -> Answer:
            answer = super().finish(call, answer)
            answer.media = "text/plain"
            return answer

    return Media


@breaks("everywhere", "lacking", "Bodies lack a required member.", only="schema.body")
def _body(_: Rule) -> type[Engine]:
    class Lacking(Engine):
        def finish(self, call: Call, answer: Answer) -> Answer:
            answer = super().finish(call, answer)
            response = call.operation.responses.get(str(answer.status))
            if answer.status in call.operation.success and response and response.schema:
                body = json.loads(answer.body) if isinstance(answer.body, bytes) else answer.body
                answer.body = self._less(call.operation, response.schema, body)
            return answer

        def _less(self, operation: Operation, schema: Any, body: Json) -> Json:
            form, root = self.kinds.forms.of(schema), self.kinds.root(operation)
            kept = {root.resource["id"].split("/")[1]} if root else set()
            wanted = [m.name for m in form.members.values() if m.required and m.name not in kept]
            if not isinstance(body, dict):
                return body
            return {n: v for n, v in body.items() if n not in wanted[-1:]}

    return Lacking


def _requires_headers(contract: Contract, _: Rule) -> bool:
    return any(
        header.get("required")
        for operation in contract.operations.values()
        for status in operation.success
        for header in operation.responses[str(status)].headers.values()
    )


@breaks(
    "everywhere", "bare", "Headers are left out.", only="schema.headers", fits=_requires_headers
)
def _headers(_: Rule) -> type[Engine]:
    class Bare(Engine):
        def finish(self, call: Call, answer: Answer) -> Answer:
            answer = super().finish(call, answer)
            if answer.status in call.operation.success:
                answer.headers.clear()
            return answer

    return Bare


def _takes_bodies(contract: Contract, _: Rule) -> bool:
    return any(operation.body is not None for operation in contract.operations.values())


@breaks("everywhere", "accepted", "Bodies are not held against their schema.",
        only="schema.rejects-invalid", fits=_takes_bodies)  # fmt: skip
def _accepts(_: Rule) -> type[Engine]:
    class Accepts(Engine):
        def check_body(self, call: Call) -> None:
            if not isinstance(call.body, dict):
                super().check_body(call)

    return Accepts


@breaks("everywhere", "bare", "Refusals are an empty object.", only="errors.shape")
def _shape(_: Rule) -> type[Engine]:
    class Bare(Engine):
        def error_view(self, refusal: Refused, request_id: str) -> dict[str, Json]:
            return {}

    return Bare


@breaks("everywhere", "other", "Refusals have the code of another status.", only="errors.code")
def _code(_: Rule) -> type[Engine]:
    class OtherCode(Engine):
        def error_view(self, refusal: Refused, request_id: str) -> dict[str, Json]:
            codes = self.contract.error_codes.items()
            wrong = next((c for c, known in codes if refusal.status not in known), refusal.code)
            other = Refused(refusal.status, wrong, refusal.message, details=refusal.details)
            return super().error_view(other, request_id)

    return OtherCode


@breaks(
    "everywhere", "fails", "An invalid request is a server error.", only="errors.no-server-error"
)
def _fails(_: Rule) -> type[Engine]:
    class Fails(Engine):
        def refusal(self, refusal: Refused, request_id: str) -> Answer:
            answer = super().refusal(refusal, request_id)
            if refusal.status == self.words.refusals["Invalid"][0]:
                answer.status = int(HTTPStatus.INTERNAL_SERVER_ERROR)
            return answer

    return Fails


@breaks("everywhere", "found", "What does not exist is answered with something that does.",
        only="errors.not-found")  # fmt: skip
def _found(_: Rule) -> type[Engine]:
    class Found(Engine):
        def found(self, call: Call, kind: Kind, row_id: str) -> Row:
            try:
                return super().found(call, kind, row_id)
            except Refused:
                rows = self.store.rows(kind.type)
                known = [each for each in rows if self.owns(call.credential, each.org)]
                if self.store.row(kind.type, row_id) or not known:
                    raise
                return known[0]

    return Found


@breaks("everywhere", "open", "No key is needed.", only="auth.required")
def _open(_: Rule) -> type[Engine]:
    class Open(Engine):
        def credential(self, key: str) -> Credential | None:
            return super().credential(key) or OWN

    return Open


@breaks("scope", "open", "A key that lacks the scope is let through.")
def _unscoped(rule: Rule) -> type[Engine]:
    class Unscoped(Engine):
        def authorize(self, call: Call) -> None:
            if call.operation.id != operation_of(rule).id:
                super().authorize(call)

    return Unscoped


def _names_things(contract: Contract, _: Rule) -> bool:
    return any(operation.path_parameters for operation in contract.operations.values())


@breaks("everywhere", "leaks", "What belongs to another organization is shown.",
        only="auth.tenancy", fits=_names_things)  # fmt: skip
def _leaks(_: Rule) -> type[Engine]:
    class Leaks(Engine):
        def owns(self, credential: Credential, org: str) -> bool:
            return True

    return Leaks
