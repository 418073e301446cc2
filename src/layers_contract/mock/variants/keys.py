"""Idempotency keys where the contract leaves open what they do."""

from __future__ import annotations

import hashlib
import json

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.errors import Refused
from layers_contract.mock.idempotency import Handler
from layers_contract.mock.model import ABSENT, Answer, Call
from layers_contract.mock.registry import variant


@variant("conflict-burns-key", sentence="A 409 about state is kept for its key, and replayed.")
class _ConflictBurnsKey(Behaviour):
    def commit(
        self, call: Call, handler: Handler, scope: str | None = None, fingerprint: str = ""
    ) -> Answer:
        try:
            return super().commit(call, handler, scope, fingerprint)
        except Refused as refusal:
            if scope is not None and refusal.code == self.words.refuse("Conflict").code:
                answer = self.refusal(refusal, call.request_id)
                with self.store.transaction():
                    self.record_key(scope, fingerprint, answer)
            raise


@variant(
    "conflict-before-validation",
    sentence="A known key with a body that is different and invalid is 409 instead of 422.",
)
class _ConflictBeforeValidation(Behaviour):
    def check_body(self, call: Call) -> None:
        idempotent = call.operation.id in self.contract.idempotent
        key = self.key_of(call) if idempotent else None
        record = self.find_record(self.scope(call, key)) if key else None
        if record and self.is_conflict(record.fingerprint, self.fingerprint(call)):
            raise self.conflict()
        super().check_body(call)


@variant(
    "keys-beyond-operations",
    sentence="A key that one operation has seen is a conflict in every other.",
)
class _KeysBeyondOperations(Behaviour):
    def scope(self, call: Call, key: str) -> str:
        text = repr([call.credential.key, key])
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    def fingerprint(self, call: Call) -> str:
        return f"{call.operation.id} {call.path} {super().fingerprint(call)}"


@variant(
    "member-order-matters",
    sentence="A body whose members come in another order is another body.",
    against=["idempotency.equal-json"],
)
class _MemberOrderMatters(Behaviour):
    def fingerprint(self, call: Call) -> str:
        return "" if call.body is ABSENT else json.dumps(call.body)


@variant(
    "validation-burns-key",
    sentence="A 422 is kept for its key, which is of no use any more.",
    against=["idempotency.invalid-keeps-key"],
)
class _ValidationBurnsKey(Behaviour):
    def check_body(self, call: Call) -> None:
        try:
            super().check_body(call)
        except Refused as refusal:
            key = self.key_of(call) if call.operation.id in self.contract.idempotent else None
            if key is not None and self.find_record(self.scope(call, key)) is None:
                answer = self.refusal(refusal, call.request_id)
                self.record_key(self.scope(call, key), self.fingerprint(call), answer)
            raise
