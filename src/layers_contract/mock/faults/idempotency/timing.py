"""Keys of calls that overlap, or whose answer nobody heard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.faults._races import MOMENT
from layers_contract.mock.idempotency import Handler
from layers_contract.mock.model import Answer, Call, Record
from layers_contract.mock.registry import fault


@fault(
    "two-bodies-race",
    breaks="idempotency.race",
    sentence="Two bodies under one key that arrive together each start a job.",
    latency=MOMENT,
)
class _TwoBodiesRace(Behaviour):
    async def find_replay(self, call: Call, scope: str, fingerprint: str) -> Answer | None:
        known = self.find_record(scope)
        place = scope if known else scope + fingerprint
        return await super().find_replay(call, place, fingerprint)

    @contextmanager
    def reserve(self, scope: str, fingerprint: str) -> Iterator[None]:
        with super().reserve(scope + fingerprint, fingerprint):
            yield


@fault(
    "unheard-call-is-forgotten",
    breaks="idempotency.lost-answer",
    sentence="Where the caller has hung up, the job is started and its key is not kept.",
    latency=MOMENT,
)
class _UnheardCallIsForgotten(Behaviour):
    async def once(self, call: Call, handler: Handler) -> Answer:
        if self.key_of(call) is None or not await call.hung_up():
            return await super().once(call, handler)
        await self.work(call)
        return self.commit(call, handler)


@fault(
    "unheard-call-blocks-key",
    breaks="idempotency.lost-answer",
    sentence="Where the caller has hung up, its key stays in flight for ever.",
    latency=MOMENT,
)
class _UnheardCallBlocksKey(Behaviour):
    async def once(self, call: Call, handler: Handler) -> Answer:
        key = self.key_of(call)
        if key is not None and await call.hung_up():
            self._blocked = {*getattr(self, "_blocked", ()), self.scope(call, key)}
        return await super().once(call, handler)

    def find_record(self, scope: str) -> Record | None:
        if scope in getattr(self, "_blocked", ()):
            raise self.in_flight()
        return super().find_record(scope)
