"""Faults of idempotency keys: forgotten, burnt, confused, raced."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import Any

from layers_contract.mock.errors import Refused
from layers_contract.mock.generic.engine import Engine
from layers_contract.mock.generic.faults._registry import breaks, operation_of
from layers_contract.mock.model import Answer, Call, Record
from layers_contract.spec.contract import Contract
from layers_contract.spec.rules import Rule

Json = Any
_SUCCESSES = (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED)


@breaks("replay", "forgets", "A retry with the same key and body is carried out again.")
def _forgets(rule: Rule) -> type[Engine]:
    class Forgets(Engine):
        async def find_replay(self, call: Call, scope: str, fingerprint: str) -> Answer | None:
            found = await super().find_replay(call, scope, fingerprint)
            return None if call.operation.id == operation_of(rule).id else found

    return Forgets


@breaks("replay", "status", "A retry is answered with another status of success.")
def _other_status(rule: Rule) -> type[Engine]:
    class OtherStatus(Engine):
        def replay(self, call: Call, record: Record) -> Answer:
            answer = super().replay(call, record)
            if call.operation.id == operation_of(rule).id:
                answer.status = int(next(s for s in _SUCCESSES if s != record.status))
            return answer

    return OtherStatus


def _shows_something(contract: Contract, rule: Rule) -> bool:
    return bool(contract.shown(operation_of(rule)))


@breaks("replay", "body", "A retry names something else.", fits=_shows_something)
def _other_body(rule: Rule) -> type[Engine]:
    class OtherBody(Engine):
        def replay(self, call: Call, record: Record) -> Answer:
            answer = super().replay(call, record)
            if call.operation.id == operation_of(rule).id and isinstance(answer.body, dict):
                answer.body = self._other(call, dict(answer.body))
            return answer

        def _other(self, call: Call, body: dict[str, Json]) -> dict[str, Json]:
            root = self.kinds.root(call.operation)
            name = root.resource["id"].split("/")[1] if root else next(iter(body))
            if root and not self.kinds.all[root.resource["type"]].aspect:
                return {**body, name: self.new_id(root.resource["type"])}
            return {**body, name: f"{body.get(name)}x"}

    return OtherBody


@breaks("conflict", "replayed", "Another body under the key is answered like the first one.")
def _replayed(rule: Rule) -> type[Engine]:
    class Replayed(Engine):
        def on_conflict(self, call: Call, record: Record) -> Answer | None:
            if call.operation.id == operation_of(rule).id:
                return self.replay(call, record)
            return super().on_conflict(call, record)

    return Replayed


@breaks("conflict", "done", "Another body under the key is carried out.")
def _carried_out(rule: Rule) -> type[Engine]:
    class Done(Engine):
        def on_conflict(self, call: Call, record: Record) -> Answer | None:
            if call.operation.id == operation_of(rule).id:
                return None
            return super().on_conflict(call, record)

    return Done


@breaks("conflict", "code", "Another body under the key is refused with another code.")
def _other_code(rule: Rule) -> type[Engine]:
    class OtherCode(Engine):
        def on_conflict(self, call: Call, record: Record) -> Answer | None:
            if call.operation.id == operation_of(rule).id:
                code = next(c for c in self.contract.error_codes if c != self._rule.conflict_code)
                raise Refused(self._rule.conflict_status, code, "This key was used before.")
            return super().on_conflict(call, record)

    return OtherCode


@breaks("in-flight", "raced", "Calls with one key at one moment are all carried out.", latency=0.05)
def _raced(rule: Rule) -> type[Engine]:
    class Raced(Engine):
        async def find_replay(self, call: Call, scope: str, fingerprint: str) -> Answer | None:
            if call.operation.id == operation_of(rule).id:
                self._flights.pop(scope, None)
            return await super().find_replay(call, scope, fingerprint)

    return Raced


def _has_body(_: Contract, rule: Rule) -> bool:
    return operation_of(rule).body is not None


@breaks("keeps-key", "burnt", "An invalid request uses up its key.", fits=_has_body)
def _burnt(rule: Rule) -> type[Engine]:
    class Burnt(Engine):
        def check_body(self, call: Call) -> None:
            try:
                super().check_body(call)
            except Refused:
                self._burn(call)
                raise

        def _burn(self, call: Call) -> None:
            key = self.key_of(call)
            if key and call.operation.id == operation_of(rule).id:
                with suppress(Refused), self.store.transaction():
                    self.record_key(self.scope(call, key), "burnt", Answer(0))

    return Burnt
