"""Keys that reach too far, or not far enough."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.errors import Refused
from layers_contract.mock.model import ABSENT, Call, Record
from layers_contract.mock.registry import fault


@fault(
    "no-key-replays",
    breaks="idempotency.no-key",
    sentence="Calls without a key are taken for retries where their bodies are equal.",
)
class _NoKeyReplays(Behaviour):
    def key_of(self, call: Call) -> str | None:
        return super().key_of(call) or self.fingerprint(call)


@fault(
    "equal-body-replays",
    breaks="idempotency.other-key",
    sentence="Another key with an equal body is answered with the first key's job.",
)
class _EqualBodyReplays(Behaviour):
    def scope(self, call: Call, key: str) -> str:
        return super().scope(call, self.fingerprint(call))


class _ShortKey(Behaviour):
    def short(self, key: str) -> str:
        return key

    def scope(self, call: Call, key: str) -> str:
        return super().scope(call, self.short(key))


@fault(
    "key-cut-at-32",
    breaks="idempotency.other-key",
    sentence="Keys that share their first 32 characters count as one.",
)
class _KeyCut(_ShortKey):
    def short(self, key: str) -> str:
        return key[:32]


@fault(
    "key-ignores-case",
    breaks="idempotency.other-key",
    sentence="Keys that differ in case alone count as one.",
)
class _KeyIgnoresCase(_ShortKey):
    def short(self, key: str) -> str:
        return key.lower()


@fault(
    "invalid-burns-key",
    breaks="idempotency.invalid-keeps-key",
    sentence="A request that failed validation uses up its key.",
)
class _InvalidBurnsKey(Behaviour):
    def check_body(self, call: Call) -> None:
        try:
            super().check_body(call)
        except Refused:
            key = self.key_of(call)
            if key is not None and call.operation.id in self.contract.idempotent:
                record = Record("burnt", 0, {}, self.clock.now())
                self.store.put_record(self.scope(call, key), record)
            raise


@fault(
    "member-order-conflicts",
    breaks="idempotency.equal-json",
    sentence="A retry whose members stand in another order is a conflict.",
)
class _MemberOrderConflicts(Behaviour):
    def fingerprint(self, call: Call) -> str:
        return "" if call.body is ABSENT else json.dumps(call.body)


@fault(
    "white-space-conflicts",
    breaks="idempotency.equal-json",
    sentence="A retry with other white space is a conflict: the bytes are compared.",
)
class _WhiteSpaceConflicts(Behaviour):
    def check(self, call: Call, raw: bytes) -> None:
        super().check(call, raw)
        call.params["bytes"] = raw

    def fingerprint(self, call: Call) -> str:
        raw: Any = call.params["bytes"]
        return hashlib.sha256(raw).hexdigest()


@fault(
    "key-shared-within-operation",
    breaks="idempotency.credential-scope",
    sentence="Keys are kept by operation alone: another organization is given the first one's 202.",
)
class _KeySharedWithinOperation(Behaviour):
    def scope(self, call: Call, key: str) -> str:
        return f"{call.operation.id} {key}"


@fault(
    "key-shared-by-everybody",
    breaks="idempotency.credential-scope",
    sentence="A key that one organization has used is taken for the other organization too.",
)
class _KeySharedByEverybody(Behaviour):
    def scope(self, call: Call, key: str) -> str:
        return json.dumps([call.operation.id, key])


@fault(
    "key-lasts-for-ever",
    breaks="idempotency.window-ends",
    sentence="A key is never new again.",
)
class _KeyLastsForEver(Behaviour):
    def is_expired(self, record: Record) -> bool:
        return False


@fault(
    "window-moves-on",
    breaks="idempotency.window-ends",
    sentence="The window of a key ends a day late.",
)
class _WindowMovesOn(Behaviour):
    def is_expired(self, record: Record) -> bool:
        return self.clock.now() - record.created >= 4 * self._window
